//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k(x: f64) -> f64 {
    fn inner(x: f64) -> f64 {
        x
    }
    inner(x)
}

fn main() {}
