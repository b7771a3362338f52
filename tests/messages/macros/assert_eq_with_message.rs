//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k(x: usize, y: usize) {
    assert_eq!(x, y, "lengths of x and y");
}

fn main() {}
