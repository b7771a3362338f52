//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k(x: std::future::Ready<f64>) -> f64 {
    x.await
}

fn main() {}
