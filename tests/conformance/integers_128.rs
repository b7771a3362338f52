//! `i128` and `u128` where their width matters: two slots, products of two words, literals,
//! messages, and everything that carries them.

use crate::check::Same;
use crate::values::{Random, Sample};
use mambo::prelude::*;
use ndarray::ShapeBuilder;

const OFFSET: u128 = 0x0123_4567_89ab_cdef_0011_2233_4455_6677;
static TABLE: [i128; 3] = [i128::MIN, -1, 1 << 100];
const POWERS: [u128; 4] = [1, 1 << 40, 1 << 80, 1 << 120];

#[jit]
fn product(a: u64, b: u64) -> (u64, u64) {
    let full = a as u128 * b as u128;
    (full as u64, (full >> 64) as u64)
}

/// Lemire's nearly divisionless step.
#[jit]
fn below(x: u64, end: u64) -> u64 {
    ((u128::from(x) * u128::from(end)) >> 64) as u64
}

#[jit]
fn remainder(a: u64, b: u64, modulus: u64) -> u64 {
    ((a as u128 * b as u128) % modulus as u128) as u64
}

#[jit]
fn literals(x: u128) -> (u128, i128, u128, bool) {
    let large = 340_282_366_920_938_463_463_374_607_431_768_211_455;
    let least = -170_141_183_460_469_231_731_687_303_715_884_105_728_i128;
    (x ^ large, least + (x >> 1) as i128, x.wrapping_add(0xffff_ffff_ffff_ffff_ffff), x == 1 << 100)
}

#[jit]
fn constants(x: u128, i: usize) -> (u128, u128) {
    let scaled = x.wrapping_mul(POWERS[i]);
    (scaled.wrapping_add(OFFSET), POWERS.iter().fold(x, |sum, &p| sum.wrapping_add(p)))
}

#[jit]
fn matched(x: i128) -> u8 {
    match x {
        i128::MIN => 0,
        -5..=-1 => 1,
        0 => 2,
        18_446_744_073_709_551_616.. => 3,
        i128::MIN..-5 => 4,
        _ => 5,
    }
}

#[jit]
fn sums(values: &[i128], out: &mut [u128]) -> (i128, i128, u128, Option<i128>) {
    let mut total = 0i128;
    let mut least = i128::MAX;
    for (place, &value) in out.iter_mut().zip(values) {
        total = total.wrapping_add(value);
        least = least.min(value);
        *place = place.rotate_left(17) ^ value as u128;
    }
    (total, least, out.iter().fold(0, |a, &b| a ^ b), values.iter().copied().max())
}

#[jit]
fn grid(a: ArrayView2<u128>, mut b: ArrayViewMut2<u128>) -> Array1<u128> {
    for i in 0..b.nrows() {
        for j in 0..b.ncols() {
            b[[i, j]] = a[[i, j]].wrapping_mul(3).wrapping_sub(b[[i, j]]);
        }
    }
    Array1::from_shape_fn(a.nrows(), |i| a[[i, 0]].swap_bytes())
}

#[derive(Clone, Copy, Debug, PartialEq, mambo::Data)]
struct Ledger {
    narrow: u8,
    balance: i128,
    rate: f32,
    limits: [u128; 2],
}

impl Same for Ledger {
    fn same(&self, other: &Self) -> bool {
        self == other
    }
}

#[jit]
fn book(ledger: &mut Ledger, amount: i128) -> bool {
    let balance = ledger.balance.saturating_add(amount);
    if (balance.unsigned_abs()) > ledger.limits[1] {
        return false;
    }
    ledger.balance = balance;
    ledger.narrow += 1;
    ledger.rate *= 0.5;
    ledger.limits[0] = ledger.limits[0].max(balance.unsigned_abs());
    true
}

#[jit]
fn by_value(ledger: Ledger, flag: Option<u128>) -> (Ledger, Option<i128>, [u128; 2]) {
    let more = flag.unwrap_or(7);
    let copy = Ledger { balance: ledger.balance.wrapping_neg(), ..ledger };
    (copy, ledger.balance.checked_mul(3), [more, more.wrapping_mul(more)])
}

#[jit]
fn scalar_references(a: &i128, b: &mut u128) {
    *b = b.wrapping_add(a.unsigned_abs());
}

#[jit]
fn gcd(a: u128, b: u128) -> u128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[jit(inline = "never")]
fn halves(x: u128, shift: i128) -> (u64, u128, u64) {
    (x as u64, x >> shift, (x >> 64) as u64)
}

#[jit(inline = "never")]
fn one_result(x: i128) -> i128 {
    x.wrapping_mul(x)
}

#[jit]
fn calls(x: u128, k: i128) -> (u128, i128) {
    let (low, shifted, high) = halves(x, k.rem_euclid(128));
    (shifted ^ (low as u128) << 64 ^ high as u128, one_result(k) - one_result(k + 1))
}

fn host(a: u8, x: u128, values: &[i128]) -> (i128, bool) {
    (values.iter().fold(x as i128, |s, v| s.wrapping_add(*v)) + i128::from(a), x > OFFSET)
}

#[jit]
fn calls_the_host(a: u8, x: u128, values: &[i128]) -> (bool, i128) {
    let (sum, large) = host(a, x, values);
    (large, sum.wrapping_sub(1))
}

#[jit]
fn carried(n: usize, seed: u128) -> (u128, usize) {
    let mut state = seed;
    let mut steps = 0;
    while state != 1 && steps < n {
        state = if state % 2 == 0 { state / 2 } else { state.wrapping_mul(3).wrapping_add(1) };
        steps += 1;
    }
    (state, steps)
}

#[jit]
fn long_range(from: u128, stop: u128) -> (u128, u32) {
    let mut seen = 0;
    let mut last = 0;
    for x in from..=u128::MAX {
        if x > stop {
            break;
        }
        last = x;
        seen += 1;
    }
    for x in (0..stop).rev().step_by(3) {
        if seen > 9 {
            break;
        }
        last ^= x;
        seen += 1;
    }
    (last, seen)
}

#[jit]
fn mapped(from: i128, len: u8) -> (i128, usize, bool) {
    let range = from..from.saturating_add(i128::from(len));
    let sum = range.clone().map(|x| x.wrapping_mul(x)).fold(0i128, |a, b| a.wrapping_add(b));
    (sum, range.clone().filter(|x| x % 3 == 0).count(), range.contains(&5))
}

#[jit]
fn asserted(a: u128, b: i128) {
    assert_eq!(a as i128, b, "{a} is not {b}");
    assert!(a < 1 << 90, "{a:?} and {b} and {a}");
}

#[jit]
fn compared(a: u128, b: u128) {
    assert_eq!(a, b);
}

#[jit]
fn divided(a: i128, b: i128) -> (i128, i128) {
    (a / b, a % b)
}

#[jit]
fn indexed(values: &[u8], at: u128) -> u8 {
    let small = at % 11;
    if small < values.len() as u128 { values[small as usize] } else { values[at as usize] }
}

fn wide() -> Vec<(i128, i128)> {
    let mut random = Random::new(8);
    let mut pairs = i128::pairs();
    pairs.extend((0..50).map(|_| (i128::from(random.bits()), i128::from(random.bits() >> 33))));
    pairs
}

#[test]
fn products_of_words() {
    for (a, b) in u64::pairs() {
        check!(product(a, b));
        check!(below(a, b));
        check!(remainder(a, b, (a ^ b) | 1));
    }
    check_panic!("divisor of zero", remainder(1, 2, 0));
}

#[test]
fn values_of_all_sizes() {
    for (a, b) in wide() {
        let (x, y) = (a as u128, b as u128);
        check!(literals(x));
        check!(constants(x, (y % 4) as usize));
        check!(matched(a));
        check!(gcd(x, y));
        check!(calls(x, b >> 1));
        check!(divided(a, b));
        check!(carried(40, x));
        check!(mapped(a, (y % 20) as u8));
        check!([b = y] scalar_references(&a, &mut b));
        check!(indexed(&[1, 2, 3, 4, 5], x));
    }
    for a in [i128::MIN, -6, -5, -1, 0, 1, (1 << 64) - 1, 1 << 64, i128::MAX] {
        check!(matched(a));
    }
    check_panic!("divide with overflow", divided(i128::MIN, -1));
    check_panic!("but the index is 7", indexed(&[1, 2, 3, 4, 5], 7));
}

#[test]
fn arrays() {
    for len in [0, 1, 2, 3, 9, 40] {
        let mut random = Random::new(len as u64);
        let values: Vec<i128> = random.vec(len);
        let out: Vec<u128> = random.vec(len + 2);
        check!([out = out.clone()] sums(&values, &mut out));
        check!(calls_the_host(200, out[0], &values));
        let a = Array2::from_shape_fn((len, 3), |_| u128::random(&mut random));
        let b = Array2::from_shape_fn((3, len).f(), |_| u128::random(&mut random));
        check!([b = b.t().to_owned()] grid(a.view(), b.view_mut()));
        check!([b = b.clone()] grid(a.slice(s![..;-1, ..]), b.view_mut().reversed_axes()));
    }
    assert_eq!(TABLE[0], i128::MIN);
}

#[test]
fn structures_and_options() {
    let ledger = Ledger { narrow: 3, balance: -9 << 70, rate: 1.5, limits: [0, 1 << 90] };
    for amount in i128::all() {
        check!([ledger = ledger] book(&mut ledger, amount));
        check!(by_value(Ledger { balance: amount, ..ledger }, None::<u128>));
        check!(by_value(ledger, Some(amount as u128)));
    }
}

#[test]
fn ranges_nobody_finishes() {
    check!(long_range(5, 11));
    check!(long_range(u128::MAX - 3, u128::MAX));
    check!(long_range(1u128 << 70, (1u128 << 70) + 2));
    check!(long_range(3, u128::MAX >> 3 & 7));
}

#[test]
fn messages() {
    check!(asserted(5, 5));
    check_panic!("340282366920938463463374607431768211455 is not 7", asserted(u128::MAX, 7));
    check_panic!(
        "1237940039285380274899124224 and 1237940039285380274899124224 and 12379",
        asserted(1u128 << 90, 1i128 << 90)
    );
    check_panic!("left: 340282366920938463463374607431768211455", compared(u128::MAX, 1u128 << 64));
    check_panic!("right: 18446744073709551616", compared(u128::MAX, 1u128 << 64));
}
