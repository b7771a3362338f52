//! Cube roots and lengths, in `f64`.

use crate::coefficients::{CBRT, CUBE_ROOT_2, CUBE_ROOT_HALF, ROUND};

/// `∛x`, by one step of Halley's method on the inverse.
#[inline(always)]
pub fn cbrt(x: f32) -> f32 {
    let size = x.abs() as f64;
    let bits = size.to_bits();
    let exponent = f64::from_bits((bits >> 52) | 0x4330_0000_0000_0000) - 4503599627371519.0;
    let shifted = exponent.mul_add(1.0 / 3.0, ROUND);
    let rest = (shifted - ROUND).mul_add(-3.0, exponent);
    let m = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) | 0x3ff0_0000_0000_0000);
    let m2 = m * m;
    let guess = CBRT[5].mul_add(m, CBRT[4]).mul_add(m2, CBRT[3].mul_add(m, CBRT[2]));
    let guess = guess.mul_add(m2, CBRT[1].mul_add(m, CBRT[0]));
    let low = if rest < 0.0 { CUBE_ROOT_2 } else { 1.0 };
    let factor = if rest > 0.0 { CUBE_ROOT_HALF } else { low };
    let half = if rest < 0.0 { 0.5 } else { 1.0 };
    let a = m * if rest > 0.0 { 2.0 } else { half };
    let y = guess * factor;
    let error = (y * y * y).mul_add(-a, 1.0);
    let y = y.mul_add(error * error.mul_add(2.0 / 9.0, 1.0 / 3.0), y);
    let root = a * y * y;
    let result = f64::from_bits(root.to_bits().wrapping_add(shifted.to_bits() << 52)) as f32;
    if size > 0.0 && size < f64::INFINITY { result.copysign(x) } else { x }
}

/// `√(x² + y²)`; the squares are exact in `f64` but for their last bits.
#[inline(always)]
pub fn hypot(x: f32, y: f32) -> f32 {
    let (a, b) = (x as f64, y as f64);
    let result = (a * a + b * b).sqrt() as f32;
    let infinite = x.abs() == f32::INFINITY || y.abs() == f32::INFINITY;
    if infinite { f32::INFINITY } else { result }
}
