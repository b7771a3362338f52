//! Elementary functions, for kernels and for plain Rust, with the same bits in both.
//!
//! In a kernel they run in vectors, as the methods of `f32` and `f64` do: `math::sin(x)` is
//! `x.sin()` there. Outside of kernels they are ordinary functions with the bits that kernels
//! compute, where the methods are those of the system's library.
//!
//! ```
//! use mambo::math;
//! use mambo::prelude::*;
//!
//! /// The price of a European call option, after Black and Scholes.
//! #[jit]
//! fn call(spot: f64, strike: f64, years: f64, rate: f64, volatility: f64) -> f64 {
//!     let spread = volatility * years.sqrt();
//!     let d1 = ((spot / strike).ln() + (rate + 0.5 * volatility * volatility) * years) / spread;
//!     let below = |d: f64| 0.5 * math::erfc(-d * std::f64::consts::FRAC_1_SQRT_2);
//!     spot * below(d1) - strike * (-rate * years).exp() * below(d1 - spread)
//! }
//!
//! assert_eq!(format!("{:.4}", call(100.0, 100.0, 1.0, 0.05, 0.2)), "10.4506");
//! ```
//!
//! # Accuracy
//! All are at most 1 ULP (unit in the last place) from the true value, over all numbers: huge
//! angles and subnormal results included. `gamma` and `ln_gamma` are at most 4 ULP from it.
//! `log_add_exp` knows two powers that add up to nearly 1 to 159 bits, which is enough where 105 of
//! them cancel; hardly a pair of numbers has more. Zeros have the signs, and infinities, NaN and the
//! edges of each function the values, that std and IEEE 754 give them. The table of errors found,
//! with where they are the greatest, is [below](accuracy).
//!
//! The bits are the same on every processor, in every lane of a vector and in its tail.
//!
//! # Where they come from
//! All polynomials are fitted by the program `coefficients.py` of the repository, which writes the
//! file of constants: least squares, weighted anew until the greatest error is the least (C. L.
//! Lawson, *Contributions to the theory of linear least maximum approximation*, 1961), and then
//! rounded one coefficient after the other. The text of the functions is `crates/math/src`; those
//! of `f32` have shorter polynomials, and compute in `f32` or in `f64` and round once, whichever is
//! faster.
//!
//! What is *in two parts* is the sum of a number and of what it lacks (T. J. Dekker, *A
//! floating-point technique for extending the available precision*, 1971; J.-M. Muller and others,
//! *Handbook of Floating-Point Arithmetic*, 2018).

use mambo_runtime::generated::{Callee, Known};

pub use mambo_math::{Float, accuracy};

/// The type that stands for the functions' own where one must be named.
type T = f64;

macro_rules! functions {
    ($($(#[$doc:meta])* $name:ident($($arg:ident: $ty:ty),*) -> $result:ty;)*) => {$(
        #[doc(hidden)]
        #[allow(non_camel_case_types, reason = "kernels find it beside the function")]
        #[derive(Debug)]
        pub enum $name {}

        impl Known for $name {
            const NAME: &'static str = stringify!($name);

            type Pointer = fn($($ty),*) -> $result;

            fn callee() -> Callee {
                Callee::Elementary(stringify!($name))
            }
        }

        $(#[$doc])*
        #[inline]
        pub fn $name<T: Float>($($arg: $ty),*) -> $result {
            mambo_math::$name($($arg),*)
        }
    )*};
}

functions! {
    /// `eˣ`.
    ///
    /// `x = n·ln 2 + r` with `ln 2` in two parts (W. J. Cody and W. Waite, *Software Manual for the Elementary Functions*, 1980), and a polynomial for `eʳ`.
    ///
    /// ```
    /// use mambo::math;
    ///
    /// assert_eq!(math::exp(0.0), 1.0);
    /// assert_eq!(math::exp(-1000.0), 0.0);
    /// ```
    exp(x: T) -> T;
    /// `2ˣ`; exact for integers.
    ///
    /// As [`exp`], with `r = x - n`.
    ///
    /// ```
    /// use mambo::math;
    ///
    /// assert_eq!(math::exp2(-1074.0), 5e-324);
    /// ```
    exp2(x: T) -> T;
    /// `eˣ - 1`, accurate for small `x` too.
    ///
    /// As [`exp`]; `2ⁿ - 1 + 2ⁿ·r` is kept exactly and the rest is added last.
    ///
    /// ```
    /// use mambo::math;
    ///
    /// assert_eq!(math::exp_m1(1e-20), 1e-20);
    /// ```
    exp_m1(x: T) -> T;
    /// The natural logarithm; -∞ at 0, NaN below.
    ///
    /// `x = 2ᵏ·(1 + f)`, and `ln(1 + f)` by a polynomial in `s = f / (2 + f)` (K. C. Ng, 4.3BSD).
    ///
    /// ```
    /// use mambo::math;
    ///
    /// assert_eq!(math::ln(1.0), 0.0);
    /// assert_eq!(math::ln(0.0), f64::NEG_INFINITY);
    /// ```
    ln(x: T) -> T;
    /// The logarithm to base 2; exact for powers of two.
    ///
    /// As [`ln`], times `log₂ e` in two parts.
    ///
    /// ```
    /// use mambo::math;
    ///
    /// assert_eq!(math::log2(0.125), -3.0);
    /// ```
    log2(x: T) -> T;
    /// The logarithm to base 10; exact for powers of ten that are numbers of the type.
    ///
    /// As [`ln`], times `log₁₀ e` in two parts.
    ///
    /// ```
    /// use mambo::math;
    ///
    /// assert_eq!(math::log10(1e22), 22.0);
    /// ```
    log10(x: T) -> T;
    /// `ln(1 + x)`, accurate for small `x` too.
    ///
    /// As [`ln`], with what `1 + x` loses.
    ///
    /// ```
    /// use mambo::math;
    ///
    /// assert_eq!(math::ln_1p(1e-20), 1e-20);
    /// ```
    ln_1p(x: T) -> T;
    /// `xʸ`, for a negative `x` if `y` is an integer; the `powf` of std.
    ///
    /// The exponential of `y·ln x` (N. H. F. Beebe, *The Mathematical-Function Computation Handbook*,
    /// 2017, §14), with the logarithm as in [`ln`] but in two parts, to some 2⁻⁶⁴ of itself.
    ///
    /// ```
    /// use mambo::math;
    ///
    /// assert_eq!(math::pow(-3.0, 3.0), -27.0);
    /// assert_eq!(math::pow(0.0, 0.0), 1.0);
    /// ```
    pow(x: T, y: T) -> T;
    /// `xⁿ`.
    ///
    /// A product where `n` is 2 or 3, and as [`pow`] otherwise: unlike in std, the error does not grow
    /// with `n`.
    ///
    /// ```
    /// use mambo::math;
    ///
    /// assert_eq!(math::powi(0.5, -3), 8.0);
    /// ```
    powi(x: T, n: i32) -> T;
    /// The cube root.
    ///
    /// A polynomial for `1 / ∛x`, an iteration of third order on that, which divides nowhere, and one
    /// of Newton's on the root, with its cube in two parts (N. H. F. Beebe, *The Mathematical-Function
    /// Computation Handbook*, 2017, §8).
    ///
    /// ```
    /// use mambo::math;
    ///
    /// assert_eq!(math::cbrt(-27.0), -3.0);
    /// ```
    cbrt(x: T) -> T;
    /// The length of a vector, `√(x² + y²)`, without overflow on the way.
    ///
    /// The squares in two parts, scaled by a power of two, and one step of Newton for the root (C. F.
    /// Borges, *Algorithm 1014: An improved algorithm for hypot(x, y)*, 2021).
    ///
    /// ```
    /// use mambo::math;
    ///
    /// assert_eq!(math::hypot(3.0, 4.0), 5.0);
    /// assert_eq!(math::hypot(f64::MAX, 1.0), f64::MAX);
    /// ```
    hypot(x: T, y: T) -> T;
    /// The sine of an angle in radians.
    ///
    /// `x = n·π/2 + r` with `π/2` in three parts (W. J. Cody and W. Waite, *Software Manual for the Elementary Functions*, 1980),
    /// or, for huge angles, with the bits of `2/π` that matter (M. H. Payne and R. N. Hanek, *Radian
    /// reduction for trigonometric functions*, 1983), and a polynomial.
    ///
    /// ```
    /// use mambo::math;
    ///
    /// assert_eq!(math::sin(0.5f32), 0.47942555);
    /// ```
    sin(x: T) -> T;
    /// The cosine of an angle in radians.
    ///
    /// As [`sin`], a quarter of a turn on.
    ///
    /// ```
    /// use mambo::math;
    ///
    /// assert_eq!(math::cos(0.0), 1.0);
    /// ```
    cos(x: T) -> T;
    /// The tangent of an angle in radians.
    ///
    /// The quotient of [`sin`] and [`cos`], both in two parts.
    ///
    /// ```
    /// use mambo::math;
    ///
    /// assert_eq!(math::tan(0.0), 0.0);
    /// ```
    tan(x: T) -> T;
    /// The sine and the cosine of an angle in radians.
    ///
    /// One reduction for both, in kernels.
    ///
    /// ```
    /// use mambo::math;
    ///
    /// assert_eq!(math::sin_cos(0.0), (0.0, 1.0));
    /// ```
    sin_cos(x: T) -> (T, T);
    /// The angle whose sine is `x`, from -π/2 to π/2; NaN beyond ±1.
    ///
    /// A polynomial up to ½, and `π/2 - 2·asin √((1 - x) / 2)` above it (W. J. Cody and W. Waite,
    /// *Software Manual for the Elementary Functions*, 1980), in two parts.
    ///
    /// ```
    /// use mambo::math;
    ///
    /// assert_eq!(math::asin(1.0), std::f64::consts::FRAC_PI_2);
    /// ```
    asin(x: T) -> T;
    /// The angle whose cosine is `x`, from 0 to π; NaN beyond ±1.
    ///
    /// As [`asin`].
    ///
    /// ```
    /// use mambo::math;
    ///
    /// assert_eq!(math::acos(1.0), 0.0);
    /// ```
    acos(x: T) -> T;
    /// The angle whose tangent is `x`, from -π/2 to π/2.
    ///
    /// A polynomial up to `√2 - 1`, and beyond it that of `(x - 1) / (x + 1)` or `-1 / x` with `π/4` or
    /// `π/2` in two parts (S. L. Moshier, *Methods and Programs for Mathematical Functions*, 1989).
    ///
    /// ```
    /// use mambo::math;
    ///
    /// assert_eq!(math::atan(f64::INFINITY), std::f64::consts::FRAC_PI_2);
    /// ```
    atan(x: T) -> T;
    /// The angle of the point at `x` to the right and `y` up, from -π to π.
    ///
    /// As [`atan`], of the quotient in two parts; scaled by a power of two where that is hardly a number.
    ///
    /// ```
    /// use mambo::math;
    ///
    /// assert_eq!(math::atan2(0.0, -1.0), std::f64::consts::PI);
    /// ```
    atan2(y: T, x: T) -> T;
    /// The hyperbolic sine.
    ///
    /// `(e + e / (1 + e)) / 2` with `e = eˣ - 1` (K. C. Ng, 4.3BSD), that as in [`exp_m1`] and in two parts.
    ///
    /// ```
    /// use mambo::math;
    ///
    /// assert_eq!(math::sinh(-0.0f64).to_bits(), (-0.0f64).to_bits());
    /// ```
    sinh(x: T) -> T;
    /// The hyperbolic cosine.
    ///
    /// `(eˣ + e⁻ˣ) / 2` (K. C. Ng, 4.3BSD) in two parts, as in [`sinh`].
    ///
    /// ```
    /// use mambo::math;
    ///
    /// assert_eq!(math::cosh(0.0), 1.0);
    /// ```
    cosh(x: T) -> T;
    /// The hyperbolic tangent.
    ///
    /// `e / (e + 2)` with `e = e²ˣ - 1` (K. C. Ng, 4.3BSD) in two parts, as in [`sinh`].
    ///
    /// ```
    /// use mambo::math;
    ///
    /// assert_eq!(math::tanh(100.0), 1.0);
    /// ```
    tanh(x: T) -> T;
    /// The inverse of the hyperbolic sine.
    ///
    /// `ln(1 + x + x² / (1 + √(1 + x²)))` (K. C. Ng, 4.3BSD), that as in [`ln_1p`] of two parts.
    ///
    /// ```
    /// use mambo::math;
    ///
    /// assert_eq!(math::asinh(0.0), 0.0);
    /// ```
    asinh(x: T) -> T;
    /// The inverse of the hyperbolic cosine; NaN below 1.
    ///
    /// `ln(1 + t + √(t² + 2t))` with `t = x - 1` (K. C. Ng, 4.3BSD), as in [`asinh`].
    ///
    /// ```
    /// use mambo::math;
    ///
    /// assert_eq!(math::acosh(1.0), 0.0);
    /// ```
    acosh(x: T) -> T;
    /// The inverse of the hyperbolic tangent; ±∞ at ±1, NaN beyond.
    ///
    /// `½·ln(1 + 2x / (1 - x))` (K. C. Ng, 4.3BSD), as in [`asinh`].
    ///
    /// ```
    /// use mambo::math;
    ///
    /// assert_eq!(math::atanh(1.0), f64::INFINITY);
    /// ```
    atanh(x: T) -> T;
    /// Radians as degrees: one product, that of std.
    ///
    /// ```
    /// use mambo::math;
    ///
    /// assert_eq!(math::to_degrees(std::f64::consts::PI), 180.0);
    /// ```
    to_degrees(x: T) -> T;
    /// Degrees as radians: one product, that of std.
    ///
    /// ```
    /// use mambo::math;
    ///
    /// assert_eq!(math::to_radians(180.0), std::f64::consts::PI);
    /// ```
    to_radians(x: T) -> T;
    /// The error function, `2/√π` times the integral of `e^(-t²)` from 0 to `x`.
    ///
    /// A polynomial below 15/16, and `1 - e^p(x)` with a polynomial `p` for `ln(1 - erf x)` above it
    /// (after W. J. Cody, *Rational Chebyshev approximations for the error function*, 1969).
    ///
    /// ```
    /// use mambo::math;
    ///
    /// assert_eq!(math::erf(10.0), 1.0);
    /// assert_eq!(math::erf(0.5f32), 0.5204999);
    /// ```
    erf(x: T) -> T;
    /// `1 - erf(x)`, accurate for large `x` too.
    ///
    /// `e^(-x²)` in two parts, times a polynomial for `(1 + 2x)·e^(x²)·erfc(x)` in `(x - 4) / (x + 4)`, over
    /// `1 + 2x` (M. M. Shepherd and J. G. Laframboise, *Chebyshev approximation of (1 + 2x)exp(x²)erfc x
    /// in 0 ≤ x < ∞*, 1981).
    ///
    /// ```
    /// use mambo::math;
    ///
    /// assert_eq!(math::erfc(0.0), 1.0);
    /// assert_eq!(math::erfc(5.0f32), 1.5374598e-12);
    /// ```
    erfc(x: T) -> T;
    /// The gamma function, which is `(x - 1)!` at positive integers; NaN at negative ones and -∞, ±∞ at
    /// ±0. At most 4 ULP; exact for the factorials that are numbers of the type.
    ///
    /// Stirling's formula with a polynomial for what it lacks (J. Binet), in two parts, after
    /// `Γ(x + 3) = x·(x + 1)·(x + 2)·Γ(x)` where `x` is small; reflected where it is negative.
    ///
    /// ```
    /// use mambo::math;
    ///
    /// assert_eq!(math::gamma(5.0), 24.0);
    /// ```
    gamma(x: T) -> T;
    /// The natural logarithm of `|Γ(x)|`; ∞ at 0 and at negative integers. At most 4 ULP, beside its
    /// zeros too.
    ///
    /// As [`gamma`], and below 3 a polynomial for `ln Γ(2 + t) / t`; beside each zero among the negative
    /// numbers its Taylor series there.
    ///
    /// ```
    /// use mambo::math;
    ///
    /// assert_eq!(math::ln_gamma(2.0), 0.0);
    /// ```
    ln_gamma(x: T) -> T;
    /// The logistic function, `1 / (1 + e⁻ˣ)`.
    ///
    /// `eˣ / (1 + eˣ)` in two parts.
    ///
    /// ```
    /// use mambo::math;
    ///
    /// assert_eq!(math::sigmoid(0.0), 0.5);
    /// ```
    sigmoid(x: T) -> T;
    /// `ln(1 + eˣ)`, which is about `x` where that is large, and about `eˣ` where it is small.
    ///
    /// [`exp`] in two parts, and [`ln_1p`] of that (M. Mächler, *Accurately computing log(1 − exp(−|a|))*,
    /// 2012).
    ///
    /// ```
    /// use mambo::math;
    ///
    /// assert_eq!(math::softplus(0.0), std::f64::consts::LN_2);
    /// assert_eq!(math::softplus(1000.0), 1000.0);
    /// ```
    softplus(x: T) -> T;
    /// `ln(eˣ + eʸ)`, without overflow on the way: the sum of numbers given by their logarithms.
    ///
    /// The greater one and `ln(1 + e⁻ᵈ)`, with the distance `d` (P. Blanchard, D. J. Higham and N. J.
    /// Higham, *Accurately computing the log-sum-exp and softmax functions*, 2021), all in two parts.
    /// Where the result is small beside both, `ln(1 + S)` with `S = eˣ - 1 + eʸ`, in three and four parts
    /// (Y. Hida, X. S. Li and D. H. Bailey, *Algorithms for quad-double precision floating point
    /// arithmetic*, 2001), by a table and Taylor's series.
    ///
    /// ```
    /// use mambo::math;
    ///
    /// assert_eq!(math::log_add_exp(-1000.0, -1000.0), -1000.0 + std::f64::consts::LN_2);
    /// // The sum of a quarter and of three, as rounded, is not 1.
    /// assert_eq!(math::log_add_exp(math::ln(0.25), math::ln(0.75)), 3.114893869255073e-17);
    /// ```
    log_add_exp(x: T, y: T) -> T;
    /// `sin(πx) / (πx)`, and 1 at 0: exactly 0 at the other integers.
    ///
    /// What `x` has beyond a multiple of ½ is exact; times `π` in two parts it goes on as in [`sin`].
    ///
    /// ```
    /// use mambo::math;
    ///
    /// assert_eq!(math::sinc(0.0), 1.0);
    /// assert_eq!(math::sinc(3.0), 0.0);
    /// ```
    sinc(x: T) -> T;
}
