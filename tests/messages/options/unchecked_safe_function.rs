//! Must not compile.
use mambo::prelude::*;

#[jit(boundscheck = false)]
fn k(x: &[f64], i: usize) -> f64 {
    x[i]
}

fn main() {}
