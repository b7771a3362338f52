//! Every numeric method of `f32` and `f64`.

use crate::check::{by_elementary, elementary};
use crate::values::{Sample, floats};
use mambo::prelude::*;

#[jit]
fn operators<T: Real>(a: T, b: T) -> (T, T, T, T, T, T) {
    (a + b, a - b, a * b, a / b, a % b, -a)
}

#[jit]
fn comparisons<T: Real>(a: T, b: T) -> (bool, bool, bool, bool, bool, bool) {
    (a < b, a <= b, a > b, a >= b, a == b, a != b)
}

#[jit]
fn negated_comparisons<T: Real>(a: T, b: T) -> (bool, bool, u32) {
    (!(a < b), !(a == b), if !(a >= b) { 1 } else { 2 })
}

#[jit]
fn roots<T: Real>(a: T) -> (T, T, T) {
    (a.sqrt(), a.cbrt(), a.recip())
}

#[jit]
fn rounding<T: Real>(a: T) -> (T, T, T, T, T, T) {
    (a.floor(), a.ceil(), a.round(), a.round_ties_even(), a.trunc(), a.fract())
}

#[jit]
fn signs<T: Real>(a: T, b: T) -> (T, T, T) {
    (a.abs(), a.signum(), a.copysign(b))
}

#[jit]
fn classes<T: Real>(a: T) -> (bool, bool, bool, bool) {
    (a.is_nan(), a.is_infinite(), a.is_finite(), a.is_normal())
}

#[jit]
fn sign_bits<T: Real>(a: T) -> (bool, bool) {
    (a.is_sign_positive(), a.is_sign_negative())
}

#[jit]
fn exponentials<T: Real>(a: T) -> (T, T, T) {
    (a.exp(), a.exp2(), a.exp_m1())
}

#[jit]
fn logarithms<T: Real>(a: T, b: T) -> (T, T, T, T, T) {
    (a.ln(), a.log2(), a.log10(), a.ln_1p(), a.log(b))
}

#[jit]
fn trigonometry<T: Real>(a: T) -> (T, T, T, (T, T)) {
    (a.sin(), a.cos(), a.tan(), a.sin_cos())
}

#[jit]
fn arcs<T: Real>(a: T, b: T) -> (T, T, T, T) {
    (a.asin(), a.acos(), a.atan(), a.atan2(b))
}

#[jit]
fn hyperbolic<T: Real>(a: T) -> (T, T, T, T, T, T) {
    // Those of std lose their digits near 1 and -1.
    let more = a.abs() + T::ONE + T::ONE;
    (a.sinh(), a.cosh(), a.tanh(), a.asinh(), more.acosh(), a.abs().atanh())
}

#[jit]
fn powers<T: Real>(a: T, b: T) -> (T, T) {
    (a.powf(b), a.hypot(b))
}

#[jit]
fn integer_powers<T: Real>(a: T, n: i32) -> T {
    a.powi(n)
}

#[jit]
fn angles<T: Real>(a: T) -> (T, T) {
    (a.to_degrees(), a.to_radians())
}

#[jit]
fn euclid<T: Real>(a: T, b: T) -> (T, T) {
    (a.div_euclid(b), a.rem_euclid(b))
}

#[jit]
fn fused<T: Real>(a: T, b: T) -> (T, T) {
    (a.mul_add(b, a), b.mul_add(a, -b))
}

/// Products and sums are not contracted.
#[jit]
fn apart<T: Real>(a: T, b: T) -> (T, T) {
    (a * b + a, a * a - b * b)
}

fn each<T: Real + Sample>() {
    for a in T::all() {
        elementary(|| check!(roots(a)));
        check!(rounding(a));
        check!(classes(a));
        check!(sign_bits(a));
        elementary(|| check!(exponentials(a)));
        elementary(|| check!(trigonometry(a)));
        elementary(|| check!(hyperbolic(a)));
        check!(angles(a));
        for n in [0, 1, 2, 3, 5, 10, -1, -2, -7, 31] {
            // That of std multiplies, and rounds each time.
            by_elementary(|| check!(integer_powers(a, n)));
        }
    }
    for (a, b) in T::pairs() {
        check!(operators(a, b));
        check!(comparisons(a, b));
        check!(negated_comparisons(a, b));
        check!(signs(a, b));
        elementary(|| check!(logarithms(a, b)));
        elementary(|| check!(arcs(a, b)));
        elementary(|| check!(powers(a, b)));
        check!(euclid(a, b));
        check!(fused(a, b));
        check!(apart(a, b));
    }
}

#[test]
fn of_both_types() {
    floats!(each);
}

#[jit]
fn constants<T: Real>() -> (T, T, T, T, T, T) {
    (T::PI, T::E, T::EPSILON, T::INFINITY, T::NEG_INFINITY, T::MIN_POSITIVE)
}

#[jit]
fn named(a: f64, b: f32) -> (f64, f64, f32, f64) {
    (a * std::f64::consts::TAU, a - f64::EPSILON, b + std::f32::consts::FRAC_PI_3, f64::MAX - a)
}

#[jit]
fn inherent(a: f64) -> (bool, u64, f64, f64) {
    (a.is_subnormal(), a.to_bits() >> 52, f64::sqrt(a), f64::powi(a, 3))
}

#[test]
fn constants_and_paths() {
    check!(constants::<f32>());
    check!(constants::<f64>());
    for (a, b) in f64::all().into_iter().zip(f32::all()) {
        check!(named(a, b));
        if !a.is_nan() {
            elementary(|| check!(inherent(a)));
        }
    }
}

#[jit]
fn kahan(values: &[f64]) -> f64 {
    let mut sum = 0.0;
    let mut lost = 0.0;
    for &value in values {
        let y = value - lost;
        let t = sum + y;
        lost = (t - sum) - y;
        sum = t;
    }
    sum
}

#[test]
fn compensation_is_not_simplified_away() {
    let values: Vec<f64> = (0..1000).map(|i| 1.0 / (i + 1) as f64 * 1e10).collect();
    check!(kahan(&values));
    assert_ne!(kahan(&values), values.iter().sum::<f64>());
}
