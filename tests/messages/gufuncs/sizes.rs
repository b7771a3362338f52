//! Must not compile.
use mambo::prelude::*;

#[guvectorize("(n)->(p)")]
fn k(x: ArrayView1<f64>, mut out: ArrayViewMut1<f64>) {
    out[0] = x[0];
}

fn main() {}
