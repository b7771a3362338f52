//! Must not compile.
use mambo::prelude::*;

#[vectorize(identity = 0)]
fn k(x: f64) -> f64 {
    x
}

fn main() {}
