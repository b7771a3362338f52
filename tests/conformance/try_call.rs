//! `try_call`: the panic of a kernel as a value.

use mambo::Error;
use mambo::prelude::*;

#[jit]
fn ratio(values: &[i32], i: usize) -> i32 {
    100 / values[i]
}

#[test]
fn a_value_or_an_error() {
    let values = [5, 0, 2];
    assert_eq!(ratio::try_call(&values, 0).expect("no panic"), 20);
    let Err(Error::Panic(panic)) = ratio::try_call(&values, 1) else { panic!("no error") };
    assert_eq!(panic.message, "attempt to divide by zero");
    assert_eq!((panic.kernel.as_str(), panic.file.as_str()), ("ratio", file!()));
    assert_eq!(panic.line, 8);
    let Err(Error::Panic(panic)) = ratio::try_call(&values, 3) else { panic!("no error") };
    assert_eq!(panic.message, "index out of bounds: `values` has length 3 but the index is 3");
    assert_eq!(panic.line, 8);
    // And the next call is as good as the first.
    assert_eq!(ratio::try_call(&values, 2).expect("no panic"), 50);
}

#[test]
fn errors_are_errors() {
    let error: Box<dyn std::error::Error + Send + Sync> =
        ratio::try_call(&[], 0).expect_err("no element").into();
    let text = error.to_string();
    assert!(text.contains("has length 0"), "{text}");
    assert!(text.contains(file!()), "{text}");
}

#[jit]
fn generic<T: Number>(a: ArrayView1<T>, mut b: ArrayViewMut1<T>) -> T {
    for i in 0..a.len() {
        b[i] = a[i] / T::from_i64(2);
    }
    b[0]
}

#[test]
fn of_generic_kernels() {
    let a = Array1::from_vec(vec![1.0, 2.0, 3.0]);
    let mut b = Array1::zeros(2);
    assert!(generic::try_call(a.view(), b.view_mut()).is_err());
    assert_eq!(b, Array1::from_vec(vec![0.5, 1.0]));
    let mut c = Array1::zeros(3);
    let result = generic::try_call(Array1::from_vec(vec![9u8, 8, 7]).view(), c.view_mut());
    assert_eq!(result.expect("room"), 4);
}

#[jit]
fn option(x: u8) -> Option<u8> {
    x.checked_add(200)
}

#[test]
fn options_inside() {
    assert_eq!(option::try_call(1).expect("no panic"), Some(201));
    assert_eq!(option::try_call(100).expect("no panic"), None);
}
