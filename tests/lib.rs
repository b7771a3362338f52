//! Tests that stand outside every crate. Each binary is a folder:
//!
//! * `conformance`: one file a topic of the kernel language; the compiled kernel, the
//!   function rustc compiled and the expected values agree.
//! * `differential`: random kernels; the interpreter and every backend agree bit for bit.
//! * `numpy`: random arrays and operations of universal functions; NumPy makes the same of them.
//! * `explain`: what the reports say of loops, one file a kernel.
//! * `messages`: what wrong kernels get, one file a message, grouped by family.
//! * `architecture`: what rooms must not know of each other, and what every file must have.
