//! Must not compile.
use mambo::prelude::*;

#[guvectorize("(m,n)->()")]
fn k(x: ArrayView2<f64>, out: &mut f64) {
    *out = x[[0, 0]];
}

fn main() {
    k(&array![1.0, 2.0]);
}
