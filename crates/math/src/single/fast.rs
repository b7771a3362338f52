//! Variants of at most 4 ULP, as those of `f64`.

use super::exp::{exp_tail, scaled_to_the_edge};
use super::large_angle::quarters_of_large_single;
use super::ln::{exponent_over_root_half_of_single, ln_at_the_edge, ln_tail};
use crate::coefficients::{
    COS_SINGLE, HALF_PI_HIGH_SINGLE, HALF_PI_LOW_SINGLE, HALF_PI_MIDDLE_SINGLE, LARGE_SINGLE,
    LN2_HIGH_SINGLE, LN2_LOW_SINGLE, LN2_SINGLE, LOG2_E_SINGLE, LOG10_2_HIGH_SINGLE,
    LOG10_2_LOW_SINGLE, LOG10_E_SINGLE, ROUND_SINGLE, SIN_SINGLE, TWO_OVER_PI_SINGLE, UP_SINGLE,
};

/// `eʳ·2ⁿ`, with `n` in the last bits of `shifted`; `x` is the argument.
#[inline(always)]
pub fn fast_scaled(x: f32, r: f32, shifted: f32) -> f32 {
    let s = 1.0 + (r * r).mul_add(exp_tail(r), r);
    if x.abs() <= 87.0 {
        f32::from_bits(s.to_bits().wrapping_add(shifted.to_bits() << 23))
    } else {
        scaled_to_the_edge(x, s, shifted - ROUND_SINGLE)
    }
}

/// `eˣ`.
#[inline(always)]
pub fn fast_exp(x: f32) -> f32 {
    let shifted = x.mul_add(LOG2_E_SINGLE, ROUND_SINGLE);
    let n = shifted - ROUND_SINGLE;
    fast_scaled(x, n.mul_add(-LN2_LOW_SINGLE, n.mul_add(-LN2_HIGH_SINGLE, x)), shifted)
}

/// `2ˣ`.
#[inline(always)]
pub fn fast_exp2(x: f32) -> f32 {
    let shifted = x + ROUND_SINGLE;
    fast_scaled(x, (x - (shifted - ROUND_SINGLE)) * LN2_SINGLE, shifted)
}

/// `k` and `ln(1 + f)` of the bits of a positive number that is not subnormal.
#[inline(always)]
pub fn fast_parts_of_bits(bits: u32) -> (f32, f32) {
    let exponent = exponent_over_root_half_of_single(bits);
    let f = f32::from_bits(bits.wrapping_sub(exponent)) - 1.0;
    ((exponent as i32 >> 23) as f32, f + (0.5 * f).mul_add(-f, ln_tail(f)))
}

/// `k·high + (k·low + ln·scale)`, which are a logarithm of `x`.
#[inline(always)]
pub fn fast_logarithm(x: f32, high: f32, low: f32, scale: f32) -> f32 {
    let (k, ln) = fast_parts_of_bits(x.to_bits());
    let result = k.mul_add(high, k.mul_add(low, ln * scale));
    if x >= f32::MIN_POSITIVE && x < f32::INFINITY {
        result
    } else {
        let (k, ln) = fast_parts_of_bits((x * UP_SINGLE).to_bits());
        let k = k - 25.0;
        ln_at_the_edge(x, k.mul_add(high, k.mul_add(low, ln * scale)))
    }
}

/// `ln x`.
#[inline(always)]
pub fn fast_ln(x: f32) -> f32 {
    fast_logarithm(x, LN2_HIGH_SINGLE, LN2_LOW_SINGLE, 1.0)
}

/// `log₂ x`.
#[inline(always)]
pub fn fast_log2(x: f32) -> f32 {
    fast_logarithm(x, 1.0, 0.0, LOG2_E_SINGLE)
}

/// `log₁₀ x`.
#[inline(always)]
pub fn fast_log10(x: f32) -> f32 {
    fast_logarithm(x, LOG10_2_HIGH_SINGLE, LOG10_2_LOW_SINGLE, LOG10_E_SINGLE)
}

/// The rest of a number less the nearest multiple of π/2, and which multiple it is, in the last
/// bits.
#[inline(always)]
pub fn fast_quarters(x: f32) -> (f32, u32) {
    let shifted = x.mul_add(TWO_OVER_PI_SINGLE, ROUND_SINGLE);
    let n = shifted - ROUND_SINGLE;
    let r = n.mul_add(-HALF_PI_MIDDLE_SINGLE, n.mul_add(-HALF_PI_HIGH_SINGLE, x));
    let r = n.mul_add(-HALF_PI_LOW_SINGLE, r);
    if x.abs() <= LARGE_SINGLE {
        (r, shifted.to_bits())
    } else {
        let (r, _, quarter) = quarters_of_large_single(x);
        (r, quarter)
    }
}

/// The sine and the cosine of an angle of at most π/4.
#[inline(always)]
pub fn fast_sin_and_cos(r: f32) -> (f32, f32) {
    let z = r * r;
    let tail = SIN_SINGLE[2].mul_add(z, SIN_SINGLE[1]).mul_add(z, SIN_SINGLE[0]);
    let sin = (r * z).mul_add(tail, r);
    let tail = COS_SINGLE[2].mul_add(z, COS_SINGLE[1]).mul_add(z, COS_SINGLE[0]);
    (sin, (z * z).mul_add(tail, z.mul_add(-0.5, 1.0)))
}

/// The sine of an angle, turned on by quarters.
#[inline(always)]
pub fn fast_sin_of_quarters(r: f32, quarter: u32) -> f32 {
    let (sin, cos) = fast_sin_and_cos(r);
    let value = if quarter & 1 == 0 { sin } else { cos };
    f32::from_bits(value.to_bits() ^ ((quarter & 2) << 30))
}

/// `sin x`.
#[inline(always)]
pub fn fast_sin(x: f32) -> f32 {
    let (r, quarter) = fast_quarters(x);
    let result = fast_sin_of_quarters(r, quarter);
    if x == 0.0 { x } else { result }
}

/// `cos x`.
#[inline(always)]
pub fn fast_cos(x: f32) -> f32 {
    let (r, quarter) = fast_quarters(x);
    fast_sin_of_quarters(r, quarter.wrapping_add(1))
}

/// `tan x`.
#[inline(always)]
pub fn fast_tan(x: f32) -> f32 {
    let (r, quarter) = fast_quarters(x);
    let (sin, cos) = fast_sin_and_cos(r);
    let turned = quarter & 1 != 0;
    let num = if turned { -cos } else { sin };
    let den = if turned { sin } else { cos };
    if x == 0.0 { x } else { num / den }
}
