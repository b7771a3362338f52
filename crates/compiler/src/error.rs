//! What can be wrong with a kernel once its types are known.

use mambo_ir::Span;

/// A kernel cannot be compiled for the types it was called with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("kernel `{kernel}` cannot be compiled ({file}:{span}): {message}")]
pub struct CompileError {
    /// The kernel.
    pub kernel: String,
    /// The file it was written in.
    pub file: String,
    /// The place that is to blame.
    pub span: Span,
    /// What is wrong, and what to write instead.
    pub message: String,
}

impl CompileError {
    /// An error of the kernel as a whole.
    pub fn whole(kernel: &str, file: &str, message: String) -> Self {
        CompileError { kernel: kernel.into(), file: file.into(), span: Span::default(), message }
    }
}
