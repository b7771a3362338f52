//! The seam between the compiler and the code generators.

use crate::abi::Entry;
use mambo_ir::function::ValueType;
use mambo_ir::vector::VectorLoop;
use mambo_ir::{Dtype, Module, Span};
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

    /// Whether the code may read anything of its [`Context`](crate::abi::Context), or return a
    /// status other than 0 without having written the operands of a panic.
    fn asks_context(&self) -> bool {
        true
    }

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

/// The code of a vector loop: a function `extern "sysv64"` that can stand at any address which
/// is a multiple of 64, and returns the number of turns done.
///
/// Mostly, as [`takes_registers`] says, its arguments are, each where the convention has it for
/// its class: if anything is carried, a block of 64-bit slots with the initial values, which it
/// overwrites with the results; the number of turns; the inputs, integers and `bool` as 64
/// bits, floats as such, references as addresses. Otherwise there is one argument: a block of
/// the number of turns, the inputs, and what is carried.
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

/// Whether the leaf of a loop takes its arguments in registers; see [`LoopCode`].
pub fn takes_registers(plan: &VectorLoop) -> bool {
    const INTEGERS: usize = 6;
    const FLOATS: usize = 8;
    let is_float = |input: &&ValueType| input.as_scalar().is_some_and(Dtype::is_float);
    let floats = plan.inputs.iter().filter(is_float).count();
    let block = usize::from(plan.carried().next().is_some());
    floats <= FLOATS && block + 1 + plan.inputs.len() - floats <= INTEGERS
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
    /// What kept it from wider vectors that others have.
    pub narrowed: Option<String>,
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
