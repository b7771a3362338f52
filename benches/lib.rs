//! Figures of Mambo. `cargo bench` prints them:
//!
//! * `latency`: what the first call in a new process, a warm compilation and a call cost.
//! * `loops`: kernels against the same loops compiled by rustc with vectorisation off
//!   (`scalar/`, built by `build.rs`).
