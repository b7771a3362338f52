// args: ArrayViewMut2<f64>, usize, usize, f64
fn eliminate(mut a: ArrayViewMut2<f64>, i: usize, k: usize, f: f64) {
    for j in 0..a.ncols() {
        a[[i, j]] -= f * a[[k, j]];
    }
}

// ====
// eliminate(ArrayViewMut2<f64, C>, usize, usize, f64)
//   eliminate.rs:3:5: loop in vectors: 512 bits, 8 turns each, 4 at a time, masked tail
//     load of 8 bytes at 4:26: contiguous
//     load of 8 bytes at 4:19: contiguous
//     store of 8 bytes at 4:19: contiguous
//     2 operations and 24 bytes a turn
//     4 checks made before the loop or proved
