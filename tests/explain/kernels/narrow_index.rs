// args: &[f64], &mut [f64], i32
fn narrow_index(x: &[f64], y: &mut [f64], n: i32) {
    for i in 0..n {
        y[i as usize] = x[i as usize] * i as f64;
    }
}

// ====
// narrow_index(&[f64], &mut [f64], i32)
//   narrow_index.rs:3:5: loop in vectors: 512 bits, 8 turns each, 4 at a time, masked tail
//     load of 8 bytes at 4:25: contiguous
//     store of 8 bytes at 4:23: contiguous
//     2 operations and 16 bytes a turn
//     2 checks made before the loop or proved
