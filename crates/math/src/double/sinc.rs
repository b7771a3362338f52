//! The sine of half turns, and over its argument.

use super::trig::{cos_in_parts, quotient_of_parts, sin_less_rest};
use crate::coefficients::{PI, PI_REST, ROUND};

/// `π·x` as a number and what it lacks.
#[inline(always)]
pub fn pi_times(x: f64) -> (f64, f64) {
    let high = PI * x;
    (high, PI_REST.mul_add(x, PI.mul_add(x, -high)))
}

/// `sin π·x` for a finite `x`, as a number and what it lacks.
#[inline(always)]
pub fn sin_of_half_turns(x: f64) -> (f64, f64) {
    let turned = x - 2.0 * (0.5 * x).round_ties_even();
    let shifted = turned.mul_add(2.0, ROUND);
    let quarter = shifted.to_bits();
    let (r, small) = pi_times((shifted - ROUND).mul_add(-0.5, turned));
    let z = r * r;
    let (cos_high, cos_low) = cos_in_parts(r, z, small);
    let cos_low = r.mul_add(r, -z).mul_add(-0.5, cos_low);
    let odd = quarter & 1 != 0;
    let high = if odd { cos_high } else { r };
    let low = if odd { cos_low } else { sin_less_rest(r, z, small) };
    let minus = (quarter & 2) << 62;
    (f64::from_bits(high.to_bits() ^ minus), f64::from_bits(low.to_bits() ^ minus))
}

/// `sin(π·x) / (π·x)`.
#[inline(always)]
pub fn sinc(x: f64) -> f64 {
    let size = x.abs();
    // From 2^53 on all numbers are even.
    let bounded = if size > 9007199254740992.0 { 9007199254740992.0 } else { size };
    let (num, num_low) = sin_of_half_turns(bounded);
    let (den, den_low) = pi_times(bounded);
    let (result, lost) = quotient_of_parts(num, num_low, den, den_low);
    let result = if bounded == bounded.round_ties_even() { 0.0 } else { result + lost };
    if size < 1e-9 { 1.0 } else { result }
}
