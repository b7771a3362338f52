//! What compiling and calling cost: the cases of the table that are not loops.
//!
//! * `compile-first`: a new process, alternating with one of Python. `call` is the first call of
//!   a kernel within the process, `process` the time from its start until the result is there,
//!   on the Python side with the imports.
//! * `compile-warm`: the first call of a new instance in a process that has compiled before.
//! * `dispatch`: a call, less one through a function pointer; in Python, less an empty statement.

use crate::measure::{Plan, race};
use crate::report::Row;
use mambo::prelude::*;
use std::hint::black_box;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

pub(crate) const CASES: [&str; 3] = ["compile-first", "compile-warm", "dispatch"];
/// The argument that makes this program take one first call.
pub(crate) const FIRST_CALL: &str = "--first-call";

const PYTHON: &str = include_str!("numba_latency.py");
const PROCESSES: usize = 11;

#[jit]
fn axpy(a: f64, x: &[f64], y: &mut [f64]) {
    for i in 0..x.len() {
        y[i] += a * x[i];
    }
}

/// A kernel whose constant parameter makes each instance one to compile.
#[jit]
fn seeded<const SEED: usize>(a: f64, x: &[f64], y: &mut [f64]) {
    for i in 0..x.len() {
        y[i] += a * x[i] + SEED as f64;
    }
}

#[jit]
fn add(a: f64, b: f64) -> f64 {
    a + b
}

#[jit]
fn first_of_both(a: ArrayView1<f64>, b: ArrayView1<f64>) -> f64 {
    a[0] + b[0]
}

/// Prints the nanoseconds of one first call.
pub(crate) fn first_call() {
    let x = vec![1.0; 16];
    let mut y = vec![2.0; 16];
    let start = Instant::now();
    axpy(3.0, &x, &mut y);
    println!("{}", start.elapsed().as_nanos());
    assert_eq!(y, [5.0; 16]);
}

/// The rows of one case.
pub(crate) fn rows(case: &str, python: Option<&Path>) -> Result<Vec<Row>, String> {
    match case {
        "compile-first" => compile_first(python),
        "compile-warm" => compile_warm(python),
        _ => dispatch(python),
    }
}

fn compile_first(python: Option<&Path>) -> Result<Vec<Row>, String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut mambo = (Vec::new(), Vec::new());
    let mut numba = (Vec::new(), Vec::new());
    for _ in 0..PROCESSES {
        let (call, process) = first_line(Command::new(&own).arg(FIRST_CALL))?;
        mambo.0.push(call);
        mambo.1.push(process);
        if let Some(python) = python {
            let (call, process) = first_line(Command::new(python).args(["-c", PYTHON, "first"]))?;
            numba.0.push(call);
            numba.1.push(process);
        }
    }
    let row = |size: &str, mambo: &[f64], numba: &[f64]| {
        Row::new("compile-first", size, mambo).against_numba(numba)
    };
    Ok(vec![row("call", &mambo.0, &numba.0), row("process", &mambo.1, &numba.1)])
}

/// Starts a program: the number it prints first, and the nanoseconds until it is there.
fn first_line(command: &mut Command) -> Result<(f64, f64), String> {
    let start = Instant::now();
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|error| error.to_string())?;
    let mut line = String::new();
    let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
    output.read_line(&mut line).map_err(|error| error.to_string())?;
    let process = start.elapsed().as_nanos() as f64;
    let status = child.wait().map_err(|error| error.to_string())?;
    let call = line.trim().parse().map_err(|_| format!("the first call ended with {status}"))?;
    Ok((call, process))
}

fn compile_warm(python: Option<&Path>) -> Result<Vec<Row>, String> {
    let x = vec![1.0; 16];
    let mut y = vec![2.0; 16];
    axpy(3.0, &x, &mut y);
    let mut times = Vec::new();
    macro_rules! compile {
        ($($seed:literal)*) => {$(
            let start = Instant::now();
            seeded::<$seed>(3.0, &x, &mut y);
            times.push(start.elapsed().as_nanos() as f64);
        )*};
    }
    compile!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31);
    let numba = python.map(|python| figures(python, "warm")).transpose()?.unwrap_or_default();
    Ok(vec![Row::new("compile-warm", "instance", &times).against_numba(&numba)])
}

fn dispatch(python: Option<&Path>) -> Result<Vec<Row>, String> {
    let numba = python.map(|python| figures(python, "dispatch")).transpose()?.unwrap_or_default();
    let (a, b) = (Array1::from_elem(8, 1.0), Array1::from_elem(8, 2.0));
    let scalar_pointer: fn(f64, f64) -> f64 = add::rust;
    let array_pointer: fn(ArrayView1<f64>, ArrayView1<f64>) -> f64 = first_of_both::rust;
    let scalars = less_pointer(
        || _ = black_box(add(black_box(1.0), black_box(2.0))),
        || _ = black_box(black_box(scalar_pointer)(black_box(1.0), black_box(2.0))),
    );
    let arrays = less_pointer(
        || _ = black_box(first_of_both(black_box(a.view()), black_box(b.view()))),
        || _ = black_box(black_box(array_pointer)(black_box(a.view()), black_box(b.view()))),
    );
    let row = |size: &str, mambo: &[f64], place: usize| {
        let numba: Vec<f64> = numba.get(place).copied().into_iter().collect();
        Row::new("dispatch", size, mambo).against_numba(&numba)
    };
    Ok(vec![row("scalars", &scalars, 0), row("arrays", &arrays, 1)])
}

/// What a call through a kernel costs more than one through a pointer, in each of many rounds.
fn less_pointer(mut kernel: impl FnMut(), mut pointer: impl FnMut()) -> Vec<f64> {
    let run = |side: usize, calls: u64| match side {
        0 => (0..calls).for_each(|_| kernel()),
        _ => (0..calls).for_each(|_| pointer()),
    };
    let samples = race(2, run, Plan { most: 201, least: 15, warm: true });
    samples[0].iter().zip(&samples[1]).map(|(kernel, pointer)| kernel - pointer).collect()
}

/// The numbers that the Python program prints for a figure.
fn figures(python: &Path, figure: &str) -> Result<Vec<f64>, String> {
    let output = Command::new(python)
        .args(["-c", PYTHON, figure])
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines()
        .map(|line| line.parse().map_err(|_| format!("Numba gives no figure for {figure}")))
        .collect()
}
