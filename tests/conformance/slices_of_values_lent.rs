//! Slices of structures, tuples and fixed-size arrays of the host, of any length: what is
//! written to one leaf leaves the others and what lies around them as they are.

use crate::bodies::{Body, body};
use mambo::Complex;
use mambo::prelude::*;

/// Larger than its scalars by more than a half.
#[derive(Clone, Copy, Debug, PartialEq, Data)]
#[repr(C, align(32))]
struct Padded {
    bytes: [u8; 3],
    word: u16,
    flag: bool,
}
same_fields!(Padded: bytes word flag);

#[derive(Clone, Copy, Debug, PartialEq, Data)]
struct Only(f32);
same_fields!(Only: 0);

#[derive(Clone, Copy, Debug, PartialEq, Data)]
struct Outer {
    small: u8,
    bodies: [(Padded, i64); 2],
    only: Only,
}
same_fields!(Outer: small bodies only);

fn padded(seed: u8) -> Padded {
    Padded {
        bytes: [seed, seed ^ 0x5a, 255 - seed],
        word: u16::from(seed) * 257,
        flag: seed.is_multiple_of(3),
    }
}

fn outer(seed: u8) -> Outer {
    let pair = |k: u8| (padded(seed + k), i64::from(seed) - 1000);
    Outer { small: seed, bodies: [pair(1), pair(2)], only: Only(f32::from(seed) / 3.0) }
}

/// So many values, no two alike.
fn many<T>(n: usize, value: fn(u8) -> T) -> Vec<T> {
    (0..n).map(|i| value(3 + 7 * i as u8)).collect()
}

#[jit]
fn read(bodies: &[Body], i: usize) -> (f64, f32, i128, usize) {
    let mut mass = 0.0;
    for body in bodies {
        mass += body.mass;
    }
    let x = bodies.iter().map(|b| b.position[2]).sum::<f32>();
    let body = bodies[i];
    let other = &bodies[bodies.len() - 1 - i];
    (mass + other.mass, x, body.charge + i128::from(other.links[1][1]), bodies.len())
}

#[jit]
fn step(bodies: &mut [Body], dt: f64) -> f64 {
    let n = bodies.len();
    for i in 0..n {
        let mut force = 0.0;
        for j in 0..n {
            if i != j {
                force += bodies[j].mass * f64::from(bodies[j].position[0] - bodies[i].position[0]);
            }
        }
        bodies[i].position[1] += (force * dt) as f32;
        bodies[i].id = bodies[i].id.wrapping_add(1);
        bodies[i].links[1][0] -= 2;
    }
    let mut total = 0.0;
    for (i, body) in bodies.iter_mut().enumerate() {
        body.mass *= 1.5;
        body.charge += i as i128;
        total += body.mass;
    }
    total
}

#[jit]
fn replaced(bodies: &mut [Body], i: usize, j: usize) -> Body {
    let before = bodies[i];
    bodies[i] = bodies[j];
    bodies[j].position = [0.5; 3];
    bodies[j] = Body { mass: 9.0, ..before };
    bodies[i].position.swap(0, 2);
    before
}

#[jit]
fn paired(a: &mut [Body], b: &[(f64, u8)], c: &[[f64; 3]]) -> f64 {
    let mut sum = 0.0;
    for ((body, (x, n)), row) in a.iter_mut().zip(b).zip(c.iter()) {
        body.mass += *x;
        body.id ^= *n;
        sum += row[0] - row[2];
    }
    for body in a.iter_mut().rev().step_by(2) {
        body.links = [[7, 8], [9, 10]];
    }
    for body in a {
        body.position[0] -= 1.0;
    }
    sum
}

#[jit]
fn parts(bodies: &mut [Body], at: usize) -> (f64, usize, Option<f64>) {
    let (left, right) = bodies.split_at_mut(at);
    for (a, b) in left.iter_mut().zip(right.iter_mut()) {
        a.mass += b.mass;
        b.links[0] = a.links[1];
        b.position[1] = a.position[2];
    }
    right.reverse();
    let len = left.len() * 10 + right.len();
    let mut sum = 0.0;
    for body in &mut bodies[at..] {
        body.id = 1;
        sum += body.mass;
    }
    for pair in bodies.windows(2) {
        sum -= pair[0].mass * pair[1].mass;
    }
    for part in bodies.chunks_exact_mut(2) {
        part.swap(0, 1);
    }
    (sum, len, bodies.first().map(|b| b.mass))
}

#[jit]
fn searched(bodies: &[Body], id: u8) -> (Option<usize>, bool, f64) {
    let found = bodies.iter().position(|b| b.id == id);
    let heavy = bodies.iter().any(|b| b.mass > 3.0);
    let largest = bodies.iter().map(|b| b.mass).fold(f64::NEG_INFINITY, f64::max);
    (found, heavy, largest)
}

#[jit]
fn bytes(all: &mut [Padded], by: u8) -> (u32, usize) {
    let mut sum = 0;
    for each in all.iter_mut() {
        each.bytes[1] = each.bytes[1].wrapping_add(by);
        each.word ^= 0xff00;
        each.flag = !each.flag;
        sum += u32::from(each.bytes[2]);
    }
    (sum, all.iter().filter(|each| each.flag).count())
}

#[jit]
fn singles(all: &mut [Only], tuples: &mut [(u8, f64, bool)], nested: &mut [Outer]) -> f32 {
    let mut sum = 0.0;
    for only in all.iter_mut() {
        only.0 *= 2.0;
        sum += only.0;
    }
    for (a, b, c) in tuples.iter_mut() {
        *a += 1;
        *b = -*b;
        *c = *b > 0.0;
    }
    for i in 0..nested.len() {
        nested[i].bodies[1].0.word += 1;
        nested[i].bodies[0].1 -= nested[i].bodies[1].1;
        let inner = &mut nested[i].bodies[1..];
        inner[0].0.bytes[2] = 200;
        nested[i].only.0 += sum;
    }
    sum
}

#[jit]
fn rows(grid: &mut [[f64; 3]], deep: &mut [[[i32; 2]; 2]], i: usize) -> f64 {
    grid[i][1] += 10.0;
    let mut sum = 0.0;
    for row in &mut grid[i..] {
        row[2] *= 0.5;
        sum += row.iter().sum::<f64>();
    }
    for plane in deep.iter_mut() {
        for row in plane.iter_mut() {
            row[0] -= row[1];
        }
    }
    grid[0] = [1.0, 2.0, 3.0];
    grid[0].reverse();
    sum + f64::from(deep[i][1][0])
}

#[jit]
fn spins(all: &mut [(Complex<f64>, Complex<f64>)]) -> f64 {
    let mut sum = 0.0;
    for (a, b) in all.iter_mut() {
        *a *= *b;
        b.im += 1.0;
        sum += a.re;
    }
    sum
}

#[jit]
fn generic<T: Number>(points: &mut [(T, u8)], by: T) -> T {
    let mut sum = by;
    for (x, n) in points.iter_mut() {
        *x += by;
        *n /= 2;
        sum += *x;
    }
    sum
}

#[jit(inline = "never")]
fn total(bodies: &[Body]) -> f64 {
    bodies.iter().map(|b| b.mass).sum()
}

#[jit(inline = "never")]
fn scale(bodies: &mut [Body], by: f64) -> usize {
    for body in bodies.iter_mut() {
        body.mass *= by;
        body.links[1][1] += 1;
    }
    bodies.len()
}

#[jit(inline = "never")]
fn halved(bodies: &mut [Body]) -> f64 {
    if bodies.len() < 2 {
        return bodies.iter().map(|b| b.mass).sum();
    }
    let (left, right) = bodies.split_at_mut(bodies.len() / 2);
    left[0].mass += 1.0;
    halved(left) - halved(right)
}

#[jit(inline = "never")]
fn links(pairs: &mut [[i16; 2]]) -> i16 {
    pairs[0][1] += 5;
    pairs.iter().map(|p| p[0]).sum()
}

#[jit]
fn handed_on(bodies: &mut [Body], i: usize) -> (f64, usize, i16) {
    let mut local = [bodies[0]; 3];
    let mut len = scale(&mut local, 3.0) + scale(&mut local[i..], 0.5);
    len += scale(bodies, 2.0) * 10 + scale(&mut bodies[i..], 0.25) * 100;
    let sum = total(&local) + total(bodies) - total(&bodies[..i]) + halved(bodies);
    let links = links(&mut bodies[0].links) + links(&mut local[1].links[1..]);
    (sum + local[2].mass, len, links + local[1].links[1][1])
}

#[jit]
fn narrowed(bodies: &[Body], turns: usize) -> (usize, f64) {
    let mut rest = bodies;
    let mut sum = 0.0;
    for turn in 0..turns {
        if rest.is_empty() {
            break;
        }
        sum += rest[0].mass;
        rest = if turn % 2 == 0 { &rest[1..] } else { &rest[..rest.len() - 1] };
    }
    (rest.len(), sum)
}

#[jit]
fn same_twice(a: &[Body], b: &[Body]) -> f64 {
    a.iter().zip(b.iter().rev()).map(|(x, y)| x.mass * f64::from(y.position[0])).sum()
}

#[test]
fn structures() {
    for n in [0, 1, 2, 3, 8] {
        let all = many(n, body);
        check!([b = all.clone()] step(&mut b, 0.25));
        check!(same_twice(&all, &all));
        for i in 0..=n + 1 {
            check!(read(&all, i));
            check!([b = all.clone()] parts(&mut b, i));
            check!([b = all.clone()] handed_on(&mut b, i));
            check!(narrowed(&all, i));
            check!(searched(&all, 3 + 7 * i as u8));
            for j in 0..=n {
                check!([b = all.clone()] replaced(&mut b, i, j));
            }
        }
    }
}

/// The elements around the part that is lent stay as they are.
#[test]
fn parts_of_what_the_host_has() {
    for (from, to) in [(0, 0), (2, 2), (1, 4), (0, 6), (5, 6)] {
        check!([b = many(6, body)] step(&mut b[from..to], -1.5));
        check!([b = many(6, padded)] bytes(&mut b[from..to], 77));
        check!([b = many(6, body)] halved(&mut b[from..to]));
    }
}

#[test]
fn of_every_shape() {
    for n in [0, 1, 2, 5] {
        let tuples: Vec<_> = (0..n).map(|i| (i as u8, i as f64 - 1.5, i % 2 == 0)).collect();
        let only: Vec<_> = (0..n).map(|i| Only(i as f32 * 0.5)).collect();
        check!([a = only.clone(), b = tuples.clone(), c = many(n, outer)]
            singles(&mut a, &mut b, &mut c));
        let pairs: Vec<_> = (0..n).map(|i| (i as f64 * 0.5, i as u8 + 9)).collect();
        let grid: Vec<_> = (0..n).map(|i| [i as f64, 2.0, i as f64 * 3.0]).collect();
        for m in [0, 1, 3] {
            check!([a = many(m, body)] paired(&mut a, &pairs, &grid));
        }
        let deep: Vec<_> = (0..n as i32).map(|i| [[i, 1], [2, -i]]).collect();
        for i in 0..=n {
            check!([g = grid.clone(), d = deep.clone()] rows(&mut g, &mut d, i));
        }
        let z = |i: usize| Complex::new(i as f64, 0.5);
        let all: Vec<_> = (0..n).map(|i| (z(i), z(i + 3))).collect();
        check!([s = all.clone()] spins(&mut s));
        check!([p = pairs.clone()] generic::<f64>(&mut p, 0.5));
        let whole: Vec<_> = (0..n).map(|i| (i as i64, i as u8)).collect();
        check!([p = whole.clone()] generic::<i64>(&mut p, -3));
    }
}

#[test]
fn out_of_bounds() {
    let all = many(3, body);
    check_panic!("`bodies` has length 3 but the index is 3", read(&all, 3));
    check_panic!("`bodies` has length 3 but the index is 7",
        [b = all.clone()] replaced(&mut b, 0, 7));
    check_panic!("`bodies` has length 0 but the index is 0", read(&all[..0], 0));
    check_panic!("`grid` has length 1 but the index is 2",
        [g = vec![[0.5; 3]], d = vec![[[1; 2]; 2]]] rows(&mut g, &mut d, 2));
}
