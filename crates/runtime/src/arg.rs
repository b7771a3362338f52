//! Arguments of kernels, and how they become slots.
//!
//! Promise: the slots of a value point into the value, so they may be used as long as the
//! value is neither moved, dropped nor touched.

use crate::describe::{Described, array_type, reference_type};
use crate::plain::{Leaves, Plain};
use crate::rank::{Layouts, MAX_ARRAYS, Rank};
use crate::scalar::{Element, for_each_scalar, for_each_tuple};
use crate::slots::{Cons, End, SlotBlock};
use mambo_ir::Type;
use mambo_ir::signature::Access;
use ndarray::{ArrayBase, ArrayRef, OwnedRepr, ViewRepr};
use std::mem::MaybeUninit;

/// A type that a kernel can take as an argument.
///
/// | type | what the kernel gets |
/// |---|---|
/// | numbers, `bool`, tuples, `[T; N]`, `Option`, structures with `#[derive(Data)]` | its scalars |
/// | `&T`, `&mut T` of them but `Option` | a view of each scalar |
/// | `&[T]`, `&mut [T]` of them but `Option` | a view of each scalar |
/// | `ArrayView`, `ArrayViewMut`, `Array`, `&ArrayRef`, `&Array` and their `&mut` | a view |
///
/// # Safety
/// The slots must describe the value as [`Described::describe`] says, and each array that is
/// not a slice must have pushed its class, in order.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a kernel",
    label = "kernels cannot take this type",
    note = "kernels take numbers and `bool`, tuples and `[T; N]` of them, structures with `#[derive(mambo::Data)]`, slices `&[T]` of them, and ndarray's `Array`, `ArrayView`, `ArrayViewMut` and `&ArrayRef` of numbers, of 0 to 6 dimensions",
    note = "for a generic parameter write `T: Number`, `T: Real` or `T: Integer`"
)]
pub unsafe trait Arg: Described {
    /// Its slots.
    #[doc(hidden)]
    type Slots: SlotBlock;

    /// How many layout classes it pushes.
    #[doc(hidden)]
    const ARRAYS: u32 = 0;

    /// The slots.
    #[doc(hidden)]
    fn pack(&mut self, layouts: &mut Layouts) -> Self::Slots;
}

// SAFETY: by the contract of `Plain`.
unsafe impl<T: Plain> Arg for T {
    type Slots = T::Slots;
    #[inline]
    fn pack(&mut self, _: &mut Layouts) -> Self::Slots {
        self.to_slots()
    }
}

/// References to one type whose scalars can be pointed at. A blanket implementation would
/// overlap with the one for plain types.
macro_rules! references {
    ([$($generics:tt)*] $ty:ty) => {
        impl<$($generics)*> Described for &$ty {
            fn describe() -> Type {
                reference_type::<$ty>(false)
            }
        }

        impl<$($generics)*> Described for &mut $ty {
            fn describe() -> Type {
                reference_type::<$ty>(true)
            }
        }

        // SAFETY: by the contract of `Leaves`.
        unsafe impl<$($generics)*> Arg for &$ty {
            type Slots = <$ty as Leaves>::Views<End>;
            #[inline]
            fn pack(&mut self, _: &mut Layouts) -> Self::Slots {
                // SAFETY: a reference points to a value.
                unsafe { <$ty as Leaves>::views((&raw const **self).cast_mut(), End, End) }
            }
        }

        // SAFETY: by the contract of `Leaves`.
        unsafe impl<$($generics)*> Arg for &mut $ty {
            type Slots = <$ty as Leaves>::Views<End>;
            #[inline]
            fn pack(&mut self, _: &mut Layouts) -> Self::Slots {
                // SAFETY: a reference points to a value.
                unsafe { <$ty as Leaves>::views(&raw mut **self, End, End) }
            }
        }
    };
}

macro_rules! scalar_references {
    ($($ty:ident),*) => {$(references!([] $ty);)*};
}
for_each_scalar!(scalar_references);

pub(crate) use references;

macro_rules! tuple_references {
    ($($name:ident $index:tt),+) => {
        references!([$($name: Leaves),+] ($($name,)+));
    };
}
for_each_tuple!(tuple_references);
references!([T: Leaves, const N: usize] [T; N]);

/// The views of a slice, which need an axis to have a length.
#[inline]
fn pack_slice<T: Leaves>(first: *mut T, len: usize) -> T::Views<u64> {
    const {
        assert!(
            <T::Views<u64> as SlotBlock>::LEN > 0,
            "a kernel cannot take a slice of values that hold no number: pass the length"
        );
    }
    let size = size_of::<T>() as u64;
    if len == 0 && !T::IS_LEAF {
        // What an empty slice points to has no fields whose places could be taken.
        let mut place = MaybeUninit::<T>::uninit();
        // SAFETY: no element is read or written where there is none.
        return unsafe { T::views(place.as_mut_ptr(), 0, size) };
    }
    // SAFETY: the elements of a slice lie side by side; a leaf is taken no field of.
    unsafe { T::views(first, len as u64, size) }
}

// SAFETY: by the contract of `Leaves`; a slice of numbers is of class C without saying so.
unsafe impl<T: Leaves> Arg for &[T] {
    type Slots = T::Views<u64>;
    #[inline]
    fn pack(&mut self, _: &mut Layouts) -> Self::Slots {
        pack_slice(self.as_ptr().cast_mut(), self.len())
    }
}

// SAFETY: by the contract of `Leaves`; a slice of numbers is of class C without saying so.
unsafe impl<T: Leaves> Arg for &mut [T] {
    type Slots = T::Views<u64>;
    #[inline]
    fn pack(&mut self, _: &mut Layouts) -> Self::Slots {
        pack_slice(self.as_mut_ptr(), self.len())
    }
}

/// The slots of an array that is read.
#[inline]
fn pack_shared<T: Element, D: Rank>(array: &ArrayRef<T, D>, layouts: &mut Layouts) -> D::Slots {
    D::pack(array.as_ptr() as usize, array.shape(), array.strides(), layouts)
}

/// The slots of an array that is written.
#[inline]
fn pack_mut<T: Element, D: Rank>(array: &mut ArrayRef<T, D>, layouts: &mut Layouts) -> D::Slots {
    let address = array.as_mut_ptr() as usize;
    D::pack(address, array.shape(), array.strides(), layouts)
}

macro_rules! arrays {
    ($($pack:ident [$($generics:tt)*] $ty:ty, $item:ty;)*) => {$(
        // SAFETY: ndarray keeps pointer, shape and strides of an array in agreement.
        unsafe impl<$($generics)*> Arg for $ty {
            type Slots = D::Slots;
            const ARRAYS: u32 = 1;
            #[inline]
            fn pack(&mut self, layouts: &mut Layouts) -> Self::Slots {
                $pack::<$item, D>(self, layouts)
            }
        }
    )*};
}
arrays! {
    pack_shared [T: Element, D: Rank] ArrayBase<ViewRepr<&T>, D>, T;
    pack_mut [T: Element, D: Rank] ArrayBase<ViewRepr<&mut T>, D>, T;
    pack_mut [T: Element, D: Rank] ArrayBase<OwnedRepr<T>, D>, T;
    pack_shared [T: Element, D: Rank] &ArrayRef<T, D>, T;
    pack_mut [T: Element, D: Rank] &mut ArrayRef<T, D>, T;
    pack_shared [S: ndarray::Data<Elem: Element>, D: Rank] &ArrayBase<S, D>, S::Elem;
    pack_mut [S: ndarray::DataMut<Elem: Element>, D: Rank] &mut ArrayBase<S, D>, S::Elem;
}

/// The arguments of a call, as a list.
///
/// # Safety
/// As [`Arg`], for each item in order.
#[doc(hidden)]
pub unsafe trait Arguments {
    /// The slots of all.
    type Slots: SlotBlock;
    /// How many layout classes they push.
    const ARRAYS: u32;
    /// The slots of all.
    fn pack(&mut self, layouts: &mut Layouts) -> Self::Slots;
    /// The types of all.
    fn describe(into: &mut Vec<Type>);
}

// SAFETY: nothing to describe.
unsafe impl Arguments for End {
    type Slots = End;
    const ARRAYS: u32 = 0;
    #[inline]
    fn pack(&mut self, _: &mut Layouts) -> End {
        End
    }
    fn describe(_: &mut Vec<Type>) {}
}

// SAFETY: the slots of the first, then those of the rest.
unsafe impl<A: Arg, R: Arguments> Arguments for Cons<A, R> {
    type Slots = Cons<A::Slots, R::Slots>;
    const ARRAYS: u32 = {
        let arrays = A::ARRAYS + R::ARRAYS;
        assert!(arrays <= MAX_ARRAYS, "a kernel takes at most 32 arrays");
        arrays
    };
    #[inline]
    fn pack(&mut self, layouts: &mut Layouts) -> Self::Slots {
        const { assert!(Self::ARRAYS <= MAX_ARRAYS) };
        let first = self.0.pack(layouts);
        Cons(first, self.1.pack(layouts))
    }
    fn describe(into: &mut Vec<Type>) {
        into.push(A::describe());
        R::describe(into);
    }
}

/// An argument's type is an array whose class a call tells.
pub(crate) fn tells_layout(ty: &Type) -> bool {
    matches!(ty, Type::Array(array) if !array.slice)
}

/// The type of an array that host functions take: any strides.
pub(crate) fn strided_array_type<T: Element>(rank: u8, access: Access) -> Type {
    match array_type::<T>(rank, access, false) {
        Type::Array(mut array) => {
            array.layout = if rank == 0 { mambo_ir::Layout::C } else { mambo_ir::Layout::Strided };
            Type::Array(array)
        }
        other => other,
    }
}
