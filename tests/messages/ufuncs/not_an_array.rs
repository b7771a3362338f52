//! Must not compile.
use mambo::prelude::*;

#[vectorize]
fn k(x: f64) -> f64 {
    x
}

fn main() {
    k(&vec![1.0]);
}
