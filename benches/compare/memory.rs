//! The arrays that the sides share: aligned, in huge pages where the system has them, each begun
//! at another offset so that no two streams meet at the same addresses modulo 4 KiB.

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;
use std::slice;

/// The size of a huge page.
const PAGE: usize = 2 << 20;
/// How far apart the starts of two streams are modulo 4 KiB; a multiple of a cache line.
const STAGGER: usize = 19 * 64;

/// A number that streams hold.
///
/// # Safety
/// Zero bytes must be a value.
pub(crate) unsafe trait Element: Copy + PartialEq + 'static {
    /// The value, rounded to `f64`.
    fn to_f64(self) -> f64;
}

macro_rules! elements {
    ($($t:ty)*) => {$(
        // SAFETY: zero bytes are the number zero.
        unsafe impl Element for $t {
            fn to_f64(self) -> f64 {
                self as f64
            }
        }
    )*};
}

elements!(u8 i32 u32 f32 f64);

/// One array.
pub(crate) struct Stream<T> {
    block: NonNull<u8>,
    layout: Layout,
    first: NonNull<T>,
    length: usize,
}

impl<T: Element> Stream<T> {
    /// Zeros; the streams of one case are numbered by `place`.
    pub(crate) fn new(length: usize, place: usize) -> Stream<T> {
        let offset = place * STAGGER;
        let bytes = (offset + length * size_of::<T>()).max(1).next_multiple_of(PAGE);
        let layout = Layout::from_size_align(bytes, PAGE).expect("a size in memory");
        // SAFETY: the layout has a size.
        let Some(block) = NonNull::new(unsafe { alloc_zeroed(layout) }) else {
            handle_alloc_error(layout)
        };
        #[cfg(target_os = "linux")]
        // SAFETY: the block is ours and begins at a page; a refusal changes nothing.
        unsafe {
            libc::madvise(block.as_ptr().cast(), bytes, libc::MADV_HUGEPAGE);
        }
        // SAFETY: the offset lies within the block, and keeps the alignment of a cache line.
        let first = unsafe { block.add(offset) }.cast();
        Stream { block, layout, first, length }
    }
}

impl<T> Deref for Stream<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        // SAFETY: the block holds `length` elements, all of them written as zeros at least.
        unsafe { slice::from_raw_parts(self.first.as_ptr(), self.length) }
    }
}

impl<T> DerefMut for Stream<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as in `deref`.
        unsafe { slice::from_raw_parts_mut(self.first.as_ptr(), self.length) }
    }
}

impl<T> Drop for Stream<T> {
    fn drop(&mut self) {
        // SAFETY: allocated in `new` with this layout.
        unsafe { dealloc(self.block.as_ptr(), self.layout) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_aligned_and_do_not_meet_modulo_a_page() {
        let streams: Vec<Stream<f64>> = (0..4).map(|place| Stream::new(100, place)).collect();
        let starts: Vec<usize> =
            streams.iter().map(|stream| stream.as_ptr() as usize % 4096).collect();
        for (i, start) in starts.iter().enumerate() {
            assert_eq!(start % 64, 0);
            assert!(starts[..i].iter().all(|other| other.abs_diff(*start) >= 400));
        }
        assert!(streams[3].iter().all(|x| *x == 0.0));
    }
}
