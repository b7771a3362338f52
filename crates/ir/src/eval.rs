//! What each scalar operation computes, bit for bit.
//!
//! Constant folding and the interpreter both ask here, and here the operators and methods of
//! the real Rust types answer, so that a folded constant is what the plain function computes.
//! The functions take operands of the types the verifier demands and panic on others.

use crate::constant::Const;
use crate::dtype::Dtype;
use crate::function::{Binary, Compare, Unary};
use std::fmt::Debug;

/// A Rust type that a [`Const`] can hold, and its operations. Those the type does not have
/// give `None`.
trait Scalar: Copy + PartialOrd + Into<Const> {
    fn of(value: Const) -> Self;
    fn unary(self, op: Unary) -> Option<Const>;
    /// The inner `None` is an operation without a result, as a division by zero.
    fn binary(self, op: Binary, b: Self) -> Option<Option<Const>>;
    /// Operations whose second operand is an integer of any type, here its low 32 bits.
    fn binary_int(self, op: Binary, b: u32) -> Option<Const>;
    fn cast(self, to: Dtype) -> Const;
}

/// Evaluates `$body` with `$ty` naming the Rust type of a dtype.
macro_rules! with_type {
    (each $dtype:expr, $ty:ident, $body:expr, $($variant:ident $rust:ident),*) => {
        match $dtype {
            $(Dtype::$variant => {
                type $ty = $rust;
                $body
            })*
            Dtype::C64 | Dtype::C128 => unreachable!("a scalar is not complex"),
        }
    };
    ($dtype:expr, $ty:ident => $body:expr) => {
        with_type!(each $dtype, $ty, $body,
            Bool bool, I8 i8, I16 i16, I32 i32, I64 i64, I128 i128, Isize isize,
            U8 u8, U16 u16, U32 u32, U64 u64, U128 u128, Usize usize, F32 f32, F64 f64)
    };
}

/// An operation on one scalar.
///
/// # Panics
/// If the operation does not take a value of this type.
pub fn unary(op: Unary, a: Const) -> Const {
    with_type!(a.dtype(), T => T::of(a).unary(op)).unwrap_or_else(|| ill_typed(op, a.dtype()))
}

/// An operation on two scalars. `None` for an integer [`Binary::Div`] or [`Binary::Rem`] by
/// zero and of `MIN` by -1, which have no result.
///
/// # Panics
/// If the operation does not take values of these types.
pub fn binary(op: Binary, a: Const, b: Const) -> Option<Const> {
    if second_is_int(op) {
        let count = b.bits() as u32;
        let result = with_type!(a.dtype(), T => T::of(a).binary_int(op, count));
        return Some(result.unwrap_or_else(|| ill_typed(op, a.dtype())));
    }
    assert_eq!(a.dtype(), b.dtype(), "{op:?} takes operands of one type");
    with_type!(a.dtype(), T => T::of(a).binary(op, T::of(b)))
        .unwrap_or_else(|| ill_typed(op, a.dtype()))
}

/// Whether the second operand is an integer of a type of its own.
const fn second_is_int(op: Binary) -> bool {
    matches!(
        op,
        Binary::Shl | Binary::Shr | Binary::RotateLeft | Binary::RotateRight | Binary::Powi
    )
}

/// A comparison; IEEE 754 for floats.
///
/// # Panics
/// If the operands are not of one type.
pub fn compare(op: Compare, a: Const, b: Const) -> bool {
    assert_eq!(a.dtype(), b.dtype(), "{op:?} takes operands of one type");
    with_type!(a.dtype(), T => holds(op, T::of(a), T::of(b)))
}

fn holds<T: PartialOrd>(op: Compare, a: T, b: T) -> bool {
    match op {
        Compare::Eq => a == b,
        Compare::Ne => a != b,
        Compare::Lt => a < b,
        Compare::Le => a <= b,
        Compare::Gt => a > b,
        Compare::Ge => a >= b,
    }
}

/// `a * b + c`, rounded once.
///
/// # Panics
/// If the operands are not floats of one type.
pub fn mul_add(a: Const, b: Const, c: Const) -> Const {
    assert!(a.dtype() == b.dtype() && b.dtype() == c.dtype(), "mul_add takes one type");
    match a.dtype() {
        Dtype::F32 => f32::of(a).mul_add(f32::of(b), f32::of(c)).into(),
        Dtype::F64 => f64::of(a).mul_add(f64::of(b), f64::of(c)).into(),
        other => ill_typed("mul_add", other),
    }
}

/// `a as to`; a `bool` gives 0 or 1 of any type.
///
/// # Panics
/// If `to` is `bool` and `a` is not.
pub fn cast(a: Const, to: Dtype) -> Const {
    if a.dtype() == to {
        return a;
    }
    with_type!(a.dtype(), T => T::of(a).cast(to))
}

/// The bits of `a` as a value of another type of the same width.
///
/// # Panics
/// If the widths differ.
pub fn bitcast(a: Const, to: Dtype) -> Const {
    assert_eq!(a.dtype().bits(), to.bits(), "a bitcast keeps the width");
    Const::from_bits(to, a.bits())
}

fn ill_typed(op: impl Debug, dtype: Dtype) -> ! {
    panic!("{op:?} does not take {dtype}")
}

impl Scalar for bool {
    fn of(value: Const) -> Self {
        value.bits() != 0
    }

    fn unary(self, op: Unary) -> Option<Const> {
        (op == Unary::Not).then(|| (!self).into())
    }

    fn binary(self, op: Binary, b: Self) -> Option<Option<Const>> {
        let result = match op {
            Binary::And => self & b,
            Binary::Or => self | b,
            Binary::Xor => self ^ b,
            _ => return None,
        };
        Some(Some(result.into()))
    }

    fn binary_int(self, _op: Binary, _b: u32) -> Option<Const> {
        None
    }

    fn cast(self, to: Dtype) -> Const {
        u8::from(self).cast(to)
    }
}

macro_rules! cast_number {
    ($a:expr, $to:expr) => {
        match $to {
            Dtype::Bool | Dtype::C64 | Dtype::C128 => ill_typed("a cast", $to),
            Dtype::I8 => ($a as i8).into(),
            Dtype::I16 => ($a as i16).into(),
            Dtype::I32 => ($a as i32).into(),
            Dtype::I64 => ($a as i64).into(),
            Dtype::I128 => ($a as i128).into(),
            Dtype::Isize => ($a as isize).into(),
            Dtype::U8 => ($a as u8).into(),
            Dtype::U16 => ($a as u16).into(),
            Dtype::U32 => ($a as u32).into(),
            Dtype::U64 => ($a as u64).into(),
            Dtype::U128 => ($a as u128).into(),
            Dtype::Usize => ($a as usize).into(),
            Dtype::F32 => ($a as f32).into(),
            Dtype::F64 => ($a as f64).into(),
        }
    };
}

macro_rules! int {
    ($ty:ident, $abs:expr) => {
        impl Scalar for $ty {
            fn of(value: Const) -> Self {
                value.bits() as $ty
            }

            fn unary(self, op: Unary) -> Option<Const> {
                let abs: Option<fn($ty) -> $ty> = $abs;
                Some(match op {
                    Unary::Neg => self.wrapping_neg().into(),
                    Unary::Not => (!self).into(),
                    Unary::Abs => abs?(self).into(),
                    Unary::CountOnes => self.count_ones().into(),
                    Unary::LeadingZeros => self.leading_zeros().into(),
                    Unary::TrailingZeros => self.trailing_zeros().into(),
                    Unary::SwapBytes => self.swap_bytes().into(),
                    Unary::ReverseBits => self.reverse_bits().into(),
                    _ => return None,
                })
            }

            fn binary(self, op: Binary, b: Self) -> Option<Option<Const>> {
                let high = |a: i128, b: i128| (a.wrapping_mul(b) >> ($ty::BITS % 128)) as $ty;
                let result = match op {
                    Binary::Add => self.wrapping_add(b).into(),
                    Binary::Sub => self.wrapping_sub(b).into(),
                    Binary::Mul => self.wrapping_mul(b).into(),
                    Binary::Div => return Some(self.checked_div(b).map(Const::from)),
                    Binary::Rem => return Some(self.checked_rem(b).map(Const::from)),
                    Binary::And => (self & b).into(),
                    Binary::Or => (self | b).into(),
                    Binary::Xor => (self ^ b).into(),
                    Binary::Min => Ord::min(self, b).into(),
                    Binary::Max => Ord::max(self, b).into(),
                    Binary::SaturatingAdd => self.saturating_add(b).into(),
                    Binary::SaturatingSub => self.saturating_sub(b).into(),
                    Binary::AddOverflows => self.overflowing_add(b).1.into(),
                    Binary::SubOverflows => self.overflowing_sub(b).1.into(),
                    Binary::MulOverflows => self.overflowing_mul(b).1.into(),
                    Binary::MulHigh if $ty::BITS < 128 => high(self as i128, b as i128).into(),
                    _ => return None,
                };
                Some(Some(result))
            }

            fn binary_int(self, op: Binary, b: u32) -> Option<Const> {
                Some(match op {
                    Binary::Shl => self.wrapping_shl(b).into(),
                    Binary::Shr => self.wrapping_shr(b).into(),
                    Binary::RotateLeft => self.rotate_left(b).into(),
                    Binary::RotateRight => self.rotate_right(b).into(),
                    _ => return None,
                })
            }

            fn cast(self, to: Dtype) -> Const {
                cast_number!(self, to)
            }
        }
    };
}

macro_rules! ints {
    (signed $($signed:ident)*; unsigned $($unsigned:ident)*) => {
        $(int!($signed, Some(<$signed>::wrapping_abs));)*
        $(int!($unsigned, None);)*
    };
}

ints!(signed i8 i16 i32 i64 i128 isize; unsigned u8 u16 u32 u64 u128 usize);

macro_rules! float {
    ($ty:ident, $bits:ident) => {
        impl Scalar for $ty {
            fn of(value: Const) -> Self {
                $ty::from_bits(value.bits() as $bits)
            }

            fn unary(self, op: Unary) -> Option<Const> {
                let result = match op {
                    Unary::Neg => -self,
                    Unary::Abs => self.abs(),
                    Unary::Sqrt => self.sqrt(),
                    Unary::Floor => self.floor(),
                    Unary::Ceil => self.ceil(),
                    Unary::Round => self.round(),
                    Unary::RoundTiesEven => self.round_ties_even(),
                    Unary::Trunc => self.trunc(),
                    Unary::Exp => mambo_math::exp(self),
                    Unary::Exp2 => mambo_math::exp2(self),
                    Unary::ExpM1 => mambo_math::exp_m1(self),
                    Unary::Ln => mambo_math::ln(self),
                    Unary::Log2 => mambo_math::log2(self),
                    Unary::Log10 => mambo_math::log10(self),
                    Unary::Ln1p => mambo_math::ln_1p(self),
                    Unary::Cbrt => mambo_math::cbrt(self),
                    Unary::Sin => mambo_math::sin(self),
                    Unary::Cos => mambo_math::cos(self),
                    Unary::Tan => mambo_math::tan(self),
                    Unary::Asin => mambo_math::asin(self),
                    Unary::Acos => mambo_math::acos(self),
                    Unary::Atan => mambo_math::atan(self),
                    Unary::Sinh => mambo_math::sinh(self),
                    Unary::Cosh => mambo_math::cosh(self),
                    Unary::Tanh => mambo_math::tanh(self),
                    Unary::Asinh => mambo_math::asinh(self),
                    Unary::Acosh => mambo_math::acosh(self),
                    Unary::Atanh => mambo_math::atanh(self),
                    Unary::Erf => mambo_math::erf(self),
                    Unary::Erfc => mambo_math::erfc(self),
                    Unary::Gamma => mambo_math::gamma(self),
                    Unary::LnGamma => mambo_math::ln_gamma(self),
                    Unary::Sigmoid => mambo_math::sigmoid(self),
                    Unary::Softplus => mambo_math::softplus(self),
                    Unary::Sinc => mambo_math::sinc(self),
                    Unary::FastExp => mambo_math::fast_exp(self),
                    Unary::FastExp2 => mambo_math::fast_exp2(self),
                    Unary::FastLn => mambo_math::fast_ln(self),
                    Unary::FastLog2 => mambo_math::fast_log2(self),
                    Unary::FastLog10 => mambo_math::fast_log10(self),
                    Unary::FastSin => mambo_math::fast_sin(self),
                    Unary::FastCos => mambo_math::fast_cos(self),
                    Unary::FastTan => mambo_math::fast_tan(self),
                    _ => return None,
                };
                Some(result.into())
            }

            fn binary(self, op: Binary, b: Self) -> Option<Option<Const>> {
                let result = match op {
                    Binary::Add => self + b,
                    Binary::Sub => self - b,
                    Binary::Mul => self * b,
                    Binary::Div => self / b,
                    Binary::Rem => self % b,
                    Binary::Min => self.min(b),
                    Binary::Max => self.max(b),
                    Binary::Copysign => self.copysign(b),
                    Binary::Pow => mambo_math::pow(self, b),
                    Binary::Atan2 => mambo_math::atan2(self, b),
                    Binary::Hypot => mambo_math::hypot(self, b),
                    Binary::LogAddExp => mambo_math::log_add_exp(self, b),
                    _ => return None,
                };
                Some(Some(result.into()))
            }

            fn binary_int(self, op: Binary, b: u32) -> Option<Const> {
                (op == Binary::Powi).then(|| mambo_math::powi(self, b as i32).into())
            }

            fn cast(self, to: Dtype) -> Const {
                cast_number!(self, to)
            }
        }
    };
}

float!(f32, u32);
float!(f64, u64);
