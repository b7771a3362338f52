// args: f64
// result: u32
fn no_while(c: f64) -> u32 {
    let (mut x, mut n) = (0.0, 0);
    while x < 4.0 && n < 100 {
        x = x * x + c;
        n += 1;
    }
    n
}

// ====
// no_while(f64) -> u32
//   no_while.rs:5:5: loop runs turn by turn: how often it runs is known only when it ends
