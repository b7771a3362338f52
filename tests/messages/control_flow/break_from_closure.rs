//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k(n: i32) -> i32 {
    loop {
        let stop = || break;
        stop();
    }
}

fn main() {}
