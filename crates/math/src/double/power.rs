//! Powers: the exponential of `y·ln x`, with the logarithm in two parts to some 2^-65 of itself.

use super::exp::{exp_of_rest, rest_of_exp, scaled_to_the_edge};
use super::ln::{exponent_as_number, exponent_over_root_half};
use crate::coefficients::{LN_LONG, LN_THIRD, LN_THIRD_REST, LN2_HIGH, LN2_LOW, ROUND, UP};

/// `ln(1 + f)` in two parts: `2s + s·(2/3·s² + s⁴·Q(s²))` with `s = f / (2 + f)`.
#[inline(always)]
pub fn ln_of_rest_in_parts(f: f64) -> (f64, f64) {
    let den = 2.0 + f;
    let den_low = f - (den - 2.0);
    let inverse = 1.0 / den;
    let s = f * inverse;
    let s_low = s.mul_add(-den_low, s.mul_add(-den, f)) * inverse;
    let z = s * s;
    let z_low = (2.0 * s).mul_add(s_low, s.mul_add(s, -z));
    let z2 = z * z;
    let even = LN_LONG[6].mul_add(z2, LN_LONG[4]).mul_add(z2, LN_LONG[2]).mul_add(z2, LN_LONG[0]);
    let odd = LN_LONG[5].mul_add(z2, LN_LONG[3]).mul_add(z2, LN_LONG[1]);
    let rest = z2 * odd.mul_add(z, even);
    let third = z * LN_THIRD;
    // What z lacks matters in z² too.
    let slope = z.mul_add(2.0 * LN_LONG[0], LN_THIRD);
    let third_low = z_low.mul_add(slope, z.mul_add(LN_THIRD_REST, z.mul_add(LN_THIRD, -third)));
    let sum = third + rest;
    let sum_low = ((third - sum) + rest) + third_low;
    let tail = s * sum;
    let tail_low = s_low.mul_add(sum, s.mul_add(sum_low, s.mul_add(sum, -tail)));
    let high = 2.0 * s + tail;
    let low = (2.0 * s - high) + tail;
    (high, low + s_low.mul_add(2.0, tail_low))
}

/// `y·ln a` in two parts, for a positive `a`.
#[inline(always)]
pub fn exponent_of_power(a: f64, y: f64) -> (f64, f64) {
    let normal = a >= f64::MIN_POSITIVE;
    let bits = (if normal { a } else { a * UP }).to_bits();
    let exponent = exponent_over_root_half(bits);
    let k = exponent_as_number(exponent) - if normal { 0.0 } else { 54.0 };
    let f = f64::from_bits(bits.wrapping_sub(exponent)) - 1.0;
    let (high, low) = ln_of_rest_in_parts(f);
    let whole = k * LN2_HIGH;
    let sum = whole + high;
    let low = k.mul_add(LN2_LOW, low) + ((whole - sum) + high);
    let ln = sum + low;
    let ln_low = (sum - ln) + low;
    let product = y * ln;
    (product, y.mul_add(ln_low, y.mul_add(ln, -product)))
}

/// `xʸ`.
#[inline(always)]
pub fn pow(x: f64, y: f64) -> f64 {
    let (product, product_low) = exponent_of_power(x.abs(), y);
    let (shifted, rest, small) = rest_of_exp(product);
    let small = small + product_low;
    let r = rest + small;
    let s = exp_of_rest(r, (rest - r) + small);
    if x >= f64::MIN_POSITIVE && x < f64::INFINITY && product.abs() <= 708.0 {
        f64::from_bits(s.to_bits().wrapping_add(shifted.to_bits() << 52))
    } else {
        pow_at_the_edge(x, y, scaled_to_the_edge(product, s, shifted - ROUND))
    }
}

/// `xʸ` where `x` is not a positive normal number or the result may not be one, given `|x|ʸ`
/// where both are finite and `x` is not 0.
#[inline(always)]
pub fn pow_at_the_edge(x: f64, y: f64, of_size: f64) -> f64 {
    let a = x.abs();
    let infinite = y.abs() == f64::INFINITY;
    let grows = (a > 1.0) == (y > 0.0);
    let limit = if grows { f64::INFINITY } else { 0.0 };
    let size = if a == 0.0 || a == f64::INFINITY || infinite { limit } else { of_size };
    let whole = y.round_ties_even() == y;
    let half = 0.5 * y;
    let odd = whole && half.round_ties_even() != half;
    let signed = if odd && x.is_sign_negative() { -size } else { size };
    let between = x < 0.0 && a < f64::INFINITY && !whole;
    let defined = if between || x.is_nan() || y.is_nan() { f64::NAN } else { signed };
    let one = x == 1.0 || y == 0.0 || a == 1.0 && infinite;
    if one { 1.0 } else { defined }
}

/// `x²`.
#[inline(always)]
pub fn square(x: f64) -> f64 {
    x * x
}

/// `x³`, rounded nearly once.
#[inline(always)]
pub fn cube(x: f64) -> f64 {
    let square = x * x;
    let square_low = x.mul_add(x, -square);
    let cube = square * x;
    let lost = square_low.mul_add(x, square.mul_add(x, -cube));
    // Nothing is lost of infinities, nor can it be told.
    if cube.abs() < f64::INFINITY { (cube + lost).copysign(x) } else { cube }
}

/// `xⁿ`.
#[inline(always)]
pub fn powi(x: f64, n: i32) -> f64 {
    let power = pow(x, n as f64);
    let cubed = if n == 3 { cube(x) } else { power };
    if n == 2 { square(x) } else { cubed }
}
