//! Patterns: in parameters, `let`, `for`, `match`, `if let`, `while let`, `let else`.

use crate::values::{Random, Sample};
use mambo::prelude::*;

#[jit]
fn in_parameters((a, b): (i32, f64), [x, y]: [u8; 2], _: bool, &c: &i64) -> (f64, i64) {
    (a as f64 * b + x as f64, c - y as i64)
}

#[jit]
fn in_let(t: ((i32, i32), [f32; 3])) -> (f32, i32) {
    let ((a, _), [first, .., last]) = t;
    let (.., b) = t.0;
    let [_, middle, ..] = t.1;
    let c @ (d, _) = t.0;
    (first - last * middle, a + b + c.1 + d)
}

#[jit]
fn in_for(pairs: [(i32, (i32, i32)); 3]) -> i32 {
    let mut sum = 0;
    for (i, (a, (b, _))) in pairs.iter().enumerate() {
        sum += i as i32 * a - b;
    }
    for (a, (.., c)) in pairs {
        sum = sum * 2 + a + c;
    }
    sum
}

#[jit]
fn literals(a: u8, b: bool, c: f64) -> u8 {
    match (a, b, c) {
        (0, true, _) => 1,
        (b'a'..=b'z', _, 0.5) => 2,
        (b'a'..=b'z', false, 1.0..2.0) => 3,
        (255, ..) => 4,
        (_, true, -1.0) => 5,
        _ => 6,
    }
}

#[jit]
fn arrays(a: [i32; 3]) -> i32 {
    match a {
        [0, ..] => 1,
        [x, 1, _] if x > 5 => x,
        [.., last @ 1..=9] => last * 10,
        [first, rest @ ..] => first + rest[0] + rest[1],
    }
}

#[jit]
fn rests([first, middle @ .., last]: [u8; 5]) -> ([u8; 3], u8, [u8; 4]) {
    let [all_but_one @ .., _] = [last, first, 1, 2, 3];
    let [_, _, none @ ..] = [first, last];
    (middle, none.len() as u8, all_but_one)
}

#[jit]
fn options(a: Option<i32>, b: Option<(u8, f32)>) -> (i32, f32) {
    let first = match a {
        None => -1,
        Some(0) => 0,
        Some(x @ (1 | 2 | 3)) => x * 100,
        Some(x) if x < 0 => -x,
        Some(x) => x,
    };
    let second = if let Some((n, x)) = b { n as f32 * x } else { 0.5 };
    (first, second)
}

#[jit]
fn let_else(a: Option<u32>) -> u32 {
    let Some(x) = a else {
        return 77;
    };
    let (Some(y @ 3..) | Some(y)) = x.checked_sub(5) else {
        return x;
    };
    y
}

#[jit]
fn while_let(start: u8) -> (u8, u32) {
    let mut x = start;
    let mut rounds = 0;
    while let Some(next) = x.checked_mul(2) {
        x = next + 1;
        rounds += 1;
        if rounds > 10 {
            break;
        }
    }
    (x, rounds)
}

#[jit]
fn shadowing(x: i32) -> i32 {
    let x = x + 1;
    let y = {
        let x = x * 2;
        x + 1
    };
    match y {
        x if x % 2 == 0 => x,
        y => x - y,
    }
}

#[jit]
fn mutable(mut n: u32, (mut a, b): (u32, u32)) -> u32 {
    while n > 0 {
        a += b;
        n -= 1;
    }
    a
}

#[jit]
fn by_reference(values: &[i32]) -> i32 {
    let mut sum = 0;
    for &x in values {
        sum += x;
    }
    for (&x, &y) in values.iter().zip(values) {
        sum -= x * y;
    }
    values.iter().fold(sum, |sum, &x| sum ^ x)
}

#[test]
fn agree() {
    let mut random = Random::new(32);
    for (a, b) in i32::pairs().into_iter().step_by(3) {
        let (x, y) = (u8::random(&mut random), random.unit());
        check!(in_parameters((a, y), [x, 3], b > 0, &(b as i64)));
        check!(in_let(((a, b), [y as f32, 0.5, -1.5])));
        check!(in_for([(a, (b, 1)), (2, (a, b)), (b, (3, a))]));
        check!(arrays([a % 9, b & 1, a & 15]));
        check!(arrays([a, b, 3]));
        check!(arrays([0, b, 3]));
        check!(rests([x, 1, 2, a as u8, 4]));
        check!(shadowing(a));
        check!(by_reference(&[a, b, 1]));
        for a in [None, Some(a), Some(a & 3)] {
            check!(options(a, None::<(u8, f32)>));
            check!(options(a, Some((x, y as f32))));
            check!(let_else(a.map(|a| a as u32 & 7)));
        }
    }
    for a in [0, 1, 97, 110, 122, 255] {
        for c in [0.5, 1.0, 1.5, 2.0, -1.0, f64::NAN] {
            check!(literals(a, true, c));
            check!(literals(a, false, c));
        }
        check!(while_let(a));
        check!(mutable(a as u32, (1, 2)));
    }
}
