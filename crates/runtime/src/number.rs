//! Bounds for the type parameters of generic kernels.
//!
//! Promise: a method here means for every type what the method of the same name means in the
//! standard library for that type.

use crate::describe::{Captured, Described};
use crate::plain::{Leaves, Plain};
use crate::ret::Ret;
use crate::scalar::Scalar;
use std::iter::{Product, Sum};
use std::ops::{
    Add, AddAssign, BitAnd, BitAndAssign, BitOr, BitOrAssign, BitXor, BitXorAssign, Div, DivAssign,
    Mul, MulAssign, Neg, Not, Rem, RemAssign, Shl, ShlAssign, Shr, ShrAssign, Sub, SubAssign,
};

/// Any primitive number: the twelve integers, `f32` and `f64`.
///
/// ```
/// use mambo_runtime::Number;
///
/// fn sum_of_squares<T: Number>(values: &[T]) -> T {
///     let mut sum = T::ZERO;
///     for &value in values {
///         sum += value * value;
///     }
///     sum
/// }
/// assert_eq!(sum_of_squares(&[1, 2, 3]), 14);
/// assert_eq!(sum_of_squares(&[0.5, 1.5]), 2.5);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number that kernels know",
    label = "not i8 to i128, u8 to u128, isize, usize, f32 or f64"
)]
pub trait Number:
    Scalar
    + Plain
    + Leaves
    + Ret
    + Described
    + Captured
    + ndarray::LinalgScalar
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Rem<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
    + RemAssign
    + Sum
    + Product
{
    /// Zero.
    const ZERO: Self;
    /// One.
    const ONE: Self;
    /// The smallest finite value.
    const MIN: Self;
    /// The largest finite value.
    const MAX: Self;

    /// `value as Self`: floats round, integers truncate and saturate.
    fn from_f64(value: f64) -> Self;

    /// `self as f64`.
    fn to_f64(self) -> f64;

    /// `value as Self`: integers wrap, floats round.
    fn from_i64(value: i64) -> Self;
}

macro_rules! numbers {
    ($([$zero:literal $one:literal] $($ty:ident)*;)*) => {$($(
        impl Number for $ty {
            const ZERO: Self = $zero;
            const ONE: Self = $one;
            const MIN: Self = $ty::MIN;
            const MAX: Self = $ty::MAX;
            #[inline]
            fn from_f64(value: f64) -> Self {
                value as $ty
            }
            #[inline]
            fn to_f64(self) -> f64 {
                self as f64
            }
            #[inline]
            fn from_i64(value: i64) -> Self {
                value as $ty
            }
        }
    )*)*};
}
numbers! {
    [0 1] i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize;
    [0.0 1.0] f32 f64;
}

/// Declares a trait whose methods are those of the standard library, and implements it.
macro_rules! same_as_std {
    (
        $(#[$doc:meta])*
        trait $name:ident: $($bound:path),+ $(,)?;
        for $types:tt;
        $(const $constant:ident: $constant_ty:ty = $path:tt;)*
        $(fn $method:ident($($arg:ident: $arg_ty:ty),*) -> $result:ty;)*
    ) => {
        $(#[$doc])*
        pub trait $name: $($bound +)+ {
            $(
                #[doc = concat!("`", stringify!($constant), "` of the type.")]
                const $constant: $constant_ty;
            )*
            $(
                #[doc = concat!("The method `", stringify!($method), "` of the type.")]
                fn $method(self $(, $arg: $arg_ty)*) -> $result;
            )*
        }
        same_as_std!(@each $types $name
            [$(const $constant: $constant_ty = $path;)*]
            [$(fn $method($($arg: $arg_ty),*) -> $result;)*]);
    };
    (@each [$($ty:ident)*] $name:ident $constants:tt $methods:tt) => {
        $(same_as_std!(@impl $ty $name $constants $methods);)*
    };
    (@impl $ty:ident $name:ident
        [$(const $constant:ident: $constant_ty:ty = $path:tt;)*]
        [$(fn $method:ident($($arg:ident: $arg_ty:ty),*) -> $result:ty;)*]
    ) => {
        impl $name for $ty {
            $(const $constant: $constant_ty = same_as_std!(@constant $ty $path $constant);)*
            $(
                #[inline]
                fn $method(self $(, $arg: $arg_ty)*) -> $result {
                    <$ty>::$method(self $(, $arg)*)
                }
            )*
        }
    };
    (@constant $ty:ident own $constant:ident) => { <$ty>::$constant };
    (@constant $ty:ident consts $constant:ident) => { std::$ty::consts::$constant };
}

same_as_std! {
    /// A float: `f32` or `f64`.
    ///
    /// ```
    /// use mambo_runtime::Real;
    ///
    /// fn hypotenuse<T: Real>(a: T, b: T) -> T {
    ///     a.mul_add(a, b * b).sqrt()
    /// }
    /// assert_eq!(hypotenuse(3.0f32, 4.0), 5.0);
    /// ```
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not a float",
        label = "expected f32 or f64"
    )]
    trait Real: Number, Neg<Output = Self>, mambo_math::Float;
    for [f32 f64];
    const EPSILON: Self = own;
    const MIN_POSITIVE: Self = own;
    const INFINITY: Self = own;
    const NEG_INFINITY: Self = own;
    const NAN: Self = own;
    const PI: Self = consts;
    const TAU: Self = consts;
    const E: Self = consts;
    const LN_2: Self = consts;
    const LN_10: Self = consts;
    const SQRT_2: Self = consts;
    fn sqrt() -> Self;
    fn cbrt() -> Self;
    fn hypot(other: Self) -> Self;
    fn powi(n: i32) -> Self;
    fn powf(n: Self) -> Self;
    fn exp() -> Self;
    fn exp2() -> Self;
    fn exp_m1() -> Self;
    fn ln() -> Self;
    fn ln_1p() -> Self;
    fn log(base: Self) -> Self;
    fn log2() -> Self;
    fn log10() -> Self;
    fn sin() -> Self;
    fn cos() -> Self;
    fn tan() -> Self;
    fn sin_cos() -> (Self, Self);
    fn asin() -> Self;
    fn acos() -> Self;
    fn atan() -> Self;
    fn atan2(other: Self) -> Self;
    fn sinh() -> Self;
    fn cosh() -> Self;
    fn tanh() -> Self;
    fn asinh() -> Self;
    fn acosh() -> Self;
    fn atanh() -> Self;
    fn to_degrees() -> Self;
    fn to_radians() -> Self;
    fn floor() -> Self;
    fn ceil() -> Self;
    fn round() -> Self;
    fn round_ties_even() -> Self;
    fn trunc() -> Self;
    fn fract() -> Self;
    fn abs() -> Self;
    fn signum() -> Self;
    fn copysign(sign: Self) -> Self;
    fn recip() -> Self;
    fn mul_add(factor: Self, term: Self) -> Self;
    fn div_euclid(divisor: Self) -> Self;
    fn rem_euclid(divisor: Self) -> Self;
    fn min(other: Self) -> Self;
    fn max(other: Self) -> Self;
    fn clamp(low: Self, high: Self) -> Self;
    fn is_nan() -> bool;
    fn is_infinite() -> bool;
    fn is_finite() -> bool;
    fn is_normal() -> bool;
    fn is_sign_positive() -> bool;
    fn is_sign_negative() -> bool;
}

same_as_std! {
    /// An integer of any width and sign. `min`, `max` and `clamp` come from [`Ord`].
    ///
    /// ```
    /// use mambo_runtime::Integer;
    ///
    /// fn hash<T: Integer>(value: T) -> T {
    ///     value.wrapping_mul(T::from_i64(31)).rotate_left(3) ^ T::ONE
    /// }
    /// assert_eq!(hash(200u8), 200u8.wrapping_mul(31).rotate_left(3) ^ 1);
    /// ```
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not an integer",
        label = "expected i8 to i128, u8 to u128, isize or usize"
    )]
    trait Integer:
        Number,
        Eq,
        Ord,
        std::hash::Hash,
        Not<Output = Self>,
        BitAnd<Output = Self>,
        BitOr<Output = Self>,
        BitXor<Output = Self>,
        Shl<u32, Output = Self>,
        Shr<u32, Output = Self>,
        BitAndAssign,
        BitOrAssign,
        BitXorAssign,
        ShlAssign<u32>,
        ShrAssign<u32>,
    ;
    for [i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize];
    const BITS: u32 = own;
    fn wrapping_add(other: Self) -> Self;
    fn wrapping_sub(other: Self) -> Self;
    fn wrapping_mul(other: Self) -> Self;
    fn wrapping_div(other: Self) -> Self;
    fn wrapping_rem(other: Self) -> Self;
    fn wrapping_neg() -> Self;
    fn wrapping_shl(by: u32) -> Self;
    fn wrapping_shr(by: u32) -> Self;
    fn wrapping_pow(exponent: u32) -> Self;
    fn checked_add(other: Self) -> Option<Self>;
    fn checked_sub(other: Self) -> Option<Self>;
    fn checked_mul(other: Self) -> Option<Self>;
    fn checked_div(other: Self) -> Option<Self>;
    fn checked_rem(other: Self) -> Option<Self>;
    fn checked_pow(exponent: u32) -> Option<Self>;
    fn saturating_add(other: Self) -> Self;
    fn saturating_sub(other: Self) -> Self;
    fn saturating_mul(other: Self) -> Self;
    fn saturating_pow(exponent: u32) -> Self;
    fn pow(exponent: u32) -> Self;
    fn div_euclid(divisor: Self) -> Self;
    fn rem_euclid(divisor: Self) -> Self;
    fn isqrt() -> Self;
    fn count_ones() -> u32;
    fn count_zeros() -> u32;
    fn leading_zeros() -> u32;
    fn trailing_zeros() -> u32;
    fn leading_ones() -> u32;
    fn trailing_ones() -> u32;
    fn rotate_left(by: u32) -> Self;
    fn rotate_right(by: u32) -> Self;
    fn swap_bytes() -> Self;
    fn reverse_bits() -> Self;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trait_methods_are_those_of_std() {
        fn real<T: Real>(x: T) -> (T, T, bool) {
            (x.atan2(T::PI), x.clamp(T::ZERO, T::ONE), x.is_sign_negative())
        }
        assert_eq!(real(-2.5f64), ((-2.5f64).atan2(std::f64::consts::PI), 0.0, true));
        fn integer<T: Integer>(x: T) -> (T, u32, Option<T>) {
            (x.rem_euclid(T::from_i64(7)), x.count_ones(), x.checked_add(T::MAX))
        }
        assert_eq!(integer(-9i32), (5, 31, Some(i32::MAX - 9)));
        assert_eq!(<u8 as Number>::from_f64(300.0), 255);
        assert_eq!(<i8 as Number>::from_i64(300), 44);
        assert_eq!(Number::to_f64(u64::MAX), u64::MAX as f64);
    }
}
