//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k(x: Vec<f64>) -> usize {
    x.len()
}

fn main() {}
