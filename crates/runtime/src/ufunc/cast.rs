//! Conversions of elements that lose nothing but, for wide integers, digits.

use crate::scalar::Element;

/// A type whose values a universal function may take for a `T`: casts that NumPy calls safe.
///
/// Integers become wider ones and those of the other sign if all values fit; integers become
/// floats, `i8`, `u8`, `i16` and `u16` also `f32`; `f32` becomes `f64`; `bool` becomes any
/// number. `isize` and `usize` are as `i64` and `u64`.
///
/// ```
/// use mambo_runtime::CastsTo;
/// fn takes_float(_: impl CastsTo<f64>) {}
/// takes_float(3u8);
/// takes_float(3i64);
/// takes_float(3.0f32);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not cast safely to `{T}`, which the universal function takes",
    label = "elements of type `{Self}`, and `{T}` is wanted",
    note = "convert the array first, as in `a.mapv(|x| x as {T})`, or make the function generic: `fn f<T: Number>(x: T) -> T`"
)]
pub trait CastsTo<T: Element>: Element {
    /// The value as a `T`.
    #[doc(hidden)]
    fn cast(self) -> T;
}

impl<T: Element> CastsTo<T> for T {
    #[inline]
    fn cast(self) -> T {
        self
    }
}

/// Copies elements, cast.
///
/// # Safety
/// `len` elements must lie `step` bytes apart from `from` on, and may be read; as many places
/// for a `T` from `to` on may be written, and are nowhere else in use.
pub(crate) unsafe fn copy<S: CastsTo<T>, T: Element>(
    from: *const u8,
    step: isize,
    to: *mut u8,
    to_step: isize,
    len: usize,
) {
    for number in 0..len as isize {
        // SAFETY: by the contract of this function.
        unsafe {
            let value = from.wrapping_offset(step * number).cast::<S>().read();
            to.wrapping_offset(to_step * number).cast::<T>().write(value.cast());
        }
    }
}

macro_rules! casts {
    ($($from:ident to $($to:ident)*;)*) => {$($(
        impl CastsTo<$to> for $from {
            #[inline]
            fn cast(self) -> $to {
                self as $to
            }
        }
    )*)*};
}
casts! {
    bool to i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize;
    i8 to i16 i32 i64 i128 isize f32 f64;
    i16 to i32 i64 i128 isize f32 f64;
    i32 to i64 i128 isize f64;
    i64 to i128 isize f64;
    isize to i64 i128 f64;
    u8 to i16 i32 i64 i128 isize u16 u32 u64 u128 usize f32 f64;
    u16 to i32 i64 i128 isize u32 u64 u128 usize f32 f64;
    u32 to i64 i128 isize u64 u128 usize f64;
    u64 to i128 u128 usize f64;
    usize to i128 u64 u128 f64;
    f32 to f64;
}

macro_rules! bool_casts {
    ($($to:ident)*) => {$(
        impl CastsTo<$to> for bool {
            #[inline]
            fn cast(self) -> $to {
                u8::from(self).into()
            }
        }
    )*};
}
bool_casts!(f32 f64);
