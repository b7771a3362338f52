// args: &[usize], ArrayViewMut2<f64>
fn no_inner_store(counts: &[usize], mut out: ArrayViewMut2<f64>) {
    for i in 0..counts.len() {
        let (mut k, mut v) = (0, 1.0);
        while k < counts[i] {
            out[[i, k]] = v;
            v *= 0.5;
            k += 1;
        }
    }
}

// ====
// no_inner_store(&[usize], ArrayViewMut2<f64, C>)
//   no_inner_store.rs:3:5: loop runs turn by turn: it holds another loop, which writes to memory (6:25)
//   no_inner_store.rs:5:9: loop runs turn by turn: each turn needs a value from the turn before (6:25)
