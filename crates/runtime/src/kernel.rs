//! The trait of kernels.

use crate::dispatcher::{Dispatcher, Stats};
use crate::error::Error;
use mambo_compiler::explain::Explanation;
use mambo_compiler::source::KernelSource;
use mambo_ir::Signature;

/// A kernel as a type: what `#[jit]` makes beside the function, with the same name.
///
/// The functions are also there without this trait: `name::signatures()`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a kernel",
    label = "no function of this name has `#[jit]`",
    note = "put `#[jit]` above the function and name the kernel by the name of the function"
)]
pub trait Kernel {
    /// What it was made from.
    const SOURCE: &'static KernelSource;

    /// A pointer to the function; one instantiation if the kernel is generic.
    type Pointer;

    /// What its calls go through.
    fn dispatcher() -> &'static Dispatcher;

    /// The signatures compiled so far.
    fn signatures() -> Vec<Signature> {
        Self::dispatcher().signatures()
    }

    /// The optimised intermediate form of each signature compiled so far, as text.
    fn ir() -> String {
        Self::dispatcher().ir()
    }

    /// The machine code of each signature compiled so far, as assembly text.
    fn asm() -> String {
        Self::dispatcher().asm()
    }

    /// What became of the loops of each signature compiled so far, and why: as facts, and as
    /// text for people when it is printed.
    fn explain() -> Explanation {
        Self::dispatcher().explain()
    }

    /// Figures of what is compiled so far.
    fn stats() -> Stats {
        Self::dispatcher().stats()
    }

    /// Compiles the signatures listed in the attribute, which the first call does otherwise.
    ///
    /// # Errors
    /// If one of them cannot be compiled.
    fn warm_up() -> Result<(), Error> {
        Self::dispatcher().warm_up()
    }
}
