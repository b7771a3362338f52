//! Methods of slices, and of arrays of fixed size, that find and move elements.

use crate::values::{Random, Sample, numbers};
use mambo::prelude::*;

#[jit]
fn turned<T: Number>(values: &mut [T], by: usize) {
    values.reverse();
    values.rotate_left(by);
    values[1..].rotate_right(by / 2);
}

#[jit]
fn found<T: Number>(values: &[T], x: T) -> (bool, usize) {
    (values.contains(&x), values.partition_point(|&y| y < x))
}

fn each<T: Number + Sample>() {
    let mut random = Random::new(64);
    for n in [0, 1, 2, 3, 8, 21] {
        let a = random.vec::<T>(n);
        for by in [0, 1, 2, 3, 7, 20, 22] {
            check!([a = a.clone()] turned(&mut a, by));
        }
        for i in 0..n {
            check!(found(&a, a[i]));
        }
        check!(found(&a, T::ONE));
    }
}

#[test]
fn of_every_type() {
    numbers!(each);
}

#[jit]
fn within(values: &mut [i32], from: usize, to: usize, at: usize) {
    values.copy_within(from..to, at);
    values.copy_within(..=from, at);
    values.copy_within(to.., 0);
}

#[jit]
fn chunks(values: &[u32], n: usize) -> (u32, usize) {
    let mut hash = 1;
    for (i, chunk) in values.chunks(n).enumerate() {
        hash = hash * 31 + chunk.iter().sum::<u32>() * i as u32;
        hash = hash * 7 + chunk.len() as u32 + chunk[chunk.len() - 1];
    }
    for chunk in values.chunks(n).rev().skip(1).step_by(2) {
        hash = hash * 3 + chunk[0];
    }
    (hash, values.chunks(n).len())
}

#[jit]
fn chunks_written(values: &mut [i32], n: usize) {
    for (i, chunk) in values.chunks_mut(n).enumerate() {
        for x in chunk.iter_mut() {
            *x += i as i32;
        }
        chunk.reverse();
    }
}

/// The closure is asked of the same elements, sorted or not.
#[jit]
fn asked(values: &[i32], limit: i32) -> (usize, i32) {
    let mut hash = 1;
    let point = values.partition_point(|&x| {
        hash = hash * 31 + x;
        x < limit
    });
    (point, hash)
}

#[jit]
fn of_fixed_size(a: [i32; 7], x: i32, n: usize) -> ([i32; 7], i32, bool, Option<i32>) {
    let mut b = a;
    b.rotate_left(n);
    b.copy_within(2..5, 1);
    b.reverse();
    let mut sum = 0;
    for pair in b.windows(2) {
        sum += pair[0] * pair[1];
    }
    for part in b.chunks(3) {
        sum = sum * 3 + part[0];
    }
    for part in b.chunks_exact_mut(2) {
        part.rotate_right(1);
    }
    let (left, right) = b.split_at(n);
    sum += left.len() as i32 * right.first().copied().unwrap_or(9);
    let ends = b.first().unwrap() * b.last().unwrap();
    let point = b.partition_point(|y| *y < x) as i32;
    (b, sum + ends + point, b.contains(&x), b.get(n).copied())
}

#[jit]
fn fixed_from_slice(a: &[f64]) -> [f64; 3] {
    let mut b = [0.5; 3];
    b.copy_from_slice(a);
    b
}

#[jit]
fn copied_from(a: &mut [f64], b: &[f64]) {
    a.copy_from_slice(b);
}

#[jit]
fn cloned_from(a: &mut [f64], b: &[f64]) {
    a.clone_from_slice(b);
}

#[jit]
fn ends_of_arrays(a: ArrayView2<i32>, b: &Array1<i32>) -> [Option<i32>; 4] {
    [a.first().copied(), a.last().copied(), b.first().copied(), b.last().copied()]
}

#[test]
fn agree() {
    let mut random = Random::new(65);
    for n in [0, 1, 2, 3, 7, 10] {
        let values: Vec<i32> = (0..n).map(|_| random.below(9) as i32).collect();
        let unsigned: Vec<u32> = values.iter().map(|&x| x as u32).collect();
        for i in 0..5 {
            for j in 0..7 {
                check!([v = values.clone()] within(&mut v, i, j, 2));
                check!([v = values.clone()] within(&mut v, i, j, 4));
            }
            check!(chunks(&unsigned, i));
            check!([v = values.clone()] chunks_written(&mut v, i));
            check!(asked(&values, i as i32));
        }
        check!(fixed_from_slice(&random.units(1)[..0]));
        let (a, b) = (Array2::from_elem((n, 2), 3), Array1::from(values.clone()));
        check!(ends_of_arrays(a.view(), &b));
        check!(ends_of_arrays(a.t(), &b));
    }
    let sorted: Vec<i32> = (0..40).map(|i| i / 3).collect();
    for limit in -1..15 {
        for n in [1, 2, 3, 16, 17, 40] {
            check!(asked(&sorted[..n], limit));
        }
    }
    for n in 0..9 {
        check!(of_fixed_size([3, 1, 4, 1, 5, 9, 2], 5 - n as i32, n));
    }
    check!(fixed_from_slice(&[1.0, 2.0, 3.0]));
    check!(fixed_from_slice(&[1.0, 2.0]));
}

/// A slice of one element is not repeated.
#[test]
fn lengths_must_agree() {
    let source = [4.0, 5.0, 6.0, 7.0];
    for n in 0..=4 {
        check!([a = vec![1.0, 2.0, 3.0]] copied_from(&mut a, &source[..n]));
        check!([a = vec![1.0, 2.0, 3.0]] cloned_from(&mut a, &source[..n]));
    }
    check!(fixed_from_slice(&source[..1]));
    check_panic!("source slice length (1) does not match destination slice length (3)",
        [a = vec![1.0; 3]] copied_from(&mut a, &source[..1]));
}
