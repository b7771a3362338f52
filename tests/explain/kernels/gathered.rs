// args: &[f64], &[usize], &mut [f64]
fn gathered(x: &[f64], k: &[usize], y: &mut [f64]) {
    for i in 0..y.len() {
        y[i] = x[k[i]];
    }
}

// ====
// gathered(&[f64], &[usize], &mut [f64])
//   gathered.rs:3:5: loop in vectors: 512 bits, 8 turns each, 4 at a time, masked tail
//     load of 8 bytes at 4:18: contiguous
//     load of 8 bytes at 4:16: gathered
//     store of 8 bytes at 4:14: contiguous
//     1 check of every batch of turns
//     0 operations and 24 bytes a turn
//     2 checks made before the loop or proved
