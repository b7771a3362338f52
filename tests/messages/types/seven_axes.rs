//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k(x: ndarray::ArrayView<f64, ndarray::Dim<[usize; 7]>>) {
    let _ = x;
}

fn main() {}
