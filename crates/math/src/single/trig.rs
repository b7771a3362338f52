//! Sines and cosines, as those of `f64` but shorter; tangents, in `f64`.

use super::large_angle::quarters_of_large_single;
use super::wide::{quarters_of_wide, sin_and_cos};
use crate::coefficients::{
    COS_SINGLE, HALF_PI_HIGH_SINGLE, HALF_PI_LOW_SINGLE, HALF_PI_MIDDLE_SINGLE, LARGE_SINGLE,
    ROUND_SINGLE, SIN_SINGLE, TWO_OVER_PI_SINGLE,
};

/// `sin(r + small) - r`, given `z = r²`.
#[inline(always)]
pub fn sin_less_rest(r: f32, z: f32, small: f32) -> f32 {
    let tail = SIN_SINGLE[2].mul_add(z, SIN_SINGLE[1]).mul_add(z, SIN_SINGLE[0]);
    (r * z).mul_add(tail, z.mul_add(-0.5 * small, small))
}

/// `cos(r + small)` as a number and what it lacks, given `z = r²`.
#[inline(always)]
pub fn cos_in_parts(r: f32, z: f32, small: f32) -> (f32, f32) {
    let tail = COS_SINGLE[2].mul_add(z, COS_SINGLE[1]).mul_add(z, COS_SINGLE[0]);
    let half = 0.5 * z;
    let high = 1.0 - half;
    let low = (1.0 - high) - half;
    (high, (z * z).mul_add(tail, r.mul_add(-small, low)))
}

/// The rest of a number of at most 8192 less the nearest multiple of π/2, in two
/// parts, and which multiple it is, in the last bits.
#[inline(always)]
pub fn quarters(x: f32) -> (f32, f32, u32) {
    let shifted = x.mul_add(TWO_OVER_PI_SINGLE, ROUND_SINGLE);
    let n = shifted - ROUND_SINGLE;
    let first = n.mul_add(-HALF_PI_HIGH_SINGLE, x);
    let second = n * HALF_PI_MIDDLE_SINGLE;
    let second_lost = n.mul_add(HALF_PI_MIDDLE_SINGLE, -second);
    let high = first - second;
    let lost = (first - high) - second;
    (high, n.mul_add(-HALF_PI_LOW_SINGLE, lost - second_lost), shifted.to_bits())
}

/// The same for any number.
#[inline(always)]
pub fn quarters_of_any(x: f32) -> (f32, f32, u32) {
    let (r, small, quarter) = quarters(x);
    if x.abs() <= LARGE_SINGLE { (r, small, quarter) } else { quarters_of_large_single(x) }
}

/// The sine of an angle, turned on by quarters.
#[inline(always)]
pub fn sin_of_quarters(r: f32, small: f32, quarter: u32) -> f32 {
    let z = r * r;
    let (cos_high, cos_low) = cos_in_parts(r, z, small);
    let sin_low = sin_less_rest(r, z, small);
    let value = if quarter & 1 == 0 { r + sin_low } else { cos_high + cos_low };
    f32::from_bits(value.to_bits() ^ ((quarter & 2) << 30))
}

/// `sin x`.
#[inline(always)]
pub fn sin(x: f32) -> f32 {
    let (r, small, quarter) = quarters_of_any(x);
    let result = sin_of_quarters(r, small, quarter);
    if x == 0.0 { x } else { result }
}

/// `cos x`.
#[inline(always)]
pub fn cos(x: f32) -> f32 {
    let (r, small, quarter) = quarters_of_any(x);
    sin_of_quarters(r, small, quarter.wrapping_add(1))
}

/// `tan x`.
#[inline(always)]
pub fn tan(x: f32) -> f32 {
    let (r, quarter) = quarters_of_wide(x as f64);
    let (sin, cos) = sin_and_cos(r);
    let turned = quarter & 1 != 0;
    let num = if turned { -cos } else { sin };
    let den = if turned { sin } else { cos };
    let result = (num / den) as f32;
    if x == 0.0 { x } else { result }
}

/// Radians as degrees.
#[inline(always)]
pub fn to_degrees(x: f32) -> f32 {
    x * 57.29578
}

/// Degrees as radians.
#[inline(always)]
pub fn to_radians(x: f32) -> f32 {
    x * 0.017453292
}
