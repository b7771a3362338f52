// args: ArrayView2<f64>, &mut [f64]
fn strided_rows(a: ArrayView2<f64>, y: &mut [f64]) {
    for i in 0..a.nrows() {
        y[i] = a[[i, 0]];
    }
}

// ====
// strided_rows(ArrayView2<f64, C>, &mut [f64])
//   strided_rows.rs:3:5: loop in vectors: 512 bits, 8 turns each, 4 at a time, masked tail
//     load of 8 bytes at 4:16: apart by a stride, side by side if it is 1
//     store of 8 bytes at 4:14: contiguous
//     0 operations and 16 bytes a turn
//     3 checks made before the loop or proved
