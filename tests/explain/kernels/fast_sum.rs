// args: &[f64]
// result: f64
// fastmath
fn fast_sum(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for &v in x {
        sum += v;
    }
    sum
}

// ====
// fast_sum(&[f64]) -> f64
//   fast_sum.rs:6:5: loop in vectors: 512 bits, 8 turns each, 4 at a time, plain tail
//     load of 8 bytes at 6:5: contiguous
//     reduction: add of f64
//     1 operation and 8 bytes a turn
