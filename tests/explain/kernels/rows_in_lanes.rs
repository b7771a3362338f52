// args: ArrayView2<f64>, ArrayViewMut1<f64>
fn lengths(a: ArrayView2<f64>, mut out: ArrayViewMut1<f64>) {
    for i in 0..a.nrows() {
        let row = a.row(i);
        let mut sum = 0.0;
        for &x in row.iter() {
            sum += x * x;
        }
        out[i] = sum.sqrt();
    }
}

// ====
// lengths(ArrayView2<f64, C>, ArrayViewMut1<f64, C>)
//   rows_in_lanes.rs:3:5: loop in vectors: 512 bits, 8 turns each, 4 at a time, masked tail
//     load of 8 bytes at 6:9: apart by a stride, side by side if it is 1
//     store of 8 bytes at 9:16: contiguous
//     loop inside at 6:9: the same turns in all lanes
//     3 operations and 16 bytes a turn, a turn of each inner loop
//     2 checks made before the loop or proved
//   rows_in_lanes.rs:6:9: loop runs in the lanes of the loop at 3:5
