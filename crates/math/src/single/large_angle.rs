//! Large angles, as those of `f64`.

use crate::coefficients::{HALF_PI_HIGH_SINGLE, HALF_PI_MIDDLE_SINGLE, ROUND_SINGLE, TURN_BITS};

/// 2^-24.
pub const TURN_SCALE: f32 = 1.0 / 16_777_216.0;

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

/// The word of [`TURN_BITS`] at a place, which has a word of zeros in front.
#[inline(always)]
pub fn word_of_turn(at: u32, zero: u32, one: u32, two: u32, three: u32, four: u32) -> u32 {
    let low = if at == 0 { zero } else { one };
    let high = if at == 2 { two } else { three };
    let below = if at < 2 { low } else { high };
    if at < 4 { below } else { four }
}

/// 24 bits in the upper bits of a word, as a number from 0 to 2^24.
#[inline(always)]
pub fn upper_bits(word: u32) -> f32 {
    (word >> 8) as i32 as f32
}

/// As [`quarters`](super::trig::quarters), for numbers from 1 on: with the 96 bits of 1 / 2π
/// from the first one that does not make whole turns of the number's last bit.
#[inline(always)]
pub fn quarters_of_large_single(x: f32) -> (f32, f32, u32) {
    let start = ((x.to_bits() >> 23) & 0xff).wrapping_sub(118);
    let (at, shift) = (start >> 5, start & 31);
    let a = word_of_turn(at, 0, TURN_BITS[0], TURN_BITS[1], TURN_BITS[2], TURN_BITS[3]);
    let b = word_of_turn(at, TURN_BITS[0], TURN_BITS[1], TURN_BITS[2], TURN_BITS[3], TURN_BITS[4]);
    let c = word_of_turn(at, TURN_BITS[1], TURN_BITS[2], TURN_BITS[3], TURN_BITS[4], TURN_BITS[5]);
    let d = word_of_turn(at, TURN_BITS[2], TURN_BITS[3], TURN_BITS[4], TURN_BITS[5], TURN_BITS[6]);
    let upper = a << shift | b >> 1 >> (31 - shift);
    let middle = b << shift | c >> 1 >> (31 - shift);
    let lower = c << shift | d >> 1 >> (31 - shift);
    // The number as an integer of 24 bits.
    let whole = f32::from_bits(x.to_bits() & 0x807f_ffff | 0x4b00_0000);
    let m = if x.abs() < f32::INFINITY { whole } else { f32::NAN };
    let part = upper_bits(upper) * TURN_SCALE;
    let first = m * part;
    let first_lost = m.mul_add(part, -first);
    let part = upper_bits(upper << 24 | middle >> 8) * (TURN_SCALE * TURN_SCALE);
    let second = m * part;
    let second_lost = m.mul_add(part, -second);
    let part = upper_bits(middle << 16 | lower >> 16) * (TURN_SCALE * TURN_SCALE * TURN_SCALE);
    let third = m * part;
    let third_lost = m.mul_add(part, -third);
    let part = upper_bits(lower << 8) * (TURN_SCALE * TURN_SCALE * TURN_SCALE * TURN_SCALE);
    let fourth = m * part;
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
    let product = part * HALF_PI_HIGH_SINGLE;
    let lost = part.mul_add(HALF_PI_HIGH_SINGLE, -product);
    let lost = part.mul_add(HALF_PI_MIDDLE_SINGLE, lost);
    let small = (4.0 * low).mul_add(HALF_PI_HIGH_SINGLE, lost);
    let r = product + small;
    (r, (product - r) + small, (whole + ROUND_SINGLE).to_bits())
}
