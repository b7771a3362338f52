//! The loops of elementary functions, each an expression over the functions of std. `erf` is that
//! of the system's library, which std lacks.

use std::slice::{from_raw_parts, from_raw_parts_mut};

unsafe extern "C" {
    #[link_name = "erf"]
    safe fn erf_of_f64(x: f64) -> f64;
    #[link_name = "erff"]
    safe fn erf_of_f32(x: f32) -> f32;
}

/// A loop behind a C door, `f(scalar, a, b, c, n, width)`: `c` from `a`, or from `a` and `b`.
macro_rules! door {
    ($t:ident $name:literal |$x:ident| $body:expr) => {
        door!(@ $t $name |a, b, c, n| {
            // SAFETY: promised by the caller.
            let (a, c) = unsafe { (from_raw_parts(a, n), from_raw_parts_mut(c, n)) };
            for (c, &$x) in c.iter_mut().zip(a) {
                *c = $body;
            }
        });
    };
    ($t:ident $name:literal |$x:ident, $y:ident| $body:expr) => {
        door!(@ $t $name |a, b, c, n| {
            // SAFETY: promised by the caller.
            let (a, b) = unsafe { (from_raw_parts(a, n), from_raw_parts(b, n)) };
            // SAFETY: promised by the caller.
            let c = unsafe { from_raw_parts_mut(c, n) };
            for (c, (&$x, &$y)) in c.iter_mut().zip(a.iter().zip(b)) {
                *c = $body;
            }
        });
    };
    (@ $t:ident $name:literal |$a:ident, $b:ident, $c:ident, $n:ident| $body:block) => {
        const _: () = {
            /// # Safety
            /// The pointers that the loop uses must be valid for `n` elements; `c` overlaps none.
            #[unsafe(export_name = concat!("native_", $name, "_", stringify!($t)))]
            #[allow(unused_variables, reason = "the doors have one shape")]
            pub unsafe extern "C" fn door(
                scalar: $t,
                $a: *const $t,
                $b: *const $t,
                $c: *mut $t,
                $n: usize,
                width: usize,
            ) -> $t {
                $body
                scalar
            }
        };
    };
}

macro_rules! doors {
    ($module:ident $t:ident $erf:ident) => {
        mod $module {
            use super::*;

            door!($t "exp" |x| x.exp());
            door!($t "ln" |x| x.ln());
            door!($t "sin" |x| x.sin());
            door!($t "cos" |x| x.cos());
            door!($t "tan" |x| x.tan());
            door!($t "tanh" |x| x.tanh());
            door!($t "pow" |x, y| x.powf(y));
            door!($t "atan2" |y, x| y.atan2(x));
            door!($t "cbrt" |x| x.cbrt());
            door!($t "erf" |x| $erf(x));
            door!($t "cosd" |x| x.to_radians().cos());
            door!($t "exp-neg" |x| (-x).exp());
            door!($t "sigmoid" |x| 1.0 / (1.0 + (-x).exp()));
            door!($t "black-scholes" |spot, strike| call(spot, strike));
            door!($t "dojo" |x| (x * x + 1.0).sqrt() * x.sin() + (x / 2.0).cos());

            /// The price of a call option in 9 months, at 2 % and a volatility of 0.3.
            fn call(spot: $t, strike: $t) -> $t {
                let (years, rate, volatility): ($t, $t, $t) = (0.75, 0.02, 0.3);
                let spread = volatility * years.sqrt();
                let drift = (rate + 0.5 * volatility * volatility) * years;
                let d1 = ((spot / strike).ln() + drift) / spread;
                spot * below(d1) - strike * (-rate * years).exp() * below(d1 - spread)
            }

            /// The normal distribution (M. Abramowitz and I. A. Stegun, 26.2.17).
            fn below(d: $t) -> $t {
                let k = 1.0 / (1.0 + 0.2316419 * d.abs());
                let p = k * (1.781477937 + k * (-1.821255978 + k * 1.330274429));
                let p = k * (0.319381530 + k * (-0.356563782 + p));
                let tail = 0.3989422804014327 * (-0.5 * d * d).exp() * p;
                if d > 0.0 { 1.0 - tail } else { tail }
            }
        }
    };
}

doors!(double f64 erf_of_f64);
doors!(single f32 erf_of_f32);
