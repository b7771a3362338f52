//! How far the functions are from the true values.
//!
//! `f64` is measured against values of 192 bits, at arguments of every kind, the same in every
//! run, and then, again and again, beside those that had the greatest errors. `f32` is measured at
//! every thousandth of its numbers, or at all with `MAMBO_ALL=1`, against the functions of `f64`,
//! which are near enough; and at fewer against values of 192 bits, as some are computed by those.
//! What is found is written in `ACCURACY.md`: `MAMBO_BLESS=1` rewrites it. More arguments, without
//! the page:
//!
//! ```sh
//! MAMBO_SAMPLES=1000000 MAMBO_ALL=1 cargo test --release -p mambo-math --test accuracy -- --nocapture
//! ```
//!
//! `MAMBO_FUNCTION=sin` looks at one function only; all of its `f32` take a minute or two. What was
//! found at all of them is in [`functions::OF_ALL`].

mod angles;
mod arguments;
mod errors;
mod functions;
mod hard;
mod reference;
mod special;
mod values;

use errors::{Errors, errors_of_all};
use functions::{OF_ALL, UNARY, promised};
use std::fmt::Write;
use std::path::Path;

/// Arguments of a function of `f64`, unless told otherwise.
const SAMPLES: usize = 20_000;

/// Every which `f32` is measured, unless told otherwise.
const STEP: usize = 1009;

/// What the environment says, if anything.
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn number(name: &str) -> Option<usize> {
    let value = setting(name)?;
    Some(value.parse().unwrap_or_else(|_| panic!("{name}={value}: not a number")))
}

fn is_set(name: &str) -> bool {
    match setting(name).as_deref() {
        None | Some("0") => false,
        Some("1") => true,
        Some(value) => panic!("{name}={value}: 1 or 0"),
    }
}

const HEAD: &str = "\
# How accurate the functions are

Errors in units of the last place (ULP) of the true value; 0.5 is what rounding it costs. They
are those of `cargo test -p mambo-math --test accuracy`, which says what is measured, and are the
same on every processor. The functions promise at most 1; `gamma`, `ln_gamma` and what kernels
get with `#[jit(fastmath(afn))]` at most 4. With `afn`, functions that have no row for it are the
same as without. Where two powers add up to nearly 1, `log_add_exp` of `f64` promises it as long
as no more than 105 bits of them cancel; hardly a pair of numbers has more.

`most` is the greatest error found in a sample, so there may be greater ones: 30,000 arguments of
`f64`, and every 1009th `f32` (of functions of two, a million pairs). `of all` is the greatest one
among all 2³² numbers, where they have been tried, with
`MAMBO_ALL=1 MAMBO_FUNCTION=exp cargo test --release -p mambo-math --test accuracy errors -- --nocapture`.
`mean` is over results that are finite and normal: NaN, overflow and underflow do not count.

| function | type | `afn` | most | at | of all | mean |
|----------|------|-------|-----:|----|-------:|-----:|
";

/// The greatest error that was found among all numbers.
fn of_all(name: &str, ty: &str) -> Option<&'static str> {
    OF_ALL.iter().find(|of| of.0 == name && ty == "f32").map(|of| of.1)
}

fn row(name: &str, ty: &str, errors: &Errors) -> String {
    let all = of_all(name, ty).unwrap_or("-");
    let (name, afn) = match name.strip_prefix("fast_") {
        Some(name) => (name, "yes"),
        None => (name, ""),
    };
    let (most, at, mean) = (errors.most, &errors.at, errors.mean());
    format!("| `{name}` | {ty} | {afn} | {most:.4} | {at} | {all} | {mean:.4} |\n")
}

#[test]
fn errors_are_those_of_the_page() {
    let samples = number("MAMBO_SAMPLES").unwrap_or(SAMPLES);
    let step = if is_set("MAMBO_ALL") { 1 } else { STEP };
    let (doubles, singles) = errors_of_all(samples, step);
    assert!(!doubles.is_empty(), "MAMBO_FUNCTION: no such function");
    let mut page = HEAD.to_string();
    let mut bad = String::new();
    for ((name, double), single) in doubles.iter().zip(&singles) {
        for (ty, errors) in [("f64", double), ("f32", single)] {
            page += &row(name, ty, errors);
            if errors.most.is_nan() || errors.most > promised(name) {
                write!(bad, "{}", row(name, ty, errors)).expect("a string");
            }
        }
        if step == 1 {
            let (found, known) = (format!("{:.4}", single.most), of_all(name, "f32"));
            println!("{name}: {found} at {} among all", single.at);
            assert!(known.is_none_or(|known| known == found), "{name}: {found}, not {known:?}");
        }
    }
    assert!(bad.is_empty(), "errors of more than is promised:\n{bad}");
    if samples != SAMPLES || step != STEP || doubles.len() < UNARY.len() {
        println!("{page}");
        return;
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("ACCURACY.md");
    if is_set("MAMBO_BLESS") {
        std::fs::write(&path, &page).expect("the page can be written");
    }
    let written = std::fs::read_to_string(&path).expect("the page");
    assert_eq!(page, written, "`MAMBO_BLESS=1` rewrites the page");
}
