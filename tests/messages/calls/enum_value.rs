//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k(x: i32, y: i32) -> i32 {
    match x.cmp(&y) {
        std::cmp::Ordering::Less => -1,
        _ => 1,
    }
}

fn main() {}
