//! Iterators of arrays, slices and ranges, and what is built from them.

use crate::values::{Random, Sample};
use mambo::prelude::*;

#[jit]
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sum = 0.0;
    for (x, y) in a.iter().zip(b) {
        sum += x * y;
    }
    sum
}

#[jit]
fn dot_by_sum(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b.iter()).map(|(x, y)| x * y).sum()
}

#[jit]
fn axpy(a: f32, x: ArrayView1<f32>, mut y: ArrayViewMut1<f32>) {
    for (y, &x) in y.iter_mut().zip(x.iter()) {
        *y += a * x;
    }
}

#[jit]
fn zip_in_place(a: &mut [i32], b: &mut [i32]) {
    for (x, y) in a.iter_mut().zip(b.iter_mut()) {
        if *x > *y {
            std::mem::swap(x, y);
        }
        *x += 1;
    }
}

#[jit]
fn weighted(values: ArrayView1<f64>) -> f64 {
    let mut sum = 0.0;
    for (i, value) in values.iter().enumerate() {
        sum += i as f64 * value;
    }
    sum
}

#[jit]
fn row_sums(m: ArrayView2<f64>, mut out: ArrayViewMut1<f64>) {
    for (row, out) in m.rows().into_iter().zip(out.iter_mut()) {
        *out = row.iter().sum();
    }
}

#[jit]
fn enumerate_rows(m: ArrayView2<i32>) -> i32 {
    let mut sum = 0;
    for (i, row) in m.outer_iter().enumerate() {
        for (j, &x) in row.iter().enumerate() {
            sum += x * (i * 10 + j) as i32;
        }
    }
    sum
}

#[jit]
fn scale_rows(mut m: ArrayViewMut2<f64>, by: ArrayView1<f64>) {
    for (mut row, &factor) in m.rows_mut().into_iter().zip(by) {
        for x in row.iter_mut() {
            *x *= factor;
        }
    }
}

#[jit]
fn reversed(values: &[u32]) -> u32 {
    let mut hash = 7;
    for value in values.iter().rev() {
        hash = hash * 31 + value;
    }
    for (i, value) in values.iter().enumerate().rev() {
        hash = hash * 31 + value * i as u32;
    }
    hash
}

#[jit]
fn skip_take_step(values: &[u32], n: usize) -> (u32, u32, u32) {
    let mut sums = (0, 0, 0);
    for x in values.iter().skip(n) {
        sums.0 = sums.0 * 3 + x;
    }
    for x in values.iter().take(n) {
        sums.1 = sums.1 * 3 + x;
    }
    for x in values.iter().skip(1).step_by(n + 1) {
        sums.2 = sums.2 * 3 + x;
    }
    sums
}

#[jit]
fn searches(values: &[i32], limit: i32) -> (bool, bool, Option<usize>) {
    (
        values.iter().any(|&x| x > limit),
        values.iter().all(|x| *x > limit),
        values.iter().position(|&x| x == limit),
    )
}

#[jit]
fn reductions(values: &[i64]) -> (i64, i64, Option<i64>, Option<i64>, usize) {
    (
        values.iter().sum(),
        values.iter().product(),
        values.iter().copied().min(),
        values.iter().copied().max(),
        values.iter().count(),
    )
}

#[jit]
fn range_sums(n: u64) -> (u64, u64, u64) {
    ((0..n).sum(), (1..=n).product(), (0..n).map(|i| i * i).sum())
}

#[jit]
fn folds(values: &[f64]) -> (f64, f64) {
    let largest = values.iter().fold(0.0, |a: f64, &b| a.max(b));
    (largest, values.iter().fold(1.0, |a, b| a * 0.5 + b))
}

#[jit]
fn windows(values: &[f64]) -> f64 {
    let mut rough = 0.0;
    for pair in values.windows(2) {
        rough += (pair[1] - pair[0]).abs();
    }
    rough
}

#[jit]
fn chunks(values: &[u16], size: usize) -> u32 {
    let mut sum = 0;
    for chunk in values.chunks_exact(size) {
        sum = sum * 7 + chunk[0] as u32 * chunk[size - 1] as u32;
    }
    sum
}

#[jit]
fn chunks_in_place(values: &mut [u8]) {
    for pixel in values.chunks_exact_mut(3) {
        let grey = (pixel[0] as u16 + pixel[1] as u16 + pixel[2] as u16) / 3;
        pixel.fill(grey as u8);
    }
}

#[jit]
fn three_at_once(a: &[i32], b: &[i32], c: &mut [i32]) {
    for ((a, b), c) in a.iter().zip(b).zip(c) {
        *c = a - b;
    }
}

#[jit]
fn for_each(mut values: ArrayViewMut2<f32>) {
    values.iter_mut().for_each(|x| *x = *x * *x);
}

#[jit]
fn whole_matrix(m: ArrayView2<i64>) -> i64 {
    let mut hash = 1;
    for x in m {
        hash = hash * 31 + x;
    }
    for &x in &m {
        hash = hash * 31 + x;
    }
    hash
}

#[jit]
fn indexed(m: ArrayView2<f64>) -> (usize, usize, f64) {
    let mut best = (0, 0, f64::NEG_INFINITY);
    for ((i, j), &x) in m.indexed_iter() {
        if x > best.2 {
            best = (i, j, x);
        }
    }
    best
}

#[jit]
fn columns(m: ArrayView2<f64>) -> f64 {
    let mut product = 1.0;
    for column in m.columns() {
        let mut sum = 0.0;
        for x in column {
            sum += x;
        }
        product *= sum;
    }
    for lane in m.axis_iter(Axis(1)) {
        product -= lane[0];
    }
    product
}

#[jit]
fn filtered(values: &[i32], limit: i32) -> (i32, usize, Option<i32>, i32, Option<i32>) {
    let mut hash = 1;
    for &x in values.iter().filter(|&&x| x != limit) {
        if x > 100 {
            continue;
        }
        if x < -1_000_000 {
            break;
        }
        hash = hash * 31 + x;
    }
    (
        hash + values.iter().filter(|x| **x < limit).map(|x| x * 2).sum::<i32>(),
        values.iter().map(|x| x / 2).filter(|x| x % 2 == 0).count(),
        values.iter().copied().filter(|&x| x > limit).min(),
        values.iter().rev().filter(|&&x| x > limit).fold(7, |a, &x| a * 3 + x),
        values.iter().copied().find(|&x| x > limit),
    )
}

#[jit]
fn filtered_searches(values: &[u8]) -> (bool, bool, Option<usize>) {
    (
        values.iter().filter(|&&x| x > 9).any(|&x| x % 2 == 0),
        values.iter().filter(|&&x| x > 9).all(|&x| x % 2 == 0),
        (0..values.len()).filter(|&i| values[i] > 9).find(|&i| i % 3 == 1),
    )
}

#[jit]
fn filtered_in_place(values: &mut [f64], limit: f64) -> usize {
    for x in values.iter_mut().filter(|x| **x < limit) {
        *x = limit;
    }
    let mut seen = 0;
    values.iter().enumerate().filter(|(i, x)| i % 2 == 0 && **x > limit).for_each(|(i, _)| {
        seen += i;
    });
    seen
}

/// Adapters run their closures when the loop asks for an item.
#[jit]
fn closures_in_the_head(values: &[i32]) -> (i32, i32) {
    let mut calls = 0;
    let mut sum = 0;
    for x in values.iter().map(|x| {
        calls += 1;
        x * 2
    }) {
        if sum > 1000 {
            break;
        }
        sum += x;
    }
    (sum, calls)
}

/// Items that are left out are made all the same.
#[jit]
fn closures_of_items_left_out(values: &[i32], n: usize) -> (i32, i32, i32, usize) {
    let (mut calls, mut sum) = (0, 0);
    let doubled = values.iter().map(|x| {
        calls += 1;
        x * 2
    });
    for x in doubled {
        sum += x;
    }
    let mut seen = 1;
    let rest = values.iter().map(|x| {
        seen = seen * 31 + x;
        *x
    });
    sum += rest.skip(n).sum::<i32>();
    let every = values.iter().rev().map(|x| {
        seen = seen * 31 + x;
        *x
    });
    sum += every.step_by(n + 1).fold(7, |a, x| a * 3 + x);
    let count = values.iter().map(|x| seen += x).count();
    (calls, sum, seen, count)
}

/// The closure may fail for an item that is left out.
#[jit]
fn panic_of_an_item_left_out(values: &[i32], n: usize) -> i32 {
    values.iter().map(|x| 12 / x).skip(n).sum()
}

#[jit]
fn indexed_in_place(mut m: ArrayViewMut2<u32>) {
    for ((i, j), x) in m.indexed_iter_mut() {
        *x += (i * 10 + j) as u32;
    }
}

#[jit]
fn without_end(values: &[u8]) -> (u32, usize, u8) {
    let mut sum = 0;
    for (i, &x) in (1..).zip(values) {
        sum += i * x as u32;
    }
    let mut wrapped = 0;
    for i in 250u8.. {
        wrapped = i;
        if i < 250 {
            break;
        }
    }
    for i in 0.. {
        if i >= values.len() || values[i] > 99 {
            return (sum, i, wrapped);
        }
    }
    (0, 0, 0)
}

#[jit]
fn over_tuples(a: [(u8, i32); 3]) -> i32 {
    let mut sum = 0;
    for (weight, value) in a {
        sum += weight as i32 * value;
    }
    sum
}

#[test]
fn one_dimension() {
    let mut random = Random::new(15);
    for n in [0, 1, 2, 3, 4, 7, 8, 33] {
        let (a, b) = (random.units(n), random.units(n + n % 3));
        check!(dot(&a, &b));
        check!(dot(&b, &a));
        check!(dot_by_sum(&a, &b));
        check!(folds(&a));
        check!(windows(&a));
        check!(weighted(Array1::from(a.clone()).view()));
        let (x, y) = (random.vec::<f32>(n), random.vec::<f32>(n));
        check!([y = Array1::from(y.clone())]
            axpy(0.3, Array1::from(x.clone()).view(), y.view_mut()));
        let (x, y) = (random.vec::<i32>(n), random.vec::<i32>(n));
        check!([x = x.clone(), y = y.clone()] zip_in_place(&mut x, &mut y));
        check!([z = y.clone()] three_at_once(&x, &y, &mut z));
        let (x, y) = (random.vec::<u32>(n), random.vec::<u16>(n));
        check!(reversed(&x));
        for k in [0, 1, 2, 5, 40] {
            check!(skip_take_step(&x, k));
            check!(chunks(&y, k));
        }
        let (x, y) = (random.vec::<i32>(n), random.vec::<u8>(n));
        for limit in [i32::MIN, -3, 0, 2] {
            check!(filtered(&x, limit));
        }
        check!(filtered_searches(&y));
        check!([a = a.clone()] filtered_in_place(&mut a, 0.25));
        check!(closures_in_the_head(&x));
        check!(without_end(&y));
        for k in [0, 1, 2, 5, 40] {
            check!(closures_of_items_left_out(&x, k));
            check!(panic_of_an_item_left_out(&x, k));
        }
        let x: Vec<i32> = (0..n).map(|_| random.below(6) as i32).collect();
        for limit in -1..7 {
            check!(searches(&x, limit));
        }
        let x = random.vec::<i64>(n);
        check!(reductions(&x));
        check!(range_sums(n as u64));
        check!([values = u8::all()[..n].to_vec()] chunks_in_place(&mut values));
    }
    check!(over_tuples([(1, 2), (3, -4), (0, i32::MAX)]));
}

#[test]
fn two_dimensions() {
    let mut random = Random::new(16);
    for shape in [(0, 0), (0, 3), (3, 0), (1, 1), (1, 5), (5, 1), (4, 6)] {
        let m = Array2::from_shape_fn(shape, |_| random.unit());
        let n = m.mapv(|x| (x * 100.0) as i32);
        for (m, n) in [(m.view(), n.view()), (m.t(), n.t())] {
            check!([out = Array1::zeros(m.nrows())] row_sums(m, out.view_mut()));
            check!(enumerate_rows(n));
            check!([out = m.to_owned()]
                scale_rows(out.view_mut(), Array1::from_elem(m.nrows(), 1.5).view()));
            check!([out = m.mapv(|x| x as f32)] for_each(out.view_mut()));
            check!(whole_matrix(n.mapv(|x| x as i64).view()));
            check!(indexed(m));
            check!([out = n.mapv(|x| x as u32)] indexed_in_place(out.view_mut()));
            check!(columns(m));
        }
    }
}
