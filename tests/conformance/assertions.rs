//! `assert!` and its kin, and their messages.

use crate::values::Sample;
use mambo::prelude::*;

#[jit]
fn plain_assert(x: f64) -> f64 {
    assert!(x >= 0.0 && x < 1e3);
    x.sqrt()
}

#[jit]
fn with_message(x: i32, limit: i32) -> i32 {
    assert!(x < limit, "x = {x} is not below {limit}: {}", x - limit);
    x
}

#[jit]
fn formats(a: f64, b: f32, c: u8, d: bool, stop: bool) -> f64 {
    assert!(!stop, "{a} {a:?} {a:.3} {b} {b:?} {c} {d} {{}}");
    a
}

#[jit]
fn equal(a: u64, b: u64) -> u64 {
    assert_eq!(a, b);
    a
}

#[jit]
fn equal_floats(a: f32, b: f32) -> f32 {
    assert_eq!(a * 2.0, b + b);
    a
}

#[jit]
fn unequal(a: i8, b: i8) -> i8 {
    assert_ne!(a, b);
    a
}

#[jit]
fn equal_with_message(a: i32, b: i32, names: &[i32]) -> i32 {
    assert_eq!(a, b, "{a} is not {b}");
    assert_ne!(a + 1, names[0], "name {} of {:?} {{", names[1] / b, a,);
    debug_assert_ne!(a, 7, "seven");
    debug_assert_eq!(a % 2, 0, "{0} {0}", a);
    a
}

#[jit]
fn equal_tuples(a: (i32, f64), b: (i32, f64)) -> bool {
    assert_eq!(a.0, b.0, "first of {:?}", a.1,);
    a == b
}

#[jit]
fn only_in_debug_builds(a: i32) -> i32 {
    debug_assert!(a > 0, "not positive");
    debug_assert_eq!(a % 2, 0);
    a
}

#[jit]
fn after_writes(values: &mut [i32], limit: i32) {
    for i in 0..values.len() {
        values[i] += 1;
        assert!(values[i] < limit, "element {i} is {}", values[i]);
    }
}

#[jit]
fn shapes(a: ArrayView2<f64>, b: ArrayView2<f64>) -> f64 {
    assert_eq!(a.ncols(), b.nrows());
    assert!(a.nrows() > 0, "no rows");
    a[[0, 0]] * b[[0, 0]]
}

#[test]
fn agree() {
    for (a, b) in f64::pairs().into_iter().step_by(3) {
        check!(plain_assert(a));
        check!(formats(a, b as f32, 200, true, true));
        check!(formats(a, b as f32, 7, false, false));
        check!(equal_floats(a as f32, b as f32));
    }
    for (a, b) in i32::pairs() {
        check!(with_message(a, b));
        check!(equal(a as u64, b as u64));
        check!(unequal(a as i8, b as i8));
        check!(equal_with_message(a, b, &[2, 3]));
        check!(equal_with_message(a, a, &[2, 3]));
        check!(equal_with_message(a, a, &[a.wrapping_add(1), 30]));
        check!(equal_with_message(a, a, &[a.wrapping_add(1)]));
        check!(equal_tuples((a, 0.5), (b, -0.5)));
        check!(only_in_debug_builds(a));
    }
    for limit in 0..6 {
        check!([values = vec![1, 3, 2, 5]] after_writes(&mut values, limit));
    }
    let (a, b) = (Array2::ones((2, 3)), Array2::ones((3, 2)));
    check!(shapes(a.view(), b.view()));
    check!(shapes(a.view(), a.view()));
    check_panic!("no rows", shapes(Array2::<f64>::ones((0, 3)).view(), b.view()));
    check_panic!("x = 5 is not below 3: 2", with_message(5, 3));
    check_panic!("assertion `left == right` failed\n  left: 1\n right: 2", equal(1, 2));
    let text = "assertion `left != right` failed: name 3 of 1 {\n  left: 2\n right: 2";
    check_panic!(text, equal_with_message(1, 1, &[2, 3]));
}
