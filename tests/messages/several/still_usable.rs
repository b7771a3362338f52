//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k(x: f64) -> f64 {
    println!("{x}");
    x
}

fn every_function_is_there() -> (f64, f64, usize) {
    let result = k::try_call(2.0).map_err(|error: mambo::Error| error.to_string());
    assert!(k::warm_up().is_ok() && result.is_ok());
    (k(1.0), k::rust(3.0), k::stats().compiled + k::signatures().len() + k::ir().len())
}

fn main() {}
