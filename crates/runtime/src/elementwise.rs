//! A bound for kernels that compute with a number or with a whole array, as they are called.
//!
//! Promise: on an array a method does to every element what the method of the same name of
//! the standard library does to a number.

use crate::arg::Arg;
use crate::describe::Described;
use crate::number::Real;
use crate::ret::Ret;
use ndarray::{Array, Ix0, Ix1, Ix2, Ix3, Ix4, Ix5, Ix6};
use std::ops::{Add, Div, Mul, Neg, Sub};

macro_rules! elementwise {
    ($($method:ident)*) => {
        /// `f32`, `f64` and owned arrays of them: the kernel has a signature for each of these
        /// types, and each rank, that it is called with. Operators broadcast as ndarray's do.
        ///
        /// ```
        /// use mambo_runtime::Elementwise;
        ///
        /// fn sine_and_cosine<A: Elementwise>(degrees: A) -> (A, A) {
        ///     let radians = degrees.to_radians();
        ///     (radians.clone().sin(), radians.cos())
        /// }
        /// assert_eq!(sine_and_cosine(90.0f64).0, 1.0);
        /// let degrees = ndarray::arr1(&[0.0f64, 90.0]);
        /// assert_eq!(sine_and_cosine(degrees).0, ndarray::arr1(&[0.0, 1.0]));
        /// ```
        #[diagnostic::on_unimplemented(
            message = "`{Self}` is neither a float nor an array that owns floats",
            label = "not f32, f64 or an `Array` of them; call `.to_owned()` on a view"
        )]
        pub trait Elementwise:
            Arg
            + Ret
            + Described
            + Clone
            + Add<Output = Self>
            + Sub<Output = Self>
            + Mul<Output = Self>
            + Div<Output = Self>
            + Neg<Output = Self>
            + Add<Self::Item, Output = Self>
            + Sub<Self::Item, Output = Self>
            + Mul<Self::Item, Output = Self>
            + Div<Self::Item, Output = Self>
        {
            /// The type of one element; of a number, its own type.
            type Item: Real;

            $(
                #[doc = concat!("`", stringify!($method), "` of every element.")]
                fn $method(self) -> Self;
            )*

            /// `powi` of every element.
            fn powi(self, exponent: i32) -> Self;

            /// `powf` of every element.
            fn powf(self, exponent: Self::Item) -> Self;
        }

        macro_rules! numbers {
            ($ty:ident) => {
                impl Elementwise for $ty {
                    type Item = $ty;
                    $(fn $method(self) -> Self { $ty::$method(self) })*
                    fn powi(self, exponent: i32) -> Self { $ty::powi(self, exponent) }
                    fn powf(self, exponent: $ty) -> Self { $ty::powf(self, exponent) }
                }
            };
        }

        macro_rules! arrays {
            ($ty:ident, $rank:ident) => {
                impl Elementwise for Array<$ty, $rank> {
                    type Item = $ty;
                    $(fn $method(self) -> Self { self.mapv_into($ty::$method) })*
                    fn powi(self, exponent: i32) -> Self {
                        self.mapv_into(|value| value.powi(exponent))
                    }
                    fn powf(self, exponent: $ty) -> Self {
                        self.mapv_into(|value| value.powf(exponent))
                    }
                }
            };
        }
    };
}

elementwise! {
    abs sqrt cbrt exp exp2 exp_m1 ln log2 log10 ln_1p sin cos tan asin acos atan sinh cosh tanh
    asinh acosh atanh floor ceil round round_ties_even trunc fract signum recip to_degrees
    to_radians
}

macro_rules! every_type {
    ($($ty:ident)*) => {$(
        numbers!($ty);
        arrays!($ty, Ix0);
        arrays!($ty, Ix1);
        arrays!($ty, Ix2);
        arrays!($ty, Ix3);
        arrays!($ty, Ix4);
        arrays!($ty, Ix5);
        arrays!($ty, Ix6);
    )*};
}

every_type!(f32 f64);
