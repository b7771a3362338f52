//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k(x: Option<i32>) -> i32 {
    if let Some(y) = x && y > 0 { y } else { 0 }
}

fn main() {}
