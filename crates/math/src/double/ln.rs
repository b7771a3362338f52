//! Logarithms.
//!
//! `x = 2ᵏ·(1 + f)` with `1 + f` from √½ to √2, and `ln(1 + f) = f - f²/2 + s·(f²/2 + R(s²))`
//! with `s = f / (2 + f)`, the form that K. C. Ng gave it in 4.3BSD. `f - f²/2` and the products
//! by constants are kept in two parts each.

use super::large_angle::two_sum;
use crate::coefficients::{
    LN, LN2_HIGH, LN2_LOW, LOG2_E, LOG2_E_REST, LOG10_2_HIGH, LOG10_2_LOW, LOG10_E, LOG10_E_REST,
    UP,
};

/// The bits of √½.
pub const ROOT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;

/// `k` of a positive number, given its bits: in the upper 12 bits.
#[inline(always)]
pub fn exponent_over_root_half(bits: u64) -> u64 {
    bits.wrapping_sub(ROOT_HALF) & 0xfff0_0000_0000_0000
}

/// The signed integer in the upper 12 bits, by way of 2^52 + 1023 + `k`.
#[inline(always)]
pub fn exponent_as_number(k: u64) -> f64 {
    let biased = (k >> 52).wrapping_add(1023) & 0xfff;
    f64::from_bits(biased | 0x4330_0000_0000_0000) - 4503599627371519.0
}

/// `ln(1 + f) - f + f²/2`, where `half` is `f²/2`.
#[inline(always)]
pub fn ln_tail(f: f64, half: f64) -> f64 {
    let s = f / (2.0 + f);
    let z = s * s;
    let z2 = z * z;
    let even = LN[6].mul_add(z2, LN[4]).mul_add(z2, LN[2]).mul_add(z2, LN[0]);
    let odd = LN[5].mul_add(z2, LN[3]).mul_add(z2, LN[1]);
    s * z.mul_add(odd.mul_add(z, even), half)
}

/// `ln(1 + f)` as a number and what it lacks.
#[inline(always)]
pub fn ln_of_rest(f: f64) -> (f64, f64) {
    let half = 0.5 * f * f;
    let half_lost = (0.5 * f).mul_add(f, -half);
    let part = f - half;
    let lost = ((f - part) - half) - half_lost;
    (part, ln_tail(f, half) + lost)
}

/// `k·ln 2 + high + low`.
#[inline(always)]
pub fn with_exponent(k: f64, high: f64, low: f64) -> f64 {
    let whole = k * LN2_HIGH;
    let sum = whole + high;
    let lost = (whole - sum) + high;
    sum + (k.mul_add(LN2_LOW, low) + lost)
}

/// `k` and `ln(1 + f)` of the bits of a positive number that is not subnormal.
#[inline(always)]
pub fn parts_of_bits(bits: u64) -> (f64, f64, f64) {
    let exponent = exponent_over_root_half(bits);
    let f = f64::from_bits(bits.wrapping_sub(exponent)) - 1.0;
    let (high, low) = ln_of_rest(f);
    (exponent_as_number(exponent), high, low)
}

/// A logarithm where the argument is not a positive normal number; `subnormal` is the one of it
/// as if it were positive.
#[inline(always)]
pub fn ln_at_the_edge(x: f64, subnormal: f64) -> f64 {
    let above = if x == f64::INFINITY { x } else { subnormal };
    let at_zero = if x == 0.0 { f64::NEG_INFINITY } else { above };
    if x >= 0.0 { at_zero } else { f64::NAN }
}

/// `ln x`.
#[inline(always)]
pub fn ln(x: f64) -> f64 {
    let (k, high, low) = parts_of_bits(x.to_bits());
    let result = with_exponent(k, high, low);
    if x >= f64::MIN_POSITIVE && x < f64::INFINITY {
        result
    } else {
        let (k, high, low) = parts_of_bits((x * UP).to_bits());
        ln_at_the_edge(x, with_exponent(k - 54.0, high, low))
    }
}

/// `k + (high + low)·log₂ e`.
#[inline(always)]
pub fn in_base_2(k: f64, high: f64, low: f64) -> f64 {
    let part = high + low;
    let low = (high - part) + low;
    let product = part * LOG2_E;
    let lost = part.mul_add(LOG2_E, -product);
    let rest = part.mul_add(LOG2_E_REST, low.mul_add(LOG2_E, lost));
    let sum = k + product;
    sum + (((k - sum) + product) + rest)
}

/// `log₂ x`.
#[inline(always)]
pub fn log2(x: f64) -> f64 {
    let (k, high, low) = parts_of_bits(x.to_bits());
    let result = in_base_2(k, high, low);
    if x >= f64::MIN_POSITIVE && x < f64::INFINITY {
        result
    } else {
        let (k, high, low) = parts_of_bits((x * UP).to_bits());
        ln_at_the_edge(x, in_base_2(k - 54.0, high, low))
    }
}

/// `k·log₁₀ 2 + (high + low)·log₁₀ e`.
#[inline(always)]
pub fn in_base_10(k: f64, high: f64, low: f64) -> f64 {
    let part = high + low;
    let low = (high - part) + low;
    let product = part * LOG10_E;
    let lost = part.mul_add(LOG10_E, -product);
    let rest = part.mul_add(LOG10_E_REST, low.mul_add(LOG10_E, lost));
    let whole = k * LOG10_2_HIGH;
    let sum = whole + product;
    sum + (((whole - sum) + product) + k.mul_add(LOG10_2_LOW, rest))
}

/// `log₁₀ x`.
#[inline(always)]
pub fn log10(x: f64) -> f64 {
    let (k, high, low) = parts_of_bits(x.to_bits());
    let result = in_base_10(k, high, low);
    if x >= f64::MIN_POSITIVE && x < f64::INFINITY {
        result
    } else {
        let (k, high, low) = parts_of_bits((x * UP).to_bits());
        ln_at_the_edge(x, in_base_10(k - 54.0, high, low))
    }
}

/// `ln(1 + x + small)`, for `x` above -1 and finite.
#[inline(always)]
pub fn ln_1p_of_parts(x: f64, small: f64) -> f64 {
    let (one_more, lost) = two_sum(1.0, x);
    let bits = one_more.to_bits();
    let exponent = exponent_over_root_half(bits);
    let f = f64::from_bits(bits.wrapping_sub(exponent)) - 1.0;
    // What was lost, as large as `f` is. The derivative is 1 / (1 + f).
    let scale = f64::from_bits(1.0f64.to_bits().wrapping_sub(exponent));
    let lost = if one_more < 1e18 { (lost + small) * scale } else { 0.0 };
    // Around 0 nothing has to be added up.
    let lost = if exponent == 0 { small } else { lost };
    let (high, low) = ln_of_rest(if exponent == 0 { x } else { f });
    with_exponent(exponent_as_number(exponent), high, lost.mul_add(f.mul_add(f - 1.0, 1.0), low))
}

/// `ln(1 + x)`.
#[inline(always)]
pub fn ln_1p(x: f64) -> f64 {
    let result = ln_1p_of_parts(x, 0.0);
    if x > -1.0 && x < f64::INFINITY {
        if x == 0.0 { x } else { result }
    } else {
        let above = if x == f64::INFINITY { x } else { f64::NAN };
        if x == -1.0 { f64::NEG_INFINITY } else { above }
    }
}
