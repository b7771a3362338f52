//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k(x: f64) -> usize {
    format!("{x}").len()
}

fn main() {}
