//! Figures of Mambo. `cargo bench` prints them:
//!
//! * `latency`: what the first call in a new process, a warm compilation and a call cost.
//! * `loops`: kernels against the same loops compiled by rustc with vectorisation off
//!   (`scalar/`, built by `build.rs`).
//!
//! `cargo run --release -p benches --bin compare` prints the table of kernels against plain Rust
//! for this CPU and against Numba (`compare/`; `native/`, built by `build.rs`).
