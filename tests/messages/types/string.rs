//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k(x: &str) -> usize {
    x.len()
}

fn main() {}
