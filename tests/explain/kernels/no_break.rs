// args: &[f64], f64
// result: usize
fn no_break(x: &[f64], limit: f64) -> usize {
    for i in 0..x.len() {
        if x[i] > limit {
            return i;
        }
    }
    x.len()
}

// ====
// no_break(&[f64], f64) -> usize
//   no_break.rs:4:5: loop runs turn by turn: it can be left early
