//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k(x: f64) -> f64 {
    <f64 as Real>::sqrt(x)
}

fn main() {}
