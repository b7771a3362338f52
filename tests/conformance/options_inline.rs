//! The options of the attribute: `inline` and `boundscheck` change no result.

use crate::values::Random;
use mambo::prelude::*;

#[jit(inline = "always")]
fn always(x: i64, y: i64) -> i64 {
    if x > y {
        return x - y;
    }
    x * 3 + y
}

#[jit(inline = "never")]
fn never(x: i64, y: i64) -> i64 {
    if x > y {
        return x - y;
    }
    x * 3 + y
}

#[jit]
fn calls(a: &[i64]) -> (i64, i64) {
    let (mut left, mut right) = (1, 1);
    for &x in a {
        left = always(left, x);
        right = never(right, x);
    }
    (left, right)
}

#[test]
fn inlined_or_not() {
    let mut random = Random::new(38);
    for n in 0..20 {
        let values = random.vec::<i64>(n);
        check!(calls(&values));
        let (left, right) = calls(&values);
        assert_eq!(left, right);
    }
    let ir = calls::ir();
    assert!(ir.contains("never"), "a call of `never` is left: {ir}");
    assert!(!ir.contains("@always"), "no call of `always` is left: {ir}");
}

#[jit(inline = "always")]
fn fails_inside(values: &[i32], i: usize) -> i32 {
    values[i + 1]
}

#[jit]
fn fails_outside(numbers: &[i32], i: usize) -> i32 {
    fails_inside(numbers, i) * 2
}

/// A panic is that of the function it was written in, also where that was inlined.
#[test]
fn panics_of_inlined_kernels() {
    (0..4).for_each(|i| check!(fails_outside(&[1, 2, 3], i)));
    check_panic!("`values` has length 3 but the index is 3", fails_outside(&[1, 2, 3], 2));
}

/// Adds without checks.
///
/// # Safety
/// `at` must be below the length of `values`.
#[jit(boundscheck = false)]
unsafe fn unchecked(values: &[f64], at: usize) -> f64 {
    values[at] + values[0]
}

#[jit(boundscheck = true)]
fn checked(values: &[f64], at: usize) -> f64 {
    values[at] + values[0]
}

#[test]
fn without_checks() {
    let values = [0.5, 1.5, 2.5];
    for at in 0..3 {
        // SAFETY: `at` is below the length.
        let (found, expected) = unsafe { (unchecked(&values, at), unchecked::rust(&values, at)) };
        assert_eq!(found, expected);
    }
    (0..5).for_each(|at| check!(checked(&values, at)));
    assert!(checked::ir().contains("check_index"), "{}", checked::ir());
    assert!(!unchecked::ir().contains("check_index"), "{}", unchecked::ir());
}

#[jit(f32, f64, inline = "always")]
fn both<T: Real>(x: T) -> T {
    x + x
}

#[test]
fn options_beside_types() {
    check!(both(1.5f32));
    check!(both(1.5f64));
    assert_eq!(both::stats().compiled, 2);
}
