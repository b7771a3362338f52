//! An array of structures of ndarray.

use mambo::prelude::*;

#[derive(Clone, Copy, Data)]
struct Body {
    mass: f64,
}

#[jit]
fn kernel(bodies: ArrayView1<Body>) -> f64 {
    bodies[0].mass
}

fn main() {
    kernel(Array1::from(vec![Body { mass: 1.0 }]).view());
}
