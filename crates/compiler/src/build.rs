//! The journey of a kernel from its tree to an optimised module.

use crate::error::CompileError;
use crate::source::{Instance, KernelSource};
use mambo_ir::Module;

/// Infers types, lowers and optimises `source` for `instance`.
///
/// `dump` is called with the name of each pass and the module after it; the first is `"lower"`.
///
/// # Errors
/// If the kernel uses something that the types it was called with do not have.
pub fn build(
    source: &KernelSource,
    instance: &Instance,
    dump: &mut dyn FnMut(&str, &Module),
) -> Result<Module, CompileError> {
    let _ = (instance, dump);
    Err(CompileError::whole(source.name, source.file, "lowering is not built yet".into()))
}
