//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k(x: impl Number) {
    let _ = x;
}

fn main() {}
