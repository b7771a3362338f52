//! Any strides: C, F, with gaps, negative, zero, and of views that do not start at the front.

use crate::values::Random;
use mambo::prelude::*;
use ndarray::{ShapeBuilder, SliceInfo, SliceInfoElem};

#[jit]
fn hash(a: ArrayView2<i32>) -> i32 {
    let mut hash = 1;
    for i in 0..a.nrows() {
        for j in 0..a.ncols() {
            hash = hash * 31 + a[[i, j]];
        }
    }
    hash
}

#[jit]
fn hash_of_rows(a: ArrayView2<i32>) -> i32 {
    let mut hash = 1;
    for row in a.rows() {
        for x in row.iter() {
            hash = hash * 31 + x;
        }
    }
    for x in a.iter() {
        hash = hash * 31 + x;
    }
    hash
}

#[jit]
fn fill(mut a: ArrayViewMut2<i32>, from: i32) {
    let mut next = from;
    for x in a.iter_mut() {
        *x = next;
        next += 1;
    }
    for i in 0..a.nrows() {
        for j in 0..a.ncols() {
            a[[i, j]] += (i * 100 + j) as i32;
        }
    }
}

#[jit]
fn add(a: ArrayView2<i32>, b: ArrayView2<i32>, mut c: ArrayViewMut2<i32>) {
    for i in 0..c.nrows() {
        for j in 0..c.ncols() {
            c[[i, j]] = a[[i, j]] - 2 * b[[i, j]];
        }
    }
}

#[jit]
fn first_order(a: ArrayView1<f64>, mut b: ArrayViewMut1<f64>) -> f64 {
    let mut last = 0.0;
    for i in 0..a.len() {
        last = 0.5 * last + a[i];
        b[i] = last;
    }
    last
}

type Spec = SliceInfo<[SliceInfoElem; 2], Ix2, Ix2>;

/// Every way to look at a matrix.
fn slices() -> Vec<Spec> {
    vec![
        s![.., ..],
        s![..;-1, ..],
        s![.., ..;-1],
        s![..;-1, ..;-1],
        s![..;2, ..],
        s![.., 1..;3],
        s![1..;2, ..;-2],
        s![1..2, ..],
        s![.., 2..3],
        s![3..3, ..],
        s![1.., ..-1],
    ]
}

#[test]
fn every_layout() {
    let mut random = Random::new(22);
    let c = Array2::from_shape_simple_fn((5, 6), || random.bits() as i32);
    let mut f = Array2::zeros((5, 6).f());
    f.assign(&c);
    for whole in [&c, &f] {
        for spec in slices() {
            let view = whole.slice(spec);
            for view in [view, view.reversed_axes()] {
                check!(hash(view));
                check!(hash_of_rows(view));
                for other in [c.slice(spec), f.slice(spec)] {
                    if other.dim() == view.dim() {
                        check!([out = Array2::zeros(view.dim())]
                            add(view, other, out.view_mut()));
                        check!([out = Array2::zeros(view.dim().f())]
                            add(view, other, out.view_mut()));
                    }
                }
            }
            check!([whole = whole.clone()] fill(whole.slice_mut(spec), 7));
            check!([whole = whole.clone()] fill(whole.slice_mut(spec).reversed_axes(), -7));
        }
    }
}

#[test]
fn zero_strides() {
    let row = Array1::from_vec(vec![1, -2, 3, 4]);
    let view = row.broadcast((3, 4)).expect("a row broadcasts");
    check!(hash(view));
    check!(hash_of_rows(view));
    check!(hash(view.t()));
    check!([out = Array2::zeros((3, 4))] add(view, view, out.view_mut()));
    let one = ndarray::arr0(5);
    let view = one.broadcast((2, 3)).expect("a number broadcasts");
    check!(hash(view));
    check!(hash_of_rows(view.slice(s![..;-1, ..;2])));
}

#[test]
fn one_dimension() {
    let mut random = Random::new(23);
    let a = Array1::from_vec(random.units(20));
    for step in [-7, -3, -2, -1, 1, 2, 3, 19, 25] {
        let view = a.slice(s![..;step]);
        check!([b = Array1::zeros(view.len())] first_order(view, b.view_mut()));
        check!([b = Array1::zeros(20)] first_order(view, b.slice_mut(s![..;step])));
    }
    let constant = ndarray::arr0(0.25);
    let constant = constant.broadcast(9).expect("a number broadcasts");
    check!([b = Array1::zeros(9)] first_order(constant, b.view_mut()));
}

#[test]
fn unaligned_starts() {
    // Elements of one byte from odd addresses, and floats from the middle of an allocation.
    let bytes: Vec<u8> = (0..64).collect();
    for start in 0..9 {
        let view = ArrayView1::from(&bytes[start..start + 20]);
        check!(byte_sum(view));
    }
}

#[jit]
fn byte_sum(a: ArrayView1<u8>) -> u32 {
    let mut sum = 0;
    for i in 0..a.len() {
        sum = sum * 3 + a[i] as u32;
    }
    sum
}
