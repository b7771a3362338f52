//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k(x: &[f64]) -> f64 {
    unsafe { *x.get_unchecked(0) }
}

fn main() {}
