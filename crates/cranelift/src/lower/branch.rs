//! `if`: branches, and how they are laid out.
//!
//! Cranelift lays out the second destination of a branch right behind it. Where one arm leaves
//! a loop or the function that is the other one, so that a turn of a loop takes one jump, and
//! the parts of an `&&` or `||` are branches of their own, each fused with its comparison.

use super::Lowering;
use super::function::OnYield;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self as clif, BlockArg, InstBuilder};
use mambo_ir::function::{Binary, Block, Op, Terminator, Unary, Value};

/// A destination of a branch with its arguments.
pub(super) type Edge = (clif::Block, Vec<BlockArg>);

impl<'a> Lowering<'a, '_> {
    pub(super) fn branch_if(&mut self, cond: clif::Value, then: &Edge, otherwise: &Edge) {
        self.entered.insert(then.0);
        self.entered.insert(otherwise.0);
        self.b.ins().brif(cond, then.0, &then.1, otherwise.0, &otherwise.1);
    }

    pub(super) fn branch(
        &mut self,
        cond: Value,
        then: Block,
        otherwise: Block,
        results: &'a [Value],
    ) {
        let join = self.new_block(results);
        let (mut cond, mut then, mut otherwise) = (cond, then, otherwise);
        while let Some(Op::Unary(Unary::Not, inner)) = self.def(cond) {
            cond = *inner;
            std::mem::swap(&mut then, &mut otherwise);
        }
        let then_edge = self.empty_edge(then, join, results);
        let otherwise_edge = self.empty_edge(otherwise, join, results);
        let then_block = then_edge.is_none().then(|| self.arm(then));
        let otherwise_block = otherwise_edge.is_none().then(|| self.arm(otherwise));
        let edge = |edge: Option<Edge>, block: Option<clif::Block>| {
            edge.or(block.map(|block| (block, Vec::new()))).expect("an arm is an edge or a block")
        };
        let then_edge = edge(then_edge, then_block);
        let otherwise_edge = edge(otherwise_edge, otherwise_block);
        match (self.leaves(then), self.leaves(otherwise)) {
            (true, false) => self.leave_if(cond, true, &then_edge, &otherwise_edge),
            (false, true) => self.leave_if(cond, false, &otherwise_edge, &then_edge),
            _ => {
                let cond = self.scalar(cond);
                self.branch_if(cond, &then_edge, &otherwise_edge);
            }
        }
        for (arm, block) in [(then, then_block), (otherwise, otherwise_block)] {
            if let Some(block) = block {
                self.b.switch_to_block(block);
                self.reachable = true;
                self.block(arm, OnYield::Join(join, results));
            }
        }
        self.go_on(join, results);
    }

    /// A block for an arm of an `if`, out of the way if it ends in a panic.
    fn arm(&mut self, arm: Block) -> clif::Block {
        let block = self.b.create_block();
        if matches!(self.func.block(arm).end, Terminator::Panic { .. }) {
            self.b.set_cold_block(block);
        }
        block
    }

    /// Where an arm without instructions leads.
    fn empty_edge(&mut self, arm: Block, join: clif::Block, results: &[Value]) -> Option<Edge> {
        let info = self.func.block(arm);
        if !info.insts.is_empty() {
            return None;
        }
        match &info.end {
            Terminator::Yield(values) => Some((join, self.args(values, results))),
            Terminator::Break { target, values } => Some(self.break_edge(*target, values)),
            Terminator::Continue { target, values } => Some(self.continue_edge(*target, values)),
            _ => None,
        }
    }

    /// Whether an arm ends by leaving a loop or the function.
    fn leaves(&self, arm: Block) -> bool {
        matches!(self.func.block(arm).end, Terminator::Break { .. } | Terminator::Return(_))
    }

    /// Goes to `exit` if `cond` is `when`, and on to `stay` if not.
    fn leave_if(&mut self, cond: Value, when: bool, exit: &Edge, stay: &Edge) {
        match self.def(cond) {
            Some(&Op::Unary(Unary::Not, inner)) => self.leave_if(inner, !when, exit, stay),
            Some(&Op::Binary(op, a, b))
                if self.func.dtype(a) == mambo_ir::Dtype::Bool
                    && op == if when { Binary::Or } else { Binary::And } =>
            {
                let next = (self.b.create_block(), Vec::new());
                self.leave_if(a, when, exit, &next);
                self.b.switch_to_block(next.0);
                self.leave_if(b, when, exit, stay);
            }
            Some(&Op::Compare(op, a, b)) if !when => {
                let (x, y) = (self.scalar(a), self.scalar(b));
                let fails = self.compare_not(op, x, y, self.func.dtype(a));
                self.branch_if(fails, exit, stay);
            }
            _ if when => {
                let cond = self.scalar(cond);
                self.branch_if(cond, exit, stay);
            }
            _ => {
                let cond = self.scalar(cond);
                let fails = self.b.ins().icmp_imm_u(IntCC::Equal, cond, 0);
                self.branch_if(fails, exit, stay);
            }
        }
    }
}
