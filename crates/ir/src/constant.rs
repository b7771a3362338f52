//! Scalar values known at compile time.

use crate::dtype::Dtype;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A scalar value: a type and its bits, zero-extended to 64.
///
/// Equality is equality of bits, so `NaN == NaN` and `0.0 != -0.0` here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Const {
    dtype: Dtype,
    bits: u64,
}

impl Const {
    /// The value of type `dtype` whose bits are the low bits of `bits`; higher ones are dropped.
    pub const fn from_bits(dtype: Dtype, bits: u64) -> Self {
        let width = dtype.bits();
        let bits = if width == 64 { bits } else { bits & ((1 << width) - 1) };
        Const { dtype, bits }
    }

    /// An integer, wrapped to the width of `dtype`.
    pub const fn int(dtype: Dtype, value: i128) -> Self {
        Const::from_bits(dtype, value as u64)
    }

    /// A `usize`.
    pub const fn index(value: usize) -> Self {
        Const::from_bits(Dtype::Usize, value as u64)
    }

    /// A `bool`.
    pub const fn bool(value: bool) -> Self {
        Const::from_bits(Dtype::Bool, value as u64)
    }

    /// An `f32`.
    pub const fn f32(value: f32) -> Self {
        Const::from_bits(Dtype::F32, value.to_bits() as u64)
    }

    /// An `f64`.
    pub const fn f64(value: f64) -> Self {
        Const::from_bits(Dtype::F64, value.to_bits())
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
    pub const fn bits(self) -> u64 {
        self.bits
    }

    /// The mathematical value of an integer or `bool`; `None` for floats.
    pub const fn as_int(self) -> Option<i128> {
        if self.dtype.is_float() {
            return None;
        }
        if self.dtype.is_signed_int() {
            let shift = 64 - self.dtype.bits();
            Some((((self.bits << shift) as i64) >> shift) as i128)
        } else {
            Some(self.bits as i128)
        }
    }

    /// The value of a `bool`; `None` for other types.
    pub const fn as_bool(self) -> Option<bool> {
        match self.dtype {
            Dtype::Bool => Some(self.bits != 0),
            _ => None,
        }
    }

    /// The value of a float, widened exactly; `None` for other types.
    pub fn as_float(self) -> Option<f64> {
        match self.dtype {
            Dtype::F32 => Some(f64::from(f32::from_bits(self.bits as u32))),
            Dtype::F64 => Some(f64::from_bits(self.bits)),
            _ => None,
        }
    }
}

/// Integers and `bool` as Rust writes them; floats in the shortest form that reads back to
/// the same bits, and NaNs as `nan(0x..)` with all their bits.
impl fmt::Display for Const {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.dtype {
            Dtype::Bool => write!(f, "{}", self.bits != 0),
            Dtype::F32 => {
                let value = f32::from_bits(self.bits as u32);
                if value.is_nan() {
                    write!(f, "nan({:#x})", self.bits)
                } else {
                    write!(f, "{value:?}")
                }
            }
            Dtype::F64 => {
                let value = f64::from_bits(self.bits);
                if value.is_nan() {
                    write!(f, "nan({:#x})", self.bits)
                } else {
                    write!(f, "{value:?}")
                }
            }
            _ => write!(f, "{}", self.as_int().unwrap_or_default()),
        }
    }
}

macro_rules! const_from {
    ($($ty:ty => $dtype:ident),*) => {$(
        impl From<$ty> for Const {
            fn from(value: $ty) -> Self {
                Const::from_bits(Dtype::$dtype, value as u64)
            }
        }
    )*};
}

const_from!(
    bool => Bool, i8 => I8, i16 => I16, i32 => I32, i64 => I64, isize => Isize,
    u8 => U8, u16 => U16, u32 => U32, u64 => U64, usize => Usize
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
