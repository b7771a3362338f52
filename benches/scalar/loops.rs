//! The loops of `loops.rs` as plain functions, compiled with vectorisation off (`build.rs`).
//! Each is the text of the kernel, behind a C door.

#![no_std]
#![allow(clippy::needless_range_loop, reason = "the loops are those of the kernels")]

use core::slice::{from_raw_parts, from_raw_parts_mut};

fn axpy(a: f64, x: &[f64], y: &mut [f64]) {
    for i in 0..x.len() {
        y[i] += a * x[i];
    }
}

fn dot(x: &[f64], y: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += x[i] * y[i];
    }
    sum
}

fn histogram(values: &[u8], counts: &mut [u32]) {
    for i in 0..values.len() {
        counts[values[i] as usize] += 1;
    }
}

fn stencil(a: &[f64], out: &mut [f64], width: usize, height: usize) {
    for i in 1..height - 1 {
        for j in 1..width - 1 {
            let k = i * width + j;
            out[k] = 0.25 * (a[k - width] + a[k - 1] + a[k + 1] + a[k + width]);
        }
    }
}

fn mandelbrot(cx: f64, cy: f64, limit: u32) -> u32 {
    let (mut x, mut y, mut n) = (0.0, 0.0, 0);
    while n < limit && x * x + y * y <= 4.0 {
        (x, y) = (x * x - y * y + cx, 2.0 * x * y + cy);
        n += 1;
    }
    n
}

/// # Safety
/// `x` and `y` must be valid for `n` elements and not overlap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn scalar_axpy(a: f64, x: *const f64, y: *mut f64, n: usize) {
    // SAFETY: promised by the caller.
    let (x, y) = unsafe { (from_raw_parts(x, n), from_raw_parts_mut(y, n)) };
    axpy(a, x, y);
}

/// # Safety
/// `x` and `y` must be valid for `n` elements.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn scalar_dot(x: *const f64, y: *const f64, n: usize) -> f64 {
    // SAFETY: promised by the caller.
    let (x, y) = unsafe { (from_raw_parts(x, n), from_raw_parts(y, n)) };
    dot(x, y)
}

/// # Safety
/// `values` must be valid for `n` elements, `counts` for `bins`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn scalar_histogram(
    values: *const u8,
    n: usize,
    counts: *mut u32,
    bins: usize,
) {
    // SAFETY: promised by the caller.
    let (values, counts) = unsafe { (from_raw_parts(values, n), from_raw_parts_mut(counts, bins)) };
    histogram(values, counts);
}

/// # Safety
/// `a` and `out` must be valid for `width * height` elements and not overlap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn scalar_stencil(a: *const f64, out: *mut f64, width: usize, height: usize) {
    let n = width * height;
    // SAFETY: promised by the caller.
    let (a, out) = unsafe { (from_raw_parts(a, n), from_raw_parts_mut(out, n)) };
    stencil(a, out, width, height);
}

#[unsafe(no_mangle)]
pub extern "C" fn scalar_mandelbrot(cx: f64, cy: f64, limit: u32) -> u32 {
    mandelbrot(cx, cy, limit)
}
