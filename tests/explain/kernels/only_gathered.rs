// args: &[f64], &[usize], &mut [f64]
fn only_gathered(x: &[f64], k: &[usize], y: &mut [f64]) {
    for i in 0..y.len() {
        y[i] = -x[k[i]];
    }
}

// ====
// only_gathered(&[f64], &[usize], &mut [f64])
//   only_gathered.rs:3:5: loop runs turn by turn: vectors would not make it faster (4:17)
