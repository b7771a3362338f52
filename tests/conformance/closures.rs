//! Closures that stay in the kernel and capture numbers and views.

use crate::values::{Random, Sample};
use mambo::prelude::*;

#[jit]
fn simple(x: f64, k: f64) -> f64 {
    let f = |y: f64| y * k + 1.0;
    f(x) + f(f(x))
}

#[jit]
fn derivative(x: f64) -> f64 {
    let f = |x: f64| x.sin() * x;
    let h = 1e-6;
    (f(x + h) - f(x - h)) / (2.0 * h)
}

#[jit]
fn reads_views(m: ArrayView2<i32>, i: isize, j: isize) -> i32 {
    let (rows, columns) = m.dim();
    let at = |i: isize, j: isize| {
        if i < 0 || j < 0 || i as usize >= rows || j as usize >= columns {
            0
        } else {
            m[[i as usize, j as usize]]
        }
    };
    at(i - 1, j) + at(i + 1, j) + at(i, j - 1) + at(i, j + 1) - 4 * at(i, j)
}

#[jit]
fn writes_views(values: &mut [i32], n: usize) {
    let mut put = |i: usize, x: i32| {
        values[i] += x;
    };
    for i in 0..n {
        put(i, 2);
        put(n - 1 - i, i as i32);
    }
}

#[jit]
fn moves_a_copy(n: u32) -> (u32, u32) {
    let mut calls = 10;
    let mut table = [1, 2, 3];
    let mut next = move |step: u32| {
        calls += step;
        table[0] += calls;
        let mut nested = move || {
            calls += 100;
            calls
        };
        table[0] + nested()
    };
    calls += 1;
    table[0] = 50;
    let mut sum = 0;
    for i in 0..n {
        sum += next(i);
        calls += 1;
    }
    let mut k = 5;
    let scaled = (0..n).map(move |x| x * k);
    k = 7;
    (sum + scaled.sum::<u32>() + k, calls + table[0])
}

fn halved(x: f64) -> f64 {
    0.5 * x
}

#[jit]
fn doubled(x: f64) -> f64 {
    x + x
}

#[jit]
fn functions_by_name(values: &[f64], a: ArrayView1<f64>) -> (f64, f64, Array1<f64>, f64) {
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum = values.iter().copied().map(f64::abs).map(halved).map(doubled).sum::<f64>();
    let least = values.iter().copied().min_by(f64::total_cmp);
    (most, sum, a.mapv(f64::sqrt).mapv(doubled), least.map_or(0.0, halved))
}

#[jit]
fn counts(n: u32) -> (u32, u32) {
    let mut calls = 0;
    let mut next = || {
        calls += 1;
        calls * 3
    };
    let mut sum = 0;
    for _ in 0..n {
        sum += next();
    }
    (sum, calls)
}

#[jit]
fn with_return(x: i32) -> i32 {
    let sign = |x: i32| {
        if x < 0 {
            return -1;
        }
        for d in 2..10 {
            if x % d == 0 {
                return d;
            }
        }
        x
    };
    sign(x) * 10 + sign(x / 2)
}

#[jit]
fn moved(x: f32) -> f32 {
    let scale = 2.0;
    let f = move |(a, b): (f32, f32)| -> f32 { (a - b) * scale };
    f((x, 1.0)) - f((1.0, x))
}

#[jit]
fn untyped(a: u8, b: u8) -> u8 {
    let mix = |x, y| (x ^ y) + 1;
    mix(mix(a, b), 3)
}

#[jit]
fn closure_in_closure(x: i64) -> i64 {
    let twice = |x: i64| x * 2;
    let both = |x: i64| twice(twice(x)) + 1;
    both(x) - twice(x)
}

#[jit]
fn nothing_in_or_out(values: &mut [u8]) {
    let mut at = 0;
    let mut push = |x: u8| {
        values[at] = x;
        at += 1;
    };
    push(1);
    push(2);
    push(3);
}

#[jit]
fn to_methods(values: ArrayView1<f64>, k: f64) -> (f64, bool, Array1<f64>) {
    let square = |x: f64| x * x - k;
    let sum = values.iter().fold(0.0, |sum, &x| sum + square(x));
    let any = values.iter().any(|&x| square(x) > 0.5);
    (sum, any, values.mapv(square))
}

#[test]
fn agree() {
    let mut random = Random::new(34);
    for (a, b) in f64::pairs().into_iter().step_by(5) {
        check!(simple(a, b));
        check!(derivative(a));
        check!(moved(a as f32));
    }
    for n in 0..7 {
        let m = Array2::from_shape_simple_fn((n, 4), || i32::random(&mut random));
        for i in -1..5 {
            check!(reads_views(m.view(), i, i / 2));
            check!(reads_views(m.t(), i, i / 2));
        }
        for len in [n, 5] {
            let values = random.vec::<i32>(len);
            check!([values = values.clone()] writes_views(&mut values, n));
        }
        check!(counts(n as u32));
        check!(moves_a_copy(n as u32));
        let values = Random::new(n as u64).units(n);
        check!(functions_by_name(&values, ArrayView1::from(&values)));
        check!([values = vec![0; n]] nothing_in_or_out(&mut values));
        let values = Array1::from_vec(random.units(n));
        check!(to_methods(values.view(), 0.3));
    }
    (-20..200).for_each(|x| {
        check!(with_return(x));
        check!(closure_in_closure(x as i64));
    });
    u8::pairs().into_iter().for_each(|(a, b)| check!(untyped(a, b)));
}
