//! Kernels that call kernels: values, arrays, generics, modules, panics inside.

use crate::values::{Random, Sample};
use mambo::prelude::*;

#[jit]
fn square(x: f64) -> f64 {
    x * x
}

#[jit(inline = "never")]
fn cube(x: f64) -> f64 {
    square(x) * x
}

#[jit]
fn polynomial(x: f64) -> f64 {
    1.0 + cube(x) - square(x + 1.0)
}

#[jit]
fn dot(a: ArrayView1<f64>, b: ArrayView1<f64>) -> f64 {
    let mut sum = 0.0;
    for i in 0..a.len() {
        sum += a[i] * b[i];
    }
    sum
}

#[jit]
fn matrix_vector(m: ArrayView2<f64>, v: ArrayView1<f64>, mut out: ArrayViewMut1<f64>) {
    for i in 0..m.nrows() {
        out[i] = dot(m.row(i), v);
    }
}

#[jit]
fn matrix_vector_by_columns(m: ArrayView2<f64>, v: ArrayView1<f64>) -> Array1<f64> {
    let mut out = Array1::zeros(m.nrows());
    for j in 0..m.ncols() {
        axpy(v[j], m.column(j), out.view_mut());
    }
    out
}

#[jit(inline = "never")]
fn axpy(a: f64, x: ArrayView1<f64>, mut y: ArrayViewMut1<f64>) {
    for i in 0..x.len() {
        y[i] += a * x[i];
    }
}

#[jit]
fn split(x: u32) -> (u16, u16) {
    ((x >> 16) as u16, x as u16)
}

#[jit]
fn joined(x: u32) -> u32 {
    let (high, low) = split(x);
    (low as u32) << 16 | high as u32
}

#[jit]
fn swap_if(a: &mut f64, b: &mut f64, yes: bool) {
    if yes {
        std::mem::swap(a, b);
    }
}

#[jit]
fn through_references(x: f64, y: f64) -> (f64, f64) {
    let (mut a, mut b) = (x, y);
    swap_if(&mut a, &mut b, x > y);
    (a, b)
}

#[jit]
fn fill_part(part: &mut [i32], with: i32) {
    for x in part {
        *x = with;
    }
}

#[jit]
fn slices(values: &mut [i32], at: usize) {
    fill_part(&mut values[at..], 7);
    fill_part(&mut values[..at / 2], -7);
}

#[jit(inline = "never")]
fn element(values: &[i32], i: usize) -> i32 {
    values[i]
}

#[jit]
fn panics_below(values: &[i32], n: usize) -> i32 {
    let mut sum = 0;
    for i in 0..n {
        sum += element(values, i * 2);
    }
    sum
}

#[jit]
fn made(n: usize) -> Array1<f64> {
    let mut a = Array1::zeros(n);
    for i in 0..n {
        a[i] = (i * i) as f64;
    }
    a
}

#[jit]
fn uses_made(n: usize) -> f64 {
    let a = made(n);
    let b = made(n + 1);
    dot(a.view(), b.slice(s![1..])) + made(3)[2]
}

mod elsewhere {
    use mambo::prelude::*;

    #[jit]
    pub(super) fn half(x: f64) -> f64 {
        x / 2.0
    }

    pub(super) mod deeper {
        use mambo::prelude::*;

        #[jit]
        pub(in crate::kernels_calling_kernels) fn third<T: Real>(x: T) -> T {
            x / T::from_f64(3.0)
        }
    }
}

#[jit]
fn by_path(x: f64) -> f64 {
    elsewhere::half(x) + self::elsewhere::deeper::third(x)
}

#[jit]
fn maybe(x: i32) -> Option<i32> {
    if x > 0 { Some(x * 2) } else { None }
}

#[jit]
fn matches_result(x: i32) -> i32 {
    match maybe(x) {
        Some(y) => y,
        None => maybe(-x).unwrap_or(0),
    }
}

#[test]
fn agree() {
    let mut random = Random::new(35);
    for (x, y) in f64::pairs().into_iter().step_by(3) {
        check!(polynomial(x));
        check!(through_references(x, y));
        check!(by_path(x));
    }
    for (n, m) in [(0, 0), (1, 1), (3, 5), (5, 3)] {
        let a = Array2::from_shape_simple_fn((n, m), || random.unit());
        let v = Array1::from_vec(random.units(m));
        check!([out = Array1::zeros(n)] matrix_vector(a.view(), v.view(), out.view_mut()));
        check!([out = Array1::zeros(2)] matrix_vector(a.view(), v.view(), out.view_mut()));
        check!(matrix_vector_by_columns(a.view(), v.view()));
        let v = Array1::from_vec(random.units(n));
        check!(matrix_vector_by_columns(a.t(), v.view()));
        let values = random.vec::<i32>(n);
        check!(uses_made(n));
        for at in 0..5 {
            check!([values = vec![1; n]] slices(&mut values, at));
            check!(panics_below(&values, at));
        }
    }
    u32::all().into_iter().for_each(|x| check!(joined(x)));
    (-5..5).for_each(|x| check!(matches_result(x)));
}

/// Kernels declared in a function are not found by name, and called by address.
#[test]
fn inside_of_a_function() {
    #[jit]
    fn inner(x: i32) -> i32 {
        x * 3
    }

    #[jit]
    fn outer(x: i32) -> i32 {
        inner(x) + inner(1)
    }

    i32::all().into_iter().for_each(|x| check!(outer(x)));
}
