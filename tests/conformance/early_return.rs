//! `return` from anywhere.

use crate::values::{Random, Sample};
use mambo::prelude::*;

#[jit]
fn is_prime(n: u32) -> bool {
    if n < 2 {
        return false;
    }
    let mut d = 2;
    while d * d <= n {
        if n % d == 0 {
            return false;
        }
        d += 1;
    }
    true
}

#[jit]
fn position(values: &[i32], wanted: i32) -> Option<usize> {
    for (i, &value) in values.iter().enumerate() {
        if value == wanted {
            return Some(i);
        }
    }
    None
}

#[jit]
fn unit_return(values: &mut [f64], limit: f64) {
    for i in 0..values.len() {
        if values[i] > limit {
            return;
        }
        values[i] = limit;
    }
    values.fill(0.0);
}

#[jit]
fn from_match(x: i32) -> i32 {
    let y = match x {
        0 => return 100,
        1..=5 => x * 2,
        _ => {
            if x > 50 {
                return -1;
            }
            x
        }
    };
    y + 1
}

#[jit]
fn arrays(n: usize) -> Array1<f64> {
    if n == 0 {
        return Array1::ones(2);
    }
    let mut a = Array1::zeros(n);
    for i in 0..n {
        if i > 5 {
            return a;
        }
        a[i] = i as f64;
    }
    a
}

#[jit]
fn in_conditions(a: u8, b: u8) -> u8 {
    if a > 10 && (if b > 10 { return 1 } else { b > 5 }) {
        return 2;
    }
    let c = a + if b == 0 { return 3 } else { b };
    c
}

#[jit]
fn returns_only(x: f32) -> f32 {
    return x * 2.0;
}

#[jit]
fn all_paths(x: i8) -> bool {
    if x > 3 {
        return true;
    } else {
        return x < -3;
    }
}

#[jit]
fn from_loop(n: u64) -> u64 {
    let mut x = n;
    loop {
        if x % 10 == 7 {
            return x;
        }
        x = x * 3 + 1;
        if x > 1 << 40 {
            break;
        }
    }
    x / 2
}

#[test]
fn agree() {
    let mut random = Random::new(14);
    (0..200).for_each(|n| check!(is_prime(n)));
    for n in 0..10 {
        let values: Vec<i32> = (0..n).map(|_| random.below(8) as i32).collect();
        check!(position(&values, 3));
        let floats = random.units(n);
        check!([values = floats.clone()] unit_return(&mut values, 0.6));
        check!(arrays(n));
    }
    (-10..60).for_each(|x| check!(from_match(x)));
    u8::pairs().into_iter().for_each(|(a, b)| check!(in_conditions(a, b)));
    f32::all().into_iter().for_each(|x| check!(returns_only(x)));
    i8::all().into_iter().for_each(|x| check!(all_paths(x)));
    (0..40).for_each(|n| check!(from_loop(n)));
}
