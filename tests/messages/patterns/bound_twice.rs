//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k((x, x): (f64, f64)) -> f64 {
    x
}

fn main() {}
