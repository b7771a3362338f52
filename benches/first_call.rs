//! One cold call: prints the nanoseconds that the first call of a kernel takes in this process.

use mambo::prelude::*;
use std::time::Instant;

#[jit]
fn axpy(a: f64, x: &[f64], y: &mut [f64]) {
    for i in 0..x.len() {
        y[i] += a * x[i];
    }
}

fn main() {
    let x = vec![1.0; 16];
    let mut y = vec![2.0; 16];
    let start = Instant::now();
    axpy(3.0, &x, &mut y);
    println!("{}", start.elapsed().as_nanos());
    assert_eq!(y, [5.0; 16]);
}
