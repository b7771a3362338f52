//! A function of the host that takes a slice of structures.

use mambo::prelude::*;

#[derive(Clone, Copy, Data)]
struct Body {
    mass: f64,
}

fn total(bodies: &[Body]) -> f64 {
    bodies.iter().map(|body| body.mass).sum()
}

#[jit]
fn kernel(bodies: &[Body]) -> f64 {
    total(bodies)
}

fn main() {
    kernel(&[Body { mass: 1.0 }]);
}
