//! References for the functions that the arbitrary-precision library lacks.

use crate::reference::{BITS, ROUND, big};
use astro_float::{BigFloat, Consts, INF_POS, NAN};

/// Bits in which digits may cancel.
const MORE: usize = BITS + 192;

/// The Bernoulli numbers B₂, B₄, … as fractions.
const BERNOULLI: [(f64, f64); 15] = [
    (1.0, 6.0),
    (-1.0, 30.0),
    (1.0, 42.0),
    (-1.0, 30.0),
    (5.0, 66.0),
    (-691.0, 2730.0),
    (7.0, 6.0),
    (-3617.0, 510.0),
    (43867.0, 798.0),
    (-174611.0, 330.0),
    (854513.0, 138.0),
    (-236364091.0, 2730.0),
    (8553103.0, 6.0),
    (-23749461029.0, 870.0),
    (8615841276005.0, 14322.0),
];

fn add(a: &BigFloat, b: &BigFloat) -> BigFloat {
    a.add(b, MORE, ROUND)
}

fn sub(a: &BigFloat, b: &BigFloat) -> BigFloat {
    a.sub(b, MORE, ROUND)
}

fn mul(a: &BigFloat, b: &BigFloat) -> BigFloat {
    a.mul(b, MORE, ROUND)
}

fn div(a: &BigFloat, b: &BigFloat) -> BigFloat {
    a.div(b, MORE, ROUND)
}

/// `erf x`, by its series, in which all terms have one sign; for `|x|` up to 7.
pub(crate) fn erf(x: f64, cc: &mut Consts) -> BigFloat {
    if x.abs() > 7.0 {
        return sub(&big(1.0), &erfc(x.abs(), cc)).mul(&big(x.signum()), MORE, ROUND);
    }
    let x = big(x);
    let square = mul(&x, &x);
    let (mut term, mut sum) = (x.clone(), x);
    for n in 1..600 {
        term = div(&mul(&term, &square), &big(f64::from(n) + 0.5));
        sum = add(&sum, &term);
    }
    let scale = mul(&square.neg().exp(MORE, ROUND, cc), &big(2.0));
    div(&mul(&sum, &scale), &cc.pi(MORE, ROUND).sqrt(MORE, ROUND))
}

/// `1 - erf x`, for large `x` by its continued fraction.
pub(crate) fn erfc(x: f64, cc: &mut Consts) -> BigFloat {
    if x < 3.0 {
        return sub(&big(1.0), &erf(x, cc));
    }
    let x = big(x);
    let mut den = x.clone();
    for n in (1..400).rev() {
        den = add(&x, &div(&big(0.5 * f64::from(n)), &den));
    }
    let exp = mul(&x, &x).neg().exp(MORE, ROUND, cc);
    div(&exp, &mul(&den, &cc.pi(MORE, ROUND).sqrt(MORE, ROUND)))
}

/// `ln Γ(x + n)` by Stirling's series, and `x·(x + 1)·…·(x + n - 1)`, for `x > 0`.
fn stirling(x: f64, cc: &mut Consts) -> (BigFloat, BigFloat) {
    let mut steps = big(1.0);
    let mut z = big(x);
    if x < 200.0 {
        for _ in 0..200 {
            steps = mul(&steps, &z);
            z = add(&z, &big(1.0));
        }
    }
    let ln = mul(&sub(&z, &big(0.5)), &z.ln(MORE, ROUND, cc));
    let turn = mul(&cc.pi(MORE, ROUND), &big(2.0)).ln(MORE, ROUND, cc);
    let mut sum = add(&sub(&ln, &z), &mul(&turn, &big(0.5)));
    let square = mul(&z, &z);
    let mut power = z;
    for (k, (num, den)) in (1..).zip(BERNOULLI) {
        let scale = mul(&big(den * f64::from(2 * k * (2 * k - 1))), &power);
        sum = add(&sum, &div(&big(num), &scale));
        power = mul(&power, &square);
    }
    (sum, steps)
}

/// `sin(π·x)`.
fn sin_of_half_turns(x: f64, cc: &mut Consts) -> BigFloat {
    let turned = x - 2.0 * (0.5 * x).round_ties_even();
    mul(&cc.pi(MORE, ROUND), &big(turned)).sin(MORE, ROUND, cc)
}

/// `Γ(x)`, not for 0.
pub(crate) fn gamma(x: f64, cc: &mut Consts) -> BigFloat {
    if x <= 0.0 && x == x.round() {
        return NAN;
    }
    let (ln, steps) = stirling(x.abs(), cc);
    let value = div(&ln.exp(MORE, ROUND, cc), &steps);
    if x > 0.0 {
        return value;
    }
    let sin = mul(&sin_of_half_turns(x, cc), &big(x.abs()));
    div(&cc.pi(MORE, ROUND), &mul(&sin, &value))
}

/// `ln |Γ(x)|`.
pub(crate) fn ln_gamma(x: f64, cc: &mut Consts) -> BigFloat {
    if x == 1.0 || x == 2.0 {
        return big(0.0);
    }
    if x <= 0.0 && x == x.round() {
        return INF_POS;
    }
    let (ln, steps) = stirling(x.abs(), cc);
    let value = sub(&ln, &steps.ln(MORE, ROUND, cc));
    if x > 0.0 {
        return value;
    }
    let sin = mul(&sin_of_half_turns(x, cc).abs(), &big(x.abs()));
    sub(&div(&cc.pi(MORE, ROUND), &sin).ln(MORE, ROUND, cc), &value)
}

/// `sin(π·x) / (π·x)`.
pub(crate) fn sinc(x: f64, cc: &mut Consts) -> BigFloat {
    if x == 0.0 {
        return big(1.0);
    }
    if x == x.round_ties_even() {
        return big(0.0);
    }
    div(&sin_of_half_turns(x, cc), &mul(&cc.pi(MORE, ROUND), &big(x)))
}

/// `1 / (1 + e⁻ˣ)`.
pub(crate) fn sigmoid(x: f64, cc: &mut Consts) -> BigFloat {
    let exp = big(x).exp(MORE, ROUND, cc);
    div(&exp, &exp.add(&big(1.0), 4 * MORE, ROUND))
}

/// `ln(1 + eˣ)`.
pub(crate) fn softplus(x: f64, cc: &mut Consts) -> BigFloat {
    log_add_exp(x, 0.0, cc)
}

/// `ln(eˣ + eʸ)`.
pub(crate) fn log_add_exp(x: f64, y: f64, cc: &mut Consts) -> BigFloat {
    let more = 5 * MORE;
    let below = big(x.min(y)).sub(&big(x.max(y)), more, ROUND);
    if x.max(y) != 0.0 && below.cmp(&big(-1000.0)).is_some_and(|order| order < 0) {
        return big(x.max(y));
    }
    let ln = below.exp(more, ROUND, cc).add(&big(1.0), more, ROUND).ln(more, ROUND, cc);
    ln.add(&big(x.max(y)), more, ROUND)
}
