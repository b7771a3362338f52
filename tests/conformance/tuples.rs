//! Tuples as values, arguments, results, and behind references.

use crate::values::{Random, Sample};
use mambo::prelude::*;

#[jit]
fn swap(pair: (f64, i32)) -> (i32, f64) {
    (pair.1, pair.0)
}

#[jit]
fn nested(a: ((u8, f32), [i16; 2]), b: bool) -> (f32, (i16, u8), bool) {
    ((a.0).1 * 2.0, (a.1[0] - a.1[1], a.0.0), !b)
}

#[jit]
fn in_variables(n: u32) -> (u64, u64) {
    let mut pair = (0u64, 1u64);
    for _ in 0..n {
        pair = (pair.1, pair.0 + pair.1);
    }
    pair
}

#[jit]
fn fields_change(a: i64) -> (i64, i64) {
    let mut t = (a, (a + 1, a + 2));
    t.0 += 10;
    t.1.1 *= 2;
    let (x, (y, z)) = t;
    (x + y, z)
}

#[jit]
fn by_reference(pair: &(f64, f64), into: &mut (f64, i32)) -> f64 {
    into.0 = pair.0 - pair.1;
    into.1 += 1;
    pair.0 + pair.1
}

#[jit]
fn chosen(a: (i32, f64), b: (i32, f64), first: bool) -> (i32, f64) {
    if first { a } else { b }
}

#[jit]
fn compared(a: (i32, u8), b: (i32, u8)) -> (bool, bool) {
    (a == b, a != b)
}

#[jit]
fn single(a: (u16,)) -> (u16, ()) {
    let (b,) = a;
    (b + 1, ())
}

#[jit]
fn unit() {}

#[jit]
fn min_max(values: &[i32]) -> (i32, i32, usize, usize) {
    let mut low = (values[0], 0);
    let mut high = (values[0], 0);
    for (i, &value) in values.iter().enumerate() {
        if value < low.0 {
            low = (value, i);
        }
        if value > high.0 {
            high = (value, i);
        }
    }
    (low.0, high.0, low.1, high.1)
}

#[test]
fn values_and_references() {
    let mut random = Random::new(10);
    for (a, b) in f64::pairs().into_iter().step_by(3) {
        let (i, j) = (i32::random(&mut random), i32::random(&mut random));
        check!(swap((a, i)));
        check!([into = (b, j)] by_reference(&(a, b), &mut into));
        check!(chosen((i, a), (j, b), i < j));
    }
    for (a, b) in i32::pairs() {
        let (x, y) = (u8::random(&mut random) % 2, u8::random(&mut random) % 2);
        check!(compared((a, x), (b, y)));
        check!(nested(((x, a as f32), [b as i16, a as i16]), x == y));
        check!(fields_change(a as i64 * b as i64));
    }
    (0..95).for_each(|n| check!(in_variables(n)));
    check!(single((9,)));
    check!(single((u16::MAX,)));
    check!(unit());
    (0..20).for_each(|len| {
        let values = random.vec::<i32>(len);
        check!(min_max(&values));
    });
}
