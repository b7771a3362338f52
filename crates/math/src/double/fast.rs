//! Variants of at most 4 ULP, for kernels that allow it: what others keep in two parts is one
//! number here.

use super::exp::{exp_tail, scaled_to_the_edge};
use super::large_angle::quarters_of_large;
use super::ln::{exponent_as_number, exponent_over_root_half, ln_at_the_edge, ln_tail};
use crate::coefficients::{
    COS, HALF_PI_HIGH, HALF_PI_LOW, HALF_PI_MIDDLE, LARGE, LN2, LN2_HIGH, LN2_LOW, LOG2_E, LOG10_2,
    LOG10_E, ROUND, SIN, TWO_OVER_PI, UP,
};

/// `eʳ·2ⁿ`, with `n` in the last bits of `shifted`; `x` is the argument.
#[inline(always)]
pub fn fast_scaled(x: f64, r: f64, shifted: f64) -> f64 {
    let s = 1.0 + (r * r).mul_add(exp_tail(r), r);
    if x.abs() <= 708.0 {
        f64::from_bits(s.to_bits().wrapping_add(shifted.to_bits() << 52))
    } else {
        scaled_to_the_edge(x, s, shifted - ROUND)
    }
}

/// `eˣ`.
#[inline(always)]
pub fn fast_exp(x: f64) -> f64 {
    let shifted = x.mul_add(LOG2_E, ROUND);
    let n = shifted - ROUND;
    fast_scaled(x, n.mul_add(-LN2_LOW, n.mul_add(-LN2_HIGH, x)), shifted)
}

/// `2ˣ`.
#[inline(always)]
pub fn fast_exp2(x: f64) -> f64 {
    let shifted = x + ROUND;
    fast_scaled(x, (x - (shifted - ROUND)) * LN2, shifted)
}

/// `k` and `ln(1 + f)` of the bits of a positive number that is not subnormal.
#[inline(always)]
pub fn fast_parts_of_bits(bits: u64) -> (f64, f64) {
    let exponent = exponent_over_root_half(bits);
    let f = f64::from_bits(bits.wrapping_sub(exponent)) - 1.0;
    let half = 0.5 * f * f;
    (exponent_as_number(exponent), f - (half - ln_tail(f, half)))
}

/// `k·high + (k·low + ln·scale)`, which are a logarithm of `x`.
#[inline(always)]
pub fn fast_logarithm(x: f64, high: f64, low: f64, scale: f64) -> f64 {
    let (k, ln) = fast_parts_of_bits(x.to_bits());
    let result = k.mul_add(high, k.mul_add(low, ln * scale));
    if x >= f64::MIN_POSITIVE && x < f64::INFINITY {
        result
    } else {
        let (k, ln) = fast_parts_of_bits((x * UP).to_bits());
        let k = k - 54.0;
        ln_at_the_edge(x, k.mul_add(high, k.mul_add(low, ln * scale)))
    }
}

/// `ln x`.
#[inline(always)]
pub fn fast_ln(x: f64) -> f64 {
    fast_logarithm(x, LN2_HIGH, LN2_LOW, 1.0)
}

/// `log₂ x`.
#[inline(always)]
pub fn fast_log2(x: f64) -> f64 {
    fast_logarithm(x, 1.0, 0.0, LOG2_E)
}

/// `log₁₀ x`.
#[inline(always)]
pub fn fast_log10(x: f64) -> f64 {
    fast_logarithm(x, LOG10_2, 0.0, LOG10_E)
}

/// The rest of a number less the nearest multiple of π/2, and which multiple it is, in the last
/// bits.
#[inline(always)]
pub fn fast_quarters(x: f64) -> (f64, u64) {
    let shifted = x.mul_add(TWO_OVER_PI, ROUND);
    let n = shifted - ROUND;
    let r = n.mul_add(-HALF_PI_MIDDLE, n.mul_add(-HALF_PI_HIGH, x));
    let r = n.mul_add(-HALF_PI_LOW, r);
    if x.abs() <= LARGE {
        (r, shifted.to_bits())
    } else {
        let (r, _, quarter) = quarters_of_large(x);
        (r, quarter)
    }
}

/// The sine and the cosine of an angle of at most π/4.
#[inline(always)]
pub fn fast_sin_and_cos(r: f64) -> (f64, f64) {
    let z = r * r;
    let z2 = z * z;
    let even = SIN[4].mul_add(z2, SIN[2]).mul_add(z2, SIN[0]);
    let odd = SIN[5].mul_add(z2, SIN[3]).mul_add(z2, SIN[1]);
    let sin = (r * z).mul_add(odd.mul_add(z, even), r);
    let even = COS[4].mul_add(z2, COS[2]).mul_add(z2, COS[0]);
    let odd = COS[5].mul_add(z2, COS[3]).mul_add(z2, COS[1]);
    (sin, z2.mul_add(odd.mul_add(z, even), z.mul_add(-0.5, 1.0)))
}

/// The sine of an angle, turned on by quarters.
#[inline(always)]
pub fn fast_sin_of_quarters(r: f64, quarter: u64) -> f64 {
    let (sin, cos) = fast_sin_and_cos(r);
    let value = if quarter & 1 == 0 { sin } else { cos };
    f64::from_bits(value.to_bits() ^ ((quarter & 2) << 62))
}

/// `sin x`.
#[inline(always)]
pub fn fast_sin(x: f64) -> f64 {
    let (r, quarter) = fast_quarters(x);
    let result = fast_sin_of_quarters(r, quarter);
    if x == 0.0 { x } else { result }
}

/// `cos x`.
#[inline(always)]
pub fn fast_cos(x: f64) -> f64 {
    let (r, quarter) = fast_quarters(x);
    fast_sin_of_quarters(r, quarter.wrapping_add(1))
}

/// `tan x`.
#[inline(always)]
pub fn fast_tan(x: f64) -> f64 {
    let (r, quarter) = fast_quarters(x);
    let (sin, cos) = fast_sin_and_cos(r);
    let turned = quarter & 1 != 0;
    let num = if turned { -cos } else { sin };
    let den = if turned { sin } else { cos };
    if x == 0.0 { x } else { num / den }
}
