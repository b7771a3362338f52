//! Must not compile.
use mambo::prelude::*;

#[derive(Data, Clone, Copy)]
enum E {
    A,
    B,
}

fn main() {}
