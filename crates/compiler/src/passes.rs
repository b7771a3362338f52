//! The passes over the typed form, and the order they run in.
//!
//! One pass is one file with one function. Each keeps what a module does exactly: the bits of
//! every result and store, which panic comes first and the stores done before it, and whether
//! it ends. The one exception is what a kernel's `fastmath` allows.

mod clone;
mod definitions;
mod effects;
mod eliminate_bounds_checks;
mod eliminate_dead_code;
mod fold_constants;
mod hoist_invariants;
mod inline_calls;
mod merge_common_subexpressions;
mod nest_early_exits;
mod promote_stack_arrays;
mod ranges;
mod recognize_counted_loops;
mod relax_floats;
mod simplify;
mod split_index_ranges;
mod substitution;
mod trip_count;
mod unroll_short_loops;
mod vectorize_loops;
mod walk;

pub use eliminate_bounds_checks::eliminate_bounds_checks;
pub use eliminate_dead_code::eliminate_dead_code;
pub use fold_constants::fold_constants;
pub use hoist_invariants::hoist_invariants;
pub use inline_calls::inline_calls;
pub use merge_common_subexpressions::merge_common_subexpressions;
pub use nest_early_exits::nest_early_exits;
pub use promote_stack_arrays::promote_stack_arrays;
pub use recognize_counted_loops::recognize_counted_loops;
pub use relax_floats::relax_floats;
pub use split_index_ranges::split_index_ranges;
pub use unroll_short_loops::unroll_short_loops;
pub use vectorize_loops::vectorize_loops;

use crate::report::LoopReport;
use mambo_ir::function::{Function, Op};
use mambo_ir::{Module, Span};
use rustc_hash::FxHashMap;

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
    /// Whether loops are planned for vectors.
    pub vectorize: bool,
}

impl Default for PassOptions {
    fn default() -> Self {
        PassOptions {
            inline: Vec::new(),
            inline_limit: 60,
            unroll_turns: 8,
            unroll_size: 128,
            split_size: 200,
            vectorize: true,
        }
    }
}

/// Runs all passes, in order, and says what became of the loops of each function. `dump` gets
/// the name of each pass and the module after it.
pub fn optimize(
    module: &mut Module,
    options: &PassOptions,
    dump: &mut dyn FnMut(&str, &Module),
) -> Vec<Vec<LoopReport>> {
    inline_calls(module, options);
    finish(module, "inline_calls", dump);
    let checks: Vec<_> = module.functions.iter().map(checks_in_loops).collect();
    let unroll = |func: &mut Function| unroll_short_loops(func, options);
    let split = |func: &mut Function| split_index_ranges(func, options);
    let mut pass = |name: &str, run: &dyn Fn(&mut Function)| {
        module.functions.iter_mut().for_each(run);
        finish(module, name, dump);
    };
    pass("fold_constants", &fold_constants);
    pass("merge_common_subexpressions", &merge_common_subexpressions);
    pass("relax_floats", &relax_floats);
    pass("hoist_invariants", &hoist_invariants);
    pass("recognize_counted_loops", &recognize_counted_loops);
    pass("nest_early_exits", &nest_early_exits);
    pass("unroll_short_loops", &unroll);
    pass("fold_constants", &fold_constants);
    pass("promote_stack_arrays", &promote_stack_arrays);
    pass("fold_constants", &fold_constants);
    pass("merge_common_subexpressions", &merge_common_subexpressions);
    pass("eliminate_bounds_checks", &eliminate_bounds_checks);
    pass("hoist_invariants", &hoist_invariants);
    pass("split_index_ranges", &split);
    pass("eliminate_bounds_checks", &eliminate_bounds_checks);
    pass("fold_constants", &fold_constants);
    pass("hoist_invariants", &hoist_invariants);
    pass("merge_common_subexpressions", &merge_common_subexpressions);
    pass("eliminate_dead_code", &eliminate_dead_code);
    if !options.vectorize {
        return Vec::new();
    }
    let mut reports: Vec<Vec<LoopReport>> =
        module.functions.iter_mut().map(vectorize_loops).collect();
    for (reports, checks) in reports.iter_mut().zip(checks) {
        for report in reports {
            report.checks = checks.get(&report.span).copied().unwrap_or(0);
        }
    }
    finish(module, "vectorize_loops", dump);
    let mut pass = |name: &str, run: &dyn Fn(&mut Function)| {
        module.functions.iter_mut().for_each(run);
        finish(module, name, dump);
    };
    pass("fold_constants", &fold_constants);
    pass("hoist_invariants", &hoist_invariants);
    pass("merge_common_subexpressions", &merge_common_subexpressions);
    pass("eliminate_dead_code", &eliminate_dead_code);
    reports
}

/// The checks of indices that stand in each loop, by its place.
fn checks_in_loops(func: &Function) -> FxHashMap<Span, usize> {
    let mut checks = FxHashMap::default();
    walk::each_inst(func, func.entry, &mut |inst| {
        let info = func.inst(inst);
        let (Op::For { body, .. } | Op::Loop { body, .. }) = info.op else { return };
        let mut count = 0;
        walk::each_inst(func, body, &mut |inner| {
            count += usize::from(matches!(func.inst(inner).op, Op::CheckIndex { .. }));
        });
        checks.insert(info.span, count);
    });
    checks
}

/// Checks the module after a pass, in debug builds, and hands it out.
fn finish(module: &Module, name: &str, dump: &mut dyn FnMut(&str, &Module)) {
    if cfg!(debug_assertions)
        && let Err(error) = mambo_ir::verify::verify(module)
    {
        panic!("{name} left a module that breaks the rules: {error}\n{module}");
    }
    dump(name, module);
}
