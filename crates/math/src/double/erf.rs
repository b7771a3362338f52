//! The error function, after W. J. Cody, *Rational Chebyshev approximations for the error function*,
//! 1969, with polynomials in place of rational functions, and M. M. Shepherd and J. G. Laframboise,
//! *Chebyshev approximation of (1 + 2x)exp(x²)erfc x in 0 ≤ x < ∞*, 1981.

use super::exp::{exp_of_rest, parts_of_exp, rest_of_exp, scaled_to_the_edge};
use super::trig::quotient_of_parts;
use crate::coefficients::{ERF, ERF_FAR, ERF_SLOPE, ERF_SLOPE_REST, ERFC, ERFC_MIDDLE, ROUND};

/// `erf x` for `|x| < 1`, as a number and what it lacks.
#[inline(always)]
pub fn erf_near(x: f64) -> (f64, f64) {
    let z = x * x;
    let z2 = z * z;
    let even = ERF[10]
        .mul_add(z2, ERF[8])
        .mul_add(z2, ERF[6])
        .mul_add(z2, ERF[4])
        .mul_add(z2, ERF[2])
        .mul_add(z2, ERF[0]);
    let odd = ERF[11]
        .mul_add(z2, ERF[9])
        .mul_add(z2, ERF[7])
        .mul_add(z2, ERF[5])
        .mul_add(z2, ERF[3])
        .mul_add(z2, ERF[1]);
    let tail = odd.mul_add(z, even);
    let slope = z.mul_add(tail, ERF_SLOPE);
    let slope_low = x.mul_add(x, -z).mul_add(tail, ERF_SLOPE_REST);
    let slope_low = z.mul_add(tail, ERF_SLOPE - slope) + slope_low;
    let high = x * slope;
    (high, x.mul_add(slope_low, x.mul_add(slope, -high)))
}

/// `ln(erfc(1 + u))` for `u` from -1/16 to 5, as a number and what it lacks.
#[inline(always)]
pub fn ln_erfc(u: f64) -> (f64, f64) {
    let u2 = u * u;
    let even = ERF_FAR[16]
        .mul_add(u2, ERF_FAR[14])
        .mul_add(u2, ERF_FAR[12])
        .mul_add(u2, ERF_FAR[10])
        .mul_add(u2, ERF_FAR[8])
        .mul_add(u2, ERF_FAR[6])
        .mul_add(u2, ERF_FAR[4])
        .mul_add(u2, ERF_FAR[2]);
    let odd = ERF_FAR[17]
        .mul_add(u2, ERF_FAR[15])
        .mul_add(u2, ERF_FAR[13])
        .mul_add(u2, ERF_FAR[11])
        .mul_add(u2, ERF_FAR[9])
        .mul_add(u2, ERF_FAR[7])
        .mul_add(u2, ERF_FAR[5])
        .mul_add(u2, ERF_FAR[3])
        .mul_add(u2, ERF_FAR[1]);
    let rest = u * even.mul_add(u, odd);
    let high = ERF_FAR[0] + rest;
    (high, (ERF_FAR[0] - high) + rest)
}

/// `erf x`.
#[inline(always)]
pub fn erf(x: f64) -> f64 {
    let size = x.abs();
    let (near, near_low) = erf_near(size);
    let u = (if size > 6.0 { 6.0 } else { size }) - 1.0;
    let (high, low) = ln_erfc(if u < -0.0625 { -0.0625 } else { u });
    let (shifted, r, small) = rest_of_exp(high);
    let s = exp_of_rest(r, small + low);
    let far = 1.0 - f64::from_bits(s.to_bits().wrapping_add(shifted.to_bits() << 52));
    (if size < 0.9375 { near + near_low } else { far }).copysign(x)
}

/// `(1 + 2x)·eˣˣ·erfc(x)`, for `x` from ¾ to 28, as a number and what it lacks.
#[inline(always)]
pub fn scaled_erfc(x: f64) -> (f64, f64) {
    let u = (x - 4.0) / (x + 4.0);
    let u2 = u * u;
    let even = ERFC[20]
        .mul_add(u2, ERFC[18])
        .mul_add(u2, ERFC[16])
        .mul_add(u2, ERFC[14])
        .mul_add(u2, ERFC[12])
        .mul_add(u2, ERFC[10])
        .mul_add(u2, ERFC[8])
        .mul_add(u2, ERFC[6])
        .mul_add(u2, ERFC[4])
        .mul_add(u2, ERFC[2])
        .mul_add(u2, ERFC[0]);
    let odd = ERFC[21]
        .mul_add(u2, ERFC[19])
        .mul_add(u2, ERFC[17])
        .mul_add(u2, ERFC[15])
        .mul_add(u2, ERFC[13])
        .mul_add(u2, ERFC[11])
        .mul_add(u2, ERFC[9])
        .mul_add(u2, ERFC[7])
        .mul_add(u2, ERFC[5])
        .mul_add(u2, ERFC[3])
        .mul_add(u2, ERFC[1]);
    let rest = odd.mul_add(u, even);
    let high = ERFC_MIDDLE + rest;
    (high, (ERFC_MIDDLE - high) + rest)
}

/// `erfc x` for `x` from ¾ to 28 without its factor `2ⁿ`, and `n` in the last bits of a number.
#[inline(always)]
pub fn erfc_far(x: f64) -> (f64, f64) {
    let square = x * x;
    let (shifted, rest, small) = rest_of_exp(-square);
    let (exp, exp_low) = parts_of_exp(rest, small - x.mul_add(x, -square));
    let (scaled, scaled_low) = scaled_erfc(x);
    let product = exp * scaled;
    let lost = exp.mul_add(scaled, -product);
    let low = exp.mul_add(scaled_low, exp_low.mul_add(scaled, lost));
    let den = 2.0 * x + 1.0;
    let (value, lost) = quotient_of_parts(product, low, den, (2.0 * x - den) + 1.0);
    (value + lost, shifted)
}

/// `1 - erf x`, accurate for large `x` too.
#[inline(always)]
pub fn erfc(x: f64) -> f64 {
    erfc_of_number(x)
}

/// As [`erfc`], which is there in both types.
#[inline(always)]
pub fn erfc_of_number(x: f64) -> f64 {
    let (near, near_low) = erf_near(x);
    let sum = 1.0 - near;
    let near = sum + (((1.0 - sum) - near) - near_low);
    let bounded = if x.abs() > 28.0 { 28.0 } else { x.abs() };
    let (s, shifted) = erfc_far(if bounded < 0.75 { 0.75 } else { bounded });
    let size = if x.abs() < 26.0 {
        f64::from_bits(s.to_bits().wrapping_add(shifted.to_bits() << 52))
    } else {
        scaled_to_the_edge(-bounded, s, shifted - ROUND)
    };
    let far = if x < 0.0 { 2.0 - size } else { size };
    if x.abs() < 0.75 { near } else { far }
}
