//! `target = "parallel"`: the bits and the errors of one core, from several threads.

use mambo::prelude::*;
use ndarray::{Array2, Array3, ArrayD, Axis, MathCell, s};
use std::collections::HashSet;
use std::num::NonZero;
use std::sync::Mutex;
use std::thread::{self, ThreadId};

/// The same functions for one core and for all.
macro_rules! on_both {
    ($($target:literal $module:ident)*) => {$(
        mod $module {
            use mambo::prelude::*;

            #[vectorize(target = $target)]
            pub(crate) fn mixed(x: f64, y: f32, z: f64) -> (f64, f64) {
                (x.exp() * y as f64 - z, x + z)
            }

            #[vectorize(identity = 0, target = $target)]
            pub(crate) fn add(x: f64, y: f64) -> f64 {
                x + y
            }

            #[vectorize(target = $target)]
            pub(crate) fn difference(x: f64, y: f64) -> f64 {
                x * 0.5 - y
            }

            #[vectorize(target = $target)]
            pub(crate) fn quotient(x: i32, y: i32) -> i32 {
                x / y
            }

            #[guvectorize("(n),()->(),(n)", target = $target)]
            pub(crate) fn scale(x: ArrayView1<f64>, by: f64, sum: &mut f64, mut out: ArrayViewMut1<f64>) {
                let mut all = 0.0;
                for i in 0..x.len() {
                    out[i] = x[i] * by;
                    all += out[i].sin();
                }
                *sum = all;
            }
        }
    )*};
}

on_both!("cpu" one "parallel" all);

fn drawn(shape: (usize, usize)) -> Array2<f64> {
    Array2::from_shape_fn(shape, |(i, j)| ((i * 7919 + j * 104_729) % 1009) as f64 / 300.0 - 1.5)
}

fn bits<D: ndarray::Dimension>(array: &ndarray::Array<f64, D>) -> Vec<u64> {
    array.iter().map(|value| value.to_bits()).collect()
}

#[test]
fn elements_have_the_bits_of_one_core() {
    let x = drawn((601, 823));
    let y = drawn((1, 823)).mapv(|value| value as f32);
    let across = drawn((823, 601));
    for z in [x.slice(s![.., ..;-1]), across.t(), x.slice(s![..1, ..]), x.view()] {
        let (a, b) = one::mixed(&x, &y, z);
        let (c, d) = all::mixed(&x, &y, z);
        assert_eq!((bits(&a), bits(&b)), (bits(&c), bits(&d)));
    }
    let mask = x.mapv(|value| value > 0.0);
    let (mut a, mut b) = (Array2::zeros(x.dim()), Array2::zeros(x.dim()));
    one::add::masked(&x, 1.0, &mask, &mut a);
    all::add::masked(&x, 1.0, &mask, &mut b);
    assert_eq!(a, b);
    assert_eq!(all::add(1.0, 2.0), 3.0);
}

#[test]
fn outputs_may_overlap_inputs() {
    let start = drawn((700, 900));
    let run = |function: &dyn Fn(&ndarray::ArrayView2<MathCell<f64>>)| {
        let mut array = start.clone();
        function(&array.cell_view());
        array
    };
    let shifted = |cells: &ndarray::ArrayView2<MathCell<f64>>, parallel: bool| {
        let from = cells.slice(s![..-1, ..]);
        let to = cells.slice(s![1.., ..]);
        match parallel {
            true => all::difference::into(&from, &to, &to),
            false => one::difference::into(&from, &to, &to),
        }
    };
    assert_eq!(run(&|cells| shifted(cells, false)), run(&|cells| shifted(cells, true)));
}

#[test]
fn folds_have_the_bits_of_one_core() {
    let x = Array3::from_shape_fn((67, 45, 97), |(i, j, k)| {
        ((i * 31 + j * 17 + k) % 101) as f64 * 0.37
    });
    for axis in 0..3 {
        assert_eq!(bits(&one::add::reduce(&x, axis)), bits(&all::add::reduce(&x, axis)));
        assert_eq!(
            bits(&one::difference::reduce(&x, axis)),
            bits(&all::difference::reduce(&x, axis))
        );
        let accumulated = all::difference::accumulate(&x, axis);
        assert_eq!(bits(&one::difference::accumulate(&x, axis)), bits(&accumulated));
    }
    let rows = drawn((40, 20_000));
    assert_eq!(bits(&one::add::reduce(&rows, 1)), bits(&all::add::reduce(&rows, 1)));
    assert_eq!(one::add::reduce(&rows, ..), all::add::reduce(&rows, ..));
    let mask = rows.mapv(|value| value > 0.1);
    assert_eq!(
        bits(&one::add::reduction(&rows, 0).mask(&mask).run()),
        bits(&all::add::reduction(&rows, 0).mask(&mask).run())
    );
}

#[test]
fn cores_have_the_bits_of_one_core() {
    let x = ArrayD::from_shape_fn(vec![31, 40, 150], |at| {
        (at[0] * 3 + at[1] * 7 + at[2]) as f64 * 0.01
    });
    let by = drawn((31, 1));
    let (a, b) = one::scale(&x, &by);
    let (c, d) = all::scale(&x, &by);
    assert_eq!((bits(&a), bits(&b)), (bits(&c), bits(&d)));
    assert_eq!(d.len_of(Axis(2)), 150);
}

#[test]
fn the_error_is_that_of_one_core() {
    let n = 1 << 19;
    let mut y = vec![1; n];
    (y[n / 3], y[n - 1]) = (0, 0);
    let (x, y) = (ndarray::Array1::from_elem(n, 1), ndarray::Array1::from(y));
    let mut out = ndarray::Array1::zeros(n);
    let error = all::quotient::try_into(&x, &y, &mut out).unwrap_err();
    let expected = one::quotient::try_into(&x, &y, &mut out.clone()).unwrap_err();
    assert_eq!(error.to_string().split(',').next(), expected.to_string().split(',').next());
    assert_eq!(out[n / 3 - 1], 1);
}

static SEEN: Mutex<Option<HashSet<ThreadId>>> = Mutex::new(None);

fn seen(x: f64) -> f64 {
    SEEN.lock().unwrap().get_or_insert_default().insert(thread::current().id());
    x
}

#[vectorize(target = "parallel")]
fn noted(x: f64) -> f64 {
    seen(x)
}

#[test]
fn the_cores_share_a_call() {
    let x = ndarray::Array1::from_elem(1 << 17, 1.0);
    assert_eq!(noted(&x), x);
    let threads = SEEN.lock().unwrap().as_ref().map_or(0, HashSet::len);
    assert_eq!(threads, thread::available_parallelism().map_or(1, NonZero::get).min(4));
}
