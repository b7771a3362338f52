//! Must not compile.
use mambo::prelude::*;

#[guvectorize("(m,n),()->(n)")]
fn k(x: ArrayView1<f64>, y: ArrayView0<f64>, out: ArrayView1<f64>) {
    let _ = (x, y, out);
}

fn main() {}
