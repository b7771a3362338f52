//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k() -> usize {
    let s = "abc";
    s.len()
}

fn main() {}
