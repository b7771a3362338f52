//! Arc functions, as those of `f64` but shorter.

use crate::coefficients::{ASIN_SHORT, ATAN_SHORT, FLAT, HALF_PI_HIGH, PI, QUARTER_PI, STEEP};

/// The angle of the point at `b` to the right and `a` up, both at least 0.
#[inline(always)]
pub fn angle(a: f64, b: f64) -> f64 {
    let steep = a > STEEP * b;
    let middle = a > FLAT * b;
    let num = if middle { a - b } else { a };
    let num = if steep { -b } else { num };
    let den = if middle { a + b } else { b };
    let den = if steep { a } else { den };
    let base = if middle { QUARTER_PI } else { 0.0 };
    let base = if steep { HALF_PI_HIGH } else { base };
    let q = num / den;
    let z = q * q;
    let z2 = z * z;
    let even = ATAN_SHORT[4].mul_add(z2, ATAN_SHORT[2]).mul_add(z2, ATAN_SHORT[0]);
    let odd = ATAN_SHORT[5].mul_add(z2, ATAN_SHORT[3]).mul_add(z2, ATAN_SHORT[1]);
    base + (q * z).mul_add(odd.mul_add(z, even), q)
}

/// `atan x`.
#[inline(always)]
pub fn atan(x: f32) -> f32 {
    (angle(x.abs() as f64, 1.0) as f32).copysign(x)
}

/// The angle of the point at `x` to the right and `y` up.
#[inline(always)]
pub fn atan2(y: f32, x: f32) -> f32 {
    let (a, b) = (y.abs() as f64, x.abs() as f64);
    // Beside infinity every number is nothing; two infinities and two zeros are as ones.
    let (infinite_a, infinite_b) = (a == f64::INFINITY, b == f64::INFINITY);
    let both = infinite_a && infinite_b;
    let up = if both { 1.0 } else { a };
    let right = if both || (a == 0.0 && b == 0.0) { 1.0 } else { b };
    let first = angle(up, right);
    let turned = if x.is_sign_negative() { PI - first } else { first };
    let ordered = if x.is_nan() || y.is_nan() { f64::NAN } else { turned };
    (ordered as f32).copysign(y)
}

/// `asin` of the number itself up to ½, and of `√((1 - size) / 2)` above.
#[inline(always)]
pub fn asin_of_small(size: f64) -> f64 {
    let large = size > 0.5;
    let z = if large { 0.5 - 0.5 * size } else { size * size };
    let s = if large { z.sqrt() } else { size };
    let z2 = z * z;
    let even = ASIN_SHORT[6].mul_add(z2, ASIN_SHORT[4]).mul_add(z2, ASIN_SHORT[2]);
    let even = even.mul_add(z2, ASIN_SHORT[0]);
    let odd = ASIN_SHORT[5].mul_add(z2, ASIN_SHORT[3]).mul_add(z2, ASIN_SHORT[1]);
    (s * z).mul_add(odd.mul_add(z, even), s)
}

/// `asin x`.
#[inline(always)]
pub fn asin(x: f32) -> f32 {
    let size = x.abs() as f64;
    let part = asin_of_small(size);
    let result = if size > 0.5 { part.mul_add(-2.0, HALF_PI_HIGH) } else { part };
    (result as f32).copysign(x)
}

/// `acos x`.
#[inline(always)]
pub fn acos(x: f32) -> f32 {
    let size = x.abs() as f64;
    let part = asin_of_small(size);
    let large = if x < 0.0 { part.mul_add(-2.0, PI) } else { 2.0 * part };
    let small = if x < 0.0 { HALF_PI_HIGH + part } else { HALF_PI_HIGH - part };
    (if size > 0.5 { large } else { small }) as f32
}
