//! Must not compile.
use mambo::prelude::*;

struct Opaque;
const OPAQUE: Opaque = Opaque;

#[jit]
fn k(x: f64) -> f64 {
    let _ = OPAQUE;
    x
}

fn main() {}
