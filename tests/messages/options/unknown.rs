//! Must not compile.
use mambo::prelude::*;

#[jit(fastmaths)]
fn k(x: f64) -> f64 {
    x
}

fn main() {}
