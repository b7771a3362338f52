//! Sines, cosines and tangents, as those of `f64` but shorter.

use crate::coefficients::{COS_SHORT, HALF_PI_HIGH, HALF_PI_MIDDLE, ROUND, SIN_SHORT, TWO_OVER_PI};
use crate::double::large_angle::quarters_of_large;

/// From here on two parts of π/2 do not suffice: 2^40.
pub const LARGE: f64 = 1099511627776.0;

/// The sine and the cosine of an angle of at most π/4.
#[inline(always)]
pub fn sin_and_cos(r: f64) -> (f64, f64) {
    let z = r * r;
    let sin = SIN_SHORT[3].mul_add(z, SIN_SHORT[2]).mul_add(z, SIN_SHORT[1]);
    let sin = (r * z).mul_add(sin.mul_add(z, SIN_SHORT[0]), r);
    let cos = COS_SHORT[2].mul_add(z, COS_SHORT[1]).mul_add(z, COS_SHORT[0]);
    (sin, cos.mul_add(z, -0.5).mul_add(z, 1.0))
}

/// The sine of an angle, turned on by quarters.
#[inline(always)]
pub fn sin_of_quarters(r: f64, quarter: u64) -> f64 {
    let (sin, cos) = sin_and_cos(r);
    let value = if quarter & 1 == 0 { sin } else { cos };
    f64::from_bits(value.to_bits() ^ ((quarter & 2) << 62))
}

/// The rest of an angle less the nearest multiple of π/2, and which multiple it is, in the last
/// bits.
#[inline(always)]
pub fn quarters(x: f64) -> (f64, u64) {
    let shifted = x.mul_add(TWO_OVER_PI, ROUND);
    let n = shifted - ROUND;
    let r = n.mul_add(-HALF_PI_MIDDLE, n.mul_add(-HALF_PI_HIGH, x));
    if x.abs() <= LARGE {
        (r, shifted.to_bits())
    } else {
        let (r, _, quarter) = quarters_of_large(x);
        (r, quarter)
    }
}

/// `sin x`.
#[inline(always)]
pub fn sin(x: f32) -> f32 {
    let (r, quarter) = quarters(x as f64);
    let result = sin_of_quarters(r, quarter) as f32;
    if x == 0.0 { x } else { result }
}

/// `cos x`.
#[inline(always)]
pub fn cos(x: f32) -> f32 {
    let (r, quarter) = quarters(x as f64);
    sin_of_quarters(r, quarter.wrapping_add(1)) as f32
}

/// `tan x`.
#[inline(always)]
pub fn tan(x: f32) -> f32 {
    let (r, quarter) = quarters(x as f64);
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
