//! The kernels of `compare`, written as a user of Mambo writes them.

use mambo::prelude::*;

#[jit]
pub(crate) fn copy(x: &[f64], y: &mut [f64]) {
    for i in 0..x.len() {
        y[i] = x[i];
    }
}

#[jit]
pub(crate) fn axpy(a: f64, x: &[f64], y: &mut [f64]) {
    for i in 0..x.len() {
        y[i] += a * x[i];
    }
}

#[jit]
pub(crate) fn triad(a: f64, x: &[f64], y: &[f64], z: &mut [f64]) {
    for i in 0..x.len() {
        z[i] = x[i] + a * y[i];
    }
}

#[jit(fastmath)]
pub(crate) fn sum(x: &[f64]) -> f64 {
    let mut total = 0.0;
    for i in 0..x.len() {
        total += x[i];
    }
    total
}

#[jit(fastmath)]
pub(crate) fn dot(x: &[f64], y: &[f64]) -> f64 {
    let mut total = 0.0;
    for i in 0..x.len() {
        total += x[i] * y[i];
    }
    total
}

#[jit]
pub(crate) fn cond(a: f64, x: &[f64], y: &mut [f64]) {
    for i in 0..x.len() {
        y[i] = if x[i] > 0.5 { a * x[i] } else { x[i] * x[i] + 1.0 };
    }
}

#[jit]
pub(crate) fn stencil_row(a: ArrayView2<f64>, mut b: ArrayViewMut2<f64>) {
    for i in 1..a.nrows() - 1 {
        for j in 1..a.ncols() - 1 {
            b[[i, j]] = 0.25 * (a[[i, j - 1]] + a[[i, j + 1]] + a[[i - 1, j]] + a[[i + 1, j]]);
        }
    }
}

#[jit]
pub(crate) fn poly(x: &[f64], y: &mut [f64]) {
    for i in 0..x.len() {
        let t = x[i];
        let mut p = 1.0 / 39916800.0;
        p = p.mul_add(t, 1.0 / 3628800.0);
        p = p.mul_add(t, 1.0 / 362880.0);
        p = p.mul_add(t, 1.0 / 40320.0);
        p = p.mul_add(t, 1.0 / 5040.0);
        p = p.mul_add(t, 1.0 / 720.0);
        p = p.mul_add(t, 1.0 / 120.0);
        p = p.mul_add(t, 1.0 / 24.0);
        p = p.mul_add(t, 1.0 / 6.0);
        p = p.mul_add(t, 0.5);
        p = p.mul_add(t, 1.0);
        p = p.mul_add(t, 1.0);
        y[i] = p;
    }
}

#[jit]
pub(crate) fn saxpy(a: f32, x: &[f32], y: &mut [f32]) {
    for i in 0..x.len() {
        y[i] += a * x[i];
    }
}

#[jit]
pub(crate) fn u8_saturate(a: &[u8], b: &[u8], c: &mut [u8]) {
    for i in 0..a.len() {
        c[i] = a[i].saturating_add(b[i]);
    }
}

#[jit]
pub(crate) fn i32_mix(a: &[i32], b: &[i32], c: &mut [i32]) {
    for i in 0..a.len() {
        let t = (a[i].wrapping_mul(5) ^ (b[i] >> 3)) & 0x00ff_ffff;
        c[i] = if t > b[i] { t.wrapping_sub(b[i] << 1) } else { t.wrapping_add(a[i]) };
    }
}

#[jit]
pub(crate) fn sqrt(x: &[f64], y: &mut [f64]) {
    for i in 0..x.len() {
        y[i] = x[i].sqrt();
    }
}

#[jit]
pub(crate) fn mandelbrot(limit: u32, mut counts: ArrayViewMut2<u32>) {
    let (height, width) = counts.dim();
    for i in 0..height {
        for j in 0..width {
            let cx = -2.0 + 2.5 * j as f64 / width as f64;
            let cy = -1.25 + 2.5 * i as f64 / height as f64;
            let (mut x, mut y, mut n) = (0.0, 0.0, 0u32);
            while n < limit && x * x + y * y <= 4.0 {
                (x, y) = (x * x - y * y + cx, 2.0 * x * y + cy);
                n += 1;
            }
            counts[[i, j]] = n;
        }
    }
}

/// The accelerations of bodies of mass `m` at `x`, `y`, `z`.
#[jit(fastmath)]
#[allow(clippy::too_many_arguments, reason = "a structure of arrays, one argument each")]
pub(crate) fn nbody(
    soft: f64,
    x: &[f64],
    y: &[f64],
    z: &[f64],
    m: &[f64],
    ax: &mut [f64],
    ay: &mut [f64],
    az: &mut [f64],
) {
    for i in 0..x.len() {
        let (mut sx, mut sy, mut sz) = (0.0, 0.0, 0.0);
        for j in 0..x.len() {
            let dx = x[j] - x[i];
            let dy = y[j] - y[i];
            let dz = z[j] - z[i];
            let d2 = dx * dx + dy * dy + dz * dz + soft;
            let f = m[j] / (d2 * d2.sqrt());
            sx += f * dx;
            sy += f * dy;
            sz += f * dz;
        }
        ax[i] = sx;
        ay[i] = sy;
        az[i] = sz;
    }
}
