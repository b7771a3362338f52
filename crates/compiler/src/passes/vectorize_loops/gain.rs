//! Whether a loop that can run in vectors is faster so.
//!
//! Processors take longer for an element of a gather than for a load of its own (measured: 1.2
//! cycles against 0.8, and more for small elements, which they cannot gather by themselves), so
//! a loop that does little besides is better left alone.

use mambo_ir::Span;
use mambo_ir::function::{Binary, Op, Unary};
use mambo_ir::vector::{VectorLoop, VectorOp};

/// The work, in simple instructions, that makes up for a gather of elements of so many bytes.
fn worth_gathering(bytes: usize) -> usize {
    if bytes < 4 { 5 } else { 2 }
}

/// The gather that takes longer than all else in the loop saves, if one does.
pub(super) fn costly_gather(plan: &VectorLoop) -> Option<Span> {
    let (mut first, mut lost, mut saved) = (None, 0, 0);
    plan.each_inst(&mut |inst| match &inst.op {
        VectorOp::Gather { mask: None, base, .. } => {
            first.get_or_insert(inst.span);
            lost += worth_gathering(plan.element(*base).part().size());
        }
        op => saved += plain_work(plan, op),
    });
    first.filter(|_| saved < lost)
}

/// About what an instruction takes in the plain loop, in simple ones.
fn plain_work(plan: &VectorLoop, op: &VectorOp) -> usize {
    match op {
        VectorOp::Each(Op::Binary(Binary::Div | Binary::Rem, ..) | Op::Unary(Unary::Sqrt, _)) => 8,
        // A branch that may be mispredicted.
        VectorOp::Each(Op::Select(..)) | VectorOp::Gather { .. } | VectorOp::Better { .. } => 3,
        VectorOp::Each(Op::Binary(..) | Op::MulAdd(..) | Op::Unary(..)) => 1,
        // Each turn waits for the one before.
        VectorOp::Accumulate { reduction, .. } => {
            if plan.reductions[*reduction as usize].dtype.is_float() { 5 } else { 1 }
        }
        VectorOp::Region(_) => 5,
        _ => 0,
    }
}
