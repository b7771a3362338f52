//! Exponentials.
//!
//! `x = n·ln 2 + r` with `|r| ≤ ln 2 / 2`, in two parts (W. J. Cody and W. Waite, *Software
//! Manual for the Elementary Functions*, 1980), and `eˣ = 2ⁿ·eʳ`, with `eʳ` from a polynomial.

use crate::coefficients::{EXP, EXP_M1, LN2, LN2_HIGH, LN2_LOW, LN2_REST, LOG2_E, ROUND};

/// `(eʳ - 1 - r) / r²`.
#[inline(always)]
pub fn exp_tail(r: f64) -> f64 {
    let r2 = r * r;
    let even = EXP[8].mul_add(r2, EXP[6]).mul_add(r2, EXP[4]).mul_add(r2, EXP[2]);
    let odd = EXP[9].mul_add(r2, EXP[7]).mul_add(r2, EXP[5]).mul_add(r2, EXP[3]);
    odd.mul_add(r, even).mul_add(r2, EXP[1].mul_add(r, EXP[0]))
}

/// The same, with an error that is small beside `r` too, and with another number for its ½.
#[inline(always)]
pub fn exp_m1_tail_from(half: f64, r: f64) -> f64 {
    let r2 = r * r;
    let even = EXP_M1[10].mul_add(r2, EXP_M1[8]).mul_add(r2, EXP_M1[6]);
    let even = even.mul_add(r2, EXP_M1[4]).mul_add(r2, EXP_M1[2]);
    let odd = EXP_M1[9].mul_add(r2, EXP_M1[7]).mul_add(r2, EXP_M1[5]).mul_add(r2, EXP_M1[3]);
    odd.mul_add(r, even).mul_add(r2, EXP_M1[1].mul_add(r, half))
}

/// `e^(r + small) - 1 - r`, with an error that is small beside `r` too; the square is in parts.
#[inline(always)]
pub fn exp_m1_less_rest(r: f64, small: f64) -> f64 {
    let square = r * r;
    let half_low = 0.5 * r.mul_add(r, -square);
    let low = square.mul_add(exp_m1_tail_from(0.0, r), half_low + small.mul_add(r, small));
    0.5f64.mul_add(square, low)
}

/// `1 + r + small + r²·tail(r)`, rounded once but for the last part.
#[inline(always)]
pub fn exp_of_rest(r: f64, small: f64) -> f64 {
    let high = 1.0 + r;
    let low = (1.0 - high) + r;
    high + (r * r).mul_add(exp_tail(r), low + small)
}

/// `e^(rest + small)` as a number and what it lacks.
#[inline(always)]
pub fn parts_of_exp(rest: f64, small: f64) -> (f64, f64) {
    let r = rest + small;
    let small = (rest - r) + small;
    let square = r * r;
    let half = 0.5 * square;
    let half_low = 0.5 * r.mul_add(r, -square);
    let line = 1.0 + r;
    let high = line + half;
    let lost = ((line - high) + half) + ((1.0 - line) + r);
    let low = square.mul_add(exp_m1_tail_from(0.0, r), half_low + small.mul_add(r, small)) + lost;
    let sum = high + low;
    (sum, (high - sum) + low)
}

/// `s·2ⁿ` where the result may be too large, too small or subnormal; `x` is the argument.
#[inline(always)]
pub fn scaled_to_the_edge(x: f64, s: f64, n: f64) -> f64 {
    let half = (n * 0.5 + ROUND).to_bits();
    let rest = (n - (n * 0.5 + ROUND - ROUND) + ROUND).to_bits();
    let one = 1.0f64.to_bits();
    let first = f64::from_bits(one.wrapping_add(half << 52));
    let second = f64::from_bits(one.wrapping_add(rest << 52));
    let scaled = s * first * second;
    let finite = if x > 1100.0 { f64::INFINITY } else { scaled };
    if x < -1100.0 { 0.0 } else { finite }
}

/// The nearest number of times that ln 2 goes into `x`, in the last bits, and what is left, in
/// two parts.
#[inline(always)]
pub fn rest_of_exp(x: f64) -> (f64, f64, f64) {
    let shifted = x.mul_add(LOG2_E, ROUND);
    let n = shifted - ROUND;
    let high = n.mul_add(-LN2_HIGH, x);
    let r = n.mul_add(-LN2_LOW, high);
    (shifted, r, n.mul_add(-LN2_LOW, high - r))
}

/// `eˣ`.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    let (shifted, r, small) = rest_of_exp(x);
    let s = exp_of_rest(r, small);
    if x.abs() <= 708.0 {
        f64::from_bits(s.to_bits().wrapping_add(shifted.to_bits() << 52))
    } else {
        scaled_to_the_edge(x, s, shifted - ROUND)
    }
}

/// `2ˣ`.
#[inline(always)]
pub fn exp2(x: f64) -> f64 {
    let shifted = x + ROUND;
    let n = shifted - ROUND;
    let t = x - n;
    let r = t * LN2;
    let small = t.mul_add(LN2_REST, t.mul_add(LN2, -r));
    let s = exp_of_rest(r, small);
    if x.abs() <= 1021.0 {
        f64::from_bits(s.to_bits().wrapping_add(shifted.to_bits() << 52))
    } else {
        scaled_to_the_edge(x, s, n)
    }
}

/// `eˣ - 1`: with `2ⁿ - 1 + 2ⁿ·r` exact but for a rest that is added last.
#[inline(always)]
pub fn exp_m1(x: f64) -> f64 {
    let (shifted, r, small) = rest_of_exp(x);
    let power = f64::from_bits(1.0f64.to_bits().wrapping_add(shifted.to_bits() << 52));
    let less = power - 1.0;
    let linear = power * r;
    let sum = less + linear;
    let lost = (less - sum) + linear + ((power - less) - 1.0);
    let tail = exp_m1_less_rest(r, small);
    let result = sum + power.mul_add(tail, lost);
    if x.abs() <= 708.0 {
        if x == 0.0 { x } else { result }
    } else {
        exp_m1_at_the_edge(x, shifted - ROUND, r, tail)
    }
}

/// Where `2ⁿ` may be too large, and 1 too small to matter.
#[inline(always)]
pub fn exp_m1_at_the_edge(x: f64, n: f64, r: f64, tail: f64) -> f64 {
    let scaled = scaled_to_the_edge(x, 1.0 + (r + tail), n);
    if x < -40.0 { -1.0 } else { scaled }
}
