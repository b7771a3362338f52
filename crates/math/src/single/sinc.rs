//! The sine of half turns over its argument, in `f64`.

use super::wide::sin_and_cos;
use crate::coefficients::{PI, ROUND};

/// `sin(π·x) / (π·x)`.
#[inline(always)]
pub fn sinc(x: f32) -> f32 {
    let size = (x as f64).abs();
    // From 2^24 on all numbers are even.
    let bounded = if size > 16777216.0 { 16777216.0 } else { size };
    let turned = bounded - 2.0 * (0.5 * bounded).round_ties_even();
    let shifted = turned.mul_add(2.0, ROUND);
    let (sin, cos) = sin_and_cos(PI * (shifted - ROUND).mul_add(-0.5, turned));
    let quarter = shifted.to_bits();
    let value = if quarter & 1 == 0 { sin } else { cos };
    let num = f64::from_bits(value.to_bits() ^ ((quarter & 2) << 62));
    let result = if bounded == bounded.round_ties_even() { 0.0 } else { num / (PI * bounded) };
    (if size < 1e-9 { 1.0 } else { result }) as f32
}
