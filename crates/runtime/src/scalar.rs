//! The primitive types, and what arrays hold.

use crate::slots::SlotBlock;
use mambo_ir::Dtype;
use num_complex::Complex;
use std::fmt::{Debug, Display};

mod sealed {
    pub trait Sealed {}
}

/// What arrays hold: the primitive types, and `Complex<f32>` and `Complex<f64>`.
///
/// ```
/// use mambo_runtime::Element;
/// assert_eq!(<f32 as Element>::DTYPE.name(), "f32");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the element type of an array in a kernel",
    label = "not a number or `bool`",
    note = "arrays hold i8 to i128, u8 to u128, isize, usize, f32, f64, bool, `Complex<f32>` or `Complex<f64>`; for structures, tuples and `[T; N]`, take a slice `&[T]`, or one array a field",
    note = "for a generic parameter write `T: Number`, `T: Real` or `T: Integer`"
)]
pub trait Element:
    sealed::Sealed + Copy + PartialEq + Debug + Display + Default + Send + Sync + 'static
{
    /// Its name for the compiler.
    const DTYPE: Dtype;
}

/// A primitive type: the integers, the floats and `bool`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a primitive type",
    label = "not a primitive number or `bool`",
    note = "for a generic parameter write `T: Number`, `T: Real` or `T: Integer`"
)]
pub trait Scalar: Element + PartialOrd {
    /// A slot, or two for 128 bits.
    #[doc(hidden)]
    type Slot: SlotBlock;

    /// Its bits, zero-extended.
    #[doc(hidden)]
    fn to_slot(self) -> Self::Slot;

    /// The value of the low bits.
    #[doc(hidden)]
    fn from_slot(slot: Self::Slot) -> Self;
}

macro_rules! elements {
    ($($ty:ty => $dtype:ident),*) => {$(
        impl sealed::Sealed for $ty {}
        impl Element for $ty {
            const DTYPE: Dtype = Dtype::$dtype;
        }
    )*};
}

macro_rules! integers {
    ($($ty:ident as $unsigned:ident => $dtype:ident),* $(,)?) => {$(
        elements!($ty => $dtype);
        impl Scalar for $ty {
            type Slot = u64;
            #[inline]
            fn to_slot(self) -> u64 {
                self as $unsigned as u64
            }
            #[inline]
            fn from_slot(slot: u64) -> Self {
                slot as $ty
            }
        }
    )*};
}

integers!(
    i8 as u8 => I8, i16 as u16 => I16, i32 as u32 => I32, i64 as u64 => I64,
    isize as usize => Isize, u8 as u8 => U8, u16 as u16 => U16, u32 as u32 => U32,
    u64 as u64 => U64, usize as usize => Usize,
);

macro_rules! integers128 {
    ($($ty:ident => $dtype:ident),*) => {$(
        elements!($ty => $dtype);
        impl Scalar for $ty {
            type Slot = [u64; 2];
            #[inline]
            fn to_slot(self) -> [u64; 2] {
                [self as u64, (self >> 64) as u64]
            }
            #[inline]
            fn from_slot([low, high]: [u64; 2]) -> Self {
                (high as $ty) << 64 | low as $ty
            }
        }
    )*};
}

integers128!(i128 => I128, u128 => U128);

elements!(bool => Bool, f32 => F32, f64 => F64, Complex<f32> => C64, Complex<f64> => C128);

impl Scalar for bool {
    type Slot = u64;
    #[inline]
    fn to_slot(self) -> u64 {
        u64::from(self)
    }
    #[inline]
    fn from_slot(slot: u64) -> Self {
        slot & 1 != 0
    }
}

impl Scalar for f32 {
    type Slot = u64;
    #[inline]
    fn to_slot(self) -> u64 {
        u64::from(self.to_bits())
    }
    #[inline]
    fn from_slot(slot: u64) -> Self {
        f32::from_bits(slot as u32)
    }
}

impl Scalar for f64 {
    type Slot = u64;
    #[inline]
    fn to_slot(self) -> u64 {
        self.to_bits()
    }
    #[inline]
    fn from_slot(slot: u64) -> Self {
        f64::from_bits(slot)
    }
}

/// Calls a macro with all fifteen primitive types.
macro_rules! for_each_scalar {
    ($callback:ident) => {
        $callback!(bool, i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize, f32, f64);
    };
}
pub(crate) use for_each_scalar;

/// Calls a macro once for each length of tuple, with names and positions of its items.
macro_rules! for_each_tuple {
    ($callback:ident) => {
        $callback!(A 0);
        $callback!(A 0, B 1);
        $callback!(A 0, B 1, C 2);
        $callback!(A 0, B 1, C 2, D 3);
        $callback!(A 0, B 1, C 2, D 3, E 4);
        $callback!(A 0, B 1, C 2, D 3, E 4, F 5);
    };
}
pub(crate) use for_each_tuple;

/// The list type or list value of the items given.
macro_rules! list {
    () => { $crate::slots::End };
    ($first:expr $(, $rest:expr)*) => {
        $crate::slots::Cons($first, $crate::scalar::list!($($rest),*))
    };
}
pub(crate) use list;

macro_rules! list_type {
    () => { $crate::slots::End };
    ($first:ty $(, $rest:ty)*) => {
        $crate::slots::Cons<$first, $crate::scalar::list_type!($($rest),*)>
    };
}
pub(crate) use list_type;

macro_rules! list_pattern {
    () => { $crate::slots::End };
    ($first:ident $(, $rest:ident)*) => {
        $crate::slots::Cons($first, $crate::scalar::list_pattern!($($rest),*))
    };
}
pub(crate) use list_pattern;
