//! Destructuring assignment, into variables, elements and fields.

use crate::values::{Random, Sample};
use mambo::prelude::*;

#[jit]
fn fibonacci(n: u32) -> u64 {
    let (mut a, mut b) = (0, 1);
    for _ in 0..n {
        (a, b) = (b, a + b);
    }
    a
}

#[jit]
fn into_elements(values: &mut [i32], i: usize, j: usize) {
    (values[i], values[j]) = (values[j], values[i]);
    [values[0], _] = [values[1] + 1, 5];
}

#[jit]
fn into_views(mut m: ArrayViewMut2<f64>) {
    for i in 0..m.nrows() {
        for j in 0..i {
            (m[[i, j]], m[[j, i]]) = (m[[j, i]], m[[i, j]]);
        }
    }
}

#[jit]
fn into_fields(p: &mut (i32, (f64, f64))) {
    (p.0, (p.1.0, p.1.1)) = (p.0 + 1, (p.1.1, p.1.0));
}

#[jit]
fn nested(a: i32, b: i32) -> (i32, i32, i32) {
    let (x, y, z);
    (x, (y, _), [.., z]) = (a, (b, 1), [a - b, a + b]);
    (x, y, z)
}

#[jit]
fn with_rest(a: [i16; 4]) -> (i16, i16) {
    let (mut first, mut last) = (a[1], a[2]);
    let sum = first + last;
    [first, .., last] = a;
    (last, ..) = (first + last, 1, 2);
    (first + sum, last)
}

#[jit]
fn arrays_and_structures(a: [i32; 2], b: [i32; 2]) -> ([i32; 2], [i32; 2], i32) {
    let (mut x, mut y) = (a, b);
    (x, y) = (y, x);
    let mut z = [x, y];
    (z[0], z[1]) = (z[1], z[0]);
    [x[0], y[1]] = [y[1], x[0]];
    std::mem::swap(&mut x, &mut y);
    (x, y, z[0][0] * 3 + z[1][1])
}

#[jit]
fn whole_arrays(a: ArrayView1<f64>, steps: usize) -> (Array1<f64>, f64) {
    let (mut now, mut next) = (a.to_owned(), Array1::<f64>::ones(a.len()));
    for k in 0..steps {
        for i in 0..now.len() {
            next[i] = 0.5 * now[i] + next[(i + 1) % now.len()];
        }
        if k % 3 == 1 {
            (now, next) = (next, now);
        } else {
            std::mem::swap(&mut now, &mut next);
        }
        let mut extra = Array1::<f64>::zeros(now.len());
        extra[0] = now[0];
        if k % 4 == 3 {
            std::mem::swap(&mut extra, &mut now);
        }
        next[0] += extra[0];
    }
    let old = std::mem::replace(&mut now, Array1::zeros(2));
    let left = std::mem::take(&mut next);
    (old, now.sum() + left.sum() + next.len() as f64)
}

#[jit]
fn views_swapped(a: &mut [i32], b: &mut [i32], rounds: usize) {
    let (mut from, mut to) = (a, b);
    for _ in 0..rounds {
        for i in 0..from.len() {
            to[i] += 2 * from[i];
        }
        std::mem::swap(&mut from, &mut to);
    }
}

#[jit]
fn euclid(a: i64, b: i64) -> (i64, i64, i64) {
    let (mut r, mut s) = ((a, b), (1, 0));
    let mut t = (0, 1);
    while r.1 != 0 {
        let q = r.0 / r.1;
        (r.0, r.1) = (r.1, r.0 - q * r.1);
        (s.0, s.1) = (s.1, s.0 - q * s.1);
        (t.0, t.1) = (t.1, t.0 - q * t.1);
    }
    (r.0, s.0, t.0)
}

#[jit]
fn ignored(x: u8) -> u8 {
    let mut calls = x;
    _ = x + 1;
    (_, calls) = (1, calls / 2);
    calls
}

#[jit]
fn order(values: &mut [usize]) -> usize {
    let mut i = 0;
    (values[i], i) = (7, 1);
    values[i] = i;
    (i, values[i]) = (i - 1, 9);
    i
}

#[test]
fn agree() {
    let mut random = Random::new(33);
    (0..94).for_each(|n| check!(fibonacci(n)));
    for n in 0..6 {
        let values = random.vec::<i32>(n);
        for i in 0..6 {
            check!([values = values.clone()] into_elements(&mut values, i, n / 2));
        }
        let m = Array2::from_shape_simple_fn((n, n), || random.unit());
        check!([m = m.clone()] into_views(m.view_mut()));
        check!([m = m.clone()] into_views(m.slice_mut(s![..;-1, ..])));
        check!([values = vec![5; n]] order(&mut values));
        check!(whole_arrays(Array1::from_elem(n + 1, 0.5).view(), n + 3));
        check!([a = values.clone(), b = vec![1; n]] views_swapped(&mut a, &mut b, n));
    }
    for (a, b) in i32::pairs() {
        check!([p = (a, (b as f64, 0.5))] into_fields(&mut p));
        check!(nested(a, b));
        check!(arrays_and_structures([a, 1], [b, 2]));
        check!(with_rest([a as i16, 1, 2, b as i16]));
        check!(euclid(a as i64, b as i64));
        check!(ignored(a as u8));
    }
}
