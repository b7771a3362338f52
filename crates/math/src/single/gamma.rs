//! The gamma function and its logarithm: those of `f64`.

use crate::double::gamma::{gamma_of_number, ln_gamma_of_number};

/// `Γ(x)`.
#[inline(always)]
pub fn gamma(x: f32) -> f32 {
    gamma_of_number(x as f64) as f32
}

/// `ln |Γ(x)|`.
#[inline(always)]
pub fn ln_gamma(x: f32) -> f32 {
    ln_gamma_of_number(x as f64) as f32
}
