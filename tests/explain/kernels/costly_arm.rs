// args: &[f64], &mut [f64]
fn costly_arm(x: &[f64], y: &mut [f64]) {
    for (x, y) in x.iter().zip(y) {
        *y = if *x > 0.0 { (*x / (1.0 + *x)).sqrt() / (2.0 + *x).sqrt() } else { 0.0 };
    }
}

// ====
// costly_arm(&[f64], &mut [f64])
//   costly_arm.rs:3:5: loop in vectors: 512 bits, 8 turns each, 4 at a time, masked tail
//     load of 8 bytes at 3:5: contiguous
//     store of 8 bytes at 4:12: contiguous
//     branch at 4:14: skipped where no lane takes it
//     7 operations and 16 bytes a turn
