//! The loops of `compare` in plain Rust, compiled for this CPU with vectorisation on (`build.rs`).
//! Each is the kernel as it is written for rustc to vectorise it, behind a C door of one shape:
//! `f(scalar, a, b, c, n, width)`, of which each door uses what it needs.

mod elementary;

use std::slice::{from_raw_parts, from_raw_parts_mut};

fn copy(x: &[f64], y: &mut [f64]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y = *x;
    }
}

fn axpy(a: f64, x: &[f64], y: &mut [f64]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += a * x;
    }
}

fn triad(a: f64, x: &[f64], y: &[f64], z: &mut [f64]) {
    assert!(x.len() == z.len() && y.len() == z.len());
    for i in 0..z.len() {
        z[i] = x[i] + a * y[i];
    }
}

fn sum(x: &[f64]) -> f64 {
    x.iter().fold(0.0, |total, x| total + x)
}

fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).fold(0.0, |total, (x, y)| total + x * y)
}

fn cond(a: f64, x: &[f64], y: &mut [f64]) {
    for (y, &x) in y.iter_mut().zip(x) {
        *y = if x > 0.5 { a * x } else { x * x + 1.0 };
    }
}

fn stencil_row(a: &[f64], b: &mut [f64], width: usize) {
    assert!(a.len() == b.len() && width > 1);
    let height = a.len() / width;
    for i in 1..height - 1 {
        let above = &a[(i - 1) * width..][..width];
        let row = &a[i * width..][..width];
        let below = &a[(i + 1) * width..][..width];
        let out = &mut b[i * width..][..width];
        for j in 1..width - 1 {
            out[j] = 0.25 * (row[j - 1] + row[j + 1] + above[j] + below[j]);
        }
    }
}

fn poly(x: &[f64], y: &mut [f64]) {
    for (y, &t) in y.iter_mut().zip(x) {
        let mut p = 1.0 / 39916800.0;
        p = t.mul_add(p, 1.0 / 3628800.0);
        p = t.mul_add(p, 1.0 / 362880.0);
        p = t.mul_add(p, 1.0 / 40320.0);
        p = t.mul_add(p, 1.0 / 5040.0);
        p = t.mul_add(p, 1.0 / 720.0);
        p = t.mul_add(p, 1.0 / 120.0);
        p = t.mul_add(p, 1.0 / 24.0);
        p = t.mul_add(p, 1.0 / 6.0);
        p = t.mul_add(p, 0.5);
        p = t.mul_add(p, 1.0);
        *y = t.mul_add(p, 1.0);
    }
}

fn saxpy(a: f32, x: &[f32], y: &mut [f32]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += a * x;
    }
}

fn u8_saturate(a: &[u8], b: &[u8], c: &mut [u8]) {
    assert!(a.len() == c.len() && b.len() == c.len());
    for i in 0..c.len() {
        c[i] = a[i].saturating_add(b[i]);
    }
}

fn i32_mix(a: &[i32], b: &[i32], c: &mut [i32]) {
    assert!(a.len() == c.len() && b.len() == c.len());
    for i in 0..c.len() {
        let t = (a[i].wrapping_mul(5) ^ (b[i] >> 3)) & 0x00ff_ffff;
        c[i] = if t > b[i] { t.wrapping_sub(b[i] << 1) } else { t.wrapping_add(a[i]) };
    }
}

fn sqrt(x: &[f64], y: &mut [f64]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y = x.sqrt();
    }
}

fn mandelbrot(limit: u32, counts: &mut [u32], width: usize) {
    let height = counts.len() / width;
    for (i, row) in counts.chunks_exact_mut(width).enumerate() {
        for (j, count) in row.iter_mut().enumerate() {
            let cx = -2.0 + 2.5 * j as f64 / width as f64;
            let cy = -1.25 + 2.5 * i as f64 / height as f64;
            let (mut x, mut y, mut n) = (0.0, 0.0, 0);
            while n < limit && x * x + y * y <= 4.0 {
                (x, y) = (x * x - y * y + cx, 2.0 * x * y + cy);
                n += 1;
            }
            *count = n;
        }
    }
}

/// Positions and masses are the quarters of `bodies`, accelerations the thirds of `out`.
fn nbody(soft: f64, bodies: &[f64], out: &mut [f64], n: usize) {
    assert!(bodies.len() == 4 * n && out.len() == 3 * n);
    let (x, rest) = bodies.split_at(n);
    let (y, rest) = rest.split_at(n);
    let (z, m) = rest.split_at(n);
    let (ax, rest) = out.split_at_mut(n);
    let (ay, az) = rest.split_at_mut(n);
    assert!(m.len() == n && az.len() == n);
    for i in 0..n {
        let (mut sx, mut sy, mut sz) = (0.0, 0.0, 0.0);
        for j in 0..n {
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

/// A C function around a loop. `input(p)` and `output(p)` make slices of `n` elements.
macro_rules! door {
    ($name:ident: $t:ty, |$s:ident, $a:ident, $b:ident, $c:ident, $n:ident, $width:ident| $body:expr) => {
        /// # Safety
        /// The pointers that the loop uses must be valid for `n` elements; `c` overlaps none.
        #[unsafe(no_mangle)]
        #[allow(unused_variables, reason = "the doors have one shape")]
        pub unsafe extern "C" fn $name(
            $s: $t,
            $a: *const $t,
            $b: *const $t,
            $c: *mut $t,
            $n: usize,
            $width: usize,
        ) -> $t {
            // SAFETY: promised by the caller.
            unsafe { $body }
        }
    };
}

door!(native_copy: f64, |s, a, b, c, n, width| {
    copy(from_raw_parts(a, n), from_raw_parts_mut(c, n));
    s
});
door!(native_axpy: f64, |s, a, b, c, n, width| {
    axpy(s, from_raw_parts(a, n), from_raw_parts_mut(c, n));
    s
});
door!(native_triad: f64, |s, a, b, c, n, width| {
    triad(s, from_raw_parts(a, n), from_raw_parts(b, n), from_raw_parts_mut(c, n));
    s
});
door!(native_sum: f64, |s, a, b, c, n, width| sum(from_raw_parts(a, n)));
door!(native_dot: f64, |s, a, b, c, n, width| {
    dot(from_raw_parts(a, n), from_raw_parts(b, n))
});
door!(native_cond: f64, |s, a, b, c, n, width| {
    cond(s, from_raw_parts(a, n), from_raw_parts_mut(c, n));
    s
});
door!(native_stencil_row: f64, |s, a, b, c, n, width| {
    stencil_row(from_raw_parts(a, n), from_raw_parts_mut(c, n), width);
    s
});
door!(native_poly: f64, |s, a, b, c, n, width| {
    poly(from_raw_parts(a, n), from_raw_parts_mut(c, n));
    s
});
door!(native_saxpy: f32, |s, a, b, c, n, width| {
    saxpy(s, from_raw_parts(a, n), from_raw_parts_mut(c, n));
    s
});
door!(native_u8_saturate: u8, |s, a, b, c, n, width| {
    u8_saturate(from_raw_parts(a, n), from_raw_parts(b, n), from_raw_parts_mut(c, n));
    s
});
door!(native_i32_mix: i32, |s, a, b, c, n, width| {
    i32_mix(from_raw_parts(a, n), from_raw_parts(b, n), from_raw_parts_mut(c, n));
    s
});
door!(native_sqrt: f64, |s, a, b, c, n, width| {
    sqrt(from_raw_parts(a, n), from_raw_parts_mut(c, n));
    s
});
door!(native_mandelbrot: u32, |s, a, b, c, n, width| {
    mandelbrot(s, from_raw_parts_mut(c, n), width);
    s
});
door!(native_nbody: f64, |s, a, b, c, n, width| {
    nbody(s, from_raw_parts(a, 4 * width), from_raw_parts_mut(c, 3 * width), width);
    s
});
