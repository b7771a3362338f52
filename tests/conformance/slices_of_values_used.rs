//! What programs do with slices of structures: references to elements, patterns, closures,
//! cursors, exchanges.

use mambo::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Data)]
struct P {
    x: f64,
    n: u8,
    v: [i32; 2],
}
same_fields!(P: x n v);

fn ps(n: usize) -> Vec<P> {
    (0..n).map(|i| P { x: i as f64 + 0.5, n: i as u8, v: [i as i32, -(i as i32)] }).collect()
}

#[jit]
fn through_a_reference(ps: &mut [P], i: usize) -> f64 {
    let p = &mut ps[i];
    p.x += 1.0;
    p.v[1] = 9;
    let q = &ps[0];
    q.x
}

#[jit]
fn asked_for(ps: &[P], i: usize) -> (f64, i32) {
    if let Some(p) = ps.get(i) { (p.x, p.v[0]) } else { (-1.0, 0) }
}

#[jit]
fn largest(ps: &[P]) -> Option<f64> {
    ps.iter().map(|p| p.x).max_by(|a, b| a.total_cmp(b))
}

#[jit]
fn for_each(ps: &mut [P], k: f64) -> f64 {
    let mut s = 0.0;
    ps.iter_mut().for_each(|p| {
        p.x *= k;
        s += p.x;
    });
    s
}

#[jit]
fn all_pairs(ps: &mut [P]) {
    let n = ps.len();
    for i in 0..n {
        for j in i + 1..n {
            let (l, r) = ps.split_at_mut(j);
            let (a, b) = (&mut l[i], &mut r[0]);
            a.x += b.x;
            b.n = b.n.wrapping_add(a.n);
            a.v[0] += 1;
        }
    }
}

#[jit]
fn exchanged(ps: &mut [P], i: usize) -> P {
    std::mem::replace(&mut ps[i], P { x: 0.0, n: 1, v: [5, 6] })
}

#[jit]
fn one_of_two(ps: &[P], qs: &[P], c: bool) -> (f64, usize) {
    let s = if c { ps } else { &qs[1..] };
    (s.iter().map(|p| p.x).sum(), s.len())
}

#[jit]
fn parts_of_parts(ps: &mut [P]) -> i32 {
    let t = &mut ps[1..];
    let u = &mut t[1..];
    u[0].v = [7, 8];
    u[0].v.reverse();
    let w = &mut u[0].v[..1];
    w[0] = 3;
    t[0].v.iter().sum::<i32>()
}

#[jit]
fn destructured(ps: &[P], ts: &[(u8, (f32, bool))]) -> f32 {
    let mut s = 0.0;
    for (p, &(n, (f, b))) in ps.iter().zip(ts) {
        if b && p.n == n {
            s += f;
        }
    }
    s
}

#[jit]
fn by_closure(ps: &mut [P]) -> f64 {
    let f = |s: &[P]| s.iter().map(|p| p.x).sum::<f64>();
    let g = f(&ps[1..]) + f(ps);
    ps[0].x = g;
    g
}

#[jit]
fn moved_about(ps: &mut [P]) {
    ps.swap(0, 2);
    ps[..2].copy_from_slice(&[P { x: 1.0, n: 2, v: [3, 4] }; 2]);
    ps.fill(P { n: 77, ..ps[1] });
}

#[jit]
fn taken_apart(ps: &[P], i: usize) -> (f64, f64) {
    let p = ps[i];
    let P { x, v: [a, b], .. } = p;
    (x, f64::from(a - b))
}

#[jit]
fn assigned_crosswise(ps: &mut [P], i: usize, j: usize) {
    (ps[i].x, ps[j].v) = (ps[j].x, ps[i].v);
    ps[i].v[0] += ps[j].v[1];
}

#[jit]
fn patterns_behind_mut(ps: &mut [P]) {
    for w in 0..ps.len() {
        let P { x, v, .. } = &mut ps[w];
        *x += 1.0;
        v[0] -= 1;
    }
}

#[jit]
fn kept(ps: &[P]) -> (f64, u8) {
    let mut best = ps[0];
    for p in ps {
        if p.x > best.x {
            best = *p;
        }
    }
    (best.x, best.n)
}

#[jit]
fn copied(ps: &mut [P], qs: &[P]) {
    ps.copy_from_slice(qs);
}

#[jit]
fn empty(ps: &[P]) -> usize {
    let e: &[P] = &[];
    ps.len() + e.len()
}

#[jit]
fn cursor(ps: &mut [P]) -> f64 {
    let mut last = &mut ps[..];
    let mut s = 0.0;
    while last.len() > 1 {
        let (a, b) = last.split_at_mut(1);
        a[0].x += b[0].x;
        s += a[0].x;
        last = b;
    }
    s
}

#[test]
fn elements() {
    for i in 0..4 {
        check!([p = ps(3)] through_a_reference(&mut p, i));
        check!([p = ps(3)] exchanged(&mut p, i));
        check!(asked_for(&ps(3), i));
        check!(taken_apart(&ps(3), i));
    }
}

#[test]
fn loops_and_patterns() {
    for n in 0..5 {
        check!(largest(&ps(n)));
        check!([p = ps(n)] for_each(&mut p, -1.5));
        check!([p = ps(n)] all_pairs(&mut p));
        check!([p = ps(n)] parts_of_parts(&mut p));
        check!([p = ps(n)] by_closure(&mut p));
        check!([p = ps(n)] moved_about(&mut p));
        check!([p = ps(n)] patterns_behind_mut(&mut p));
        check!(kept(&ps(n)));
    }
}

#[test]
fn two_slices() {
    for n in 0..4 {
        for c in [true, false] {
            check!(one_of_two(&ps(2), &ps(n), c));
        }
        for m in 0..4 {
            check!([p = ps(n)] copied(&mut p, &ps(m)));
        }
    }
}

#[test]
fn crosswise() {
    check!(destructured(&ps(3), &[(0, (0.5, true)), (1, (1.5, false)), (2, (2.5, true))]));
    for i in 0..3 {
        for j in 0..4 {
            check!([p = ps(3)] assigned_crosswise(&mut p, i, j));
        }
    }
}

#[test]
fn without_elements() {
    check!(empty(&ps(2)));
}

#[test]
fn cursors() {
    for n in 0..5 {
        check!([p = ps(n)] cursor(&mut p));
    }
}
