//! Exponentials, as those of `f64` but shorter: all is done in `f64`, whose exponents reach
//! beyond those of `f32`, so that rounding the result to `f32` does what is left.

use crate::coefficients::{EXP_SHORT, LN2, LOG2_E, ROUND};

/// `(eʳ - 1 - r) / r²`.
#[inline(always)]
pub fn exp_tail(r: f64) -> f64 {
    let r2 = r * r;
    let even = EXP_SHORT[4].mul_add(r2, EXP_SHORT[2]).mul_add(r2, EXP_SHORT[0]);
    let odd = EXP_SHORT[5].mul_add(r2, EXP_SHORT[3]).mul_add(r2, EXP_SHORT[1]);
    odd.mul_add(r, even)
}

/// `e^r·2ⁿ`, with `n` in the last bits of `shifted`.
#[inline(always)]
pub fn scaled_exp(r: f64, shifted: f64) -> f64 {
    let s = 1.0 + (r * r).mul_add(exp_tail(r), r);
    f64::from_bits(s.to_bits().wrapping_add(shifted.to_bits() << 52))
}

/// A number that is between these, or NaN.
#[inline(always)]
pub fn within(x: f64, least: f64, most: f64) -> f64 {
    let x = if x < least { least } else { x };
    if x > most { most } else { x }
}

/// `eˣ`, where it is a number.
#[inline(always)]
pub fn exp_of_wide(x: f64) -> f64 {
    let x = within(x, -120.0, 100.0);
    let shifted = x.mul_add(LOG2_E, ROUND);
    scaled_exp((shifted - ROUND).mul_add(-LN2, x), shifted)
}

/// `eˣ - 1`, where it is a number.
#[inline(always)]
pub fn exp_m1_of_wide(x: f64) -> f64 {
    let x = within(x, -120.0, 100.0);
    let shifted = x.mul_add(LOG2_E, ROUND);
    let r = (shifted - ROUND).mul_add(-LN2, x);
    let power = f64::from_bits(1.0f64.to_bits().wrapping_add(shifted.to_bits() << 52));
    power.mul_add((r * r).mul_add(exp_tail(r), r), power - 1.0)
}

/// `eˣ`.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    exp_of_wide(x as f64) as f32
}

/// `2ˣ`.
#[inline(always)]
pub fn exp2(x: f32) -> f32 {
    let x = within(x as f64, -170.0, 150.0);
    let shifted = x + ROUND;
    let r = (x - (shifted - ROUND)) * LN2;
    scaled_exp(r, shifted) as f32
}

/// `eˣ - 1`.
#[inline(always)]
pub fn exp_m1(x: f32) -> f32 {
    let result = exp_m1_of_wide(x as f64) as f32;
    if x == 0.0 { x } else { result }
}
