//! The kernels of elementary functions, in both types of floats.

macro_rules! kernels {
    ($module:ident $t:ident) => {
        pub(crate) mod $module {
            use mambo::math;
            use mambo::prelude::*;

            kernels!(@ $t exp |x| x.exp());
            kernels!(@ $t ln |x| x.ln());
            kernels!(@ $t sin |x| x.sin());
            kernels!(@ $t cos |x| x.cos());
            kernels!(@ $t tan |x| x.tan());
            kernels!(@ $t tanh |x| x.tanh());
            kernels!(@ $t pow |x, y| x.powf(y));
            kernels!(@ $t atan2 |y, x| y.atan2(x));
            kernels!(@ $t cbrt |x| x.cbrt());
            kernels!(@ $t erf |x| math::erf(x));
            kernels!(@ $t cosd |x| x.to_radians().cos());
            kernels!(@ $t exp_neg |x| (-x).exp());
            kernels!(@ $t sigmoid |x| 1.0 / (1.0 + (-x).exp()));
            kernels!(@ $t (fastmath) black_scholes |spot, strike| call(spot, strike));
            kernels!(@ $t (fastmath) dojo |x| (x * x + 1.0).sqrt() * x.sin() + (x / 2.0).cos());

            /// The price of a call option in 9 months, at 2 % and a volatility of 0.3.
            #[jit(fastmath)]
            fn call(spot: $t, strike: $t) -> $t {
                let (years, rate, volatility): ($t, $t, $t) = (0.75, 0.02, 0.3);
                let spread = volatility * years.sqrt();
                let drift = (rate + 0.5 * volatility * volatility) * years;
                let d1 = ((spot / strike).ln() + drift) / spread;
                spot * below(d1) - strike * (-rate * years).exp() * below(d1 - spread)
            }

            /// The normal distribution (M. Abramowitz and I. A. Stegun, 26.2.17).
            #[jit(fastmath)]
            fn below(d: $t) -> $t {
                let k = 1.0 / (1.0 + 0.2316419 * d.abs());
                let p = k * (1.781477937 + k * (-1.821255978 + k * 1.330274429));
                let p = k * (0.319381530 + k * (-0.356563782 + p));
                let tail = 0.3989422804014327 * (-0.5 * d * d).exp() * p;
                if d > 0.0 { 1.0 - tail } else { tail }
            }
        }
    };
    (@ $t:ident $(($options:tt))? $name:ident |$x:ident| $body:expr) => {
        #[jit$(($options))?]
        pub(crate) fn $name(a: &[$t], c: &mut [$t]) {
            for i in 0..a.len() {
                let $x = a[i];
                c[i] = $body;
            }
        }
    };
    (@ $t:ident $(($options:tt))? $name:ident |$x:ident, $y:ident| $body:expr) => {
        #[jit$(($options))?]
        pub(crate) fn $name(a: &[$t], b: &[$t], c: &mut [$t]) {
            for i in 0..a.len() {
                let ($x, $y) = (a[i], b[i]);
                c[i] = $body;
            }
        }
    };
}

kernels!(double f64);
kernels!(single f32);
