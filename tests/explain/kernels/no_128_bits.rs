// args: &[u128], &mut [u128]
fn no_128_bits(x: &[u128], y: &mut [u128]) {
    for i in 0..x.len() {
        y[i] = x[i] + 1;
    }
}

// ====
// no_128_bits(&[u128], &mut [u128])
//   no_128_bits.rs:3:5: loop runs turn by turn: u128 has no vector form (4:16)
