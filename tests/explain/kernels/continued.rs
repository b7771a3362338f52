// args: &[i32], &mut [i32]
fn continued(x: &[i32], y: &mut [i32]) {
    for i in 0..x.len() {
        if x[i] < 0 {
            continue;
        }
        y[i] += x[i];
    }
}

// ====
// continued(&[i32], &mut [i32])
//   continued.rs:3:5: loop in vectors: 512 bits, 16 turns each, 4 at a time, masked tail
//     load of 4 bytes at 4:12: contiguous
//     load of 4 bytes at 7:14: contiguous, under a mask
//     store of 4 bytes at 7:14: contiguous, under a mask
//     2 operations and 12 bytes a turn
//     3 checks made before the loop or proved
