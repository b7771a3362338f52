//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k(n: i32) -> i32 {
    for _ in 0..n {
        break 'outer;
    }
    n
}

fn main() {}
