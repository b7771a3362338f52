//! Arguments where much cancels, or where a formula ends, which drawn ones seldom meet.

use crate::arguments::{Random, near_zero};
use crate::number;
use crate::reference::Reference;
use mambo_math as math;

/// Among the negative numbers `ln_gamma` has zeros: beside each, as near and as far as may be, and
/// between them.
#[test]
fn ln_gamma_of_negative_numbers() {
    let (mut random, mut reference) = (Random(4), Reference::new());
    let zeros = math::coefficients::LN_GAMMA_ZEROS.chunks(11).map(|row| row[0]);
    let zeros: Vec<f64> = zeros.collect();
    let samples = number("MAMBO_SAMPLES").unwrap_or(4000);
    for number in 0..samples {
        let zero = zeros[number / 2 % zeros.len()];
        let near = (
            zero.to_bits() - 4 + random.bits() % 9,
            random.unit() * 2f64.powi(number as i32 % 50 - 52),
        );
        let x = match number % 3 {
            0 => -random.argument(number / 3, (0.0, 4503599627370496.0)).abs(),
            1 => f64::from_bits(near.0),
            _ => zero + (zero - zero.round()) * random.signed(near.1),
        };
        let error = reference.unary("ln_gamma", x).ulps(math::ln_gamma(x));
        assert!(error <= 4.0, "ln_gamma({x:e}) is off by {error} ULP");
        let near = (zero as f32).to_bits().wrapping_add((number % 9) as u32) - 4;
        let single = if number % 3 == 1 { f32::from_bits(near) } else { x as f32 };
        let exact = reference.unary("ln_gamma", single.into());
        let error = exact.ulps_of_single(math::ln_gamma(single));
        assert!(error <= 4.0, "ln_gamma({single:e}f32) is off by {error} ULP");
    }
}

/// Up to the greatest arguments that have a result, and beyond.
#[test]
fn gamma_up_to_the_edge() {
    let mut reference = Reference::new();
    for (most, name, function) in [
        (2.5599833278516383e305f64, "ln_gamma", math::ln_gamma::<f64> as fn(f64) -> f64),
        (171.6243769563027, "gamma", math::gamma),
    ] {
        let mut x = f64::from_bits(most.to_bits() - 1000);
        while x <= most {
            let (found, exact) = (function(x), reference.unary(name, x));
            let error = exact.ulps(found);
            assert!(found < f64::INFINITY && error <= 4.0, "{name}({x:e}) is off by {error} ULP");
            x = x.next_up();
        }
        assert_eq!(function(x), f64::INFINITY, "{name}({x:e})");
        assert_eq!(function(f64::MAX), f64::INFINITY, "{name}");
    }
    for x in [2.5563481638716903e305, 2.5563481638716906e305, 2.556348163871691e305, 2.558e305] {
        let error = reference.unary("ln_gamma", x).ulps(math::ln_gamma(x));
        assert!(error <= 4.0, "ln_gamma({x:e}) is off by {error} ULP");
    }
}

/// Where two powers add up to nearly 1, up to 107 bits of them cancel.
#[test]
fn log_add_exp_near_zero() {
    let (mut random, mut reference) = (Random(5), Reference::new());
    let mut check = |x: f64, y: f64| {
        let error = reference.binary("log_add_exp", x, y).ulps(math::log_add_exp(x, y));
        assert!(error <= 1.0, "log_add_exp({x:e}, {y:e}) is off by {error} ULP");
        let (x, y) = (x as f32, y as f32);
        let exact = reference.binary("log_add_exp", x.into(), y.into());
        let error = exact.ulps_of_single(math::log_add_exp(x, y));
        assert!(error <= 1.0, "log_add_exp({x:e}f32, {y:e}) is off by {error} ULP");
    };
    check(-3.87356353, -0.0210032035);
    for number in 0..number("MAMBO_SAMPLES").unwrap_or(4000) {
        let (x, y) = near_zero(&mut random, number);
        check(x, y);
        // As near as may be for `f32` too.
        let y = (-f64::from(x.max(y) as f32).exp_m1()).ln();
        check(x.max(f64::from(y as f32)), f64::from(y as f32));
    }
}

/// Points so far away or so near that their numbers have to be scaled.
#[test]
fn angles_of_far_and_near_points() {
    let mut reference = Reference::new();
    for (y, x) in [
        (9.329743094829178e302, 3.690962787170051e303),
        (4.168772873e-315, 1.33974813857e-313),
        (3.3e-308, 1.7e-200),
        (5e-324, 1e-323),
        (5e-324, f64::MAX),
        (f64::MAX, 5e-324),
        (f64::MAX, f64::MAX),
        (1e-20, 1e300),
        (7e-309, 3.0),
        (2.2250738585072014e-308, 1.0000000000000002),
    ] {
        for (y, x) in [(y, x), (y, -x), (-y, x), (-y, -x)] {
            let error = reference.binary("atan2", y, x).ulps(math::atan2(y, x));
            assert!(error <= 1.0, "atan2({y:e}, {x:e}) is off by {error} ULP");
        }
    }
}

/// The farther a base is from 1, and a power too, the more digits its logarithm needs.
#[test]
fn powers_of_large_exponents() {
    let mut reference = Reference::new();
    for (x, y) in [
        (1.4056341777577537, -1997.6920506996835),
        (0.7193379782210717, -1746.0),
        (1.374944481451778, 1792.9520150011845),
        (0.7127323278636855, -2066.3285336321665),
    ] {
        let error = reference.binary("pow", x, y).ulps(math::pow(x, y));
        assert!(error <= 1.0, "pow({x:e}, {y:e}) is off by {error} ULP");
    }
}

/// Integer powers are those of any exponent.
#[test]
fn integer_powers_are_powers() {
    let mut random = Random(7);
    for _ in 0..4000 {
        let n = (random.bits() % 200) as i32 * 1_000_000 - 100_000_000;
        let x = 1.0 + random.argument(2, (-4.0, 4.0)) / 1e6;
        let (found, expected) = (math::powi(x, n), math::pow(x, f64::from(n)));
        assert_eq!(found.to_bits(), expected.to_bits(), "powi({x:e}, {n})");
    }
}
