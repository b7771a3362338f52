//! How much a loop writes together with the loops around it: a backend may then write past the
//! caches although the loop itself is short, as a row of a large matrix is.

use super::Range;
use super::body::BodyPlanner;
use mambo_ir::function::{Binary, Function, Inst, Op, Value};
use mambo_ir::vector::{Step, VectorOp};
use rustc_hash::FxHashMap;

/// How far it is looked for an index among what a value is computed from.
const DEEPEST: usize = 4;

/// The `for` loops around each one, the innermost first.
pub(super) fn loops_around(func: &Function) -> FxHashMap<Inst, Vec<Inst>> {
    let mut around = FxHashMap::default();
    let mut open = vec![(func.entry, Vec::new())];
    while let Some((block, outer)) = open.pop() {
        for &inst in &func.block(block).insts {
            let op = &func.inst(inst).op;
            let mut inside = outer.clone();
            if let Op::For { .. } = op {
                around.insert(inst, outer.clone());
                inside.insert(0, inst);
            }
            open.extend(op.blocks().map(|block| (block, inside.clone())));
        }
    }
    around
}

impl BodyPlanner<'_> {
    /// Adds the number of turns of the loop and those around that write elsewhere in each turn.
    pub(super) fn add_extent(&mut self, around: &[Range]) {
        let written: Vec<Value> = self.written();
        let mut extent = None;
        for range in around {
            let index = self.pre.func.block(range.body).params[0];
            if !written.iter().any(|&value| self.comes_from(value, index, DEEPEST)) {
                continue;
            }
            let turns = super::count(&mut self.pre, range);
            let inside = extent.unwrap_or(self.count);
            extent = Some(self.pre.binary(Binary::Mul, inside, turns));
        }
        self.plan.extent = extent.map(|extent| self.input(extent));
    }

    /// The references to what is only written, side by side and without a condition. Loops that
    /// do more in a turn than that do not wait for memory.
    fn written(&self) -> Vec<Value> {
        let (mut written, mut read, mut simple) = (Vec::new(), Vec::new(), true);
        let base = |access: u32| self.plan.accesses[access as usize].base;
        let is_side = |access: u32| self.plan.accesses[access as usize].step == Step::Const(1);
        self.plan.each_inst(&mut |inst| match &inst.op {
            VectorOp::Store { access, mask: None, .. } if is_side(*access) => {
                written.push(base(*access));
            }
            VectorOp::Load { access, .. } => read.push(base(*access)),
            VectorOp::Gather { base, .. } => read.push(*base),
            VectorOp::Require(_) | VectorOp::Region(_) => simple = false,
            _ => {}
        });
        written.retain(|base| simple && !read.contains(base));
        written.into_iter().map(|base| self.args[base as usize]).collect()
    }

    /// Whether a value is computed from another one, as far as it is looked.
    fn comes_from(&self, value: Value, from: Value, depth: usize) -> bool {
        if value == from {
            return true;
        }
        let made = self.pre.insts.iter().find(|&&inst| self.pre.func.inst(inst).results == [value]);
        let Some(inst) = made.copied().or_else(|| self.pre.definitions.inst(value)) else {
            return false;
        };
        let op = &self.pre.func.inst(inst).op;
        let mut found = false;
        if depth > 0 && matches!(op, Op::View { .. } | Op::Binary(..) | Op::Cast(_)) {
            op.for_each_operand(|operand| found |= self.comes_from(operand, from, depth - 1));
        }
        found
    }
}
