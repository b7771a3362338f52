//! Logarithms, as those of `f64`, with a polynomial of `f` itself.

use super::wide::ln_1p_of_wide;
use crate::coefficients::{
    LN_SINGLE, LN2_HIGH_SINGLE, LN2_LOW_SINGLE, LOG2_E_REST_SINGLE, LOG2_E_SINGLE,
    LOG10_2_HIGH_SINGLE, LOG10_2_LOW_SINGLE, LOG10_E_REST_SINGLE, LOG10_E_SINGLE, UP_SINGLE,
};

/// The bits of √½.
pub const ROOT_HALF_SINGLE: u32 = 0x3f35_04f3;

/// `ln(1 + f) - f + f² / 2`.
#[inline(always)]
pub fn ln_tail(f: f32) -> f32 {
    let f2 = f * f;
    let even = LN_SINGLE[8].mul_add(f2, LN_SINGLE[6]).mul_add(f2, LN_SINGLE[4]);
    let even = even.mul_add(f2, LN_SINGLE[2]).mul_add(f2, LN_SINGLE[0]);
    let odd = LN_SINGLE[7].mul_add(f2, LN_SINGLE[5]).mul_add(f2, LN_SINGLE[3]);
    let odd = odd.mul_add(f2, LN_SINGLE[1]);
    f2 * f * odd.mul_add(f, even)
}

/// `ln(1 + f)` as a number and what it lacks.
#[inline(always)]
pub fn ln_of_rest(f: f32) -> (f32, f32) {
    let half = 0.5 * f * f;
    let half_lost = (0.5 * f).mul_add(f, -half);
    let part = f - half;
    let lost = ((f - part) - half) - half_lost;
    (part, ln_tail(f) + lost)
}

/// `k` of a positive number, given its bits: in the upper 9 bits.
#[inline(always)]
pub fn exponent_over_root_half_of_single(bits: u32) -> u32 {
    bits.wrapping_sub(ROOT_HALF_SINGLE) & 0xff80_0000
}

/// `k` and `ln(1 + f)` of the bits of a positive number that is not subnormal.
#[inline(always)]
pub fn parts_of_bits_of_single(bits: u32) -> (f32, f32, f32) {
    let exponent = exponent_over_root_half_of_single(bits);
    let f = f32::from_bits(bits.wrapping_sub(exponent)) - 1.0;
    let (high, low) = ln_of_rest(f);
    ((exponent as i32 >> 23) as f32, high, low)
}

/// `k·ln 2 + high + low`.
#[inline(always)]
pub fn with_exponent(k: f32, high: f32, low: f32) -> f32 {
    let whole = k * LN2_HIGH_SINGLE;
    let sum = whole + high;
    let lost = (whole - sum) + high;
    sum + (k.mul_add(LN2_LOW_SINGLE, low) + lost)
}

/// A logarithm where the argument is not a positive normal number; `subnormal` is the one of it
/// as if it were positive.
#[inline(always)]
pub fn ln_at_the_edge(x: f32, subnormal: f32) -> f32 {
    let above = if x == f32::INFINITY { x } else { subnormal };
    let at_zero = if x == 0.0 { f32::NEG_INFINITY } else { above };
    if x >= 0.0 { at_zero } else { f32::NAN }
}

/// `ln x`.
#[inline(always)]
pub fn ln(x: f32) -> f32 {
    let (k, high, low) = parts_of_bits_of_single(x.to_bits());
    let result = with_exponent(k, high, low);
    if x >= f32::MIN_POSITIVE && x < f32::INFINITY {
        result
    } else {
        let (k, high, low) = parts_of_bits_of_single((x * UP_SINGLE).to_bits());
        ln_at_the_edge(x, with_exponent(k - 25.0, high, low))
    }
}

/// `k + (high + low)·log₂ e`.
#[inline(always)]
pub fn in_base_2(k: f32, high: f32, low: f32) -> f32 {
    let part = high + low;
    let low = (high - part) + low;
    let product = part * LOG2_E_SINGLE;
    let lost = part.mul_add(LOG2_E_SINGLE, -product);
    let rest = part.mul_add(LOG2_E_REST_SINGLE, low.mul_add(LOG2_E_SINGLE, lost));
    let sum = k + product;
    sum + (((k - sum) + product) + rest)
}

/// `log₂ x`.
#[inline(always)]
pub fn log2(x: f32) -> f32 {
    let (k, high, low) = parts_of_bits_of_single(x.to_bits());
    let result = in_base_2(k, high, low);
    if x >= f32::MIN_POSITIVE && x < f32::INFINITY {
        result
    } else {
        let (k, high, low) = parts_of_bits_of_single((x * UP_SINGLE).to_bits());
        ln_at_the_edge(x, in_base_2(k - 25.0, high, low))
    }
}

/// `k·log₁₀ 2 + (high + low)·log₁₀ e`.
#[inline(always)]
pub fn in_base_10(k: f32, high: f32, low: f32) -> f32 {
    let part = high + low;
    let low = (high - part) + low;
    let product = part * LOG10_E_SINGLE;
    let lost = part.mul_add(LOG10_E_SINGLE, -product);
    let rest = part.mul_add(LOG10_E_REST_SINGLE, low.mul_add(LOG10_E_SINGLE, lost));
    let whole = k * LOG10_2_HIGH_SINGLE;
    let sum = whole + product;
    sum + (((whole - sum) + product) + k.mul_add(LOG10_2_LOW_SINGLE, rest))
}

/// `log₁₀ x`.
#[inline(always)]
pub fn log10(x: f32) -> f32 {
    let (k, high, low) = parts_of_bits_of_single(x.to_bits());
    let result = in_base_10(k, high, low);
    if x >= f32::MIN_POSITIVE && x < f32::INFINITY {
        result
    } else {
        let (k, high, low) = parts_of_bits_of_single((x * UP_SINGLE).to_bits());
        ln_at_the_edge(x, in_base_10(k - 25.0, high, low))
    }
}

/// `ln(1 + x)`.
#[inline(always)]
pub fn ln_1p(x: f32) -> f32 {
    let result = ln_1p_of_wide(x as f64) as f32;
    let small = if x == 0.0 { x } else { result };
    let finite = if x < f32::INFINITY { small } else { x };
    let defined = if x > -1.0 { finite } else { f32::NAN };
    if x == -1.0 { f32::NEG_INFINITY } else { defined }
}
