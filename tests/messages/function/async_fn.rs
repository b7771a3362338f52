//! Must not compile.
use mambo::prelude::*;

#[jit]
async fn k(x: f64) -> f64 {
    x
}

fn main() {}
