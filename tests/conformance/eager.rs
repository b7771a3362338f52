//! Signatures that the attribute lists.

use mambo::prelude::*;

#[jit(f32, f64)]
fn lerp<T: Real>(a: T, b: T, t: T) -> T {
    t.mul_add(b - a, a)
}

#[test]
fn types_of_the_parameter() {
    assert_eq!(lerp::stats().compiled, 0);
    lerp::warm_up().expect("compiles");
    assert_eq!(lerp::stats().compiled, 2);
    check!(lerp(1.0f32, 3.0, 0.3));
    check!(lerp(1.0f64, 3.0, 0.3));
    assert_eq!(lerp::stats().compiled, 2);
}

#[jit("f64(f64[:], f64[:])")]
fn dot(a: ArrayView1<f64>, b: ArrayView1<f64>) -> f64 {
    let mut sum = 0.0;
    for i in 0..a.len() {
        sum += a[i] * b[i];
    }
    sum
}

#[test]
fn signatures_as_numba_spells_them() {
    let a = Array1::from_vec(vec![1.0, 2.0, 3.0]);
    check!(dot(a.view(), a.view()));
    let compiled = dot::stats().compiled;
    check!(dot(a.slice(s![..;-1]), a.slice(s![..;-1])));
    assert_eq!(dot::stats().compiled, compiled, "{:?}", dot::signatures());
}

#[jit("i64(i64, i64)", "f32(f32, f32)", u8)]
fn add<T: Number>(a: T, b: T) -> T {
    a + b
}

#[test]
fn both_spellings() {
    add::warm_up().expect("compiles");
    let mut signatures: Vec<String> = add::signatures().iter().map(ToString::to_string).collect();
    signatures.sort();
    assert_eq!(signatures.len(), 3, "{signatures:?}");
    check!(add(1i64, 2));
    check!(add(1f32, 2.0));
    check!(add(250u8, 20));
    assert_eq!(add::stats().compiled, 3);
    check!(add(1i16, 2));
    assert_eq!(add::stats().compiled, 4);
}

#[jit("void(f32[:,::1], i32)", "void(f32[::1,:], i32)")]
fn scale(mut m: ArrayViewMut2<f32>, k: i32) {
    for x in m.iter_mut() {
        *x *= k as f32;
    }
}

#[test]
fn layouts() {
    scale::warm_up().expect("compiles");
    assert_eq!(scale::stats().compiled, 2, "{:?}", scale::signatures());
    check!([m = Array2::from_elem((2, 3), 0.5)] scale(m.view_mut(), 3));
    check!([m = Array2::from_elem((2, 3), 0.5)] scale(m.view_mut().reversed_axes(), 3));
    assert_eq!(scale::stats().compiled, 2, "{:?}", scale::signatures());
}

/// The first call compiles what is listed, if nobody did before.
#[test]
fn on_the_first_call() {
    #[jit(i8, i16)]
    fn negated<T: Integer>(a: T) -> T {
        T::ZERO - a
    }
    assert_eq!(negated(5i8), -5);
    assert_eq!(negated::stats().compiled, 2);
}

#[jit("complex128(complex128[:], complex64)", "c16(c16[::1], c8)")]
fn turned(all: ArrayView1<Complex<f64>>, by: Complex<f32>) -> Complex<f64> {
    all.sum() * Complex::new(by.re as f64, by.im as f64)
}

#[jit("UniTuple(c8, 2)(c8, f4)")]
fn scaled(z: Complex<f32>, by: f32) -> (Complex<f32>, Complex<f32>) {
    (z * by, z / by)
}

#[test]
fn complex_numbers() {
    turned::warm_up().expect("compiles");
    let compiled = turned::stats().compiled;
    let all = Array1::from_elem(9, Complex::new(0.5, 0.25));
    check!(turned(all.view(), Complex::new(0.5, -1.5)));
    check!(turned(all.slice(s![..;2]), Complex::new(0.5, -1.5)));
    assert_eq!(turned::stats().compiled, compiled);
    scaled::warm_up().expect("compiles");
    check!(scaled(Complex::new(0.5f32, 3.0), 0.1));
    assert_eq!(scaled::stats().compiled, 1);
}
