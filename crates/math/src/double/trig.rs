//! Sines, cosines and tangents.
//!
//! `x = n·π/2 + r` with `|r| ≤ π/4`, in three parts (Cody and Waite, as above), and polynomials
//! for the sine and the cosine of `r`.

use super::large_angle::{quarters_of_large, quick_two_sum};
use crate::coefficients::{
    COS, HALF_PI_HIGH, HALF_PI_LOW, HALF_PI_MIDDLE, LARGE, PI, ROUND, SIN, TWO_OVER_PI,
};

/// `sin(r + small) - r`, given `z = r²`.
#[inline(always)]
pub fn sin_less_rest(r: f64, z: f64, small: f64) -> f64 {
    let z2 = z * z;
    let even = SIN[4].mul_add(z2, SIN[2]).mul_add(z2, SIN[0]);
    let odd = SIN[5].mul_add(z2, SIN[3]).mul_add(z2, SIN[1]);
    let tail = odd.mul_add(z, even);
    (r * z).mul_add(tail, z.mul_add(-0.5 * small, small))
}

/// `cos(r + small)` as a number and what it lacks, given `z = r²`.
#[inline(always)]
pub fn cos_in_parts(r: f64, z: f64, small: f64) -> (f64, f64) {
    let z2 = z * z;
    let even = COS[4].mul_add(z2, COS[2]).mul_add(z2, COS[0]);
    let odd = COS[5].mul_add(z2, COS[3]).mul_add(z2, COS[1]);
    let tail = odd.mul_add(z, even);
    let half = 0.5 * z;
    let high = 1.0 - half;
    let low = (1.0 - high) - half;
    (high, z2.mul_add(tail, r.mul_add(-small, low)))
}

/// The rest of a number of at most 2^27 less the nearest multiple of π/2, in two parts,
/// and which multiple it is, in the last bits.
#[inline(always)]
pub fn quarters(x: f64) -> (f64, f64, u64) {
    let shifted = x.mul_add(TWO_OVER_PI, ROUND);
    let n = shifted - ROUND;
    let first = n.mul_add(-HALF_PI_HIGH, x);
    let second = n * HALF_PI_MIDDLE;
    let second_lost = n.mul_add(HALF_PI_MIDDLE, -second);
    // Exact, as the first difference is a multiple of the last place of the second product.
    let high = first - second;
    let lost = (first - high) - second;
    (high, n.mul_add(-HALF_PI_LOW, lost - second_lost), shifted.to_bits())
}

/// The sine of an angle, turned on by quarters.
#[inline(always)]
pub fn sin_of_quarters(r: f64, small: f64, quarter: u64) -> f64 {
    let z = r * r;
    let (cos_high, cos_low) = cos_in_parts(r, z, small);
    let sin_low = sin_less_rest(r, z, small);
    let value = if quarter & 1 == 0 { r + sin_low } else { cos_high + cos_low };
    f64::from_bits(value.to_bits() ^ ((quarter & 2) << 62))
}

/// The parts of an angle: see [`quarters`].
#[inline(always)]
pub fn quarters_of_any(x: f64) -> (f64, f64, u64) {
    let (r, small, quarter) = quarters(x);
    if x.abs() <= LARGE { (r, small, quarter) } else { quarters_of_large(x) }
}

/// `sin x`.
#[inline(always)]
pub fn sin(x: f64) -> f64 {
    let (r, small, quarter) = quarters_of_any(x);
    let result = sin_of_quarters(r, small, quarter);
    if x == 0.0 { x } else { result }
}

/// `cos x`.
#[inline(always)]
pub fn cos(x: f64) -> f64 {
    let (r, small, quarter) = quarters_of_any(x);
    sin_of_quarters(r, small, quarter.wrapping_add(1))
}

/// `tan x`: the sine over the cosine, each in two parts.
#[inline(always)]
pub fn tan(x: f64) -> f64 {
    let (r, small, quarter) = quarters_of_any(x);
    let z = r * r;
    let z_low = r.mul_add(r, -z);
    let sin_low = sin_less_rest(r, z, z_low.mul_add(SIN[0] * r, small));
    let (cos_high, cos_low) = cos_in_parts(r, z, small);
    let cos_low = z_low.mul_add(-0.5, cos_low);
    // The quotient's correction has to be small beside it.
    let (sin_high, sin_low) = quick_two_sum(r, sin_low);
    let turned = quarter & 1 != 0;
    let num = if turned { -cos_high } else { sin_high };
    let num_low = if turned { -cos_low } else { sin_low };
    let den = if turned { sin_high } else { cos_high };
    let den_low = if turned { sin_low } else { cos_low };
    let (result, lost) = quotient_of_parts(num, num_low, den, den_low);
    if x == 0.0 { x } else { result + lost }
}

/// `(a + small_a) / (b + small_b)` as a number and what it lacks.
#[inline(always)]
pub fn quotient_of_parts(a: f64, small_a: f64, b: f64, small_b: f64) -> (f64, f64) {
    let den = b + small_b;
    let den_low = (b - den) + small_b;
    let inverse = 1.0 / den;
    let q = a * inverse;
    let lost = q.mul_add(-den_low, q.mul_add(-den, a) + small_a);
    (q, lost * inverse)
}

/// Radians as degrees.
#[inline(always)]
pub fn to_degrees(x: f64) -> f64 {
    x * (180.0 / PI)
}

/// Degrees as radians.
#[inline(always)]
pub fn to_radians(x: f64) -> f64 {
    x * (PI / 180.0)
}
