//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k(x: f64) {
    assert!(x > 0.0, "{x:>8}");
}

fn main() {}
