//! Must not compile.
use mambo::prelude::*;

struct P {
    x: f64,
}

#[jit]
fn k(p: f64) -> f64 {
    let x;
    P { x } = P { x: p };
    x
}

fn main() {}
