//! Cube roots and lengths.

use crate::coefficients::{CBRT, CUBE_ROOT_2, CUBE_ROOT_HALF, ROUND, UP};

/// `∛x`, by Halley's method on the inverse, which divides nowhere, and a last step of Newton's on
/// the root itself, with what its cube lacks in two parts.
#[inline(always)]
pub fn cbrt(x: f64) -> f64 {
    let size = x.abs();
    let normal = size >= f64::MIN_POSITIVE;
    let scaled = if normal { size } else { size * UP };
    let bits = scaled.to_bits();
    let exponent = f64::from_bits((bits >> 52) | 0x4330_0000_0000_0000) - 4503599627371519.0;
    let shifted = exponent.mul_add(1.0 / 3.0, ROUND);
    let third = shifted - ROUND;
    let rest = third.mul_add(-3.0, exponent);
    // 1 ≤ m < 2, and the number is m·2^rest·8^third.
    let m = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) | 0x3ff0_0000_0000_0000);
    let m2 = m * m;
    let guess = CBRT[5].mul_add(m, CBRT[4]).mul_add(m2, CBRT[3].mul_add(m, CBRT[2]));
    let guess = guess.mul_add(m2, CBRT[1].mul_add(m, CBRT[0]));
    // 1 / ∛ of the rest, and the number that it is the rest of.
    let low = if rest < 0.0 { CUBE_ROOT_2 } else { 1.0 };
    let factor = if rest > 0.0 { CUBE_ROOT_HALF } else { low };
    let half = if rest < 0.0 { 0.5 } else { 1.0 };
    let power = if rest > 0.0 { 2.0 } else { half };
    let a = m * power;
    let y = guess * factor;
    let error = (y * y * y).mul_add(-a, 1.0);
    let y = y.mul_add(error * error.mul_add(2.0 / 9.0, 1.0 / 3.0), y);
    // The root is a·y², and what its cube lacks is added by a last step.
    let y2 = y * y;
    let root = a * y2;
    let square = root * root;
    let square_low = root.mul_add(root, -square);
    let cube_lacks = square.mul_add(-root, a) - square_low * root;
    let root = (cube_lacks * y2).mul_add(1.0 / 3.0, root);
    let result = f64::from_bits(root.to_bits().wrapping_add(shifted.to_bits() << 52));
    let result = if normal { result } else { result * (1.0 / 262144.0) };
    if size > 0.0 && size < f64::INFINITY { result.copysign(x) } else { x }
}

/// `√(x² + y²)`.
#[inline(always)]
pub fn hypot(x: f64, y: f64) -> f64 {
    let (a, b) = (x.abs(), y.abs());
    let most = if a > b { a } else { b };
    let least = if a > b { b } else { a };
    if most < 1e150 && most > 1e-140 {
        root_of_squares(most, least)
    } else {
        hypot_at_the_edge(a, b)
    }
}

/// `√(a² + b²)` where the squares are numbers and `a ≥ b`.
#[inline(always)]
pub fn root_of_squares(a: f64, b: f64) -> f64 {
    let (square_a, square_b) = (a * a, b * b);
    let lost = a.mul_add(a, -square_a) + b.mul_add(b, -square_b);
    let sum = square_a + square_b;
    let lost = ((square_a - sum) + square_b) + lost;
    let root = sum.sqrt();
    root + 0.5 * (root.mul_add(-root, sum) + lost) / root
}

/// Lengths whose squares may be too large or too small.
#[inline(always)]
pub fn hypot_at_the_edge(a: f64, b: f64) -> f64 {
    let most = if a > b { a } else { b };
    let least = if a > b { b } else { a };
    let large = most > 1e140;
    let (scale, back) = if large { (SCALE_DOWN, SCALE_UP) } else { (SCALE_UP, SCALE_DOWN) };
    let result = root_of_squares(most * scale, least * scale) * back;
    // The lesser one is nothing beside the other.
    let result = if least <= most * 1e-20 { most } else { result };
    let unordered = if a.is_nan() || b.is_nan() { f64::NAN } else { result };
    if a == f64::INFINITY || b == f64::INFINITY { f64::INFINITY } else { unordered }
}

/// 2^-600.
pub const SCALE_DOWN: f64 = 2.409919865102884e-181;
/// 2^600.
pub const SCALE_UP: f64 = 4.149515568880993e180;
