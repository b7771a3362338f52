//! `slice(s![..])` with every form of range, and what it panics with.

use crate::values::Random;
use mambo::prelude::*;

#[jit]
fn fixed(a: ArrayView2<i32>) -> (i32, i32, i32, i32) {
    let inner = a.slice(s![1..3, 1..-1]);
    let every_other = a.slice(s![..;2, ..;-1]);
    let row: ArrayView1<i32> = a.slice(s![2, ..]);
    let column = a.slice(s![.., -1]);
    (inner[[0, 0]] + inner[[1, 1]], every_other[[1, 0]], row[1], column[column.len() - 1])
}

#[jit]
fn by_variables(a: ArrayView1<i32>, from: usize, to: usize, step: isize) -> (i32, usize) {
    let part = a.slice(s![from..to;step]);
    let mut hash = 1;
    for i in 0..part.len() {
        hash = hash * 31 + part[i];
    }
    (hash, part.len())
}

#[jit]
fn signed(a: ArrayView1<i32>, from: isize, to: isize) -> (i32, usize) {
    let part = a.slice(s![from..to]);
    (part.iter().sum(), part.len())
}

#[jit]
fn inclusive(a: ArrayView1<i32>, from: usize, to: usize) -> usize {
    a.slice(s![from..=to]).len()
}

#[jit]
fn open(a: ArrayView1<i32>, at: isize) -> (usize, usize) {
    (a.slice(s![at..]).len(), a.slice(s![..at]).len())
}

#[jit]
fn written(mut a: ArrayViewMut2<f64>, k: usize) {
    a.slice_mut(s![k, ..]).fill(1.5);
    a.slice_mut(s![.., k..;2]).fill(-1.0);
    let mut corner = a.slice_mut(s![..2, ..2]);
    corner[[1, 1]] = 9.0;
}

#[jit]
fn assigned(mut a: ArrayViewMut2<f64>, b: ArrayView1<f64>, i: usize) {
    a.slice_mut(s![i, ..]).assign(&b);
    a.row_mut(0).assign(&b);
}

#[jit]
fn slice_of_slice(a: ArrayView2<i32>) -> i32 {
    let b = a.slice(s![1.., ..;-1]);
    let c = b.slice(s![..;-2, 1..3]);
    c[[0, 0]] * 1000 + c[[c.nrows() - 1, 1]]
}

#[jit]
fn new_axis(a: ArrayView1<i32>) -> (usize, i32) {
    let b = a.slice(s![.., ndarray::NewAxis]);
    (b.ncols(), b[[1, 0]])
}

#[jit]
fn three_point(a: ArrayView1<f64>, mut out: ArrayViewMut1<f64>) {
    let n = a.len();
    let (left, right) = (a.slice(s![..n - 2]), a.slice(s![2..]));
    for i in 0..n - 2 {
        out[i] = 0.5 * (right[i] - left[i]);
    }
}

#[jit]
fn transposed(a: ArrayView2<i32>) -> (i32, usize) {
    let t = a.t();
    let r = a.reversed_axes();
    (t[[1, 0]] - r[[0, 1]], t.nrows())
}

#[jit]
fn multi(a: ArrayView3<i32>, i: usize) -> i32 {
    let plane = a.slice(s![.., i, ..]);
    plane[[1, 1]] + a.slice(s![0, .., 1..]).nrows() as i32
}

#[test]
fn forms() {
    for shape in [(5, 6), (4, 4), (3, 3), (3, 2), (2, 2)] {
        let a = Array2::from_shape_fn(shape, |(i, j)| (10 * i + j) as i32);
        check!(fixed(a.view()));
        check!(fixed(a.t()));
        check!(slice_of_slice(a.view()));
        check!(transposed(a.view()));
        for k in 0..6 {
            check!([a = a.mapv(|x| x as f64)] written(a.view_mut(), k));
            let b = Array1::from_vec(vec![0.5; k]);
            check!([a = a.mapv(|x| x as f64)] assigned(a.view_mut(), b.view(), 1));
        }
    }
    let cube = Array3::from_shape_fn((2, 3, 4), |(i, j, k)| (100 * i + 10 * j + k) as i32);
    (0..4).for_each(|i| check!(multi(cube.view(), i)));
}

#[test]
fn bounds() {
    let mut random = Random::new(25);
    let a = Array1::from_vec(random.vec::<i32>(7));
    for view in [a.view(), a.slice(s![..;-1]), a.slice(s![..;3]), a.slice(s![..0])] {
        for from in 0..9 {
            for to in [0, 1, 3, 6, 7, 8, usize::MAX] {
                for step in [1, 2, -1, -3, 9, isize::MIN, 0] {
                    check!(by_variables(view, from, to, step));
                }
                check!(inclusive(view, from, to));
            }
        }
        for from in -9..9 {
            for to in -9..9 {
                check!(signed(view, from, to));
            }
            check!(open(view, from));
        }
        check!(new_axis(view));
        check!([out = Array1::zeros(5)]
            three_point(view.mapv(|x| x as f64).view(), out.view_mut()));
    }
}
