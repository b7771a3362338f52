//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k(x: *const f64) -> bool {
    x.is_null()
}

fn main() {}
