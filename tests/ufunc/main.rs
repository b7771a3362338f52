//! Universal functions against slow references: every dtype, ranks 0 to 6, and arrays that lie
//! in memory in every way: C, F, with gaps, backwards, repeated, empty.
//!
//! `layouts.rs` draws the arrays. References go from index to index.

mod cores;
mod elements;
mod elementwise;
mod layouts;
mod modes;
mod overlap;
mod places;
mod reductions;
mod shapes;
mod threads;
