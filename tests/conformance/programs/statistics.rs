//! Moments, regressions, clusters, chains.

use crate::values::Random;
use mambo::Data;
use mambo::prelude::*;

#[derive(Clone, Copy, Debug, Data)]
struct Moments {
    count: u64,
    mean: f64,
    m2: f64,
}
same_fields!(Moments: count mean m2);

#[jit]
fn welford(values: ArrayView1<f64>) -> Moments {
    let mut m = Moments { count: 0, mean: 0.0, m2: 0.0 };
    for &x in values.iter() {
        m.count += 1;
        let delta = x - m.mean;
        m.mean += delta / m.count as f64;
        m.m2 += delta * (x - m.mean);
    }
    m
}

#[jit]
fn combined(a: Moments, b: &Moments) -> Moments {
    let count = a.count + b.count;
    let delta = b.mean - a.mean;
    Moments {
        count,
        mean: a.mean + delta * b.count as f64 / count as f64,
        m2: a.m2 + b.m2 + delta * delta * (a.count * b.count) as f64 / count as f64,
    }
}

#[jit]
fn regression(x: &[f64], y: &[f64]) -> Option<(f64, f64)> {
    let n = x.len() as f64;
    let (mut sx, mut sy, mut sxx, mut sxy) = (0.0, 0.0, 0.0, 0.0);
    for (x, y) in x.iter().zip(y) {
        sx += x;
        sy += y;
        sxx += x * x;
        sxy += x * y;
    }
    let d = n * sxx - sx * sx;
    (d != 0.0).then(|| ((n * sxy - sx * sy) / d, (sy * sxx - sx * sxy) / d))
}

#[jit]
fn correlation(m: ArrayView2<f64>) -> Array2<f64> {
    let (n, k) = m.dim();
    let mut means = Array1::<f64>::zeros(k);
    for row in m.rows() {
        means += &row;
    }
    means /= n as f64;
    let mut c = Array2::<f64>::zeros((k, k));
    for i in 0..k {
        for j in 0..=i {
            let mut sum = 0.0;
            for r in 0..n {
                sum += (m[[r, i]] - means[i]) * (m[[r, j]] - means[j]);
            }
            c[[i, j]] = sum / (n - 1) as f64;
            c[[j, i]] = c[[i, j]];
        }
    }
    c
}

#[jit]
fn k_means(points: ArrayView2<f64>, mut centres: ArrayViewMut2<f64>, labels: &mut [u32]) -> u32 {
    let (n, d) = points.dim();
    let k = centres.nrows();
    for round in 0..20 {
        let mut changed = false;
        for i in 0..n {
            let mut best = (f64::INFINITY, 0);
            for c in 0..k {
                let mut distance = 0.0;
                for j in 0..d {
                    let delta = points[[i, j]] - centres[[c, j]];
                    distance += delta * delta;
                }
                if distance < best.0 {
                    best = (distance, c as u32);
                }
            }
            if labels[i] != best.1 {
                labels[i] = best.1;
                changed = true;
            }
        }
        if !changed {
            return round;
        }
        let mut counts = Array1::<u32>::zeros(k);
        centres.fill(0.0);
        for i in 0..n {
            let c = labels[i] as usize;
            counts[c] += 1;
            for j in 0..d {
                centres[[c, j]] += points[[i, j]];
            }
        }
        for c in 0..k {
            let count = counts[c].max(1) as f64;
            for j in 0..d {
                centres[[c, j]] /= count;
            }
        }
    }
    u32::MAX
}

#[jit]
fn softmax(mut x: ArrayViewMut1<f32>) {
    let mut max = f32::NEG_INFINITY;
    for &value in x.iter() {
        max = max.max(value);
    }
    let mut sum = 0.0;
    for value in x.iter_mut() {
        *value = (*value - max).exp();
        sum += *value;
    }
    x /= sum;
}

#[jit]
fn viterbi(
    start: &[f64],
    change: ArrayView2<f64>,
    emit: ArrayView2<f64>,
    seen: &[usize],
) -> Array1<usize> {
    let (states, n) = (start.len(), seen.len());
    let mut best = Array2::<f64>::from_elem((n, states), f64::NEG_INFINITY);
    let mut from = Array2::<usize>::zeros((n, states));
    for s in 0..states {
        best[[0, s]] = start[s].ln() + emit[[s, seen[0]]].ln();
    }
    for t in 1..n {
        for s in 0..states {
            for p in 0..states {
                let score = best[[t - 1, p]] + change[[p, s]].ln() + emit[[s, seen[t]]].ln();
                if score > best[[t, s]] {
                    best[[t, s]] = score;
                    from[[t, s]] = p;
                }
            }
        }
    }
    let mut path = Array1::zeros(n);
    for s in 1..states {
        if best[[n - 1, s]] > best[[n - 1, path[n - 1]]] {
            path[n - 1] = s;
        }
    }
    for t in (1..n).rev() {
        path[t - 1] = from[[t, path[t]]];
    }
    path
}

#[jit]
fn perceptron(x: ArrayView2<f64>, y: &[i8], w: &mut [f64], rounds: u32) -> u32 {
    let mut mistakes = 0;
    for _ in 0..rounds {
        for (row, &label) in x.rows().into_iter().zip(y) {
            let mut activation = w[0];
            for (x, w) in row.iter().zip(&w[1..]) {
                activation += x * w;
            }
            let predicted = if activation >= 0.0 { 1 } else { -1 };
            if predicted != label {
                mistakes += 1;
                w[0] += label as f64;
                for (w, x) in w[1..].iter_mut().zip(row.iter()) {
                    *w += label as f64 * x;
                }
            }
        }
    }
    mistakes
}

#[test]
fn agree() {
    let mut random = Random::new(45);
    for n in [1, 2, 3, 8, 20] {
        let (x, y) = (random.units(n), random.units(n));
        check!(welford(Array1::from_vec(x.clone()).view()));
        let moments = Moments { count: n as u64, mean: x[0], m2: y[0] };
        check!(combined(moments, &Moments { count: 0, mean: 1.0, m2: 0.5 }));
        check!(regression(&x, &y));
        check!(regression(&[1.0, 1.0], &y));
        check!([x = Array1::from_vec(x.clone()).mapv(|x| x as f32)] softmax(x.view_mut()));
        let points = Array2::from_shape_simple_fn((n, 3), || random.unit());
        check!(correlation(points.view()));
        check!([centres = points.slice(s![..n.min(3), ..]).to_owned(), labels = vec![9; n]]
            k_means(points.view(), centres.view_mut(), &mut labels));
        let labels: Vec<i8> = x.iter().map(|&x| if x > 0.0 { 1 } else { -1 }).collect();
        check!([w = vec![0.0; 4]] perceptron(points.view(), &labels, &mut w, 4));
        let change = Array2::from_shape_simple_fn((3, 3), || random.unit());
        let emit = Array2::from_shape_simple_fn((3, 4), || random.unit());
        let seen: Vec<usize> = (0..n).map(|_| random.below(4)).collect();
        check!(viterbi(&[0.2, 0.5, 0.3], change.view(), emit.view(), &seen));
    }
}
