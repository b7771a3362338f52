//! `array![..]` and `arr1`, `arr2`, `arr3`: owned arrays of elements written out.

use crate::check::elementary;
use crate::values::Sample;
use mambo::prelude::*;

#[jit]
fn rotation(angle: f64) -> Array2<f64> {
    let (sin, cos) = angle.sin_cos();
    array![[cos, -sin], [sin, cos]]
}

#[jit]
fn of_one_axis(x: f32, n: usize) -> Array1<f32> {
    let mut a = array![x, 2.0, x * x, n as f32,];
    a[n] = -1.0;
    a
}

#[jit]
fn of_three(x: i64) -> Array3<i64> {
    array![[[x, 1], [2, 3]], [[4, 5], [6, x + 1]], [[-x, 8], [9, 10]]]
}

#[jit]
fn without_elements(n: usize) -> (Array1<f64>, Array2<u8>, usize) {
    let a: Array2<i32> = array![[]];
    (array![], array![[], [], []], n + a.len() + a.nrows())
}

#[jit]
fn by_functions(x: f64, y: [f64; 3]) -> (Array1<f64>, Array2<f64>, Array3<f64>, Array1<f64>) {
    (
        ndarray::arr1(&[x, 1.0]),
        ndarray::arr2(&[[x, 1.0, x], y]),
        ndarray::arr3(&[[[x], [2.0]]]),
        ndarray::arr1(&y),
    )
}

#[jit]
fn of_a_slice(values: &[u16]) -> Array1<u16> {
    ndarray::arr1(&values[1..])
}

#[jit]
fn typed_by_use(a: ArrayView1<i8>) -> (Array1<i8>, bool) {
    let weights = array![1, 2, 3];
    let flags = array![true, a[0] > 3];
    (&a * &weights, flags[1])
}

/// Every turn has an array of its own.
#[jit]
fn in_a_loop(values: &[f64]) -> f64 {
    let mut sum = 0.0;
    for &x in values {
        let mut a = array![[x, 2.0], [3.0, 4.0]];
        a[[1, 1]] += sum;
        sum += (&a * &a).sum() * 0.1;
    }
    sum
}

/// Elements are made in the order in which they are written.
#[jit]
fn in_order(values: &[i32]) -> Array2<i32> {
    let mut i = 0;
    let mut next = || {
        i += 1;
        values[i - 1]
    };
    array![[next(), next()], [next() / 2, 12 / next()]]
}

#[test]
fn agree() {
    for x in f64::all() {
        elementary(|| check!(rotation(x)));
        check!(by_functions(x, [x, 0.5, -x]));
    }
    for n in 0..6 {
        check!(of_one_axis(1.5, n));
        check!(of_three(n as i64));
        check!(without_elements(n));
        check!(of_a_slice(&u16::all()[..n]));
        check!(typed_by_use(Array1::from_elem(3, n as i8).view()));
        check!(in_a_loop(&f64::all()[..n]));
        check!(in_order(&[8, 4, 2, 1, 0][..n.min(5)]));
        check!(in_order(&[8, 4, 2, 0]));
    }
}
