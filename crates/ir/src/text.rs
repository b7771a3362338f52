//! The text form of the typed form: what people read in dumps and tests are written in.
//!
//! [`Module`](crate::Module) prints itself with `Display`; [`parse`] reads the text back.
//! The text is canonical: values and blocks are numbered in order of appearance and garbage is
//! left out, so printing what was parsed gives the same text again.
//!
//! ```text
//! source "axpy" "src/lib.rs"
//! site !0 = index "y" axis 0 rank 1 at 12:9 in 0
//! host @h0 "log" trampoline 0x7f00 env 0x10 (f64) -> (f64)
//! func @f0 axpy(%0 "y": view<f64, 1, C, mut>, %1 "a": f64) -> (f64) {
//!   %2: usize = dim %0, 0
//!   %3: usize = const 0
//!   %4: f64 = for ^0 %3..%2 step 1 (%5 "i": usize, %6: f64 = %1) {
//!     check_index %5, %2, !0 @12:9
//!     %7: f64 = load %0[%5] @12:9
//!     yield %7
//!   }
//!   return %4
//! }
//! ```
//!
//! A comment goes from `;` to the end of the line.

mod body;
mod lex;
pub(crate) mod names;
mod parse;
mod print;
mod vector;

pub use parse::{ParseError, parse};
pub use print::{print_function, print_inst, print_terminator};
