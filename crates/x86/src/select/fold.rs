//! Loads that are operands: a vector that is loaded for one instruction alone is read by that
//! instruction itself, which saves a register and a step on the way through the processor.
//!
//! Such a load waits: it is not there until something uses its register. If that is an
//! instruction that takes its last operand from memory, it does; otherwise the load is made in
//! front of it.

use super::Selector;
use super::merge::simple;
use crate::opcode::{Opcode, Shape, Tuple};
use crate::register::Width;
use crate::vcode::{Kind, Place, VectorInst};
use mambo_ir::function::{Binary, Op, Value};
use mambo_ir::vector::{VectorInst as PlanInst, VectorLoop, VectorOp, each_of};
use regalloc2::{Operand, VReg};
use rustc_hash::{FxHashMap, FxHashSet};

/// A load of a whole register that is not made yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiting {
    pub(super) opcode: &'static Opcode,
    pub(super) width: Width,
    pub(super) base: VReg,
    pub(super) index: VReg,
    pub(super) scale: u8,
    pub(super) displacement: i32,
}

impl Waiting {
    /// The place, with its operands at these numbers.
    fn place(self, base: usize, index: usize) -> Place {
        let Waiting { scale, displacement, .. } = self;
        Place::Indexed { base, index, scale, displacement }
    }
}

/// The loads that one instruction behind them uses, with nothing between that writes.
pub(super) fn awaited_loads(plan: &VectorLoop, merged: &FxHashMap<Value, Op>) -> FxHashSet<Value> {
    let mut uses = vec![0; plan.values.len()];
    each_of(&plan.insts, &mut |inst| match &inst.op {
        VectorOp::Region(region) => {
            let carried = region.init.iter().chain(&region.next).chain(&region.again);
            carried.chain(&region.mask).for_each(|value| uses[value.index()] += 2);
        }
        op => op.for_each_operand(|value| uses[value.index()] += 1),
    });
    let mut awaited = FxHashSet::default();
    let mut in_list = |insts: &[PlanInst]| {
        let mut loaded = FxHashSet::default();
        for inst in insts {
            let taken = operand_in_memory(plan, inst, merged);
            awaited.extend(taken.into_iter().flatten().find(|value| loaded.contains(value)));
            match inst.op {
                VectorOp::Load { mask: None, .. } => {
                    loaded.extend(inst.result.filter(|value| uses[value.index()] == 1));
                }
                VectorOp::Store { .. } | VectorOp::Region(_) => loaded.clear(),
                _ => {}
            }
        }
    };
    in_list(&plan.insts);
    each_of(&plan.insts, &mut |inst| {
        if let VectorOp::Region(region) = &inst.op {
            in_list(&region.insts);
        }
    });
    awaited
}

/// The values of which an instruction can take one from memory.
fn operand_in_memory(
    plan: &VectorLoop,
    inst: &PlanInst,
    merged: &FxHashMap<Value, Op>,
) -> [Option<Value>; 2] {
    if inst.result.is_some_and(|result| merged.contains_key(&result)) {
        return [None; 2];
    }
    match inst.op {
        VectorOp::Each(Op::Binary(op, a, b)) if simple(op, plan.dtype(a)).is_some() => {
            [Some(b), Some(a).filter(|_| commutes(op))]
        }
        VectorOp::Each(Op::MulAdd(a, b, _)) => [Some(b), Some(a)],
        VectorOp::Accumulate { value, mask: None, reduction } => {
            let reduction = plan.reductions[reduction as usize];
            [Some(value).filter(|_| simple(reduction.op, reduction.dtype).is_some()), None]
        }
        _ => [None; 2],
    }
}

/// Whether the operands of a simple operation may be swapped.
pub(super) fn commutes(op: Binary) -> bool {
    matches!(op, Binary::Add | Binary::Mul)
}

impl Selector<'_> {
    /// Whether a register is that of a load which is not made yet.
    pub(super) fn waits(&self, register: VReg) -> bool {
        self.waiting.contains_key(&register)
    }

    /// The instruction with its last operand from memory, if that waits there; makes the loads
    /// of all others.
    pub(super) fn take_waiting(
        &mut self,
        inst: VectorInst,
        operands: &[Operand],
    ) -> (VectorInst, Vec<Operand>) {
        let (mut inst, mut operands) = (inst, operands.to_vec());
        if let Place::Register(last) = inst.place
            && let Some(&waiting) = self.waiting.get(&operands[last].vreg())
            && inst.opcode.shape == Shape::Three
            && inst.opcode.tuple == Tuple::Full
            && inst.width == waiting.width
            && inst.blend.is_none()
        {
            inst.place = waiting.place(last, operands.len());
            operands[last] = Operand::reg_use(waiting.base);
            operands.push(Operand::reg_use(waiting.index));
        }
        for operand in &operands {
            if let Some(waiting) = self.waiting.remove(&operand.vreg()) {
                let place = waiting.place(1, 2);
                let load = VectorInst { place, ..self.form(waiting.opcode, waiting.width) };
                let made = [
                    Operand::reg_def(operand.vreg()),
                    Operand::reg_use(waiting.base),
                    Operand::reg_use(waiting.index),
                ];
                self.code.push(Kind::Vector(load), &made);
            }
        }
        (inst, operands)
    }
}
