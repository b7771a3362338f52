// args: &mut [f64]
fn shifted(x: &mut [f64]) {
    for i in 0..x.len() - 1 {
        x[i] = x[i + 1];
    }
}

// ====
// shifted(&mut [f64])
//   shifted.rs:3:5: loop in vectors: 512 bits, 8 turns each, 4 at a time, masked tail
//     load of 8 bytes at 4:16: contiguous
//     store of 8 bytes at 4:14: contiguous
//     0 operations and 16 bytes a turn
//     2 checks made before the loop or proved
