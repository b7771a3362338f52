//! Elementary functions of at most 1 ULP, with the same bits on every processor.
//!
//! Each function is written once, in the language of kernels, which is Rust. rustc compiles it
//! here, for scalars; the compiler of kernels reads the same text ([`SOURCES`]) and puts it into
//! the lanes of vector loops. Both do the same IEEE 754 operations in the same order, so both
//! give the same bits; `mul_add` is one rounding everywhere, in software if need be.

#[doc(hidden)]
#[allow(clippy::approx_constant, reason = "a program computes them all in the same way")]
pub mod coefficients;
#[doc(hidden)]
#[allow(clippy::manual_range_contains, reason = "kernels ask no range what it contains")]
pub mod double;
mod float;
#[doc(hidden)]
#[allow(clippy::manual_range_contains, reason = "kernels ask no range what it contains")]
pub mod single;

pub use float::*;

#[doc = include_str!("../ACCURACY.md")]
pub mod accuracy {}

/// A file of functions, for the compiler of kernels.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Source {
    /// `double` or `single`.
    pub width: &'static str,
    /// Its module in that.
    pub module: &'static str,
    /// What it says.
    pub text: &'static str,
}

macro_rules! sources {
    ($($width:ident: $($module:ident)*;)*) => {
        &[$($(Source {
            width: stringify!($width),
            module: stringify!($module),
            text: include_str!(concat!(stringify!($width), "/", stringify!($module), ".rs")),
        },)*)*]
    };
}

/// All of them.
#[doc(hidden)]
pub const SOURCES: &[Source] = sources! {
    double: erf exp fast gamma hyperbolic inverse_trig large_angle ln logistic near_zero power root sinc
        trig;
    single: erf exp fast gamma hyperbolic inverse_trig large_angle ln logistic power root sinc trig wide;
};
