// args: &mut [f64], usize
fn no_aliasing_known(x: &mut [f64], k: usize) {
    for i in 0..x.len() - k {
        x[i] = 0.5 * x[i + k];
    }
}

// ====
// no_aliasing_known(&mut [f64], usize)
//   no_aliasing_known.rs:3:5: loop runs turn by turn: an element may be written in one turn and used in another (4:14)
