// args: ArrayView1<f32;S>, ArrayViewMut1<f32;S>
fn any_strides(x: ArrayView1<f32>, mut y: ArrayViewMut1<f32>) {
    for i in 0..x.len() {
        y[i] = 2.0 * x[i];
    }
}

// ====
// any_strides(ArrayView1<f32, S>, ArrayViewMut1<f32, S>)
//   any_strides.rs:3:5: loop in vectors: 512 bits, 16 turns each, 4 at a time, masked tail
//     load of 4 bytes at 4:22: apart by a stride, side by side if it is 1
//     store of 4 bytes at 4:14: apart by a stride, side by side if it is 1
//     1 operation and 8 bytes a turn
//     2 checks made before the loop or proved
