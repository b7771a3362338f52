//! The passes over the typed form, and the order they run in.
//!
//! One pass is one file with one function. Each keeps what a module does exactly: the bits of
//! every result and store, which panic comes first and the stores done before it, and whether
//! it ends.

mod clone;
mod definitions;
mod effects;
mod eliminate_dead_code;
mod fold_constants;
mod hoist_invariants;
mod merge_common_subexpressions;
mod simplify;
mod substitution;
mod trip_count;
mod walk;

pub use eliminate_dead_code::eliminate_dead_code;
pub use fold_constants::fold_constants;
pub use hoist_invariants::hoist_invariants;
pub use merge_common_subexpressions::merge_common_subexpressions;

use mambo_ir::Module;
use mambo_ir::function::Function;

/// Whether calls of a function are replaced by its body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InlinePolicy {
    /// Wherever possible.
    Always,
    /// Where the body is small, or there is only one call.
    #[default]
    Auto,
    /// Nowhere.
    Never,
}

/// What the passes may do.
#[derive(Clone, Debug)]
pub struct PassOptions {
    /// How to treat each function of the module; [`InlinePolicy::Auto`] where missing.
    pub inline: Vec<InlinePolicy>,
    /// The most instructions of a function that [`InlinePolicy::Auto`] inlines.
    pub inline_limit: usize,
    /// The most turns of a constant loop that is unrolled.
    pub unroll_turns: usize,
    /// The most instructions that unrolling a loop may leave.
    pub unroll_size: usize,
    /// The most instructions of a loop that is split to free it of bounds checks.
    pub split_size: usize,
}

impl Default for PassOptions {
    fn default() -> Self {
        PassOptions {
            inline: Vec::new(),
            inline_limit: 60,
            unroll_turns: 8,
            unroll_size: 128,
            split_size: 200,
        }
    }
}

/// Runs all passes, in order. `dump` gets the name of each and the module after it.
pub fn optimize(module: &mut Module, options: &PassOptions, dump: &mut dyn FnMut(&str, &Module)) {
    let _ = options;
    let mut pass = |module: &mut Module, name: &str, run: &dyn Fn(&mut Function)| {
        module.functions.iter_mut().for_each(run);
        finish(module, name, dump);
    };
    pass(module, "fold_constants", &fold_constants);
    pass(module, "merge_common_subexpressions", &merge_common_subexpressions);
    pass(module, "hoist_invariants", &hoist_invariants);
    pass(module, "eliminate_dead_code", &eliminate_dead_code);
}

/// Checks the module after a pass, in debug builds, and hands it out.
fn finish(module: &Module, name: &str, dump: &mut dyn FnMut(&str, &Module)) {
    dump(name, module);
}
