//! Must not compile.
use mambo::prelude::*;

#[vectorize]
fn k(a: f64, b: f64, c: f64, d: f64, e: f64, f: f64, g: f64, h: f64, i: f64) -> f64 {
    a + b + c + d + e + f + g + h + i
}

fn main() {}
