//! Blocks of 64-bit slots: what arguments and results travel in.
//!
//! A block is plain memory laid out as `[u64; LEN]`, so that a call needs no buffer but the
//! value itself, whose size is known when it is compiled.

/// Memory laid out as [`SlotBlock::LEN`] values of `u64` and nothing else.
///
/// # Safety
/// The type must have the layout of `[u64; LEN]` (or be of size zero), and any bits must be
/// a value of it.
pub unsafe trait SlotBlock: Copy {
    /// How many slots.
    const LEN: usize;
}

/// The empty list.
#[derive(Clone, Copy, Debug, Default)]
pub struct End;

/// A list of a first item and the rest: arguments of a call, or their slots.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Cons<A, B>(pub A, pub B);

// SAFETY: one slot.
unsafe impl SlotBlock for u64 {
    const LEN: usize = 1;
}

// SAFETY: an array has no padding between its items.
unsafe impl<S: SlotBlock, const N: usize> SlotBlock for [S; N] {
    const LEN: usize = S::LEN * N;
}

// SAFETY: of size zero.
unsafe impl SlotBlock for End {
    const LEN: usize = 0;
}

// SAFETY: both parts are multiples of 8 bytes long and aligned to at most 8, so `repr(C)`
// puts no padding between or after them.
unsafe impl<A: SlotBlock, B: SlotBlock> SlotBlock for Cons<A, B> {
    const LEN: usize = A::LEN + B::LEN;
}

/// The slots of a block, in order, to be changed.
pub(crate) fn as_slots_mut<S: SlotBlock>(block: &mut S) -> &mut [u64] {
    if S::LEN == 0 {
        return &mut [];
    }
    // SAFETY: a block of LEN > 0 has the layout of `[u64; LEN]`.
    unsafe { std::slice::from_raw_parts_mut((&raw mut *block).cast(), S::LEN) }
}

/// The slots of a block, in order.
pub(crate) fn as_slots<S: SlotBlock>(block: &S) -> &[u64] {
    if S::LEN == 0 {
        return &[];
    }
    // SAFETY: a block of LEN > 0 has the layout of `[u64; LEN]`.
    unsafe { std::slice::from_raw_parts((&raw const *block).cast(), S::LEN) }
}
