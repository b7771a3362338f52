//! Exponentials, logarithms, sines and cosines in `f64`, as those of `f64` but shorter, for results
//! that are rounded to `f32`: exponents of `f64` reach beyond those of `f32`, and no `f32` is
//! subnormal there.

use crate::coefficients::{
    COS_SHORT, EXP_SHORT, HALF_PI_HIGH, HALF_PI_MIDDLE, LARGE_OF_WIDE, LN_SHORT, LN2, LOG2_E,
    ROUND, SIN_SHORT, TWO_OVER_PI,
};
use crate::double::large_angle::quarters_of_large;
use crate::double::ln::{exponent_as_number, exponent_over_root_half};

/// `(eʳ - 1 - r) / r²`.
#[inline(always)]
pub fn exp_tail_of_wide(r: f64) -> f64 {
    let r2 = r * r;
    let even = EXP_SHORT[4].mul_add(r2, EXP_SHORT[2]).mul_add(r2, EXP_SHORT[0]);
    let odd = EXP_SHORT[5].mul_add(r2, EXP_SHORT[3]).mul_add(r2, EXP_SHORT[1]);
    odd.mul_add(r, even)
}

/// `e^r·2ⁿ`, with `n` in the last bits of `shifted`.
#[inline(always)]
pub fn scaled_exp(r: f64, shifted: f64) -> f64 {
    let s = 1.0 + (r * r).mul_add(exp_tail_of_wide(r), r);
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
    power.mul_add((r * r).mul_add(exp_tail_of_wide(r), r), power - 1.0)
}

/// `ln(1 + f)`.
#[inline(always)]
pub fn ln_of_wide_rest(f: f64) -> f64 {
    let f2 = f * f;
    let even = LN_SHORT[12]
        .mul_add(f2, LN_SHORT[10])
        .mul_add(f2, LN_SHORT[8])
        .mul_add(f2, LN_SHORT[6])
        .mul_add(f2, LN_SHORT[4])
        .mul_add(f2, LN_SHORT[2])
        .mul_add(f2, LN_SHORT[0]);
    let odd = LN_SHORT[11]
        .mul_add(f2, LN_SHORT[9])
        .mul_add(f2, LN_SHORT[7])
        .mul_add(f2, LN_SHORT[5])
        .mul_add(f2, LN_SHORT[3])
        .mul_add(f2, LN_SHORT[1]);
    f2.mul_add(odd.mul_add(f, even), f)
}

/// `k` and `ln(1 + f)` of a positive number.
#[inline(always)]
pub fn parts_of_ln(x: f64) -> (f64, f64) {
    let bits = x.to_bits();
    let exponent = exponent_over_root_half(bits);
    let f = f64::from_bits(bits.wrapping_sub(exponent)) - 1.0;
    (exponent_as_number(exponent), ln_of_wide_rest(f))
}

/// `ln(1 + x)`, for `x` above -1 and finite.
#[inline(always)]
pub fn ln_1p_of_wide(x: f64) -> f64 {
    let one_more = 1.0 + x;
    let bits = one_more.to_bits();
    let exponent = exponent_over_root_half(bits);
    let f = f64::from_bits(bits.wrapping_sub(exponent)) - 1.0;
    // What was lost where it matters, which is below 1.
    let lost = if x.abs() < 1.0 { x - (one_more - 1.0) } else { 0.0 };
    exponent_as_number(exponent).mul_add(LN2, ln_of_wide_rest(f) + lost)
}

/// The sine and the cosine of an angle of at most π/4.
#[inline(always)]
pub fn sin_and_cos(r: f64) -> (f64, f64) {
    let z = r * r;
    let sin = SIN_SHORT[3].mul_add(z, SIN_SHORT[2]).mul_add(z, SIN_SHORT[1]);
    let sin = (r * z).mul_add(sin.mul_add(z, SIN_SHORT[0]), r);
    let cos = COS_SHORT[2].mul_add(z, COS_SHORT[1]).mul_add(z, COS_SHORT[0]);
    (sin, cos.mul_add(z, -0.5).mul_add(z, 1.0))
}

/// The rest of an angle less the nearest multiple of π/2, and which multiple it is, in the last
/// bits.
#[inline(always)]
pub fn quarters_of_wide(x: f64) -> (f64, u64) {
    let shifted = x.mul_add(TWO_OVER_PI, ROUND);
    let n = shifted - ROUND;
    let r = n.mul_add(-HALF_PI_MIDDLE, n.mul_add(-HALF_PI_HIGH, x));
    if x.abs() <= LARGE_OF_WIDE {
        (r, shifted.to_bits())
    } else {
        let (r, _, quarter) = quarters_of_large(x);
        (r, quarter)
    }
}
