//! What the host hands the compiler: a kernel with everything only rustc could resolve.

use crate::error::CompileError;
use mambo_ir::{Const, Kernel, Signature, Type};

/// A kernel as the macro left it in the program: its tree, and functions that evaluate what
/// the tree names of the host. One `static` a kernel.
#[derive(Debug)]
pub struct KernelSource {
    /// The name of the function.
    pub name: &'static str,
    /// The file it was written in.
    pub file: &'static str,
    /// The encoded [`Kernel`].
    pub tree: &'static [u8],
    /// Whether `debug_assert!` is checked.
    pub debug_assertions: bool,
    /// Whether calls of it as a universal function are shared among threads.
    pub parallel: bool,
    /// Values of [`Kernel::captures`]; `None` where one depends on a generic parameter.
    pub captures: fn() -> Vec<Option<Capture>>,
    /// Types of [`Kernel::types`]; `None` where one depends on a generic parameter.
    pub types: fn() -> Vec<Option<Type>>,
    /// What [`Kernel::callees`] are.
    pub callees: fn() -> Vec<Callee>,
}

impl KernelSource {
    /// The kernel tree.
    ///
    /// # Errors
    /// If the bytes are of another version of the macro.
    pub fn kernel(&self) -> Result<Kernel, CompileError> {
        Kernel::decode(self.tree)
            .map_err(|error| CompileError::whole(self.name, self.file, error.to_string()))
    }
}

/// One way to compile a kernel: a signature, and host values for it. `captures` and `types`
/// are as in [`KernelSource`] but complete, generic parameters being known.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Instance {
    /// Types of arguments, generic parameters and result.
    pub signature: Signature,
    /// Values of [`Kernel::captures`].
    pub captures: Vec<Option<Capture>>,
    /// Types of [`Kernel::types`].
    pub types: Vec<Option<Type>>,
}

/// A host constant: its type, and its scalars in order (tuples, arrays and structures are
/// flattened depth first).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Capture {
    /// The type.
    pub ty: Type,
    /// The scalars.
    pub scalars: Vec<Const>,
}

/// What a kernel calls.
#[derive(Clone, Debug)]
pub enum Callee {
    /// Another kernel.
    Kernel(&'static KernelSource),
    /// A function of the host.
    Host(HostCallee),
    /// A function of `mambo_math`, by its name.
    Elementary(&'static str),
    /// A function declared in a function body that has this name of a kernel of the module,
    /// which stands in the way of knowing what it is.
    Hides(&'static str),
    /// A function whose type depends on a generic parameter, which only rustc could resolve.
    Unresolved,
}

/// A function of the host, called by address.
#[derive(Clone, Debug)]
pub struct HostCallee {
    /// Its name, for people.
    pub name: &'static str,
    /// See [`mambo_ir::function::HostFunction::trampoline`].
    pub trampoline: usize,
    /// See [`mambo_ir::function::HostFunction::env`].
    pub env: usize,
    /// Types of the arguments: scalars, tuples and structures of them, arrays by reference.
    pub params: Vec<Type>,
    /// The type of the result: a scalar, or a tuple or structure of them.
    pub result: Type,
}
