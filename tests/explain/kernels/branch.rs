// args: f64, ArrayView1<f64>, ArrayViewMut1<f64>
fn branch(a: f64, x: ArrayView1<f64>, mut y: ArrayViewMut1<f64>) {
    for i in 0..x.len() {
        if x[i] > 0.5 {
            y[i] = a * x[i];
        } else {
            y[i] = x[i].sqrt();
        }
    }
}

// ====
// branch(f64, ArrayView1<f64, C>, ArrayViewMut1<f64, C>)
//   branch.rs:3:5: loop in vectors: 512 bits, 8 turns each, 4 at a time, masked tail
//     load of 8 bytes at 4:12: contiguous
//     store of 8 bytes at 5:18: contiguous
//     3 operations and 16 bytes a turn
//     5 checks made before the loop or proved
