// args: &[u8], &mut [u32]
fn no_histogram(values: &[u8], counts: &mut [u32]) {
    for i in 0..values.len() {
        counts[values[i] as usize] += 1;
    }
}

// ====
// no_histogram(&[u8], &mut [u32])
//   no_histogram.rs:3:5: loop runs turn by turn: it writes to places that are known only in each turn (4:36)
