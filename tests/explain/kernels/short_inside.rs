// args: &[f32], &mut [f32]
fn short_inside(x: &[f32], y: &mut [f32]) {
    for i in 0..y.len() {
        let mut sum = 0.0;
        for k in 0..3 {
            sum += x[3 * i + k];
        }
        y[i] = sum;
    }
}

// ====
// short_inside(&[f32], &mut [f32])
//   short_inside.rs:3:5: loop in vectors: 512 bits, 16 turns each, 4 at a time, masked tail
//     load of 4 bytes at 6:20: 3 elements apart
//     load of 4 bytes at 6:20: 3 elements apart
//     load of 4 bytes at 6:20: 3 elements apart
//     store of 4 bytes at 8:14: contiguous
//     3 operations and 16 bytes a turn
//     2 checks made before the loop or proved
