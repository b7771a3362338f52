//! Indexing: by number, tuple and array, with every mistake.

use crate::values::Random;
use mambo::prelude::*;

#[jit]
fn gather(values: ArrayView1<f64>, at: &[usize]) -> f64 {
    let mut sum = 0.0;
    for &i in at {
        sum = sum * 0.5 + values[i];
    }
    sum
}

#[jit]
fn scatter(mut values: ArrayViewMut1<i32>, at: &[usize], by: &[i32]) {
    for i in 0..at.len() {
        values[at[i]] += by[i];
    }
}

#[jit]
fn every_form(m: ArrayView2<i32>, i: usize, j: usize) -> (i32, i32, i32, i32) {
    let at = (i, j);
    let array = [i, j];
    (m[[i, j]], m[(j, i)], m[at], m[array])
}

#[jit]
fn nested_index(next: &[u32], start: u32, steps: usize) -> u32 {
    let mut at = start;
    for _ in 0..steps {
        at = next[next[at as usize] as usize];
    }
    at
}

#[jit]
fn computed(m: ArrayView2<f32>, k: isize) -> f32 {
    let n = m.nrows();
    m[[(n as isize + k) as usize, (k * k) as usize % m.ncols()]]
}

#[jit]
fn assign_every_way(mut m: ArrayViewMut2<u8>, i: usize) {
    m[[i, 0]] = 1;
    m[(i, 1)] += 2;
    m[[i, 2]] <<= 3;
    m[[0, i]] ^= 0xff;
    let x = m[[i, i]];
    m[[0, 0]] = x;
}

#[jit]
fn swap_elements(mut m: ArrayViewMut2<i64>, i: usize, j: usize) {
    m.swap([i, 0], [j, 1]);
    let t = m[[i, 1]];
    m[[i, 1]] = m[[j, 0]];
    m[[j, 0]] = t;
}

#[jit]
fn get(m: ArrayView2<f64>, i: usize, j: usize) -> Option<f64> {
    match m.get([i, j]) {
        Some(x) => Some(*x),
        None => None,
    }
}

#[jit]
fn rows_and_columns(m: ArrayView2<i32>, i: usize) -> (i32, i32) {
    let row = m.row(i);
    let column = m.column(i);
    (row[column.len() - 1], column[row.len() / 2])
}

#[jit]
fn row_writes(mut m: ArrayViewMut2<i32>, i: usize) {
    let mut row = m.row_mut(i);
    for j in 0..row.len() {
        row[j] *= 10;
    }
    m.column_mut(0).fill(3);
}

#[jit]
fn subview(a: ArrayView3<i32>, i: usize) -> (i32, i32) {
    let plane = a.index_axis(Axis(1), i);
    let line = plane.index_axis(Axis(0), 1);
    (plane[[0, 1]], line[0])
}

#[test]
fn in_range_and_not() {
    let mut random = Random::new(24);
    let values = Array1::from_vec(random.units(6));
    for _ in 0..40 {
        let at: Vec<usize> = (0..random.below(5)).map(|_| random.below(7)).collect();
        let by = random.vec::<i32>(at.len());
        check!(gather(values.view(), &at));
        check!(gather(values.slice(s![..;-2]), &at));
        check!([out = Array1::zeros(6)] scatter(out.view_mut(), &at, &by));
    }
    for odd in [6, 7, usize::MAX, usize::MAX / 2, 1 << 61, (1 << 61) + 1] {
        check!(gather(values.view(), &[0, odd]));
        check!(gather(values.slice(s![..;-1]), &[odd]));
        check!([out = Array1::zeros(6)] scatter(out.view_mut(), &[1, odd, 2], &[1, 2, 3]));
    }
}

#[test]
fn two_dimensions() {
    let m = Array2::from_shape_fn((3, 4), |(i, j)| (10 * i + j) as i32);
    let big = usize::MAX;
    for i in [0, 1, 2, 3, 4, 5, big, 1 << 62, big / 3] {
        for j in [0, 1, 2, 3, 4, big] {
            check!(every_form(m.view(), i, j));
            check!(every_form(m.t(), i, j));
            check!(get(m.mapv(|x| x as f64).view(), i, j));
            check!([m = m.mapv(|x| x as i64)] swap_elements(m.view_mut(), i, j));
        }
        check!([m = m.mapv(|x| x as u8)] assign_every_way(m.view_mut(), i));
        check!(rows_and_columns(m.view(), i));
        check!(rows_and_columns(m.t(), i));
        check!([m = m.clone()] row_writes(m.view_mut(), i));
        let cube = Array3::from_shape_fn((2, 3, 2), |(i, j, k)| (100 * i + 10 * j + k) as i32);
        check!(subview(cube.view(), i));
        check!(subview(cube.slice(s![..;-1, ..;2, ..]), i));
    }
    for k in -5..5 {
        check!(computed(m.mapv(|x| x as f32).view(), k));
    }
}

#[test]
fn chains() {
    for start in 0..6 {
        check!(nested_index(&[3, 0, 5, 1, 2, 4], start, 4));
        check!(nested_index(&[3, 0, 9, 1, 2, 4], start, 4));
    }
}

/// No element is of any use when there is none.
#[test]
fn empty() {
    check!(gather(Array1::<f64>::zeros(0).view(), &[0]));
    check!(gather(Array1::<f64>::zeros(0).view(), &[0; 0]));
    check!(every_form(Array2::<i32>::zeros((0, 5)).view(), 0, 0));
    check!(rows_and_columns(Array2::<i32>::zeros((2, 0)).view(), 1));
}
