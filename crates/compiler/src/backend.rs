//! The seam between the compiler and the code generators.

use crate::abi::Entry;
use mambo_ir::vector::VectorLoop;
use mambo_ir::{Module, Span};
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

    /// What became of the vector loops, in the order of the module.
    fn loops(&self) -> &[LoopOutcome];

    /// The machine code as assembly text. May compile again to get it.
    fn assembly(&self) -> String;
}

/// Makes leaves: code of its own for each vector loop of a module, which a [`Backend`] calls.
pub trait LoopBackend: Debug + Send + Sync {
    /// Its name, for reports: `"x86"`.
    fn name(&self) -> &'static str;

    /// Compiles a vector loop that [`mambo_ir::verify`] accepts.
    ///
    /// # Errors
    /// If the loop needs something it cannot do: what that is. The turns are left to the plain
    /// loop then.
    fn compile(&self, plan: &VectorLoop) -> Result<LoopCode, String>;
}

/// The code of a vector loop: a function `extern "sysv64" fn(*mut u64)` that can stand at any
/// address which is a multiple of 64.
///
/// Its argument is a block of 64-bit slots: the number of turns; the inputs, scalars as bits
/// and references as addresses; the initial values of the reductions. It overwrites the first
/// with the number of turns done and the last with the reductions.
#[derive(Clone, Debug)]
pub struct LoopCode {
    /// The code.
    pub bytes: Vec<u8>,
    /// How it was made.
    pub shape: LoopShape,
}

impl LoopCode {
    /// The bytes as text, 16 a line.
    pub fn listing(&self) -> String {
        let line = |bytes: &[u8]| {
            let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("  {}\n", bytes.join(" "))
        };
        self.bytes.chunks(16).map(line).collect()
    }
}

/// How the code of a vector loop was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoopShape {
    /// Bits of its registers.
    pub width: u32,
    /// Turns in one vector.
    pub lanes: u32,
    /// Vectors in one turn of the machine loop.
    pub unroll: u32,
    /// Whether turns that do not fill a vector are done under a mask.
    pub masked_tail: bool,
}

/// What became of a vector loop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoopOutcome {
    /// The function of the module.
    pub function: usize,
    /// Where the loop is.
    pub span: Span,
    /// How its code was made, or why there is none.
    pub code: Result<LoopShape, String>,
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
