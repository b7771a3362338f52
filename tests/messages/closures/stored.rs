//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k(x: f64) -> f64 {
    let pair = (|a: f64| a + 1.0, x);
    (pair.0)(pair.1)
}

fn main() {}
