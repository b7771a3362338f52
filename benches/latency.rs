//! What compiling and calling cost.
//!
//! * `first-call`: a kernel's first call in a new process, timed inside that process.
//! * `warm-compile`: a signature compiled in a process that has compiled before.
//! * `dispatch`: a call through the kernel against one through a function pointer.

use criterion::{Criterion, criterion_group, criterion_main};
use mambo::prelude::*;
use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

#[jit]
fn add(a: f64, b: f64) -> f64 {
    a + b
}

#[jit]
fn first_of_both(a: ArrayView1<f64>, b: ArrayView1<f64>) -> f64 {
    a[0] + b[0]
}

/// A kernel whose constant parameter makes each instance one to compile.
#[jit]
fn axpy<const SEED: usize>(a: f64, x: &[f64], y: &mut [f64]) {
    for i in 0..x.len() {
        y[i] += a * x[i] + SEED as f64;
    }
}

fn first_call(criterion: &mut Criterion) {
    criterion.bench_function("first-call", |b| {
        b.iter_custom(|count| {
            (0..count)
                .map(|_| {
                    let output = Command::new(env!("CARGO_BIN_EXE_first-call"))
                        .output()
                        .expect("the program runs");
                    let text = String::from_utf8(output.stdout).expect("digits");
                    Duration::from_nanos(text.trim().parse().expect("nanoseconds"))
                })
                .sum()
        });
    });
}

/// Compiles 64 instances, each once, and prints the median.
fn warm_compile(_: &mut Criterion) {
    let x = [1.0; 4];
    let mut y = [0.0; 4];
    let mut times = Vec::new();
    macro_rules! compile {
        ($($seed:literal)*) => {$(
            let start = Instant::now();
            axpy::<$seed>(2.0, &x, &mut y);
            times.push(start.elapsed());
        )*};
    }
    compile!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31
        32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63);
    times.sort();
    println!("warm-compile (first call of a new instance): median {:?}", times[times.len() / 2]);
}

fn dispatch(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("dispatch");
    let pointer: fn(f64, f64) -> f64 = add::rust;
    group.bench_function("scalars/mambo", |b| b.iter(|| add(black_box(1.0), black_box(2.0))));
    group.bench_function("scalars/pointer", |b| {
        b.iter(|| black_box(pointer)(black_box(1.0), black_box(2.0)));
    });
    let (a, b) = (Array1::from_elem(8, 1.0), Array1::from_elem(8, 2.0));
    let pointer: fn(ArrayView1<f64>, ArrayView1<f64>) -> f64 = first_of_both::rust;
    group.bench_function("arrays/mambo", |bench| {
        bench.iter(|| first_of_both(black_box(a.view()), black_box(b.view())));
    });
    group.bench_function("arrays/pointer", |bench| {
        bench.iter(|| black_box(pointer)(black_box(a.view()), black_box(b.view())));
    });
    group.finish();
}

criterion_group!(benches, first_call, warm_compile, dispatch);
criterion_main!(benches);
