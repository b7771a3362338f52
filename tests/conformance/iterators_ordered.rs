//! Items picked by number and by comparison, and comparisons as values.

use crate::values::{Random, Sample};
use mambo::prelude::*;
use std::cmp::Ordering;

#[jit]
fn ends(values: &[i32], n: usize) -> (Option<i32>, Option<i32>, Option<i32>, Option<usize>) {
    (
        values.iter().copied().last(),
        values.iter().copied().nth(n),
        values.iter().rev().skip(1).copied().nth(n),
        values.iter().rposition(|x| *x as usize == n),
    )
}

#[jit]
fn ends_of_others(n: usize, m: usize) -> (Option<usize>, Option<u8>, Option<(usize, usize)>) {
    let digits = [3u8, 1, 4, 1, 5];
    ((0..n).step_by(3).last(), digits.into_iter().nth(m), (m..n).zip(n..).last())
}

/// Items before the one that is picked are made.
#[jit]
fn made(values: &[i32], n: usize) -> (Option<i32>, Option<i32>, Option<i32>, i32) {
    let mut calls = 0;
    let nth = values.iter().map(|x| 12 / x).nth(n);
    let last = values
        .iter()
        .map(|x| {
            calls += x;
            calls
        })
        .last();
    let even = values.iter().copied().filter(|x| x % 2 == 0).last();
    (nth, last, even, calls)
}

#[jit]
fn by_float(values: &[f64]) -> (Option<usize>, Option<usize>, Option<f64>, Option<f64>) {
    (
        (0..values.len()).min_by(|&i, &j| values[i].total_cmp(&values[j])),
        (0..values.len()).max_by(|&i, &j| values[i].total_cmp(&values[j])),
        values.iter().copied().min_by(|a, b| a.total_cmp(b)),
        values.iter().copied().max_by(|a, b| b.total_cmp(a).reverse()),
    )
}

/// The first of equal items is least, the last is greatest.
#[jit]
fn where_from(values: &[f32]) -> [Option<(usize, f32)>; 2] {
    let numbered = values.iter().copied().enumerate();
    [
        numbered.clone().min_by(|(_, a), (_, b)| a.partial_cmp(b).unwrap()),
        numbered.max_by(|a, b| a.1.partial_cmp(&b.1).unwrap()),
    ]
}

#[jit]
fn with_default(values: &[f64]) -> Option<f64> {
    values.iter().copied().max_by(|a, b| a.partial_cmp(b).unwrap_or(Ordering::Equal))
}

#[jit]
fn by_key(values: &[i32], n: i32) -> ([Option<i32>; 2], Option<(usize, i32)>, i32) {
    let mut calls = 0;
    let least = values.iter().copied().min_by_key(|x| {
        calls += 1;
        (x - n).abs()
    });
    let greatest = values.iter().copied().max_by_key(|x| x % 3);
    let even = values.iter().copied().enumerate().filter(|(i, _)| i % 2 == 0);
    ([least, greatest], even.min_by_key(|(_, x)| *x > n), calls)
}

#[jit]
fn compared<T: Number>(a: T, b: T) -> (Option<bool>, bool, bool) {
    let order = a.partial_cmp(&b);
    (order.map(|order| order.is_lt()), order.is_none(), order == b.partial_cmp(&a))
}

#[jit]
fn integers(a: i64, b: i64, c: u8, d: bool) -> (bool, bool, bool, bool, bool) {
    let order = a.cmp(&b).then(c.cmp(&7)).then_with(|| d.cmp(&true));
    (order.is_lt(), order.is_le(), order.is_eq(), order.is_ne(), order == Ordering::Greater)
}

#[jit]
fn total(a: f64, b: f64) -> (bool, bool, bool) {
    let order = f64::total_cmp(&a, &b);
    let least = if order.is_gt() { b } else { a };
    (order.is_ge(), order == Ordering::Equal, least.to_bits() == a.to_bits())
}

#[test]
fn picked() {
    let mut random = Random::new(62);
    for n in [0, 1, 2, 3, 7, 8, 33] {
        let values: Vec<i32> = (0..n).map(|_| random.below(12) as i32).collect();
        for k in [0, 1, 2, 6, 7, 40, usize::MAX] {
            check!(ends(&values, k));
            check!(made(&values, k));
        }
        for k in 0..8 {
            check!(ends_of_others(n, k));
            check!(by_key(&values, k as i32));
        }
        let floats: Vec<f64> = values.iter().map(|&x| x as f64 / 4.0 - 1.0).collect();
        check!(by_float(&floats));
        check!(with_default(&floats));
        check!(where_from(&floats.iter().map(|&x| x as f32).collect::<Vec<_>>()));
        let (doubles, singles) = (random.vec::<f64>(n), random.vec::<f32>(n));
        check!(by_float(&doubles));
        check!(with_default(&doubles));
        check!(where_from(&singles));
    }
    check!(by_float(&f64::edges()));
    check!(with_default(&f64::edges()));
}

#[test]
fn orders() {
    for (a, b) in f64::pairs() {
        check!(total(a, b));
        check!(compared(a, b));
    }
    for (a, b) in f32::pairs() {
        check!(compared(a, b));
    }
    for (i, (a, b)) in i64::pairs().into_iter().enumerate() {
        check!(compared(a, b));
        check!(integers(a, b, (i % 16) as u8, i % 3 == 0));
        check!(integers(a, a, 7, i % 3 == 0));
    }
}

#[jit]
fn found(sorted: &[i64], key: i64) -> Option<usize> {
    let (mut low, mut high) = (0, sorted.len());
    while low < high {
        let middle = low + (high - low) / 2;
        match sorted[middle].cmp(&key) {
            Ordering::Less => low = middle + 1,
            Ordering::Greater => high = middle,
            std::cmp::Ordering::Equal => return Some(middle),
        }
    }
    None
}

#[jit]
fn signs(a: f64, b: f64) -> (i32, bool) {
    let order = a.partial_cmp(&b);
    let sign = match order {
        Some(Ordering::Less | Ordering::Equal) if a == b => 0,
        Some(Ordering::Less) => -1,
        Some(_) => 1,
        None => 7,
    };
    (sign, matches!(order, Some(Ordering::Greater)))
}

use above::place;

mod above {
    use mambo::prelude::*;
    use std::cmp::Ordering::*;

    #[jit]
    pub(super) fn place(a: i64, b: i64) -> (i32, bool, bool) {
        let order = a.cmp(&b);
        let sign = match order {
            Less => -1,
            Equal => 0,
            Greater => 1,
        };
        let reversed = b.cmp(&a) == if order == Less { Greater } else { Equal };
        (sign, reversed, matches!(order.reverse(), Less | Equal))
    }
}

#[jit]
fn inside(a: f64, b: f64) -> (i32, i32, bool) {
    use core::cmp::Ordering::{self, Greater as More, Less};
    let sign = match a.partial_cmp(&b) {
        Some(Less) => -1,
        Some(Ordering::Equal) => 0,
        Some(More) => 1,
        None => 7,
    };
    let all = {
        use std::cmp::Ordering::*;
        #[allow(non_upper_case_globals, reason = "hides the ordering of this name")]
        const Equal: i32 = 3;
        let order = b.total_cmp(&a);
        if order == Greater { Equal } else { Equal - 1 }
    };
    (sign, all, b.total_cmp(&a) == Less)
}

#[test]
fn orderings_are_matched() {
    let sorted: Vec<i64> = (0..20).map(|i| i * i - 30).collect();
    for key in -40..340 {
        check!(found(&sorted, key));
        check!(place(key, 30));
    }
    for (a, b) in f64::pairs() {
        check!(signs(a, b));
        check!(inside(a, b));
    }
}
