//! How deep the stack of this thread may grow.

use std::cell::Cell;

/// Kept free below a kernel: for host functions it calls, and for handling its panic.
const RESERVE: usize = 128 << 10;

/// What a kernel gets where the bounds of the stack are not known.
const UNKNOWN: usize = 256 << 10;

thread_local! {
    /// Limit and top of the stack; zeros until they are asked for.
    static BOUNDS: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
}

/// The lowest address that the stack pointer of a kernel called here may reach.
#[inline]
pub(crate) fn limit() -> usize {
    let marker = 0u8;
    let here = &raw const marker as usize;
    let (limit, top) = BOUNDS.get();
    if limit < here && here <= top { limit } else { find_limit(here) }
}

#[cold]
#[inline(never)]
fn find_limit(here: usize) -> usize {
    match bounds() {
        Some((low, top)) if low < here && here <= top => {
            let limit = low + RESERVE.min((top - low) / 4);
            BOUNDS.set((limit, top));
            limit
        }
        // Not the stack of the thread: a coroutine, or a platform that does not tell.
        _ => here.saturating_sub(UNKNOWN),
    }
}

/// The lowest usable address and the top of the stack.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn bounds() -> Option<(usize, usize)> {
    let mut attributes = std::mem::MaybeUninit::<libc::pthread_attr_t>::uninit();
    let (mut low, mut size, mut guard) = (std::ptr::null_mut(), 0, 0);
    // SAFETY: the calls fill in what they are handed, and the attributes are used and
    // destroyed only if they were made.
    let found = unsafe {
        if libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr()) != 0 {
            return None;
        }
        let attributes = attributes.as_mut_ptr();
        let found = libc::pthread_attr_getstack(attributes, &mut low, &mut size) == 0
            && libc::pthread_attr_getguardsize(attributes, &mut guard) == 0;
        libc::pthread_attr_destroy(attributes);
        found
    };
    let low = low as usize;
    found.then(|| (low.saturating_add(guard), low.saturating_add(size)))
}

/// The lowest usable address and the top of the stack.
#[cfg(target_vendor = "apple")]
fn bounds() -> Option<(usize, usize)> {
    // SAFETY: both ask about the calling thread only.
    let (top, size) = unsafe {
        let this = libc::pthread_self();
        (libc::pthread_get_stackaddr_np(this) as usize, libc::pthread_get_stacksize_np(this))
    };
    Some((top.saturating_sub(size), top))
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn bounds() -> Option<(usize, usize)> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_below_this_frame_and_the_same_on_the_second_call() {
        let marker = 0u8;
        let first = limit();
        assert!(first < &raw const marker as usize);
        assert_eq!(first, limit());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_thread_of_two_mebibytes_has_nearly_all_of_them() {
        let room = std::thread::Builder::new()
            .stack_size(2 << 20)
            .spawn(|| {
                let marker = 0u8;
                &raw const marker as usize - limit()
            })
            .unwrap()
            .join()
            .unwrap();
        assert!((1 << 20..=2 << 20).contains(&room), "{room} bytes of room");
    }
}
