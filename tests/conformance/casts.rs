//! `as` between all pairs of types: integers wrap and extend, floats saturate and round.

use crate::values::Sample;
use mambo::prelude::*;

/// One kernel a source type, all targets at once.
macro_rules! casts {
    ($($name:ident $ty:ident)*) => {$(
        mod $name {
            use super::*;

            #[jit]
            fn to_signed(a: $ty) -> (i8, i16, i32, i64, i128, isize) {
                (a as i8, a as i16, a as i32, a as i64, a as i128, a as isize)
            }

            #[jit]
            fn to_unsigned(a: $ty) -> (u8, u16, u32, u64, u128, usize) {
                (a as u8, a as u16, a as u32, a as u64, a as u128, a as usize)
            }

            #[jit]
            fn to_floats(a: $ty) -> (f32, f64) {
                (a as f32, a as f64)
            }

            #[test]
            fn of_one_type() {
                for a in <$ty>::all() {
                    check!(to_signed(a));
                    check!(to_unsigned(a));
                    check!(to_floats(a));
                }
            }
        }
    )*};
}
casts! {
    from_i8 i8 from_i16 i16 from_i32 i32 from_i64 i64 from_isize isize from_u8 u8 from_u16 u16
    from_u32 u32 from_u64 u64 from_usize usize from_i128 i128 from_u128 u128 from_f32 f32 from_f64 f64
}

#[jit]
fn from_bool(a: bool) -> (u8, i32, u64, usize) {
    (a as u8, a as i32, a as u64, usize::from(a))
}

#[jit]
fn chains(a: i32) -> (u8, i64, f32, u64) {
    (a as u8 as i8 as i32 as u8, a as u32 as i64, a as i8 as f32, a as i64 as u64 >> 3)
}

#[jit]
fn loaded(a: &[u16], b: &[i16], c: &[u8], d: &[i32]) -> (i32, u64, i64, f64, u64) {
    (a[0] as i16 as i32, b[0] as u16 as u64, c[0] as i8 as i64, d[0] as u32 as f64, d[0] as u64)
}

#[test]
fn an_element_changes_its_sign_on_the_way() {
    for x in [0, 1, 127, 128, 255, 0x7FFF, 0x8000, 0xFFFF] {
        check!(loaded(&[x], &[x as i16], &[x as u8], &[-i32::from(x)]));
    }
}

#[jit]
fn literals() -> (u8, i8, u64, f32, i32) {
    (300.7 as u8, -1 as i8, -1i32 as u64, 16777217 as f32, f64::NAN as i32)
}

#[jit]
fn lossless(a: u8, b: i16, c: f32) -> (u32, i64, f64, f64, f64) {
    (u32::from(a), i64::from(b), f64::from(c), f64::from(a), b.into())
}

#[jit]
fn bits(a: f64, b: f32) -> (u64, u32, f64, f32) {
    (a.to_bits(), b.to_bits(), f64::from_bits(a.to_bits() ^ 1), f32::from_bits(b.to_bits() >> 1))
}

#[jit]
fn floats_of<T: Number>(a: T) -> (f64, T) {
    (a.to_f64(), T::from_f64(a.to_f64() * 0.5))
}

#[test]
fn other_conversions() {
    check!(from_bool(false));
    check!(from_bool(true));
    check!(literals());
    i32::all().into_iter().for_each(|a| check!(chains(a)));
    for ((a, b), c) in u8::all().into_iter().zip(i16::all()).zip(f32::all()) {
        check!(lossless(a, b, c));
    }
    for ((a, b), c) in f64::all().into_iter().zip(f32::all()).zip(i8::all()) {
        // The sign of a NaN is not promised, so its bits are not compared.
        if !a.is_nan() && !b.is_nan() {
            check!(bits(a, b));
        }
        check!(floats_of(c));
        check!(floats_of(b));
    }
}

/// A colour packed and unpacked.
#[jit]
fn pack(r: f32, g: f32, b: f32) -> u32 {
    let byte = |x: f32| (x * 255.0 + 0.5) as u8 as u32;
    byte(r) << 16 | byte(g) << 8 | byte(b)
}

#[test]
fn colours() {
    for (a, b) in f32::pairs() {
        check!(pack(a, b, 0.3));
    }
}
