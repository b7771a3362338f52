//! Plain structures: by value, by reference, nested, generic, with arrays inside.

use crate::values::{Random, Sample};
use mambo::Data;
use mambo::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Data)]
struct Point {
    x: f64,
    y: f64,
}
same_fields!(Point: x y);

#[derive(Clone, Copy, Debug, Data)]
struct Particle {
    at: Point,
    speed: Point,
    mass: f32,
    id: u16,
    alive: bool,
}
same_fields!(Particle: at speed mass id alive);

#[derive(Clone, Copy, Debug, Data)]
struct Pair<T: Number> {
    first: T,
    second: T,
}
impl<T: Number + crate::check::Same> crate::check::Same for Pair<T> {
    fn same(&self, other: &Self) -> bool {
        self.first.same(&other.first) && self.second.same(&other.second)
    }
}

#[derive(Clone, Copy, Debug, Data)]
struct Meters(f32, u8);
same_fields!(Meters: 0 1);

#[derive(Clone, Copy, Debug, Data)]
struct Window {
    weights: [f64; 3],
    ends: (usize, usize),
}
same_fields!(Window: weights ends);

#[jit]
fn middle(a: Point, b: &Point) -> Point {
    Point { x: 0.5 * (a.x + b.x), y: 0.5 * (a.y + b.y) }
}

#[jit]
fn shorthand(x: f64, k: f64) -> Point {
    let y = x * k;
    Point { x, y }
}

#[jit]
fn step(p: &mut Particle, dt: f64) -> f64 {
    p.at.x += p.speed.x * dt;
    p.at.y += p.speed.y * dt;
    if p.at.y < 0.0 {
        p.speed.y = -p.speed.y;
        p.alive = false;
    }
    p.id += 1;
    p.mass as f64 * (p.speed.x * p.speed.x + p.speed.y * p.speed.y)
}

#[jit]
fn moved(p: Particle, by: Point) -> Particle {
    let Particle { at: Point { x, y }, mass, .. } = p;
    Particle { at: Point { x: x + by.x, y: y + by.y }, mass: mass * 0.5, ..p }
}

#[jit]
fn assigned_whole(p: &mut Point, q: Point) {
    *p = Point { x: q.y, ..*p };
}

#[jit]
fn generic_pair<T: Number>(p: Pair<T>) -> Pair<T> {
    Pair::<T> { first: p.second, second: p.first + p.second }
}

#[jit]
fn tuple_struct(m: Meters) -> Meters {
    let Meters(length, unit) = m;
    Meters(length * 2.0, unit + m.1)
}

#[jit]
fn with_array(w: &Window, values: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in w.ends.0..w.ends.1 {
        sum += w.weights[i % 3] * values[i];
    }
    sum
}

#[jit]
fn array_changes(w: &mut Window) {
    for weight in w.weights.iter_mut() {
        *weight *= 2.0;
    }
    w.weights[0] = w.ends.0 as f64;
    w.ends.1 -= 1;
}

#[jit]
fn array_of_structs(points: [Point; 3]) -> (Point, f64) {
    let mut far = points[0];
    let mut length = 0.0;
    for p in points {
        if p.x > far.x {
            far = p;
        }
        length += p.y;
    }
    (far, length)
}

#[jit]
fn matched(p: Particle) -> f64 {
    match p {
        Particle { id: 0, .. } => -1.0,
        Particle { alive: false, mass, .. } => mass as f64,
        Particle { id: 1..=9, at, .. } => at.x,
        Particle { speed: Point { x, .. }, .. } => x,
    }
}

#[jit]
fn integrate(start: Point, n: usize) -> Point {
    let mut p = start;
    for _ in 0..n {
        let q = Point { x: p.x + 0.01 * p.y, y: p.y - 0.01 * p.x };
        p = q;
    }
    p
}

#[test]
fn values_and_references() {
    let mut random = Random::new(12);
    for (a, b) in f64::pairs().into_iter().step_by(7) {
        let (p, q) = (Point { x: a, y: b }, Point { x: b, y: random.unit() });
        let id = random.below(12) as u16;
        let particle =
            Particle { at: p, speed: q, mass: a as f32, id, alive: !id.is_multiple_of(3) };
        check!(middle(p, &q));
        check!(shorthand(a, b));
        check!([particle = particle] step(&mut particle, b));
        check!(moved(particle, q));
        check!([p = p] assigned_whole(&mut p, q));
        check!(generic_pair(Pair { first: a, second: b }));
        check!(generic_pair(Pair { first: id, second: 65535 }));
        check!(tuple_struct(Meters(a as f32, 3)));
        check!(array_of_structs([p, q, Point { x: 1.0, y: a }]));
        check!(matched(particle));
        check!(integrate(p, id as usize));
        let window = Window { weights: [a, b, 0.5], ends: (id as usize / 4, id as usize) };
        let values = random.units(9);
        check!(with_array(&window, &values));
        check!([window = window] array_changes(&mut window));
    }
}

const ORIGIN: Point = Point { x: 0.5, y: -0.5 };

#[jit]
fn from_constant(p: Point) -> f64 {
    let o = ORIGIN;
    (p.x - o.x).hypot(p.y - ORIGIN.y)
}

#[test]
fn constants() {
    for (x, y) in f64::pairs().into_iter().step_by(11) {
        check!(from_constant(Point { x, y }));
    }
}
