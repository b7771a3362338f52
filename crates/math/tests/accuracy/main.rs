//! How far the functions are from the true values.
//!
//! `f64` is measured against values of 192 bits, at arguments of every kind, the same in every
//! run, and then, again and again, beside those that had the greatest errors. `f32` is measured against the functions of `f64`, which are near enough: at every
//! thousandth of its numbers, or at all with `MAMBO_ALL=1`. What is found is written in
//! `ACCURACY.md`: `MAMBO_BLESS=1` rewrites it. More arguments, without the page:
//!
//! ```sh
//! MAMBO_SAMPLES=1000000 MAMBO_ALL=1 cargo test --release -p mambo-math --test accuracy -- --nocapture
//! ```
//!
//! `MAMBO_FUNCTION=sin` looks at one function only; all of its `f32` take a minute or two.

mod angles;
mod functions;
mod reference;
mod special;

use functions::{BINARY, Binary, Random, UNARY, Unary, promised};
use reference::Reference;
use std::fmt::Write;
use std::path::Path;
use std::thread;

/// Arguments of a function of `f64`, unless told otherwise.
const SAMPLES: usize = 20_000;

fn setting(name: &str) -> Option<usize> {
    std::env::var(name).ok().and_then(|value| value.parse().ok())
}

/// Whether a function is to be looked at.
fn is_chosen(name: &str) -> bool {
    std::env::var("MAMBO_FUNCTION").map_or(true, |only| only == name)
}

/// The errors that were found, in units of the last place.
#[derive(Default)]
struct Errors {
    most: f64,
    at: String,
    sum: f64,
    count: usize,
}

impl Errors {
    fn add(&mut self, error: f64, at: impl FnOnce() -> String) {
        self.sum += error;
        self.count += 1;
        self.add_to_most(error, at);
    }

    /// For arguments that are there because errors are great, which leave the mean alone.
    fn add_to_most(&mut self, error: f64, at: impl FnOnce() -> String) {
        if error > self.most {
            self.most = error;
            self.at = at();
        }
    }

    fn row(&self, name: &str, ty: &str) -> String {
        let mean = self.sum / self.count as f64;
        let (name, afn) = match name.strip_prefix("fast_") {
            Some(name) => (name, "yes"),
            None => (name, ""),
        };
        format!("| `{name}` | {ty} | {afn} | {:.4} | {} | {mean:.4} |\n", self.most, self.at)
    }
}

/// The arguments that had the greatest errors, those first.
#[derive(Default)]
struct Peaks(Vec<(f64, f64)>);

impl Peaks {
    const MOST: usize = 16;

    fn add(&mut self, error: f64, x: f64) {
        let place = self.0.partition_point(|&(other, _)| other > error);
        if place < Self::MOST && self.0.iter().all(|&(_, other)| other != x) {
            self.0.insert(place, (error, x));
            self.0.truncate(Self::MOST);
        }
    }

    /// An argument beside one of them, if there is one in the domain, as near as may be or not.
    fn beside(&self, random: &mut Random, number: usize, (low, high): (f64, f64)) -> f64 {
        let (_, peak) = self.0[number % self.0.len()];
        let distance = 2f64.powi(-3 - (random.bits() % 32) as i32);
        let by = random.unit() * distance;
        let x = peak * (1.0 + random.signed(by));
        if x >= low && x <= high { x } else { peak }
    }
}

fn errors_of_doubles(samples: usize) -> Vec<(&'static str, Errors)> {
    let mut reference = Reference::new();
    let mut all = Vec::new();
    for function in UNARY.iter().filter(|of| is_chosen(of.name)) {
        let (mut random, mut errors) = (Random(1), Errors::default());
        let mut error_at = |x| reference.unary(function.name, x).ulps((function.double)(x));
        let mut peaks = Peaks::default();
        for number in 0..samples {
            let x = random.argument(number, function.domain);
            let error = error_at(x);
            errors.add(error, || format!("{x:e}"));
            peaks.add(error, x);
        }
        for number in 0..samples / 2 {
            let x = peaks.beside(&mut random, number, function.domain);
            let error = error_at(x);
            errors.add_to_most(error, || format!("{x:e}"));
            peaks.add(error, x);
        }
        all.push((function.name, errors));
    }
    for function in BINARY.iter().filter(|of| is_chosen(of.name)) {
        let (mut random, mut errors) = (Random(2), Errors::default());
        for number in 0..samples {
            let (x, y) = (function.arguments)(&mut random, number);
            let exact = reference.binary(function.name, x, y);
            errors.add(exact.ulps((function.double)(x, y)), || format!("{x:e}, {y:e}"));
        }
        all.push((function.name, errors));
    }
    all
}

/// The error of an `f32`, given the value as an `f64`.
fn ulps_of_single(found: f32, exact: f64) -> f64 {
    let rounded = exact as f32;
    if found.to_bits() == rounded.to_bits() || found.is_nan() && exact.is_nan() {
        // Rounded correctly: at most half a unit.
        let place = last_place(rounded);
        return if exact.is_finite() && rounded.is_finite() {
            ((f64::from(found) - exact) / place).abs()
        } else {
            0.0
        };
    }
    if found.is_nan() || exact.is_nan() || !found.is_finite() && !rounded.is_finite() {
        return f64::INFINITY;
    }
    let found =
        if found.is_finite() { f64::from(found) } else { f64::from(f32::MAX).copysign(exact) };
    ((found - exact) / last_place(rounded)).abs()
}

fn last_place(x: f32) -> f64 {
    let size = x.abs().min(f32::MAX);
    let place = f64::from(f32::from_bits(size.to_bits() & 0x7f80_0000)) * f64::from(f32::EPSILON);
    place.max(f64::from(f32::from_bits(1)))
}

fn errors_of_unary_single(function: &Unary, step: usize) -> Errors {
    let mut errors = Errors::default();
    for bits in (0..=u32::MAX).step_by(step) {
        // Every stratum has its numbers, and no two strata the same last bits.
        let x = f32::from_bits(bits ^ ((bits >> 7) % step as u32));
        let error = ulps_of_single((function.single)(x), (function.double)(f64::from(x)));
        errors.add(error, || format!("{x:e}"));
    }
    errors
}

fn errors_of_binary_single(function: &Binary, step: usize) -> Errors {
    let (mut random, mut errors) = (Random(3), Errors::default());
    for number in 0..(1usize << 32) / step / 4 {
        let bits = random.bits();
        let any = (f32::from_bits(bits as u32), f32::from_bits((bits >> 32) as u32));
        let drawn = (function.arguments)(&mut random, number);
        let (x, y) = match number % 2 {
            0 => any,
            _ => (drawn.0 as f32, drawn.1 as f32),
        };
        let exact = (function.double)(f64::from(x), f64::from(y));
        errors.add(ulps_of_single((function.single)(x, y), exact), || format!("{x:e}, {y:e}"));
    }
    errors
}

/// Those of `f64`, and those of `f32` with a thread for each function.
fn errors_of_all(samples: usize, step: usize) -> (Vec<(&'static str, Errors)>, Vec<Errors>) {
    thread::scope(|scope| {
        let unary = UNARY.iter().filter(|of| is_chosen(of.name));
        let unary = unary.map(|of| scope.spawn(move || errors_of_unary_single(of, step)));
        let mut singles: Vec<_> = unary.collect();
        let binary = BINARY.iter().filter(|of| is_chosen(of.name));
        singles.extend(binary.map(|of| scope.spawn(move || errors_of_binary_single(of, step))));
        let doubles = errors_of_doubles(samples);
        let joined = singles.into_iter().map(|single| single.join().expect("no panic"));
        (doubles, joined.collect())
    })
}

const HEAD: &str = "\
# How accurate the functions are

Errors in units of the last place (ULP) of the true value; 0.5 is what rounding it costs. They
are those of `cargo test -p mambo-math --test accuracy`, which says what is measured, and are the
same on every processor. The functions promise at most 1; `gamma`, `ln_gamma` and what kernels
get with `#[jit(fastmath(afn))]` at most 4. With `afn`, functions that have no row for it are the
same as without.

| function | type | `afn` | most | at | mean |
|----------|------|-------|-----:|----|-----:|
";

#[test]
fn errors_are_those_of_the_page() {
    let samples = setting("MAMBO_SAMPLES").unwrap_or(SAMPLES);
    let step = if setting("MAMBO_ALL").is_some() { 1 } else { 1009 };
    let (doubles, singles) = errors_of_all(samples, step);
    let mut page = HEAD.to_string();
    let mut bad = String::new();
    for ((name, double), single) in doubles.iter().zip(&singles) {
        for (ty, errors) in [("f64", double), ("f32", single)] {
            page += &errors.row(name, ty);
            if errors.most.is_nan() || errors.most > promised(name) {
                write!(bad, "{}", errors.row(name, ty)).expect("a string");
            }
        }
    }
    assert!(bad.is_empty(), "errors of more than is promised:\n{bad}");
    if samples != SAMPLES || step == 1 || doubles.len() < UNARY.len() {
        println!("{page}");
        return;
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("ACCURACY.md");
    if setting("MAMBO_BLESS").is_some() {
        std::fs::write(&path, &page).expect("the page can be written");
    }
    let written = std::fs::read_to_string(&path).expect("the page");
    assert_eq!(page, written, "`MAMBO_BLESS=1` rewrites the page");
}

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

/// Among the negative numbers `ln_gamma` has zeros: beside each, as near and as far as may be, and
/// between them.
#[test]
fn ln_gamma_of_negative_numbers() {
    let (mut random, mut reference) = (Random(4), Reference::new());
    let zeros = mambo_math::coefficients::LN_GAMMA_ZEROS.chunks(11).map(|row| row[0]);
    let zeros: Vec<f64> = zeros.collect();
    let samples = setting("MAMBO_SAMPLES").unwrap_or(4000);
    for number in 0..samples {
        let zero = zeros[number / 2 % zeros.len()];
        let near = (
            zero.to_bits() - 4 + random.bits() % 9,
            random.unit() * 2f64.powi(number as i32 % 50 - 52),
        );
        let x = match number % 3 {
            0 => -random.argument(number / 3, (0.0, 1e15)).abs(),
            1 => f64::from_bits(near.0),
            _ => zero + (zero - zero.round()) * random.signed(near.1),
        };
        let (found, exact) = (mambo_math::ln_gamma(x), reference.unary("ln_gamma", x));
        let error = exact.ulps(found);
        assert!(error <= 4.0, "ln_gamma({x:e}) is off by {error} ULP");
    }
}

/// Where two powers add up to nearly 1, the error of `log_add_exp` is one beside 2⁻⁷.
#[test]
fn log_add_exp_near_zero() {
    let (mut random, mut reference) = (Random(5), Reference::new());
    for number in 0..2000 {
        let x = -random.argument(2, (0.0, 0.7)).abs();
        let near = (-x.exp_m1()).ln();
        let y = near * (1.0 + random.argument(1, (-1.0, 1.0)) * 2f64.powi(-(number % 40)));
        let (found, exact) = (mambo_math::log_add_exp(x, y), reference.binary("log_add_exp", x, y));
        let error = exact.ulps(found) * (found.abs() * 128.0).min(1.0);
        assert!(error <= 1.0, "log_add_exp({x:e}, {y:e}) is off by {error} ULP");
    }
}

/// Integer powers are powers; those of `f32` are near those of `f64`.
#[test]
fn integer_powers_are_within_a_place() {
    let (mut reference, mut random) = (Reference::new(), Random(7));
    for number in 0..4000 {
        let n = (random.bits() % 200) as i32 - 100;
        let x = random.argument(2, (-4.0, 4.0));
        // Huge exponents near 1 too; the reference would multiply as often.
        let (x, n) = if number % 2 == 0 { (x, n) } else { (1.0 + x / 1e6, n * 1_000_000) };
        let found = mambo_math::powi(x, n);
        if number % 2 == 0 {
            let error = reference.binary("powi", x, f64::from(n)).ulps(found);
            assert!(error <= 1.0, "powi({x:e}, {n}) is off by {error} ULP");
        } else {
            assert_eq!(found.to_bits(), mambo_math::pow(x, f64::from(n)).to_bits());
        }
        let single = x as f32;
        let exact = mambo_math::powi(f64::from(single), n);
        let error = ulps_of_single(mambo_math::powi(single, n), exact);
        assert!(error <= 1.0, "powi({single:e}f32, {n}) is off by {error} ULP");
    }
}
