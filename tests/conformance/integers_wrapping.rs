//! Integer arithmetic: operators wrap, and so do the methods that say so; division panics
//! where the plain function does.

use crate::values::{Sample, integers};
use mambo::prelude::*;

#[jit]
fn operators<T: Integer>(a: T, b: T) -> (T, T, T, T, T, T) {
    (a + b, a - b, a * b, a & b, a | b, a ^ b)
}

#[jit]
fn quotient<T: Integer>(a: T, b: T) -> T {
    a / b
}

#[jit]
fn remainder<T: Integer>(a: T, b: T) -> T {
    a % b
}

#[jit]
fn euclid_quotient<T: Integer>(a: T, b: T) -> T {
    a.div_euclid(b)
}

#[jit]
fn euclid_remainder<T: Integer>(a: T, b: T) -> T {
    a.rem_euclid(b)
}

#[jit]
fn complement<T: Integer>(a: T) -> T {
    !a
}

#[jit]
fn comparisons<T: Integer>(a: T, b: T) -> (bool, bool, bool, bool, bool, bool) {
    (a < b, a <= b, a > b, a >= b, a == b, a != b)
}

#[jit]
fn extremes<T: Integer>(a: T, b: T) -> (T, T) {
    (a.min(b), a.max(b))
}

#[jit]
fn assigning<T: Integer>(a: T, b: T) -> T {
    let mut x = a;
    x += b;
    x *= a;
    x -= b;
    x ^= a;
    x |= b;
    x &= a;
    x
}

#[jit]
fn wrapping_methods<T: Integer>(a: T, b: T) -> (T, T, T, T) {
    (a.wrapping_add(b), a.wrapping_sub(b), a.wrapping_mul(b), a.wrapping_neg())
}

#[jit]
fn wrapping_quotients<T: Integer>(a: T, b: T) -> (T, T) {
    (a.wrapping_div(b), a.wrapping_rem(b))
}

fn two<T: Integer + Sample>() {
    for (a, b) in T::pairs() {
        check!(operators(a, b));
        check!(quotient(a, b));
        check!(remainder(a, b));
        check!(euclid_quotient(a, b));
        check!(euclid_remainder(a, b));
        check!(comparisons(a, b));
        check!(extremes(a, b));
        check!(assigning(a, b));
        check!(wrapping_methods(a, b));
        check!(wrapping_quotients(a, b));
    }
    T::all().into_iter().for_each(|a| check!(complement(a)));
}

#[test]
fn two_operands_of_every_type() {
    integers!(two);
}

#[jit]
fn powers<T: Integer>(a: T, n: u32) -> (T, T) {
    (a.pow(n), a.wrapping_pow(n))
}

#[jit]
fn shifts<T: Integer>(a: T, n: u32) -> (T, T) {
    (a.wrapping_shl(n), a.wrapping_shr(n))
}

#[jit]
fn shift_operators<T: Integer>(a: T, n: u32) -> (T, T) {
    let mut b = a;
    b <<= n;
    let mut c = a;
    c >>= n;
    (b ^ (a << n), c ^ (a >> n))
}

fn with_count<T: Integer + Sample>() {
    for a in T::all() {
        for n in [0, 1, 2, 3, 5, 7, 8, 9, 15, 16, 31, 32, 33, 63, 64, 65, 200] {
            check!(powers(a, n));
            check!(shifts(a, n));
            check!(shift_operators(a, n));
        }
    }
}

#[test]
fn powers_and_shifts_of_every_type() {
    integers!(with_count);
}

/// What only signed types have, and operators between different shift types.
macro_rules! signed {
    ($($name:ident $ty:ident)*) => {$(
        mod $name {
            use super::*;

            #[jit]
            fn negated(a: $ty) -> ($ty, $ty, $ty) {
                (-a, a.wrapping_abs(), a.signum())
            }

            #[jit]
            fn signs(a: $ty) -> (bool, bool, $ty) {
                (a.is_positive(), a.is_negative(), a.abs())
            }

            #[jit]
            fn shifted_by_itself(a: $ty, b: $ty) -> $ty {
                (a << (b & 7)) ^ (a >> (b & 3))
            }

            #[test]
            fn of_one_type() {
                <$ty>::all().into_iter().for_each(|a| {
                    check!(negated(a));
                    check!(signs(a));
                });
                <$ty>::pairs().into_iter().for_each(|(a, b)| check!(shifted_by_itself(a, b)));
            }
        }
    )*};
}
signed!(signed_i8 i8 signed_i16 i16 signed_i32 i32 signed_i64 i64 signed_isize isize);

#[jit]
fn lcg(seed: u64, n: usize) -> u64 {
    let mut state = seed;
    for _ in 0..n {
        state = state * 6364136223846793005 + 1442695040888963407;
    }
    state
}

#[test]
fn a_generator_overflows_all_the_time() {
    for seed in u64::all() {
        check!(lcg(seed, 13));
    }
}
