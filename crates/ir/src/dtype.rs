//! Element types: the primitive numbers and `bool`, named as Rust names them.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A type of Rust that an array can hold and, complex numbers apart, an instruction can work on.
///
/// `usize` and `isize` are types of their own, as in Rust, and are 64 bits wide on every
/// target Mambo compiles for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each variant is the Rust type of the same name")]
pub enum Dtype {
    Bool,
    I8,
    I16,
    I32,
    I64,
    I128,
    Isize,
    U8,
    U16,
    U32,
    U64,
    U128,
    Usize,
    F32,
    F64,
    /// `Complex<f32>`: an element of arrays only; a value is two `f32`.
    C64,
    /// `Complex<f64>`: an element of arrays only; a value is two `f64`.
    C128,
}

impl Dtype {
    /// Every type that a scalar can have, in declaration order.
    pub const ALL: [Dtype; 15] = [
        Dtype::Bool,
        Dtype::I8,
        Dtype::I16,
        Dtype::I32,
        Dtype::I64,
        Dtype::I128,
        Dtype::Isize,
        Dtype::U8,
        Dtype::U16,
        Dtype::U32,
        Dtype::U64,
        Dtype::U128,
        Dtype::Usize,
        Dtype::F32,
        Dtype::F64,
    ];

    /// The name of the type in Rust.
    pub const fn name(self) -> &'static str {
        match self {
            Dtype::Bool => "bool",
            Dtype::I8 => "i8",
            Dtype::I16 => "i16",
            Dtype::I32 => "i32",
            Dtype::I64 => "i64",
            Dtype::I128 => "i128",
            Dtype::Isize => "isize",
            Dtype::U8 => "u8",
            Dtype::U16 => "u16",
            Dtype::U32 => "u32",
            Dtype::U64 => "u64",
            Dtype::U128 => "u128",
            Dtype::Usize => "usize",
            Dtype::F32 => "f32",
            Dtype::F64 => "f64",
            Dtype::C64 => "Complex<f32>",
            Dtype::C128 => "Complex<f64>",
        }
    }

    /// Bytes of one element in memory.
    pub const fn size(self) -> usize {
        match self {
            Dtype::Bool | Dtype::I8 | Dtype::U8 => 1,
            Dtype::I16 | Dtype::U16 => 2,
            Dtype::I32 | Dtype::U32 | Dtype::F32 => 4,
            Dtype::I128 | Dtype::U128 | Dtype::C128 => 16,
            _ => 8,
        }
    }

    /// Scalars of one element: 2 for complex numbers.
    pub const fn parts(self) -> u8 {
        if self.is_complex() { 2 } else { 1 }
    }

    /// The type of the scalars of an element.
    pub const fn part(self) -> Dtype {
        match self {
            Dtype::C64 => Dtype::F32,
            Dtype::C128 => Dtype::F64,
            scalar => scalar,
        }
    }

    /// What an element's address is a multiple of.
    pub const fn align(self) -> usize {
        self.part().size()
    }

    /// How many 64-bit slots a scalar takes where it crosses from or to the host.
    pub const fn slots(self) -> usize {
        if self.is_int128() { 2 } else { 1 }
    }

    /// `i128` or `u128`: wider than a register. Nothing is counted or proven in these.
    pub const fn is_int128(self) -> bool {
        matches!(self, Dtype::I128 | Dtype::U128)
    }

    /// Bits of one value; 1 for `bool`.
    pub const fn bits(self) -> u32 {
        match self {
            Dtype::Bool => 1,
            _ => self.size() as u32 * 8,
        }
    }

    /// `f32` or `f64`.
    pub const fn is_float(self) -> bool {
        matches!(self, Dtype::F32 | Dtype::F64)
    }

    /// A complex number, which only elements of arrays are.
    pub const fn is_complex(self) -> bool {
        matches!(self, Dtype::C64 | Dtype::C128)
    }

    /// The complex number of two of these floats.
    pub const fn to_complex(self) -> Option<Dtype> {
        match self {
            Dtype::F32 => Some(Dtype::C64),
            Dtype::F64 => Some(Dtype::C128),
            _ => None,
        }
    }

    /// An integer of any width and sign; not `bool`.
    pub const fn is_int(self) -> bool {
        !self.is_float() && !self.is_complex() && !matches!(self, Dtype::Bool)
    }

    /// A signed integer.
    pub const fn is_signed_int(self) -> bool {
        matches!(
            self,
            Dtype::I8 | Dtype::I16 | Dtype::I32 | Dtype::I64 | Dtype::I128 | Dtype::Isize
        )
    }

    /// An unsigned integer.
    pub const fn is_unsigned_int(self) -> bool {
        self.is_int() && !self.is_signed_int()
    }

    /// The unsigned integer type of the same width as this integer or float.
    pub const fn to_unsigned(self) -> Dtype {
        match self.size() {
            1 => Dtype::U8,
            2 => Dtype::U16,
            4 => Dtype::U32,
            16 => Dtype::U128,
            _ => match self {
                Dtype::Isize | Dtype::Usize => Dtype::Usize,
                _ => Dtype::U64,
            },
        }
    }

    /// The integer type of the same width as this one and of the other sign.
    pub const fn to_other_sign(self) -> Dtype {
        match self {
            Dtype::U8 => Dtype::I8,
            Dtype::U16 => Dtype::I16,
            Dtype::U32 => Dtype::I32,
            Dtype::U64 => Dtype::I64,
            Dtype::U128 => Dtype::I128,
            Dtype::Usize => Dtype::Isize,
            signed => signed.to_unsigned(),
        }
    }
}

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Dtype {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Dtype::ALL.into_iter().find(|dtype| dtype.name() == name).ok_or(())
    }
}
