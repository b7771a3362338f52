//! The functions that are measured, and arguments for them.

/// A function of one number.
pub(crate) struct Unary {
    pub(crate) name: &'static str,
    pub(crate) double: fn(f64) -> f64,
    pub(crate) single: fn(f32) -> f32,
    /// That of std, if it has one, for special values.
    pub(crate) of_std: Option<fn(f64) -> f64>,
    /// Where it has values.
    pub(crate) domain: (f64, f64),
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

/// Two numbers of any size, which are often near one another.
fn anywhere(random: &mut Random, number: usize) -> (f64, f64) {
    let all = (-f64::MAX, f64::MAX);
    let x = random.argument(number, all);
    (x, random.argument(if number.is_multiple_of(2) { 1 } else { number / 2 }, all))
}

/// A base, and an exponent with which the power is a number, or nearly.
fn of_power(random: &mut Random, number: usize) -> (f64, f64) {
    let x = random.argument(number, (0.0, f64::MAX));
    let exponent = match number % 3 {
        0 => random.argument(2, (-1000.0, 1000.0)).round(),
        1 => random.argument(number / 3, (-50.0, 50.0)),
        _ => f64::INFINITY,
    };
    let most = (750.0 * random.unit() - 20.0) / x.ln().abs().max(1e-300);
    (x, if (exponent * x.ln()).abs() < 750.0 { exponent } else { random.signed(most) })
}

/// Numbers that are not too far apart to be added.
fn to_be_added(random: &mut Random, number: usize) -> (f64, f64) {
    let most = if number.is_multiple_of(4) { 1000.0 } else { 20.0 };
    let x = random.argument(number / 4, (-most, most));
    (if number.is_multiple_of(8) { 0.0 } else { x }, x - random.argument(1, (0.0, 800.0)).abs())
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
    to_degrees -1e306, 1e306;
    to_radians -f64::MAX, f64::MAX;
@lacks
    erf -6.5, 6.5;
    erfc -6.5, 27.5;
    gamma -185.0, 172.0;
    ln_gamma -1e15, 1e305;
    sigmoid -750.0, 40.0;
    softplus -750.0, 1e300;
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
        arguments: anywhere,
    },
    Binary {
        name: "pow",
        double: mambo_math::pow,
        single: mambo_math::pow,
        of_std: Some(f64::powf),
        arguments: of_power,
    },
    Binary {
        name: "hypot",
        double: mambo_math::hypot,
        single: mambo_math::hypot,
        of_std: Some(f64::hypot),
        arguments: anywhere,
    },
    Binary {
        name: "log_add_exp",
        double: mambo_math::log_add_exp,
        single: mambo_math::log_add_exp,
        of_std: None,
        arguments: to_be_added,
    },
];

/// Numbers that look random and are the same in every run (splitmix64).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From 0 to 1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.bits() >> 12) as f64 / (1u64 << 52) as f64
    }

    pub(crate) fn signed(&mut self, x: f64) -> f64 {
        if self.bits() & 1 == 0 { x } else { -x }
    }

    /// A finite number: of any exponent, around 1, anywhere in the domain, beside a multiple of
    /// π/4, or beside a number of few digits, where functions have their turning points.
    pub(crate) fn argument(&mut self, number: usize, (low, high): (f64, f64)) -> f64 {
        let within = |x: &f64| x.is_finite() && *x >= low && *x <= high;
        let drawn = match number % 5 {
            0 => f64::from_bits(self.bits()),
            1 => {
                let exponent = (self.bits() % 40) as i32 - 28;
                let x = (1.0 + self.unit()) * 2f64.powi(exponent);
                self.signed(x)
            }
            2 => low.max(-1e3) + (high.min(1e3) - low.max(-1e3)) * self.unit(),
            3 => {
                let x = (self.bits() % 100_000) as f64 * std::f64::consts::FRAC_PI_4;
                let near = f64::from_bits(x.to_bits() + self.bits() % 3);
                self.signed(near)
            }
            _ => {
                let x = ((self.bits() % 64) as f64 * 0.125).max(f64::MIN_POSITIVE);
                let near = (self.bits() % 64) as i64 - 32;
                self.signed(f64::from_bits(x.to_bits().wrapping_add_signed(near)))
            }
        };
        match [drawn, drawn.abs(), low.max(-1e3)].into_iter().find(within) {
            Some(x) => x,
            None => high.min(1e3),
        }
    }
}

/// What a function promises, in units of the last place.
pub(crate) fn promised(name: &str) -> f64 {
    if name.contains("gamma") || name.starts_with("fast_") { 4.0 } else { 1.0 }
}
