//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k(x: u64) -> u64 {
    (x as u128 >> 64) as u64
}

fn main() {}
