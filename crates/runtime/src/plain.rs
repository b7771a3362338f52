//! Values made of scalars at fixed places: scalars, tuples, `[T; N]`, `Option` of them, and
//! structures with `#[derive(Data)]`.

use crate::scalar::{
    Element, Scalar, for_each_scalar, for_each_tuple, list, list_pattern, list_type,
};
use crate::slots::{Cons, SlotBlock, as_slots_mut};
use mambo_ir::Type;
use mambo_ir::signature::StructType;

/// A value made of scalars at fixed places, which travels as its scalars, flattened depth
/// first. Implemented for scalars, tuples, `[T; N]`, `Option`, and by `#[derive(Data)]`.
///
/// # Safety
/// [`Plain::plain_type`] must have the scalars of the slots, [`Plain::to_slots`] give the bits
/// of each, and [`Plain::from_slots`] take them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a type that kernels know",
    label = "kernels cannot take, return, capture or hold this type",
    note = "kernels know numbers and `bool`, tuples and `[T; N]` of them, structures with `#[derive(mambo::Data)]`, slices `&[T]` of them, and ndarray's `Array`, `ArrayView`, `ArrayViewMut` and `&ArrayRef` of numbers, of 0 to 6 dimensions (tuples up to 6 items)",
    note = "for a generic parameter write `T: Number`, `T: Real` or `T: Integer`"
)]
pub unsafe trait Plain: Sized {
    /// Its scalars as slots.
    #[doc(hidden)]
    type Slots: SlotBlock;

    /// Its type for the compiler.
    #[doc(hidden)]
    fn plain_type() -> Type;

    /// Its scalars.
    #[doc(hidden)]
    fn to_slots(&self) -> Self::Slots;

    /// The value of these scalars.
    #[doc(hidden)]
    fn from_slots(slots: Self::Slots) -> Self;
}

/// A [`Plain`] value whose scalars can be pointed at, so that kernels can take references
/// to it. An `Option` cannot: whether its scalar is there would not be known.
///
/// # Safety
/// [`Leaves::views`] must give a view of each scalar of [`Plain::plain_type`], in order and
/// inside of the values; of items of a `[T; N]`, which are alike, one view with an axis more.
#[diagnostic::on_unimplemented(
    message = "kernels cannot have `{Self}` behind a reference or in a structure",
    label = "not a number, a `bool`, or made of them",
    note = "references and fields of structures hold numbers, `bool`, tuples and `[T; N]` of them, or structures with `#[derive(mambo::Data)]`"
)]
pub unsafe trait Leaves: Plain {
    /// The views of the scalars of values that lie along axes, which `Axes` has a slot of each.
    #[doc(hidden)]
    type Views<Axes: SlotBlock>: SlotBlock;

    /// Whether a value is itself its only scalar.
    #[doc(hidden)]
    const IS_LEAF: bool = false;

    /// The views of the scalars of values along axes of these lengths, `steps` bytes apart, the
    /// first of which is `this`: address, lengths, strides in scalars.
    ///
    /// # Safety
    /// `this` and what lies along the axes must be memory of values.
    #[doc(hidden)]
    unsafe fn views<Axes: SlotBlock>(
        this: *mut Self,
        lengths: Axes,
        steps: Axes,
    ) -> Self::Views<Axes>;
}

/// A view of one scalar: address, lengths, strides.
pub(crate) type LeafView<Axes> = Cons<u64, Cons<Axes, Axes>>;

/// See [`Leaves::views`].
#[inline]
pub(crate) fn leaf_view<T, Axes: SlotBlock>(
    this: *mut T,
    lengths: Axes,
    mut steps: Axes,
) -> LeafView<Axes> {
    let size = size_of::<T>() as u64;
    for step in as_slots_mut(&mut steps) {
        assert!(
            step.is_multiple_of(size),
            "a kernel cannot step through complex numbers that are {step} bytes apart: reorder or fill up the structure in the array"
        );
        *step /= size;
    }
    Cons(this as u64, Cons(lengths, steps))
}

/// Implements [`Leaves`] for what is one element of an array.
///
/// # Safety
/// The type must be an [`Element`] of the type it is described as.
macro_rules! one_leaf {
    (unsafe $ty:ty) => {
        // SAFETY: the only leaf is the element itself, as the caller says.
        unsafe impl $crate::plain::Leaves for $ty {
            type Views<Axes: $crate::slots::SlotBlock> = $crate::plain::LeafView<Axes>;
            const IS_LEAF: bool = true;
            #[inline]
            unsafe fn views<Axes: $crate::slots::SlotBlock>(
                this: *mut Self,
                lengths: Axes,
                steps: Axes,
            ) -> Self::Views<Axes> {
                $crate::plain::leaf_view(this, lengths, steps)
            }
        }
    };
}
pub(crate) use one_leaf;

macro_rules! plain_scalars {
    ($($ty:ident),*) => {$(
        // SAFETY: one scalar with the slots of its type.
        unsafe impl Plain for $ty {
            type Slots = <$ty as Scalar>::Slot;
            fn plain_type() -> Type {
                Type::Scalar(<$ty as Element>::DTYPE)
            }
            #[inline]
            fn to_slots(&self) -> Self::Slots {
                self.to_slot()
            }
            #[inline]
            fn from_slots(slots: Self::Slots) -> Self {
                <$ty as Scalar>::from_slot(slots)
            }
        }

        one_leaf!(unsafe $ty);
    )*};
}
for_each_scalar!(plain_scalars);

// SAFETY: no scalar, no slot.
unsafe impl Plain for () {
    type Slots = [u64; 0];
    fn plain_type() -> Type {
        Type::UNIT
    }
    #[inline]
    fn to_slots(&self) -> [u64; 0] {
        []
    }
    #[inline]
    fn from_slots(_: [u64; 0]) {}
}

// SAFETY: the one scalar there is.
unsafe impl Plain for ndarray::Axis {
    type Slots = u64;
    fn plain_type() -> Type {
        Type::Struct(Box::new(StructType {
            name: "Axis".into(),
            fields: vec![("0".into(), usize::plain_type())],
        }))
    }
    #[inline]
    fn to_slots(&self) -> u64 {
        self.0.to_slots()
    }
    #[inline]
    fn from_slots(slots: u64) -> Self {
        ndarray::Axis(usize::from_slots(slots))
    }
}

macro_rules! plain_tuples {
    ($($name:ident $index:tt),+) => {
        // SAFETY: the scalars of the items, in order.
        unsafe impl<$($name: Plain),+> Plain for ($($name,)+) {
            type Slots = list_type!($($name::Slots),+);
            fn plain_type() -> Type {
                Type::Tuple(vec![$($name::plain_type()),+])
            }
            #[inline]
            fn to_slots(&self) -> Self::Slots {
                list!($(self.$index.to_slots()),+)
            }
            #[inline]
            #[allow(non_snake_case, reason = "items are named by their types")]
            fn from_slots(list_pattern!($($name),+): Self::Slots) -> Self {
                ($($name::from_slots($name),)+)
            }
        }

        // SAFETY: the leaves of the items, in order.
        unsafe impl<$($name: Leaves),+> Leaves for ($($name,)+) {
            type Views<Axes: SlotBlock> = list_type!($($name::Views<Axes>),+);
            #[inline]
            unsafe fn views<Axes: SlotBlock>(
                this: *mut Self,
                lengths: Axes,
                steps: Axes,
            ) -> Self::Views<Axes> {
                // SAFETY: fields of values that the caller vouches for.
                unsafe { list!($($name::views(&raw mut (*this).$index, lengths, steps)),+) }
            }
        }
    };
}
for_each_tuple!(plain_tuples);

// SAFETY: the scalars of the items, in order.
unsafe impl<T: Plain, const N: usize> Plain for [T; N] {
    type Slots = [T::Slots; N];
    fn plain_type() -> Type {
        Type::FixedArray(Box::new(T::plain_type()), N)
    }
    #[inline]
    fn to_slots(&self) -> Self::Slots {
        std::array::from_fn(|i| self[i].to_slots())
    }
    #[inline]
    fn from_slots(slots: Self::Slots) -> Self {
        slots.map(T::from_slots)
    }
}

// SAFETY: the items are as far apart as they are large.
unsafe impl<T: Leaves, const N: usize> Leaves for [T; N] {
    type Views<Axes: SlotBlock> = T::Views<Cons<Axes, u64>>;
    #[inline]
    unsafe fn views<Axes: SlotBlock>(
        this: *mut Self,
        lengths: Axes,
        steps: Axes,
    ) -> Self::Views<Axes> {
        let (lengths, steps) = (Cons(lengths, N as u64), Cons(steps, size_of::<T>() as u64));
        // SAFETY: items of arrays that the caller vouches for.
        unsafe { T::views(this.cast(), lengths, steps) }
    }
}

// SAFETY: a `bool`, and the scalars of the value.
unsafe impl<T: Plain> Plain for Option<T> {
    type Slots = Cons<u64, T::Slots>;
    fn plain_type() -> Type {
        Type::Option(Box::new(T::plain_type()))
    }
    #[inline]
    fn to_slots(&self) -> Self::Slots {
        match self {
            Some(value) => Cons(1, value.to_slots()),
            // SAFETY: any bits are a block of slots, zeros too.
            None => Cons(0, unsafe { std::mem::zeroed() }),
        }
    }
    #[inline]
    fn from_slots(Cons(some, value): Self::Slots) -> Self {
        (some & 1 != 0).then(|| T::from_slots(value))
    }
}
