//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k<F: Fn(f64) -> f64>(f: F) -> f64 {
    f(1.0)
}

fn main() {}
