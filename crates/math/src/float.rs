//! The functions for both types, by way of a trait, with fused multiplication where the
//! processor has it.

/// A type the functions are for: `f32` or `f64`.
#[diagnostic::on_unimplemented(message = "`{Self}` is not a float", label = "expected f32 or f64")]
pub trait Float: Copy + sealed::Sealed {}

impl Float for f32 {}
impl Float for f64 {}

/// Whether `mul_add` is an instruction of this processor though not of all it is compiled for.
#[cfg(all(target_arch = "x86_64", not(target_feature = "fma")))]
#[inline(always)]
fn has_fused_multiplication() -> bool {
    std::arch::is_x86_feature_detected!("fma") && std::arch::is_x86_feature_detected!("avx2")
}

macro_rules! functions {
    ($($(#[$doc:meta])* $module:ident::$name:ident($($arg:ident),*);)*) => {
        pub(crate) mod sealed {
            /// Leads to the functions of a type. They are not its own, which have these names.
            pub trait Sealed: Sized {
                type Functions: Functions<Self>;
            }

            pub trait Functions<T> {
                $(fn $name($($arg: T),*) -> T;)*
                fn powi(x: T, n: i32) -> T;
            }

            #[derive(Debug)]
            pub enum Single {}

            #[derive(Debug)]
            pub enum Double {}

            impl Sealed for f32 {
                type Functions = Single;
            }

            impl Sealed for f64 {
                type Functions = Double;
            }

            impl Functions<f32> for Single {
                functions!(@width single f32 $($module::$name($($arg),*);)*);
            }

            impl Functions<f64> for Double {
                functions!(@width double f64 $($module::$name($($arg),*);)*);
            }
        }

        $(
            $(#[$doc])*
            #[inline]
            pub fn $name<T: Float>($($arg: T),*) -> T {
                <T::Functions as sealed::Functions<T>>::$name($($arg),*)
            }
        )*
    };
    (@width $width:ident $ty:ident $($module:ident::$name:ident($($arg:ident),*);)*) => {
        $(functions!(@function $width $ty $module::$name($($arg: $ty),*));)*
        functions!(@function $width $ty power::powi(x: $ty, n: i32));
    };
    (@function $width:ident $ty:ident $module:ident::$name:ident($($arg:ident: $of:ty),*)) => {
            fn $name($($arg: $of),*) -> $ty {
                use crate::$width::$module::$name as function;
                #[cfg(all(target_arch = "x86_64", not(target_feature = "fma")))]
                {
                    #[target_feature(enable = "avx2,fma")]
                    fn fused($($arg: $of),*) -> $ty {
                        function($($arg),*)
                    }
                    if super::has_fused_multiplication() {
                        // SAFETY: the processor has what the function is compiled for.
                        return unsafe { fused($($arg),*) };
                    }
                }
                function($($arg),*)
            }
    };
}

/// `xⁿ`.
#[inline]
pub fn powi<T: Float>(x: T, n: i32) -> T {
    <T::Functions as sealed::Functions<T>>::powi(x, n)
}

/// The sine and the cosine.
#[inline]
pub fn sin_cos<T: Float>(x: T) -> (T, T) {
    (sin(x), cos(x))
}

functions! {
    /// `eˣ`.
    exp::exp(x);
    /// `2ˣ`.
    exp::exp2(x);
    /// `eˣ - 1`, accurate for small `x` too.
    exp::exp_m1(x);
    /// The natural logarithm.
    ln::ln(x);
    /// The logarithm to base 2; exact for powers of two.
    ln::log2(x);
    /// The logarithm to base 10; exact for powers of ten that are numbers of the type.
    ln::log10(x);
    /// `ln(1 + x)`, accurate for small `x` too.
    ln::ln_1p(x);
    /// `xʸ`.
    power::pow(x, y);
    /// The cube root.
    root::cbrt(x);
    /// The length of a vector, `√(x² + y²)`, without overflow on the way.
    root::hypot(x, y);
    /// The sine of an angle in radians.
    trig::sin(x);
    /// The cosine of an angle in radians.
    trig::cos(x);
    /// The tangent of an angle in radians.
    trig::tan(x);
    /// The angle whose sine is `x`, from -π/2 to π/2.
    inverse_trig::asin(x);
    /// The angle whose cosine is `x`, from 0 to π.
    inverse_trig::acos(x);
    /// The angle whose tangent is `x`, from -π/2 to π/2.
    inverse_trig::atan(x);
    /// The angle of the point at `x` to the right and `y` up, from -π to π.
    inverse_trig::atan2(y, x);
    /// The hyperbolic sine.
    hyperbolic::sinh(x);
    /// The hyperbolic cosine.
    hyperbolic::cosh(x);
    /// The hyperbolic tangent.
    hyperbolic::tanh(x);
    /// The inverse of the hyperbolic sine.
    hyperbolic::asinh(x);
    /// The inverse of the hyperbolic cosine.
    hyperbolic::acosh(x);
    /// The inverse of the hyperbolic tangent.
    hyperbolic::atanh(x);
    /// [`exp`] to 4 ULP.
    fast::fast_exp(x);
    /// [`exp2`] to 4 ULP.
    fast::fast_exp2(x);
    /// [`ln`] to 4 ULP.
    fast::fast_ln(x);
    /// [`log2`] to 4 ULP.
    fast::fast_log2(x);
    /// [`log10`] to 4 ULP.
    fast::fast_log10(x);
    /// [`sin`] to 4 ULP.
    fast::fast_sin(x);
    /// [`cos`] to 4 ULP.
    fast::fast_cos(x);
    /// [`tan`] to 4 ULP.
    fast::fast_tan(x);
    /// Radians as degrees.
    trig::to_degrees(x);
    /// Degrees as radians.
    trig::to_radians(x);
    /// The error function, `2/√π` times the integral of `e^(-t²)` from 0 to `x`.
    erf::erf(x);
    /// `1 - erf(x)`, accurate for large `x` too.
    erf::erfc(x);
    /// The gamma function, `(x - 1)!`; NaN at the negative integers. At most 4 ULP.
    gamma::gamma(x);
    /// The logarithm of `|Γ(x)|`; infinite at 0 and the negative integers.
    gamma::ln_gamma(x);
    /// The logistic function, `1 / (1 + e⁻ˣ)`.
    logistic::sigmoid(x);
    /// `ln(1 + eˣ)`.
    logistic::softplus(x);
    /// `ln(eˣ + eʸ)`.
    logistic::log_add_exp(x, y);
    /// `sin(πx) / (πx)`, and 1 at 0.
    sinc::sinc(x);
}
