// args: &[f64], &mut [f64]
fn reversed(x: &[f64], y: &mut [f64]) {
    let n = x.len();
    for i in 0..n {
        y[i] = x[n - 1 - i];
    }
}

// ====
// reversed(&[f64], &mut [f64])
//   reversed.rs:4:5: loop in vectors: 512 bits, 8 turns each, 4 at a time, masked tail
//     load of 8 bytes at 5:16: contiguous, backwards
//     store of 8 bytes at 5:14: contiguous
//     0 operations and 16 bytes a turn
//     2 checks made before the loop or proved
