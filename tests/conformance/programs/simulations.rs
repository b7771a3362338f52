//! Steps of simulations: life, bodies, heat, waves, attractors, fractals, chance.

use crate::values::Random;
use mambo::Data;
use mambo::prelude::*;

#[jit]
fn life(now: ArrayView2<u8>, mut next: ArrayViewMut2<u8>) {
    let (rows, columns) = now.dim();
    for i in 0..rows {
        for j in 0..columns {
            let mut alive = 0;
            for di in [rows - 1, 0, 1] {
                for dj in [columns - 1, 0, 1] {
                    if (di, dj) != (0, 0) {
                        alive += now[[(i + di) % rows, (j + dj) % columns]];
                    }
                }
            }
            next[[i, j]] = match (now[[i, j]], alive) {
                (1, 2) | (_, 3) => 1,
                _ => 0,
            };
        }
    }
}

#[derive(Clone, Copy, Debug, Data)]
struct Settings {
    gravity: f64,
    softening: f64,
    dt: f64,
}

#[jit]
fn n_body(
    mut at: ArrayViewMut2<f64>,
    mut speed: ArrayViewMut2<f64>,
    mass: ArrayView1<f64>,
    settings: &Settings,
) -> f64 {
    let n = mass.len();
    for i in 0..n {
        let mut force = [0.0; 3];
        for j in 0..n {
            if i == j {
                continue;
            }
            let mut d = [0.0; 3];
            let mut r2 = settings.softening;
            for k in 0..3 {
                d[k] = at[[j, k]] - at[[i, k]];
                r2 += d[k] * d[k];
            }
            let f = settings.gravity * mass[j] / (r2 * r2.sqrt());
            for k in 0..3 {
                force[k] += f * d[k];
            }
        }
        for k in 0..3 {
            speed[[i, k]] += settings.dt * force[k];
        }
    }
    let mut energy = 0.0;
    for i in 0..n {
        for k in 0..3 {
            at[[i, k]] += settings.dt * speed[[i, k]];
            energy += 0.5 * mass[i] * speed[[i, k]] * speed[[i, k]];
        }
    }
    energy
}

#[jit]
fn heat(u: ArrayView2<f64>, steps: usize) -> Array2<f64> {
    let mut now = u.to_owned();
    for _ in 0..steps {
        let old = now.clone();
        for i in 1..old.nrows() - 1 {
            for j in 1..old.ncols() - 1 {
                let around = old[[i - 1, j]] + old[[i + 1, j]] + old[[i, j - 1]] + old[[i, j + 1]];
                now[[i, j]] = old[[i, j]] + 0.1 * (around - 4.0 * old[[i, j]]);
            }
        }
    }
    now
}

#[jit]
fn lorenz_slope((x, y, z): (f64, f64, f64)) -> (f64, f64, f64) {
    const SIGMA: f64 = 10.0;
    const RHO: f64 = 28.0;
    const BETA: f64 = 8.0 / 3.0;
    (SIGMA * (y - x), x * (RHO - z) - y, x * y - BETA * z)
}

#[jit]
fn lorenz(start: (f64, f64, f64), dt: f64, steps: u32) -> (f64, f64, f64) {
    let add = |a: (f64, f64, f64), b: (f64, f64, f64), k: f64| {
        (a.0 + k * b.0, a.1 + k * b.1, a.2 + k * b.2)
    };
    let mut s = start;
    for _ in 0..steps {
        let k1 = lorenz_slope(s);
        let k2 = lorenz_slope(add(s, k1, 0.5 * dt));
        let k3 = lorenz_slope(add(s, k2, 0.5 * dt));
        let k4 = lorenz_slope(add(s, k3, dt));
        s = add(s, k1, dt / 6.0);
        s = add(s, k2, dt / 3.0);
        s = add(s, k3, dt / 3.0);
        s = add(s, k4, dt / 6.0);
    }
    s
}

#[jit]
fn mandelbrot(width: usize, height: usize, limit: u16) -> Array2<u16> {
    let mut image = Array2::zeros((height, width));
    for ((row, column), pixel) in image.indexed_iter_mut() {
        let cx = -2.0 + 3.0 * column as f64 / width as f64;
        let cy = -1.0 + 2.0 * row as f64 / height as f64;
        let (mut x, mut y) = (0.0, 0.0);
        let mut steps = 0;
        while x * x + y * y <= 4.0 && steps < limit {
            (x, y) = (x * x - y * y + cx, 2.0 * x * y + cy);
            steps += 1;
        }
        *pixel = steps;
    }
    image
}

#[jit]
fn next_random(state: &mut u64) -> f64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    (*state >> 11) as f64 / (1u64 << 53) as f64
}

#[jit]
fn pi_by_chance(seed: u64, rounds: u32) -> f64 {
    let mut state = seed;
    let mut hits = 0;
    for _ in 0..rounds {
        let (x, y) = (next_random(&mut state), next_random(&mut state));
        if x * x + y * y < 1.0 {
            hits += 1;
        }
    }
    4.0 * hits as f64 / rounds as f64
}

#[jit]
fn ising(mut spins: ArrayViewMut2<i8>, beta: f64, sweeps: usize, state: &mut u64) -> i32 {
    let (n, m) = spins.dim();
    for _ in 0..sweeps {
        for i in 0..n {
            for j in 0..m {
                let around = spins[[(i + 1) % n, j]]
                    + spins[[(i + n - 1) % n, j]]
                    + spins[[i, (j + 1) % m]]
                    + spins[[i, (j + m - 1) % m]];
                let cost = 2 * (spins[[i, j]] * around) as i32;
                if cost < 0 || next_random(state) < (-beta * cost as f64).exp() {
                    spins[[i, j]] *= -1;
                }
            }
        }
    }
    spins.iter().map(|&spin| spin as i32).sum()
}

#[jit]
fn advect(field: ArrayView1<f32>, speed: f32, mut out: ArrayViewMut1<f32>) {
    let n = field.len() as isize;
    for i in 0..n {
        let from = i as f32 - speed;
        let base = from.floor();
        let t = from - base;
        let left = (base as isize).rem_euclid(n) as usize;
        let right = (base as isize + 1).rem_euclid(n) as usize;
        out[i as usize] = field[left] * (1.0 - t) + field[right] * t;
    }
}

#[test]
fn agree() {
    let mut random = Random::new(41);
    for (n, m) in [(1, 1), (2, 3), (5, 5), (6, 9)] {
        let cells = Array2::from_shape_simple_fn((n, m), || random.below(2) as u8);
        check!([next = Array2::zeros((n, m))] life(cells.view(), next.view_mut()));
        check!([next = Array2::zeros((m, n))] life(cells.t(), next.view_mut()));
        let u = Array2::from_shape_simple_fn((n, m), || random.unit());
        check!(heat(u.view(), 3));
        check!(mandelbrot(n * 3, m * 2, 50));
        let spins = cells.mapv(|cell| 2 * cell as i8 - 1);
        check!([spins = spins.clone(), state = 99] ising(spins.view_mut(), 0.4, 3, &mut state));
        let settings = Settings { gravity: 1.0, softening: 1e-3, dt: 0.01 };
        let at = Array2::from_shape_simple_fn((n, 3), || random.unit());
        let mass = Array1::from_vec(random.units(n));
        check!([at = at.clone(), speed = Array2::zeros((n, 3))]
            n_body(at.view_mut(), speed.view_mut(), mass.view(), &settings));
        let field = Array1::from_vec(random.units(m)).mapv(|x| x as f32);
        check!([out = field.clone()] advect(field.view(), 1.7, out.view_mut()));
    }
    check!(lorenz((1.0, 1.0, 1.0), 0.01, 500));
    check!(pi_by_chance(12345, 2000));
}
