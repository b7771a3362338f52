//! `for`, `while`, `loop`, with `break`, `continue` and values.

use crate::values::Sample;
use mambo::prelude::*;

#[jit]
fn triangle(n: u32) -> u32 {
    let mut sum = 0;
    for i in 0..=n {
        sum += i;
    }
    sum
}

#[jit]
fn collatz(start: u64) -> u32 {
    let mut n = start;
    let mut steps = 0;
    while n != 1 {
        n = if n % 2 == 0 { n / 2 } else { 3 * n + 1 };
        steps += 1;
    }
    steps
}

#[jit]
fn first_multiple(of: u32, above: u32) -> u32 {
    let mut n = above;
    loop {
        n += 1;
        if n % of == 0 {
            break n;
        }
    }
}

#[jit]
fn skipping(n: i32) -> (i32, i32) {
    let mut sum = 0;
    let mut count = 0;
    for i in 0..n {
        if i % 3 == 0 {
            continue;
        }
        if sum > 100 {
            break;
        }
        sum += i;
        count += 1;
    }
    (sum, count)
}

#[jit]
fn nested(n: usize) -> usize {
    let mut hits = 0;
    for i in 0..n {
        let mut j = i;
        while j < n {
            if (i * j) % 7 == 3 {
                j += 2;
                continue;
            }
            hits += j;
            j += 1;
        }
    }
    hits
}

#[jit]
fn newton(x: f64) -> f64 {
    let mut guess = x;
    loop {
        let next = 0.5 * (guess + x / guess);
        if (next - guess).abs() <= 1e-12 * next {
            break next;
        }
        guess = next;
    }
}

#[jit]
fn while_let(values: &[i32]) -> (i32, usize) {
    let mut i = 0;
    let mut sum = 0;
    while let Some(next) = values.get(i) {
        sum += next;
        i += 1;
    }
    (sum, i)
}

#[jit]
fn counter_after(n: u8) -> (u8, u8) {
    let mut i = 0;
    let mut last = 255;
    while i < n {
        last = i;
        i += 3;
    }
    (i, last)
}

#[jit]
fn shadowed(n: i32) -> i32 {
    let x = n;
    for x in 0..3 {
        let x = x * 2;
        if x == n {
            return -1;
        }
    }
    x
}

#[jit]
fn swapped(n: usize) -> (u64, u64, f64) {
    let (mut a, mut b) = (0u64, 1u64);
    let mut ratio = 0.0;
    for _ in 0..n {
        (a, b) = (b, a + b);
        ratio = b as f64 / a as f64;
    }
    (a, b, ratio)
}

#[jit]
fn never_entered(n: i32) -> i32 {
    let mut x = 5;
    for i in n..0 {
        x += i;
    }
    while x < 0 {
        x += 1;
    }
    x
}

#[test]
fn agree() {
    (0..50).for_each(|n| {
        check!(triangle(n));
        check!(collatz(n as u64 + 1));
        check!(first_multiple(n % 9 + 1, n));
        check!(skipping(n as i32 - 3));
        check!(nested(n as usize % 20));
        check!(shadowed(n as i32));
        check!(swapped(n as usize));
        check!(never_entered(n as i32 - 25));
        check!(counter_after(5 * n as u8));
    });
    for x in [1e-300, 0.5, 2.0, 1e10, 12345.678] {
        check!(newton(x));
    }
    (0..5).for_each(|len| check!(while_let(&i32::edges()[..len])));
}
