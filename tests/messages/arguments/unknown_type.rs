//! Must not compile.
use mambo::prelude::*;

struct Opaque;

#[jit]
fn k(x: &Opaque) -> f64 {
    let _ = x;
    0.0
}

fn main() {}
