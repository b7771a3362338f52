//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k(x: &[f64], y: &[f64]) -> f64 {
    let mut sum = 0.0;
    for (a, b) in std::iter::zip(x, y) {
        sum += a * b;
    }
    sum
}

fn main() {}
