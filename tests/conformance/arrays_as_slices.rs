//! Arrays of fixed size where a slice is expected: what is written to the slice is in the
//! array, and branches may give either.

use mambo::prelude::*;

#[jit]
fn annotated(k: f64) -> (f64, usize) {
    let mut a = [1.0, 2.0, 3.0];
    let s: &mut [f64] = &mut a;
    s[0] = k;
    s[2] += k;
    let len = s.len();
    (a[0] + a[2], len)
}

#[jit]
fn in_tuples(k: i32) -> i32 {
    let (mut a, mut b) = ([1, 2], [3, 4, 5]);
    let (s, t): (&mut [i32], &mut [i32]) = (&mut a, &mut b);
    s[1] = k;
    t[2] -= k;
    a[1] * 10 + b[2]
}

#[jit]
fn either(c: bool) -> (usize, f64) {
    let (a, b) = ([1.0, 2.0, 3.0], [4.0, 5.0]);
    let s: &[f64] = if c { &a } else { &b[1..] };
    (s.len(), s[0])
}

#[jit]
fn either_written(c: bool, k: usize) -> f64 {
    let (mut a, mut b) = ([1.0, 2.0, 3.0], [4.0, 5.0]);
    let s: &mut [f64] = if c { &mut a } else { &mut b[1..] };
    s[k] = 9.0;
    a[0] + 10.0 * a[2] + 100.0 * b[1]
}

#[jit]
fn matched(n: u8) -> (usize, i64) {
    let (a, b) = ([1i64, 2, 3], [4i64, 5]);
    let s: &[i64] = match n {
        0 => &b[..1],
        1 => &a,
        _ => &b[2..],
    };
    (s.len(), s.iter().sum::<i64>())
}

#[jit]
fn pointed_elsewhere(turns: usize) -> (usize, f64) {
    let (a, b) = ([1.0, 2.0, 3.0], [4.0, 5.0]);
    let mut s: &[f64] = &b[..];
    let mut sum = 0.0;
    for turn in 0..turns {
        sum += s[0];
        if turn % 2 == 0 {
            s = &a;
        } else {
            s = &s[1..];
        }
    }
    (s.len(), sum)
}

#[jit]
fn to_closure(k: u16) -> u16 {
    let mut a = [1u16, 2, 3];
    let set = |s: &mut [u16]| s[1] = k;
    set(&mut a);
    a[1]
}

#[test]
fn writes_reach_the_array() {
    check!(annotated(7.5));
    check!(in_tuples(-4));
    check!(to_closure(500));
}

#[test]
fn branches_give_either() {
    for c in [true, false] {
        check!(either(c));
        check!(either_written(c, 0));
    }
    check!(either_written(true, 2));
    check_panic!("index is 2", either_written(false, 2));
    for n in 0..3 {
        check!(matched(n));
    }
    for turns in 0..7 {
        check!(pointed_elsewhere(turns));
    }
}
