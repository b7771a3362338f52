//! Convolution, Fourier transforms, filters, histograms.

use crate::check::by_elementary;
use crate::values::Random;
use mambo::prelude::*;

#[jit]
fn convolve(signal: &[f64], kernel: &[f64], out: &mut [f64]) {
    let (n, k) = (signal.len(), kernel.len());
    for i in 0..n + k - 1 {
        let mut sum = 0.0;
        let first = if i >= k - 1 { i - (k - 1) } else { 0 };
        for j in first..=i.min(n - 1) {
            sum += signal[j] * kernel[i - j];
        }
        out[i] = sum;
    }
}

#[jit]
fn fft(re: &mut [f64], im: &mut [f64], inverse: bool) {
    let n = re.len();
    assert!(n.is_power_of_two(), "a length of {n} is no power of two");
    let mut j = 0;
    for i in 1..n {
        let mut bit = n >> 1;
        while j & bit != 0 {
            j ^= bit;
            bit >>= 1;
        }
        j ^= bit;
        if i < j {
            re.swap(i, j);
            im.swap(i, j);
        }
    }
    let mut len = 2;
    while len <= n {
        let sign = if inverse { 1.0 } else { -1.0 };
        let angle = sign * std::f64::consts::TAU / len as f64;
        let (step_im, step_re) = angle.sin_cos();
        for start in (0..n).step_by(len) {
            let (mut w_re, mut w_im) = (1.0, 0.0);
            for k in start..start + len / 2 {
                let l = k + len / 2;
                let (a_re, a_im) = (re[l] * w_re - im[l] * w_im, re[l] * w_im + im[l] * w_re);
                (re[l], im[l]) = (re[k] - a_re, im[k] - a_im);
                re[k] += a_re;
                im[k] += a_im;
                (w_re, w_im) = (w_re * step_re - w_im * step_im, w_re * step_im + w_im * step_re);
            }
        }
        len <<= 1;
    }
    if inverse {
        for (x, y) in re.iter_mut().zip(im.iter_mut()) {
            *x /= n as f64;
            *y /= n as f64;
        }
    }
}

#[jit]
fn histogram(values: ArrayView1<f32>, low: f32, high: f32, mut counts: ArrayViewMut1<u64>) -> u64 {
    let bins = counts.len();
    let scale = bins as f32 / (high - low);
    let mut outside = 0;
    for &x in values {
        let bin = (x - low) * scale;
        if bin >= 0.0 && bin < bins as f32 {
            counts[bin as usize] += 1;
        } else if x == high {
            counts[bins - 1] += 1;
        } else {
            outside += 1;
        }
    }
    outside
}

#[jit]
fn moving_average(x: ArrayView1<f64>, width: usize) -> Array1<f64> {
    let n = x.len();
    let mut out = Array1::zeros(n - width + 1);
    let mut sum = 0.0;
    for i in 0..n {
        sum += x[i];
        if i >= width {
            sum -= x[i - width];
        }
        if i + 1 >= width {
            out[i + 1 - width] = sum / width as f64;
        }
    }
    out
}

#[jit]
fn biquad(samples: &mut [f32], b: [f32; 3], a: [f32; 2]) {
    let mut state = (0.0, 0.0);
    for sample in samples.iter_mut() {
        let x = *sample;
        let y = b[0] * x + state.0;
        state = (b[1] * x - a[0] * y + state.1, b[2] * x - a[1] * y);
        *sample = y;
    }
}

#[jit]
fn median3(x: &[i16], out: &mut [i16]) {
    for i in 1..x.len() - 1 {
        let (a, b, c) = (x[i - 1], x[i], x[i + 1]);
        out[i] = a.max(b).min(a.min(b).max(c));
    }
}

#[jit]
fn zero_crossings(x: ArrayView1<f64>) -> usize {
    let mut count = 0;
    let mut last = 0.0;
    for &value in x.iter() {
        if value != 0.0 {
            if last * value < 0.0 {
                count += 1;
            }
            last = value;
        }
    }
    count
}

#[jit]
fn haar(values: &mut [f64], scratch: &mut [f64]) {
    let mut n = values.len();
    while n > 1 {
        let half = n / 2;
        for i in 0..half {
            let (a, b) = (values[2 * i], values[2 * i + 1]);
            scratch[i] = (a + b) * std::f64::consts::FRAC_1_SQRT_2;
            scratch[half + i] = (a - b) * std::f64::consts::FRAC_1_SQRT_2;
        }
        values[..n].copy_from_slice(&scratch[..n]);
        n = half;
    }
}

#[test]
fn agree() {
    let mut random = Random::new(42);
    for n in [1, 2, 3, 4, 8, 16, 21] {
        let (x, k) = (random.units(n), random.units(3));
        check!([out = vec![0.0; n + 2]] convolve(&x, &k, &mut out));
        check!([out = vec![0.0; n + 1]] convolve(&x, &k, &mut out));
        check!([out = vec![0.0; n + 2]] convolve(&k, &x, &mut out));
        by_elementary(|| {
            check!([re = x.clone(), im = vec![0.0; n]] fft(&mut re, &mut im, false));
            check!([re = x.clone(), im = vec![0.5; n]] fft(&mut re, &mut im, true));
        });
        let a = Array1::from_vec(x.clone());
        check!([counts = Array1::zeros(5)]
            histogram(a.mapv(|x| x as f32).view(), -0.5, 0.5, counts.view_mut()));
        for width in [1, 2, 5] {
            check!(moving_average(a.view(), width));
        }
        check!(zero_crossings(a.view()));
        check!(zero_crossings(a.slice(s![..;-2])));
        check!([samples = x.iter().map(|&x| x as f32).collect::<Vec<_>>()]
            biquad(&mut samples, [0.2, 0.4, 0.2], [-0.4, 0.1]));
        let shorts = random.vec::<i16>(n);
        check!([out = vec![0; n]] median3(&shorts, &mut out));
        check!([values = x.clone(), scratch = vec![0.0; n]] haar(&mut values, &mut scratch));
    }
}
