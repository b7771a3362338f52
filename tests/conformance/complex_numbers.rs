//! Complex numbers: values, arithmetic with each other and with floats, methods, arrays,
//! references, constants.

use crate::check::by_elementary;
use crate::values::{Random, Sample};
use mambo::prelude::*;

const ROTATION: Complex<f64> = Complex::new(0.6, 0.8);

/// Kernels for `Complex<$part>`, and a test that compares them.
macro_rules! complex_kernels {
    ($module:ident $part:ident $constant:expr) => {
        mod $module {
            use super::*;

            type Own = Complex<$part>;

            #[jit]
            fn arithmetic(a: Complex<$part>, b: Own) -> [Complex<$part>; 5] {
                [a + b, a - b, a * b, a / b, -a]
            }

            #[jit]
            fn with_reals(z: Complex<$part>, x: $part) -> [Complex<$part>; 9] {
                [z + x, z - x, z * x, z / x, x + z, x - z, x * z, x / z, 2.0 * z + 1.0]
            }

            #[jit]
            fn compound(a: Complex<$part>, b: Complex<$part>, x: $part) -> Complex<$part> {
                let mut z = a;
                z += b;
                z *= a;
                z -= x;
                z /= b;
                z *= x;
                z.re += 1.0;
                z.im *= z.re;
                z /= 3.0;
                z
            }

            #[jit]
            fn made(x: $part, y: $part) -> (Complex<$part>, Own, Own, Own, bool) {
                let z = Complex::new(x, y);
                let polar = Complex::from_polar(x, y);
                let other = Complex::<$part>::i() * z;
                (polar, Complex::cis(x), Complex::from(y), other, z == polar)
            }

            #[jit]
            fn measures(z: Complex<$part>) -> ([$part; 4], ($part, $part), [bool; 3]) {
                let sizes = [z.norm(), z.norm_sqr(), z.l1_norm(), z.arg()];
                (sizes, z.to_polar(), [z.is_nan(), z.is_infinite(), z.is_finite()])
            }

            #[jit]
            fn algebra(z: Complex<$part>, x: $part) -> [Complex<$part>; 5] {
                [z.conj(), z.inv(), z.scale(x), z.unscale(x), z.sqrt()]
            }

            #[jit]
            fn functions(z: Complex<$part>) -> [Complex<$part>; 6] {
                [z.exp(), z.ln(), z.sin(), z.cos(), z.sinh(), z.cosh()]
            }

            #[jit]
            fn tangents(z: Complex<$part>) -> [Complex<$part>; 6] {
                [z.tan(), z.tanh(), z.atan(), z.atanh(), z.cbrt(), z.finv()]
            }

            #[jit]
            fn arcs(z: Complex<$part>) -> ([Complex<$part>; 4], bool) {
                ([z.asin(), z.acos(), z.asinh(), z.acosh()], z.is_normal())
            }

            #[jit]
            fn logarithms(z: Complex<$part>, base: $part) -> [Complex<$part>; 6] {
                let (two, ten) = (z.log2(), z.log10());
                [two, ten, z.exp2(), z.log(base), z.expf(base), z.powf(base)]
            }

            #[jit]
            fn of_two(a: Complex<$part>, b: Own, x: $part) -> [Complex<$part>; 6] {
                let mut rest = a;
                rest %= b;
                rest %= x;
                [a.powc(b), a.fdiv(b), a % b, a % x, x % b, rest]
            }

            #[jit]
            fn as_structures(z: Complex<$part>, all: &mut [Complex<$part>]) -> (Own, Own, $part) {
                let Complex { re, im: mut y } = z;
                y += 0.5;
                let turned = Complex { im: re, re: -y };
                let far = Complex::<$part> { re: 3.0, ..turned };
                for Complex { re, im } in all.iter_mut() {
                    *re += 1.0;
                    *im *= *re;
                }
                let sum = all.iter().fold(0.0, |sum, &Complex { re, .. }| sum + re);
                let kind = match far {
                    Complex { im: 0.0, .. } => 1.0,
                    Own { re, im } if re > im => im,
                    _ => sum,
                };
                (turned * Complex { re: 0.5, im: 2.0 }, far, kind)
            }

            #[jit]
            fn taken_apart(z: &mut Complex<$part>, mut all: ArrayViewMut1<Own>) -> $part {
                let Complex { re, im } = z;
                std::mem::swap(re, im);
                let mut own = *z;
                {
                    let Complex { im, .. } = &mut own;
                    *im *= 2.0;
                }
                let mut pair = (own, 1.0);
                let (Complex { re, .. }, count) = &mut pair;
                *re -= 1.0;
                *count += 1.0;
                if let Complex { re, im: 0.5 } = &mut all[0] {
                    *re = own.im;
                }
                pair.0.re + pair.1 + own.re
            }

            #[jit]
            fn powers(z: Complex<$part>, n: u32, m: i32) -> (Complex<$part>, Complex<$part>) {
                (z.powu(n), z.powi(m))
            }

            #[test]
            fn values_agree() {
                for (a, b) in $part::pairs() {
                    let z = Complex::new(a, b);
                    by_elementary(|| check!(made(a, b)));
                    by_elementary(|| check!(measures(z)));
                    by_elementary(|| check!(algebra(z, a)));
                    check!([all = [z, Complex::new(b, 0.5)]] as_structures(z, &mut all));
                    let all = Array1::from_vec(vec![Complex::new(b, 0.5), z]);
                    check!([z = z, all = all.clone()] taken_apart(&mut z, all.view_mut()));
                    check!([z = z, all = all.clone()]
                        taken_apart(&mut z, all.slice_mut(s![..;-1])));
                    for (c, d) in [(a, b), (b, a), (1.5, -0.5), (0.0, -0.0)] {
                        check!(arithmetic(z, Complex::new(c, d)));
                        check!(compound(z, Complex::new(c, d), a));
                    }
                    // Large exponents, and what cancels, make much of a last place.
                    if [a, b].iter().any(|x| x.is_finite() && x.abs() > 8.0) {
                        continue;
                    }
                    by_elementary(|| {
                        check!(functions(z));
                        check!(tangents(z));
                        check!(arcs(z));
                        check!(logarithms(z, a));
                        check!(logarithms(z, 0.0));
                        check!(with_reals(z, b));
                        for (c, d) in [(a, b), (b, a), (1.5, -0.5), (0.0, -0.0)] {
                            check!(of_two(z, Complex::new(c, d), b));
                        }
                    });
                }
                let mut random = Random::new(3);
                for _ in 0..100 {
                    let (x, y) = (random.unit() as $part - 0.5, random.unit() as $part - 0.5);
                    let (n, m) = (random.below(20) as u32, random.below(40) as i32 - 20);
                    by_elementary(|| check!(functions(Complex::new(6.0 * x, 6.0 * y))));
                    by_elementary(|| check!(tangents(Complex::new(6.0 * x, 6.0 * y))));
                    by_elementary(|| check!(arcs(Complex::new(3.0 * x, 3.0 * y))));
                    by_elementary(|| check!(logarithms(Complex::new(6.0 * x, 6.0 * y), 2.5)));
                    by_elementary(|| check!(of_two(Complex::new(x, y), Complex::new(3.0 * y, x), y)));
                    by_elementary(|| check!(algebra(Complex::new(x, y), 2.5)));
                    check!(powers(Complex::new(x, y), n, m));
                }
                for (x, y) in [(0.0, 1.0), (0.0, -1.0), (-0.0, 1.0), (1.0, -0.0), (-1.0, 0.0)] {
                    by_elementary(|| check!(tangents(Complex::new(x, y))));
                    by_elementary(|| check!(of_two(Complex::new(x, y), Complex::new(-0.0, 0.0), 0.5)));
                }
                check!(powers(Complex::new(1.5, 0.5), 0, i32::MIN));
                check!(powers(Complex::new(0.0, 1.0), u32::MAX, 0));
            }

            #[jit]
            fn axpy(a: Complex<$part>, x: ArrayView1<Own>, mut y: ArrayViewMut1<Complex<$part>>) {
                for i in 0..x.len() {
                    y[i] += a * x[i];
                    y[i].im -= x[i].re;
                }
            }

            #[jit]
            fn whole(a: &Array2<Complex<$part>>, x: $part) -> Array2<Complex<$part>> {
                let shifted = a * $constant + a.mapv(|z| z.conj() * x);
                let mut out = Array2::<Complex<$part>>::zeros((a.nrows(), a.ncols()));
                out.assign(&shifted.t());
                out += a;
                let corner = out[[0, 0]] * x;
                out.fill(corner);
                out[[0, 0]] = shifted.sum() + a.iter().product::<Complex<$part>>();
                out
            }

            #[jit]
            fn folded(a: ArrayView2<Complex<$part>>) -> (Own, Own, Own, Option<Own>) {
                let by_rows = a.rows().into_iter().map(|row| row.sum()).sum::<Complex<$part>>();
                let dot = a.row(0).dot(&a.row(a.nrows() - 1));
                (a.sum(), by_rows, dot, a.mean())
            }

            #[jit]
            fn through_references(z: &mut Complex<$part>, all: &mut [Complex<$part>]) -> usize {
                z.re = z.im;
                *z *= *z;
                for (i, each) in all.iter_mut().enumerate() {
                    each.im += i as $part;
                    *each = each.conj() + *z;
                }
                all.swap(0, 1);
                let mut best = 0;
                for i in 0..all.len() {
                    if all[i].norm_sqr() > all[best].norm_sqr() {
                        best = i;
                    }
                }
                best
            }

            #[jit]
            fn in_fixed_arrays(z: Complex<$part>, at: usize) -> ([Own; 3], Own) {
                let mut powers = [Complex::new(1.0, 0.0); 3];
                for i in 1..3 {
                    powers[i] = powers[i - 1] * z;
                }
                powers[2].re -= 1.0;
                let picked = powers[at];
                (powers, picked)
            }

            #[jit]
            fn optional(z: Option<Complex<$part>>, flip: bool) -> Option<(Own, $part)> {
                let Some(z) = z else { return None };
                let z = if flip { -z } else { z };
                if z.re < 0.0 { None } else { Some((z, z.im)) }
            }

            #[jit]
            fn callee(z: Complex<$part>, out: &mut Complex<$part>) -> Complex<$part> {
                *out += z;
                z * $constant
            }

            #[jit]
            fn calls(z: Complex<$part>, mut row: ArrayViewMut1<Complex<$part>>) -> Own {
                let mut sum = z;
                let a = callee(z, &mut sum);
                let b = callee(sum, &mut row[0]);
                a + b + sum
            }

            #[test]
            fn arrays_agree() {
                let mut random = Random::new(5);
                let mut next = || Complex::new(random.unit() as $part, random.unit() as $part);
                let a = Array2::from_shape_simple_fn((5, 5), &mut next);
                let wide = Array2::from_shape_simple_fn((3, 40), &mut next);
                let z = next();
                check!([y = a.clone()] axpy(z, a.column(1), y.row_mut(2)));
                check!([y = a.clone()] axpy(z, a.slice(s![1, ..;-1]), y.column_mut(0)));
                check!(whole(&a, 0.5));
                for view in [a.view(), a.t(), wide.view(), wide.slice(s![.., ..;3]), wide.t()] {
                    check!(folded(view));
                }
                check!([w = z, all = a.row(0).to_vec()] through_references(&mut w, &mut all));
                for at in 0..3 {
                    check!(in_fixed_arrays(z, at));
                }
                check!(optional(Some(z), false));
                check!(optional(Some(z), true));
                check!(optional(None::<Own>, true));
                check!([y = a.clone()] calls(z, y.row_mut(1)));
            }
        }
    };
}

complex_kernels!(single f32 Complex::new(0.25, 2.0));
complex_kernels!(double f64 ROTATION);

#[jit]
fn constants(n: usize) -> Complex<f64> {
    const TABLE: [Complex<f64>; 2] = [ROTATION, Complex::new(-1.0, 0.0)];
    TABLE[n] * Complex::<f64>::I
}

#[jit]
fn moves(all: &mut [Complex<f64>], by: usize) -> (bool, Array2<Complex<f64>>) {
    let found = all.contains(&Complex::new(0.5, 2.0));
    all.rotate_left(by);
    all.copy_within(1.., 0);
    all.reverse();
    let (a, b) = (all[0], all[1]);
    (found, array![[a, b], [b, a * b], [a.conj(), b - a]])
}

#[jit]
fn swaps(all: &mut [Complex<f64>], at: usize) -> f64 {
    all[at].im = 1.5;
    all.swap(0, at + 1);
    all[0].im
}

#[jit]
fn mandelbrot(width: usize, height: usize, limit: u32) -> Array2<u32> {
    let mut image = Array2::zeros((height, width));
    for i in 0..height {
        for j in 0..width {
            let c = Complex::new(
                j as f64 / width as f64 * 3.0 - 2.25,
                i as f64 / height as f64 * 2.0 - 1.0,
            );
            let mut z = Complex::new(0.0, 0.0);
            while image[[i, j]] < limit && z.norm_sqr() <= 4.0 {
                z = z * z + c;
                image[[i, j]] += 1;
            }
        }
    }
    image
}

/// A Fourier transform by halves, in place.
#[jit]
fn fourier(mut x: ArrayViewMut1<Complex<f64>>) {
    let n = x.len();
    let mut j = 0;
    for i in 1..n {
        let mut bit = n >> 1;
        while j & bit != 0 {
            j ^= bit;
            bit >>= 1;
        }
        j |= bit;
        if i < j {
            x.swap(i, j);
        }
    }
    let mut len = 2;
    while len <= n {
        let step = Complex::cis(-2.0 * std::f64::consts::PI / len as f64);
        for start in (0..n).step_by(len) {
            let mut w = Complex::new(1.0, 0.0);
            for k in 0..len / 2 {
                let (a, b) = (x[start + k], x[start + k + len / 2] * w);
                (x[start + k], x[start + k + len / 2]) = (a + b, a - b);
                w *= step;
            }
        }
        len *= 2;
    }
}

#[test]
fn programs_agree() {
    check!(constants(0));
    check!(constants(1));
    check!(constants(2));
    let numbers = vec![Complex::new(0.5, 2.0), Complex::new(-1.0, 0.25)];
    for at in 0..3 {
        check!([all = numbers.clone()] swaps(&mut all, at));
        check!([all = numbers.clone()] moves(&mut all, at));
    }
    check!(mandelbrot(40, 30, 50));
    let signal = Array1::from_shape_fn(64, |i| Complex::new((i as f64 * 0.7).sin(), 0.1));
    by_elementary(|| check!([x = signal.clone()] fourier(x.view_mut())));
}
