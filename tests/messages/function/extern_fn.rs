//! Must not compile.
use mambo::prelude::*;

#[jit]
extern "C" fn k(x: f64) -> f64 {
    x
}

fn main() {}
