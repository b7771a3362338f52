//! Scalar values known at compile time.

use crate::dtype::Dtype;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A scalar value: a type and its bits, zero-extended to 128.
///
/// Equality is equality of bits, so `NaN == NaN` and `0.0 != -0.0` here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Const {
    dtype: Dtype,
    /// Low half first, so that most values take one aligned word.
    halves: [u64; 2],
}

impl Const {
    /// The value of type `dtype` whose bits are the low bits of `bits`; higher ones are dropped.
    pub const fn from_bits(dtype: Dtype, bits: u128) -> Self {
        let bits = bits & (u128::MAX >> (128 - dtype.bits()));
        Const { dtype, halves: [bits as u64, (bits >> 64) as u64] }
    }

    /// An integer, wrapped to the width of `dtype`.
    pub const fn int(dtype: Dtype, value: i128) -> Self {
        Const::from_bits(dtype, value as u128)
    }

    /// The least value of an integer type, or zero of another.
    pub const fn least(dtype: Dtype) -> Self {
        match dtype.is_signed_int() {
            true => Const::from_bits(dtype, 1 << (dtype.bits() - 1)),
            false => Const::zero(dtype),
        }
    }

    /// The greatest value of an integer type, or all ones of another.
    pub const fn greatest(dtype: Dtype) -> Self {
        Const::from_bits(dtype, u128::MAX >> (dtype.is_signed_int() as u32 + 128 - dtype.bits()))
    }

    /// A `usize`.
    pub const fn index(value: usize) -> Self {
        Const::from_bits(Dtype::Usize, value as u128)
    }

    /// A `bool`.
    pub const fn bool(value: bool) -> Self {
        Const::from_bits(Dtype::Bool, value as u128)
    }

    /// An `f32`.
    pub const fn f32(value: f32) -> Self {
        Const::from_bits(Dtype::F32, value.to_bits() as u128)
    }

    /// An `f64`.
    pub const fn f64(value: f64) -> Self {
        Const::from_bits(Dtype::F64, value.to_bits() as u128)
    }

    /// The zero (or `false`) of `dtype`.
    pub const fn zero(dtype: Dtype) -> Self {
        Const::from_bits(dtype, 0)
    }

    /// The one (or `true`) of `dtype`.
    pub const fn one(dtype: Dtype) -> Self {
        match dtype {
            Dtype::F32 => Const::f32(1.0),
            Dtype::F64 => Const::f64(1.0),
            _ => Const::from_bits(dtype, 1),
        }
    }

    /// The type.
    pub const fn dtype(self) -> Dtype {
        self.dtype
    }

    /// The bits, zero-extended.
    pub const fn bits(self) -> u128 {
        self.halves[0] as u128 | (self.halves[1] as u128) << 64
    }

    /// The slots that stand for the value where it crosses from or to the host, low half first.
    pub fn slots(&self) -> &[u64] {
        &self.halves[..self.dtype.slots()]
    }

    /// The value whose slots are the first of `slots`; missing ones read as zero.
    pub fn from_slots(dtype: Dtype, slots: &mut impl Iterator<Item = u64>) -> Self {
        let halves = slots.take(dtype.slots()).enumerate();
        let bits = halves.fold(0, |bits, (i, half)| bits | u128::from(half) << (64 * i));
        Const::from_bits(dtype, bits)
    }

    /// The mathematical value of an integer or `bool`; `None` for floats and for a `u128` that
    /// an `i128` does not hold.
    pub const fn as_int(self) -> Option<i128> {
        if self.dtype.is_float() {
            return None;
        }
        let value = self.bits() as i128;
        if self.dtype.is_signed_int() {
            let shift = 128 - self.dtype.bits();
            return Some((value << shift) >> shift);
        }
        if value < 0 { None } else { Some(value) }
    }

    /// The value of a `bool`; `None` for other types.
    pub const fn as_bool(self) -> Option<bool> {
        match self.dtype {
            Dtype::Bool => Some(self.halves[0] != 0),
            _ => None,
        }
    }

    /// The value of a float, widened exactly; `None` for other types.
    pub fn as_float(self) -> Option<f64> {
        match self.dtype {
            Dtype::F32 => Some(f64::from(f32::from_bits(self.bits() as u32))),
            Dtype::F64 => Some(f64::from_bits(self.bits() as u64)),
            _ => None,
        }
    }
}

/// Integers and `bool` as Rust writes them; floats in the shortest form that reads back to
/// the same bits, and NaNs as `nan(0x..)` with all their bits.
impl fmt::Display for Const {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.dtype {
            Dtype::Bool => write!(f, "{}", self.halves[0] != 0),
            Dtype::F32 => {
                let value = f32::from_bits(self.bits() as u32);
                if value.is_nan() {
                    write!(f, "nan({:#x})", self.bits())
                } else {
                    write!(f, "{value:?}")
                }
            }
            Dtype::F64 => {
                let value = f64::from_bits(self.bits() as u64);
                if value.is_nan() {
                    write!(f, "nan({:#x})", self.bits())
                } else {
                    write!(f, "{value:?}")
                }
            }
            _ => match self.as_int() {
                Some(value) => write!(f, "{value}"),
                None => write!(f, "{}", self.bits()),
            },
        }
    }
}

macro_rules! const_from {
    ($($ty:ty => $dtype:ident),*) => {$(
        impl From<$ty> for Const {
            fn from(value: $ty) -> Self {
                Const::from_bits(Dtype::$dtype, value as u128)
            }
        }
    )*};
}

const_from!(
    bool => Bool, i8 => I8, i16 => I16, i32 => I32, i64 => I64, i128 => I128,
    isize => Isize, u8 => U8, u16 => U16, u32 => U32, u64 => U64, u128 => U128, usize => Usize
);

impl From<f32> for Const {
    fn from(value: f32) -> Self {
        Const::f32(value)
    }
}

impl From<f64> for Const {
    fn from(value: f64) -> Self {
        Const::f64(value)
    }
}
