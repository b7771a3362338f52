//! The functions in `f64`.

pub mod erf;
pub mod exp;
pub mod fast;
pub mod gamma;
pub mod hyperbolic;
pub mod inverse_trig;
pub mod large_angle;
pub mod ln;
pub mod logistic;
pub mod near_zero;
pub mod power;
pub mod root;
pub mod sinc;
pub mod trig;
