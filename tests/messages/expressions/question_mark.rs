//! Must not compile.
use mambo::prelude::*;

#[jit]
fn k(x: i32) -> Option<i32> {
    let y = x.checked_add(1)?;
    Some(y)
}

fn main() {}
