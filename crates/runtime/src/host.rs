//! Functions of the host that kernels call, and the panics they raise.
//!
//! A trampoline, monomorphic in the function, unpacks the slots, calls the function and packs
//! its result. A panic must not unwind through compiled code: it is caught, kept in the
//! thread, and raised again by the call of the kernel.

use crate::arg::strided_array_type;
use crate::describe::array_type;
use crate::plain::Plain;
use crate::rank::{Rank, view, view_mut};
use crate::scalar::{Element, list_pattern, list_type};
use crate::slots::SlotBlock;
use mambo_compiler::source::{Callee, HostCallee};
use mambo_ir::Type;
use mambo_ir::signature::Access;
use ndarray::{ArrayBase, ViewRepr};
use std::any::Any;
use std::cell::Cell;
use std::mem::{MaybeUninit, size_of};
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    /// What a host function called by a kernel of this thread panicked with.
    static PAYLOAD: Cell<Option<Box<dyn Any + Send>>> = const { Cell::new(None) };
}

/// The payload of the panic that ended the call of a kernel.
pub(crate) fn take_payload() -> Option<Box<dyn Any + Send>> {
    PAYLOAD.take()
}

/// A type that a kernel can hand to a function of the host: plain values, slices and views.
///
/// # Safety
/// The slots must be those of a value of [`HostArg::host_type`].
#[diagnostic::on_unimplemented(
    message = "a kernel cannot call a function that takes `{Self}`",
    label = "functions called by a kernel take plain values, and slices and array views of numbers",
    note = "let the function take numbers, `bool`, tuples, structures with `#[derive(mambo::Data)]`, `&[T]`, `ArrayView` or `ArrayViewMut` of numbers; or make it a kernel with `#[jit]`"
)]
pub unsafe trait HostArg {
    /// Its slots.
    #[doc(hidden)]
    type Slots: SlotBlock;

    /// Its type for the compiler.
    #[doc(hidden)]
    fn host_type() -> Type;

    /// The value of the slots.
    ///
    /// # Safety
    /// The slots must describe a value of [`HostArg::host_type`] that lives as long as it is
    /// used, and is not used by others if it is mutable.
    #[doc(hidden)]
    unsafe fn from_host_slots(slots: Self::Slots) -> Self;
}

// SAFETY: by the contract of `Plain`.
unsafe impl<T: Plain> HostArg for T {
    type Slots = T::Slots;
    fn host_type() -> Type {
        T::plain_type()
    }
    #[inline]
    unsafe fn from_host_slots(slots: Self::Slots) -> Self {
        T::from_slots(slots)
    }
}

// SAFETY: address, length and stride, as slices are described.
unsafe impl<'a, T: Element> HostArg for &'a [T] {
    type Slots = [u64; 3];
    fn host_type() -> Type {
        array_type::<T>(1, Access::Shared, true)
    }
    #[inline]
    unsafe fn from_host_slots([address, len, _]: [u64; 3]) -> &'a [T] {
        if len == 0 {
            return &[];
        }
        // SAFETY: by the contract of this function.
        unsafe { std::slice::from_raw_parts(address as *const T, len as usize) }
    }
}

// SAFETY: address, length and stride, as slices are described.
unsafe impl<'a, T: Element> HostArg for &'a mut [T] {
    type Slots = [u64; 3];
    fn host_type() -> Type {
        array_type::<T>(1, Access::Mut, true)
    }
    #[inline]
    unsafe fn from_host_slots([address, len, _]: [u64; 3]) -> &'a mut [T] {
        if len == 0 {
            return &mut [];
        }
        // SAFETY: by the contract of this function.
        unsafe { std::slice::from_raw_parts_mut(address as *mut T, len as usize) }
    }
}

// SAFETY: address, lengths and strides, as views are described.
unsafe impl<'a, T: Element, D: Rank> HostArg for ArrayBase<ViewRepr<&'a T>, D> {
    type Slots = D::Slots;
    fn host_type() -> Type {
        strided_array_type::<T>(D::RANK, Access::Shared)
    }
    #[inline]
    unsafe fn from_host_slots(slots: D::Slots) -> Self {
        // SAFETY: by the contract of this function.
        unsafe { view::<'a, T, D>(slots) }
    }
}

// SAFETY: address, lengths and strides, as views are described.
unsafe impl<'a, T: Element, D: Rank> HostArg for ArrayBase<ViewRepr<&'a mut T>, D> {
    type Slots = D::Slots;
    fn host_type() -> Type {
        strided_array_type::<T>(D::RANK, Access::Mut)
    }
    #[inline]
    unsafe fn from_host_slots(slots: D::Slots) -> Self {
        // SAFETY: by the contract of this function.
        unsafe { view_mut::<'a, T, D>(slots) }
    }
}

/// A function of the host that a kernel can call: at most 8 arguments, each a [`HostArg`],
/// and a [`Plain`] result.
#[diagnostic::on_unimplemented(
    message = "a kernel cannot call this function",
    label = "not a safe function of at most 8 plain arguments, slices and views of numbers",
    note = "functions called by a kernel take numbers, `bool`, tuples, structures with `#[derive(mambo::Data)]`, slices and array views of numbers, and return plain values; or make it a kernel with `#[jit]`"
)]
pub trait HostFn<Args, Result>: Copy {
    /// How a kernel calls it.
    #[doc(hidden)]
    fn callee(self, name: &'static str) -> Callee;
}

/// See [`mambo_ir::function::HostFunction::trampoline`].
type Trampoline = unsafe extern "C" fn(usize, *const u64, *mut u64) -> u32;

/// A function as a word: its address if it is a pointer, nothing if it is an item.
fn to_env<F: Copy>(function: F) -> usize {
    const { assert!(size_of::<F>() == 0 || size_of::<F>() == size_of::<usize>()) };
    if size_of::<F>() == 0 {
        return 0;
    }
    // SAFETY: of the same size, and a function that is not an item is a pointer.
    unsafe { std::mem::transmute_copy(&function) }
}

/// The function of a word.
///
/// # Safety
/// The word must be what [`to_env`] made of a function of this type.
unsafe fn from_env<F: Copy>(env: usize) -> F {
    // SAFETY: a value of size zero has been seen, so making another is copying it; otherwise
    // the bits are those of the function.
    unsafe {
        if size_of::<F>() == 0 {
            #[allow(clippy::uninit_assumed_init, reason = "the type is of size zero")]
            return MaybeUninit::uninit().assume_init();
        }
        std::mem::transmute_copy(&env)
    }
}

/// Runs a host function; 1 if it panics, and then keeps the payload.
fn guarded<R: Plain>(call: impl FnOnce() -> R, results: *mut u64) -> u32 {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(value) => {
            // SAFETY: compiled code has room for the results of the function's type.
            unsafe { results.cast::<R::Slots>().write(value.to_slots()) };
            0
        }
        Err(payload) => {
            PAYLOAD.set(Some(payload));
            1
        }
    }
}

macro_rules! host_functions {
    ($($name:ident),*) => {
        impl<Function, Output, $($name),*> HostFn<($($name,)*), Output> for Function
        where
            Function: Fn($($name),*) -> Output + Copy,
            Output: Plain,
            $($name: HostArg,)*
        {
            fn callee(self, name: &'static str) -> Callee {
                #[allow(non_snake_case, reason = "arguments are named by their types")]
                unsafe extern "C" fn trampoline<Function, Output, $($name),*>(
                    env: usize,
                    args: *const u64,
                    results: *mut u64,
                ) -> u32
                where
                    Function: Fn($($name),*) -> Output + Copy,
                    Output: Plain,
                    $($name: HostArg,)*
                {
                    guarded(|| {
                        // SAFETY: compiled code hands over the word and the slots of this
                        // function.
                        unsafe {
                            let function = from_env::<Function>(env);
                            let list_pattern!($($name),*) =
                                args.cast::<list_type!($($name::Slots),*)>().read();
                            function($($name::from_host_slots($name)),*)
                        }
                    }, results)
                }
                let trampoline: Trampoline = trampoline::<Function, Output, $($name),*>;
                Callee::Host(HostCallee {
                    name,
                    trampoline: trampoline as usize,
                    env: to_env(self),
                    params: vec![$($name::host_type()),*],
                    result: Output::plain_type(),
                })
            }
        }
    };
}
host_functions!();
host_functions!(A);
host_functions!(A, B);
host_functions!(A, B, C);
host_functions!(A, B, C, D);
host_functions!(A, B, C, D, E);
host_functions!(A, B, C, D, E, G);
host_functions!(A, B, C, D, E, G, H);
host_functions!(A, B, C, D, E, G, H, I);
