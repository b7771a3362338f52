//! The tour: four kernels and two universal functions on a photograph.
//!
//! Reads `examples/data/astronaut.png`, converts it to luminance, counts its levels, stretches
//! its contrast, blurs it, balances its colours and finds what is orange. Each kernel is
//! compared, byte for byte, with the plain function that rustc compiled, and both are timed. The
//! picture goes to `output/astronaut.png`.

use image::{ImageReader, RgbImage};
use mambo::prelude::*;
use ndarray::Zip;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The luminance of every pixel, by the weights of ITU-R BT.709.
#[jit]
fn luminance(rgb: ArrayView3<u8>) -> Array2<u8> {
    let (rows, columns, _) = rgb.dim();
    let mut gray = Array2::<u8>::zeros((rows, columns));
    for i in 0..rows {
        for j in 0..columns {
            let red = rgb[[i, j, 0]] as f32;
            let green = rgb[[i, j, 1]] as f32;
            let blue = rgb[[i, j, 2]] as f32;
            gray[[i, j]] = (0.2126 * red + 0.7152 * green + 0.0722 * blue).round() as u8;
        }
    }
    gray
}

/// How often each of the 256 levels occurs.
#[jit]
fn histogram(gray: ArrayView2<u8>) -> Array1<u32> {
    let mut counts = Array1::<u32>::zeros(256);
    for level in gray.iter() {
        counts[*level as usize] += 1;
    }
    counts
}

/// Stretches the contrast in place, so that the share `clip` of the pixels becomes black and as
/// many white; returns the two levels between which nothing was cut.
#[jit]
fn stretch(mut rgb: ArrayViewMut3<u8>, counts: ArrayView1<u32>, clip: f64) -> (u8, u8) {
    let total: u32 = counts.iter().sum();
    let share = (total as f64 * clip) as u32;
    let level_at = |share: u32| {
        let mut seen = 0;
        let mut level = 0;
        while level < 255 && seen + counts[level] <= share {
            seen += counts[level];
            level += 1;
        }
        level as u8
    };
    let (low, high) = (level_at(share), level_at(total - share));
    let scale = 255.0 / high.saturating_sub(low).max(1) as f32;
    for value in rgb.iter_mut() {
        let stretched = (*value as f32 - low as f32) * scale;
        *value = stretched.clamp(0.0, 255.0) as u8;
    }
    (low, high)
}

/// The mean over a box of `2 * radius + 1` pixels each way; at the border, over what is there.
#[jit]
fn box_blur(rgb: ArrayView3<u8>, radius: usize) -> Array3<u8> {
    let (rows, columns, channels) = rgb.dim();
    let mut blurred = Array3::<u8>::zeros((rows, columns, channels));
    for i in 0..rows {
        let (top, bottom) = (i.saturating_sub(radius), (i + radius + 1).min(rows));
        for j in 0..columns {
            let (left, right) = (j.saturating_sub(radius), (j + radius + 1).min(columns));
            let area = ((bottom - top) * (right - left)) as u32;
            for channel in 0..channels {
                let mut sum = 0;
                for y in top..bottom {
                    for x in left..right {
                        sum += rgb[[y, x, channel]] as u32;
                    }
                }
                blurred[[i, j, channel]] = ((sum + area / 2) / area) as u8;
            }
        }
    }
    blurred
}

/// A level times a gain. Applied to a picture and the gains of its channels, or to anything else
/// that broadcasts together.
#[vectorize]
fn balanced(level: u8, gain: f32) -> u8 {
    (level as f32 * gain).round().min(255.0) as u8
}

/// How far a colour is from another: for each pixel of a picture, of a row, or for one.
#[guvectorize("(channels),(channels)->()")]
fn distance(color: ArrayView1<u8>, other: ArrayView1<u8>, far: &mut f32) {
    let mut sum = 0.0;
    for channel in 0..color.len() {
        let step = color[channel] as f32 - other[channel] as f32;
        sum += step * step;
    }
    *far = sum.sqrt();
}

#[vectorize(reorderable)]
fn less<T: Number>(x: T, y: T) -> T {
    if y < x { y } else { x }
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let photograph = folder.join("data/astronaut.png");
    let picture = ImageReader::open(&photograph)?.decode()?.to_rgb8();
    let (width, height) = picture.dimensions();
    let rgb = Array3::from_shape_vec((height as usize, width as usize, 3), picture.into_raw())?;
    println!("{}: {width}x{height} pixels\n", photograph.display());

    let gray = luminance(rgb.view());
    compare("luminance", &gray, &luminance::rust(rgb.view()));
    report(
        &luminance::signatures()[0].to_string(),
        luminance::stats().compile_time,
        time(|| luminance(rgb.view())),
        time(|| luminance::rust(rgb.view())),
    );

    let counts = histogram(gray.view());
    compare("histogram", &counts, &histogram::rust(gray.view()));
    report(
        &histogram::signatures()[0].to_string(),
        histogram::stats().compile_time,
        time(|| histogram(gray.view())),
        time(|| histogram::rust(gray.view())),
    );

    let (mut stretched, mut expected) = (rgb.clone(), rgb.clone());
    let levels = stretch(stretched.view_mut(), counts.view(), 0.02);
    assert_eq!(levels, stretch::rust(expected.view_mut(), counts.view(), 0.02));
    compare("stretch", &stretched, &expected);
    let mut scratch = rgb.clone();
    report(
        &stretch::signatures()[0].to_string(),
        stretch::stats().compile_time,
        time(|| stretch(scratch.view_mut(), counts.view(), 0.02)),
        time(|| stretch::rust(scratch.view_mut(), counts.view(), 0.02)),
    );
    println!("           levels {} to {} were stretched", levels.0, levels.1);

    let blurred = box_blur(stretched.view(), 3);
    compare("box_blur", &blurred, &box_blur::rust(stretched.view(), 3));
    report(
        &box_blur::signatures()[0].to_string(),
        box_blur::stats().compile_time,
        time(|| box_blur(stretched.view(), 3)),
        time(|| box_blur::rust(stretched.view(), 3)),
    );

    let gains = array![0.95, 1.0, 1.1];
    let picture = balanced(&blurred, &gains);
    let plainly = || {
        let gains = gains.broadcast(blurred.dim()).expect("a gain for each channel");
        Zip::from(&blurred).and(gains).map_collect(|&level, &gain| balanced::rust(level, gain))
    };
    compare("balanced", &picture, &plainly());
    report(
        &balanced::signatures()[0].to_string(),
        balanced::stats().compile_time,
        time(|| balanced(&blurred, &gains)),
        time(plainly),
    );

    let orange = array![220u8, 110, 40];
    let far = distance(&picture, &orange);
    let plainly = || {
        picture.map_axis(Axis(2), |color| {
            let mut far = 0.0;
            distance::rust(color, orange.view(), &mut far);
            far
        })
    };
    compare("distance", &far, &plainly());
    report(
        &distance::signatures()[0].to_string(),
        distance::stats().compile_time,
        time(|| distance(&picture, &orange)),
        time(plainly),
    );
    println!("           the pixel closest to orange is {:.1} away", less::reduce(&far, ..));

    let path = write(&picture, width, height)?;
    println!("\nThe stretched, blurred and balanced picture is in {}", path.display());
    Ok(())
}

/// Asserts that the compiled kernel did what the plain function did.
fn compare<T: PartialEq>(kernel: &str, compiled: &T, plain: &T) {
    assert!(compiled == plain, "`{kernel}` differs from the plain function");
    println!("{kernel}: the same bytes as the plain function");
}

fn report(signature: &str, compile: Duration, compiled: Duration, plain: Duration) {
    println!("  signature {signature}");
    println!(
        "  compiled in {compile:.1?}; runs in {compiled:.1?}, the plain function in {plain:.1?}"
    );
}

/// The median time of a few runs.
fn time<R>(mut run: impl FnMut() -> R) -> Duration {
    let mut times: Vec<Duration> = (0..15)
        .map(|_| {
            let start = Instant::now();
            std::hint::black_box(run());
            start.elapsed()
        })
        .collect();
    times.sort();
    times[times.len() / 2]
}

fn write(rgb: &Array3<u8>, width: u32, height: u32) -> Result<PathBuf, Box<dyn Error>> {
    let bytes = rgb.iter().copied().collect();
    let picture = RgbImage::from_raw(width, height, bytes).ok_or("the picture lost pixels")?;
    fs::create_dir_all("output")?;
    let path = PathBuf::from("output/astronaut.png");
    picture.save(&path)?;
    Ok(path)
}
