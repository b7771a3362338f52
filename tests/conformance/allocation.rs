//! Arrays made inside a kernel: constructors, shapes, huge ones, ones freed by a panic.

use crate::values::{Random, Sample, numbers};
use mambo::prelude::*;

#[jit]
fn constructors<T: Number>(n: usize, value: T) -> (Array1<T>, Array2<T>, Array1<T>) {
    let zeros = Array1::zeros(n);
    let mut ones = Array2::ones((n, 2));
    ones[[n / 2, 1]] = value;
    (zeros, ones, Array1::from_elem(3, value))
}

fn each<T: Number + Sample>() {
    for n in [0, 1, 2, 9] {
        T::edges().into_iter().for_each(|value| check!(constructors(n, value)));
    }
}

#[test]
fn of_every_type() {
    numbers!(each);
}

#[jit]
fn from_function(n: usize, m: usize) -> (Array2<u32>, Array1<f32>) {
    let a = Array2::from_shape_fn((n, m), |(i, j)| (i * 10 + j) as u32);
    let b = Array1::from_shape_fn(n, |i| (i as f32).sqrt());
    (a, b)
}

#[jit]
fn typed(n: usize) -> f64 {
    let mut table = Array2::<f64>::zeros((n, n));
    for i in 0..n {
        table[[i, i]] = 1.0;
        table[[0, i]] += 0.5;
    }
    table.sum()
}

#[jit]
fn shapes(n: usize) -> (usize, usize, usize, usize) {
    let a: Array3<u8> = Array3::zeros((n, 2, 3));
    let b = Array::<i32, _>::zeros([4, n]);
    let c = Array0::<f64>::zeros(());
    let d = Array4::from_elem((1, n, 1, n), true);
    (a.len(), b.len(), c.len(), d.len())
}

#[jit]
fn like(a: ArrayView2<f64>) -> Array2<f64> {
    let mut b = Array2::zeros(a.dim());
    let c = Array2::<f64>::ones(a.raw_dim());
    for i in 0..a.nrows() {
        for j in 0..a.ncols() {
            b[[i, j]] = a[[i, j]] * 2.0 + c[[i, j]];
        }
    }
    b
}

#[jit]
fn grids(n: usize) -> (Array1<f64>, Array2<f64>) {
    (Array1::linspace(-1.0, 1.0, n), Array2::eye(n))
}

#[jit]
fn scratch_in_a_loop(n: usize) -> u64 {
    let mut sum = 0;
    for i in 0..n {
        let mut line = Array1::<u64>::zeros(i + 1);
        for j in 0..line.len() {
            line[j] = (i * j) as u64;
        }
        sum += line[i / 2] + line[i];
    }
    sum
}

#[jit]
fn ping_pong(a: ArrayView1<f64>, steps: usize) -> Array1<f64> {
    let mut now = a.to_owned();
    let mut next = Array1::zeros(a.len());
    for _ in 0..steps {
        for i in 0..now.len() {
            let left = if i == 0 { 0.0 } else { now[i - 1] };
            next[i] = 0.5 * (left + now[i]);
        }
        std::mem::swap(&mut now, &mut next);
    }
    now
}

#[jit]
fn freed_by_a_panic(n: usize, at: usize) -> Array1<i32> {
    let mut a = Array1::zeros(n);
    let b = Array1::<i32>::ones(n);
    a[at] = b[n - 1];
    a
}

#[test]
fn agree() {
    for n in [0, 1, 2, 5] {
        check!(from_function(n, 3));
        check!(from_function(3, n));
        check!(typed(n));
        check!(shapes(n));
        check!(grids(n));
        check!(scratch_in_a_loop(n * 7));
        let a = Array2::from_shape_vec((2, n), Random::new(26).units(2 * n)).expect("fits");
        check!(like(a.view()));
        check!(like(a.t()));
        check!(ping_pong(a.row(1), n));
        for at in 0..7 {
            check!(freed_by_a_panic(n, at));
        }
    }
}

#[jit]
fn large(n: usize, m: usize) -> usize {
    let a = Array2::<f64>::zeros((n, m));
    a.len()
}

#[test]
fn too_large_is_a_panic() {
    check!(large(1 << 10, 1 << 10));
    check_panic!("", large(1usize << 40, 1usize << 40));
    check_panic!("", large(usize::MAX, 2));
    check_panic!("", large(1usize << 61, 1));
    check!(large(1usize << 62, 0));
}
