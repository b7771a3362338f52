//! The functions in `f64`.

pub mod exp;
pub mod hyperbolic;
pub mod inverse_trig;
pub mod large_angle;
pub mod ln;
pub mod power;
pub mod root;
pub mod trig;
