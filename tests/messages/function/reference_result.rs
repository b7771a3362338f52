//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k(x: &[f64]) -> &[f64] {
    &x[1..]
}

fn main() {}
