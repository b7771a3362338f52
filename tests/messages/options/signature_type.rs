//! Must not compile.
use mambo::prelude::*;

#[jit("f64(unicode_type)")]
fn k(x: f64) -> f64 {
    x
}

fn main() {}
