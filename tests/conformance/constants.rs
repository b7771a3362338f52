//! Constants of the host, captured by value.

use crate::values::Sample;
use mambo::prelude::*;

const WEIGHT: f64 = 0.125;
const COUNT: usize = 3;
const TABLE: [i32; 4] = [3, -1, 4, i32::MIN];
const PAIRS: [(f64, u8); 2] = [(0.5, 1), (f64::NAN, 2)];
const PRIMES: &[u32] = &[2, 3, 5, 7, 11];
const MATRIX: [[f32; 2]; 2] = [[1.0, -2.0], [0.25, 3.5]];
const ON: bool = cfg!(target_pointer_width = "64");

mod physics {
    pub(super) const LIGHT: f64 = 299_792_458.0;
    pub(super) mod deep {
        pub(in crate::constants) const OFFSET: i64 = -1 << 40;
    }
}

#[jit]
fn scalars(x: f64, k: i64) -> (f64, i64, usize, bool) {
    (x * WEIGHT / physics::LIGHT, k + physics::deep::OFFSET, COUNT * 2, ON)
}

#[jit]
fn tables(i: usize) -> (i32, f64) {
    (TABLE[i], PAIRS[i % 2].0 + PAIRS[0].1 as f64)
}

#[jit]
fn slices_and_matrices(i: usize) -> (u32, f32, usize) {
    let mut sum = 0;
    for p in PRIMES {
        sum += p;
    }
    (sum * PRIMES[i], MATRIX[i % 2][1] + MATRIX[0][i % 2], PRIMES.len())
}

#[jit]
fn lengths(x: u8) -> [u8; COUNT] {
    let mut a = [x; COUNT];
    for i in 0..COUNT {
        a[i] += i as u8;
    }
    a
}

#[jit]
fn inner(x: u32) -> u32 {
    const LOCAL: u32 = 10;
    const DERIVED: u32 = LOCAL * LOCAL + COUNT as u32;
    let mut sum = x;
    for i in 0..LOCAL {
        sum += i * DERIVED;
    }
    sum
}

#[jit]
fn associated(x: i32) -> (i32, u64, f32, i8, u32) {
    (i32::MAX - x, u64::MAX, f32::EPSILON, i8::MIN, u64::BITS)
}

#[jit]
fn in_patterns(x: i32) -> i32 {
    const LOW: i32 = -5;
    const HIGH: i32 = 5;
    match x {
        LOW..=HIGH => 1,
        i32::MAX => 2,
        _ => 3,
    }
}

#[test]
fn agree() {
    for (x, k) in f64::all().into_iter().zip(i64::all()) {
        check!(scalars(x, k));
    }
    for i in 0..6 {
        check!(tables(i));
        check!(slices_and_matrices(i));
        check!(lengths(i as u8 * 50));
        check!(inner(i as u32));
    }
    i32::all().into_iter().for_each(|x| {
        check!(associated(x));
        check!(in_patterns(x));
    });
}
