//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k(a: i32, b: i32) -> i32 {
    match a.cmp(&b) {
        Less => 0,
        _ => 1,
    }
}

fn main() {}
