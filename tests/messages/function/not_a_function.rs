//! Must not compile.
use mambo::prelude::*;

#[jit]
struct K;

fn main() {}
