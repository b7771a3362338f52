//! Powers, as those of `f64`; integer ones in `f64`.

use super::exp::{exp_of_rest, rest_of_exp, scaled_to_the_edge};
use super::ln::exponent_over_root_half_of_single;
use super::wide::{exp_of_wide, parts_of_ln};
use crate::coefficients::{
    LN_LONG_SINGLE, LN_THIRD_REST_SINGLE, LN_THIRD_SINGLE, LN2, LN2_HIGH_SINGLE, LN2_LOW_SINGLE,
    ROUND_SINGLE, UP_SINGLE,
};

/// `ln(1 + f)` in two parts, to some 2^-36 of itself.
#[inline(always)]
pub fn ln_of_rest_in_parts(f: f32) -> (f32, f32) {
    let den = 2.0 + f;
    let den_low = f - (den - 2.0);
    let inverse = 1.0 / den;
    let s = f * inverse;
    let s_low = s.mul_add(-den_low, s.mul_add(-den, f)) * inverse;
    let z = s * s;
    let z_low = (2.0 * s).mul_add(s_low, s.mul_add(s, -z));
    let rest = LN_LONG_SINGLE[2].mul_add(z, LN_LONG_SINGLE[1]).mul_add(z, LN_LONG_SINGLE[0]);
    let rest = z * z * rest;
    let third = z * LN_THIRD_SINGLE;
    let third_low = z.mul_add(LN_THIRD_REST_SINGLE, z.mul_add(LN_THIRD_SINGLE, -third));
    let third_low = z_low.mul_add(LN_THIRD_SINGLE, third_low);
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
pub fn exponent_of_power(a: f32, y: f32) -> (f32, f32) {
    let normal = a >= f32::MIN_POSITIVE;
    let bits = (if normal { a } else { a * UP_SINGLE }).to_bits();
    let exponent = exponent_over_root_half_of_single(bits);
    let k = (exponent as i32 >> 23) as f32 - if normal { 0.0 } else { 25.0 };
    let (high, low) = ln_of_rest_in_parts(f32::from_bits(bits.wrapping_sub(exponent)) - 1.0);
    let whole = k * LN2_HIGH_SINGLE;
    let sum = whole + high;
    let low = k.mul_add(LN2_LOW_SINGLE, low) + ((whole - sum) + high);
    let ln = sum + low;
    let ln_low = (sum - ln) + low;
    let product = y * ln;
    (product, y.mul_add(ln_low, y.mul_add(ln, -product)))
}

/// `xʸ`.
#[inline(always)]
pub fn pow(x: f32, y: f32) -> f32 {
    let (product, product_low) = exponent_of_power(x.abs(), y);
    let (shifted, rest, small) = rest_of_exp(product);
    let small = small + product_low;
    let r = rest + small;
    let s = exp_of_rest(r, (rest - r) + small);
    if x >= f32::MIN_POSITIVE && x < f32::INFINITY && product.abs() <= 87.0 {
        f32::from_bits(s.to_bits().wrapping_add(shifted.to_bits() << 23))
    } else {
        pow_at_the_edge(x, y, scaled_to_the_edge(product, s, shifted - ROUND_SINGLE))
    }
}

/// `xʸ` where `x` is not a positive normal number or the result may not be one, given `|x|ʸ`
/// where both are finite and `x` is not 0.
#[inline(always)]
pub fn pow_at_the_edge(x: f32, y: f32, of_size: f32) -> f32 {
    let a = x.abs();
    let infinite = y.abs() == f32::INFINITY;
    let grows = (a > 1.0) == (y > 0.0);
    let limit = if grows { f32::INFINITY } else { 0.0 };
    let size = if a == 0.0 || a == f32::INFINITY || infinite { limit } else { of_size };
    let whole = y.round_ties_even() == y;
    let half = 0.5 * y;
    let odd = whole && half.round_ties_even() != half;
    let signed = if odd && x.is_sign_negative() { -size } else { size };
    let between = x < 0.0 && a < f32::INFINITY && !whole;
    let defined = if between || x.is_nan() || y.is_nan() { f32::NAN } else { signed };
    let one = x == 1.0 || y == 0.0 || a == 1.0 && infinite;
    if one { 1.0 } else { defined }
}

/// `x²`.
#[inline(always)]
pub fn square(x: f32) -> f32 {
    x * x
}

/// `x³`, rounded once but for the last bits of an `f64`.
#[inline(always)]
pub fn cube(x: f32) -> f32 {
    let wide = x as f64;
    (wide * wide * wide) as f32
}

/// `xⁿ`, in `f64`, which has every such exponent.
#[inline(always)]
pub fn power_of_whole(x: f32, n: i32) -> f32 {
    let (k, part) = parts_of_ln(x.abs() as f64);
    let size = exp_of_wide(n as f64 * k.mul_add(LN2, part)) as f32;
    let grows = (x.abs() > 1.0) == (n > 0);
    let limit = if grows { f32::INFINITY } else { 0.0 };
    let size = if x == 0.0 || x.abs() == f32::INFINITY { limit } else { size };
    let signed = if n & 1 == 1 && x.is_sign_negative() { -size } else { size };
    let defined = if x.is_nan() { x } else { signed };
    if n == 0 || x == 1.0 { 1.0 } else { defined }
}

/// `xⁿ`.
#[inline(always)]
pub fn powi(x: f32, n: i32) -> f32 {
    let power = power_of_whole(x, n);
    let cubed = if n == 3 { cube(x) } else { power };
    if n == 2 { square(x) } else { cubed }
}
