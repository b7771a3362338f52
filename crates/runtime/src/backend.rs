//! Which backend compiles kernels.

use mambo_compiler::backend::Backend;

/// Gives the backend of the process. Chosen by the crate on top, so that this one knows no
/// concrete backend; called when a kernel is compiled, not before.
pub type BackendSource = fn() -> &'static dyn Backend;
