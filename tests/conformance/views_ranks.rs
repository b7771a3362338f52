//! Arrays of 0 to 6 dimensions, held in every way.

use crate::values::{Random, Sample, numbers};
use mambo::prelude::*;
use ndarray::{Dimension, ShapeBuilder};

mod kernels {
    use mambo::prelude::*;

    #[jit]
    pub(super) fn rank0(a: ArrayView0<i64>, mut out: ArrayViewMut0<i64>) -> (i64, usize) {
        out[()] = a[[]] * 3;
        (a[()] + out[[]], a.len() + a.ndim())
    }

    #[jit]
    pub(super) fn rank1(a: ArrayView1<i64>, mut out: ArrayViewMut1<i64>) -> (i64, usize) {
        let mut hash = 1;
        for i in 0..a.len() {
            hash = hash * 31 + a[i];
            out[[i]] = hash;
        }
        (hash, a.dim() + a.ndim())
    }

    #[jit]
    pub(super) fn rank2(a: ArrayView2<i64>, mut out: ArrayViewMut2<i64>) -> (i64, usize) {
        let mut hash = 1;
        let (rows, columns) = a.dim();
        for i in 0..rows {
            for j in 0..columns {
                hash = hash * 31 + a[[i, j]];
                out[(i, j)] = hash;
            }
        }
        (hash, a.nrows() * 10 + a.ncols())
    }

    #[jit]
    pub(super) fn rank3(a: ArrayView3<i64>, mut out: ArrayViewMut3<i64>) -> (i64, usize) {
        let mut hash = 1;
        let (n, m, l) = a.dim();
        for i in 0..n {
            for j in 0..m {
                for k in 0..l {
                    hash = hash * 31 + a[[i, j, k]];
                    out[[i, j, k]] = hash;
                }
            }
        }
        (hash, a.shape()[2])
    }

    #[jit]
    pub(super) fn rank4(a: ArrayView4<i64>, mut out: ArrayViewMut4<i64>) -> (i64, usize) {
        let mut hash = 1;
        let (n, m, l, o) = a.dim();
        for i in 0..n {
            for j in 0..m {
                for k in 0..l {
                    for p in 0..o {
                        hash = hash * 31 + a[[i, j, k, p]];
                        out[[i, j, k, p]] = hash;
                    }
                }
            }
        }
        (hash, a.len_of(Axis(3)))
    }

    #[jit]
    pub(super) fn rank5(a: ArrayView5<i64>, mut out: ArrayViewMut5<i64>) -> (i64, usize) {
        let mut hash = 1;
        let (n, m, l, o, p) = a.dim();
        for i in 0..n {
            for j in 0..m {
                for k in 0..l {
                    for x in 0..o {
                        for y in 0..p {
                            hash = hash * 31 + a[(i, j, k, x, y)];
                            out[(i, j, k, x, y)] = hash;
                        }
                    }
                }
            }
        }
        (hash, a.ndim())
    }

    #[jit]
    pub(super) fn rank6(a: ArrayView6<i64>, mut out: ArrayViewMut6<i64>) -> (i64, usize) {
        let mut hash = 1;
        let shape = a.raw_dim();
        for i in 0..shape[0] {
            for j in 0..shape[1] {
                for k in 0..shape[2] {
                    for x in 0..shape[3] {
                        for y in 0..shape[4] {
                            for z in 0..shape[5] {
                                hash = hash * 31 + a[[i, j, k, x, y, z]];
                                out[[i, j, k, x, y, z]] = hash;
                            }
                        }
                    }
                }
            }
        }
        (hash, a.len())
    }
}

/// Calls the kernel of a rank on shapes with axes of 0, 1 and more.
macro_rules! each_rank {
    ($($kernel:ident $dims:ty;)*) => {$(
        #[test]
        fn $kernel() {
            use kernels::$kernel as kernel;
            let mut random = Random::new(20);
            for round in 0..12 {
                let mut dims = <$dims>::default();
                for dim in dims.slice_mut() {
                    *dim = if round == 0 { 2 } else { random.below(4) };
                }
                let a = Array::from_shape_simple_fn(dims, || i64::random(&mut random));
                check!([out = Array::zeros(dims)] kernel(a.view(), out.view_mut()));
                check!([out = Array::zeros(dims.f())] kernel(a.view(), out.view_mut()));
                let reversed = a.view().reversed_axes();
                check!([out = Array::zeros(reversed.raw_dim())] kernel(reversed, out.view_mut()));
            }
        }
    )*};
}
each_rank! {
    rank0 Ix0;
    rank1 Ix1;
    rank2 Ix2;
    rank3 Ix3;
    rank4 Ix4;
    rank5 Ix5;
    rank6 Ix6;
}

#[jit]
fn held_by_view<T: Number>(a: ArrayView2<T>) -> T {
    a[[0, 1]] - a[[1, 0]]
}

#[jit]
fn held_by_ref<T: Number>(a: &ArrayRef<T, Ix2>, b: &mut ArrayRef<T, Ix2>) {
    for i in 0..a.nrows() {
        for j in 0..a.ncols() {
            b[[i, j]] += a[[i, j]];
        }
    }
}

#[jit]
fn held_by_array_ref<T: Number>(a: &Array2<T>, b: &mut Array2<T>) -> usize {
    for j in 0..a.ncols() {
        b[[0, j]] = a[[1, j]];
    }
    b.len()
}

#[jit]
fn held_by_value<T: Number>(mut a: Array1<T>) -> T {
    let last = a[a.len() - 1];
    a[0] += last;
    a[0]
}

#[jit]
fn held_by_view_ref<T: Number>(a: &ArrayView1<T>, b: &mut ArrayViewMut1<T>) -> T {
    b[0] = a[1];
    a[0] + b[1]
}

#[jit]
fn written_out<T: Number>(a: ArrayView<'_, T, Ix3>, b: &ArrayRef1<T>) -> T {
    a[[1, 0, 1]] + b[0]
}

fn each<T: Number + Sample>() {
    let mut random = Random::new(21);
    for _ in 0..5 {
        let a = Array2::from_shape_simple_fn((2, 3), || T::random(&mut random));
        let b = Array2::from_shape_simple_fn((2, 3), || T::random(&mut random));
        let c = Array1::from_vec(random.vec::<T>(4));
        check!(held_by_view(a.view()));
        check!(held_by_view(a.t()));
        check!([b = b.clone()] held_by_ref(&a, &mut b));
        check!([b = b.clone()] held_by_array_ref(&a, &mut b));
        check!(held_by_value(c.clone()));
        check!([d = c.clone()] held_by_view_ref(&a.row(1), &mut d.view_mut()));
        let e = Array3::from_shape_simple_fn((2, 2, 2), || T::random(&mut random));
        check!(written_out(e.view(), &c));
    }
}

#[test]
fn every_holder_of_every_type() {
    numbers!(each);
}

#[jit]
fn of_bools(mut mask: ArrayViewMut2<bool>, data: ArrayView2<f32>) -> usize {
    let mut count = 0;
    for i in 0..data.nrows() {
        for j in 0..data.ncols() {
            mask[[i, j]] ^= data[[i, j]] > 0.5;
            count += mask[[i, j]] as usize;
        }
    }
    count
}

#[test]
fn masks() {
    let data = Array2::from_shape_fn((3, 4), |(i, j)| (i * j) as f32 * 0.2);
    check!([mask = Array2::from_elem((3, 4), false)] of_bools(mask.view_mut(), data.view()));
    check!([mask = Array2::from_elem((3, 4), true)] of_bools(mask.view_mut(), data.view()));
}
