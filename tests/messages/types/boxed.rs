//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k(x: f64) -> f64 {
    let y: Box<f64> = Box::new(x);
    *y
}

fn main() {}
