//! Must not compile.
use mambo::prelude::*;

fn convert<T: Number>(x: f64) -> T {
    T::from_f64(x)
}

#[jit]
fn k(x: f64) -> f32 {
    convert(x)
}

fn main() {}
