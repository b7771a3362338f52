//! Sharing a walk among threads: the parts of it, which have no element in common, are walked
//! side by side, each by a thread that lives as long as the call.
//!
//! Every element is computed as on one thread, so the results have the same bits.

use crate::error::Error;
use crate::walk::Walk;
use std::panic::resume_unwind;
use std::sync::OnceLock;
use std::thread;

/// Elements that a thread must have for it to be worth starting one.
const WORTH_IT: usize = 1 << 15;

/// Walks by `run`: all of it here, or in parts if `shared` among threads and there is enough to
/// do, which is `elements` in all. Gives the error of the first part that has one; the others are
/// finished.
///
/// # Safety
/// `run` may be called from several threads at the same time, each with a walk of its own, for as
/// long as this function runs.
pub(crate) unsafe fn walk_parts(
    walk: &Walk,
    elements: usize,
    shared: bool,
    run: impl Fn(&Walk) -> Result<(), Error>,
) -> Result<(), Error> {
    let count = if shared { (elements / WORTH_IT).min(cores()) } else { 1 };
    if count < 2 {
        return run(walk);
    }
    let parts = walk.split(count);
    // SAFETY: by the contract of this function.
    let run = unsafe { Called::new(&run) };
    thread::scope(|scope| {
        let start = |part| thread::Builder::new().spawn_scoped(scope, move || run.with(part));
        let others: Vec<_> = parts[1..].iter().map(|part| (part, start(part))).collect();
        let mut outcome = run.with(&parts[0]);
        for (part, other) in others {
            let of_part = match other {
                Ok(other) => other.join().unwrap_or_else(|panic| resume_unwind(panic)),
                // There are too many threads already.
                Err(_) => run.with(part),
            };
            outcome = outcome.and(of_part);
        }
        outcome
    })
}

/// The threads that run at the same time.
fn cores() -> usize {
    static CORES: OnceLock<usize> = OnceLock::new();
    *CORES.get_or_init(|| thread::available_parallelism().map_or(1, usize::from))
}

/// A function that threads may call at the same time.
struct Called<'a, F>(&'a F);

// SAFETY: whoever made it has promised so.
unsafe impl<F> Send for Called<'_, F> {}

impl<F> Clone for Called<'_, F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F> Copy for Called<'_, F> {}

impl<'a, F: Fn(&Walk) -> Result<(), Error>> Called<'a, F> {
    /// # Safety
    /// It may be called from several threads at the same time.
    unsafe fn new(function: &'a F) -> Self {
        Called(function)
    }

    fn with(self, part: &Walk) -> Result<(), Error> {
        (self.0)(part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;
    use std::thread::ThreadId;

    fn line(len: usize) -> Walk {
        Walk::new(&[len], 1, |_, _| 1)
    }

    /// The threads that walk and how many elements each has.
    fn threads_of(len: usize, shared: bool) -> Vec<(ThreadId, usize)> {
        let seen = Mutex::new(Vec::new());
        let run = |walk: &Walk| {
            walk.try_each(|_, len| {
                seen.lock().unwrap().push((thread::current().id(), len));
                Ok(())
            })
        };
        // SAFETY: what it shares is behind a lock.
        unsafe { walk_parts(&line(len), len, shared, run) }.unwrap();
        seen.into_inner().unwrap()
    }

    #[test]
    fn parts_are_walked_by_threads_of_their_own() {
        let here = thread::current().id();
        assert_eq!(threads_of(WORTH_IT * 64, false), [(here, WORTH_IT * 64)]);
        assert_eq!(threads_of(WORTH_IT, true), [(here, WORTH_IT)]);
        let seen = threads_of(WORTH_IT * 64, true);
        let mut ids: Vec<_> = seen.iter().map(|(id, _)| format!("{id:?}")).collect();
        ids.sort();
        ids.dedup();
        assert_eq!((ids.len(), seen.len()), (cores().min(64), cores().min(64)));
        assert_eq!(seen.iter().map(|(_, len)| len).sum::<usize>(), WORTH_IT * 64);
    }

    #[test]
    fn the_first_error_in_the_order_of_the_walk_is_given() {
        let fail = |walk: &Walk| {
            walk.try_each(|at, _| {
                let message = format!("at {}", at[0]);
                Err(Error::Shape(crate::error::ShapeError { kernel: "k".into(), message }))
            })
        };
        let len = WORTH_IT * 4;
        // SAFETY: it shares nothing.
        let error = unsafe { walk_parts(&line(len), len, true, fail) }.unwrap_err();
        assert_eq!(error.to_string(), "`k`: at 0");
    }
}
