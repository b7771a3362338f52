//! Tests across the crate, on a fake backend whose code is written by hand.

mod calls;
mod hosts;
mod values;
