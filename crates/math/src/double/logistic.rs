//! Functions of `1 + eˣ`.

use super::exp::{parts_of_exp, rest_of_exp, scaled_to_the_edge};
use super::large_angle::two_sum;
use super::ln::{exponent_as_number, exponent_over_root_half, ln_1p_of_parts};
use super::near_zero::log_add_exp_near_zero;
use super::power::ln_of_rest_in_parts;
use super::trig::quotient_of_parts;
use crate::coefficients::{LN2, LN2_REST, ROUND};

/// `eˣ` as a number and what it lacks, for `x` from -700 to 700.
#[inline(always)]
pub fn exp_in_parts(x: f64) -> (f64, f64) {
    let (shifted, r, small) = rest_of_exp(x);
    let (high, low) = parts_of_exp(r, small);
    let power = f64::from_bits(1.0f64.to_bits().wrapping_add(shifted.to_bits() << 52));
    (power * high, power * low)
}

/// `eˣ` where it is the result, as 1 + eˣ is 1; it may be subnormal.
#[inline(always)]
pub fn exp_of_far(x: f64) -> f64 {
    let (shifted, r, small) = rest_of_exp(x);
    let (high, low) = parts_of_exp(r, small);
    scaled_to_the_edge(x, high + low, shifted - ROUND)
}

/// `1 / (1 + e⁻ˣ)`, as `eˣ / (1 + eˣ)`.
#[inline(always)]
pub fn sigmoid(x: f64) -> f64 {
    let bounded = if x > 40.0 { 40.0 } else { x };
    let (high, low) = exp_in_parts(bounded);
    let (den, lost) = two_sum(1.0, high);
    let (result, result_low) = quotient_of_parts(high, low, den, lost + low);
    if x < -700.0 { exp_of_far(x) } else { result + result_low }
}

/// `ln(1 + eˣ)`.
#[inline(always)]
pub fn softplus(x: f64) -> f64 {
    let bounded = if x > 40.0 { 40.0 } else { x };
    let (high, low) = exp_in_parts(bounded);
    let result = ln_1p_of_parts(high, low);
    let result = if x <= 40.0 { result } else { x };
    if x < -700.0 { exp_of_far(x) } else { result }
}

/// `ln(1 + x + small)` for `x` from 0 to 1, as a number and what it lacks.
#[inline(always)]
pub fn ln_1p_in_parts(x: f64, small: f64) -> (f64, f64) {
    let (one_more, lost) = two_sum(1.0, x);
    let bits = one_more.to_bits();
    let exponent = exponent_over_root_half(bits);
    let k = exponent_as_number(exponent);
    let f = f64::from_bits(bits.wrapping_sub(exponent)) - 1.0;
    let (high, low) = ln_of_rest_in_parts(if exponent == 0 { x } else { f });
    let (sum, sum_low) = two_sum(k * LN2, high);
    let lost = (if exponent == 0 { small } else { lost + small }) / one_more;
    let (sum, rest) = two_sum(sum, lost);
    (sum, rest + k.mul_add(LN2_REST, sum_low + low))
}

/// `ln(eˣ + eʸ)`: the greater one and `ln(1 + e⁻ᵈ)`, with `d` what they are apart. The error is
/// some 2^-58 of the greater one, and what rounding the result costs.
#[inline(always)]
pub fn log_add_exp_of_numbers(x: f64, y: f64) -> f64 {
    let (apart, apart_low) = two_sum(if x == y { 0.0 } else { x }, if x == y { 0.0 } else { -y });
    let below = if apart > 0.0 { -apart } else { apart };
    let below_low = if apart > 0.0 { -apart_low } else { apart_low };
    let greater = if x > y { x } else { y };
    if below >= -700.0 {
        let (shifted, r, small) = rest_of_exp(below);
        let (high, low) = parts_of_exp(r, small + below_low);
        let power = f64::from_bits(1.0f64.to_bits().wrapping_add(shifted.to_bits() << 52));
        let (ln, ln_low) = ln_1p_in_parts(power * high, power * low);
        let (sum, lost) = two_sum(greater, ln);
        let result = sum + (lost + ln_low);
        if greater.abs() == f64::INFINITY { greater } else { result }
    } else {
        greater + exp_of_far(below)
    }
}

/// `ln(eˣ + eʸ)`.
#[inline(always)]
pub fn log_add_exp(x: f64, y: f64) -> f64 {
    let result = log_add_exp_of_numbers(x, y);
    let greater = if x > y { x } else { y };
    let lesser = if x > y { y } else { x };
    // Where digits cancel, which costs more of them where a rounded power is added.
    let far = greater - lesser > 700.0;
    let least = if far { 0.75 } else { 0.0625 };
    let most = if far { -4.0 } else { -0.0625 };
    let cancels = result > least * greater && result < most * greater;
    if !cancels { result } else { log_add_exp_near_zero(greater, lesser) }
}
