// args: &mut [f64]
fn no_recurrence(x: &mut [f64]) {
    for i in 1..x.len() {
        x[i] += x[i - 1];
    }
}

// ====
// no_recurrence(&mut [f64])
//   no_recurrence.rs:3:5: loop runs turn by turn: an element may be written in one turn and used in another (4:14)
