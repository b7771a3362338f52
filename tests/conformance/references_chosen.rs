//! `&mut` kept in tuples and options, and chosen by `if`, `match`, blocks and loops: writes go
//! to what was chosen.

use crate::check::Same;
use mambo::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Data)]
struct Point {
    x: f64,
    n: [i32; 3],
    q: (f64, [f64; 2]),
}

impl Same for Point {
    fn same(&self, other: &Self) -> bool {
        self == other
    }
}

#[jit]
fn by_branches(k: f64) -> (f64, f64, f64, f64, Point) {
    let mut a = [k, 1.0];
    let mut b = [2.0, 3.0];
    let mut p = Point { x: k, n: [1, 2, 3], q: (1.0, [2.0, 3.0]) };
    let row = if k > 1.0 { &mut a } else { &mut b };
    row[1] += 10.0;
    let number = match k as i32 {
        4 => &mut row[0],
        5 => &mut p.x,
        _ => &mut p.q.1[1],
    };
    *number += 5.0;
    let pair = 'chosen: {
        if k > 4.0 {
            break 'chosen &mut p.q;
        }
        p.x -= 1.0;
        &mut p.q
    };
    pair.1[0] *= 3.0;
    let (u, v) = if k > 2.0 { (&mut a, 1.0) } else { (&mut b, 2.0) };
    u[0] += v;
    let some = if k > 3.0 { Some(&mut p.n) } else { None };
    if let Some(n) = some {
        n[2] += 7;
    }
    for _ in 0..2 {
        let w = if k > 2.0 { &mut a[1] } else { &mut b[0] };
        *w += 1.0;
    }
    let mut turns = 0;
    let last = loop {
        turns += 1;
        if turns == 3 {
            break &mut a[0];
        }
        if k < 0.0 {
            break &mut b[1];
        }
    };
    *last *= 2.0;
    (a[0], a[1], b[0], b[1], p)
}

#[jit]
fn scalars(k: f64) -> (f64, f64) {
    let mut a = k;
    let mut b = 2.0;
    let chosen = if k > 1.0 { &mut a } else { &mut b };
    *chosen += 10.0;
    let both = (&mut a, &mut b, 1.0);
    *both.0 += both.2;
    *both.1 *= *both.0;
    (a, b)
}

#[jit]
fn tuples(k: f64) -> (f64, f64, f64, f64) {
    let mut a = (k, 1.0);
    let mut b = (1.0, 2.0);
    let t = (&mut a, (&mut b, 3.0));
    t.0.1 += t.1.1;
    *t.1.0 = *t.0;
    t.1.0.0 += 1.0;
    let (p, (q, _)) = t;
    std::mem::swap(p, q);
    (a.0, a.1, b.0, b.1)
}

#[jit]
fn arrays(v: &mut Array1<f64>, mut w: ArrayViewMut1<f64>, c: bool, i: usize) -> f64 {
    let x = if c { &mut v[i] } else { &mut w[i + 1] };
    *x += 1.0;
    let z = if c { v.view_mut() } else { w.view_mut() };
    z.sum()
}

#[jit]
fn arguments(p: &mut Point, pair: &mut (f64, [f64; 2]), c: bool) -> f64 {
    let chosen = if c { &mut p.q } else { pair };
    chosen.1[1] += chosen.0;
    chosen.0 = 0.5;
    let old = std::mem::replace(&mut p.q, (7.0, [8.0, 9.0]));
    old.1[1] + std::mem::take(&mut p.x)
}

#[test]
fn agree() {
    for k in [-1.0, 0.5, 1.5, 2.5, 3.5, 4.0, 5.0, 6.0] {
        check!(by_branches(k));
        check!(scalars(k));
        check!(tuples(k));
    }
    let point = Point { x: 3.0, n: [1, 2, 3], q: (1.0, [2.0, 3.0]) };
    for c in [true, false] {
        check!([p = point, q = (4.0, [5.0, 6.0])] arguments(&mut p, &mut q, c));
        let (v, w) = (Array1::from_vec(vec![1.0, 2.0, 3.0]), Array1::from_vec(vec![4.0, 5.0, 6.0]));
        check!([v = v.clone(), w = w.clone()] arrays(&mut v, w.view_mut(), c, 1));
        check!([v = v.clone(), w = w.clone()] arrays(&mut v, w.slice_mut(s![..;-1]), c, 0));
        check!([v = v.clone(), w = w.clone()] arrays(&mut v, w.view_mut(), c, 3));
    }
}
