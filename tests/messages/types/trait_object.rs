//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k(x: &dyn Fn(f64) -> f64) -> f64 {
    x(1.0)
}

fn main() {}
