// args: &[u8], &[f32], &mut [f64]
fn mixed_widths(a: &[u8], b: &[f32], c: &mut [f64]) {
    for i in 0..a.len() {
        c[i] = a[i] as f64 * b[i] as f64 + i as f64;
    }
}

// ====
// mixed_widths(&[u8], &[f32], &mut [f64])
//   mixed_widths.rs:3:5: loop in vectors: 512 bits, 8 turns each, 4 at a time, masked tail
//     load of 1 byte at 4:16: contiguous
//     load of 4 bytes at 4:30: contiguous
//     store of 8 bytes at 4:14: contiguous
//     5 operations and 13 bytes a turn
//     3 checks made before the loop or proved
