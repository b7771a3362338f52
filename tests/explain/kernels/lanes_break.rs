// args: &[u32], &[f64], &mut [f64]
fn lanes_break(turns: &[u32], x: &[f64], y: &mut [f64]) {
    for i in 0..y.len().min(x.len()).min(turns.len()) {
        let mut v = x[i];
        for _ in 0..turns[i] {
            v *= 0.5;
            if v < 1e-3 {
                break;
            }
        }
        y[i] = v;
    }
}

// ====
// lanes_break(&[u32], &[f64], &mut [f64])
//   lanes_break.rs:3:5: loop in vectors: 512 bits, 8 turns each, 2 at a time, masked tail
//     load of 8 bytes at 4:21: contiguous
//     load of 4 bytes at 5:21: contiguous
//     store of 8 bytes at 11:14: contiguous
//     loop inside at 5:9: each lane until it is done
//     2 operations and 20 bytes a turn, a turn of each inner loop
//     3 checks made before the loop or proved
//   lanes_break.rs:5:9: loop runs in the lanes of the loop at 3:5
