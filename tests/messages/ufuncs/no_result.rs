//! Must not compile.
use mambo::prelude::*;

#[vectorize]
fn k(x: f64) -> [f64; 2] {
    [x, x]
}

fn main() {}
