//! Generic kernels: over numbers, over ranks, over constants, over several parameters.

use crate::values::{Random, Sample, floats, integers, numbers};
use mambo::prelude::*;

#[jit]
fn clamp_sum<T: Number>(a: &[T], low: T, high: T) -> T {
    let mut sum = T::ZERO;
    for &x in a {
        let mut y = x;
        if y < low {
            y = low;
        }
        if y > high {
            y = high;
        }
        sum += y;
    }
    sum
}

#[jit]
fn limits<T: Number>() -> (T, T, T, T) {
    (T::MIN, T::MAX, T::ZERO, T::ONE)
}

#[jit]
fn conversions<T: Number>(x: T) -> (f64, T, T) {
    (x.to_f64(), T::from_f64(2.75), T::from_i64(-3))
}

#[jit]
fn two_types<T: Number, U: Real>(x: T, y: U) -> (U, T) {
    (U::from_f64(x.to_f64()) * y, T::from_f64(y.to_f64()))
}

#[jit]
fn power<T>(base: T, exponent: u32) -> T
where
    T: Number,
{
    let mut result = T::ONE;
    let mut square = base;
    let mut n = exponent;
    while n > 0 {
        if n & 1 == 1 {
            result *= square;
        }
        square *= square;
        n >>= 1;
    }
    result
}

fn of_numbers<T: Number + Sample>() {
    let mut random = Random::new(30);
    check!(limits::<T>());
    for (a, b) in T::pairs().into_iter().step_by(5) {
        let values = random.vec::<T>(5);
        check!(clamp_sum(&values, a, b));
        check!(conversions(a));
        check!(two_types(a, 1.5f32));
        check!(two_types(b, -0.1f64));
        check!(power(a, 5));
    }
}

#[jit]
fn gcd<T: Integer>(a: T, b: T) -> T {
    let (mut a, mut b) = (a, b);
    while b != T::ZERO {
        (a, b) = (b, a % b);
    }
    a
}

fn of_integers<T: Integer + Sample>() {
    for (a, b) in T::pairs() {
        // The plain function panics at MIN % -1, and so does the kernel.
        check!(gcd(a, b));
    }
}

#[jit]
fn norm<T: Real>(a: ArrayView1<T>) -> T {
    let mut sum = T::ZERO;
    for &x in a.iter() {
        sum = x.mul_add(x, sum);
    }
    sum.sqrt()
}

fn of_floats<T: Real + Sample>() {
    let mut random = Random::new(31);
    for n in 0..9 {
        let values = Array1::from_vec(random.vec::<T>(n));
        check!(norm(values.view()));
    }
}

#[test]
fn over_numbers() {
    numbers!(of_numbers);
    integers!(of_integers);
    floats!(of_floats);
}

#[jit]
fn constant_length<const N: usize>(a: [f64; N]) -> f64 {
    let mut sum = 0.0;
    for i in 0..N {
        sum += a[i] * i as f64;
    }
    sum
}

#[jit]
fn constant_value<const WEIGHT: i32>(a: i32) -> i32 {
    if WEIGHT > 5 { a * WEIGHT } else { a - WEIGHT }
}

#[test]
fn over_constants() {
    check!(constant_length([1.0]));
    check!(constant_length([1.0, 2.0, 3.5]));
    check!(constant_length([0.0; 0]));
    check!(constant_value::<3>(10));
    check!(constant_value::<9>(10));
    assert_eq!(constant_length::stats().compiled, 3);
}

#[jit]
fn caller<T: Real>(x: T) -> T {
    power(x, 3) + norm_of_two(x, T::ONE)
}

#[jit]
fn norm_of_two<T: Real>(a: T, b: T) -> T {
    (a * a + b * b).sqrt()
}

#[test]
fn generic_calls_generic() {
    f32::all().into_iter().for_each(|x| check!(caller(x)));
    f64::all().into_iter().for_each(|x| check!(caller(x)));
}
