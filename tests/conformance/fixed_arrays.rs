//! `[T; N]` as values, arguments, results, behind references, and of two dimensions.

use crate::values::{Random, Sample};
use mambo::prelude::*;

#[jit]
fn reversed(a: [i32; 5]) -> [i32; 5] {
    let mut b = [0; 5];
    for i in 0..5 {
        b[4 - i] = a[i];
    }
    b
}

#[jit]
fn repeated(a: f32) -> [f32; 3] {
    [a; 3]
}

#[jit]
fn at(a: [u8; 4], i: usize) -> u8 {
    a[i]
}

#[jit]
fn product(a: [[f64; 3]; 3], b: [[f64; 3]; 3]) -> [[f64; 3]; 3] {
    let mut c = [[0.0; 3]; 3];
    for i in 0..3 {
        for j in 0..3 {
            for k in 0..3 {
                c[i][j] += a[i][k] * b[k][j];
            }
        }
    }
    c
}

#[jit]
fn written(a: &mut [i64; 4], b: &[i64; 4]) -> usize {
    for i in 0..a.len() {
        a[i] -= b[3 - i];
    }
    a.swap(0, 3);
    a.len()
}

#[jit]
fn iterated(a: [u32; 6]) -> (u32, u32, usize) {
    let mut sum = 0;
    for x in a {
        sum += x;
    }
    for x in &a {
        sum ^= *x;
    }
    for (i, x) in a.iter().enumerate() {
        sum += x * i as u32;
    }
    (sum, a.iter().sum::<u32>(), a.iter().position(|&x| x > 5).unwrap_or(99))
}

#[jit]
fn changed_in_place(mut a: [i16; 4], by: i16) -> [i16; 4] {
    for x in a.iter_mut() {
        *x += by;
    }
    for x in &mut a {
        *x *= 2;
    }
    a[1] = by;
    a
}

#[jit]
fn copies(a: [u8; 3]) -> ([u8; 3], [u8; 3]) {
    let mut b = a;
    b[0] = 7;
    let c = b;
    b[1] = 8;
    (b, c)
}

#[jit]
fn mapped(a: [f64; 4]) -> [f64; 4] {
    a.map(|x| x * x + 1.0)
}

#[jit]
fn equal(a: [i32; 3], b: [i32; 3]) -> bool {
    a == b
}

#[jit]
fn of_tuples(a: [(i32, f32); 3], i: usize) -> (f32, i32) {
    let mut b = a;
    b[i].0 += 1;
    b[(i + 1) % 3] = (5, 0.5);
    (b[0].1 + b[2].1, b[0].0 + b[1].0)
}

#[jit]
fn horner(x: f64) -> f64 {
    let coefficients = [1.0, -2.5, 0.125, 4.0, -1e-3];
    let mut sum = 0.0;
    for c in coefficients.iter().rev() {
        sum = sum * x + c;
    }
    sum
}

#[jit]
fn as_slices(mut a: [u16; 6], at: usize) -> (u16, [u16; 6]) {
    a[at..].fill(3);
    let part = &a[..2];
    (part[0] + part[1], a)
}

#[jit]
fn histogram(values: &[u8]) -> [u32; 16] {
    let mut counts = [0; 16];
    for &value in values {
        counts[(value >> 4) as usize] += 1;
    }
    counts
}

#[test]
fn values_and_references() {
    let mut random = Random::new(11);
    for _ in 0..30 {
        let a: [i32; 5] = std::array::from_fn(|_| i32::random(&mut random));
        check!(reversed(a));
        check!(equal([a[0], 1, 2], [a[0], 1, a[1] & 3]));
        check!(repeated(a[2] as f32 * 0.1));
        let (b, c) = (a.map(|x| x as u32 & 0xffff), a.map(|x| x as i64));
        check!(iterated([b[0], b[1], b[2], b[3], b[4], 6]));
        check!([x = [c[0], c[1], c[2], c[3]]] written(&mut x, &[c[4], 1, c[0], -9]));
        check!(changed_in_place([a[0] as i16, a[1] as i16, 3, 4], a[2] as i16));
        check!(copies([a[0] as u8, 1, a[4] as u8]));
        let m: [[f64; 3]; 3] = std::array::from_fn(|_| std::array::from_fn(|_| random.unit()));
        let n = m.map(|row| row.map(|x| 1.0 - x * x));
        check!(product(m, n));
        check!(mapped([m[0][0], m[1][1], f64::NAN, -0.0]));
        check!(horner(m[2][2] * 9.0));
        for i in [0, 1, 2, 3, 4, usize::MAX] {
            check!(at([1, 2, 3, 4], i));
            check!(of_tuples([(a[0], 0.5), (a[1], 1.5), (a[2], f32::NAN)], i));
            check!(as_slices([1, 2, 3, 4, 5, 6], i));
        }
        let bytes = random.vec::<u8>(50);
        check!(histogram(&bytes));
    }
}
