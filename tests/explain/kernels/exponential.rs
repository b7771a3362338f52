// args: &[f64], &mut [f64]
fn exponential(x: &[f64], y: &mut [f64]) {
    for i in 0..x.len() {
        y[i] = x[i].exp();
    }
}

// ====
// exponential(&[f64], &mut [f64])
//   exponential.rs:3:5: loop in vectors: 512 bits, 8 turns each, 1 at a time, masked tail
//     load of 8 bytes at 4:16: contiguous
//     store of 8 bytes at 4:14: contiguous
//     rare arguments at 4:21: skipped where no lane has them
//     41 operations and 16 bytes a turn
//     2 checks made before the loop or proved
