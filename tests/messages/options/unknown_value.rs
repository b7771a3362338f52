//! Must not compile.
use mambo::prelude::*;

#[jit(inline = "sometimes")]
fn k(x: f64) -> f64 {
    x
}

fn main() {}
