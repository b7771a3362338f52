//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k() -> usize {
    let v = vec![1.0, 2.0];
    v.len()
}

fn main() {}
