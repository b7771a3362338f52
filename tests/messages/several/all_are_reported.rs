//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k(s: String) -> f64 {
    println!("{s}");
    let c = 'a';
    vec![1.0][0]
}

fn the_function_is_still_there(s: String) -> f64 {
    k(s)
}

fn main() {}
