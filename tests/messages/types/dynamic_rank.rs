//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k(x: ndarray::ArrayViewD<f64>) -> usize {
    x.len()
}

fn main() {}
