//! `min`, `max` and `clamp` of floats: NaN is missing data, and a clamp to nothing panics.

use crate::values::{Random, Sample, floats, integers};
use mambo::prelude::*;

#[jit]
fn extremes<T: Real>(a: T, b: T) -> (T, T) {
    (a.min(b), a.max(b))
}

#[jit]
fn clamped<T: Real>(a: T, low: T, high: T) -> T {
    a.clamp(low, high)
}

#[jit]
fn by_path<T: Real>(a: T, b: T) -> (T, T) {
    (T::min(a, b), T::max(a, b))
}

/// Zeros of unlike sign are equal: `min` and `max` may return either of them.
fn zeros<T: Real>(a: T, b: T) -> bool {
    a == T::ZERO && b == T::ZERO
}

fn each<T: Real + Sample>() {
    let mut random = Random::new(5);
    for (a, b) in T::pairs() {
        if !zeros(a, b) {
            check!(extremes(a, b));
            check!(by_path(a, b));
        }
        let x = T::random(&mut random);
        check!(clamped(x, a, b));
        check!(clamped(a, T::ZERO, T::ONE));
        check!(clamped(a, b, T::INFINITY));
    }
}

#[test]
fn of_both_types() {
    floats!(each);
}

#[jit]
fn clamped_integer<T: Integer>(a: T, low: T, high: T) -> T {
    a.clamp(low, high)
}

fn integers_too<T: Integer + Sample>() {
    let mut random = Random::new(6);
    for (a, b) in T::pairs() {
        let x = T::random(&mut random);
        check!(clamped_integer(x, a, b));
    }
}

#[test]
fn of_integers() {
    integers!(integers_too);
}

#[jit]
fn range_of(values: &[f64]) -> (f64, f64) {
    let mut low = f64::INFINITY;
    let mut high = f64::NEG_INFINITY;
    for &value in values {
        low = low.min(value);
        high = high.max(value);
    }
    (low, high)
}

#[jit]
fn range_by_fold(values: ArrayView1<f32>) -> (f32, f32) {
    (
        values.iter().fold(f32::INFINITY, |a, &b| a.min(b)),
        values.iter().copied().fold(f32::NEG_INFINITY, |a, b| a.max(b)),
    )
}

#[jit]
fn functions_of_cmp(a: i32, b: i32) -> (i32, i32) {
    (std::cmp::min(a, b), std::cmp::max(a, b))
}

#[test]
fn ranges_of_data() {
    let mut random = Random::new(7);
    for len in [0, 1, 2, 30] {
        let values = random.vec::<f64>(len);
        if values.iter().filter(|value| **value == 0.0).count() < 2 {
            check!(range_of(&values));
        }
        let values = Array1::from_vec(random.units(len)).mapv(|x| x as f32);
        check!(range_by_fold(values.view()));
    }
    i32::pairs().into_iter().for_each(|(a, b)| check!(functions_of_cmp(a, b)));
}
