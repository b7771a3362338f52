//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k(x: f64) {
    println!("{x}");
}

fn main() {}
