//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k(x: char) -> u32 {
    x as u32
}

fn main() {}
