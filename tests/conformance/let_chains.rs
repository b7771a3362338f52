//! `if` and `while` whose conditions bind names and go on with `&&`.

use crate::values::Random;
use mambo::prelude::*;

#[jit]
fn bound_first(a: Option<i32>, limit: i32) -> i32 {
    if let Some(x) = a
        && x > limit
    {
        x
    } else {
        limit - 1
    }
}

#[jit]
fn bound_last(a: Option<i32>, b: i32, go: bool) -> i32 {
    if go
        && 100 / b > 3
        && let Some(x) = a
    {
        x + b
    } else if !go
        && let Some(x) = b.checked_sub(7)
        && x % 2 == 0
        && let Some(y) = a
    {
        x * y
    } else {
        -1
    }
}

#[jit]
fn one_for_the_other(a: &[u8], i: usize) -> Option<u32> {
    if let Some(&j) = a.get(i)
        && let Some(&k) = a.get(j as usize)
        && let (x, 0..=9) = (j as u32 * 10, k)
        && a[k as usize] != 3
    {
        return Some(x + k as u32);
    }
    None
}

/// What conditions change before one fails stays changed.
#[jit]
fn effects(values: &[i32], limit: i32) -> (i32, i32, i32) {
    let (mut tried, mut found, mut seen) = (0, 0, 1);
    for &x in values {
        if x != 3
            && {
                tried += 1;
                x > limit
            }
            && let Some(y) = x.checked_mul(3)
            && {
                tried += 10;
                y % 2 == 0
            }
        {
            found += y;
            if y > 30 {
                break;
            }
            seen += tried;
        } else {
            seen = seen * 3 + tried;
        }
    }
    (tried, found, seen)
}

#[jit]
fn in_while(values: &[i32], limit: i32) -> (usize, i32) {
    let (mut i, mut sum) = (0, 0);
    while i < values.len()
        && let Some(x) = values[i].checked_add(1)
        && x < limit
    {
        i += 1;
        if x == 4 {
            continue;
        }
        sum = sum * 31 + x;
    }
    (i, sum)
}

#[jit]
fn arrays(a: [i32; 3], b: Option<[i32; 2]>) -> [i32; 3] {
    let mut c = a;
    if let [x, y, _] = a
        && x < y
        && let Some([u, v]) = b
    {
        c[0] = u;
        c[2] += v * x;
    }
    if let Some(d) = b
        && let [u, 1..=9] = d
    {
        [u; 3]
    } else {
        c
    }
}

#[jit]
fn returns(a: Option<u8>, b: &[f64]) -> f64 {
    if let Some(i) = a
        && let Some(x) = b.get(i as usize)
        && *x > 0.0
    {
        return *x;
    }
    let found = if let Some(i) = a
        && i < 3
        && b.len() > 1
    {
        b[i as usize]
    } else {
        0.5
    };
    found * 2.0
}

#[test]
fn agree() {
    let mut random = Random::new(63);
    for a in [None, Some(0), Some(5), Some(i32::MAX), Some(-8)] {
        for b in [-9, -1, 1, 7, 9, 12, 50] {
            check!(bound_first(a, b));
            check!(bound_last(a, b, true));
            check!(bound_last(a, b, false));
            check!(arrays([a.unwrap_or(2), b, 3], a.map(|a| [a, b])));
        }
        check!(bound_last(a, 0, true));
        check!(bound_last(a, 0, false));
    }
    for n in [0, 1, 2, 5, 9, 20] {
        let values: Vec<i32> = (0..n).map(|_| random.below(14) as i32).collect();
        for limit in [-1, 2, 6, 12, 20] {
            check!(effects(&values, limit));
            check!(in_while(&values, limit));
        }
        let bytes: Vec<u8> = values.iter().map(|&x| x as u8).collect();
        let floats: Vec<f64> = values.iter().map(|&x| x as f64 - 4.0).collect();
        for i in 0..12 {
            check!(one_for_the_other(&bytes, i));
            check!(returns(Some(i as u8), &floats));
        }
        check!(returns(None::<u8>, &floats));
    }
}
