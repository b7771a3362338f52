//! `if` and `match` as statements and as expressions.

use crate::values::Sample;
use mambo::prelude::*;

#[jit]
fn sign(x: f64) -> i32 {
    if x > 0.0 {
        1
    } else if x < 0.0 {
        -1
    } else {
        0
    }
}

#[jit]
fn nested_choice(a: i32, b: i32) -> i32 {
    let larger = if a > b { if a > 100 { 100 } else { a } } else { b };
    let mut result = larger;
    if larger % 2 == 0 {
        result /= 2;
    }
    if b != 0 && larger / b > 3 || a == 0 {
        result = -result;
    }
    result
}

#[jit]
fn days(month: u8, leap: bool) -> u8 {
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}

#[jit]
fn signed_ranges(x: i8) -> i8 {
    match x {
        i8::MIN..=-100 => 1,
        -99..0 => 2,
        0 => 3,
        1..50 => 4,
        50.. => 5,
    }
}

#[jit]
fn float_ranges(x: f32) -> u8 {
    match x {
        ..0.0 => 1,
        0.0..1.5 => 2,
        1.5..=2.5 => 3,
        10.0 => 4,
        _ => 5,
    }
}

#[jit]
fn bound(x: u32) -> u32 {
    match x {
        small @ 0..=9 => small * 10,
        n if n % 2 == 0 => n / 2,
        n => 3 * n + 1,
    }
}

#[jit]
fn on_tuples(a: bool, b: u8) -> u8 {
    match (a, b) {
        (true, 0) => 1,
        (true, x) | (false, x @ 200..) => x / 2,
        (false, 1 | 2) => 7,
        (_, x) => x,
    }
}

#[jit]
fn on_bool(a: bool) -> i32 {
    match a {
        true => 10,
        false => -10,
    }
}

#[jit]
fn two_results(x: f64) -> (f64, bool) {
    let (root, real) = if x < 0.0 { ((-x).sqrt(), false) } else { (x.sqrt(), true) };
    (root + 1.0, real)
}

#[jit]
fn blocks(x: i64) -> i64 {
    let y = {
        let x = x / 3;
        let z = x * x;
        z - x
    };
    x + y
}

#[jit]
fn short_circuit(values: &[i32], i: usize) -> bool {
    i < values.len() && values[i] > 0 || i == 77
}

#[jit]
fn bools(a: bool, b: bool) -> (bool, bool, bool, bool, bool) {
    (a & b, a | b, a ^ b, !a, a == b)
}

#[jit]
fn matches_macro(x: u8) -> (bool, bool) {
    (matches!(x, b'0'..=b'9' | b'_'), matches!(x, n if n > 5))
}

#[jit]
fn arms_with_blocks(op: u8, a: f64, b: f64) -> f64 {
    match op {
        0 => a + b,
        1 => {
            let c = a - b;
            c * c
        }
        2 => {
            if b == 0.0 {
                return f64::INFINITY;
            }
            a / b
        }
        _ => panic!("unknown operation {op}"),
    }
}

#[jit]
fn changed_in_arms(x: u8) -> (u8, u8) {
    let (mut a, mut b) = (0, 0);
    match x % 4 {
        0 => a = x,
        1 => b = x,
        2 => {
            a = 1;
            b = 2;
        }
        _ => {}
    }
    (a, b)
}

#[test]
fn agree() {
    f64::all().into_iter().for_each(|x| {
        check!(sign(x));
        check!(two_results(x));
    });
    i32::pairs().into_iter().for_each(|(a, b)| check!(nested_choice(a, b)));
    for x in 0..=255u8 {
        check!(days(x, x % 2 == 0));
        check!(days(x % 13, x > 100));
        check!(signed_ranges(x as i8));
        check!(on_tuples(x % 3 == 0, x));
        check!(on_tuples(x % 3 == 0, x % 4));
        check!(matches_macro(x));
        check!(changed_in_arms(x));
    }
    f32::all().into_iter().for_each(|x| check!(float_ranges(x)));
    u32::all().into_iter().for_each(|x| check!(bound(x)));
    i64::all().into_iter().for_each(|x| check!(blocks(x)));
    (0..6).chain([77, usize::MAX]).for_each(|i| check!(short_circuit(&[1, -1, 0, 5], i)));
    for (a, b) in [(false, false), (false, true), (true, false), (true, true)] {
        check!(bools(a, b));
        check!(on_bool(a));
    }
    for op in 0..5 {
        f64::pairs().into_iter().step_by(19).for_each(|(a, b)| check!(arms_with_blocks(op, a, b)));
    }
}
