//! Powers: the exponential of `y·ln x`, in `f64`.

use super::wide::{exp_of_wide, parts_of_ln};
use crate::coefficients::LN2;

/// `xʸ`, for an exponent that is an `f64`.
#[inline(always)]
pub fn pow_of_wide(x: f32, y: f64) -> f32 {
    let size = x.abs();
    let (k, part) = parts_of_ln(size as f64);
    let of_size = exp_of_wide(y * k.mul_add(LN2, part));
    if x > 0.0 && size < f32::INFINITY && y.abs() < f64::INFINITY {
        of_size as f32
    } else {
        pow_at_the_edge(x, y, of_size)
    }
}

/// `xʸ` where `x` is not positive or one is not finite, given `|x|ʸ` where they are.
#[inline(always)]
pub fn pow_at_the_edge(x: f32, y: f64, of_size: f64) -> f32 {
    let a = x.abs();
    let infinite = y.abs() == f64::INFINITY;
    let grows = (a > 1.0) == (y > 0.0);
    let limit = if grows { f64::INFINITY } else { 0.0 };
    let size = if a == 0.0 || a == f32::INFINITY || infinite { limit } else { of_size };
    let whole = y.round_ties_even() == y;
    let half = 0.5 * y;
    let odd = whole && half.round_ties_even() != half;
    let signed = if odd && x.is_sign_negative() { -size } else { size };
    let between = x < 0.0 && a < f32::INFINITY && !whole;
    let defined = if between || x.is_nan() || y.is_nan() { f64::NAN } else { signed };
    let one = x == 1.0 || y == 0.0 || a == 1.0 && infinite;
    (if one { 1.0 } else { defined }) as f32
}

/// `xʸ`.
#[inline(always)]
pub fn pow(x: f32, y: f32) -> f32 {
    pow_of_wide(x, y as f64)
}

/// `x²`.
#[inline(always)]
pub fn square(x: f32) -> f32 {
    x * x
}

/// `x³`, rounded once but for the last bits of an `f64`.
#[inline(always)]
pub fn cube(x: f32) -> f32 {
    let wide = x as f64;
    (wide * wide * wide) as f32
}

/// `xⁿ`.
#[inline(always)]
pub fn powi(x: f32, n: i32) -> f32 {
    let power = pow_of_wide(x, n as f64);
    let cubed = if n == 3 { cube(x) } else { power };
    if n == 2 { square(x) } else { cubed }
}
