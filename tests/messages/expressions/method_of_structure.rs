//! Must not compile.
use mambo::prelude::*;

#[derive(Data, Clone, Copy)]
struct P {
    x: f64,
}

impl P {
    fn new(x: f64) -> P {
        P { x }
    }
}

#[jit]
fn k(x: f64) -> f64 {
    P::new(x).x
}

fn main() {}
