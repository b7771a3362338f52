//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k(x: (f64, f64)) -> f64 {
    let (ref a, _) = x;
    *a
}

fn main() {}
