//! `ln(eˣ + eʸ)` where it is near 0, as `ln(1 + S)` with `S = eˣ - 1 + eʸ`. Of these terms up to some
//! 105 bits cancel, so they are computed to 159, as sums of three and four numbers (after Y. Hida,
//! X. S. Li and D. H. Bailey, *Algorithms for quad-double precision floating point arithmetic*,
//! 2001): `eʳ = e^(-j/128)·eˢ`, with a table of the first and Taylor's series of the second. What
//! a pair that cancels in more would lose is the last place of the result. Of numbers of `f32` 56
//! bits cancel, and sums of two numbers do.

use super::large_angle::{quick_two_sum, two_sum};
use crate::coefficients::{
    EXP_STEPS, INVERSE_FACTORIALS, INVERSE_FACTORIALS_IN_THREE, INVERSE_FACTORIALS_IN_TWO,
    LN2_PARTS, LOG2_E, ROUND,
};

/// The product of two numbers, and what it lacks.
#[inline(always)]
pub fn two_product(a: f64, b: f64) -> (f64, f64) {
    let product = a * b;
    (product, a.mul_add(b, -product))
}

/// `2ⁿ`.
#[inline(always)]
pub fn power_of_two(n: f64) -> f64 {
    f64::from_bits(1.0f64.to_bits().wrapping_add((n + ROUND).to_bits() << 52))
}

/// `c + s·v`, with `v` and the result as sums of two, and the product the lesser one.
#[inline(always)]
pub fn sum_in_two(c: f64, s: f64, v: f64, v_low: f64) -> (f64, f64) {
    let (product, lost) = two_product(s, v);
    let (sum, sum_lost) = quick_two_sum(c, product);
    (sum, sum_lost + s.mul_add(v_low, lost))
}

/// A step of Horner's rule, `1 / n! + s·v` for `n` from 7 on, given twice what it is beyond 7;
/// `v` and the result are sums of two.
#[inline(always)]
pub fn step_in_two(at: usize, s: f64, v: f64, v_low: f64) -> (f64, f64) {
    let (sum, low) = sum_in_two(INVERSE_FACTORIALS_IN_TWO[at], s, v, v_low);
    (sum, low + INVERSE_FACTORIALS_IN_TWO[at + 1])
}

/// `c + s·v`, with `v` and the result as sums of three, and the product the lesser one.
#[inline(always)]
pub fn sum_in_three(c: f64, s: f64, v: f64, v_middle: f64, v_low: f64) -> (f64, f64, f64) {
    let (p, p_lost) = two_product(s, v);
    let (q, q_lost) = two_product(s, v_middle);
    let (sum, lost) = quick_two_sum(c, p);
    let (middle, a) = two_sum(lost, p_lost);
    let (middle, b) = two_sum(middle, q);
    (sum, middle, a + (b + s.mul_add(v_low, q_lost)))
}

/// A step of Horner's rule, `1 / n! + s·v` for `n` from 3 to 6, given three times what it is
/// beyond 3; `v` and the result are sums of three.
#[inline(always)]
pub fn step_in_three(at: usize, s: f64, v: f64, v_middle: f64, v_low: f64) -> (f64, f64, f64) {
    let c = INVERSE_FACTORIALS_IN_THREE[at];
    let (sum, middle, low) = sum_in_three(c, s, v, v_middle, v_low);
    let (middle, lost) = two_sum(middle, INVERSE_FACTORIALS_IN_THREE[at + 1]);
    (sum, middle, low + (lost + INVERSE_FACTORIALS_IN_THREE[at + 2]))
}

/// `eˢ - 1` as a sum of three, for `s` up to 2^-8, to some 2^-160 of itself.
#[inline(always)]
pub fn exp_m1_in_three(s: f64) -> (f64, f64, f64) {
    let v = INVERSE_FACTORIALS[4]
        .mul_add(s, INVERSE_FACTORIALS[3])
        .mul_add(s, INVERSE_FACTORIALS[2])
        .mul_add(s, INVERSE_FACTORIALS[1])
        .mul_add(s, INVERSE_FACTORIALS[0]);
    let (v, low) = step_in_two(8, s, v, 0.0);
    let (v, low) = step_in_two(6, s, v, low);
    let (v, low) = step_in_two(4, s, v, low);
    let (v, low) = step_in_two(2, s, v, low);
    let (v, low) = step_in_two(0, s, v, low);
    let (v, middle, low) = step_in_three(9, s, v, low, 0.0);
    let (v, middle, low) = step_in_three(6, s, v, middle, low);
    let (v, middle, low) = step_in_three(3, s, v, middle, low);
    let (v, middle, low) = step_in_three(0, s, v, middle, low);
    let (v, middle, low) = sum_in_three(0.5, s, v, middle, low);
    let (v, middle, low) = sum_in_three(0.0, s, v, middle, low);
    sum_in_three(s, s, v, middle, low)
}

/// Which row of the table a number from -0.7 to 0 begins with.
#[inline(always)]
pub fn step_of(r: f64) -> f64 {
    (r * -128.0).round_ties_even()
}

/// Where that row begins.
#[inline(always)]
pub fn row_of(step: f64) -> usize {
    (4 * ((step + ROUND).to_bits() & 127)) as usize
}

/// `e^(-j/128)·(u + middle + low)` as a sum of three, given where the row begins.
#[inline(always)]
pub fn times_row(at: usize, u: f64, middle: f64, low: f64) -> (f64, f64, f64) {
    let (product, a) = two_product(EXP_STEPS[at], u);
    let (p, p_lost) = two_product(EXP_STEPS[at], middle);
    let (q, q_lost) = two_product(EXP_STEPS[at + 1], u);
    let (sum, a_lost) = two_sum(a, p);
    let (sum, sum_lost) = two_sum(sum, q);
    let rest = EXP_STEPS[at + 2].mul_add(u, EXP_STEPS[at].mul_add(low, p_lost + q_lost));
    (product, sum, EXP_STEPS[at + 1].mul_add(middle, rest) + (a_lost + sum_lost))
}

/// The sum of four numbers and three more, as a sum of four.
#[inline(always)]
pub fn sum_in_four(
    high: f64,
    second: f64,
    third: f64,
    a: f64,
    b: f64,
    c: f64,
) -> (f64, f64, f64, f64) {
    let (high, d) = two_sum(high, a);
    let (second, e) = two_sum(second, b);
    let (second, f) = two_sum(second, d);
    let (third, x) = two_sum(third, c);
    let (third, y) = two_sum(third, e);
    let (third, z) = two_sum(third, f);
    (high, second, third, x + (y + z))
}

/// What a number is beyond `n·ln 2` and a row of the table, given it less the first part of the
/// former, as a sum of three.
#[inline(always)]
pub fn rest_in_three(r: f64, n: f64) -> (f64, f64, f64) {
    let (s, lost) = two_sum(r + step_of(r) * 0.0078125, n * -LN2_PARTS[1]);
    let (rest, rest_lost) = two_sum(lost, n * -LN2_PARTS[2]);
    (s, rest, n.mul_add(-LN2_PARTS[3], rest_lost))
}

/// `e^(s + d + d_low) - 1`, given the one of `s`, as sums of three.
#[inline(always)]
pub fn with_rest(u: f64, middle: f64, low: f64, d: f64, d_low: f64) -> (f64, f64, f64) {
    let d_low = (0.5 * d).mul_add(d, d_low);
    let (product, lost) = two_product(u, d);
    let (sum, a) = two_sum(middle, d);
    let (sum, b) = two_sum(sum, product);
    let rest = u.mul_add(d_low, middle.mul_add(d, d_low)) + lost;
    (u, sum, low + ((a + b) + rest))
}

/// `ln(eˣ + eʸ)` where it is small beside `x`, which is from -0.7 to 0 and the greater one.
#[inline(always)]
pub fn log_add_exp_near_zero(x: f64, y: f64) -> f64 {
    // eʸ = 2ⁿ·eʳ, and all is scaled, by a power of two that is a number.
    let n = y.mul_add(LOG2_E, 0.5).round_ties_even();
    let scale = if n < -1000.0 { -1000.0 } else { n };
    let r = n.mul_add(-LN2_PARTS[0], y);
    let at = row_of(step_of(r));
    let down = power_of_two(n - scale);
    let (s, d, d_low) = rest_in_three(r, n);
    let (u, middle, low) = exp_m1_in_three(s);
    let (u, middle, low) = with_rest(u, middle, low, d, d_low);
    let (u, middle, low) = times_row(at, u, middle, low);
    let (high, second, third, fourth) = sum_in_four(
        down * EXP_STEPS[at],
        down * EXP_STEPS[at + 1],
        down * EXP_STEPS[at + 2],
        down * u,
        down * middle,
        down * low,
    );
    let fourth = fourth + down * EXP_STEPS[at + 3];
    let up = power_of_two(-scale);
    let at = row_of(step_of(x));
    let (u, middle, low) = exp_m1_in_three(x + step_of(x) * 0.0078125);
    let (u, middle, low) = times_row(at, u, middle, low);
    let (high, second, third, more) = sum_in_four(
        high,
        second,
        third,
        up * (EXP_STEPS[at] - 1.0),
        up * EXP_STEPS[at + 1],
        up * EXP_STEPS[at + 2],
    );
    let fourth = fourth + more + up * EXP_STEPS[at + 3];
    let (high, second, third, more) =
        sum_in_four(high, second, third, up * u, up * middle, up * low);
    ln_1p_of_four(high, second, third, fourth + more, power_of_two(scale))
}

/// `ln(1 + S)` where `S` is the sum of the numbers, of which the first may be 0, times `scale`.
#[inline(always)]
pub fn ln_1p_of_four(high: f64, second: f64, third: f64, fourth: f64, scale: f64) -> f64 {
    let (sum, a) = two_sum(high, second);
    let (sum, b) = two_sum(sum, third);
    let (sum, c) = two_sum(sum, fourth);
    let (sum, lost) = quick_two_sum(sum, a + (b + c));
    let s = sum * scale;
    let tail = (-1.0f64 / 12.0)
        .mul_add(s, 1.0 / 11.0)
        .mul_add(s, -1.0 / 10.0)
        .mul_add(s, 1.0 / 9.0)
        .mul_add(s, -1.0 / 8.0)
        .mul_add(s, 1.0 / 7.0)
        .mul_add(s, -1.0 / 6.0)
        .mul_add(s, 1.0 / 5.0)
        .mul_add(s, -1.0 / 4.0)
        .mul_add(s, 1.0 / 3.0)
        .mul_add(s, -1.0 / 2.0);
    // The derivative is 1 / (1 + S).
    (sum + (sum * s).mul_add(tail, lost.mul_add(-s, lost))) * scale
}

/// `eˢ - 1` as a sum of two, for `s` up to 2^-8, to some 2^-80 of itself.
#[inline(always)]
pub fn exp_m1_in_two(s: f64) -> (f64, f64) {
    let v = INVERSE_FACTORIALS_IN_TWO[2]
        .mul_add(s, INVERSE_FACTORIALS_IN_TWO[0])
        .mul_add(s, INVERSE_FACTORIALS_IN_THREE[9])
        .mul_add(s, INVERSE_FACTORIALS_IN_THREE[6])
        .mul_add(s, INVERSE_FACTORIALS_IN_THREE[3]);
    let (v, low) = sum_in_two(INVERSE_FACTORIALS_IN_THREE[0], s, v, 0.0);
    let (v, low) = sum_in_two(0.5, s, v, low + INVERSE_FACTORIALS_IN_THREE[1]);
    let (v, low) = sum_in_two(0.0, s, v, low);
    sum_in_two(s, s, v, low)
}

/// `e^(-j/128)·(u + low)` and what the first part of the power lacks, given where the row begins.
#[inline(always)]
pub fn times_row_in_two(at: usize, u: f64, low: f64) -> (f64, f64) {
    let (product, lost) = two_product(EXP_STEPS[at], u);
    let lost = EXP_STEPS[at].mul_add(low, lost);
    (product, EXP_STEPS[at + 1].mul_add(u, lost) + EXP_STEPS[at + 1])
}

/// As [`log_add_exp_near_zero`], for numbers of `f32`, of which no more than some 56 bits cancel.
#[inline(always)]
pub fn log_add_exp_of_singles_near_zero(x: f64, y: f64) -> f64 {
    let n = y.mul_add(LOG2_E, 0.5).round_ties_even();
    let r = n.mul_add(-LN2_PARTS[0], y);
    let (s, d, _) = rest_in_three(r, n);
    let (u, low) = exp_m1_in_two(s);
    let at = row_of(step_of(r));
    let (product, lost) = times_row_in_two(at, u, low + u.mul_add(d, d));
    let power = power_of_two(n);
    let (sum, sum_lost) = two_sum(power * EXP_STEPS[at], power * product);
    let low = power.mul_add(lost, sum_lost);
    let at = row_of(step_of(x));
    let (u, u_low) = exp_m1_in_two(x + step_of(x) * 0.0078125);
    let (product, lost) = times_row_in_two(at, u, u_low);
    let (sum, a) = two_sum(sum, EXP_STEPS[at] - 1.0);
    let (sum, b) = two_sum(sum, product);
    let sum = sum + ((a + b) + (low + lost));
    (-0.5 * sum).mul_add(sum, sum)
}
