//! The functions that are measured, and where.

use crate::arguments::{Domain, Random, anywhere, of_power, of_whole_power, to_be_added};

/// A function of one number.
pub(crate) struct Unary {
    pub(crate) name: &'static str,
    pub(crate) double: fn(f64) -> f64,
    pub(crate) single: fn(f32) -> f32,
    /// That of std, if it has one, for special values.
    pub(crate) of_std: Option<fn(f64) -> f64>,
    /// Where it has values.
    pub(crate) domain: Domain,
}

/// A function of two numbers.
pub(crate) struct Binary {
    pub(crate) name: &'static str,
    pub(crate) double: fn(f64, f64) -> f64,
    pub(crate) single: fn(f32, f32) -> f32,
    /// That of std, if it has one, for special values.
    pub(crate) of_std: Option<fn(f64, f64) -> f64>,
    /// Draws arguments, given the number of the draw.
    pub(crate) arguments: fn(&mut Random, usize) -> (f64, f64),
}

macro_rules! unary {
    ($($name:ident $low:expr, $high:expr;)* @lacks $($lacking:ident $least:expr, $most:expr;)*
     @fast $($fast:ident $of:ident $from:expr, $to:expr;)*) => {
        pub(crate) const UNARY: &[Unary] = &[
            $(Unary {
                name: stringify!($name),
                double: mambo_math::$name,
                single: mambo_math::$name,
                of_std: Some(f64::$name),
                domain: ($low, $high),
            },)*
            Unary {
                name: "sin_cos().0",
                double: |x| mambo_math::sin_cos(x).0,
                single: |x| mambo_math::sin_cos(x).0,
                of_std: Some(f64::sin),
                domain: (-f64::MAX, f64::MAX),
            },
            Unary {
                name: "sin_cos().1",
                double: |x| mambo_math::sin_cos(x).1,
                single: |x| mambo_math::sin_cos(x).1,
                of_std: Some(f64::cos),
                domain: (-f64::MAX, f64::MAX),
            },
            $(Unary {
                name: stringify!($lacking),
                double: mambo_math::$lacking,
                single: mambo_math::$lacking,
                of_std: None,
                domain: ($least, $most),
            },)*
            $(Unary {
                name: stringify!($fast),
                double: mambo_math::$fast,
                single: mambo_math::$fast,
                of_std: Some(f64::$of),
                domain: ($from, $to),
            },)*
        ];
    };
}

unary! {
    exp -746.0, 710.0;
    exp2 -1076.0, 1025.0;
    exp_m1 -40.0, 710.0;
    ln 0.0, f64::MAX;
    log2 0.0, f64::MAX;
    log10 0.0, f64::MAX;
    ln_1p -1.0, f64::MAX;
    cbrt -f64::MAX, f64::MAX;
    sin -f64::MAX, f64::MAX;
    cos -f64::MAX, f64::MAX;
    tan -f64::MAX, f64::MAX;
    asin -1.0, 1.0;
    acos -1.0, 1.0;
    atan -f64::MAX, f64::MAX;
    sinh -711.0, 711.0;
    cosh -711.0, 711.0;
    tanh -25.0, 25.0;
    asinh -f64::MAX, f64::MAX;
    acosh 1.0, f64::MAX;
    atanh -1.0, 1.0;
    to_degrees -f64::MAX, f64::MAX;
    to_radians -f64::MAX, f64::MAX;
@lacks
    erf -6.5, 6.5;
    erfc -6.5, 27.5;
    gamma -185.0, 172.0;
    ln_gamma -4503599627370496.0, 2.5599833278516383e305;
    sigmoid -750.0, 40.0;
    softplus -750.0, f64::MAX;
    sinc -f64::MAX, f64::MAX;
@fast
    fast_exp exp -746.0, 710.0;
    fast_exp2 exp2 -1076.0, 1025.0;
    fast_ln ln 0.0, f64::MAX;
    fast_log2 log2 0.0, f64::MAX;
    fast_log10 log10 0.0, f64::MAX;
    fast_sin sin -f64::MAX, f64::MAX;
    fast_cos cos -f64::MAX, f64::MAX;
    fast_tan tan -f64::MAX, f64::MAX;
}

pub(crate) const BINARY: &[Binary] = &[
    Binary {
        name: "atan2",
        double: mambo_math::atan2,
        single: mambo_math::atan2,
        of_std: Some(f64::atan2),
        arguments: |random, number| anywhere(random, number, &[1e300, 1e-250, 1e-290, 1e150]),
    },
    Binary {
        name: "pow",
        double: mambo_math::pow,
        single: mambo_math::pow,
        of_std: Some(f64::powf),
        arguments: of_power,
    },
    Binary {
        name: "powi",
        double: |x, n| mambo_math::powi(x, n as i32),
        single: |x, n| mambo_math::powi(x, n as i32),
        of_std: Some(|x, n| x.powi(n as i32)),
        arguments: of_whole_power,
    },
    Binary {
        name: "hypot",
        double: mambo_math::hypot,
        single: mambo_math::hypot,
        of_std: Some(f64::hypot),
        arguments: |random, number| anywhere(random, number, &[1e150, 1e-140, 1e140]),
    },
    Binary {
        name: "log_add_exp",
        double: mambo_math::log_add_exp,
        single: mambo_math::log_add_exp,
        of_std: None,
        arguments: to_be_added,
    },
];

/// What a function promises, in units of the last place.
pub(crate) fn promised(name: &str) -> f64 {
    if name.contains("gamma") || name.starts_with("fast_") { 4.0 } else { 1.0 }
}

/// The greatest errors among all 2³² numbers of `f32`: what `MAMBO_ALL=1` found.
pub(crate) const OF_ALL: &[(&str, &str)] = &[
    ("exp", "0.7948"),
    ("exp2", "0.7984"),
    ("ln", "0.6680"),
    ("log2", "0.7036"),
    ("cbrt", "0.5000"),
    ("sin", "0.7822"),
    ("cos", "0.7823"),
    ("tanh", "0.5037"),
];
