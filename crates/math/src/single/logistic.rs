//! Functions of `1 + eˣ`, in `f64`.

use super::wide::{exp_of_wide, ln_1p_of_wide};
use crate::double::logistic::log_add_exp_of_numbers;
use crate::double::near_zero::log_add_exp_of_singles_near_zero;

/// `1 / (1 + e⁻ˣ)`.
#[inline(always)]
pub fn sigmoid(x: f32) -> f32 {
    let exp = exp_of_wide(x as f64);
    (exp / (1.0 + exp)) as f32
}

/// `ln(1 + eˣ)`.
#[inline(always)]
pub fn softplus(x: f32) -> f32 {
    let result = ln_1p_of_wide(exp_of_wide(x as f64)) as f32;
    if x <= 50.0 { result } else { x }
}

/// `ln(eˣ + eʸ)`: that of `f64`, as digits may cancel.
#[inline(always)]
pub fn log_add_exp(x: f32, y: f32) -> f32 {
    let (x, y) = (x as f64, y as f64);
    let result = log_add_exp_of_numbers(x, y);
    let greater = if x > y { x } else { y };
    // Where more digits cancel than `f64` has more of.
    let cancels = result.abs() < greater.abs() * 9.5367431640625e-7;
    let lesser = if x > y { y } else { x };
    let result = if !cancels { result } else { log_add_exp_of_singles_near_zero(greater, lesser) };
    result as f32
}
