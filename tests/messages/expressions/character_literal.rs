//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k() -> u32 {
    let c = 'a';
    c as u32
}

fn main() {}
