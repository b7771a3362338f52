//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k(x: &std::collections::HashMap<u8, u8>) -> usize {
    x.len()
}

fn main() {}
