// args: &[f64], &mut [f64]
fn pairs(x: &[f64], y: &mut [f64]) {
    for i in 0..y.len() {
        y[i] = x[2 * i] + x[2 * i + 1];
    }
}

// ====
// pairs(&[f64], &mut [f64])
//   pairs.rs:3:5: loop in vectors: 512 bits, 8 turns each, 4 at a time, masked tail
//     load of 8 bytes at 4:16: 2 elements apart
//     load of 8 bytes at 4:27: 2 elements apart
//     store of 8 bytes at 4:14: contiguous
//     1 operation and 24 bytes a turn
//     3 checks made before the loop or proved
