// args: &[f64]
// result: u32
fn no_records(x: &[f64]) -> u32 {
    let (mut most, mut records) = (-1.0, 0);
    for &v in x {
        if v > most {
            most = v;
            records += 1;
        }
    }
    records
}

// ====
// no_records(&[f64]) -> u32
//   no_records.rs:5:5: loop runs turn by turn: each turn needs a value from the turn before (8:21)
