// args: &[f64], &[usize], &mut [f64]
fn gathered(x: &[f64], k: &[usize], y: &mut [f64]) {
    for i in 0..y.len() {
        let t = x[k[i]];
        y[i] = (1.0 + t * t).sqrt();
    }
}

// ====
// gathered(&[f64], &[usize], &mut [f64])
//   gathered.rs:3:5: loop in vectors: 512 bits, 8 turns each, 4 at a time, masked tail
//     load of 8 bytes at 4:19: contiguous
//     load of 8 bytes at 4:17: gathered
//     store of 8 bytes at 5:14: contiguous
//     1 check of every batch of turns
//     3 operations and 24 bytes a turn
//     2 checks made before the loop or proved
