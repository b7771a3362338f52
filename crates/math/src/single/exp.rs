//! Exponentials, as those of `f64` but shorter.

use crate::coefficients::{
    EXP_M1_SINGLE, EXP_SINGLE, LN2_HIGH_SINGLE, LN2_LOW_SINGLE, LN2_REST_SINGLE, LN2_SINGLE,
    LOG2_E_SINGLE, ROUND_SINGLE,
};

/// `(eʳ - 1 - r) / r²`.
#[inline(always)]
pub fn exp_tail(r: f32) -> f32 {
    let r2 = r * r;
    let even = EXP_SINGLE[4].mul_add(r2, EXP_SINGLE[2]).mul_add(r2, EXP_SINGLE[0]);
    EXP_SINGLE[3].mul_add(r2, EXP_SINGLE[1]).mul_add(r, even)
}

/// `1 + r + small + r²·tail(r)`, rounded once but for the last part.
#[inline(always)]
pub fn exp_of_rest(r: f32, small: f32) -> f32 {
    let high = 1.0 + r;
    let low = (1.0 - high) + r;
    high + (r * r).mul_add(exp_tail(r), low + small)
}

/// `s·2ⁿ` where the result may be too large, too small or subnormal; `x` is the argument.
#[inline(always)]
pub fn scaled_to_the_edge(x: f32, s: f32, n: f32) -> f32 {
    let half = (n * 0.5 + ROUND_SINGLE).to_bits();
    let rest = (n - (n * 0.5 + ROUND_SINGLE - ROUND_SINGLE) + ROUND_SINGLE).to_bits();
    let one = 1.0f32.to_bits();
    let first = f32::from_bits(one.wrapping_add(half << 23));
    let second = f32::from_bits(one.wrapping_add(rest << 23));
    let scaled = s * first * second;
    let finite = if x > 160.0 { f32::INFINITY } else { scaled };
    if x < -160.0 { 0.0 } else { finite }
}

/// The nearest number of times that ln 2 goes into `x`, in the last bits, and what is left, in
/// two parts.
#[inline(always)]
pub fn rest_of_exp(x: f32) -> (f32, f32, f32) {
    let shifted = x.mul_add(LOG2_E_SINGLE, ROUND_SINGLE);
    let n = shifted - ROUND_SINGLE;
    let high = n.mul_add(-LN2_HIGH_SINGLE, x);
    let r = n.mul_add(-LN2_LOW_SINGLE, high);
    (shifted, r, n.mul_add(-LN2_LOW_SINGLE, high - r))
}

/// `eˣ`.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    let (shifted, r, small) = rest_of_exp(x);
    let s = exp_of_rest(r, small);
    if x.abs() <= 87.0 {
        f32::from_bits(s.to_bits().wrapping_add(shifted.to_bits() << 23))
    } else {
        scaled_to_the_edge(x, s, shifted - ROUND_SINGLE)
    }
}

/// `2ˣ`.
#[inline(always)]
pub fn exp2(x: f32) -> f32 {
    let shifted = x + ROUND_SINGLE;
    let n = shifted - ROUND_SINGLE;
    let t = x - n;
    let r = t * LN2_SINGLE;
    let small = t.mul_add(LN2_REST_SINGLE, t.mul_add(LN2_SINGLE, -r));
    let s = exp_of_rest(r, small);
    if x.abs() <= 125.0 {
        f32::from_bits(s.to_bits().wrapping_add(shifted.to_bits() << 23))
    } else {
        scaled_to_the_edge(x, s, n)
    }
}

/// `e^(r + small) - 1 - r`, with an error that is small beside `r` too; the square is in parts.
#[inline(always)]
pub fn exp_m1_less_rest(r: f32, small: f32) -> f32 {
    let r2 = r * r;
    let r2_low = r.mul_add(r, -r2);
    let even = EXP_M1_SINGLE[4].mul_add(r2, EXP_M1_SINGLE[2]);
    let odd = EXP_M1_SINGLE[5].mul_add(r2, EXP_M1_SINGLE[3]).mul_add(r2, EXP_M1_SINGLE[1]);
    let cubic = even.mul_add(r, odd) * r;
    let low = r2_low.mul_add(EXP_M1_SINGLE[0], small.mul_add(r, small));
    r2.mul_add(EXP_M1_SINGLE[0], r2.mul_add(cubic, low))
}

/// `eˣ - 1`: with `2ⁿ - 1 + 2ⁿ·r` exact but for a rest that is added last.
#[inline(always)]
pub fn exp_m1(x: f32) -> f32 {
    let (shifted, r, small) = rest_of_exp(x);
    let power = f32::from_bits(1.0f32.to_bits().wrapping_add(shifted.to_bits() << 23));
    let less = power - 1.0;
    let linear = power * r;
    let sum = less + linear;
    let lost = (less - sum) + linear + ((power - less) - 1.0);
    let tail = exp_m1_less_rest(r, small);
    let result = sum + power.mul_add(tail, lost);
    if x.abs() <= 87.0 {
        if x == 0.0 { x } else { result }
    } else {
        exp_m1_at_the_edge(x, shifted - ROUND_SINGLE, r, tail)
    }
}

/// Where `2ⁿ` may be too large, and 1 too small to matter.
#[inline(always)]
pub fn exp_m1_at_the_edge(x: f32, n: f32, r: f32, tail: f32) -> f32 {
    let scaled = scaled_to_the_edge(x, 1.0 + (r + tail), n);
    if x < -40.0 { -1.0 } else { scaled }
}
