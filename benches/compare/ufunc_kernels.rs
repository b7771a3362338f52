//! The universal functions of the comparison.

use mambo::prelude::*;

#[vectorize(identity = 0)]
pub(crate) fn add(x: f64, y: f64) -> f64 {
    x + y
}

#[vectorize]
pub(crate) fn cosd(angle: f64) -> f64 {
    angle.to_radians().cos()
}

#[vectorize]
pub(crate) fn exp_neg(x: f64) -> f64 {
    (-x).exp()
}

#[vectorize]
pub(crate) fn add_and_sqrt(x: f64, y: f64) -> f64 {
    (x + y).sqrt()
}

/// A score for every step of time.
#[guvectorize("(),(),(),()->(s)", s = 15)]
pub(crate) fn scoring(x: i64, y: f64, z: f64, overlay: bool, mut out: ArrayViewMut1<f64>) {
    let adjustment = if overlay { 1.5 } else { 1.0 };
    for t in 0..out.len() {
        let t = t as i64;
        out[t as usize] = adjustment * ((t * x * x) as f64 + y - 2.0 * z - (2 * t) as f64);
    }
}

/// The length of the line through points.
#[guvectorize("(n,m)->()", fastmath)]
pub(crate) fn arc_length(points: ArrayView2<f64>, length: &mut f64) {
    let mut sum = 0.0;
    for i in 1..points.nrows() {
        let mut square = 0.0;
        for j in 0..points.ncols() {
            let step = points[[i, j]] - points[[i - 1, j]];
            square += step * step;
        }
        sum += square.sqrt();
    }
    *length = sum;
}

#[guvectorize("(m,n),(n,p)->(m,p)")]
pub(crate) fn matmul(a: ArrayView2<f64>, b: ArrayView2<f64>, mut c: ArrayViewMut2<f64>) {
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
