//! Must not compile.
use mambo::prelude::*;

#[vectorize(identity = 0)]
fn k(x: f64, y: f64) -> f64 {
    x + y
}

fn main() {
    k::reduce(&array![1.0], "all");
    k::at(&mut array![1.0], 0.5, 1.0);
}
