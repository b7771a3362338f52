// args: &[f64], &mut [f64]
fn no_one_place(x: &[f64], y: &mut [f64]) {
    for i in 0..x.len() {
        y[0] = x[i];
    }
}

// ====
// no_one_place(&[f64], &mut [f64])
//   no_one_place.rs:3:5: loop runs turn by turn: every turn writes to the same element (4:14)
