// args: ArrayView2<f64>, &mut [f64]
fn ordered_columns(a: ArrayView2<f64>, sums: &mut [f64]) {
    let (n, m) = a.dim();
    for j in 0..m {
        let mut sum = 0.0;
        for i in 0..n {
            sum += a[[i, j]];
        }
        sums[j] = sum;
    }
}

// ====
// ordered_columns(ArrayView2<f64, C>, &mut [f64])
//   ordered_columns.rs:4:5: loop in vectors: 512 bits, 8 turns each, 4 at a time, masked tail
//     load of 8 bytes at 7:20: contiguous
//     store of 8 bytes at 9:17: contiguous
//     loop inside at 6:9: the same turns in all lanes
//     1 operation and 16 bytes a turn, a turn of each inner loop
//     3 checks made before the loop or proved
//   ordered_columns.rs:6:9: loop runs in the lanes of the loop at 4:5
