//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k(x: &[f64]) -> f64 {
    x.iter().copied().fold(0.0, f64::max)
}

fn main() {}
