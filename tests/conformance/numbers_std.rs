//! The methods of std's numbers that no other file has, each on every type that has it, and
//! the constants of the types.

use crate::values::Sample;
use mambo::prelude::*;

/// What integers of both signs have. `$other` is the type of the other sign.
macro_rules! integers {
    ($($name:ident $ty:ident $other:ident)*) => {$(
        mod $name {
            use super::*;

            #[jit]
            fn alone(a: $ty) -> ([($ty, bool); 1], [$ty; 4], [Option<u32>; 2], $ty) {
                (
                    [a.overflowing_neg()],
                    [a.to_be(), a.to_le(), $ty::from_be(a), $ty::from_le(a)],
                    [a.checked_ilog2(), a.checked_ilog10()],
                    a.midpoint($ty::MAX),
                )
            }

            #[jit]
            fn shifts(a: $ty, n: u32) -> ([($ty, bool); 3], [$ty; 2]) {
                (
                    [a.overflowing_shl(n), a.overflowing_shr(n), a.overflowing_pow(n % 9)],
                    [a.unbounded_shl(n), a.unbounded_shr(n)],
                )
            }

            #[jit]
            fn divided(a: $ty, b: $ty) -> ([Option<$ty>; 2], $ty, Option<u32>) {
                let quotients = [a.checked_div_euclid(b), a.checked_rem_euclid(b)];
                (quotients, a.midpoint(b), a.checked_ilog(b))
            }

            /// By anything but 0.
            #[jit]
            fn quotients(a: $ty, b: $ty) -> ([($ty, bool); 4], [$ty; 3]) {
                (
                    [
                        a.overflowing_div(b),
                        a.overflowing_rem(b),
                        a.overflowing_div_euclid(b),
                        a.overflowing_rem_euclid(b),
                    ],
                    [a.wrapping_div_euclid(b), a.wrapping_rem_euclid(b), a.saturating_div(b)],
                )
            }

            #[jit]
            fn logarithm(a: $ty, base: $ty) -> u32 {
                a.ilog(base)
            }

            #[jit]
            fn constants() -> ([$ty; 2], u32) {
                ([$ty::MIN, $ty::MAX], $ty::BITS)
            }

            #[test]
            fn of_one_type() {
                check!(constants());
                for a in <$ty>::all() {
                    check!(alone(a));
                    for n in [0, 1, 7, 8, 31, 32, 63, 64, 1000] {
                        check!(shifts(a, n));
                    }
                }
                for (a, b) in <$ty>::pairs() {
                    check!(divided(a, b));
                    check!(quotients(a, if b == 0 { 7 } else { b }));
                    check!(logarithm((a >> 1).max(1), (b >> 1).max(2)));
                }
            }
        }
    )*};
}
integers! {
    of_i8 i8 u8 of_i16 i16 u16 of_i32 i32 u32 of_i64 i64 u64 of_isize isize usize
    of_u8 u8 i8 of_u16 u16 i16 of_u32 u32 i32 of_u64 u64 i64 of_usize usize isize
    of_i128 i128 u128 of_u128 u128 i128
}

macro_rules! unsigned {
    ($($name:ident $ty:ident $signed:ident)*) => {$(
        mod $name {
            use super::*;

            #[jit]
            fn alone(a: $ty) -> ($signed, Option<$ty>) {
                (a.cast_signed(), a.checked_next_power_of_two())
            }

            #[jit]
            fn multiples(a: $ty, b: $ty) -> (bool, Option<$ty>) {
                (a.is_multiple_of(b), a.checked_next_multiple_of(b))
            }

            #[jit]
            fn added(a: $ty, b: $signed) -> ([$ty; 2], ($ty, bool), Option<$ty>) {
                (
                    [a.wrapping_add_signed(b), a.saturating_add_signed(b)],
                    a.overflowing_add_signed(b),
                    a.checked_add_signed(b),
                )
            }

            #[jit]
            fn subtracted(a: $ty, b: $signed) -> ([$ty; 2], ($ty, bool), Option<$ty>) {
                (
                    [a.wrapping_sub_signed(b), a.saturating_sub_signed(b)],
                    a.overflowing_sub_signed(b),
                    a.checked_sub_signed(b),
                )
            }

            #[test]
            fn of_one_type() {
                for a in <$ty>::all() {
                    check!(alone(a));
                }
                for (a, b) in <$ty>::pairs() {
                    check!(multiples(a, b));
                    check!(added(a, b as $signed));
                    check!(subtracted(a, b as $signed));
                }
            }
        }
    )*};
}
unsigned! {
    unsigned_8 u8 i8 unsigned_16 u16 i16 unsigned_32 u32 i32 unsigned_64 u64 i64
    unsigned_size usize isize unsigned_128 u128 i128
}

macro_rules! signed {
    ($($name:ident $ty:ident $unsigned:ident)*) => {$(
        mod $name {
            use super::*;

            #[jit]
            fn alone(a: $ty) -> ($unsigned, [$ty; 3], ($ty, bool), [Option<$ty>; 2]) {
                (
                    a.cast_unsigned(),
                    [a.wrapping_abs(), a.saturating_abs(), a.saturating_neg()],
                    a.overflowing_abs(),
                    [a.checked_abs(), a.checked_isqrt()],
                )
            }

            #[jit]
            fn added(a: $ty, b: $unsigned) -> ([$ty; 2], ($ty, bool), Option<$ty>) {
                (
                    [a.wrapping_add_unsigned(b), a.saturating_add_unsigned(b)],
                    a.overflowing_add_unsigned(b),
                    a.checked_add_unsigned(b),
                )
            }

            #[jit]
            fn subtracted(a: $ty, b: $unsigned) -> ([$ty; 2], ($ty, bool), Option<$ty>) {
                (
                    [a.wrapping_sub_unsigned(b), a.saturating_sub_unsigned(b)],
                    a.overflowing_sub_unsigned(b),
                    a.checked_sub_unsigned(b),
                )
            }

            #[test]
            fn of_one_type() {
                for a in <$ty>::all() {
                    check!(alone(a));
                }
                for (a, b) in <$ty>::pairs() {
                    check!(added(a, b as $unsigned));
                    check!(subtracted(a, b as $unsigned));
                }
            }
        }
    )*};
}
signed! {
    signed_8 i8 u8 signed_16 i16 u16 signed_32 i32 u32 signed_64 i64 u64 signed_size isize usize
    signed_128 i128 u128
}

macro_rules! floats {
    ($($name:ident $ty:ident $bits:ident)*) => {$(
        mod $name {
            use super::*;
            use std::$ty::consts;

            #[jit]
            fn alone(a: $ty) -> ([$ty; 2], bool, $bits) {
                ([a.next_up(), a.next_down()], a.is_subnormal(), a.to_bits() >> 3)
            }

            #[jit]
            fn both(a: $ty, b: $ty) -> ([$ty; 2], bool) {
                ([a.midpoint(b), $ty::from_bits(a.to_bits() ^ b.to_bits())], a.total_cmp(&b).is_le())
            }

            #[jit]
            fn constants() -> ([$ty; 10], [u32; 2], [i32; 4]) {
                (
                    [
                        $ty::MIN,
                        $ty::MAX,
                        $ty::MIN_POSITIVE,
                        $ty::EPSILON,
                        $ty::INFINITY,
                        $ty::NEG_INFINITY,
                        consts::PI,
                        consts::SQRT_2,
                        std::$ty::consts::LN_10,
                        std::$ty::consts::LOG2_E,
                    ],
                    [$ty::DIGITS, $ty::MANTISSA_DIGITS],
                    [$ty::MIN_EXP, $ty::MAX_EXP, $ty::MIN_10_EXP, $ty::MAX_10_EXP],
                )
            }

            #[test]
            fn of_one_type() {
                check!(constants());
                for a in <$ty>::all() {
                    if !a.is_nan() {
                        check!(alone(a));
                    }
                }
                for (a, b) in <$ty>::pairs() {
                    check!(both(a, b));
                }
            }
        }
    )*};
}
floats!(of_f32 f32 u32 of_f64 f64 u64);

#[jit]
fn logarithm(a: i32, base: i32) -> u32 {
    a.ilog(base)
}

#[jit]
fn over_nothing(a: i64, b: i64) -> (i64, bool) {
    a.overflowing_rem_euclid(b)
}

#[test]
fn panics() {
    for a in [i32::MIN, -1, 0, 1, 100, 125] {
        for base in [i32::MIN, 0, 1, 2, 5, 10] {
            check!(logarithm(a, base));
        }
        check!(over_nothing(a as i64, 0));
    }
}

#[jit]
fn ascii(a: u8) -> [bool; 4] {
    [a.is_ascii(), a.is_ascii_punctuation(), a.is_ascii_graphic(), a.is_ascii_control()]
}

#[test]
fn bytes() {
    (0..=255).for_each(|a| check!(ascii(a)));
}
