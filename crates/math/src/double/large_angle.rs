//! Angles so large that the bits of 1 / 2π must be picked for them (M. H. Payne and R. N. Hanek,
//! *Radian reduction for trigonometric functions*, 1983), with products of floats: whole turns
//! fall away from each before they are added.

use crate::coefficients::{HALF_PI_HIGH, HALF_PI_MIDDLE, ROUND, TURNS};

/// The sum of two numbers, and what it lacks (D. E. Knuth).
#[inline(always)]
pub fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let back = sum - a;
    (sum, (a - (sum - back)) + (b - back))
}

/// The same if the second is the smaller one, or nearly so (T. J. Dekker).
#[inline(always)]
pub fn quick_two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    (sum, (a - sum) + b)
}

/// What is left of a number of turns without the whole ones; exact.
#[inline(always)]
pub fn less_whole(turns: f64) -> f64 {
    turns - turns.round_ties_even()
}

/// As [`quarters`](super::trig::quarters), for numbers from 2^20 on.
#[inline(always)]
pub fn quarters_of_large(x: f64) -> (f64, f64, u64) {
    let exponent = (x.to_bits() >> 52) & 0x7ff;
    let row = (exponent.wrapping_sub(1043) >> 4) & 63;
    let at = (4 * row) as usize;
    // The number as an integer, 2^-16(row - 2) of what it was.
    let m = x * f64::from_bits((1055 - 16 * row) << 52);
    let first = m * TURNS[at];
    let first_lost = m.mul_add(TURNS[at], -first);
    let second = m * TURNS[at + 1];
    let second_lost = m.mul_add(TURNS[at + 1], -second);
    let third = m * TURNS[at + 2];
    let third_lost = m.mul_add(TURNS[at + 2], -third);
    let fourth = m * TURNS[at + 3];
    let (sum, lost) = two_sum(less_whole(first), less_whole(first_lost));
    let (sum, lost_again) = two_sum(sum, less_whole(second));
    // Without its quarters before what is small comes to it: near one, little else is left.
    let whole = (4.0 * sum).round_ties_even();
    let near = sum - 0.25 * whole;
    let (small, small_lost) = two_sum(second_lost, third);
    let (rest, rest_lost) = two_sum(lost, lost_again);
    let (high, a) = two_sum(near, small);
    let (high, b) = two_sum(high, rest);
    let low = a + (b + ((rest_lost + small_lost) + (third_lost + fourth)));
    let turns = high + low;
    let low = (high - turns) + low;
    let part = 4.0 * turns;
    let product = part * HALF_PI_HIGH;
    let product_lost = part.mul_add(HALF_PI_HIGH, -product);
    let small = (4.0 * low).mul_add(HALF_PI_HIGH, part.mul_add(HALF_PI_MIDDLE, product_lost));
    let r = product + small;
    (r, (product - r) + small, (whole + ROUND).to_bits())
}
