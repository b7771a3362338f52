//! Errors of one function, and where they are the greatest.

use crate::arguments::Random;
use crate::functions::{BINARY, Binary, UNARY, Unary};
use crate::reference::{Exact, Reference};
use crate::setting;
use std::thread;

/// An argument, or two; the second of one is 0.
type Arguments = (f64, f64);

/// Arguments of a function of `f32` that are measured against the reference too.
const SINGLES: usize = 2000;

/// The errors that were found, in units of the last place.
#[derive(Default)]
pub(crate) struct Errors {
    pub(crate) most: f64,
    pub(crate) at: String,
    sum: f64,
    count: usize,
}

impl Errors {
    /// Adds the error of a result. Only finite normal ones count in the mean: what is too large,
    /// too small or NaN has no error, or that of a longer last place.
    fn add(&mut self, error: f64, normal: bool, at: impl FnOnce() -> String) {
        if normal {
            self.sum += error;
            self.count += 1;
        }
        self.add_to_most(error, at);
    }

    /// For arguments that are there because errors are great, which leave the mean alone.
    fn add_to_most(&mut self, error: f64, at: impl FnOnce() -> String) {
        if error > self.most || error.is_nan() {
            self.most = error;
            self.at = at();
        }
    }

    pub(crate) fn mean(&self) -> f64 {
        self.sum / self.count as f64
    }
}

/// The arguments that had the greatest errors, those first.
#[derive(Default)]
struct Peaks(Vec<(f64, Arguments)>);

impl Peaks {
    const MOST: usize = 16;

    fn add(&mut self, error: f64, at: Arguments) {
        let place = self.0.partition_point(|&(other, _)| other > error);
        if place < Self::MOST && self.0.iter().all(|&(_, other)| other != at) {
            self.0.insert(place, (error, at));
            self.0.truncate(Self::MOST);
        }
    }

    /// Arguments beside one of them, as near as may be or not: either or both are others.
    fn beside(&self, random: &mut Random, number: usize) -> Arguments {
        let (_, (x, y)) = self.0[number % self.0.len()];
        let mut near = |x: f64| {
            let distance = 2f64.powi(-3 - (random.bits() % 32) as i32);
            let by = random.unit() * distance;
            x * (1.0 + random.signed(by))
        };
        match number / self.0.len() % 3 {
            1 if y != 0.0 => (x, near(y)),
            2 => (near(x), near(y)),
            _ => (near(x), y),
        }
    }
}

/// Measures at drawn arguments, and then beside those that had the greatest errors.
fn errors_of_double(
    samples: usize,
    mut random: Random,
    mut draw: impl FnMut(&mut Random, usize) -> Arguments,
    may_be: impl Fn(Arguments) -> bool,
    mut measured: impl FnMut(Arguments) -> (f64, Exact),
    at: fn(Arguments) -> String,
) -> Errors {
    let (mut errors, mut peaks) = (Errors::default(), Peaks::default());
    for number in 0..samples {
        let drawn = draw(&mut random, number);
        let (found, exact) = measured(drawn);
        let error = exact.ulps(found);
        errors.add(error, found.is_normal(), || at(drawn));
        peaks.add(error, drawn);
    }
    for number in 0..samples / 2 {
        let beside = peaks.beside(&mut random, number);
        if may_be(beside) {
            let (found, exact) = measured(beside);
            let error = exact.ulps(found);
            errors.add_to_most(error, || at(beside));
            peaks.add(error, beside);
        }
    }
    errors
}

fn one((x, _): Arguments) -> String {
    format!("{x:e}")
}

fn two((x, y): Arguments) -> String {
    format!("{x:e}, {y:e}")
}

fn errors_of_doubles(samples: usize) -> Vec<(&'static str, Errors)> {
    let mut reference = Reference::new();
    let unary = UNARY.iter().filter(|of| is_chosen(of.name)).map(|of| {
        let (low, high) = of.domain;
        let errors = errors_of_double(
            samples,
            Random(1),
            |random, number| (random.argument(number, of.domain), 0.0),
            |(x, _)| x >= low && x <= high,
            |(x, _)| ((of.double)(x), reference.unary(of.name, x)),
            one,
        );
        (of.name, errors)
    });
    let mut all: Vec<_> = unary.collect();
    all.extend(BINARY.iter().filter(|of| is_chosen(of.name)).map(|of| {
        let errors = errors_of_double(
            samples,
            Random(2),
            of.arguments,
            // An exponent of `powi` stays one.
            |(x, y)| x.is_finite() && y.is_finite() && (of.name != "powi" || y == y.round()),
            |(x, y)| ((of.double)(x, y), reference.binary(of.name, x, y)),
            two,
        );
        (of.name, errors)
    }));
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
        let found = (function.single)(x);
        let error = ulps_of_single(found, (function.double)(f64::from(x)));
        errors.add(error, found.is_normal(), || format!("{x:e}"));
    }
    let (mut random, mut reference) = (Random(3), Reference::new());
    for number in 0..SINGLES {
        let x = random.argument(number, function.domain) as f32;
        if x.is_finite() {
            let exact = reference.unary(function.name, x.into());
            errors.add_to_most(exact.ulps_of_single((function.single)(x)), || format!("{x:e}"));
        }
    }
    errors
}

fn errors_of_binary_single(function: &Binary, step: usize) -> Errors {
    let (mut random, mut errors) = (Random(3), Errors::default());
    let mut reference = Reference::new();
    for number in 0..(1usize << 32) / step / 4 {
        let bits = random.bits();
        let any = (f32::from_bits(bits as u32), f32::from_bits((bits >> 32) as u32));
        let drawn = (function.arguments)(&mut random, number);
        let (x, y) = match number % 2 {
            0 => any,
            _ => (drawn.0 as f32, drawn.1 as f32),
        };
        let found = (function.single)(x, y);
        let exact = (function.double)(f64::from(x), f64::from(y));
        let at = || format!("{x:e}, {y:e}");
        errors.add(ulps_of_single(found, exact), found.is_normal(), at);
        if number % 2 == 1 && number / 2 < SINGLES && x.is_finite() && y.is_finite() {
            let exact = reference.binary(function.name, x.into(), y.into());
            errors.add_to_most(exact.ulps_of_single(found), at);
        }
    }
    errors
}

/// Whether a function is to be looked at.
pub(crate) fn is_chosen(name: &str) -> bool {
    setting("MAMBO_FUNCTION").is_none_or(|only| only == name)
}

/// Those of `f64`, and those of `f32` with a thread for each function.
pub(crate) fn errors_of_all(
    samples: usize,
    step: usize,
) -> (Vec<(&'static str, Errors)>, Vec<Errors>) {
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
