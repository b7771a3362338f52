//! The journey of a kernel from its tree to an optimised module.

use crate::error::CompileError;
use crate::lower::{self, Lowered};
use crate::passes::{self, InlinePolicy, PassOptions};
use crate::report::LoopReport;
use crate::source::{Instance, KernelSource};
use mambo_ir::Module;
use mambo_ir::kernel::Inline;

/// An optimised module, and what became of the loops of each of its functions.
#[derive(Clone, Debug)]
pub struct Built {
    /// The module.
    pub module: Module,
    /// The loops, by function.
    pub loops: Vec<Vec<LoopReport>>,
}

/// Infers types, lowers and optimises `source` for `instance`.
///
/// `dump` is called with the name of each pass and the module after it; the first is `"lower"`.
///
/// # Errors
/// If the kernel uses something that the types it was called with do not have.
pub fn build(
    source: &'static KernelSource,
    instance: &Instance,
    dump: &mut dyn FnMut(&str, &Module),
) -> Result<Built, CompileError> {
    let lowered = lower::lower(source, instance.clone())?;
    Ok(optimize(lowered, source.name, dump))
}

/// Runs the passes over what lowering has made of the kernel `name`.
pub(crate) fn optimize(lowered: Lowered, name: &str, dump: &mut dyn FnMut(&str, &Module)) -> Built {
    run(lowered, name, PassOptions::default(), dump)
}

/// The same for a loop around a kernel of small arrays: what it does for one is unrolled even if
/// it becomes long, so that several run side by side.
pub(crate) fn optimize_core(
    lowered: Lowered,
    name: &str,
    dump: &mut dyn FnMut(&str, &Module),
) -> Built {
    run(lowered, name, PassOptions { unroll_size: 1024, ..Default::default() }, dump)
}

fn run(
    lowered: Lowered,
    name: &str,
    options: PassOptions,
    dump: &mut dyn FnMut(&str, &Module),
) -> Built {
    let mut module = lowered.module;
    dump("lower", &module);
    if cfg!(debug_assertions)
        && let Err(error) = mambo_ir::verify::verify(&module)
    {
        panic!("lowering `{name}` made an invalid module: {error}\n{module}");
    }
    let policy = |inline: &Inline| match inline {
        Inline::Auto => InlinePolicy::Auto,
        Inline::Always => InlinePolicy::Always,
        Inline::Never => InlinePolicy::Never,
    };
    let options = PassOptions { inline: lowered.inline.iter().map(policy).collect(), ..options };
    let loops = passes::optimize(&mut module, &options, dump);
    Built { module, loops }
}
