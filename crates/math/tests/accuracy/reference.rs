//! The functions at 192 bits, from an arbitrary-precision library.

use crate::special;
use astro_float::{BigFloat, Consts, RoundingMode, Sign};

/// Bits of the reference: enough that its rounding to 106 bits is right in all that is sampled.
pub(crate) const BITS: usize = 192;
pub(crate) const ROUND: RoundingMode = RoundingMode::ToEven;

/// A value as the sum of two `f64`, which are 2^`exponent` too large.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exact {
    high: f64,
    low: f64,
    exponent: i32,
}

/// What evaluates the functions.
pub(crate) struct Reference {
    constants: Consts,
}

impl Reference {
    pub(crate) fn new() -> Self {
        Reference { constants: Consts::new().expect("memory for constants") }
    }

    /// The value of a function of one number.
    pub(crate) fn unary(&mut self, name: &str, x: f64) -> Exact {
        let cc = &mut self.constants;
        let name = name.strip_prefix("fast_").unwrap_or(name);
        if x == 0.0 && ODD.contains(&name) {
            return Exact::of_plain(x);
        }
        if x == 0.0 && name == "gamma" {
            return Exact::of_plain(1.0 / x);
        }
        let number = x;
        let x = big(x);
        let one = big(1.0);
        // Near 0 and 1 digits cancel.
        let more = BITS + 1100;
        let value = match name {
            "exp" => x.exp(BITS, ROUND, cc),
            "exp2" => big(2.0).pow(&x, BITS, ROUND, cc),
            "exp_m1" => x.exp(more, ROUND, cc).sub(&one, BITS, ROUND),
            "ln" => x.ln(BITS, ROUND, cc),
            "log2" => x.log2(BITS, ROUND, cc),
            "log10" => x.log10(BITS, ROUND, cc),
            "ln_1p" => x.add(&one, more, ROUND).ln(BITS, ROUND, cc),
            "cbrt" => x.cbrt(BITS, ROUND),
            "sin" | "sin_cos().0" => x.sin(BITS, ROUND, cc),
            "cos" | "sin_cos().1" => x.cos(BITS, ROUND, cc),
            "tan" => x.tan(BITS, ROUND, cc),
            "asin" => x.asin(BITS, ROUND, cc),
            "acos" => x.acos(BITS, ROUND, cc),
            "atan" => x.atan(BITS, ROUND, cc),
            "sinh" => x.sinh(BITS, ROUND, cc),
            "cosh" => x.cosh(BITS, ROUND, cc),
            "tanh" => x.tanh(BITS, ROUND, cc),
            "asinh" => x.asinh(BITS, ROUND, cc),
            "acosh" => x.acosh(BITS, ROUND, cc),
            "atanh" => x.atanh(BITS, ROUND, cc),
            "to_degrees" => {
                let turned = x.mul(&big(180.0), BITS, ROUND);
                turned.div(&cc.pi(BITS, ROUND), BITS, ROUND)
            }
            "to_radians" => {
                let turned = x.mul(&cc.pi(BITS, ROUND), BITS, ROUND);
                turned.div(&big(180.0), BITS, ROUND)
            }
            "erf" => special::erf(number, cc),
            "erfc" => special::erfc(number, cc),
            "gamma" => special::gamma(number, cc),
            "ln_gamma" => special::ln_gamma(number, cc),
            "sigmoid" => special::sigmoid(number, cc),
            "softplus" => special::softplus(number, cc),
            "sinc" => special::sinc(number, cc),
            _ => panic!("no reference for {name}"),
        };
        exact(&value)
    }

    /// The value of a function of two numbers.
    pub(crate) fn binary(&mut self, name: &str, x: f64, y: f64) -> Exact {
        let cc = &mut self.constants;
        match name {
            "atan2" if x == 0.0 && y.is_sign_positive() => return Exact::of_plain(x),
            "pow" | "powi" if x == 0.0 => return Exact::of_plain(x.powf(y)),
            "pow" if x < 0.0 && y != y.round() => return Exact::of_plain(f64::NAN),
            _ => {}
        }
        let value = match name {
            "hypot" => {
                let (x, y) = (big(x), big(y));
                let squares = x.mul(&x, BITS, ROUND).add(&y.mul(&y, BITS, ROUND), BITS, ROUND);
                squares.sqrt(BITS, ROUND)
            }
            "atan2" => {
                let slope =
                    if x == 0.0 { big(x) } else { big(x.abs()).div(&big(y.abs()), BITS, ROUND) };
                let angle = slope.atan(BITS, ROUND, cc);
                let pi = cc.pi(BITS, ROUND);
                let angle = if y.is_sign_negative() { pi.sub(&angle, BITS, ROUND) } else { angle };
                if x.is_sign_negative() { angle.neg() } else { angle }
            }
            "log_add_exp" => special::log_add_exp(x, y, cc),
            "pow" | "powi" => {
                // The library multiplies as often as an integer says.
                let more = BITS + 64;
                let ln = big(x.abs()).ln(more, ROUND, cc).mul(&big(y), more, ROUND);
                let power = ln.exp(BITS, ROUND, cc);
                // No even number, halved, has a rest.
                if x < 0.0 && (0.5 * y).fract() != 0.0 { power.neg() } else { power }
            }
            _ => panic!("no reference for {name}"),
        };
        exact(&value)
    }
}

/// Functions that are as signed as their argument: at 0 too.
const ODD: [&str; 15] = [
    "exp_m1",
    "ln_1p",
    "cbrt",
    "sin",
    "sin_cos().0",
    "tan",
    "asin",
    "atan",
    "sinh",
    "tanh",
    "asinh",
    "atanh",
    "to_degrees",
    "to_radians",
    "erf",
];

/// A number; those that are subnormal are not taken as they are.
pub(crate) fn big(x: f64) -> BigFloat {
    if !x.is_subnormal() {
        return BigFloat::from_f64(x, BITS);
    }
    let up = BigFloat::from_f64(x * 2f64.powi(100), BITS);
    up.mul(&BigFloat::from_f64(2f64.powi(-100), BITS), BITS, ROUND)
}

/// The upper 106 bits of a number.
fn exact(value: &BigFloat) -> Exact {
    if value.is_nan() {
        return Exact::of_plain(f64::NAN);
    }
    if value.is_inf() {
        return Exact::of_plain(if value.is_negative() {
            f64::NEG_INFINITY
        } else {
            f64::INFINITY
        });
    }
    if value.is_zero() {
        return Exact::of_plain(0.0);
    }
    let (words, _, sign, exponent, _) = value.as_raw_parts().expect("a number");
    // Words are 64 bits, the most significant last, the number below 1.
    let word = |back: usize| words.len().checked_sub(back).map_or(0, |at| words[at]);
    let bits = u128::from(word(1)) << 64 | u128::from(word(2));
    let high = (bits >> 75) as f64;
    let low = ((bits >> 22) & ((1 << 53) - 1)) as f64;
    let sign = if sign == Sign::Neg { -1.0 } else { 1.0 };
    let scale = 2f64.powi(-53);
    Exact { high: sign * high * scale, low: sign * low * scale * scale, exponent }
}

impl Exact {
    /// A zero of that sign, an infinity, 1 or NaN.
    fn of_plain(high: f64) -> Self {
        Exact { high, low: 0.0, exponent: 0 }
    }

    /// How far `value` is from this, in units of the last place of an `f64` of this size.
    pub(crate) fn ulps(&self, value: f64) -> f64 {
        self.ulps_of(value, 53, -1074, 1024)
    }

    /// The same for an `f32`.
    pub(crate) fn ulps_of_single(&self, value: f32) -> f64 {
        self.ulps_of(value.into(), 24, -149, 128)
    }

    /// The same for a type of so many digits, whose least number is `2^least`, and the first that
    /// is too large `2^most`.
    fn ulps_of(&self, value: f64, digits: i32, least: i32, most: i32) -> f64 {
        if self.high.is_nan() || value.is_nan() {
            return if self.high.is_nan() && value.is_nan() { 0.0 } else { f64::INFINITY };
        }
        // A 0 has to be there if this is one, and the sign to be right in any case.
        if value.is_sign_negative() != self.high.is_sign_negative()
            && (value == 0.0 || self.high == 0.0)
        {
            return f64::INFINITY;
        }
        if self.high == 0.0 {
            return if value == 0.0 { 0.0 } else { f64::INFINITY };
        }
        if self.high.is_infinite() || self.exponent > most {
            let infinite = f64::INFINITY.copysign(self.high);
            return if value == infinite { 0.0 } else { f64::INFINITY };
        }
        // An infinity counts as the first number that is too large.
        let scaled = if value.is_infinite() {
            scale(value.signum(), most - self.exponent)
        } else {
            // In steps, as the scale may be no number itself.
            scale(value, -self.exponent)
        };
        // The last place of this value: 2^(exponent - digits), or that of subnormal numbers.
        let place = (self.exponent - digits).max(least);
        let error = (scaled - self.high) - self.low;
        scale(error.abs(), self.exponent - place)
    }
}

/// `x·2ⁿ`.
fn scale(mut x: f64, mut n: i32) -> f64 {
    while n > 0 {
        let step = n.min(1000);
        x *= 2f64.powi(step);
        n -= step;
    }
    while n < 0 {
        let step = (-n).min(1000);
        x *= 2f64.powi(-step);
        n += step;
    }
    x
}
