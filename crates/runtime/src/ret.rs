//! Results of kernels, and how slots become them.

use crate::context::Allocations;
use crate::describe::Described;
use crate::plain::Plain;
use crate::rank::{Rank, view};
use crate::scalar::{Element, for_each_scalar, for_each_tuple, list_pattern, list_type};
use crate::slots::SlotBlock;
use mambo_ir::Type;
use ndarray::{Array, ShapeBuilder};
use std::alloc::Layout;

/// A type that a kernel can return: numbers, `bool`, structures with `#[derive(Data)]`,
/// owned arrays, and tuples of these; `[T; N]` and `Option` of all but arrays.
///
/// # Safety
/// The type must be described as what [`Ret::unpack`] takes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the result of a kernel",
    label = "kernels cannot return this type",
    note = "kernels return numbers and `bool`, structures with `#[derive(mambo::Data)]`, owned arrays (`Array1<f64>`), tuples of these, and `[T; N]` and `Option` of plain values; instead of a view, return an owned array or write into an argument"
)]
pub unsafe trait Ret: Sized {
    /// Its slots.
    #[doc(hidden)]
    type Slots: SlotBlock;

    /// Its type for the compiler.
    #[doc(hidden)]
    fn result_type() -> Type;

    /// The value of what compiled code has written.
    ///
    /// # Safety
    /// The slots must hold a value of [`Ret::result_type`]; arrays must be readable, and
    /// those in `allocations` must not be used by anyone else.
    #[doc(hidden)]
    unsafe fn unpack(slots: Self::Slots, allocations: &mut Allocations) -> Self;
}

macro_rules! plain_results {
    ($([$($generics:tt)*] $ty:ty),*) => {$(
        // SAFETY: by the contract of `Plain`.
        unsafe impl<$($generics)*> Ret for $ty {
            type Slots = <$ty as Plain>::Slots;
            fn result_type() -> Type {
                <$ty as Plain>::plain_type()
            }
            #[inline]
            unsafe fn unpack(slots: Self::Slots, _: &mut Allocations) -> Self {
                <$ty as Plain>::from_slots(slots)
            }
        }
    )*};
}
pub(crate) use plain_results;

macro_rules! scalar_results {
    ($($ty:ident),*) => { plain_results!($([] $ty),*); };
}
for_each_scalar!(scalar_results);
plain_results!([] (), [T: Plain, const N: usize] [T; N], [T: Plain] Option<T>);

macro_rules! tuple_results {
    ($($name:ident $index:tt),+) => {
        // SAFETY: the results of the items, in order.
        unsafe impl<$($name: Ret),+> Ret for ($($name,)+) {
            type Slots = list_type!($($name::Slots),+);
            fn result_type() -> Type {
                Type::Tuple(vec![$($name::result_type()),+])
            }
            #[inline]
            #[allow(non_snake_case, reason = "items are named by their types")]
            unsafe fn unpack(
                list_pattern!($($name),+): Self::Slots,
                allocations: &mut Allocations,
            ) -> Self {
                // SAFETY: each takes its own part, by the contract of this function.
                unsafe { ($($name::unpack($name, allocations),)+) }
            }
        }
    };
}
for_each_tuple!(tuple_results);

// SAFETY: address, lengths and strides, as arrays are described.
unsafe impl<T: Element, D: Rank> Ret for Array<T, D> {
    type Slots = D::Slots;
    fn result_type() -> Type {
        Self::describe()
    }
    #[inline]
    unsafe fn unpack(slots: D::Slots, allocations: &mut Allocations) -> Self {
        let (address, dims, strides) = D::unpack(slots);
        let len = dims.size();
        if len == 0 {
            return Array::default(dims);
        }
        let allocated = Layout::array::<T>(len);
        let mut take = |memory: *mut T| {
            let layout = allocated.as_ref().is_ok_and(|l| allocations.take(memory.cast(), *l));
            // SAFETY: allocated by the global allocator with the layout of `len` elements, all
            // written, and taken from the list that would have freed it.
            layout.then(|| unsafe { Vec::from_raw_parts(memory, len, len) })
        };
        if dims.default_strides() == strides
            && let Some(elements) = take(address as *mut T)
        {
            // SAFETY: as many elements as the shape has, in its standard order.
            return unsafe {
                Array::from_shape_vec_unchecked(dims.into_shape_with_order(), elements)
            };
        }
        // SAFETY: the slots describe a readable array, by the contract of this function.
        let view = unsafe { view::<T, D>(slots) };
        let start = view.as_slice_memory_order().map(|elements| elements.as_ptr().cast_mut());
        if let Some(elements) = start.and_then(take) {
            return in_memory_order(dims, strides, elements);
        }
        // An argument that was handed through: its memory is still that of the argument.
        view.to_owned()
    }
}

/// The array of contiguous elements with these strides, in any order and direction.
fn in_memory_order<T: Element, D: Rank>(dims: D, strides: D, elements: Vec<T>) -> Array<T, D> {
    let mut sizes = strides.clone();
    for size in sizes.slice_mut() {
        *size = (*size as isize).unsigned_abs();
    }
    // SAFETY: as many elements as the shape has, which the strides reach once each.
    let mut array = unsafe { Array::from_shape_vec_unchecked(dims.strides(sizes), elements) };
    for (axis, &stride) in strides.slice().iter().enumerate() {
        if (stride as isize) < 0 {
            array.invert_axis(ndarray::Axis(axis));
        }
    }
    array
}
