//! Arc functions: an argument that a quotient or a root makes small, and a polynomial.

use super::large_angle::two_sum;
use crate::coefficients::{
    ASIN, ATAN, FLAT, HALF_PI_HIGH, HALF_PI_MIDDLE, PI, PI_REST, QUARTER_PI, QUARTER_PI_REST,
    STEEP, THREE_QUARTER_PI, THREE_QUARTER_PI_REST,
};

/// `atan(q) / q³ - 1 / q²`, given `z = q²`.
#[inline(always)]
pub fn atan_tail(z: f64) -> f64 {
    let z2 = z * z;
    let even = ATAN[10].mul_add(z2, ATAN[8]).mul_add(z2, ATAN[6]).mul_add(z2, ATAN[4]);
    let even = even.mul_add(z2, ATAN[2]).mul_add(z2, ATAN[0]);
    let odd = ATAN[9].mul_add(z2, ATAN[7]).mul_add(z2, ATAN[5]).mul_add(z2, ATAN[3]);
    odd.mul_add(z2, ATAN[1]).mul_add(z, even)
}

/// The angle of the point at `b` to the right and `a` up, both at least 0, in an octant of its
/// own: `base + sign·atan(num / den)`, and π less that if `left`.
#[inline(always)]
pub fn angle(a: f64, b: f64, left: bool) -> f64 {
    let steep = a > STEEP * b;
    let middle = a > FLAT * b;
    let (difference, difference_lost) = two_sum(a, -b);
    let (sum, sum_lost) = two_sum(a, b);
    let diagonal = middle && !steep;
    let num = if middle { difference } else { a };
    let num = if steep { -b } else { num };
    let den = if middle { sum } else { b };
    let den = if steep { a } else { den };
    let num_low = if diagonal { difference_lost } else { 0.0 };
    let den_low = if diagonal { sum_lost } else { 0.0 };
    let inverse = 1.0 / den;
    let q = num * inverse;
    let lost = q.mul_add(-den_low, q.mul_add(-den, num) + num_low) * inverse;
    let z = q * q;
    let tail = (q * z).mul_add(atan_tail(z), z.mul_add(-lost, lost));
    let half = if left { PI } else { 0.0 };
    let half_rest = if left { PI_REST } else { 0.0 };
    let quarter = if left { THREE_QUARTER_PI } else { QUARTER_PI };
    let quarter_rest = if left { THREE_QUARTER_PI_REST } else { QUARTER_PI_REST };
    let base = if middle { quarter } else { half };
    let base = if steep { HALF_PI_HIGH } else { base };
    let rest = if middle { quarter_rest } else { half_rest };
    let rest = if steep { HALF_PI_MIDDLE } else { rest };
    let q = if left { -q } else { q };
    let tail = if left { -tail } else { tail };
    let whole = base + q;
    let lost = (base - whole) + q;
    whole + (tail + (rest + lost))
}

/// `atan x`.
#[inline(always)]
pub fn atan(x: f64) -> f64 {
    let size = x.abs();
    let size = if size > 1e18 { 1e18 } else { size };
    angle(size, 1.0, false).copysign(x)
}

/// The angle of the point at `x` to the right and `y` up.
#[inline(always)]
pub fn atan2(y: f64, x: f64) -> f64 {
    let (a, b) = (y.abs(), x.abs());
    let most = if a > b { a } else { b };
    // What a quotient lacks is 2^-53 of its numerator, and has to be a number too.
    let ordinary = most < 1e300 && most > 1e-250 && (a > 1e-290 || a == 0.0);
    let (a, b) = if ordinary { (a, b) } else { at_ordinary_distance(a, b) };
    let left = x.is_sign_negative();
    angle(a, b, left).copysign(y)
}

/// A point at the same angle, neither at 0, nor far, nor near. Scaling is exact, but where one
/// number is nothing beside the other.
#[inline(always)]
pub fn at_ordinary_distance(a: f64, b: f64) -> (f64, f64) {
    let (infinite_a, infinite_b) = (a == f64::INFINITY, b == f64::INFINITY);
    let scale = if a > 1e150 || b > 1e150 { SCALE_DOWN } else { SCALE_UP };
    let up = if infinite_b { 0.0 } else { a * scale };
    let up = if infinite_a { 1.0 } else { up };
    let right = if infinite_a { 0.0 } else { b * scale };
    let right = if infinite_b || (a == 0.0 && b == 0.0) { 1.0 } else { right };
    let unordered = a.is_nan() || b.is_nan();
    (if unordered { f64::NAN } else { up }, right)
}

/// 2^-64.
pub const SCALE_DOWN: f64 = 5.421010862427522e-20;
/// 2^400.
pub const SCALE_UP: f64 = 2.5822498780869086e120;

/// `asin(s) / s³ - 1 / s²`, given `z = s²`.
#[inline(always)]
pub fn asin_tail(z: f64) -> f64 {
    let z2 = z * z;
    let even = ASIN[12].mul_add(z2, ASIN[10]).mul_add(z2, ASIN[8]).mul_add(z2, ASIN[6]);
    let even = even.mul_add(z2, ASIN[4]).mul_add(z2, ASIN[2]).mul_add(z2, ASIN[0]);
    let odd = ASIN[11].mul_add(z2, ASIN[9]).mul_add(z2, ASIN[7]).mul_add(z2, ASIN[5]);
    odd.mul_add(z2, ASIN[3]).mul_add(z2, ASIN[1]).mul_add(z, even)
}

/// `asin` of the number itself up to ½, and of `√((1 - size) / 2)` above, in two parts.
#[inline(always)]
pub fn asin_of_small(size: f64) -> (f64, f64) {
    let large = size > 0.5;
    let z = if large { 0.5 - 0.5 * size } else { size * size };
    let root = z.sqrt();
    let s = if large { root } else { size };
    let lost = if large && z > 0.0 { 0.5 * root.mul_add(-root, z) / root } else { 0.0 };
    (s, (s * z).mul_add(asin_tail(z), lost))
}

/// `asin x`.
#[inline(always)]
pub fn asin(x: f64) -> f64 {
    let size = x.abs();
    let (s, low) = asin_of_small(size);
    let whole = HALF_PI_HIGH - 2.0 * s;
    let lost = (HALF_PI_HIGH - whole) - 2.0 * s;
    let large = whole + (low.mul_add(-2.0, HALF_PI_MIDDLE) + lost);
    let result = if size > 0.5 { large } else { s + low };
    result.copysign(x)
}

/// `acos x`.
#[inline(always)]
pub fn acos(x: f64) -> f64 {
    let size = x.abs();
    let (s, low) = asin_of_small(size);
    let large = size > 0.5;
    let negative = x < 0.0;
    let factor = if large { 2.0 } else { 1.0 };
    let base = if negative { PI } else { 0.0 };
    let base_rest = if negative { PI_REST } else { 0.0 };
    let base = if large { base } else { HALF_PI_HIGH };
    let base_rest = if large { base_rest } else { HALF_PI_MIDDLE };
    // Away from π/2 the part grows, or falls from π, or from π/2 on the right.
    let factor = if negative == large { -factor } else { factor };
    let part = factor * s;
    let whole = base + part;
    let lost = (base - whole) + part;
    whole + (low.mul_add(factor, base_rest) + lost)
}
