//! Must not compile.
use mambo::prelude::*;

macro_rules! twice {
    ($x:expr) => {
        2.0 * $x
    };
}

#[jit]
fn k(x: f64) -> f64 {
    twice!(x)
}

fn main() {}
