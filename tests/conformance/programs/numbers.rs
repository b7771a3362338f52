//! Number theory, roots, integrals, series.

use crate::check::by_elementary;
use mambo::prelude::*;

#[jit]
fn sieve(flags: &mut [bool]) -> usize {
    flags.fill(true);
    let n = flags.len();
    for i in 0..n.min(2) {
        flags[i] = false;
    }
    let mut i = 2;
    while i * i < n {
        if flags[i] {
            for j in (i * i..n).step_by(i) {
                flags[j] = false;
            }
        }
        i += 1;
    }
    flags.iter().filter(|&&flag| flag).count()
}

#[jit]
fn longest_collatz(limit: u64) -> (u64, u32) {
    let mut best = (1, 0);
    for start in 1..limit {
        let mut n = start;
        let mut length = 0;
        while n != 1 {
            n = if n & 1 == 0 { n >> 1 } else { 3 * n + 1 };
            length += 1;
        }
        if length > best.1 {
            best = (start, length);
        }
    }
    best
}

#[jit]
fn power_modulo(base: u64, exponent: u64, modulus: u64) -> u64 {
    let mut result = 1 % modulus;
    let mut base = base % modulus;
    let mut exponent = exponent;
    while exponent > 0 {
        if exponent % 2 == 1 {
            result = result * base % modulus;
        }
        base = base * base % modulus;
        exponent /= 2;
    }
    result
}

#[jit]
fn is_probable_prime(n: u64) -> bool {
    if n < 4 {
        return n > 1;
    }
    if n % 2 == 0 {
        return false;
    }
    let shift = (n - 1).trailing_zeros();
    let odd = (n - 1) >> shift;
    'witnesses: for a in [2, 3, 5, 7] {
        if a % n == 0 {
            continue;
        }
        let mut x = power_modulo(a, odd, n);
        if x == 1 || x == n - 1 {
            continue;
        }
        for _ in 1..shift {
            x = x * x % n;
            if x == n - 1 {
                continue 'witnesses;
            }
        }
        return false;
    }
    true
}

#[jit]
fn bisection(low: f64, high: f64) -> Option<f64> {
    let f = |x: f64| x * x * x - 2.0 * x - 5.0;
    let (mut low, mut high) = (low, high);
    if f(low) * f(high) > 0.0 {
        return None;
    }
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if f(low) * f(middle) <= 0.0 {
            high = middle;
        } else {
            low = middle;
        }
        if high - low < 1e-12 {
            break;
        }
    }
    Some(0.5 * (low + high))
}

#[jit]
fn newton(x: f64) -> (f64, u32) {
    let mut x = x;
    for step in 0..50 {
        let (sin, cos) = x.sin_cos();
        let dx = (cos - x) / (-sin - 1.0);
        x -= dx;
        if dx.abs() < 1e-14 {
            return (x, step);
        }
    }
    panic!("no root near {x}")
}

#[jit]
fn simpson(a: f64, b: f64, n: u32) -> f64 {
    let f = |x: f64| (-x * x).exp() * (1.0 + x).ln_1p();
    let h = (b - a) / n as f64;
    let mut sum = f(a) + f(b);
    for i in 1..n {
        sum += f(a + i as f64 * h) * if i % 2 == 1 { 4.0 } else { 2.0 };
    }
    sum * h / 3.0
}

#[jit]
fn digits_of_e(digits: &mut [u32]) {
    let n = digits.len();
    let mut terms = Array1::<u32>::ones(n + 3);
    for digit in digits.iter_mut() {
        let mut carry = 0;
        for i in (0..terms.len()).rev() {
            let x = terms[i] * 10 + carry;
            terms[i] = x % (i as u32 + 2);
            carry = x / (i as u32 + 2);
        }
        *digit = carry;
    }
}

#[jit]
fn bessel_j0(x: f64) -> f64 {
    let (mut term, mut sum) = (1.0f64, 1.0f64);
    let quarter = x * x / 4.0;
    let mut k = 1;
    while term.abs() > 1e-17 * sum.abs() && k < 200 {
        term *= -quarter / (k * k) as f64;
        sum += term;
        k += 1;
    }
    sum
}

#[jit]
fn pascal(n: usize) -> Array2<u64> {
    let mut rows = Array2::zeros((n, n));
    for i in 0..n {
        rows[[i, 0]] = 1;
        for j in 1..=i {
            rows[[i, j]] = rows[[i - 1, j - 1]] + rows[[i - 1, j]];
        }
    }
    rows
}

#[jit]
fn continued_fraction(x: f64, limit: u64) -> (u64, u64) {
    let (mut p, mut q) = ((0, 1), (1, 0));
    let mut rest = x;
    loop {
        let whole = rest.floor();
        let a = whole as u64;
        p = (p.1, a * p.1 + p.0);
        q = (q.1, a * q.1 + q.0);
        if q.1 > limit || (rest - whole) < 1e-12 {
            return (p.1, q.1);
        }
        rest = 1.0 / (rest - whole);
    }
}

#[test]
fn agree() {
    for n in [0, 1, 2, 3, 10, 100, 1000] {
        check!([flags = vec![false; n]] sieve(&mut flags));
        check!(longest_collatz(n as u64));
        check!([digits = vec![0; n.min(40)]] digits_of_e(&mut digits));
        check!(pascal(n.min(60)));
        by_elementary(|| check!(simpson(0.0, 1.5, n as u32 + 2)));
    }
    for n in (0..300).chain([7919, 104_729, 1_000_003, 4_294_967_291, u32::MAX as u64]) {
        check!(is_probable_prime(n));
        check!(power_modulo(n, n + 5, 1_000_007));
    }
    check!(power_modulo(1, 1, 0));
    check!(bisection(2.0, 3.0));
    check!(bisection(5.0, 6.0));
    for x in [0.0, 0.5, 1.0, 3.0, -2.0, 1e6, f64::NAN] {
        check!(newton(x));
        check!(bessel_j0(x));
    }
    for x in [std::f64::consts::PI, 0.5, 1.0, std::f64::consts::E, 2f64.sqrt()] {
        check!(continued_fraction(x, 10_000));
    }
}
