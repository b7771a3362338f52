//! Large angles, as those of `f64`.

use crate::coefficients::{HALF_PI_HIGH_SINGLE, HALF_PI_MIDDLE_SINGLE, ROUND_SINGLE, TURNS_SINGLE};

/// The sum of two numbers, and what it lacks (D. E. Knuth).
#[inline(always)]
pub fn two_sum(a: f32, b: f32) -> (f32, f32) {
    let sum = a + b;
    let back = sum - a;
    (sum, (a - (sum - back)) + (b - back))
}

/// What is left of a number of turns without the whole ones; exact.
#[inline(always)]
pub fn less_whole(turns: f32) -> f32 {
    turns - turns.round_ties_even()
}

/// As [`quarters`](super::trig::quarters), for numbers from 2^7 on.
#[inline(always)]
pub fn quarters_of_large_single(x: f32) -> (f32, f32, u32) {
    let exponent = (x.to_bits() >> 23) & 0xff;
    let row = (exponent.wrapping_sub(134) >> 3) & 15;
    let at = (4 * row) as usize;
    // The number as an integer, 2^-8(row - 2) of what it was.
    let m = x * f32::from_bits((143 - 8 * row) << 23);
    let first = m * TURNS_SINGLE[at];
    let first_lost = m.mul_add(TURNS_SINGLE[at], -first);
    let second = m * TURNS_SINGLE[at + 1];
    let second_lost = m.mul_add(TURNS_SINGLE[at + 1], -second);
    let third = m * TURNS_SINGLE[at + 2];
    let third_lost = m.mul_add(TURNS_SINGLE[at + 2], -third);
    let fourth = m * TURNS_SINGLE[at + 3];
    let (sum, lost) = two_sum(less_whole(first), less_whole(first_lost));
    let (sum, lost_again) = two_sum(sum, less_whole(second));
    let (small, small_lost) = two_sum(second_lost, third);
    let (rest, rest_lost) = two_sum(lost, lost_again);
    let (high, a) = two_sum(less_whole(sum), small);
    let (high, b) = two_sum(high, rest);
    let low = a + (b + ((rest_lost + small_lost) + (third_lost + fourth)));
    let turns = high + low;
    let low = (high - turns) + low;
    let quarters = 4.0 * turns;
    let whole = quarters.round_ties_even();
    let part = quarters - whole;
    let product = part * HALF_PI_HIGH_SINGLE;
    let lost = part.mul_add(HALF_PI_HIGH_SINGLE, -product);
    let lost = part.mul_add(HALF_PI_MIDDLE_SINGLE, lost);
    let small = (4.0 * low).mul_add(HALF_PI_HIGH_SINGLE, lost);
    let r = product + small;
    (r, (product - r) + small, (whole + ROUND_SINGLE).to_bits())
}
