//! Hyperbolic functions and their inverses, from `eˣ - 1` and `ln(1 + x)` in two parts.

use super::exp::{exp_m1_less_rest, exp_of_rest, rest_of_exp, scaled_to_the_edge};
use super::large_angle::{quick_two_sum, two_sum};
use super::ln::{ln_1p_of_parts, parts_of_bits, with_exponent};
use super::trig::quotient_of_parts;
use crate::coefficients::ROUND;

/// `eˣ - 1` for `x` of moderate size, as a number and what it lacks.
#[inline(always)]
pub fn exp_m1_in_parts(x: f64) -> (f64, f64) {
    let (shifted, r, small) = rest_of_exp(x);
    let power = f64::from_bits(1.0f64.to_bits().wrapping_add(shifted.to_bits() << 52));
    let less = power - 1.0;
    let linear = power * r;
    let sum = less + linear;
    let lost = ((less - sum) + linear) + ((power - less) - 1.0);
    (sum, power.mul_add(exp_m1_less_rest(r, small), lost))
}

/// `sinh x`: `(e + e / (1 + e)) / 2` with `e = eˣ - 1`.
#[inline(always)]
pub fn sinh(x: f64) -> f64 {
    let size = x.abs();
    let (high, low) = exp_m1_in_parts(size);
    let (one_more, lost) = two_sum(1.0, high);
    let den_low = low + lost;
    // A quotient's correction has to be small beside it.
    let (high, low) = quick_two_sum(high, low);
    let (quotient, quotient_low) = quotient_of_parts(high, low, one_more, den_low);
    let sum = high + quotient;
    let lost = (high - sum) + quotient;
    let result = 0.5 * (sum + (lost + (low + quotient_low)));
    let result = if size <= 700.0 { result } else { half_exp(size) };
    result.copysign(x)
}

/// `eˣ / 2` where it may be too large.
#[inline(always)]
pub fn half_exp(x: f64) -> f64 {
    let (shifted, r, small) = rest_of_exp(x);
    let result = scaled_to_the_edge(x, exp_of_rest(r, small), shifted - ROUND - 1.0);
    if x.is_nan() { x } else { result }
}

/// `cosh x`.
#[inline(always)]
pub fn cosh(x: f64) -> f64 {
    let size = x.abs();
    let (high, low) = exp_m1_in_parts(size);
    let (one_more, lost) = two_sum(1.0, high);
    let low = low + lost;
    let inverse = 1.0 / (one_more + low);
    let (sum, lost) = two_sum(one_more, inverse);
    let result = 0.5 * (sum + (lost + low));
    if size <= 700.0 { result } else { half_exp(size) }
}

/// `tanh x`: `e / (e + 2)` with `e = e²ˣ - 1`.
#[inline(always)]
pub fn tanh(x: f64) -> f64 {
    let size = x.abs();
    let bounded = if size > 22.0 { 22.0 } else { size };
    let (high, low) = exp_m1_in_parts(2.0 * bounded);
    let (den, lost) = two_sum(2.0, high);
    let den_low = low + lost;
    let (high, low) = quick_two_sum(high, low);
    let (quotient, quotient_low) = quotient_of_parts(high, low, den, den_low);
    (quotient + quotient_low).copysign(x)
}

/// `√(high + low)` in two parts, for a `high` of at least 0.
#[inline(always)]
pub fn root_in_parts(high: f64, low: f64) -> (f64, f64) {
    let root = high.sqrt();
    let lost = 0.5 * (root.mul_add(-root, high) + low) / root;
    (root, if root > 0.0 { lost } else { 0.0 })
}

/// `asinh x`: `ln(1 + x + x² / (1 + √(1 + x²)))`.
#[inline(always)]
pub fn asinh(x: f64) -> f64 {
    let size = x.abs();
    let square = size * size;
    let square_lost = size.mul_add(size, -square);
    let (sum, lost) = two_sum(1.0, square);
    let (root, root_low) = root_in_parts(sum, lost + square_lost);
    let (den, den_lost) = two_sum(1.0, root);
    let den_low = den_lost + root_low;
    let inverse = 1.0 / (den + den_low);
    let q = square * inverse;
    let q_low = (q.mul_add(-den_low, q.mul_add(-den, square)) + square_lost) * inverse;
    let (whole, whole_lost) = two_sum(size, q);
    let result = ln_1p_of_parts(whole, whole_lost + q_low);
    let result = if size <= 1e150 { result } else { ln_of_double(size) };
    let result = if size < 1e-150 { size } else { result };
    result.copysign(x)
}

/// `ln 2x`, for large `x`.
#[inline(always)]
pub fn ln_of_double(x: f64) -> f64 {
    let (k, high, low) = parts_of_bits(x.to_bits());
    if x < f64::INFINITY { with_exponent(k + 1.0, high, low) } else { x }
}

/// `acosh x`: `ln(1 + t + √(t² + 2t))` with `t = x - 1`.
#[inline(always)]
pub fn acosh(x: f64) -> f64 {
    let t = x - 1.0;
    let t_lost = (x - t) - 1.0;
    let square = t * t;
    let square_lost = t.mul_add(t, -square);
    let (sum, lost) = two_sum(square, 2.0 * t);
    let low = 2.0 * t_lost + 2.0 * t * t_lost;
    let (root, root_low) = root_in_parts(sum, (lost + square_lost) + low);
    let (whole, whole_lost) = two_sum(t, root);
    let result = ln_1p_of_parts(whole, whole_lost + (root_low + t_lost));
    let result = if x <= 1e150 { result } else { ln_of_double(x) };
    if x >= 1.0 { result } else { f64::NAN }
}

/// `atanh x`: half of `ln(1 + 2x / (1 - x))`.
#[inline(always)]
pub fn atanh(x: f64) -> f64 {
    let size = x.abs();
    let (den, den_low) = two_sum(1.0, -size);
    let inverse = 1.0 / den;
    let num = 2.0 * size;
    let q = num * inverse;
    let q_low = q.mul_add(-den_low, q.mul_add(-den, num)) * inverse;
    let result = 0.5 * ln_1p_of_parts(q, q_low);
    let result = if size < 1.0 { result } else { f64::NAN };
    let result = if size == 1.0 { f64::INFINITY } else { result };
    let result = if size < 1e-150 { size } else { result };
    result.copysign(x)
}
