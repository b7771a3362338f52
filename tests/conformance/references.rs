//! References to plain values that hold others: structures with arrays, arrays of structures
//! and of tuples, nested; what comes after them in the list of arguments.

use crate::bodies::{Body, body};
use crate::check::Same;
use mambo::Complex;
use mambo::prelude::*;

#[jit]
fn fields(body: &mut Body, amount: i64, scale: &mut f32) -> (f32, i64, i16, i128) {
    body.position[1] += amount as f32;
    body.links[1][0] -= 3;
    *scale *= body.position[2];
    body.charge += 1;
    (body.position[0], amount, body.links[1][1], body.charge)
}

#[jit]
fn shared(body: &Body, pair: &([f64; 2], u8), after: u16) -> (f32, f64, u8, u16, f64) {
    let sum: f32 = body.position.iter().sum();
    (sum, pair.0[1], pair.1, after, body.mass)
}

#[jit]
fn all(bodies: &mut [Body; 3], step: f64) -> (f64, usize) {
    let mut total = 0.0;
    for body in bodies.iter_mut() {
        body.mass += step;
        total += body.mass;
    }
    for i in 0..bodies.len() {
        let other = bodies[2 - i];
        bodies[i].position[i] += other.position[0];
        bodies[i].links[0][1] = other.links[1][1];
    }
    for (i, body) in bodies.iter_mut().enumerate() {
        body.id += i as u8;
        body.position.swap(0, 2);
    }
    bodies[0] = Body { mass: 0.25, ..bodies[2] };
    bodies.swap(1, 2);
    (total, bodies.len())
}

#[jit]
fn pairs(
    pairs: &mut [(f64, i32); 4],
    grid: &[[u16; 2]; 3],
    spins: &[Complex<f64>; 2],
) -> (f64, i32) {
    let mut sum = spins[1].im;
    for (x, n) in pairs.iter_mut() {
        *x *= 2.0;
        *n += i32::from(grid[2][1]);
        sum += *x;
    }
    pairs[0].1 = 9;
    let [first, .., last] = *pairs;
    (sum + first.0, last.1 + pairs.iter().map(|p| p.1).max().unwrap())
}

#[jit(inline = "never")]
fn inner(bodies: &mut [Body; 3], position: &mut [f32; 3], one: &mut Body) -> f64 {
    one.id = 77;
    position[1] += 1.0;
    bodies[2].links[1] = [5, 6];
    bodies[1].mass += f64::from(position[0]);
    let mut total = 0.0;
    for body in bodies {
        total += body.mass;
    }
    total
}

#[jit(inline = "never")]
fn rows(links: &mut [[i16; 2]; 2], row: &mut [i16; 2]) -> i16 {
    links[1][0] += 1;
    row[1] = links[1][0] * 2;
    links[0][1] + row[0]
}

#[jit]
fn handed_on(bodies: &mut [Body; 3], nested: &mut [(Body, f32); 2]) -> (f64, i16, f32) {
    let mut local = [bodies[0]; 3];
    let a = inner(&mut local, &mut bodies[1].position, &mut nested[1].0);
    let mut position = [5.0, 6.0, 7.0];
    let b = inner(bodies, &mut position, &mut local[2]);
    let mut row = [1, 2];
    let c =
        rows(&mut bodies[2].links, &mut row) + rows(&mut local[1].links, &mut nested[0].0.links[1]);
    for pair in nested.iter_mut() {
        pair.1 += 0.5;
    }
    (a + b + local[1].mass, c + row[1] + i16::from(local[2].id), position[1])
}

#[jit]
fn out_of_range(bodies: &mut [Body; 3], i: usize, j: usize) -> f32 {
    bodies[i].position[j]
}

#[derive(Clone, Copy, Debug, PartialEq, Data)]
struct Spin {
    phase: Complex<f64>,
    weight: f64,
}

impl Same for Spin {
    fn same(&self, other: &Self) -> bool {
        self == other
    }
}

#[jit]
fn one_spin(spin: &mut Spin) -> f64 {
    spin.phase *= spin.weight;
    spin.phase.im
}

#[jit]
fn two_spins(spins: &mut [Spin; 2]) -> f64 {
    spins[1].weight
}

#[test]
fn structures_with_arrays() {
    for seed in [0, 3, 100] {
        check!([b = body(seed), scale = 1.5] fields(&mut b, -9, &mut scale));
        check!(shared(&body(seed), &([0.5, -0.25], seed), 40_000));
    }
}

#[test]
fn arrays_of_structures() {
    let bodies = [body(1), body(20), body(7)];
    check!([bodies = bodies] all(&mut bodies, 0.5));
    check!([bodies = bodies, nested = [(body(9), 1.0), (body(4), 2.0)]]
        handed_on(&mut bodies, &mut nested));
    let grid = [[1, 2], [3, 4], [5, 6]];
    let spins = [Complex::new(1.0, 2.0), Complex::new(3.0, 4.0)];
    check!([p = [(0.5, 1), (1.5, -4), (2.5, 90), (3.5, 3)]] pairs(&mut p, &grid, &spins));
    check_panic!("index is 3", [bodies = bodies] out_of_range(&mut bodies, 3, 0));
    check_panic!("index is 4", [bodies = bodies] out_of_range(&mut bodies, 2, 4));
    check!([bodies = bodies] out_of_range(&mut bodies, 2, 2));
}

/// The stride of a complex number is counted in complex numbers.
#[test]
fn complex_numbers_between_floats() {
    let spin = Spin { phase: Complex::new(1.0, -2.0), weight: 0.5 };
    check!([spin = spin] one_spin(&mut spin));
    let told = std::panic::catch_unwind(|| two_spins(&mut [spin; 2])).unwrap_err();
    let told = told.downcast_ref::<String>().expect("a message");
    assert!(told.contains("24 bytes apart"), "{told}");
}
