// args: &[f64]
// result: f64
fn no_ordered_sum(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for &v in x {
        sum += v;
    }
    sum
}

// ====
// no_ordered_sum(&[f64]) -> f64
//   no_ordered_sum.rs:5:5: loop runs turn by turn: floats are combined by `add` in order, and another order gives other bits; `fastmath(reassoc)` allows it (6:13)
