// args: &[i32], i32
// result: i64
fn count_above(x: &[i32], limit: i32) -> i64 {
    let mut n = 0;
    for &v in x {
        if v > limit {
            n += 1;
        }
    }
    n
}

// ====
// count_above(&[i32], i32) -> i64
//   count_above.rs:5:5: loop in vectors: 512 bits, 8 turns each, 4 at a time, masked tail
//     load of 4 bytes at 5:5: contiguous
//     reduction: add of i64
//     2 operations and 4 bytes a turn
