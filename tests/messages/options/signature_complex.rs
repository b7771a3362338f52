//! Must not compile.
use mambo::prelude::*;

#[jit("f32(complex128)")]
fn k(z: Complex<f32>) -> f32 {
    z.re
}

fn main() {}
