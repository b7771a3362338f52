//! Must not compile.
use mambo::prelude::*;

#[derive(Clone, Copy)]
enum Mode {
    Fast,
    Exact,
}

#[jit]
fn k(x: i32, y: i32) -> i32 {
    let mode = if x < y { Mode::Fast } else { Mode::Exact };
    match mode {
        Mode::Fast => -1,
        _ => 1,
    }
}

fn main() {}
