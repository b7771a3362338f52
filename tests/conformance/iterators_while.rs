//! `take_while`, `skip_while`, `filter_map`, and what is made from them.

use crate::values::Random;
use mambo::prelude::*;

#[jit]
fn halves(values: &[i32], limit: i32) -> (i32, i32, usize, usize) {
    let below = values.iter().take_while(|x| **x < limit);
    let rest = values.iter().skip_while(|&&x| x < limit);
    (
        below.clone().fold(7, |a, x| a * 31 + x),
        rest.clone().fold(7, |a, x| a * 31 + x),
        below.count(),
        rest.count(),
    )
}

#[jit]
fn in_loops(values: &[i32], limit: i32) -> (i32, i32, i32) {
    let (mut first, mut second, mut seen) = (1, 1, 0);
    for &x in values.iter().take_while(|x| **x < limit) {
        if x == 2 {
            continue;
        }
        if x < -1000 {
            break;
        }
        first = first * 31 + x;
    }
    for x in values.iter().rev().map(|x| x - 1).skip_while(|x| {
        seen += 1;
        *x > limit
    }) {
        if x % 7 == 3 {
            return (first, second, -1);
        }
        second = second * 31 + x;
    }
    (first, second, seen)
}

/// Each loop begins anew.
#[jit]
fn in_a_loop(values: &[i32], limit: i32) -> i32 {
    let mut hash = 1;
    let start = values.iter().skip_while(|x| **x < limit);
    for x in start.clone() {
        for y in start.clone() {
            hash = hash * 31 + x - y;
        }
        for k in 0..3 {
            hash += start.clone().map(|y| y * k).sum::<i32>();
        }
    }
    hash
}

#[jit]
fn chained(values: &[i32], low: i32, high: i32) -> (i32, usize, Option<i32>, Option<i32>) {
    let mut asked = 0;
    let sum = values
        .iter()
        .skip_while(|x| **x < low)
        .map(|x| {
            asked += 1;
            x / 2
        })
        .take_while(|x| *x < high)
        .filter(|x| x % 3 != 0)
        .sum::<i32>();
    let before = values.iter().take_while(|x| **x < high).skip_while(|x| **x < low);
    let twice = values.iter().skip_while(|x| **x < low).skip_while(|x| **x < high);
    (sum + asked, before.count(), twice.clone().copied().max(), twice.copied().last())
}

/// The closure is not asked again after it has said no.
#[jit]
fn calls(values: &[i32], limit: i32) -> (i32, i32, bool, bool, Option<i32>) {
    let (mut asked, mut made) = (0, 0);
    let sum = values
        .iter()
        .map(|x| {
            made += 1;
            x * 2
        })
        .take_while(|x| {
            asked += 1;
            *x < limit
        })
        .sum::<i32>();
    let small = values.iter().take_while(|x| **x < limit);
    (
        sum,
        asked * 100 + made,
        small.clone().all(|x| x % 2 == 0),
        small.clone().any(|x| x % 5 == 3),
        small.clone().copied().find(|x| x % 5 == 3),
    )
}

#[jit]
fn primes(n: u32) -> u32 {
    let mut count = 0;
    for candidate in 2..n {
        let prime = (2..).take_while(|d| d * d <= candidate).all(|d| candidate % d != 0);
        count += prime as u32;
    }
    count
}

#[jit]
fn in_place(values: &mut [f64], limit: f64) {
    values.iter_mut().skip_while(|x| **x < limit).for_each(|x| *x = -*x);
    for x in values.iter_mut().take_while(|x| **x < limit) {
        *x += 1.0;
    }
}

#[jit]
fn filter_maps(values: &[i32], limit: i32) -> (i32, usize, Option<(usize, i32)>, Option<i32>) {
    let quotients = values.iter().filter_map(|&x| limit.checked_rem(x));
    let mut hash = 1;
    for (i, x) in values.iter().enumerate().filter_map(|(i, &x)| (x > limit).then(|| (i, x))) {
        hash = hash * 31 + x * i as i32;
    }
    (
        quotients.clone().fold(hash, |a, x| a * 31 + x),
        quotients.clone().filter(|x| x % 2 == 0).count(),
        values.iter().enumerate().find_map(|(i, &x)| if x > limit { Some((i, x)) } else { None }),
        values.iter().filter_map(|x| x.checked_mul(limit)).rev().find(|x| *x % 2 == 0),
    )
}

/// A panic of a closure is that of the first item that has one.
#[jit]
fn panics(values: &[i32], limit: i32) -> i32 {
    values.iter().take_while(|x| 12 / **x < limit).filter_map(|x| x.checked_div(2)).sum()
}

#[test]
fn agree() {
    let mut random = Random::new(61);
    for n in [0, 1, 2, 3, 7, 8, 33] {
        let values: Vec<i32> = (0..n).map(|_| random.below(12) as i32).collect();
        for limit in [-1, 0, 3, 6, 11, 40] {
            check!(halves(&values, limit));
            check!(in_loops(&values, limit));
            check!(in_a_loop(&values, limit));
            check!(calls(&values, limit));
            check!(filter_maps(&values, limit));
            check!(panics(&values, limit));
            for high in [0, 4, 9] {
                check!(chained(&values, limit, high));
            }
        }
        check!(primes(n));
        let values = random.units(n as usize);
        check!([v = values.clone()] in_place(&mut v, 0.25));
    }
}
