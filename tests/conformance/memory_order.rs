//! New arrays lie in memory as those of ndarray do: results have the strides of the plain
//! function's, and sums of temporaries, which are added in the order of memory, its bits.

use crate::values::Random;
use mambo::prelude::*;
use ndarray::{Array, Dimension, ShapeBuilder};

#[jit]
fn copied(a: ArrayView2<f64>) -> (Array2<f64>, f64) {
    let b = a.to_owned();
    let sum = b.sum();
    (b, sum)
}

#[jit]
fn mapped(a: ArrayView2<f64>) -> (Array2<f64>, f64, f64) {
    let b = a.mapv(|x| x * 1.1);
    let sum = b.sum() + (-&b).product();
    (b, sum, (&a - a.sum()).mapv(|x| x * x).sum())
}

#[jit]
fn with_numbers(a: ArrayView2<f64>) -> (Array2<f64>, Array2<f64>, f64) {
    let b = &a * 2.5 + 1.0;
    let c = 3.0 / &a;
    let sum = (&b - 0.5).sum() + (1.5 - &c).mean().unwrap_or(0.0);
    (b, c, sum)
}

#[jit]
fn combined(a: ArrayView2<f64>, b: ArrayView2<f64>) -> (Array2<f64>, f64) {
    let c = &a + &b;
    let sum = (&c * &a).sum() + (&b / &c).product();
    (c, sum)
}

#[jit]
fn written_over(a: Array2<f64>, b: ArrayView2<f64>) -> (Array2<f64>, f64) {
    let c = a.clone() * &b;
    let d = &b - a;
    let sum = (c.clone() - &d).sum();
    (d, sum + c.sum())
}

#[jit]
fn broadcast(a: Array2<f64>, b: ArrayView1<f64>, c: ArrayView2<f64>) -> (Array2<f64>, f64) {
    let d = &a + &b;
    let e = c.row(0).to_owned() * &a;
    let sum = d.sum() + e.sum() + (&c.slice(s![..1, ..]) - &a).sum();
    (d + &c.slice(s![.., ..1]), sum)
}

#[jit]
fn one_axis(a: ArrayView1<f64>, b: ArrayView1<f64>) -> (Array1<f64>, Array1<f64>, f64) {
    let c = a.to_owned();
    let d = &a * &b;
    let e = a.slice(s![..;-1]).mapv(|x| x + 0.1);
    let f = a.slice(s![..;2]).to_owned();
    let sum = c.sum() + d.sum() + e.sum() + f.sum() + e.dot(&c);
    (c, e, sum)
}

#[jit]
fn of_parts(a: ArrayView2<f64>) -> (Array1<f64>, Array2<f64>, f64) {
    let mut column = a.column(0).to_owned();
    column += 1.0;
    let turned = a.t().to_owned();
    let part = a.slice(s![1.., ..;-1]).to_owned();
    let both = &turned.t() + &a;
    let sum = part.sum() + turned.mapv(|x| x * 0.3).sum() + column.sum() + both.sum();
    (column, turned, sum + a.slice(s![.., 1..]).mapv(f64::recip).sum())
}

/// Both are repeated, one by rows and one by columns.
#[jit]
fn outer(a: ArrayView2<f64>, b: ArrayView2<f64>) -> (Array2<f64>, f64) {
    let c = &a.t() + &b.t();
    let sum = c.sum();
    (c, sum)
}

#[jit]
fn along_axes(a: ArrayView2<f64>, b: ArrayView2<f64>) -> (Array1<f64>, Array1<f64>, f64) {
    let c = a.mapv(|x| x * 0.7);
    let d = (&c + &b).sum_axis(Axis(1));
    let e = (&a.slice(s![1.., ..]) - &b.slice(s![1.., ..])).sum_axis(Axis(0));
    let f = c.t().to_owned().mean_axis(Axis(0));
    let spread = c.var(0.0) + (-&c).std_axis(Axis(1), 0.0).sum();
    let mean = if let Some(f) = f { f.sum() } else { 0.0 };
    (c.sum_axis(Axis(0)) + &e, d, spread + mean)
}

#[jit(inline = "never")]
fn doubled(a: ArrayView2<f64>) -> Array2<f64> {
    if a.nrows() > 3 { a.mapv(|x| x * 2.0) } else { Array2::ones((2, 2)) }
}

#[jit]
fn from_a_callee(a: ArrayView2<f64>) -> (Array2<f64>, f64) {
    let b = doubled(a);
    let c = doubled(b.t());
    let mut total = 0.0;
    for _ in 0..3 {
        let d = doubled(c.view());
        total += d.sum();
    }
    (b, total + c.sum())
}

#[jit]
fn in_three(a: ArrayView3<f32>, b: ArrayView3<f32>) -> (Array3<f32>, Array3<f32>, f32) {
    let c = a.to_owned();
    let d = &a - &b;
    let sum = c.mapv(|x| x * x).sum() + d.sum();
    (c, d, sum)
}

/// The strides of the axes along which there are steps.
fn strides<D: Dimension>(array: &Array<impl Copy, D>) -> Vec<(usize, isize)> {
    let axes = array.shape().iter().copied().zip(array.strides().iter().copied());
    axes.filter(|(len, _)| *len > 1 && !array.is_empty()).collect()
}

#[track_caller]
fn agree<R: PartialEq + std::fmt::Debug>(kernel: R, plain: R, compare: impl Fn(&R, &R) -> bool) {
    assert!(
        compare(&kernel, &plain),
        "{kernel:?}\nof the kernel, of the plain function\n{plain:?}"
    );
}

/// Compares results, arrays with their strides.
macro_rules! same {
    ($kernel:ident($($arg:expr),*), $($field:tt $strides:ident),*) => {
        agree($kernel($($arg),*), $kernel::rust($($arg),*), |found, expected| {
            true $(&& same!(@$strides found.$field, expected.$field))*
        })
    };
    (@array $found:expr, $expected:expr) => {
        strides(&$found) == strides(&$expected) && $found == $expected
    };
    (@number $found:expr, $expected:expr) => { $found.to_bits() == $expected.to_bits() };
}

/// The same elements in arrays of many layouts.
fn layouts(rows: usize, columns: usize, random: &mut Random) -> Vec<Array2<f64>> {
    let shape = (rows, columns);
    let mut new = || random.units(rows * columns);
    let mut arrays = vec![
        Array2::from_shape_vec(shape, new()).unwrap(),
        Array2::from_shape_vec(shape.f(), new()).unwrap(),
    ];
    for axis in 0..2 {
        let mut turned = Array2::from_shape_vec(shape, new()).unwrap();
        turned.invert_axis(ndarray::Axis(axis));
        arrays.push(turned);
        let mut turned = Array2::from_shape_vec(shape.f(), new()).unwrap();
        turned.invert_axis(ndarray::Axis(axis));
        arrays.push(turned);
    }
    let mut large = Array2::from_shape_vec(
        (2 * rows, 2 * columns + 1),
        random.units(2 * rows * (2 * columns + 1)),
    )
    .unwrap();
    large.slice_collapse(s![..;2, 1..;2]);
    arrays.push(large);
    arrays
}

#[test]
fn of_two_axes() {
    let mut random = Random::new(77);
    for (rows, columns) in [(7, 9), (4, 1), (1, 5), (1, 1), (0, 3), (12, 10)] {
        let arrays = layouts(rows, columns, &mut random);
        for a in &arrays {
            let v = a.view();
            same!(copied(v), 0 array, 1 number);
            same!(mapped(v), 0 array, 1 number, 2 number);
            if rows > 0 {
                same!(with_numbers(v), 0 array, 1 array, 2 number);
                same!(of_parts(v), 0 array, 1 array, 2 number);
                same!(from_a_callee(v), 0 array, 1 number);
            }
            for b in &arrays {
                same!(combined(v, b.view()), 0 array, 1 number);
                if rows > 0 {
                    let (row, column) = (v.slice(s![..1, ..]), b.slice(s![.., ..1]));
                    same!(outer(row, column), 0 array, 1 number);
                    same!(outer(row.to_owned().view(), column.to_owned().view()), 0 array, 1 number);
                }
                if rows > 0 {
                    same!(along_axes(v, b.view()), 0 array, 1 array, 2 number);
                }
                // An array that owns more than its elements is written over where it lies.
                let whole = a.as_slice_memory_order().is_some();
                if whole {
                    same!(written_over(a.clone(), b.view()), 0 array, 1 number);
                }
                if whole && rows > 0 {
                    let row = b.row(0);
                    same!(broadcast(a.clone(), row, b.view()), 0 array, 1 number);
                }
            }
        }
    }
}

#[test]
fn of_one_axis() {
    let mut random = Random::new(5);
    for len in [0, 1, 2, 9, 30] {
        let a = Array1::from_vec(random.units(2 * len));
        let b = Array1::from_vec(random.units(len));
        let views = [a.slice(s![..len]), a.slice(s![len..;-1]), a.slice(s![..;2])];
        for a in views {
            for b in [b.view(), b.slice(s![..;-1])] {
                if a.len() == b.len() {
                    same!(one_axis(a, b), 0 array, 1 array, 2 number);
                }
            }
        }
    }
}

#[test]
fn of_three_axes() {
    let mut random = Random::new(6);
    let mut new = || random.units(3 * 4 * 5).into_iter().map(|x| x as f32).collect::<Vec<_>>();
    let c = Array3::from_shape_vec((3, 4, 5), new()).unwrap();
    let f = Array3::from_shape_vec((3, 4, 5).f(), new()).unwrap();
    let permuted = Array3::from_shape_vec((4, 5, 3), new()).unwrap().permuted_axes([2, 0, 1]);
    let mut turned = permuted.clone();
    turned.invert_axis(ndarray::Axis(1));
    let arrays = [c, f, permuted, turned];
    for a in &arrays {
        for b in &arrays {
            same!(in_three(a.view(), b.view()), 0 array, 1 array, 2 number);
        }
    }
}
