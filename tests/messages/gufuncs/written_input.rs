//! Must not compile.
use mambo::prelude::*;

#[guvectorize("(n)->(n)")]
fn k(mut x: ArrayViewMut1<f64>, mut out: ArrayViewMut1<f64>) {
    out[0] = x[0];
    x[0] = 0.0;
}

#[guvectorize("(n)")]
fn l(x: ArrayView1<f64>) {
    let _ = x;
}

fn main() {}
