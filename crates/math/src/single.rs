//! The functions in `f32`.

pub mod exp;
pub mod hyperbolic;
pub mod inverse_trig;
pub mod ln;
pub mod power;
pub mod root;
pub mod trig;
