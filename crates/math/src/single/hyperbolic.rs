//! Hyperbolic functions and their inverses, in `f64`.

use super::wide::{exp_m1_of_wide, exp_of_wide, ln_1p_of_wide};

/// `sinh x`.
#[inline(always)]
pub fn sinh(x: f32) -> f32 {
    let e = exp_m1_of_wide(x.abs() as f64);
    ((0.5 * (e + e / (1.0 + e))) as f32).copysign(x)
}

/// `cosh x`.
#[inline(always)]
pub fn cosh(x: f32) -> f32 {
    let e = exp_of_wide(x.abs() as f64);
    (0.5 * (e + 1.0 / e)) as f32
}

/// `tanh x`.
#[inline(always)]
pub fn tanh(x: f32) -> f32 {
    let size = x.abs() as f64;
    let bounded = if size > 20.0 { 20.0 } else { size };
    let e = exp_m1_of_wide(2.0 * bounded);
    ((e / (e + 2.0)) as f32).copysign(x)
}

/// `asinh x`.
#[inline(always)]
pub fn asinh(x: f32) -> f32 {
    let size = x.abs() as f64;
    let square = size * size;
    let result = ln_1p_of_wide(size + square / (1.0 + (1.0 + square).sqrt())) as f32;
    let finite = if size < f64::INFINITY { result } else { f32::INFINITY };
    let ordered = if x.is_nan() { x } else { finite };
    ordered.copysign(x)
}

/// `acosh x`.
#[inline(always)]
pub fn acosh(x: f32) -> f32 {
    let t = x as f64 - 1.0;
    let result = ln_1p_of_wide(t + (t * t + 2.0 * t).sqrt()) as f32;
    let finite = if x < f32::INFINITY { result } else { x };
    if x >= 1.0 { finite } else { f32::NAN }
}

/// `atanh x`.
#[inline(always)]
pub fn atanh(x: f32) -> f32 {
    let size = x.abs() as f64;
    let result = (0.5 * ln_1p_of_wide(2.0 * size / (1.0 - size))) as f32;
    let result = if size == 1.0 { f32::INFINITY } else { result };
    let result = if size <= 1.0 { result } else { f32::NAN };
    result.copysign(x)
}
