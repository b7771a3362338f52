//! The seam between the compiler and the code generators.

use crate::abi::Entry;
use mambo_ir::Module;
use std::fmt::Debug;

/// Turns a verified module into code.
pub trait Backend: Debug + Send + Sync {
    /// Its name, for reports: `"cranelift"`.
    fn name(&self) -> &'static str;

    /// Compiles a module that [`mambo_ir::verify`] accepts. Must not panic on one.
    ///
    /// # Errors
    /// If the module needs something the backend cannot do, or its code generator fails.
    fn compile(&self, module: &Module) -> Result<Box<dyn Artifact>, BackendError>;
}

/// Compiled code, alive and executable as long as the value is.
pub trait Artifact: Debug + Send + Sync {
    /// Where the code begins.
    fn entry(&self) -> Entry;

    /// Bytes of machine code.
    fn code_size(&self) -> usize;

    /// The machine code as assembly text. May compile again to get it.
    fn assembly(&self) -> String;
}

/// A backend could not compile a module.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{backend} could not compile `{function}`: {reason}")]
pub struct BackendError {
    /// The backend.
    pub backend: &'static str,
    /// The function of the module.
    pub function: String,
    /// What went wrong.
    pub reason: String,
}
