//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k(x: f64) -> f64 {
    let again = k;
    again(x)
}

fn main() {}
