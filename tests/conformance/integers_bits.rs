//! Counts, rotations, reversals of bits, roots and logarithms of integers.

use crate::values::{Sample, integers};
use mambo::prelude::*;

#[jit]
fn counts<T: Integer>(a: T) -> (u32, u32, u32, u32, u32, u32) {
    (
        a.count_ones(),
        a.count_zeros(),
        a.leading_zeros(),
        a.trailing_zeros(),
        a.leading_ones(),
        a.trailing_ones(),
    )
}

#[jit]
fn reversals<T: Integer>(a: T) -> (T, T) {
    (a.swap_bytes(), a.reverse_bits())
}

#[jit]
fn rotations<T: Integer>(a: T, n: u32) -> (T, T) {
    (a.rotate_left(n), a.rotate_right(n))
}

#[jit]
fn root<T: Integer>(a: T) -> T {
    a.isqrt()
}

#[jit]
fn width<T: Integer>(a: T) -> u32 {
    T::BITS - a.leading_zeros()
}

fn each<T: Integer + Sample>() {
    for a in T::all() {
        check!(counts(a));
        check!(reversals(a));
        check!(width(a));
        check!(root(a));
        for n in [0, 1, 3, 7, 8, 9, 31, 32, 33, 63, 64, 100] {
            check!(rotations(a, n));
        }
    }
}

#[test]
fn of_every_type() {
    integers!(each);
}

macro_rules! unsigned {
    ($($name:ident $ty:ident)*) => {$(
        mod $name {
            use super::*;

            #[jit]
            fn powers_of_two(a: $ty) -> (bool, $ty) {
                (a.is_power_of_two(), (a >> 1).next_power_of_two())
            }

            #[jit]
            fn multiples(a: $ty, b: $ty) -> ($ty, $ty) {
                (a.div_ceil(b), a.abs_diff(b))
            }

            #[jit]
            fn next_multiple(a: $ty, b: $ty) -> $ty {
                a.next_multiple_of(b)
            }

            #[jit]
            fn logarithms(a: $ty) -> (u32, u32) {
                (a.ilog2(), a.ilog10())
            }

            #[test]
            fn of_one_type() {
                for a in <$ty>::all() {
                    check!(powers_of_two(a));
                    // The line of a panic in a macro is another matter.
                    check!(logarithms(a | 1));
                }
                for (a, b) in <$ty>::pairs() {
                    check!(multiples(a, b | 1));
                    check!(next_multiple(a / 2, b / 2 | 1));
                }
            }
        }
    )*};
}
unsigned! {
    unsigned_u8 u8 unsigned_u16 u16 unsigned_u32 u32 unsigned_u64 u64 unsigned_usize usize
}

macro_rules! signed {
    ($($name:ident $ty:ident $unsigned:ident)*) => {$(
        mod $name {
            use super::*;

            #[jit]
            fn distances(a: $ty, b: $ty) -> ($unsigned, $unsigned) {
                (a.abs_diff(b), a.unsigned_abs())
            }

            #[test]
            fn of_one_type() {
                <$ty>::pairs().into_iter().for_each(|(a, b)| check!(distances(a, b)));
            }
        }
    )*};
}
signed!(of_i8 i8 u8 of_i16 i16 u16 of_i32 i32 u32 of_i64 i64 u64 of_i128 i128 u128 of_isize isize usize);

#[jit]
fn of_nothing(a: u32) -> u32 {
    a.ilog2()
}

#[test]
fn logarithm_of_zero() {
    check!(of_nothing(0));
    check!(of_nothing(1));
}

#[jit]
fn ascii(a: u8) -> ([bool; 7], u8, u8) {
    let classes = [
        a.is_ascii_digit(),
        a.is_ascii_hexdigit(),
        a.is_ascii_alphabetic(),
        a.is_ascii_alphanumeric(),
        a.is_ascii_lowercase(),
        a.is_ascii_uppercase(),
        a.is_ascii_whitespace(),
    ];
    (classes, a.to_ascii_lowercase(), a.to_ascii_uppercase())
}

#[test]
fn bytes_of_text() {
    (0..=255).for_each(|a| check!(ascii(a)));
}

/// Squares, and what is next to them, are where a root by floats goes wrong.
#[test]
fn roots_of_squares() {
    for side in [1u64 << 26, (1 << 26) + 1, 94_906_267, (1 << 31) - 1, u32::MAX as u64] {
        for near in [side * side - 1, side * side, side * side + 1, side * side + 2 * side] {
            check!(root(near));
            check!(root((near >> 1) as i64));
        }
    }
}

#[jit]
fn xorshift(seed: u32, n: usize) -> u32 {
    let mut x = seed;
    for _ in 0..n {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
    }
    x
}

#[jit]
fn morton(x: u32, y: u32) -> u64 {
    let mut code = 0u64;
    for bit in 0..32 {
        code |= (((x >> bit) & 1) as u64) << (2 * bit);
        code |= u64::from((y >> bit) & 1) << (2 * bit + 1);
    }
    code
}

#[test]
fn bit_fiddling() {
    for (a, b) in u32::pairs() {
        check!(xorshift(a, 5));
        check!(morton(a, b));
    }
}
