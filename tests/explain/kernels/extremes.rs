// args: &[i16]
// result: i32
fn extremes(x: &[i16]) -> i32 {
    let (mut least, mut greatest) = (2147483647, -2147483648);
    for &v in x {
        least = least.min(v as i32);
        greatest = greatest.max(v as i32);
    }
    greatest - least
}

// ====
// extremes(&[i16]) -> i32
//   extremes.rs:5:5: loop in vectors: 512 bits, 16 turns each, 4 at a time, masked tail
//     load of 2 bytes at 5:5: contiguous
//     reduction: min of i32
//     reduction: max of i32
//     3 operations and 2 bytes a turn
