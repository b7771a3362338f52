//! The instructions of a planned body once all are there: what nobody uses is dropped,
//! requirements come first, and values are numbered in order.

use super::body::{BodyPlanner, Plan};
use crate::report::{Obstacle, Reason};
use mambo_ir::function::Value;
use mambo_ir::vector::{VectorInst, VectorOp, each_of};
use rustc_hash::FxHashSet;

impl BodyPlanner<'_> {
    /// Drops what nobody uses: masks of branches that hold nothing, above all.
    pub(super) fn drop_unused(&mut self) {
        let mut used = vec![false; self.plan.values.len()];
        drop_from(&mut self.plan.insts, &mut used);
    }

    /// Moves requirements, with what they are computed from, before everything that writes.
    /// A check of a turn that fails leaves the turn to the plain loop, so it may come early.
    pub(super) fn requirements_first(&mut self) -> Plan {
        let insts = &self.plan.insts;
        let Some(first) = insts.iter().position(writes) else { return Ok(()) };
        let mut defined = vec![0; self.plan.values.len()];
        for (at, inst) in insts.iter().enumerate() {
            each_definition(inst, &mut |value| defined[value.index()] = at);
        }
        let mut early = vec![false; insts.len()];
        for (at, inst) in insts.iter().enumerate().skip(first).rev() {
            if !requires(inst) && !early[at] {
                continue;
            }
            if writes(inst) || !reads_frozen_alone(inst, &self.frozen) {
                return Err(Obstacle { reason: Reason::LateCheck, span: inst.span });
            }
            early[at] = true;
            inst.op.for_each_operand(|value| early[defined[value.index()]] = true);
        }
        let order = |at: &usize| *at < first || early[*at];
        let (before, after): (Vec<usize>, Vec<usize>) = (0..insts.len()).partition(order);
        let order = before.into_iter().chain(after);
        self.plan.insts = order.map(|at| insts[at].clone()).collect();
        Ok(())
    }

    /// Numbers the values in the order of their definitions.
    pub(super) fn number_values(&mut self) {
        let mut order = Vec::new();
        for inst in &self.plan.insts {
            each_definition(inst, &mut |value| order.push(value));
        }
        let mut numbers = vec![Value(0); self.plan.values.len()];
        for (number, value) in order.iter().enumerate() {
            numbers[value.index()] = Value(number as u32);
        }
        let old = std::mem::take(&mut self.plan.values);
        self.plan.values = order.iter().map(|value| old[value.index()]).collect();
        number_in(&mut self.plan.insts, &numbers);
    }
}

/// Keeps the instructions that are used or noticed; `used` says what is needed below.
fn drop_from(insts: &mut Vec<VectorInst>, used: &mut [bool]) {
    let mut kept = Vec::new();
    for mut inst in std::mem::take(insts).into_iter().rev() {
        if let VectorOp::Region(region) = &mut inst.op {
            let noticed = region.insts.iter().any(|inst| writes(inst) || requires(inst));
            if !noticed && !region.results.iter().any(|result| used[result.index()]) {
                continue;
            }
            let outer = region.mask.iter().chain(&region.init);
            let inner = region.next.iter().chain(&region.again);
            outer.chain(inner).for_each(|value| used[value.index()] = true);
            drop_from(&mut region.insts, used);
        } else if inst.result.is_some_and(|result| !used[result.index()]) {
            continue;
        } else {
            inst.op.for_each_operand(|value| used[value.index()] = true);
        }
        kept.push(inst);
    }
    kept.reverse();
    *insts = kept;
}

fn each_definition(inst: &VectorInst, visit: &mut impl FnMut(Value)) {
    each_of(std::slice::from_ref(inst), &mut |inst| match &inst.op {
        VectorOp::Region(region) => {
            region.results.iter().for_each(|&result| visit(result));
            visit(region.active);
            region.params.iter().for_each(|&param| visit(param));
        }
        _ => inst.result.iter().for_each(|&result| visit(result)),
    });
}

fn number_in(insts: &mut [VectorInst], numbers: &[Value]) {
    let number = |value: Value| numbers[value.index()];
    for inst in insts {
        if let VectorOp::Region(region) = &mut inst.op {
            let outer = region.mask.iter_mut().chain(&mut region.init).chain(&mut region.results);
            let inner = region.params.iter_mut().chain(&mut region.next).chain(&mut region.again);
            outer.chain(inner).for_each(|value| *value = number(*value));
            region.active = number(region.active);
            number_in(&mut region.insts, numbers);
        } else {
            inst.op.map_operands(number);
            inst.result = inst.result.map(number);
        }
    }
}

fn any(inst: &VectorInst, holds: impl Fn(&VectorInst) -> bool) -> bool {
    let mut found = false;
    each_of(std::slice::from_ref(inst), &mut |inst| found |= holds(inst));
    found
}

/// Whether an instruction is noticed outside of the batch.
pub(super) fn writes(inst: &VectorInst) -> bool {
    use VectorOp::{Accumulate, Replace, Store};
    any(inst, |inst| matches!(inst.op, Store { .. } | Accumulate { .. } | Replace { .. }))
}

fn requires(inst: &VectorInst) -> bool {
    any(inst, |inst| matches!(inst.op, VectorOp::Require(_)))
}

/// Whether all it reads is what the loop never writes.
fn reads_frozen_alone(inst: &VectorInst, frozen: &FxHashSet<Value>) -> bool {
    !any(inst, |inst| {
        let reads = matches!(inst.op, VectorOp::Load { .. } | VectorOp::Gather { .. });
        reads && !inst.result.is_some_and(|result| frozen.contains(&result))
    })
}
