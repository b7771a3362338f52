//! From a kernel tree and a signature to a function a backend can compile.
//!
//! ```text
//! Kernel ──infer──▶ types of every expression ──lower──▶ ir::Module ──passes──▶ ir::Module ──Backend──▶ Artifact
//! ```
//!
//! * [`abi`]: what compiled code and the host hand each other.
//! * [`backend`]: the [`backend::Backend`] trait.
//!
//! Invariant: this crate knows no concrete backend and no array library.

pub mod abi;
pub mod backend;
