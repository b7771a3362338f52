//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k(x: f64) -> f64 {
    use std::f64::consts::PI;
    x * PI
}

fn main() {}
