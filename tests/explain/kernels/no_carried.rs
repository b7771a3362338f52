// args: &[f64], &mut [f64]
fn no_carried(x: &[f64], y: &mut [f64]) {
    let mut before = 0.0;
    for i in 0..x.len() {
        y[i] = x[i] - before;
        before = x[i];
    }
}

// ====
// no_carried(&[f64], &mut [f64])
//   no_carried.rs:4:5: loop runs turn by turn: each turn needs a value from the turn before (5:21)
