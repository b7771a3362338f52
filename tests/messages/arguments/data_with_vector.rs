//! Must not compile.
use mambo::prelude::*;

#[derive(Data, Clone)]
struct P {
    x: Vec<f64>,
}

fn main() {}
