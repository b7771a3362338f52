//! Must not compile.
use mambo::prelude::*;

#[guvectorize("(n)->()")]
fn k(x: ArrayView1<f64>, out: &mut f64) -> f64 {
    *out = x[0];
    1.0
}

fn main() {}
