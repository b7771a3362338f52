//! Whole programs, written as a person writes them who does not think of the compiler.

mod graphs;
mod images;
mod linear_algebra;
mod numbers;
mod search;
mod signals;
mod simulations;
mod statistics;
mod text;
