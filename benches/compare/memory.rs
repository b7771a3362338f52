//! The arrays that the sides share: aligned, in huge pages where the system has them, each begun
//! at another offset so that no two meet at the same addresses modulo 4 KiB.

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::array;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;
use std::rc::Rc;
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

elements!(u8 i32 i64 u32 f32 f64);

/// What the arrays of one case lie in. They share it because processors that tag their first
/// cache by parts of the address slow down on arrays that chance lays far apart.
struct Block {
    start: NonNull<u8>,
    layout: Layout,
}

impl Block {
    /// Zeros.
    fn new(bytes: usize) -> Block {
        let bytes = bytes.max(1).next_multiple_of(PAGE);
        let layout = Layout::from_size_align(bytes, PAGE).expect("a size in memory");
        // SAFETY: the layout has a size.
        let Some(start) = NonNull::new(unsafe { alloc_zeroed(layout) }) else {
            handle_alloc_error(layout)
        };
        #[cfg(target_os = "linux")]
        // SAFETY: the block is ours and begins at a page; a refusal changes nothing.
        unsafe {
            libc::madvise(start.as_ptr().cast(), bytes, libc::MADV_HUGEPAGE);
        }
        Block { start, layout }
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        // SAFETY: allocated in `new` with this layout.
        unsafe { dealloc(self.start.as_ptr(), self.layout) }
    }
}

/// One array.
pub(crate) struct Stream<T> {
    first: NonNull<T>,
    length: usize,
    _block: Rc<Block>,
}

/// Arrays of zeros of these lengths.
pub(crate) fn streams<T: Element, const N: usize>(lengths: [usize; N]) -> [Stream<T>; N] {
    let mut end = 0;
    let mut place = 0;
    let offsets = lengths.map(|length| {
        // The first place from `end` on that lies the stagger of this stream into a page.
        let phase = place * STAGGER % 4096;
        let offset = end + (4096 + phase - end % 4096) % 4096;
        (end, place) = (offset + length * size_of::<T>(), place + 1);
        offset
    });
    let block = Rc::new(Block::new(end));
    let mut parts = offsets.into_iter().zip(lengths);
    array::from_fn(|_| {
        let (offset, length) = parts.next().expect("as many as there are lengths");
        // SAFETY: the offset lies within the block, and keeps the alignment of a cache line.
        let first = unsafe { block.start.add(offset) }.cast();
        Stream { first, length, _block: Rc::clone(&block) }
    })
}

impl<T> Deref for Stream<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        // SAFETY: the block holds `length` elements here, at least zeros, and no other stream's.
        unsafe { slice::from_raw_parts(self.first.as_ptr(), self.length) }
    }
}

impl<T> DerefMut for Stream<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as in `deref`.
        unsafe { slice::from_raw_parts_mut(self.first.as_ptr(), self.length) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_aligned_and_do_not_meet_modulo_a_page() {
        let streams = streams::<f64, 4>([100, 100, 0, 100]);
        let starts: Vec<usize> =
            streams.iter().map(|stream| stream.as_ptr() as usize % 4096).collect();
        for (i, start) in starts.iter().enumerate() {
            assert_eq!(start % 64, 0);
            assert!(starts[..i].iter().all(|other| other.abs_diff(*start) >= 400));
        }
        assert!(streams[3].iter().all(|x| *x == 0.0));
    }
}
