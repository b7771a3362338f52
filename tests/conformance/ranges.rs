//! Ranges of all integer types, up, down, in steps, empty, to the last value of a type.

use crate::values::{Sample, integers};
use mambo::prelude::*;

macro_rules! of_types {
    ($($name:ident $ty:ident)*) => {$(
        mod $name {
            use mambo::prelude::*;

            #[jit]
            fn sums(from: $ty, to: $ty, step: usize) -> ($ty, $ty, $ty, $ty, $ty, $ty) {
                let (mut a, mut b, mut c, mut d, mut e, mut f) = (0, 0, 0, 0, 0, 0);
                for i in from..to {
                    a = a * 3 + i;
                }
                for i in from..=to {
                    b = b * 3 + i;
                }
                for i in (from..to).rev() {
                    c = c * 3 + i;
                }
                for i in (from..=to).rev() {
                    d = d * 3 + i;
                }
                for i in (from..to).step_by(step) {
                    e = e * 3 + i;
                }
                for i in (from..=to).step_by(step) {
                    f = f * 3 + i;
                }
                (a, b, c, d, e, f)
            }

            #[jit]
            fn reversed_steps(from: $ty, to: $ty, step: usize) -> ($ty, $ty) {
                let (mut b, mut c) = (0, 0);
                for i in (from..to).rev().step_by(step) {
                    b = b * 3 + i;
                }
                for i in (from..=to).rev().step_by(step) {
                    c = c * 3 + i;
                }
                (b, c)
            }

            #[test]
            fn of_one_type() {
                let starts = [<$ty>::MIN, <$ty>::MIN + 5, <$ty>::MAX / 2, <$ty>::MAX - 9, <$ty>::MAX];
                for from in starts {
                    for by in [0, 1, 2, 7, 9] {
                        for step in [0, 1, 2, 3, 8, 200, usize::MAX] {
                            let to = from.saturating_add(by);
                            check!(sums(from, to, step));
                            check!(sums(to, from, step));
                            check!(reversed_steps(from, to, step));
                        }
                    }
                }
            }
        }
    )*};
}
of_types!(of_i8 i8 of_u8 u8 of_i16 i16 of_u16 u16 of_i32 i32 of_u32 u32 of_i64 i64 of_u64 u64
    of_i128 i128 of_u128 u128);
of_types!(of_isize isize of_usize usize);

#[jit]
fn within<T: Integer>(x: T, low: T, high: T) -> (bool, bool) {
    ((low..high).contains(&x), (low..=high).contains(&x))
}

fn contains<T: Integer + Sample>() {
    for (a, b) in T::pairs() {
        check!(within(T::ONE, a, b));
        check!(within(a, T::ZERO, b));
    }
}

#[test]
fn membership() {
    integers!(contains);
}

#[jit]
fn float_membership(x: f64, low: f64, high: f64) -> (bool, bool) {
    ((low..high).contains(&x), (low..=high).contains(&x))
}

#[test]
fn membership_of_floats() {
    for (a, b) in f64::pairs() {
        check!(float_membership(a, b, 1.0));
        check!(float_membership(0.5, a, b));
    }
}

/// Only ranges whose length is a `usize` go backwards after `step_by`.
#[jit]
fn steps_reversed(from: usize, to: usize, a: u16, b: i8, step: usize) -> (usize, u16, i8) {
    let mut hashes = (1, 1, 1);
    for i in (from..to).step_by(step).rev() {
        hashes.0 = hashes.0 * 3 + i;
    }
    for i in (3..=a).step_by(step).rev() {
        hashes.1 = hashes.1 * 3 + i;
    }
    for i in (-5..b).rev().step_by(step).rev() {
        hashes.2 = hashes.2 * 3 + i;
    }
    hashes
}

#[test]
fn backwards_after_steps() {
    for from in [0, 1, usize::MAX - 12] {
        for by in [0, 1, 5, 12] {
            for step in [0, 1, 2, 5, 300] {
                check!(steps_reversed(from, from + by, by as u16 * 9, by as i8 - 3, step));
            }
        }
    }
    check!(steps_reversed(9, 3, u16::MAX, i8::MAX, 999));
}

#[jit]
fn bounds_once(n: usize) -> (usize, usize) {
    let mut end = n;
    let mut rounds = 0;
    for i in 0..end {
        end = i / 2;
        rounds += 1;
    }
    (end, rounds)
}

#[jit]
fn backwards(values: &mut [u32]) {
    for i in (1..values.len()).rev() {
        values[i] = values[i] + values[i - 1];
    }
}

#[jit]
fn range_in_variable(n: u32) -> u32 {
    let range = 2..n;
    let mut sum = 0;
    for i in range {
        sum += i;
    }
    sum
}

#[test]
fn bounds_are_read_once() {
    (0..12).for_each(|n| {
        check!(bounds_once(n));
        check!(range_in_variable(n as u32));
        check!([values = u32::all()[..n].to_vec()] backwards(&mut values));
    });
}
