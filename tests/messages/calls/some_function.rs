//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k(x: f64) -> f64 {
    let root = f64::sqrt;
    root(x)
}

fn main() {}
