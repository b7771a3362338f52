//! The gamma function and its logarithm, by Stirling's formula with what it lacks (J. Binet) as a
//! polynomial in `1 / x²`, and by reflection.

use super::exp::{parts_of_exp, rest_of_exp, scaled_to_the_edge};
use super::large_angle::two_sum;
use super::power::exponent_of_power;
use super::sinc::sin_of_half_turns;
use super::trig::quotient_of_parts;
use crate::coefficients::{
    HALF_LN_TURN, HALF_LN_TURN_REST, LN_GAMMA, LN_GAMMA_REST, LN_GAMMA_ZEROS, PI, PI_REST, ROUND,
    STIRLING, TWELFTH, TWELFTH_REST,
};

/// `(x - ½)·ln x - x + ½·ln 2π + …`, given the first of these in parts, as a number and what it
/// lacks; for `x ≥ 3`.
#[inline(always)]
pub fn stirling(x: f64, product: f64, product_low: f64) -> (f64, f64) {
    let t = 1.0 / x;
    let t_low = t * (-t).mul_add(x, 1.0);
    let z = t * t;
    let z2 = z * z;
    let even = STIRLING[10]
        .mul_add(z2, STIRLING[8])
        .mul_add(z2, STIRLING[6])
        .mul_add(z2, STIRLING[4])
        .mul_add(z2, STIRLING[2])
        .mul_add(z2, STIRLING[0]);
    let odd = STIRLING[9]
        .mul_add(z2, STIRLING[7])
        .mul_add(z2, STIRLING[5])
        .mul_add(z2, STIRLING[3])
        .mul_add(z2, STIRLING[1]);
    let twelfth = t * TWELFTH;
    let twelfth_low = t.mul_add(TWELFTH_REST, t_low.mul_add(TWELFTH, t.mul_add(TWELFTH, -twelfth)));
    let (sum, a) = two_sum(product, -x);
    let (sum, b) = two_sum(sum, HALF_LN_TURN);
    let (sum, c) = two_sum(sum, twelfth);
    let low = ((a + b) + c) + ((product_low + HALF_LN_TURN_REST) + twelfth_low);
    let low = (t * z).mul_add(odd.mul_add(z, even), low);
    let high = sum + low;
    (high, (sum - high) + low)
}

/// `a·b` in two parts.
#[inline(always)]
pub fn product_of_parts(a: f64, a_low: f64, b: f64, b_low: f64) -> (f64, f64) {
    let product = a * b;
    (product, a_low.mul_add(b, a.mul_add(b_low, a.mul_add(b, -product))))
}

/// `Γ(x)`.
#[inline(always)]
pub fn gamma(x: f64) -> f64 {
    gamma_of_number(x)
}

/// As [`gamma`], which is there in both types.
#[inline(always)]
pub fn gamma_of_number(x: f64) -> f64 {
    let size = if x.abs() > 1000.0 { 1000.0 } else { x.abs() };
    let near = size < 3.0;
    let base = if near { size + 3.0 } else { size };
    // What the sum lost is made up for by the derivative, ln x - 1 / 2x.
    let base_low = if near { size - (base - 3.0) } else { 0.0 };
    let (product, product_low) = exponent_of_power(base, base - 0.5);
    let slope = product / (base - 0.5) - 0.5 / base;
    let (high, low) = stirling(base, product, base_low.mul_add(slope, product_low));
    // Γ(x + 3) = Γ(x)·x·(x + 1)·(x + 2)
    let (one_more, one_low) = two_sum(size, 1.0);
    let (two_more, two_low) = two_sum(size, 2.0);
    let (steps, steps_low) = product_of_parts(one_more, one_low, two_more, two_low);
    let (all, all_low) = product_of_parts(steps, steps_low, size, 0.0);
    let den = if near { all } else { 1.0 };
    let den_low = if near { all_low } else { 0.0 };
    if x >= 1e-300 && x <= 171.0 {
        scaled_gamma(1.0, 0.0, den, den_low, high, low)
    } else {
        let steps = if near { steps } else { 1.0 };
        let steps_low = if near { steps_low } else { 0.0 };
        gamma_at_the_edge(x, near, steps, steps_low, high, low)
    }
}

/// `(num / den)·eˣ`, all in two parts, where 2ⁿ may be too large or too small.
#[inline(always)]
pub fn scaled_gamma(num: f64, num_low: f64, den: f64, den_low: f64, x: f64, x_low: f64) -> f64 {
    let (shifted, rest, small) = rest_of_exp(x);
    let (exp, exp_low) = parts_of_exp(rest, small + x_low);
    let (num, num_low) = product_of_parts(num, num_low, exp, exp_low);
    let (result, lost) = quotient_of_parts(num, num_low, den, den_low);
    scaled_to_the_edge(x, result + lost, shifted - ROUND)
}

/// `Γ(x)` where `x` is not a positive number of moderate size, by `Γ(-x) = -π / (x·sin πx·Γ(x))`.
#[inline(always)]
pub fn gamma_at_the_edge(
    x: f64,
    near: bool,
    steps: f64,
    steps_low: f64,
    high: f64,
    low: f64,
) -> f64 {
    let size = x.abs();
    let (sin, sin_low) = sin_of_half_turns(size);
    let (den, den_low) = product_of_parts(sin, sin_low, if near { 1.0 } else { size }, 0.0);
    let (num, num_low) = product_of_parts(steps, steps_low, -PI, -PI_REST);
    let reflected = scaled_gamma(num, num_low, den, den_low, -high, -low);
    let reflected = if size > 1000.0 { 0.0f64.copysign(-sin) } else { reflected };
    let above = scaled_gamma(1.0, 0.0, 1.0, 0.0, high, low);
    let above = if x > 1000.0 { f64::INFINITY } else { above };
    let far = if x > 0.0 { above } else { reflected };
    let pole = x < 0.0 && size.round_ties_even() == size;
    let result = if size < 1e-300 { 1.0 / x } else { far };
    if pole || x.is_nan() { f64::NAN } else { result }
}

/// `ln |Γ(x)|`.
#[inline(always)]
pub fn ln_gamma(x: f64) -> f64 {
    ln_gamma_of_number(x)
}

/// As [`ln_gamma`], which is there in both types.
#[inline(always)]
pub fn ln_gamma_of_number(x: f64) -> f64 {
    // Between -2 and -3 are zeros where Stirling's formula is nearer; nothing is lost.
    let step = if x < -2.0 && x > -3.0 { 1.0 } else { 0.0 };
    let (high, low) = ln_gamma_in_parts(x.abs() + step);
    let result = if x < 1e305 { high + low } else { ln_gamma_of_large(x) };
    if x > 0.0 { result } else { ln_gamma_reflected(x, step, high, low) }
}

/// `ln Γ(x)` for a positive `x`, as a number and what it lacks: `ln Γ(2 + t) - ln w` below 3.
#[inline(always)]
pub fn ln_gamma_in_parts(x: f64) -> (f64, f64) {
    let below = if x < 0.5 { x * (1.0 + x) } else { x };
    let small = if x < 1.5 { below } else { 1.0 };
    let near = x < 3.0;
    let (product, product_low) =
        exponent_of_power(if near { small } else { x }, if near { -1.0 } else { x - 0.5 });
    let (high, low) = stirling(if near { 3.0 } else { x }, product, product_low);
    let t = x - (if x < 1.5 { 1.0 } else { 2.0 });
    let t = if x < 0.5 { x } else { t };
    let t = if near { t } else { 0.0 };
    let t2 = t * t;
    let even = LN_GAMMA[20]
        .mul_add(t2, LN_GAMMA[18])
        .mul_add(t2, LN_GAMMA[16])
        .mul_add(t2, LN_GAMMA[14])
        .mul_add(t2, LN_GAMMA[12])
        .mul_add(t2, LN_GAMMA[10])
        .mul_add(t2, LN_GAMMA[8])
        .mul_add(t2, LN_GAMMA[6])
        .mul_add(t2, LN_GAMMA[4])
        .mul_add(t2, LN_GAMMA[2]);
    let odd = LN_GAMMA[21]
        .mul_add(t2, LN_GAMMA[19])
        .mul_add(t2, LN_GAMMA[17])
        .mul_add(t2, LN_GAMMA[15])
        .mul_add(t2, LN_GAMMA[13])
        .mul_add(t2, LN_GAMMA[11])
        .mul_add(t2, LN_GAMMA[9])
        .mul_add(t2, LN_GAMMA[7])
        .mul_add(t2, LN_GAMMA[5])
        .mul_add(t2, LN_GAMMA[3])
        .mul_add(t2, LN_GAMMA[1]);
    let line = t * LN_GAMMA[0];
    let (sum, lost) = two_sum(product, line);
    let lost = t.mul_add(LN_GAMMA_REST, t.mul_add(LN_GAMMA[0], -line)) + lost;
    let lost = t2.mul_add(even.mul_add(t, odd), lost);
    let far = x >= 3.0;
    (if far { high } else { sum }, if far { low } else { lost + product_low })
}

/// Where the parts are too large to be numbers.
#[inline(always)]
pub fn ln_gamma_of_large(x: f64) -> f64 {
    let (half, half_low) = exponent_of_power(x, 0.5 * x);
    let result = (half - 0.5 * x) + half_low;
    // The greatest number whose result is one.
    if x > 2.5599833278516383e305 { f64::INFINITY } else { 2.0 * result }
}

/// `ln |Γ(x)|` beside the zero nearest to a negative `x`, by its series there, and what a line
/// would be, which is small where the series holds. Below -18 no number is as near to a zero.
#[inline(always)]
pub fn ln_gamma_by_zero(x: f64) -> (f64, f64) {
    let size = if x < -17.75 { 17.75 } else { -x };
    // Half units from 2 on; at their ends are no zeros.
    let row = (size.mul_add(2.0, -4.5) + ROUND).to_bits() & 31;
    let at = (11 * row) as usize;
    let d = (x - LN_GAMMA_ZEROS[at]) - LN_GAMMA_ZEROS[at + 1];
    let line = d * LN_GAMMA_ZEROS[at + 2];
    let rest = LN_GAMMA_ZEROS[at + 10]
        .mul_add(d, LN_GAMMA_ZEROS[at + 9])
        .mul_add(d, LN_GAMMA_ZEROS[at + 8])
        .mul_add(d, LN_GAMMA_ZEROS[at + 7])
        .mul_add(d, LN_GAMMA_ZEROS[at + 6])
        .mul_add(d, LN_GAMMA_ZEROS[at + 5])
        .mul_add(d, LN_GAMMA_ZEROS[at + 4])
        .mul_add(d, LN_GAMMA_ZEROS[at + 3]);
    (line, (d * d).mul_add(rest, line))
}

/// `ln |Γ(x)|` for a negative `x`: `ln(π / (|x|·|sin πx|)) - ln Γ(|x|)`, or with
/// `ln Γ(|x| + 1)` after a step of 1, which has the `|x|` in it.
#[inline(always)]
pub fn ln_gamma_reflected(x: f64, step: f64, high: f64, low: f64) -> f64 {
    let size = x.abs();
    let factor = if step == 0.0 { size } else { 1.0 };
    let (sin, sin_low) = sin_of_half_turns(size);
    let (quotient, quotient_low) =
        quotient_of_parts(sin.abs(), if sin < 0.0 { -sin_low } else { sin_low }, PI, PI_REST);
    let product = quotient * factor;
    let lost = quotient_low.mul_add(factor, quotient.mul_add(factor, -product));
    let value = product + lost;
    let lost = (product - value) + lost;
    let (ln, ln_low) = exponent_of_power(value, -1.0);
    let (sum, rest) = two_sum(ln, -high);
    let result = sum + (rest + (ln_low - low - lost / value));
    let tiny = exponent_of_power(size, -1.0);
    let result = if size < 1e-20 { tiny.0 } else { result };
    let (line, of_zero) = ln_gamma_by_zero(x);
    let result = if line.abs() < 0.0083 { of_zero } else { result };
    let pole = size.round_ties_even() == size;
    let result = if pole { f64::INFINITY } else { result };
    if x.is_nan() { x } else { result }
}
