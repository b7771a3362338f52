//! Operations under a mask: with AVX-512, a choice between an operation and another value is
//! the operation itself, which leaves the other value where the mask is false.

use super::arithmetic::{add, of_float, subtract};
use super::{Lanes, Select, Selector};
use crate::opcode::*;
use crate::register::Width;
use crate::vcode::{Masking, Place, VectorInst};
use mambo_ir::Dtype;
use mambo_ir::function::{Binary, Op, Value};
use mambo_ir::vector::{VectorLoop, VectorOp, each_of};
use regalloc2::{Operand, VReg};
use rustc_hash::FxHashMap;

/// The operations that are done where their result is chosen, because nothing else uses it.
pub(super) fn merged_operations(plan: &VectorLoop) -> FxHashMap<Value, Op> {
    let mut uses = vec![0; plan.values.len()];
    let mut operations = FxHashMap::default();
    let mut chosen = Vec::new();
    each_of(&plan.insts, &mut |inst| {
        if let VectorOp::Region(region) = &inst.op {
            // What goes through a region is needed as such.
            let carried = region.init.iter().chain(&region.next).chain(&region.again);
            carried.for_each(|value| uses[value.index()] += 2);
            return;
        }
        inst.op.for_each_operand(|value| uses[value.index()] += 1);
        let VectorOp::Each(op) = &inst.op else { return };
        match (op, inst.result) {
            (Op::Select(_, a, b), _) if a != b => chosen.push(*a),
            (Op::Binary(binary, a, _), Some(result))
                if simple(*binary, plan.dtype(*a)).is_some() =>
            {
                operations.insert(result, op.clone());
            }
            _ => {}
        }
    });
    operations.retain(|value, _| uses[value.index()] == 1 && chosen.contains(value));
    operations
}

/// The instruction that an operation on two vectors is, if it is one that takes a mask.
pub(super) fn simple(op: Binary, dtype: Dtype) -> Option<&'static Opcode> {
    if dtype.is_float() {
        return Some(match op {
            Binary::Add => of_float(dtype, &VADDPS, &VADDPD),
            Binary::Sub => of_float(dtype, &VSUBPS, &VSUBPD),
            Binary::Mul => of_float(dtype, &VMULPS, &VMULPD),
            Binary::Div => of_float(dtype, &VDIVPS, &VDIVPD),
            _ => return None,
        });
    }
    match op {
        Binary::Add if dtype.is_int() => Some(add(dtype.size())),
        Binary::Sub if dtype.is_int() => Some(subtract(dtype.size())),
        _ => None,
    }
}

impl Selector<'_> {
    /// Whether an operation waits for the choice of its result.
    pub(super) fn is_merged(&self, value: Value) -> bool {
        self.merged.contains_key(&value)
    }

    /// The operation whose result is chosen where the mask is true, else `other`.
    pub(super) fn merge(&mut self, mask: VReg, chosen: Value, other: VReg) -> Select<Lanes> {
        let Some(Op::Binary(op, a, b)) = self.merged.get(&chosen).cloned() else {
            return Err(format!("{chosen} is not an operation of two values"));
        };
        let dtype = self.plan.dtype(a);
        let opcode = simple(op, dtype).ok_or("an operation that takes no mask")?;
        let (a, b) = (self.vector(a)?, self.vector(b)?);
        Ok(Lanes::Vector(self.two_where(opcode, self.width(dtype.size()), mask, other, [a, b])))
    }

    /// `opcode other {mask}, a, b`.
    pub(super) fn two_where(
        &mut self,
        opcode: &'static Opcode,
        width: Width,
        mask: VReg,
        other: VReg,
        [a, b]: [VReg; 2],
    ) -> VReg {
        let result = self.new_vector();
        let inst = VectorInst {
            masking: Masking::Merging(4),
            left: Some(2),
            place: Place::Register(3),
            ..self.form(opcode, width)
        };
        let operands = [
            Operand::reg_reuse_def(result, 1),
            Operand::reg_use(other),
            Operand::reg_use(a),
            Operand::reg_use(b),
            Operand::reg_use(mask),
        ];
        self.push(inst, &operands);
        result
    }
}
