//! Must not compile.
use mambo::prelude::*;

#[vectorize(axis = 0)]
fn k(x: f64) -> f64 {
    x
}

#[vectorize(target = "gpu")]
fn l(x: f64) -> f64 {
    x
}

fn main() {}
