// args: &[f32]
// result: usize
fn least_place(x: &[f32]) -> usize {
    let (mut least, mut at) = (1e30, 0);
    for (i, &v) in x.iter().enumerate() {
        if v > 0.0 && v <= least {
            least = v;
            at = i;
        }
    }
    at
}

// ====
// least_place(&[f32]) -> usize
//   least_place.rs:5:5: loop in vectors: 512 bits, 16 turns each, 4 at a time, masked tail
//     load of 4 bytes at 5:5: contiguous
//     reduction: last least of f32
//     3 operations and 4 bytes a turn
