//! Kernels against the same loops compiled by rustc with vectorisation off.

use criterion::{Criterion, criterion_group, criterion_main};
use mambo::prelude::*;
use std::hint::black_box;
use std::time::{Duration, Instant};

#[jit]
fn axpy(a: f64, x: &[f64], y: &mut [f64]) {
    for i in 0..x.len() {
        y[i] += a * x[i];
    }
}

#[jit]
fn dot(x: &[f64], y: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += x[i] * y[i];
    }
    sum
}

#[jit]
fn histogram(values: &[u8], counts: &mut [u32]) {
    for i in 0..values.len() {
        counts[values[i] as usize] += 1;
    }
}

#[jit]
fn stencil(a: &[f64], out: &mut [f64], width: usize, height: usize) {
    for i in 1..height - 1 {
        for j in 1..width - 1 {
            let k = i * width + j;
            out[k] = 0.25 * (a[k - width] + a[k - 1] + a[k + 1] + a[k + width]);
        }
    }
}

#[jit]
fn mandelbrot(cx: f64, cy: f64, limit: u32) -> u32 {
    let (mut x, mut y, mut n) = (0.0, 0.0, 0);
    while n < limit && x * x + y * y <= 4.0 {
        (x, y) = (x * x - y * y + cx, 2.0 * x * y + cy);
        n += 1;
    }
    n
}

unsafe extern "C" {
    fn scalar_axpy(a: f64, x: *const f64, y: *mut f64, n: usize);
    fn scalar_dot(x: *const f64, y: *const f64, n: usize) -> f64;
    fn scalar_histogram(values: *const u8, n: usize, counts: *mut u32, bins: usize);
    fn scalar_stencil(a: *const f64, out: *mut f64, width: usize, height: usize);
    safe fn scalar_mandelbrot(cx: f64, cy: f64, limit: u32) -> u32;
}

const N: usize = 4096;

fn loops(criterion: &mut Criterion) {
    let x: Vec<f64> = (0..N).map(|i| i as f64 * 0.5 + 1.0).collect();
    let mut y = vec![1.0; N];
    let bytes: Vec<u8> = (0..N).map(|i| (i * i % 251) as u8).collect();
    let mut counts = vec![0u32; 256];
    let mut out = vec![0.0; N];

    // SAFETY: both slices have N elements.
    let mut plain_axpy =
        |y: &mut Vec<f64>| unsafe { scalar_axpy(1e-9, x.as_ptr(), y.as_mut_ptr(), N) };
    ratio("axpy", &mut y, |y| axpy(1e-9, &x, y), &mut plain_axpy);
    let other = y.clone();
    ratio(
        "dot",
        &mut (),
        |()| _ = black_box(dot(&x, &other)),
        // SAFETY: both slices have N elements.
        |()| _ = black_box(unsafe { scalar_dot(x.as_ptr(), other.as_ptr(), N) }),
    );
    ratio(
        "histogram",
        &mut counts,
        |counts| histogram(&bytes, counts),
        // SAFETY: the slices have N and 256 elements.
        |counts| unsafe {
            scalar_histogram(bytes.as_ptr(), N, counts.as_mut_ptr(), counts.len());
        },
    );
    ratio(
        "stencil",
        &mut out,
        |out| stencil(&x, out, 64, 64),
        // SAFETY: both slices have 64 * 64 elements.
        |out| unsafe { scalar_stencil(x.as_ptr(), out.as_mut_ptr(), 64, 64) },
    );
    ratio(
        "mandelbrot",
        &mut (),
        |()| _ = black_box(mandelbrot(black_box(-0.1), 0.65, 2000)),
        |()| _ = black_box(scalar_mandelbrot(black_box(-0.1), 0.65, 2000)),
    );

    let mut group = criterion.benchmark_group("loops");
    group.bench_function("axpy/mambo", |b| b.iter(|| axpy(1e-9, &x, &mut y)));
    group.bench_function("axpy/rustc-scalar", |b| b.iter(|| plain_axpy(&mut y)));
    group.finish();
}

/// Prints the ratio of a kernel's time to that of the plain loop: the median of many short
/// rounds, the two sides in turns.
fn ratio<S>(
    name: &str,
    state: &mut S,
    mut kernel: impl FnMut(&mut S),
    mut plain: impl FnMut(&mut S),
) {
    kernel(state);
    plain(state);
    let calls = {
        let start = Instant::now();
        (0..32).for_each(|_| plain(state));
        (32 * 200_000 / start.elapsed().as_nanos().max(1)).max(1)
    };
    let mut round = |run: &mut dyn FnMut(&mut S)| {
        let start = Instant::now();
        (0..calls).for_each(|_| run(state));
        start.elapsed()
    };
    let mut pairs: Vec<(Duration, Duration)> =
        (0..401).map(|_| (round(&mut kernel), round(&mut plain))).collect();
    let nanos = |time: Duration| time.as_nanos() as f64 / calls as f64;
    pairs.sort_by_key(|(kernel, _)| *kernel);
    let own = nanos(pairs[pairs.len() / 2].0);
    pairs.sort_by_key(|(_, plain)| *plain);
    let other = nanos(pairs[pairs.len() / 2].1);
    pairs.sort_by(|a, b| {
        let of =
            |(kernel, plain): &(Duration, Duration)| kernel.as_secs_f64() / plain.as_secs_f64();
        of(a).total_cmp(&of(b))
    });
    let (kernel, plain) = pairs[pairs.len() / 2];
    let ratio = kernel.as_secs_f64() / plain.as_secs_f64();
    println!("{name:12} kernel {own:9.1} ns  rustc scalar {other:9.1} ns  ratio {ratio:.3}");
}

criterion_group!(benches, loops);
criterion_main!(benches);
