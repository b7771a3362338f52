//! From a kernel tree and a signature to a function a backend can compile.
//!
//! ```text
//! Kernel ──infer──▶ types of every expression ──lower──▶ ir::Module ──passes──▶ ir::Module ──Backend──▶ Artifact
//! ```
//!
//! * [`source`]: what the host hands in; [`error`]: what can be wrong with it.
//! * [`build`]: the journey above, up to the backend.
//! * [`inner_loop`]: the same for a loop around a kernel of scalars.
//! * [`core_loop`]: the same for a loop around a kernel of small arrays.
//! * [`abi`]: what compiled code and the host hand each other.
//! * [`report`], [`explain`]: what was done with each loop, as facts and for people.
//! * [`backend`]: the [`backend::Backend`] trait.
//!
//! Invariant: this crate knows no concrete backend and no array library.

pub mod abi;
pub mod backend;
pub mod build;
pub mod core_loop;
mod elementary;
pub mod error;
pub mod explain;
mod infer;
pub mod inner_loop;
mod lower;
pub mod passes;
pub mod report;
pub mod source;
mod unit;

pub use error::CompileError;
