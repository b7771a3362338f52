//! Reductions along an axis and spreads, of arrays of 1 to 6 dimensions held in every way: their
//! bits depend on the order in which elements come, and that on the strides.

use crate::values::{Random, Sample};
use mambo::Complex;
use mambo::prelude::*;
use ndarray::{ArrayD, ArrayViewD, Dimension, IxDyn, NewAxis, Order, ShapeBuilder, Slice};

/// Kernels for one axis of arrays of one rank; `check` compares them for a view.
macro_rules! along {
    ($name:ident $axis:literal $View:ident $Below:ident $Dim:ident) => {
        mod $name {
            use super::*;

            #[jit]
            fn sums(a: $View<f64>) -> ($Below<f64>, f64) {
                let sums = a.sum_axis(Axis($axis));
                let all = sums.sum();
                (sums, all)
            }

            #[jit]
            fn products(a: $View<f64>) -> ($Below<f64>, f64) {
                let products = a.product_axis(Axis($axis));
                let all = products.sum();
                (products, all)
            }

            #[jit]
            fn means(a: $View<f64>) -> (bool, f64) {
                let mut all = 0.0;
                if let Some(means) = a.mean_axis(Axis($axis)) {
                    all = means.sum();
                }
                (a.mean_axis(Axis($axis)).is_some(), all)
            }

            #[jit]
            fn spreads(a: $View<f64>, ddof: f64) -> ($Below<f64>, $Below<f64>, f64, f64) {
                let (var, std) = (a.var_axis(Axis($axis), ddof), a.std_axis(Axis($axis), ddof));
                (var, std, a.var(ddof), a.std(ddof))
            }

            #[jit]
            fn folds(a: $View<f64>) -> ($Below<f64>, f64) {
                let folds = a.fold_axis(Axis($axis), 0.5, |&acc, &x| acc * x - 1.0);
                let all = folds.sum();
                (folds, all)
            }

            #[jit]
            fn maps(a: $View<f64>) -> ($Below<f64>, f64) {
                let mut seen = 0.0;
                let maps = a.map_axis(Axis($axis), |lane| {
                    seen = seen * 0.9 + lane.sum();
                    seen + lane.len() as f64
                });
                let all = maps.sum() + seen;
                (maps, all)
            }

            pub(super) fn check(a: ArrayViewD<'_, f64>) {
                let a = a.into_dimensionality::<ndarray::$Dim>().unwrap();
                check!(sums(a.view()));
                check!(products(a.view()));
                check!(means(a.view()));
                check!(spreads(a.view(), 0.0));
                if !a.is_empty() {
                    check!(spreads(a.view(), 1.0));
                }
                check!(folds(a.view()));
                check!(maps(a.view()));
            }
        }
    };
}

along!(rank1 0 ArrayView1 Array0 Ix1);
along!(rank2_first 0 ArrayView2 Array1 Ix2);
along!(rank2_last 1 ArrayView2 Array1 Ix2);
along!(rank3_first 0 ArrayView3 Array2 Ix3);
along!(rank3_middle 1 ArrayView3 Array2 Ix3);
along!(rank3_last 2 ArrayView3 Array2 Ix3);
along!(rank4_second 1 ArrayView4 Array3 Ix4);
along!(rank4_last 3 ArrayView4 Array3 Ix4);
along!(rank5_third 2 ArrayView5 Array4 Ix5);
along!(rank6_fourth 3 ArrayView6 Array5 Ix6);

fn check_all(a: ArrayViewD<'_, f64>) {
    match a.ndim() {
        1 => rank1::check(a),
        2 => [rank2_first::check, rank2_last::check].iter().for_each(|check| check(a.view())),
        3 => [rank3_first::check, rank3_middle::check, rank3_last::check]
            .iter()
            .for_each(|check| check(a.view())),
        4 => [rank4_second::check, rank4_last::check].iter().for_each(|check| check(a.view())),
        5 => rank5_third::check(a),
        _ => rank6_fourth::check(a),
    }
}

/// Calls `see` with `a` and with its elements held in other ways.
fn held_in_ways<T: Clone>(a: &ArrayD<T>, mut see: impl FnMut(ArrayViewD<'_, T>)) {
    let rank = a.ndim();
    see(a.view());
    see(a.t());
    let f = a.to_shape((a.raw_dim(), Order::RowMajor)).unwrap();
    let mut f_ordered =
        ArrayD::from_shape_vec(a.raw_dim().f(), f.t().iter().cloned().collect()).unwrap();
    see(f_ordered.view());
    f_ordered.invert_axis(Axis(0));
    see(f_ordered.view());
    for axis in 0..rank {
        let mut turned = a.view();
        turned.invert_axis(Axis(axis));
        see(turned.view());
        turned.swap_axes(axis, rank - 1);
        see(turned.view());
        see(a.slice_axis(Axis(axis), Slice::new(0, None, 2)));
        see(a.slice_axis(Axis(axis), Slice::new(0, None, -2)));
        see(a.slice_axis(Axis(axis), Slice::from(..a.len_of(Axis(axis)).min(1))));
        let mut swapped = a.view();
        swapped.swap_axes(axis, 0);
        see(swapped.slice_axis(Axis(0), Slice::from(..swapped.len_of(Axis(0)).min(1))));
        // One lane after another, broadcast along the axis.
        if a.len_of(Axis(axis)) > 0 {
            let mut lane = a.slice_axis(Axis(axis), Slice::from(..1));
            let mut wide = a.raw_dim();
            wide[axis] = 9;
            see(lane.broadcast(wide.clone()).unwrap());
            lane = lane.reversed_axes();
            let wide: Vec<usize> = wide.slice().iter().rev().copied().collect();
            see(lane.broadcast(IxDyn(&wide)).unwrap());
        }
    }
}

#[test]
fn agree_of_one_and_two_axes() {
    let mut random = Random::new(41);
    for shape in [
        &[0][..],
        &[1],
        &[2],
        &[7],
        &[8],
        &[9],
        &[16],
        &[35],
        &[0, 0],
        &[0, 3],
        &[3, 0],
        &[1, 1],
        &[1, 20],
        &[20, 1],
        &[2, 9],
        &[9, 2],
        &[8, 17],
        &[19, 11],
    ] {
        let len = shape.iter().product();
        let a = ArrayD::from_shape_vec(IxDyn(shape), random.units(len)).unwrap();
        held_in_ways(&a, check_all);
    }
}

#[test]
fn agree_of_more_axes() {
    let mut random = Random::new(42);
    for shape in [
        &[0, 2, 3][..],
        &[2, 0, 3],
        &[2, 3, 0],
        &[1, 1, 12],
        &[1, 12, 1],
        &[12, 1, 1],
        &[1, 9, 10],
        &[9, 1, 10],
        &[9, 10, 1],
        &[10, 9, 11],
        &[3, 9, 2, 10],
        &[1, 9, 1, 9],
        &[9, 1, 9, 1],
        &[2, 1, 9, 1, 3],
        &[3, 2, 9, 2, 2],
        &[2, 1, 2, 9, 2, 1],
        &[2, 2, 1, 9, 1, 3],
    ] {
        let len = shape.iter().product();
        let a = ArrayD::from_shape_vec(IxDyn(shape), random.units(len)).unwrap();
        held_in_ways(&a, check_all);
    }
}

#[jit]
fn of_slices(a: ArrayView2<f64>, n: usize) -> (Array1<f64>, Array1<f64>, f64) {
    let row = a.slice(s![n..n + 1, ..]);
    let column = a.slice(s![.., n..=n]);
    let new = a.slice(s![n, NewAxis, ..]);
    let whole = a.slice(s![.., ..]);
    let all = whole.sum_axis(Axis(1)).sum() + new.product_axis(Axis(1)).sum();
    (row.sum_axis(Axis(1)), column.sum_axis(Axis(0)), all)
}

#[jit]
fn of_what_is_handed_on(a: ArrayView2<f64>, n: usize) -> f64 {
    total(a.slice(s![n..n + 1, ..])) + total(a.slice(s![.., n..n + 1]))
}

#[jit]
fn total(a: ArrayView2<f64>) -> f64 {
    a.sum_axis(Axis(1)).sum() + a.sum_axis(Axis(0)).sum()
}

#[jit]
fn of_other_views(a: ArrayView3<f64>) -> [f64; 4] {
    let (turned, below) = (a.t(), a.index_axis(Axis(0), 0));
    [
        turned.sum_axis(Axis(0)).sum(),
        turned.sum_axis(Axis(1)).sum(),
        below.sum_axis(Axis(0)).sum(),
        below.t().sum_axis(Axis(0)).sum(),
    ]
}

/// Axes of length 1 with every stride that decides something.
#[test]
fn views_made_in_the_kernel() {
    let mut random = Random::new(46);
    let values = random.units(40);
    let strides = [0, 1, 2, 30];
    for (shape, long) in [([1, 1, 30], 2), ([1, 30, 1], 1), ([30, 1, 1], 0)] {
        for (i, j) in strides.iter().flat_map(|i| strides.iter().map(move |j| (*i, *j))) {
            let mut all = [i, j, j];
            all[(long + 1) % 3] = i;
            all[long] = 1;
            let layout = ndarray::Ix3(shape[0], shape[1], shape[2]);
            let by = ndarray::Ix3(all[0], all[1], all[2]);
            let view = ArrayView3::from_shape(layout.strides(by), &values).unwrap();
            check!(of_other_views(view));
        }
    }
}

/// Slices of length 1 have the stride 0, whatever they are cut from.
#[test]
fn slices_made_in_the_kernel() {
    let mut random = Random::new(43);
    for shape in [(1, 30), (30, 1), (30, 31)] {
        let a = Array2::from_shape_simple_fn(shape, || random.unit());
        for n in 0..shape.0.min(shape.1) {
            check!(of_slices(a.view(), n));
            check!(of_slices(a.t(), n));
            check!(of_what_is_handed_on(a.view(), n));
            check!(of_what_is_handed_on(a.t(), n));
        }
    }
}

macro_rules! numbers_along {
    ($name:ident $ty:ty, $start:expr) => {
        mod $name {
            use super::*;

            #[jit]
            fn folds(a: ArrayView2<$ty>) -> (Array1<$ty>, Array1<$ty>, Array1<$ty>) {
                let last = a.fold_axis(Axis(1), $start, |acc, &x| *acc * x + x);
                (a.sum_axis(Axis(1)), a.product_axis(Axis(0)), last)
            }

            #[jit]
            fn means(a: ArrayView2<$ty>) -> (Array1<$ty>, $ty) {
                let mean = a.mean_axis(Axis(0)).unwrap();
                (mean, a.mean().expect("elements"))
            }

            #[jit]
            fn lengths(a: ArrayView2<$ty>) -> Array1<usize> {
                a.map_axis(Axis(0), |lane| lane.len())
            }

            pub(super) fn check(a: ArrayViewD<'_, $ty>) {
                let a = a.into_dimensionality::<ndarray::Ix2>().unwrap();
                check!(folds(a.view()));
                check!(lengths(a.view()));
                if a.nrows() > 0 && !a.is_empty() {
                    check!(means(a.view()));
                }
            }
        }
    };
}

numbers_along!(of_i8 i8, 3);
numbers_along!(of_u16 u16, 3);
numbers_along!(of_i64 i64, 3);
numbers_along!(of_i128 i128, 3);
numbers_along!(of_f32 f32, 1.5);
numbers_along!(of_c64 Complex<f32>, Complex::new(1.5, 0.5));
numbers_along!(of_c128 Complex<f64>, Complex::new(1.5, 0.5));

#[test]
fn agree_of_every_number() {
    let mut random = Random::new(44);
    for shape in [[0, 3], [3, 0], [1, 1], [1, 12], [12, 1], [17, 9]] {
        macro_rules! each {
            ($($name:ident $make:expr),*) => {$(
                let make = $make;
                let a = ArrayD::from_shape_simple_fn(IxDyn(&shape), || make(&mut random));
                held_in_ways(&a, $name::check);
            )*};
        }
        each!(
            of_i8 |r: &mut Random| r.bits() as i8,
            of_u16 |r: &mut Random| r.bits() as u16,
            of_i64 |r: &mut Random| r.bits() as i64,
            of_i128 i128::random,
            of_f32 |r: &mut Random| r.unit() as f32,
            of_c64 |r: &mut Random| Complex::new(r.unit() as f32, r.unit() as f32),
            of_c128 |r: &mut Random| match r.below(20) {
                0 => Complex::new(f64::INFINITY, 0.0),
                _ => Complex::new(r.unit(), r.unit() - 0.5),
            }
        );
    }
}

#[jit]
fn narrow_mean(a: ArrayView2<i8>) -> i8 {
    let means = a.mean_axis(Axis(1)).unwrap();
    means[0]
}

#[jit]
fn narrow_mean_of_all(a: ArrayView1<u8>) -> Option<u8> {
    a.mean()
}

#[jit]
fn no_mean(a: ArrayView2<f64>) -> f64 {
    a.mean_axis(Axis(0)).unwrap()[0]
}

#[jit]
fn spread(a: ArrayView2<f32>, ddof: f32) -> f32 {
    let var = a.var(ddof);
    var + a.std_axis(Axis(0), ddof)[0]
}

#[jit]
fn quotients(a: ArrayView2<i32>, by: i32) -> Array1<i32> {
    a.fold_axis(Axis(0), 100, |acc, x| acc / (x - by))
}

#[test]
fn panics() {
    let a = Array2::from_elem((2, 127), 1i8);
    check!(narrow_mean(a.view()));
    let a = Array2::from_elem((2, 128), 1i8);
    check_panic!("Converting axis length", narrow_mean(a.view()));
    check!(narrow_mean_of_all(Array1::from_elem(255, 1u8).view()));
    check!(narrow_mean_of_all(Array1::<u8>::zeros(0).view()));
    check_panic!(
        "Converting number of elements",
        narrow_mean_of_all(Array1::from_elem(256, 1u8).view())
    );
    check_panic!("unwrap()", no_mean(Array2::<f64>::zeros((0, 3)).view()));
    let a = Array2::from_shape_fn((3, 4), |(i, j)| (i * j) as f32 + 0.1);
    for ddof in [0.0, 0.5, 3.0, f32::NAN] {
        check!(spread(a.view(), ddof));
    }
    check_panic!("`ddof` must not", spread(a.view(), -0.1));
    check_panic!("`ddof` must not", spread(a.view(), 3.5));
    check_panic!("`ddof` must not", spread(a.view(), 13.0));
    let a = Array2::from_shape_fn((3, 4), |(i, j)| (i * 4 + j) as i32);
    check!(quotients(a.view(), -1));
    check_panic!("divide by zero", quotients(a.view(), 5));
}

#[jit]
fn seen_in_order(a: ArrayView3<f64>) -> (f64, f64, usize) {
    let (mut hash, mut other, mut count) = (1.0, 1.0, 0);
    let folds = a.fold_axis(Axis(1), 0.0, |acc, &x| {
        hash = hash * 0.9 + x;
        acc + hash
    });
    let lanes = a.map_axis(Axis(1), |lane| {
        for x in lane {
            other = other * 0.9 + x;
        }
        count += 1;
        other
    });
    (hash + folds.sum(), other + lanes.sum(), count)
}

#[jit]
fn bound(a: ArrayView2<f64>, n: usize) -> f64 {
    let mut sum = 0.0;
    let kept = a.mean_axis(Axis(0));
    for i in 0..n {
        let means = a.mean_axis(Axis(1)).unwrap();
        let Some(again) = &kept else { return -1.0 };
        let chosen = if i % 2 == 0 { a.mean_axis(Axis(0)) } else { None };
        let chosen = chosen.unwrap_or_else(|| Array1::from_elem(3, 0.5));
        sum += means.sum() * again[i % again.len()] - chosen.sum();
    }
    if let Some(means) = kept {
        sum += means[0];
    }
    sum
}

#[jit]
fn changed(a: ArrayView3<f64>, b: ArrayView2<f64>) -> (Array2<f64>, f64) {
    let mut sums = a.sum_axis(Axis(2));
    sums[[0, 0]] += 1.0;
    sums *= 2.0;
    let twice = &sums + &b;
    sums.row_mut(1).fill(0.25);
    (twice, sums.sum())
}

fn norm(lane: ArrayView1<f64>) -> f64 {
    lane.iter().map(|x| x * x).sum::<f64>().sqrt()
}

#[jit]
fn by_name(a: ArrayView2<f64>) -> Array1<f64> {
    a.map_axis(Axis(0), norm)
}

#[test]
fn results_live_on() {
    let mut random = Random::new(45);
    let a = Array2::from_shape_simple_fn((5, 3), || random.unit());
    for n in [0, 1, 20] {
        check!(bound(a.view(), n));
    }
    check!(bound(Array2::<f64>::zeros((0, 3)).view(), 2));
    check!(by_name(a.view()));
    let a = ArrayD::from_shape_simple_fn(IxDyn(&[2, 3, 9]), || random.unit());
    held_in_ways(&a, |a| {
        let a = a.into_dimensionality::<ndarray::Ix3>().unwrap();
        check!(seen_in_order(a.view()));
        if a.len_of(Axis(0)) > 1 {
            let b = a.index_axis(Axis(2), 0);
            check!(changed(a.view(), b));
        }
    });
}
