//! What crosses between compiled code and the host.
//!
//! The entry of an artifact is an [`Entry`]. Arguments and results travel as 64-bit slots:
//! a scalar in one (integers zero-extended, floats as bits; 128 bits in two, low half first),
//! a view as its address, then the length (`usize`) of each axis, then the stride (`isize`, in
//! elements) of each axis. Results are written only on success.
//!
//! A panic is a status: the entry returns 0 for success, else the number of the
//! [`Site`](mambo_ir::Site) plus 1, and has written the operands of its message to
//! [`Context::operands`].

use mambo_ir::site::MAX_OPERAND_SLOTS;
use std::mem::MaybeUninit;

/// The entry of compiled code: context, argument slots, result slots; returns a status.
///
/// # Safety
/// The slots must hold what the entry function's parameters say, views must be valid for
/// their types and lengths (mutable ones not aliased), there must be room for all results,
/// and the context must be complete, unless the artifact does not ask for it.
pub type Entry = unsafe extern "C" fn(*mut Context, *const u64, *mut u64) -> u32;

/// Allocates `bytes` aligned to `align`, zeroed if the last argument is not 0. Null on failure.
pub type AllocateFn = unsafe extern "C" fn(*mut Context, u64, u64, u32) -> *mut u8;

/// Frees what an [`AllocateFn`] of the same context returned.
pub type FreeFn = unsafe extern "C" fn(*mut Context, *mut u8);

/// What the host lends compiled code for one call. Compiled code reads the fields by their
/// offsets (`core::mem::offset_of!`), if it
/// [asks for any](crate::backend::Artifact::asks_context).
#[derive(Debug)]
#[repr(C)]
pub struct Context {
    /// The lowest address the stack pointer may reach; recursive functions check it.
    pub stack_limit: usize,
    /// Allocates arrays.
    pub allocate: AllocateFn,
    /// Frees them early.
    pub free: FreeFn,
    /// How many operands the message of a panic has.
    pub written: u64,
    /// These operands; what is behind them is not written.
    pub operands: [MaybeUninit<u64>; MAX_OPERAND_SLOTS],
}

impl Context {
    /// The operands of a panic, in a context that may be incomplete.
    ///
    /// # Safety
    /// `written` is 0, or compiled code has panicked, and nothing changes the context while the
    /// operands are borrowed.
    pub unsafe fn written_operands<'a>(this: *const Context) -> &'a [u64] {
        // SAFETY: compiled code has written so many, says the caller.
        unsafe {
            let count = ((*this).written as usize).min(MAX_OPERAND_SLOTS);
            std::slice::from_raw_parts((&raw const (*this).operands).cast(), count)
        }
    }
}
