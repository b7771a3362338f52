//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k(x: ArrayView1<f64>) -> f64 {
    let spec = s![1..];
    x.slice(spec).sum()
}

fn main() {}
