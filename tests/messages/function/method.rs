//! Must not compile.
use mambo::prelude::*;

struct S {
    x: f64,
}

impl S {
    #[jit]
    fn k(&self) -> f64 {
        self.x
    }
}

fn main() {}
