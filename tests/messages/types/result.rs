//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k(x: f64) -> Result<f64, i32> {
    if x > 0.0 { Ok(x) } else { Err(1) }
}

fn main() {}
