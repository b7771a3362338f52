//! Slices of structures, tuples and fixed-size arrays: parts of arrays of fixed size.

use crate::bodies::{Body, body};
use mambo::Complex;
use mambo::prelude::*;

#[jit]
fn nested(mut a: [[f64; 2]; 3], i: usize, j: usize) -> ([[f64; 2]; 3], f64, usize) {
    let mut sum = 0.0;
    let tail = &a[i..];
    for row in tail {
        sum += row[0] * 2.0 + row[1];
    }
    let len = tail.len() + a[..j].len();
    for row in &mut a[..j] {
        row[1] += 0.5;
    }
    for (k, row) in a[1..].iter_mut().enumerate() {
        row[0] = k as f64 - row[0];
        row.swap(0, 1);
    }
    a[i..][0][1] *= 4.0;
    (a, sum, len)
}

#[jit]
fn deeper(mut a: [[[i32; 2]; 3]; 2], i: usize, j: usize) -> ([[[i32; 2]; 3]; 2], i32) {
    let part = &mut a[i][j..];
    part[0][1] = 70;
    let len = part.len() as i32;
    let inner = &a[i][j][1..];
    let sum = inner.iter().sum::<i32>() + inner.len() as i32;
    let rest = &mut a[1..];
    for plane in rest.iter_mut() {
        for row in &mut plane[..2] {
            row[0] -= sum;
        }
    }
    (a, len + sum)
}

#[jit]
fn local_bodies(bodies: &mut [Body; 4], i: usize) -> (f64, f32, usize) {
    let (left, right) = bodies.split_at_mut(i);
    let mut mass = 0.0;
    for (a, b) in left.iter_mut().zip(right.iter()) {
        a.mass += b.mass * 2.0;
        a.links[1] = b.links[0];
        mass += a.mass;
    }
    right.reverse();
    left.swap(0, i - 1);
    let mut x = 0.0;
    for pair in bodies.windows(2) {
        x += pair[1].position[2] - pair[0].position[0];
    }
    for (k, part) in bodies.chunks_mut(3).enumerate() {
        part[0].id += k as u8;
        part[part.len() - 1].charge += 5;
    }
    (mass, x, bodies[1..].len())
}

type Points = [(f64, i32); 5];

#[jit]
fn pairs(mut points: Points, i: usize) -> (Points, f64, Option<(f64, i32)>) {
    let mut sum = 0.0;
    for (x, n) in &points[i..] {
        sum += x * f64::from(*n);
    }
    for (x, n) in &mut points[..i] {
        *x += 1.0;
        *n -= 1;
    }
    let first = points[i..].first().copied();
    let last = points[i..].last().unwrap();
    sum += last.0;
    points[1..3].fill((0.25, 9));
    let from = [(7.0, 7), (8.0, 8)];
    points[3..].copy_from_slice(&from);
    (points, sum, first)
}

#[jit]
fn chosen(c: bool, mut a: [[u16; 2]; 3]) -> (u16, [[u16; 2]; 3]) {
    let mut other = [[9, 8], [7, 6]];
    let s: &mut [[u16; 2]] = if c { &mut a } else { &mut other[1..] };
    s[0][1] += 100;
    let mut view: &[[u16; 2]] = s;
    let mut sum = 0;
    while !view.is_empty() {
        sum += view[0][1];
        view = &view[1..];
    }
    (sum + other[1][1], a)
}

#[jit]
fn spins(mut s: [[Complex<f64>; 2]; 3], i: usize) -> ([[Complex<f64>; 2]; 3], f64) {
    for pair in &mut s[i..] {
        pair[1] *= pair[0];
    }
    let mut sum = 0.0;
    for pair in s[..i].iter() {
        sum += pair[1].im;
    }
    (s, sum)
}

#[jit]
fn range_of_rows(a: [[f64; 2]; 3], i: usize, j: usize) -> usize {
    a[i..j].len()
}

#[jit]
fn row_of_range(a: &mut [Body; 3], i: usize, j: usize) -> f64 {
    let part = &a[i..];
    part[j].mass
}

#[test]
fn parts_of_nested_arrays() {
    let a = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]];
    for i in 0..4 {
        for j in 0..4 {
            check!(nested(a, i, j));
            check!(range_of_rows(a, i, j));
            check!(deeper([[[1, 2], [3, 4], [5, 6]], [[7, 8], [9, 10], [11, 12]]], i, j));
        }
    }
    check!(nested(a, 0, 5));
    check!(chosen(true, [[1, 2], [3, 4], [5, 6]]));
    check!(chosen(false, [[1, 2], [3, 4], [5, 6]]));
    let [p, q] = [Complex::new(1.0, -2.0), Complex::new(0.5, 3.0)];
    for i in 0..5 {
        check!(spins([[p, q], [q, p], [p, p]], i));
    }
}

#[test]
fn parts_of_arrays_of_structures() {
    let four = [body(1), body(20), body(7), body(90)];
    for i in 0..6 {
        check!([b = four] local_bodies(&mut b, i));
        check!(pairs([(0.5, 1), (1.5, -4), (2.5, 90), (3.5, 3), (4.5, 11)], i));
    }
    let three = [body(1), body(20), body(7)];
    check!([b = three] row_of_range(&mut b, 1, 1));
    check_panic!("`part` has length 2 but the index is 2", [b = three] row_of_range(&mut b, 1, 2));
    check_panic!("range", [b = three] row_of_range(&mut b, 4, 0));
}
