//! `checked_*`, `overflowing_*` and `saturating_*`.

use crate::values::{Sample, integers};
use mambo::prelude::*;

#[jit]
fn options<T: Integer>(a: T, b: T) -> (Option<T>, Option<T>, Option<T>) {
    (a.checked_add(b), a.checked_sub(b), a.checked_mul(b))
}

#[jit]
fn quotients<T: Integer>(a: T, b: T) -> (Option<T>, Option<T>) {
    (a.checked_div(b), a.checked_rem(b))
}

#[jit]
fn matched<T: Integer>(a: T, b: T) -> T {
    match a.checked_mul(b) {
        Some(product) => product,
        None => T::MAX,
    }
}

#[jit]
fn in_a_condition<T: Integer>(a: T, b: T) -> T {
    if let Some(sum) = a.checked_add(b) {
        sum
    } else if let Some(difference) = a.checked_sub(b) {
        difference
    } else {
        T::ZERO
    }
}

#[jit]
fn or_else<T: Integer>(a: T, b: T) -> T {
    let Some(quotient) = a.checked_div(b) else {
        return b;
    };
    quotient
}

#[jit]
fn asked<T: Integer>(a: T, b: T) -> Option<(T, T)> {
    let twice = |x: T| Some(x.checked_add(x)?.checked_add(T::ONE)?);
    let mut sum = twice(a)?;
    for _ in 0..3 {
        sum = sum.checked_add(b)?;
    }
    Some((sum, a.checked_rem(b)?))
}

#[jit]
fn defaults<T: Integer>(a: T, b: T) -> (T, T, bool, bool) {
    (
        a.checked_add(b).unwrap_or(T::ONE),
        a.checked_mul(b).unwrap_or_default(),
        a.checked_sub(b).is_some(),
        a.checked_rem(b).is_none(),
    )
}

#[jit]
fn unwrapped<T: Integer>(a: T, b: T) -> T {
    a.checked_add(b).unwrap()
}

#[jit]
fn expected<T: Integer>(a: T, b: T) -> T {
    a.checked_sub(b).expect("no room")
}

#[jit]
fn saturating<T: Integer>(a: T, b: T) -> (T, T, T) {
    (a.saturating_add(b), a.saturating_sub(b), a.saturating_mul(b))
}

#[jit]
fn powers<T: Integer>(a: T, n: u32) -> (Option<T>, T) {
    (a.checked_pow(n), a.saturating_pow(n))
}

fn each<T: Integer + Sample>() {
    for (a, b) in T::pairs() {
        check!(options(a, b));
        check!(quotients(a, b));
        check!(matched(a, b));
        check!(in_a_condition(a, b));
        check!(or_else(a, b));
        check!(asked(a, b));
        check!(defaults(a, b));
        check!(unwrapped(a, b));
        check!(expected(a, b));
        check!(saturating(a, b));
    }
    for a in T::all() {
        for n in [0, 1, 2, 3, 7, 8, 15, 31, 63, 64] {
            check!(powers(a, n));
        }
    }
}

#[test]
fn of_every_type() {
    integers!(each);
}

/// Methods that the trait does not have.
macro_rules! inherent {
    ($($name:ident $ty:ident)*) => {$(
        mod $name {
            use super::*;

            #[jit]
            fn overflowing(a: $ty, b: $ty) -> (($ty, bool), ($ty, bool), ($ty, bool)) {
                (a.overflowing_add(b), a.overflowing_sub(b), a.overflowing_mul(b))
            }

            #[jit]
            fn checked(a: $ty, n: u32) -> (Option<$ty>, Option<$ty>, Option<$ty>) {
                (a.checked_shl(n), a.checked_shr(n), a.checked_neg())
            }

            #[test]
            fn of_one_type() {
                <$ty>::pairs().into_iter().for_each(|(a, b)| check!(overflowing(a, b)));
                for a in <$ty>::all() {
                    for n in [0, 1, 7, 8, 31, 32, 63, 64, 1000] {
                        check!(checked(a, n));
                    }
                }
            }
        }
    )*};
}
inherent! {
    of_i8 i8 of_i16 i16 of_i32 i32 of_i64 i64 of_isize isize of_u8 u8 of_u16 u16 of_u32 u32
    of_u64 u64 of_usize usize
}

/// Parses digits, giving up on overflow.
#[jit]
fn parse(digits: &[u8]) -> Option<u16> {
    let mut value = 0u16;
    for &digit in digits {
        if !(b'0'..=b'9').contains(&digit) {
            return None;
        }
        match value.checked_mul(10) {
            Some(tens) => match tens.checked_add((digit - b'0') as u16) {
                Some(sum) => value = sum,
                None => return None,
            },
            None => return None,
        }
    }
    Some(value)
}

#[test]
fn options_of_options() {
    for text in ["", "0", "12", "65535", "65536", "99999", "655350", "1x"] {
        check!(parse(text.as_bytes()));
    }
}
