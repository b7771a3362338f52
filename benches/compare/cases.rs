//! The cases of the table: each loop on its sides, its traffic and its arithmetic.

use crate::case::{Case, Door, Entry, Shape, Streams, Tolerance, Work};
use crate::elementary;
use crate::kernels;
use crate::limit::Traffic;
use mambo::prelude::*;

unsafe extern "C" {
    fn native_copy(s: f64, a: *const f64, b: *const f64, c: *mut f64, n: usize, w: usize) -> f64;
    fn native_axpy(s: f64, a: *const f64, b: *const f64, c: *mut f64, n: usize, w: usize) -> f64;
    fn native_triad(s: f64, a: *const f64, b: *const f64, c: *mut f64, n: usize, w: usize) -> f64;
    fn native_sum(s: f64, a: *const f64, b: *const f64, c: *mut f64, n: usize, w: usize) -> f64;
    fn native_dot(s: f64, a: *const f64, b: *const f64, c: *mut f64, n: usize, w: usize) -> f64;
    fn native_cond(s: f64, a: *const f64, b: *const f64, c: *mut f64, n: usize, w: usize) -> f64;
    fn native_stencil_row(
        s: f64,
        a: *const f64,
        b: *const f64,
        c: *mut f64,
        n: usize,
        w: usize,
    ) -> f64;
    fn native_poly(s: f64, a: *const f64, b: *const f64, c: *mut f64, n: usize, w: usize) -> f64;
    fn native_saxpy(s: f32, a: *const f32, b: *const f32, c: *mut f32, n: usize, w: usize) -> f32;
    fn native_u8_saturate(s: u8, a: *const u8, b: *const u8, c: *mut u8, n: usize, w: usize) -> u8;
    fn native_i32_mix(s: i32, a: *const i32, b: *const i32, c: *mut i32, n: usize, w: usize)
    -> i32;
    fn native_sqrt(s: f64, a: *const f64, b: *const f64, c: *mut f64, n: usize, w: usize) -> f64;
    fn native_mandelbrot(
        s: u32,
        a: *const u32,
        b: *const u32,
        c: *mut u32,
        n: usize,
        w: usize,
    ) -> u32;
    fn native_nbody(s: f64, a: *const f64, b: *const f64, c: *mut f64, n: usize, w: usize) -> f64;
}

/// A number from 0 to 1.
fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1u64 << 53) as f64
}

/// All cases that are loops, in the order of the table.
pub(crate) fn all() -> Vec<Box<dyn Entry>> {
    let mut all = loops();
    all.extend(elementary::all());
    all
}

/// Those of the vector engine.
fn loops() -> Vec<Box<dyn Entry>> {
    vec![
        Box::new(copy()),
        Box::new(axpy()),
        Box::new(triad()),
        Box::new(sum()),
        Box::new(dot()),
        Box::new(cond()),
        Box::new(stencil_row()),
        Box::new(poly()),
        Box::new(saxpy()),
        Box::new(u8_saturate()),
        Box::new(i32_mix()),
        Box::new(sqrt()),
        Box::new(mandelbrot()),
        Box::new(nbody()),
    ]
}

/// A case of `f64` that writes as many elements as it reads from one array.
fn floats(name: &'static str, mambo: fn(&mut Streams<f64>) -> f64, native: Door<f64>) -> Case<f64> {
    Case {
        name,
        scalar: 0.75,
        shape: Shape::Flat,
        traffic: Traffic::Copy,
        input: unit,
        work: |_| Work::default(),
        mambo,
        native,
        native_tolerance: Tolerance::Exact,
        numba_tolerance: Tolerance::Relative(1e-12),
    }
}

fn copy() -> Case<f64> {
    let mambo = |s: &mut Streams<f64>| {
        kernels::copy(&s.a, &mut s.c);
        s.scalar
    };
    floats("copy", mambo, native_copy)
}

fn axpy() -> Case<f64> {
    let mambo = |s: &mut Streams<f64>| {
        kernels::axpy(s.scalar, &s.a, &mut s.c);
        s.scalar
    };
    Case { traffic: Traffic::Update, scalar: 1e-9, ..floats("axpy", mambo, native_axpy) }
}

fn triad() -> Case<f64> {
    let mambo = |s: &mut Streams<f64>| {
        kernels::triad(s.scalar, &s.a, &s.b, &mut s.c);
        s.scalar
    };
    Case { traffic: Traffic::Triad, ..floats("triad", mambo, native_triad) }
}

/// A sum that may be taken in any order.
fn reduction(case: Case<f64>, traffic: Traffic) -> Case<f64> {
    let tolerance = Tolerance::Relative(1e-8);
    Case { traffic, native_tolerance: tolerance, numba_tolerance: tolerance, ..case }
}

fn sum() -> Case<f64> {
    reduction(floats("sum", |s| kernels::sum(&s.a), native_sum), Traffic::Read)
}

fn dot() -> Case<f64> {
    reduction(floats("dot", |s| kernels::dot(&s.a, &s.b), native_dot), Traffic::ReadTwo)
}

fn cond() -> Case<f64> {
    let mambo = |s: &mut Streams<f64>| {
        kernels::cond(s.scalar, &s.a, &mut s.c);
        s.scalar
    };
    floats("cond", mambo, native_cond)
}

fn stencil_row() -> Case<f64> {
    let mambo = |s: &mut Streams<f64>| {
        let shape = (s.a.len() / s.width, s.width);
        let a = ArrayView2::from_shape(shape, &s.a).expect("whole rows");
        let c = ArrayViewMut2::from_shape(shape, &mut s.c).expect("whole rows");
        kernels::stencil_row(a, c);
        s.scalar
    };
    Case { shape: Shape::Rows, ..floats("stencil-row", mambo, native_stencil_row) }
}

fn poly() -> Case<f64> {
    let mambo = |s: &mut Streams<f64>| {
        kernels::poly(&s.a, &mut s.c);
        s.scalar
    };
    let work = |s: &Streams<f64>| Work { flops: 22 * s.a.len() as u64, roots: 0 };
    Case { work, ..floats("poly", mambo, native_poly) }
}

fn sqrt() -> Case<f64> {
    let mambo = |s: &mut Streams<f64>| {
        kernels::sqrt(&s.a, &mut s.c);
        s.scalar
    };
    let work = |s: &Streams<f64>| Work { flops: 0, roots: s.a.len() as u64 };
    Case { work, ..floats("sqrt", mambo, native_sqrt) }
}

fn saxpy() -> Case<f32> {
    Case {
        name: "saxpy-f32",
        scalar: 1e-6,
        shape: Shape::Flat,
        traffic: Traffic::Update,
        input: |bits| unit(bits) as f32,
        work: |_| Work::default(),
        mambo: |s| {
            kernels::saxpy(s.scalar, &s.a, &mut s.c);
            s.scalar
        },
        native: native_saxpy,
        native_tolerance: Tolerance::Exact,
        numba_tolerance: Tolerance::Relative(1e-6),
    }
}

fn u8_saturate() -> Case<u8> {
    Case {
        name: "u8-saturate",
        scalar: 0,
        shape: Shape::Flat,
        traffic: Traffic::Triad,
        input: |bits| bits as u8,
        work: |_| Work::default(),
        mambo: |s| {
            kernels::u8_saturate(&s.a, &s.b, &mut s.c);
            s.scalar
        },
        native: native_u8_saturate,
        native_tolerance: Tolerance::Exact,
        numba_tolerance: Tolerance::Exact,
    }
}

fn i32_mix() -> Case<i32> {
    Case {
        name: "i32-mix",
        scalar: 0,
        shape: Shape::Flat,
        traffic: Traffic::Triad,
        input: |bits| bits as i32,
        work: |_| Work::default(),
        mambo: |s| {
            kernels::i32_mix(&s.a, &s.b, &mut s.c);
            s.scalar
        },
        native: native_i32_mix,
        native_tolerance: Tolerance::Exact,
        numba_tolerance: Tolerance::Exact,
    }
}

fn mandelbrot() -> Case<u32> {
    Case {
        name: "mandelbrot",
        scalar: 200,
        shape: Shape::Image,
        traffic: Traffic::None,
        input: |bits| bits as u32,
        // Three products, one doubling, four sums a turn.
        work: |s| Work { flops: s.c.iter().map(|count| 8 * u64::from(*count)).sum(), roots: 0 },
        mambo: |s| {
            let shape = (s.c.len() / s.width, s.width);
            kernels::mandelbrot(
                s.scalar,
                ArrayViewMut2::from_shape(shape, &mut s.c).expect("whole rows"),
            );
            s.scalar
        },
        native: native_mandelbrot,
        native_tolerance: Tolerance::Exact,
        // Contracted products end the loop one turn sooner or later where it is a close call.
        numba_tolerance: Tolerance::Elements(0.02),
    }
}

fn nbody() -> Case<f64> {
    let mambo = |s: &mut Streams<f64>| {
        let n = s.width;
        let (x, rest) = s.a.split_at(n);
        let (y, rest) = rest.split_at(n);
        let (z, m) = rest.split_at(n);
        let (ax, rest) = s.c.split_at_mut(n);
        let (ay, az) = rest.split_at_mut(n);
        kernels::nbody(s.scalar, x, y, z, m, ax, ay, az);
        s.scalar
    };
    // Of each pair: a root, and 3 + 6 + 2 + 6 operations around it.
    let work = |s: &Streams<f64>| {
        let pairs = (s.width * s.width) as u64;
        Work { flops: 17 * pairs, roots: pairs }
    };
    Case {
        scalar: 0.01,
        shape: Shape::Bodies,
        traffic: Traffic::None,
        work,
        native_tolerance: Tolerance::Relative(1e-9),
        numba_tolerance: Tolerance::Relative(1e-9),
        ..floats("nbody", mambo, native_nbody)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::{Setting, Size};
    use crate::limit;

    #[test]
    fn the_cases_are_those_of_the_table() {
        let names: Vec<&str> = loops().iter().map(|case| case.name()).collect();
        let expected = "copy axpy triad sum dot cond stencil-row poly saxpy-f32 u8-saturate i32-mix \
                        sqrt mandelbrot nbody";
        assert_eq!(names.join(" "), expected);
    }

    #[test]
    fn kernels_and_plain_loops_agree() {
        let width = &limit::widths()[0];
        for case in all() {
            let setting =
                Setting { size: Size::L1, dram: None, numba: &[], python: None, c: None, width };
            let mut contest = case.contest(&setting).expect("every case has this size");
            contest.check().unwrap();
            for side in contest.sides() {
                contest.run(side, 1);
            }
        }
    }

    #[test]
    fn wrong_results_are_found() {
        let wrong = Case { native: native_sqrt, ..copy() };
        let width = &limit::widths()[0];
        let setting =
            Setting { size: Size::L1, dram: None, numba: &[], python: None, c: None, width };
        let error = wrong.contest(&setting).expect("a size of this case").check().unwrap_err();
        assert!(error.starts_with("copy: 1536 results of plain Rust differ"), "{error}");
    }
}
