//! Products, factorisations, iterative solvers.

use crate::check::by_elementary;
use crate::values::Random;
use mambo::prelude::*;

fn matrix(n: usize, m: usize, seed: u64) -> Array2<f64> {
    let mut random = Random::new(seed);
    Array2::from_shape_simple_fn((n, m), || 2.0 * random.unit() - 1.0)
}

/// A symmetric matrix with a large diagonal.
fn positive_definite(n: usize) -> Array2<f64> {
    let a = matrix(n, n, 1);
    &a.dot(&a.t()) + &(Array2::<f64>::eye(n) * n as f64)
}

#[jit]
fn matmul(a: ArrayView2<f64>, b: ArrayView2<f64>, mut c: ArrayViewMut2<f64>) {
    assert_eq!(a.ncols(), b.nrows());
    for i in 0..a.nrows() {
        for j in 0..b.ncols() {
            let mut sum = 0.0;
            for k in 0..a.ncols() {
                sum += a[[i, k]] * b[[k, j]];
            }
            c[[i, j]] = sum;
        }
    }
}

#[jit]
fn blocked_matmul<T: Number>(a: &Array2<T>, b: &Array2<T>) -> Array2<T> {
    const BLOCK: usize = 4;
    let (n, m, p) = (a.nrows(), a.ncols(), b.ncols());
    let mut c = Array2::zeros((n, p));
    for ii in (0..n).step_by(BLOCK) {
        for kk in (0..m).step_by(BLOCK) {
            for i in ii..(ii + BLOCK).min(n) {
                for k in kk..(kk + BLOCK).min(m) {
                    let x = a[[i, k]];
                    for j in 0..p {
                        c[[i, j]] += x * b[[k, j]];
                    }
                }
            }
        }
    }
    c
}

#[jit]
fn lu(mut a: ArrayViewMut2<f64>, pivots: &mut [usize]) -> bool {
    let n = a.nrows();
    for k in 0..n {
        let mut best = k;
        for i in k + 1..n {
            if a[[i, k]].abs() > a[[best, k]].abs() {
                best = i;
            }
        }
        pivots[k] = best;
        if a[[best, k]] == 0.0 {
            return false;
        }
        if best != k {
            for j in 0..n {
                a.swap((k, j), (best, j));
            }
        }
        for i in k + 1..n {
            a[[i, k]] /= a[[k, k]];
            let factor = a[[i, k]];
            for j in k + 1..n {
                a[[i, j]] -= factor * a[[k, j]];
            }
        }
    }
    true
}

#[jit]
fn cholesky(a: ArrayView2<f64>) -> Option<f64> {
    let n = a.nrows();
    let mut l = Array2::<f64>::zeros((n, n));
    for j in 0..n {
        let mut d = a[[j, j]];
        for k in 0..j {
            d -= l[[j, k]].powi(2);
        }
        if d <= 0.0 {
            return None;
        }
        l[[j, j]] = d.sqrt();
        for i in j + 1..n {
            let mut s = a[[i, j]];
            for k in 0..j {
                s -= l[[i, k]] * l[[j, k]];
            }
            l[[i, j]] = s / l[[j, j]];
        }
    }
    let mut log_determinant = 0.0;
    for i in 0..n {
        log_determinant += 2.0 * l[[i, i]].ln();
    }
    Some(log_determinant)
}

#[jit]
fn jacobi(a: ArrayView2<f64>, b: ArrayView1<f64>, tolerance: f64) -> (Array1<f64>, usize) {
    let n = b.len();
    let mut x = Array1::<f64>::zeros(n);
    for round in 0..200 {
        let mut next = Array1::zeros(n);
        let mut change = 0.0f64;
        for i in 0..n {
            let mut s = b[i];
            for j in 0..n {
                if i != j {
                    s -= a[[i, j]] * x[j];
                }
            }
            next[i] = s / a[[i, i]];
            change = change.max((next[i] - x[i]).abs());
        }
        x = next;
        if change < tolerance {
            return (x, round);
        }
    }
    (x, usize::MAX)
}

#[jit]
fn conjugate_gradient(a: ArrayView2<f64>, b: ArrayView1<f64>) -> (Array1<f64>, f64) {
    let n = b.len();
    let mut x = Array1::<f64>::zeros(n);
    let mut r = b.to_owned();
    let mut p = r.clone();
    let mut rr = r.dot(&r);
    for _ in 0..n {
        if rr < 1e-20 {
            break;
        }
        let mut ap = Array1::<f64>::zeros(n);
        for i in 0..n {
            ap[i] = a.row(i).dot(&p);
        }
        let alpha = rr / p.dot(&ap);
        for i in 0..n {
            x[i] += alpha * p[i];
            r[i] -= alpha * ap[i];
        }
        let next = r.dot(&r);
        let beta = next / rr;
        for i in 0..n {
            p[i] = r[i] + beta * p[i];
        }
        rr = next;
    }
    (x, rr)
}

#[jit]
fn power_iteration(a: ArrayView2<f64>, rounds: usize) -> f64 {
    let n = a.nrows();
    let mut v = Array1::<f64>::from_elem(n, 1.0 / (n as f64).sqrt());
    let mut value = 0.0;
    for _ in 0..rounds {
        let mut w = Array1::<f64>::zeros(n);
        for (i, row) in a.rows().into_iter().enumerate() {
            for (x, y) in row.iter().zip(v.iter()) {
                w[i] += x * y;
            }
        }
        let norm = w.iter().map(|x| x * x).sum::<f64>().sqrt();
        value = v.dot(&w);
        v = w / norm;
    }
    value
}

#[jit]
fn gram_schmidt(mut q: ArrayViewMut2<f64>) {
    let (n, m) = q.dim();
    for j in 0..m {
        for k in 0..j {
            let mut projection = 0.0;
            for i in 0..n {
                projection += q[[i, k]] * q[[i, j]];
            }
            for i in 0..n {
                q[[i, j]] -= projection * q[[i, k]];
            }
        }
        let mut norm = 0.0f64;
        for i in 0..n {
            norm = norm.hypot(q[[i, j]]);
        }
        for i in 0..n {
            q[[i, j]] /= norm;
        }
    }
}

#[jit]
fn determinant3(m: [[f64; 3]; 3]) -> f64 {
    let [[a, b, c], [d, e, f], [g, h, i]] = m;
    a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
}

#[jit]
fn transpose_in_place<T: Number>(mut a: ArrayViewMut2<T>) {
    for i in 0..a.nrows() {
        for j in i + 1..a.ncols() {
            a.swap([i, j], [j, i]);
        }
    }
}

#[test]
fn products() {
    for (n, m, p) in [(0, 0, 0), (1, 1, 1), (3, 4, 5), (7, 2, 9), (5, 6, 1)] {
        let (a, b) = (matrix(n, m, 2), matrix(m, p, 3));
        check!([c = Array2::zeros((n, p))] matmul(a.view(), b.view(), c.view_mut()));
        check!([c = Array2::zeros((p, n))] matmul(b.t(), a.t(), c.view_mut()));
        check!([c = Array2::zeros((n, p))] matmul(a.view(), a.view(), c.view_mut()));
        check!(blocked_matmul(&a, &b));
        let (c, d) = (a.mapv(|x| (x * 1e9) as i32), b.mapv(|x| (x * 1e9) as i32));
        check!(blocked_matmul(&c, &d));
        check!([a = a.clone()] transpose_in_place(a.view_mut()));
        check!([a = c.clone()] transpose_in_place(a.slice_mut(s![..;-1, ..])));
    }
    check!(determinant3([[1.0, 2.0, 3.0], [4.0, 5.5, 6.0], [7.0, 8.0, -9.0]]));
}

#[test]
fn factorisations_and_solvers() {
    for n in [1, 2, 3, 5, 8] {
        let a = positive_definite(n);
        let b = matrix(n, 1, 4).remove_axis(Axis(1));
        check!([a = a.clone(), pivots = vec![0; n]] lu(a.view_mut(), &mut pivots));
        check!([a = matrix(n, n, 5), pivots = vec![0; n]] lu(a.view_mut(), &mut pivots));
        check!([a = Array2::zeros((n, n)), pivots = vec![0; n]] lu(a.view_mut(), &mut pivots));
        check!([a = a.clone(), pivots = vec![0; n - 1]] lu(a.view_mut(), &mut pivots));
        check!(cholesky(a.view()));
        check!(cholesky(matrix(n, n, 6).view()));
        check!(jacobi(a.view(), b.view(), 1e-9));
        check!(conjugate_gradient(a.view(), b.view()));
        check!(power_iteration(a.view(), 20));
        by_elementary(|| check!([q = matrix(n + 2, n, 7)] gram_schmidt(q.view_mut())));
    }
}
