// args: &[u8], &[u8], &mut [u8]
fn saturate(a: &[u8], b: &[u8], c: &mut [u8]) {
    for i in 0..a.len() {
        c[i] = a[i].saturating_add(b[i]);
    }
}

// ====
// saturate(&[u8], &[u8], &mut [u8])
//   saturate.rs:3:5: loop in vectors: 512 bits, 64 turns each, 4 at a time, masked tail
//     load of 1 byte at 4:16: contiguous
//     load of 1 byte at 4:36: contiguous
//     store of 1 byte at 4:14: contiguous
//     1 operation and 3 bytes a turn
//     3 checks made before the loop or proved
