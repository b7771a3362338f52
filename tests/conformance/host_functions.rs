//! Ordinary Rust functions, called by address.

use crate::values::{Random, Sample};
use mambo::prelude::*;

fn smooth(x: f64) -> f64 {
    x * x * (3.0 - 2.0 * x)
}

fn mixed(a: u8, b: bool, c: f32) -> (f32, u8) {
    (if b { c } else { -c }, a.wrapping_mul(3))
}

fn total(values: &[i32]) -> i64 {
    values.iter().map(|&x| x as i64).sum()
}

fn sort(values: &mut [i32]) {
    values.sort();
}

fn trace(m: ArrayView2<f64>) -> f64 {
    m.diag().sum()
}

fn negate(mut m: ArrayViewMut2<f64>) {
    m.mapv_inplace(|x| -x);
}

fn generic<T: Real>(x: T) -> T {
    x.sqrt() + T::ONE
}

fn find(values: &[i32], wanted: i32) -> Option<usize> {
    values.iter().position(|&x| x == wanted)
}

fn nothing() {}

fn strict(x: i32) -> i32 {
    assert!(x >= 0, "negative: {x}");
    x + 1
}

mod library {
    pub(super) fn scale(a: [f64; 3], by: f64) -> [f64; 3] {
        a.map(|x| x * by)
    }
}

#[jit]
fn scalars(x: f64, n: u8) -> (f64, f32, u8) {
    nothing();
    let (a, b) = mixed(n, x > 0.5, x as f32);
    (smooth(x) + smooth(1.0 - x), a, b)
}

#[jit]
fn slices(values: &mut [i32], wanted: i32) -> (i64, Option<usize>) {
    sort(values);
    let found = find(values, wanted);
    (total(values) + total(&values[1..]), found)
}

#[jit]
fn views(mut m: ArrayViewMut2<f64>) -> (f64, f64) {
    let before = trace(m.view());
    negate(m.slice_mut(s![1.., ..]));
    (before, trace(m.t()))
}

#[jit]
fn generic_ones(x: f64, y: f32) -> (f64, f32) {
    (generic::<f64>(x), generic::<f32>(y))
}

fn size<T: Real>() -> u32 {
    size_of::<T>() as u32
}

/// Each choice of type arguments is a function of its own.
#[jit]
fn generic_without_arguments() -> (u32, u32, u32) {
    (size::<f64>(), size::<f32>(), size::<f64>())
}

#[jit]
fn by_path(x: f64) -> [f64; 3] {
    library::scale([x, 1.0, -x], 0.5)
}

#[jit]
fn of_std(a: f64, b: u32) -> (f64, u32) {
    (f64::hypot(a, 2.0), u32::wrapping_add(b, 7))
}

#[jit]
fn panicking(values: &mut [i32]) -> i32 {
    let mut sum = 0;
    for x in values.iter_mut() {
        sum += strict(*x);
        *x = 100;
    }
    sum
}

#[test]
fn agree() {
    let mut random = Random::new(37);
    for x in f64::all() {
        let n = random.bits() as u32;
        check!(scalars(x, n as u8));
        check!(generic_ones(x, x as f32));
        check!(by_path(x));
        check!(of_std(x, n));
    }
    for n in 0..6 {
        let values: Vec<i32> = (0..n).map(|_| random.below(9) as i32 - 1).collect();
        check!([values = values.clone()] slices(&mut values, 3));
        check!([values = values.clone()] panicking(&mut values));
        let m = Array2::from_shape_simple_fn((n, n), || random.unit());
        check!([m = m.clone()] views(m.view_mut()));
        check!([m = m.clone()] views(m.slice_mut(s![..;-1, ..])));
        check!(generic_without_arguments());
    }
    check!([values = vec![1, 2, -3, 4]] panicking(&mut values));
}

/// The panic of a plain function is its own, payload and all.
#[test]
fn panics_go_through() {
    #[derive(Debug, PartialEq)]
    struct Cause(u8);
    fn fails(x: u8) -> u8 {
        if x > 3 { std::panic::resume_unwind(Box::new(Cause(x))) } else { x }
    }
    #[jit]
    fn calls(x: u8) -> u8 {
        let a = Array1::<u8>::ones(5);
        fails(x) + a[2]
    }
    assert_eq!(calls(1), 2);
    let payload = std::panic::catch_unwind(|| calls(9)).expect_err("a panic");
    assert_eq!(payload.downcast_ref(), Some(&Cause(9)));
    assert!(matches!(calls::try_call(9), Err(mambo::Error::HostPanic(_))));
    assert_eq!(calls(2), 3);
}
