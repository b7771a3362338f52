//! Must not compile.
use mambo::prelude::*;

struct Opaque;

fn helper(x: Opaque) -> f64 {
    let _ = x;
    1.0
}

#[jit]
fn k(x: f64) -> f64 {
    x + helper(Opaque)
}

fn main() {}
