//! Logarithms: `x = 2ᵏ·(1 + f)` with `1 + f` from √½ to √2, in `f64`, where no `f32` is subnormal,
//! and a polynomial for `ln(1 + f)`.

use crate::coefficients::{LN_SHORT, LN2, LOG2_E, LOG10_2, LOG10_E};
use crate::double::ln::{exponent_as_number, exponent_over_root_half};

/// `ln(1 + f)`.
#[inline(always)]
pub fn ln_of_rest(f: f64) -> f64 {
    let f2 = f * f;
    let even = LN_SHORT[10]
        .mul_add(f2, LN_SHORT[8])
        .mul_add(f2, LN_SHORT[6])
        .mul_add(f2, LN_SHORT[4])
        .mul_add(f2, LN_SHORT[2])
        .mul_add(f2, LN_SHORT[0]);
    let odd = LN_SHORT[9]
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
    (exponent_as_number(exponent), ln_of_rest(f))
}

/// A logarithm where the argument may not be a positive number.
#[inline(always)]
pub fn anywhere(x: f32, result: f64) -> f32 {
    let finite = if x < f32::INFINITY { result as f32 } else { x };
    let positive = if x == 0.0 { f32::NEG_INFINITY } else { finite };
    if x < 0.0 { f32::NAN } else { positive }
}

/// `ln x`.
#[inline(always)]
pub fn ln(x: f32) -> f32 {
    let (k, part) = parts_of_ln(x as f64);
    anywhere(x, k.mul_add(LN2, part))
}

/// `log₂ x`.
#[inline(always)]
pub fn log2(x: f32) -> f32 {
    let (k, part) = parts_of_ln(x as f64);
    anywhere(x, part.mul_add(LOG2_E, k))
}

/// `log₁₀ x`.
#[inline(always)]
pub fn log10(x: f32) -> f32 {
    let (k, part) = parts_of_ln(x as f64);
    anywhere(x, part.mul_add(LOG10_E, k * LOG10_2))
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
    exponent_as_number(exponent).mul_add(LN2, ln_of_rest(f) + lost)
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
