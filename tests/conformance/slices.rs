//! `&[T]` and `&mut [T]` of every dtype.

use crate::values::{Random, Sample, numbers};
use mambo::prelude::*;

#[jit]
fn sum<T: Number>(values: &[T]) -> T {
    let mut sum = T::ZERO;
    for &value in values {
        sum += value;
    }
    sum
}

#[jit]
fn reverse<T: Number>(values: &mut [T]) {
    let n = values.len();
    for i in 0..n / 2 {
        values.swap(i, n - 1 - i);
    }
}

#[jit]
fn prefix_sums<T: Number>(values: &mut [T]) {
    for i in 1..values.len() {
        values[i] = values[i - 1] + values[i];
    }
}

#[jit]
fn rotate<T: Number>(from: &[T], to: &mut [T], by: usize) {
    for i in 0..from.len() {
        to[(i + by) % from.len()] = from[i];
    }
}

#[jit]
fn insertion_sort<T: Number>(values: &mut [T]) {
    for i in 1..values.len() {
        let value = values[i];
        let mut j = i;
        while j > 0 && values[j - 1] > value {
            values[j] = values[j - 1];
            j -= 1;
        }
        values[j] = value;
    }
}

fn each<T: Number + Sample>() {
    let mut random = Random::new(17);
    for n in [0, 1, 2, 3, 8, 21] {
        let a = random.vec::<T>(n);
        check!(sum(&a));
        check!([a = a.clone()] reverse(&mut a));
        check!([a = a.clone()] prefix_sums(&mut a));
        check!([a = a.clone()] insertion_sort(&mut a));
        for by in [0, 1, 5] {
            check!([b = vec![T::ONE; n]] rotate(&a, &mut b, by));
            check!([b = vec![T::ONE; n / 2]] rotate(&a, &mut b, by));
        }
    }
}

#[test]
fn of_every_type() {
    numbers!(each);
}

#[jit]
fn parts(values: &[i32], from: usize, to: usize) -> (i32, usize) {
    let part = &values[from..to];
    let rest = &values[to..];
    let mut sum = 0;
    for x in part {
        sum += x;
    }
    for x in &rest[..rest.len() / 2] {
        sum -= x;
    }
    (sum, values[..=from].len())
}

#[jit]
fn parts_written(values: &mut [i32], at: usize) {
    let (left, right) = values.split_at_mut(at);
    for i in 0..left.len().min(right.len()) {
        left[i] += right[i];
    }
    right.fill(9);
    let tail = &mut values[at..];
    tail[0] = -1;
}

#[jit]
fn copies(from: &[f32], to: &mut [f32], at: usize) {
    to[at..at + from.len()].copy_from_slice(from);
}

#[jit]
fn ends(values: &[u8]) -> (Option<u8>, Option<u8>, bool) {
    (values.first().copied(), values.last().copied(), values.is_empty())
}

#[jit]
fn get(values: &[u16], i: usize) -> u16 {
    match values.get(i) {
        Some(&x) => x,
        None => 999,
    }
}

#[jit]
fn bools(flags: &mut [bool], values: &[f64]) -> u32 {
    let mut count = 0;
    for i in 0..flags.len() {
        flags[i] = !flags[i] && values[i] > 0.5;
        if flags[i] {
            count += 1;
        }
    }
    count
}

#[jit]
fn reborrowed(values: &mut [i32]) -> i32 {
    let again = &mut *values;
    again[0] = 4;
    let shared = &*values;
    shared[0] + shared[shared.len() - 1]
}

#[jit]
fn compared(a: &[u8], b: &[u8]) -> usize {
    let mut same = 0;
    while same < a.len() && same < b.len() && a[same] == b[same] {
        same += 1;
    }
    same
}

#[test]
fn parts_and_methods() {
    let mut random = Random::new(18);
    let values = random.vec::<i32>(9);
    for from in 0..11 {
        for to in 0..11 {
            check!(parts(&values, from, to));
        }
        check!([values = values.clone()] parts_written(&mut values, from));
        check!([to = vec![0.0; 12]] copies(&[1.0, 2.5, -0.0, f32::NAN], &mut to, from));
        check!(get(&[1, 2, 3], from));
    }
    check!(parts(&values, usize::MAX, 3));
    check!(parts_inclusive(&values, usize::MAX));
    check!(ends(&[0; 0]));
    check!(ends(&[5]));
    check!(ends(&[5, 6]));
    check!([flags = vec![true, false, false, false]] bools(&mut flags, &[1.0, 1.0, 0.0, f64::NAN]));
    check!([flags = vec![false; 4]] bools(&mut flags, &[1.0, 1.0]));
    check!([values = values.clone()] reborrowed(&mut values));
    check!([values = Vec::new()] reborrowed(&mut values));
    check!(compared(b"kernel", b"kerning"));
    check!(compared(b"", b"x"));
}

#[jit]
fn parts_inclusive(values: &[i32], to: usize) -> usize {
    values[..=to].len()
}
