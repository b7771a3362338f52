//! Owned arrays: taken, returned, copied, moved, chosen, and calculated with as a whole.

use crate::values::Random;
use mambo::prelude::*;

#[jit]
fn through(a: Array1<f64>) -> Array1<f64> {
    a
}

#[jit]
fn changed(mut a: Array2<i32>) -> Array2<i32> {
    for x in a.iter_mut() {
        *x += 1;
    }
    a
}

#[jit]
fn two(a: ArrayView1<f64>) -> (Array1<f64>, Array1<i64>) {
    let mut rounded = Array1::zeros(a.len());
    let mut rest = a.to_owned();
    for i in 0..a.len() {
        rounded[i] = a[i].round() as i64;
        rest[i] -= rounded[i] as f64;
    }
    (rest, rounded)
}

#[jit]
fn chosen(a: Array1<f64>, b: Array1<f64>, first: bool) -> Array1<f64> {
    let mut c = if first { a } else { b };
    c[0] = 7.0;
    c
}

#[jit]
fn cloned(a: ArrayView1<i32>) -> (Array1<i32>, Array1<i32>, i32) {
    let mut b = a.to_owned();
    let c = b.clone();
    b[0] += 5;
    let d = b.view();
    (b.clone(), c, d[0])
}

#[jit]
fn replaced(n: usize) -> Array1<usize> {
    let mut a = Array1::zeros(1);
    for i in 0..n {
        let mut b = Array1::zeros(i + 1);
        b[i] = a[a.len() - 1] + i;
        a = b;
    }
    a
}

#[jit]
fn whole(a: ArrayView1<f64>, b: ArrayView1<f64>, k: f64) -> Array1<f64> {
    let c = &a + &b;
    let d = &c * k - &b / 2.0;
    -d + &a
}

#[jit]
fn in_place(a: &mut Array2<f64>, b: &Array2<f64>) {
    *a += b;
    *a *= 2.0;
    *a -= &b.view();
    *a /= b;
}

#[jit]
fn mapped(a: ArrayView2<f64>) -> Array2<f64> {
    let mut b = a.mapv(|x| x * x + 1.0);
    b.mapv_inplace(|x| x.sqrt());
    b.map(|x| x - 1.0)
}

#[jit]
fn reductions(a: ArrayView2<f64>) -> (f64, f64, Option<f64>) {
    (a.sum(), a.product(), a.mean())
}

#[jit]
fn dots(a: ArrayView1<f64>, b: ArrayView1<f64>) -> f64 {
    a.dot(&b)
}

#[jit]
fn dots_of_integers(a: ArrayView1<i32>, b: ArrayView1<i32>) -> i32 {
    a.dot(&b)
}

#[jit]
fn assign_all(mut a: ArrayViewMut2<f32>, b: ArrayView2<f32>) {
    a.assign(&b);
    a.fill(b[[0, 0]]);
    a.row_mut(0).assign(&b.row(1));
}

#[test]
fn agree() {
    let mut random = Random::new(27);
    for n in [0, 1, 2, 3, 8, 17] {
        let (a, b) = (Array1::from_vec(random.units(n)), Array1::from_vec(random.units(n)));
        check!(through(a.clone()));
        check!(two((&a * 10.0).view()));
        check!(chosen(a.clone(), b.clone(), n % 2 == 0));
        check!(cloned(a.mapv(|x| (x * 9.0) as i32).view()));
        check!(replaced(n));
        check!(whole(a.view(), b.view(), 0.3));
        check!(whole(a.slice(s![..;-1]), b.view(), 0.3));
        check!(dots(a.view(), b.view()));
        check!(dots(a.slice(s![..;-1]), b.view()));
        let (a, b) = (Array1::from_vec(random.vec(n)), Array1::from_vec(random.vec(n)));
        check!(dots_of_integers(a.view(), b.view()));
    }
    for shape in [(0, 0), (1, 1), (2, 3), (4, 2), (3, 9)] {
        let a = Array2::from_shape_simple_fn(shape, || random.unit());
        let b = a.mapv(|x| 1.0 - x);
        check!(changed(a.mapv(|x| (x * 9.0) as i32)));
        check!([a = a.clone()] in_place(&mut a, &b));
        check!(mapped(a.view()));
        check!(mapped(a.t()));
        check!(reductions(a.view()));
        check!(reductions(a.t()));
        check!(reductions(a.slice(s![..;-1, ..;2])));
        let c = a.mapv(|x| x as f32);
        check!([b = b.mapv(|x| x as f32)] assign_all(b.view_mut(), c.view()));
    }
}

/// Arrays of other layouts come in and go out.
#[test]
fn layouts() {
    use ndarray::ShapeBuilder;
    let mut a = Array2::zeros((3, 4).f());
    a.iter_mut().enumerate().for_each(|(i, x)| *x = i as i32);
    check!(changed(a.clone()));
    let mut b = Array1::from_vec(vec![1.0, 2.0, 3.0]);
    b.invert_axis(Axis(0));
    check!(through(b.clone()));
}

#[jit]
fn counted(n: usize) -> Array1<f64> {
    let mut out = Array1::zeros(n);
    let mut put = |i: usize| out[i] = i as f64;
    for i in 0..n {
        put(i);
    }
    for i in 1..n {
        out[i] += out[i - 1];
    }
    out
}

#[test]
fn an_array_that_is_filled_and_returned_is_not_copied() {
    check!(counted(7));
    assert_eq!(counted::ir().matches("mut> = alloc").count(), 1);
}
