//! Must not compile.
use mambo::prelude::*;

type Row<'a> = ArrayView1<'a, f64>;

#[guvectorize("(n)->()")]
fn k(x: Row<'_>, out: &mut f64) {
    *out = x[0];
}

fn main() {}
