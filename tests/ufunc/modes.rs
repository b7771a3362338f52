//! The same bits for every width that vectors may be told to have: calls, and folds, whose order
//! is fixed. Each width is a process of its own, since a process keeps the one it began with.

use mambo::prelude::*;
use ndarray::{Array1, s};
use std::process::Command;

#[vectorize(identity = 0)]
fn add<T: Number>(x: T, y: T) -> T {
    x + y
}

#[vectorize(identity = 1)]
fn multiply(x: f64, y: f64) -> f64 {
    x * y
}

#[vectorize(identity = Complex::new(0.0, 0.0))]
fn join(x: Complex<f64>, y: Complex<f64>) -> Complex<f64> {
    x + y
}

#[vectorize(reorderable)]
fn length(x: f64, y: f64) -> f64 {
    (x * x + y * y).sqrt()
}

#[vectorize]
fn curve(x: f64, y: f32) -> f64 {
    x.sin() * y as f64 - (x / 3.0).exp()
}

/// A number that all bits of the others are in.
struct Mixed(u64);

impl Mixed {
    fn add(&mut self, number: f64) {
        self.0 = (self.0 ^ number.to_bits()).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(31);
    }
}

#[test]
fn bits() {
    let mut mixed = Mixed(0);
    let lengths =
        (1..300).chain([511, 1000, 1023, 1024, 1025, 2047, 4095, 4096, 4097, 9000, 20_000]);
    for n in lengths {
        let x = Array1::from_shape_fn(n, |i| ((i * 7919) % 1009) as f64 * 0.0377 - 10.0);
        let narrow = x.mapv(|x| x as f32);
        mixed.add(add::reduce(&x, ..));
        mixed.add(add::reduce(&x.slice(s![..;-1]), ..));
        mixed.add(f64::from(add::reduce(&narrow, ..)));
        mixed.add(multiply::reduce(&x.mapv(|x| 1.0 + x * 1e-4), ..));
        mixed.add(multiply::reduce(&narrow, ..));
        mixed.add(length::reduce(&x, ..));
        let sum = join::reduce(&x.mapv(|x| Complex::new(x, 0.3 * x)), ..);
        mixed.add(sum.re);
        mixed.add(sum.im);
        curve(&x, &narrow).iter().for_each(|&value| mixed.add(value));
    }
    println!("bits {:016x} end", mixed.0);
}

#[test]
fn every_width_has_the_same_bits() {
    let of = |simd: &str| {
        let this = std::env::current_exe().expect("a test is a program");
        let run = Command::new(this)
            .args(["--exact", "modes::bits", "--nocapture"])
            .env("MAMBO_SIMD", simd)
            .output()
            .expect("it can be run again");
        let text = String::from_utf8_lossy(&run.stdout).into_owned();
        let bits = text.split_once("bits ").and_then(|(_, rest)| rest.split_once(" end"));
        bits.unwrap_or_else(|| panic!("MAMBO_SIMD={simd}\n{text}")).0.to_string()
    };
    let scalar = of("scalar");
    for simd in ["128", "256", "512"] {
        assert_eq!(of(simd), scalar, "MAMBO_SIMD={simd}");
    }
}
