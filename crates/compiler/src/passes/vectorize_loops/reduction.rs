//! Values that are carried from turn to turn: those that a turn combines with one of its own
//! by an associative operation are reductions.

use super::body::{BodyPlanner, Plan, Shape};
use crate::report::{Obstacle, Reason};
use mambo_ir::function::{Binary, Op, Unary, Value};
use mambo_ir::vector::{Reduction, VectorInst, VectorOp};
use mambo_ir::{FastMath, Span};

impl BodyPlanner<'_> {
    pub(super) fn accumulate(
        &mut self,
        op: &Op,
        result: Value,
        mask: Option<Value>,
        span: Span,
    ) -> Plan {
        let carried = |this: &Self, value: Value| match this.shape(value) {
            Some(Shape::Carried { reduction, version }) => Some((reduction, version)),
            _ => None,
        };
        let mut operands = Vec::new();
        op.for_each_operand(|value| operands.push(value));
        let first = operands.iter().find_map(|&value| carried(self, value));
        let (reduction, version) = first.expect("an operand is carried");
        let at = reduction as usize;
        let obstacle = self.carried_obstacle(self.carried[at].param, span);
        // A loop inside may not add again and again.
        let (Op::Binary(op, a, b), true) = (op.clone(), self.frames.is_empty()) else {
            return Err(obstacle);
        };
        let other = match (carried(self, a), carried(self, b)) {
            (Some(_), None) => b,
            (None, Some(_)) if op != Binary::Sub => a,
            _ => return Err(obstacle),
        };
        let dtype = self.carried[at].dtype;
        // Taking away is adding what is negated: exactly so for integers and floats.
        let (op, negated) = if op == Binary::Sub { (Binary::Add, true) } else { (op, false) };
        let associative = matches!(
            op,
            Binary::Add
                | Binary::Mul
                | Binary::Min
                | Binary::Max
                | Binary::And
                | Binary::Or
                | Binary::Xor
        );
        let known = self.carried[at].op;
        let same = known.is_none_or(|known| known == op) && self.carried[at].part.is_none();
        if !associative || !same || version != self.carried[at].version || dtype.is_int128() {
            return Err(obstacle);
        }
        if dtype.is_float() && !self.may_reorder(op) {
            let name = format!("{op:?}").to_lowercase();
            return Err(Obstacle { reason: Reason::OrderedReduction(name), span });
        }
        let mut value = self.lanes(other, span)?;
        if negated {
            value = self.each(Op::Unary(Unary::Neg, value), dtype, span);
        }
        self.report.operations += 1;
        self.push(VectorOp::Accumulate { reduction, value, mask }, None, span);
        let carried = &mut self.carried[at];
        carried.op = Some(op);
        carried.version += 1;
        let version = carried.version;
        self.shapes.insert(result, Shape::Carried { reduction, version });
        Ok(())
    }

    /// Whether a reduction of floats may be taken in another order.
    pub(super) fn may_reorder(&self, op: Binary) -> bool {
        match op {
            // Which of two zeros comes out depends on the order.
            Binary::Min | Binary::Max => self.allowed.has(FastMath::NSZ),
            _ => self.allowed.has(FastMath::REASSOC),
        }
    }

    /// Checks that what a value becomes is the whole reduction.
    pub(super) fn finish_carried(&mut self, number: usize, result: Value) -> Plan {
        let carried = &self.carried[number];
        let whole = match self.shape(result) {
            Some(Shape::Carried { reduction, version }) => {
                reduction as usize == number && version == carried.version
            }
            _ => false,
        };
        let dtype = carried.dtype;
        match (carried.op, carried.part, whole) {
            (Some(op), None, true) => {
                self.plan.reductions.push(Reduction { op, dtype });
                self.report.reductions.push(format!("{op:?} of {dtype}").to_lowercase());
                Ok(())
            }
            (None, Some(_), true) => Ok(()),
            _ => Err(self.carried_obstacle(carried.param, self.pre.span)),
        }
    }

    /// Numbers the reductions, which had the numbers of the carried values, without those that
    /// are parts of bests.
    pub(super) fn number_reductions(&mut self) {
        let mut numbers = Vec::new();
        let mut next = 0;
        for carried in &self.carried {
            numbers.push(next);
            next += u32::from(carried.part.is_none());
        }
        each_mut(&mut self.plan.insts, &mut |inst| {
            if let VectorOp::Accumulate { reduction, .. } = &mut inst.op {
                *reduction = numbers[*reduction as usize];
            }
        });
    }
}

/// Calls `change` for every instruction, those of regions after their region.
fn each_mut(insts: &mut [VectorInst], change: &mut impl FnMut(&mut VectorInst)) {
    for inst in insts {
        change(inst);
        if let VectorOp::Region(region) = &mut inst.op {
            each_mut(&mut region.insts, change);
        }
    }
}
