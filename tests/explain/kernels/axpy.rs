// args: f64, &[f64], &mut [f64]
fn axpy(a: f64, x: &[f64], y: &mut [f64]) {
    for i in 0..x.len() {
        y[i] += a * x[i];
    }
}

// ====
// axpy(f64, &[f64], &mut [f64])
//   axpy.rs:3:5: loop in vectors: 512 bits, 8 turns each, 4 at a time, masked tail
//     load of 8 bytes at 4:21: contiguous
//     load of 8 bytes at 4:14: contiguous
//     store of 8 bytes at 4:14: contiguous
//     2 operations and 24 bytes a turn
//     2 checks made before the loop or proved
