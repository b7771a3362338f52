//! Generalized universal functions against the plain function, called item by item.

use crate::elements::Drawn;
use crate::layouts::{Random, Stored, assert_same};
use mambo::CoreAxes;
use mambo::prelude::*;
use ndarray::{ArrayD, ArrayViewD, ArrayViewMutD, Dimension, IxDyn};

#[guvectorize("(m,n),(n,p)->(m,p)")]
fn matmul<T: Number>(a: ArrayView2<T>, b: ArrayView2<T>, mut c: ArrayViewMut2<T>) {
    for i in 0..a.nrows() {
        for j in 0..b.ncols() {
            let mut sum = T::ZERO;
            for k in 0..a.ncols() {
                sum += a[[i, k]] * b[[k, j]];
            }
            c[[i, j]] = sum;
        }
    }
}

#[guvectorize("(n),()->(),(n)")]
fn spread<T: Number>(
    x: ArrayView1<T>,
    by: T,
    mut total: ArrayViewMut0<T>,
    mut shifted: ArrayViewMut1<T>,
) {
    let mut sum = T::ZERO;
    for i in 0..x.len() {
        sum = sum + x[i] * by;
        shifted[i] = x[i] - by;
    }
    total[()] = sum;
}

#[guvectorize("(3),(3)->(3)")]
fn cross(a: ArrayView1<f64>, b: ArrayView1<f64>, mut c: ArrayViewMut1<f64>) {
    c[0] = a[1] * b[2] - a[2] * b[1];
    c[1] = a[2] * b[0] - a[0] * b[2];
    c[2] = a[0] * b[1] - a[1] * b[0];
}

#[guvectorize("(n)->(p)", p = n * n.saturating_sub(1) / 2)]
fn distances(x: ArrayView1<f64>, mut out: ArrayViewMut1<f64>) {
    let mut at = 0;
    for i in 1..x.len() {
        for j in 0..i {
            out[at] = (x[i] - x[j]).abs();
            at += 1;
        }
    }
}

#[guvectorize("(n),()")]
fn accumulate(mut x: ArrayViewMut1<i32>, first: i32) {
    let mut sum = first;
    for value in x.iter_mut() {
        sum = sum.wrapping_add(*value);
        *value = sum;
    }
}

#[guvectorize("(m?,n),(n,p?)->(m?,p?)")]
fn dots(a: ArrayView2<f64>, b: ArrayView2<f64>, mut c: ArrayViewMut2<f64>) {
    for i in 0..a.nrows() {
        for j in 0..b.ncols() {
            c[[i, j]] = 0.0;
            for k in 0..a.ncols() {
                c[[i, j]] += a[[i, k]] * b[[k, j]];
            }
        }
    }
}

const ROUNDS: usize = 40;

/// Loop dimensions of few items.
fn draw_loops(random: &mut Random) -> Vec<usize> {
    let rank = random.below(4);
    (0..rank).map(|_| [0, 1, 2, 3, 5, 17][random.below(6)]).collect()
}

/// The core of the item of an index of the loop dimensions.
fn core<'a, T>(operand: &'a ArrayViewD<'_, T>, core: usize, index: &[usize]) -> ArrayViewD<'a, T> {
    let mut item = operand.view();
    let own = item.ndim() - core;
    for &at in &index[index.len() - own..] {
        let at = if item.len_of(Axis(0)) == 1 { 0 } else { at };
        item = item.index_axis_move(Axis(0), at);
    }
    item
}

fn core_mut<'a, T>(operand: &'a mut ArrayD<T>, index: &[usize]) -> ArrayViewMutD<'a, T> {
    let mut item = operand.view_mut();
    for &at in index {
        item = item.index_axis_move(Axis(0), at);
    }
    item
}

/// Every index of some dimensions.
fn indices(dims: &[usize]) -> Vec<Vec<usize>> {
    ndarray::indices(IxDyn(dims)).into_iter().map(|index| index.slice().to_vec()).collect()
}

fn products<T: Drawn + Number>() {
    let mut random = Random(T::DTYPE as u64 + 1200);
    for _ in 0..ROUNDS / 2 {
        let loops = draw_loops(&mut random);
        let mut size = || [0, 1, 2, 3, 4, 7, 9, 20][random.below(8)];
        let (m, n, p) = (size(), size(), size());
        let (a_loops, b_loops) = match random.below(3) {
            0 => (loops.clone(), loops.clone()),
            1 => (random.narrower(&loops), loops.clone()),
            _ => (loops.clone(), random.narrower(&loops)),
        };
        let a = Stored::<T>::draw(&mut random, &[&a_loops[..], &[m, n]].concat());
        let b = Stored::<T>::draw(&mut random, &[&b_loops[..], &[n, p]].concat());
        let mut expected = ArrayD::from_elem(IxDyn(&[&loops[..], &[m, p]].concat()), T::ZERO);
        for index in indices(&loops) {
            let (a, b) = (a.view(), b.view());
            let (a, b) = (core(&a, 2, &index), core(&b, 2, &index));
            let c = core_mut(&mut expected, &index);
            matmul::rust(
                a.into_dimensionality().unwrap(),
                b.into_dimensionality().unwrap(),
                c.into_dimensionality().unwrap(),
            );
        }
        assert_same(matmul(a.view(), b.view()).view(), expected.view());
        let mut out = Stored::<T>::draw(&mut random, expected.shape());
        matmul::into(a.view(), b.view(), out.view_mut());
        assert_same(out.view(), expected.view());
    }
}

#[test]
fn matrices_of_every_dtype() {
    products::<i8>();
    products::<i16>();
    products::<i32>();
    products::<i64>();
    products::<i128>();
    products::<u8>();
    products::<u16>();
    products::<u32>();
    products::<u64>();
    products::<u128>();
    products::<usize>();
    products::<f32>();
    products::<f64>();
}

fn several<T: Drawn + Number>() {
    let mut random = Random(T::DTYPE as u64 + 1300);
    for round in 0..ROUNDS {
        let mut loops = draw_loops(&mut random);
        if round % 8 == 0 {
            // So many that lengths are built in, and items run side by side.
            loops = vec![2, 2000];
        }
        let n = [0, 1, 2, 3, 5, 8, 9, 40][random.below(8)];
        let x_loops = random.narrower(&loops);
        let x = Stored::<T>::draw(&mut random, &[&x_loops[..], &[n]].concat());
        let by = Stored::<T>::draw(&mut random, &loops);
        let mut totals = ArrayD::from_elem(IxDyn(&loops), T::ZERO);
        let mut shifted = ArrayD::from_elem(IxDyn(&[&loops[..], &[n]].concat()), T::ZERO);
        for index in indices(&loops) {
            let (x, by) = (x.view(), by.view());
            spread::rust(
                core(&x, 1, &index).into_dimensionality().unwrap(),
                by[IxDyn(&index)],
                core_mut(&mut totals, &index).into_dimensionality().unwrap(),
                core_mut(&mut shifted, &index).into_dimensionality().unwrap(),
            );
        }
        let (found_totals, found_shifted) = spread(x.view(), by.view());
        assert_same(found_totals.view(), totals.view());
        assert_same(found_shifted.view(), shifted.view());
        let mut outs = (
            Stored::<T>::draw(&mut random, totals.shape()),
            Stored::<T>::draw(&mut random, shifted.shape()),
        );
        spread::into(x.view(), by.view(), (outs.0.view_mut(), outs.1.view_mut()));
        assert_same(outs.0.view(), totals.view());
        assert_same(outs.1.view(), shifted.view());
    }
}

#[test]
fn numbers_and_several_results() {
    several::<i8>();
    several::<u16>();
    several::<i32>();
    several::<u64>();
    several::<f32>();
    several::<f64>();
}

#[test]
fn items_of_short_cores_run_side_by_side() {
    let mut random = Random(1400);
    for round in 0..12 {
        let count = [1, 5, 2000, 3001][round % 4];
        let a = Stored::<f64>::draw(&mut random, &[count, 3]);
        let b_shape = if round % 3 == 0 { vec![3] } else { vec![count, 3] };
        let b = Stored::<f64>::draw(&mut random, &b_shape);
        let found = cross(a.view(), b.view());
        for index in indices(&[count]) {
            let (a, b) = (a.view(), b.view());
            let mut expected = Array1::zeros(3);
            cross::rust(
                core(&a, 1, &index).into_dimensionality().unwrap(),
                core(&b, 1, &index).into_dimensionality().unwrap(),
                expected.view_mut(),
            );
            let own = found.index_axis(Axis(0), index[0]);
            assert_same(own, expected.view().into_dyn());
        }
    }
    let text = cross::explain().to_string();
    assert!(!cfg!(target_arch = "x86_64") || text.contains("in vectors"), "{text}");
    // 4 by 4 matrices.
    let a = Array3::from_shape_fn((3000, 4, 4), |(i, j, k)| ((i * 7 + j * 3 + k) % 23) as f32);
    let found = matmul(&a, a.slice(s![..;-1, .., ..]));
    for i in 0..3000 {
        let expected = a.index_axis(Axis(0), i).dot(&a.index_axis(Axis(0), 2999 - i));
        assert_eq!(found.index_axis(Axis(0), i), expected);
    }
}

#[test]
fn outputs_have_lengths_of_their_own() {
    let x = array![[1, 4, 6], [0, 2, 9]];
    assert_eq!(distances(&x), array![[3.0, 5.0, 2.0], [2.0, 9.0, 7.0]]);
    assert_eq!(distances(&array![1.0]).len(), 0);
    assert_eq!(distances(&Array2::<f64>::zeros((3, 0))).shape(), [3, 0]);
    // A given output tells; what is behind the distances stays.
    let mut out = Array2::from_elem((2, 5), -1.0);
    distances::into(&x, &mut out);
    assert_eq!(out.row(1), array![2.0, 9.0, 7.0, -1.0, -1.0]);
    let mut short = Array1::zeros(2);
    let error = distances::try_into(&array![1.0, 4.0, 6.0], &mut short).unwrap_err().to_string();
    assert!(error.contains("`out` has length 2 but the index is 2"), "{error}");
}

#[test]
fn operands_are_changed_in_place() {
    let mut x = array![[1, 2, 3], [4, 5, 6]];
    accumulate(&mut x, &array![10, 100]);
    assert_eq!(x, array![[11, 13, 16], [104, 109, 115]]);
    accumulate::along(CoreAxes::axis(0), x.slice_mut(s![..;-1, ..]), 0);
    assert_eq!(x, array![[115, 122, 131], [104, 109, 115]]);
    let error = accumulate::try_call(&mut x, &array![1, 2, 3]).unwrap_err().to_string();
    assert_eq!(
        error,
        "`accumulate`: the loop dimensions [3] of `first` cannot be broadcast to [2] of `x` \
         (layout (n),())"
    );
    // Cells: what is read is what was there.
    let mut row = array![1, 2, 3, 4];
    let cells = row.cell_view();
    accumulate(cells.broadcast((2, 4)).unwrap().slice(s![..1, ..]), cells.slice(s![3..]));
    assert_eq!(row, array![5, 7, 10, 14]);
}

#[test]
fn operands_may_lack_dimensions() {
    let (row, matrix) = (array![1.0, 2.0], array![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
    assert_eq!(dots(&row, &row), ndarray::arr0(5.0).into_dyn());
    assert_eq!(dots(&matrix, &row), array![5.0, 11.0, 17.0].into_dyn());
    assert_eq!(dots(&row, matrix.t()), array![5.0, 11.0, 17.0].into_dyn());
    assert_eq!(dots(&matrix, matrix.t()), matrix.dot(&matrix.t()).into_dyn());
    let stack = Array3::from_shape_fn((4, 3, 2), |(i, j, k)| (i + j + k) as f64);
    assert_eq!(dots(&stack, &row).shape(), [4, 3]);
    let error = dots::try_call(&row, 2.0).unwrap_err().to_string();
    assert!(error.starts_with("`dots`: `b` has 0 axes, and its core dimensions (n,p) are 1"));
}

#[guvectorize("(n),(n)->()")]
fn product(x: ArrayView1<f64>, y: ArrayView1<f64>, out: &mut f64) {
    *out = 0.0;
    for i in 0..x.len() {
        *out += x[i] * y[i];
    }
}

#[test]
fn cores_are_any_axes() {
    let x = Array3::from_shape_fn((2, 3, 4), |(i, j, k)| (i * 12 + j * 4 + k) as f64);
    for (axis, counted) in [(0, 0), (1, -2), (2, 2)] {
        let found = product::along(CoreAxes::axis(counted), &x, &x);
        let expected = (&x * &x).sum_axis(Axis(axis));
        assert_eq!(found, expected.clone().into_dyn());
        let kept = product::along(CoreAxes::axis(counted).keepdims(), &x, &x);
        assert_eq!(kept, expected.insert_axis(Axis(axis)).into_dyn());
    }
    let axes = CoreAxes::axes([&[0][..], &[-1]]);
    let found = product::along(axes.clone(), x.slice(s![.., 0, ..]).t(), x.slice(s![.., 0, ..]));
    assert_eq!(found.shape(), [2]);
    let columns = CoreAxes::axes([&[1, 0][..], &[0, 1], &[1, 0]]);
    let (a, b) = (array![[1, 2], [3, 4], [5, 6]], array![[1, 0], [2, 1], [0, 3]]);
    let found = matmul::along(columns.clone(), &a, &b);
    assert_eq!(found, a.t().dot(&b).reversed_axes().into_dyn());
    let mut out = Array2::zeros((2, 2));
    matmul::along_into(columns, &a, &b, &mut out);
    assert_eq!(out, a.t().dot(&b).reversed_axes());
    let says = |axes: CoreAxes| product::try_along(axes, &x, &x).unwrap_err().to_string();
    assert_eq!(says(CoreAxes::axis(3)), "`product`: there is no axis 3 of `x`, which has 3 axes");
    assert!(says(CoreAxes::axes([&[0][..]])).contains("axes are given for 1 operands"));
    assert!(says(CoreAxes::axes([&[0, 1][..], &[0]])).contains("2 axes are given for `x`"));
    let says = |axes: CoreAxes| matmul::try_along(axes, &a, &b).unwrap_err().to_string();
    assert!(says(CoreAxes::axis(0)).contains("`CoreAxes::axis` is for layouts with one core"));
    assert!(says(CoreAxes::default().keepdims()).contains("`keepdims` is for layouts whose"));
    let twice = CoreAxes::axes([&[0, 0][..], &[0, 1], &[0, 1]]);
    assert!(says(twice).contains("axis 0 of `a` is given twice"));
}

#[test]
fn what_does_not_go_together_is_named() {
    let a = Array3::<f64>::zeros((4, 2, 3));
    let says = |found: Result<Array3<f64>, mambo::Error>, text: &str| {
        assert_eq!(found.unwrap_err().to_string(), text);
    };
    says(
        matmul::try_call(&a, &a),
        "`matmul`: core dimension `n` is 3 in `a` and 2 in `b`: they must be equal (layout \
         (m,n),(n,p)->(m,p))",
    );
    says(
        matmul::try_call(&a, &Array3::<f64>::zeros((5, 3, 2))),
        "`matmul`: the loop dimensions [4] of `a` and [5] of `b` cannot be broadcast together \
         (layout (m,n),(n,p)->(m,p))",
    );
    let open = matmul::try_call(&a, &ArrayD::<f64>::zeros(IxDyn(&[3])));
    assert_eq!(
        open.unwrap_err().to_string(),
        "`matmul`: `b` has 1 axes, and its core dimensions (n,p) are 2 (layout \
         (m,n),(n,p)->(m,p))"
    );
    let mut out = Array3::zeros((4, 2, 2));
    let error = matmul::try_into(&a, &Array2::<f64>::zeros((3, 5)), &mut out).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`matmul`: core dimension `p` is 5 in `b` and 2 in `c`: they must be equal (layout \
         (m,n),(n,p)->(m,p))"
    );
    let mut out = Array3::zeros((5, 2, 5));
    let error = matmul::try_into(&a, &Array2::<f64>::zeros((3, 5)), &mut out).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`matmul`: the loop dimensions [4] of `a` cannot be broadcast to [5] of `c` (layout \
         (m,n),(n,p)->(m,p))"
    );
    let error = cross::try_call(&array![1.0, 2.0], &array![1.0, 2.0, 3.0]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`cross`: core dimension 3 of `a` has the length 2 (layout (3),(3)->(3))"
    );
}

#[test]
fn elements_are_cast_and_ranks_are_known() {
    let whole: f64 = product(&array![1u8, 2, 3], &array![1.5f32, 0.5, 0.25]);
    assert_eq!(whole, 3.25);
    let rows: Array1<f64> = product(&array![[1, 2], [3, 4]], array![1i16, 10].view());
    assert_eq!(rows, array![21.0, 43.0]);
    let six = ArrayD::from_elem(IxDyn(&[1, 2, 1, 2, 1, 2]), 1.0);
    let six = six.into_dimensionality::<ndarray::Ix6>().unwrap();
    let five: ndarray::Array5<f64> = product(&six, &six);
    assert_eq!(five.shape(), [1, 2, 1, 2, 1]);
}

#[guvectorize("(n)->()")]
fn checked(x: ArrayView1<i32>, out: &mut i32) {
    let mut left = 1000;
    for &value in x {
        left /= value;
    }
    *out = left;
}

#[test]
fn a_panic_of_the_kernel_is_one_of_the_call() {
    let error = checked::try_call(&array![[1, 2], [3, 0]]).unwrap_err().to_string();
    assert!(error.starts_with("attempt to divide by zero"), "{error}");
    assert_eq!(checked(&array![[1, 2], [3, 5]]), array![500, 66]);
}

#[guvectorize("(n),()->(n)", "void(f64[:], f64, f64[:])", target = "parallel", fastmath)]
fn scaled(x: ArrayView1<f64>, by: f64, mut out: ArrayViewMut1<f64>) {
    for i in 0..x.len() {
        out[i] = x[i] * by;
    }
}

#[test]
fn listed_signatures_are_compiled_first() {
    scaled::warm_up().unwrap();
    assert_eq!(
        scaled::signatures()[0].to_string(),
        "(ArrayView1<f64, C>, f64, ArrayViewMut1<f64, C>)"
    );
    let compiled = scaled::stats().compiled;
    assert_eq!(scaled(&array![[1.0, 2.0]], &array![3.0]), array![[3.0, 6.0]]);
    assert_eq!(scaled::stats().compiled, compiled);
}
