//! What a call lends compiled code: memory for arrays, and the limit of the stack.
//!
//! Promise: whatever compiled code allocates is freed when the call ends, unless it is
//! returned.

use crate::stack;
use mambo_compiler::abi::Context;
use std::alloc::{Layout, alloc, alloc_zeroed, dealloc};
use std::mem::MaybeUninit;

/// The context of one call. Compiled code sees the first field only.
#[repr(C)]
pub(crate) struct CallContext {
    pub(crate) lent: Context,
    pub(crate) allocations: Allocations,
}

impl CallContext {
    /// Begins a call, in memory for its context. The operands of a panic stay unwritten: there
    /// are many, and most calls have none.
    pub(crate) fn begin(memory: &mut MaybeUninit<Self>) -> Begun<'_> {
        let context = memory.as_mut_ptr();
        // SAFETY: the memory is that of a context; all fields that must be written are.
        unsafe {
            (&raw mut (*context).lent.stack_limit).write(stack::limit());
            (&raw mut (*context).lent.allocate).write(allocate);
            (&raw mut (*context).lent.free).write(free);
            (&raw mut (*context).lent.written).write(0);
            (&raw mut (*context).allocations).write(Allocations::none());
        }
        Begun(memory)
    }
}

/// The context of a call that goes on; its end frees what is left.
pub(crate) struct Begun<'a>(&'a mut MaybeUninit<CallContext>);

impl Begun<'_> {
    /// What to hand compiled code; good for the whole of the context.
    pub(crate) fn lend(&mut self) -> *mut Context {
        self.0.as_mut_ptr().cast()
    }

    pub(crate) fn get(&mut self) -> &mut CallContext {
        // SAFETY: `begin` has written it.
        unsafe { self.0.assume_init_mut() }
    }
}

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        // SAFETY: `begin` has written it, and this is its end.
        unsafe { self.0.assume_init_drop() }
    }
}

/// The arrays that a call has allocated and not freed. Most calls allocate nothing, and pay for
/// one empty pointer.
#[doc(hidden)]
#[derive(Debug)]
pub struct Allocations(Option<Box<List>>);

/// Allocations with their layouts.
type List = Vec<(*mut u8, Layout)>;

impl Allocations {
    pub(crate) const fn none() -> Self {
        Allocations(None)
    }

    fn allocate(&mut self, bytes: u64, align: u64, zeroed: bool) -> *mut u8 {
        let (Ok(bytes), Ok(align)) = (usize::try_from(bytes), usize::try_from(align)) else {
            return std::ptr::null_mut();
        };
        // Refuses more than `isize::MAX` bytes.
        let Ok(layout) = Layout::from_size_align(bytes, align) else {
            return std::ptr::null_mut();
        };
        if bytes == 0 {
            return std::ptr::without_provenance_mut(align);
        }
        // SAFETY: the size is not zero.
        let memory = unsafe { if zeroed { alloc_zeroed(layout) } else { alloc(layout) } };
        if !memory.is_null() {
            self.0.get_or_insert_default().push((memory, layout));
        }
        memory
    }

    /// Gives an allocation out of the list, if it is in it and has this layout.
    pub(crate) fn take(&mut self, memory: *mut u8, layout: Layout) -> bool {
        let Some(list) = &mut self.0 else { return false };
        let found = list.iter().rposition(|entry| *entry == (memory, layout));
        found.map(|at| list.swap_remove(at)).is_some()
    }

    fn free(&mut self, memory: *mut u8) {
        let Some(list) = &mut self.0 else { return };
        if let Some(at) = list.iter().rposition(|entry| entry.0 == memory) {
            let (memory, layout) = list.swap_remove(at);
            // SAFETY: allocated with this layout, and no longer in the list.
            unsafe { dealloc(memory, layout) };
        }
    }

    #[cold]
    fn free_all(&mut self) {
        for (memory, layout) in self.0.take().into_iter().flat_map(|list| *list) {
            // SAFETY: allocated with this layout, freed here once.
            unsafe { dealloc(memory, layout) };
        }
    }
}

impl Drop for Allocations {
    #[inline]
    fn drop(&mut self) {
        if self.0.is_some() {
            self.free_all();
        }
    }
}

unsafe extern "C" fn allocate(
    context: *mut Context,
    bytes: u64,
    align: u64,
    zeroed: u32,
) -> *mut u8 {
    // SAFETY: compiled code hands back the context of its call, which `lend` made.
    let context = unsafe { &mut *context.cast::<CallContext>() };
    context.allocations.allocate(bytes, align, zeroed != 0)
}

unsafe extern "C" fn free(context: *mut Context, memory: *mut u8) {
    // SAFETY: compiled code hands back the context of its call, which `lend` made.
    let context = unsafe { &mut *context.cast::<CallContext>() };
    context.allocations.free(memory);
}
