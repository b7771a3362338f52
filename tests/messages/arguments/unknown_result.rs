//! Must not compile.
use mambo::prelude::*;

struct Opaque;

#[jit]
fn k(x: f64) -> Opaque {
    let _ = x;
    Opaque
}

fn main() {}
