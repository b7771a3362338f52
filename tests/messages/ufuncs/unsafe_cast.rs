//! Must not compile.
use mambo::prelude::*;

#[vectorize]
fn k(x: f32) -> f32 {
    x
}

fn main() {
    k(&array![1.0f64]);
}
