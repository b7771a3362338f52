//! Pictures: blur, edges, resampling, colours, thresholds.

use crate::values::Random;
use mambo::prelude::*;

#[jit]
fn box_blur(image: ArrayView2<u8>, radius: usize) -> Array2<u8> {
    let (height, width) = image.dim();
    let mut out = Array2::zeros((height, width));
    for y in 0..height {
        for x in 0..width {
            let (mut sum, mut count) = (0u32, 0u32);
            for yy in y.saturating_sub(radius)..(y + radius + 1).min(height) {
                for xx in x.saturating_sub(radius)..(x + radius + 1).min(width) {
                    sum += image[[yy, xx]] as u32;
                    count += 1;
                }
            }
            out[[y, x]] = ((sum + count / 2) / count) as u8;
        }
    }
    out
}

#[jit]
fn sobel(image: ArrayView2<f32>, mut out: ArrayViewMut2<f32>) {
    const GX: [[f32; 3]; 3] = [[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]];
    let (height, width) = image.dim();
    for y in 1..height - 1 {
        for x in 1..width - 1 {
            let (mut gx, mut gy) = (0.0, 0.0);
            for dy in 0..3 {
                for dx in 0..3 {
                    let value = image[[y + dy - 1, x + dx - 1]];
                    gx += GX[dy][dx] * value;
                    gy += GX[dx][dy] * value;
                }
            }
            out[[y, x]] = gx.hypot(gy).min(1.0);
        }
    }
}

#[jit]
fn bilinear(image: ArrayView2<f32>, y: f32, x: f32) -> f32 {
    let (height, width) = image.dim();
    let y = y.clamp(0.0, (height - 1) as f32);
    let x = x.clamp(0.0, (width - 1) as f32);
    let (y0, x0) = (y.floor() as usize, x.floor() as usize);
    let (y1, x1) = ((y0 + 1).min(height - 1), (x0 + 1).min(width - 1));
    let (ty, tx) = (y - y0 as f32, x - x0 as f32);
    let top = image[[y0, x0]] * (1.0 - tx) + image[[y0, x1]] * tx;
    let bottom = image[[y1, x0]] * (1.0 - tx) + image[[y1, x1]] * tx;
    top + (bottom - top) * ty
}

#[jit]
fn resize(image: ArrayView2<f32>, mut out: ArrayViewMut2<f32>) {
    let scale_y = image.nrows() as f32 / out.nrows() as f32;
    let scale_x = image.ncols() as f32 / out.ncols() as f32;
    for i in 0..out.nrows() {
        for j in 0..out.ncols() {
            let (y, x) = ((i as f32 + 0.5) * scale_y - 0.5, (j as f32 + 0.5) * scale_x - 0.5);
            out[[i, j]] = bilinear(image, y, x);
        }
    }
}

#[jit]
fn rgb_to_hsv([r, g, b]: [u8; 3]) -> (f32, f32, f32) {
    let (r, g, b) = (r as f32 / 255.0, g as f32 / 255.0, b as f32 / 255.0);
    let max = r.max(g).max(b);
    let min = r.min(g).min(b);
    let chroma = max - min;
    let hue = if chroma == 0.0 {
        0.0
    } else if max == r {
        60.0 * ((g - b) / chroma).rem_euclid(6.0)
    } else if max == g {
        60.0 * ((b - r) / chroma + 2.0)
    } else {
        60.0 * ((r - g) / chroma + 4.0)
    };
    (hue, if max == 0.0 { 0.0 } else { chroma / max }, max)
}

#[jit]
fn to_grey(image: ArrayView3<u8>) -> Array2<u8> {
    let (height, width, _) = image.dim();
    Array2::from_shape_fn((height, width), |(y, x)| {
        let r = image[[y, x, 0]] as f32;
        let g = image[[y, x, 1]] as f32;
        let b = image[[y, x, 2]] as f32;
        (0.299 * r + 0.587 * g + 0.114 * b).round() as u8
    })
}

#[jit]
fn stretch(mut image: ArrayViewMut2<u8>) {
    let (mut low, mut high) = (255, 0);
    for &pixel in image.iter() {
        low = low.min(pixel);
        high = high.max(pixel);
    }
    if low >= high {
        return;
    }
    for pixel in image.iter_mut() {
        *pixel = ((*pixel - low) as u32 * 255 / (high - low) as u32) as u8;
    }
}

#[jit]
fn otsu(counts: [u32; 8]) -> usize {
    let total: u32 = counts.iter().sum();
    let mut all = 0.0;
    for (i, &count) in counts.iter().enumerate() {
        all += i as f64 * count as f64;
    }
    let (mut below, mut weight, mut best, mut best_at) = (0.0, 0, -1.0, 0);
    for i in 0..counts.len() {
        weight += counts[i];
        if weight == 0 || weight == total {
            continue;
        }
        below += i as f64 * counts[i] as f64;
        let above = total - weight;
        let difference = below / weight as f64 - (all - below) / above as f64;
        let between = weight as f64 * above as f64 * difference * difference;
        if between > best {
            best = between;
            best_at = i;
        }
    }
    best_at
}

#[jit]
fn integral(image: ArrayView2<u8>) -> Array2<u64> {
    let mut sums = Array2::<u64>::zeros((image.nrows() + 1, image.ncols() + 1));
    for i in 0..image.nrows() {
        let mut row = 0;
        for j in 0..image.ncols() {
            row += image[[i, j]] as u64;
            sums[[i + 1, j + 1]] = sums[[i, j + 1]] + row;
        }
    }
    sums
}

#[jit]
fn rotate90<T: Number>(image: ArrayView2<T>, mut out: ArrayViewMut2<T>) {
    let (height, width) = image.dim();
    for y in 0..height {
        for x in 0..width {
            out[[x, height - 1 - y]] = image[[y, x]];
        }
    }
}

#[jit]
fn flood_fill(mut image: ArrayViewMut2<u8>, start: (usize, usize), with: u8) -> usize {
    let (height, width) = image.dim();
    let old = image[start];
    if old == with {
        return 0;
    }
    let mut stack = Array1::<usize>::zeros(height * width * 4 + 1);
    let mut top = 1;
    stack[0] = start.0 * width + start.1;
    let mut filled = 0;
    while top > 0 {
        top -= 1;
        let (y, x) = (stack[top] / width, stack[top] % width);
        if image[[y, x]] != old {
            continue;
        }
        image[[y, x]] = with;
        filled += 1;
        let mut push = |y: usize, x: usize| {
            stack[top] = y * width + x;
            top += 1;
        };
        if y > 0 {
            push(y - 1, x);
        }
        if y + 1 < height {
            push(y + 1, x);
        }
        if x > 0 {
            push(y, x - 1);
        }
        if x + 1 < width {
            push(y, x + 1);
        }
    }
    filled
}

#[test]
fn agree() {
    let mut random = Random::new(43);
    for (n, m) in [(1, 1), (2, 5), (6, 3), (9, 8)] {
        let image = Array2::from_shape_simple_fn((n, m), || random.bits() as u8);
        let light = image.mapv(|x| x as f32 / 255.0);
        for radius in 0..3 {
            check!(box_blur(image.view(), radius));
            check!(box_blur(image.slice(s![..;-1, ..]), radius));
        }
        check!([out = Array2::zeros((n, m))] sobel(light.view(), out.view_mut()));
        check!([out = Array2::zeros((m, n))] resize(light.view(), out.view_mut()));
        check!([out = Array2::zeros((7, 2))] resize(light.t(), out.view_mut()));
        check!([image = image.clone()] stretch(image.view_mut()));
        check!(integral(image.view()));
        check!(integral(image.t()));
        check!([out = Array2::zeros((m, n))] rotate90(image.view(), out.view_mut()));
        check!([out = Array2::zeros((n, m))] rotate90(light.view(), out.view_mut()));
        let colours = Array3::from_shape_simple_fn((n, m, 3), || random.bits() as u8);
        check!(to_grey(colours.view()));
        let bits = image.mapv(|x| x >> 7);
        check!([bits = bits.clone()] flood_fill(bits.view_mut(), (n / 2, m / 2), 9));
        check!([bits = bits.clone()] flood_fill(bits.view_mut(), (n, 0), 9));
    }
    for _ in 0..200 {
        let code = random.bits().to_le_bytes();
        check!(rgb_to_hsv([code[0], code[1], code[2]]));
        check!(otsu(code.map(|x| x as u32 >> 3)));
    }
    check!(otsu([0; 8]));
}
