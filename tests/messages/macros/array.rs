//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k(x: f64) -> Array1<f64> {
    array![x, 2.0 * x]
}

fn main() {}
