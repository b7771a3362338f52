// args: &[f32], &mut [f32]
fn copy_zip(x: &[f32], y: &mut [f32]) {
    for (a, b) in x.iter().zip(y.iter_mut()) {
        *b = *a;
    }
}

// ====
// copy_zip(&[f32], &mut [f32])
//   copy_zip.rs:3:5: loop in vectors: 512 bits, 16 turns each, 4 at a time, masked tail
//     load of 4 bytes at 3:5: contiguous
//     store of 4 bytes at 4:12: contiguous
//     0 operations and 8 bytes a turn
