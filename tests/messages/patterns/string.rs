//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k(x: i32) -> i32 {
    match x {
        "a" => 1,
        _ => 0,
    }
}

fn main() {}
