//! Must not compile.
use mambo::prelude::*;

#[jit(inline = "always", inline = "never")]
fn k(x: f64) -> f64 {
    x
}

fn main() {}
