//! Patterns on what is behind `&mut`: their names are references too.

use crate::check::Same;
use mambo::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Data)]
struct Point {
    x: f64,
    n: [i32; 2],
}

impl Same for Point {
    fn same(&self, other: &Self) -> bool {
        self == other
    }
}

#[jit]
fn in_for(k: f64) -> (f64, f64) {
    let mut pairs = [(k, 2), (3.0, 4)];
    for (x, n) in pairs.iter_mut() {
        *x *= 2.0;
        *n += 1;
    }
    for (_, n) in &mut pairs {
        *n *= 3;
    }
    pairs.iter_mut().for_each(|(x, n)| *x += f64::from(*n));
    (pairs[0].0 + pairs[1].0, f64::from(pairs[0].1 * pairs[1].1))
}

#[jit]
fn in_let(k: f64) -> f64 {
    let mut pair = (k, 2);
    let (x, n) = &mut pair;
    *x += 1.0;
    *n *= 3;
    let mut nested = ((k, 2.0), [1i32, 2]);
    let ((a, _), [_, m]) = &mut nested;
    *a += 3.0;
    *m -= 9;
    let change = |pair: &mut (f64, f64)| {
        let (x, y) = pair;
        *x *= 2.0;
        *y = *x;
    };
    change(&mut nested.0);
    pair.0 + f64::from(pair.1) + nested.0.0 + nested.0.1 + f64::from(nested.1[1])
}

#[jit]
fn in_match(k: f64, mut limit: i32) -> f64 {
    let mut nested = ((k, 2.0), [1i32, 2]);
    match &mut nested {
        ((x, y), [m, ..]) if *x > 0.0 => {
            *m = 5;
            *y += *x;
        }
        ((x, _), _) => *x = -*x,
    }
    match &mut limit {
        0 => limit = 7,
        other => *other += 1,
    }
    nested.0.0 + nested.0.1 + f64::from(nested.1[0] + limit)
}

#[jit]
fn options(k: f64, some: bool) -> (f64, f64, f64) {
    let mut single = if some { Some(k) } else { None };
    if let Some(x) = &mut single {
        *x += 1.0;
    }
    let mut point = some.then(|| Point { x: k, n: [1, 2] });
    match &mut point {
        Some(Point { x, n }) => {
            *x += 1.0;
            n[1] += 5;
        }
        None => {}
    }
    let mut counted = (1.0, Some(k));
    while let (y, Some(x)) = &mut counted {
        *x += 1.0;
        *y += *x;
        if *x > 7.0 {
            counted.1 = None;
        }
    }
    let Some(Point { n: [a, b], .. }) = &mut point else {
        return (single.unwrap_or(0.5), 0.0, 1.0);
    };
    std::mem::swap(a, b);
    let point = point.unwrap();
    (single.unwrap(), point.x + f64::from(point.n[0] * 10 + point.n[1]), counted.0)
}

#[jit]
fn arguments(point: &mut Point, pair: &mut (f64, i32), rows: &mut [[f64; 2]; 2]) -> f64 {
    let Point { x, n } = point;
    *x += 1.0;
    n[1] = 9;
    match point {
        Point { x, n: [a, b] } => {
            *x *= 2.0;
            *b += *a * 3;
        }
    }
    let (x, _) = pair;
    *x -= 4.0;
    for [x, y] in rows.iter_mut() {
        *x += *y;
        *y = 1.0;
    }
    for (k, [x, _]) in rows.iter_mut().enumerate() {
        *x += k as f64;
    }
    let [first, last] = rows;
    std::mem::swap(first, last);
    let Point { x, .. } = *point;
    x + pair.0 + rows[0][0]
}

#[jit]
fn as_parameter(Point { x, n: [_, m] }: &mut Point, (a, b): &mut (f64, i32)) -> f64 {
    *x += f64::from(*m);
    *m = *b;
    *a = *x;
    *x + *a
}

#[jit]
fn zipped(k: f64) -> f64 {
    let mut a = [1.0, k];
    let mut b = [5.0, 6.0];
    for (x, y) in a.iter_mut().zip(b.iter_mut()) {
        std::mem::swap(x, y);
        *x += 1.0;
    }
    for (i, (x, &mut y)) in a.iter_mut().zip(b.iter_mut()).enumerate() {
        *x += y * i as f64;
    }
    let (p, q) = (&mut a, &mut b[0]);
    p[0] += *q;
    *q = 9.0;
    a[0] + 10.0 * a[1] + 100.0 * b[0] + 1000.0 * b[1]
}

/// What is behind `&`, or no reference at all, is copied.
#[jit]
fn by_value(point: &Point, mut pair: (f64, i32)) -> (f64, i32) {
    let (mut x, n) = pair;
    x += 1.0;
    pair.1 = 5;
    let Point { x: mut y, n: [mut a, _] } = *point;
    y += x;
    a += n;
    for &(k, _) in &[(1.0, 2), (3.0, 4)] {
        y += k;
    }
    (y + point.x, a + point.n[0] + pair.1)
}

#[test]
fn agree() {
    for k in [4.0, -4.0, 0.0] {
        check!(in_for(k));
        check!(in_let(k));
        check!(in_match(k, 3));
        check!(in_match(k, 0));
        check!(options(k, true));
        check!(options(k, false));
        check!(zipped(k));
        let point = Point { x: k, n: [3, 4] };
        check!(by_value(&point, (k, 2)));
        check!([p = point, q = (k, 1), r = [[1.0, 2.0], [3.0, k]]]
            arguments(&mut p, &mut q, &mut r));
        check!([p = point, q = (k, 8)] as_parameter(&mut p, &mut q));
    }
}
