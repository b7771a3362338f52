// args: &[i32], &mut [i32], i32
fn no_division(x: &[i32], y: &mut [i32], by: i32) {
    for i in 0..x.len() {
        y[i] = x[i] / by;
    }
}

// ====
// no_division(&[i32], &mut [i32], i32)
//   no_division.rs:3:5: loop runs turn by turn: `div of i32` has no vector form (4:21)
