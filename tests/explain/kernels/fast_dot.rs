// args: &[f32], &[f32]
// result: f32
// fastmath
fn fast_dot(x: &[f32], y: &[f32]) -> f32 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += x[i] * y[i];
    }
    sum
}

// ====
// fast_dot(&[f32], &[f32]) -> f32
//   fast_dot.rs:6:5: loop in vectors: 512 bits, 16 turns each, 4 at a time, plain tail
//     load of 4 bytes at 7:16: contiguous
//     load of 4 bytes at 7:23: contiguous
//     reduction: add of f32
//     2 operations and 8 bytes a turn
//     2 checks made before the loop or proved
