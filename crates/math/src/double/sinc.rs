//! The sine of half turns, and over its argument.

use super::trig::quotient_of_parts;
use crate::coefficients::{COS, PI, PI_REST, ROUND, SIN_LONG, TWELFTH};

/// `π·x` as a number and what it lacks.
#[inline(always)]
pub fn pi_times(x: f64) -> (f64, f64) {
    let high = PI * x;
    (high, PI_REST.mul_add(x, PI.mul_add(x, -high)))
}

/// `sin(r + small)` as a number and what it lacks, given `z + z_low = r²`; the cube is in parts.
#[inline(always)]
pub fn sin_in_parts(r: f64, z: f64, z_low: f64, small: f64) -> (f64, f64) {
    let z2 = z * z;
    let even = SIN_LONG[5].mul_add(z2, SIN_LONG[3]).mul_add(z2, SIN_LONG[1]);
    let odd = SIN_LONG[6].mul_add(z2, SIN_LONG[4]).mul_add(z2, SIN_LONG[2]);
    let tail = odd.mul_add(z, even);
    let cube = r * z;
    let cube_low = r.mul_add(z_low, r.mul_add(z, -cube));
    let third = cube * SIN_LONG[0];
    let third_low = cube_low.mul_add(SIN_LONG[0], cube.mul_add(SIN_LONG[0], -third));
    let high = r + third;
    let low = (r - high) + third;
    let small = z.mul_add(-0.5 * small, small);
    (high, (cube * z).mul_add(tail, low) + (third_low + small))
}

/// `lost + cos √z` as a number and what it lacks; the square of `z` is in parts.
#[inline(always)]
pub fn cos_of_square_in_parts(z: f64, lost: f64) -> (f64, f64) {
    let z2 = z * z;
    let even = COS[5].mul_add(z2, COS[3]).mul_add(z2, COS[1]);
    let odd = COS[4].mul_add(z2, COS[2]);
    let tail = odd.mul_add(z, even);
    let fourth = z2 * COS[0];
    let fourth_low = z.mul_add(z, -z2).mul_add(COS[0], z2.mul_add(COS[0], -fourth));
    let less = 1.0 - 0.5 * z;
    let less_low = (1.0 - less) - 0.5 * z;
    let high = less + fourth;
    let low = ((less - high) + fourth) + less_low;
    (high, (z2 * z).mul_add(tail, low) + (fourth_low + lost))
}

/// `sin π·x` for a finite `x`, as a number and what it lacks.
#[inline(always)]
pub fn sin_of_half_turns(x: f64) -> (f64, f64) {
    let turned = x - 2.0 * (0.5 * x).round_ties_even();
    let shifted = turned.mul_add(2.0, ROUND);
    let quarter = shifted.to_bits();
    let (r, small) = pi_times((shifted - ROUND).mul_add(-0.5, turned));
    let z = r * r;
    let z_low = r.mul_add(r, -z);
    let (sin_high, sin_low) = sin_in_parts(r, z, z_low, small);
    // By the derivatives of the cosine, in r and in r².
    let cos_lost = z_low.mul_add(z.mul_add(TWELFTH, -0.5), -sin_high * small);
    let (cos_high, cos_low) = cos_of_square_in_parts(z, cos_lost);
    let odd = quarter & 1 != 0;
    let high = if odd { cos_high } else { sin_high };
    let low = if odd { cos_low } else { sin_low };
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
