// args: f64, &[f64], &[f64], &mut [f64]
// fastmath
fn fused(a: f64, x: &[f64], y: &[f64], z: &mut [f64]) {
    for i in 0..x.len() {
        z[i] = (a * x[i] + y[i]) / a;
    }
}

// ====
// fused(f64, &[f64], &[f64], &mut [f64])
//   fused.rs:4:5: loop in vectors: 512 bits, 8 turns each, 4 at a time, masked tail
//     load of 8 bytes at 5:21: contiguous
//     load of 8 bytes at 5:28: contiguous
//     store of 8 bytes at 5:14: contiguous
//     2 operations and 24 bytes a turn
//     3 checks made before the loop or proved
