// args: &[f64], &mut [f64]
fn no_exponential(x: &[f64], y: &mut [f64]) {
    for i in 0..x.len() {
        y[i] = x[i].exp();
    }
}

// ====
// no_exponential(&[f64], &mut [f64])
//   no_exponential.rs:3:5: loop runs turn by turn: `exp` has no vector form (4:21)
