//! Values that are exact: those of zeros, infinities, NaN and small integers.

use crate::functions::{BINARY, UNARY};

#[test]
fn powers_of_zeros_have_their_signs() {
    for n in 1..5 {
        assert_eq!(mambo_math::powi(-0.0f64, n).to_bits(), (-0.0f64).powi(n).to_bits());
        assert_eq!(mambo_math::powi(-0.0f32, n).to_bits(), (-0.0f32).powi(n).to_bits());
    }
}

/// Values that are exact, and those of zeros, infinities and NaN, are as std has them.
#[test]
fn special_values_are_those_of_std() {
    let mut special = vec![0.0, 1.0, 2.0, 4.0, 8.0, 27.0, 64.0, 100.0, 1000.0, 1e22, 0.5, 0.125];
    special.extend([f64::INFINITY, 1e300, f64::MIN_POSITIVE, 5e-324, 1e-310, f64::NAN]);
    let special: Vec<f64> = special.iter().flat_map(|&x| [x, -x]).collect();
    // Whether std's value is so plain that it must be right.
    let plain = |x: f64| x.is_nan() || x.is_infinite() || x == x.round() && x.abs() < 1e6;
    let same = |a: f64, b: f64| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan();
    for function in UNARY {
        let Some(of_std) = function.of_std else { continue };
        // Fast variants owe only these exactly.
        let fast = function.name.starts_with("fast_");
        let plain = |x: f64| plain(x) && (!fast || !x.is_finite() || x == 0.0);
        for &x in &special {
            let (found, expected) = ((function.double)(x), of_std(x));
            let ok = !plain(expected) || same(found, expected);
            assert!(ok, "{}({x}) is {found}, not {expected}", function.name);
            let (x, expected) = (x as f32, of_std(f64::from(x as f32)));
            let found = (function.single)(x);
            let ok = !plain(expected) || same(found.into(), f64::from(expected as f32));
            assert!(ok, "{}({x}f32) is {found}, not {expected}", function.name);
        }
    }
    for function in BINARY {
        let Some(of_std) = function.of_std else { continue };
        for (&x, &y) in special.iter().flat_map(|x| special.iter().map(move |y| (x, y))) {
            let (found, expected) = ((function.double)(x, y), of_std(x, y));
            let ok = !plain(expected) || same(found, expected);
            assert!(ok, "{}({x}, {y}) is {found}, not {expected}", function.name);
            let (x, y) = (x as f32, y as f32);
            let expected = of_std(x.into(), y.into());
            let found = (function.single)(x, y);
            let ok = !plain(expected) || same(found.into(), f64::from(expected as f32));
            assert!(ok, "{}({x}f32, {y}) is {found}, not {expected}", function.name);
        }
    }
}

/// What std lacks.
#[test]
fn special_values_of_the_other_functions() {
    use mambo_math as math;
    let inf = f64::INFINITY;
    let nan = f64::NAN;
    let unary =
        |name: &str, double: fn(f64) -> f64, single: fn(f32) -> f32, values: &[(f64, f64)]| {
            for &(x, expected) in values {
                let same = |found: f64| {
                    found.to_bits() == expected.to_bits() || found.is_nan() && expected.is_nan()
                };
                assert!(same(double(x)), "{name}({x}) is {}, not {expected}", double(x));
                let found = single(x as f32);
                assert!(same(found.into()), "{name}({x}f32) is {found}, not {expected}");
            }
            assert!(double(nan).is_nan() && single(f32::NAN).is_nan(), "{name}(NaN)");
        };
    unary(
        "erf",
        math::erf,
        math::erf,
        &[(0.0, 0.0), (-0.0, -0.0), (inf, 1.0), (-inf, -1.0), (6.5, 1.0)],
    );
    unary(
        "erfc",
        math::erfc,
        math::erfc,
        &[(0.0, 1.0), (-0.0, 1.0), (inf, 0.0), (-inf, 2.0), (30.0, 0.0)],
    );
    unary(
        "sigmoid",
        math::sigmoid,
        math::sigmoid,
        &[(0.0, 0.5), (-0.0, 0.5), (inf, 1.0), (-inf, 0.0), (-800.0, 0.0)],
    );
    unary(
        "softplus",
        math::softplus,
        math::softplus,
        &[(inf, inf), (-inf, 0.0), (100.0, 100.0), (-800.0, 0.0)],
    );
    unary(
        "sinc",
        math::sinc,
        math::sinc,
        &[(0.0, 1.0), (-0.0, 1.0), (1.0, 0.0), (-7.0, 0.0), (inf, 0.0), (-inf, 0.0), (1e-300, 1.0)],
    );
    unary(
        "ln_gamma",
        math::ln_gamma,
        math::ln_gamma,
        &[
            (0.0, inf),
            (-0.0, inf),
            (1.0, 0.0),
            (2.0, 0.0),
            (-3.0, inf),
            (-1e300, inf),
            (inf, inf),
            (-inf, inf),
        ],
    );
    unary(
        "gamma",
        math::gamma,
        math::gamma,
        &[
            (0.0, inf),
            (-0.0, -inf),
            (inf, inf),
            (-inf, nan),
            (-1.0, nan),
            (-1e300, nan),
            (172.0, inf),
        ],
    );
    let mut factorial = 1.0f64;
    for n in 1..=22 {
        assert_eq!(math::gamma(f64::from(n)), factorial, "gamma({n})");
        assert_eq!(math::gamma(n as f32), factorial as f32, "gamma({n}f32)");
        factorial *= f64::from(n);
    }
    for (x, y, expected) in [
        (inf, inf, inf),
        (inf, -inf, inf),
        (-inf, inf, inf),
        (-inf, -inf, -inf),
        (-inf, 3.0, 3.0),
        (3.0, -inf, 3.0),
        (1e300, -1e300, 1e300),
        (nan, inf, nan),
        (inf, nan, nan),
        (nan, 1.0, nan),
        (1.0, nan, nan),
    ] {
        let same = |found: f64| found == expected || found.is_nan() && expected.is_nan();
        assert!(same(math::log_add_exp(x, y)), "log_add_exp({x}, {y})");
        if x.abs() != 1e300 {
            assert!(same(math::log_add_exp(x as f32, y as f32).into()), "log_add_exp({x}f32, {y})");
        }
    }
}
