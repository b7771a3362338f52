//! Seeds, tried on all threads.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Threads at work.
const THREADS: usize = 2;
/// Bytes of their stacks: code of debug builds takes much.
const STACK: usize = 64 << 20;

/// Calls `go_on` with `count` seeds from `first` on, until it says no.
pub(crate) fn each(first: u64, count: u64, go_on: impl Fn(u64) -> bool + Sync) {
    let (next, stop) = (AtomicU64::new(first), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            let run = || {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + count || stop.load(Ordering::Relaxed) {
                        return;
                    }
                    if !go_on(seed) {
                        stop.store(true, Ordering::Relaxed);
                    }
                }
            };
            let builder = std::thread::Builder::new().stack_size(STACK);
            builder.spawn_scoped(scope, run).expect("a thread");
        }
    });
}
