//! Values of the vector loop: what comes from outside in every lane, lines, and the order of
//! instructions.

use super::affine::{Affine, Coefficient};
use super::body::{BodyPlanner, Plan, Shape};
use crate::report::{Obstacle, Reason};
use mambo_ir::function::{Binary, Op, Unary, Value};
use mambo_ir::vector::{VectorInst, VectorOp};
use mambo_ir::{Const, Dtype, Span};

impl BodyPlanner<'_> {
    pub(super) fn push(&mut self, op: VectorOp, dtype: Option<Dtype>, span: Span) -> Value {
        let value = Value(self.plan.values.len() as u32);
        self.plan.values.extend(dtype);
        self.plan.insts.push(VectorInst { op, result: dtype.map(|_| value), span });
        value
    }

    pub(super) fn each(&mut self, op: Op, dtype: Dtype, span: Span) -> Value {
        self.push(VectorOp::Each(op), Some(dtype), span)
    }

    /// The same instruction again is the same value.
    pub(super) fn once(&mut self, op: VectorOp, dtype: Dtype, span: Span) -> Value {
        let key = (op, dtype);
        if let Some(&value) = self.known.get(&key) {
            return value;
        }
        let value = self.push(key.0.clone(), Some(dtype), span);
        self.known.insert(key, value);
        value
    }

    pub(super) fn input(&mut self, value: Value) -> u32 {
        if let Some(at) = self.args.iter().position(|&known| known == value) {
            return at as u32;
        }
        self.plan.inputs.push(self.pre.func.ty(value));
        self.args.push(value);
        self.args.len() as u32 - 1
    }

    /// A value of the function in lanes.
    pub(super) fn lanes(&mut self, value: Value, span: Span) -> Plan<Value> {
        match self.shape(value) {
            Some(Shape::Lanes(lanes)) => Ok(lanes),
            Some(Shape::Uniform(value)) => self.splat(value, span),
            Some(Shape::Line(line)) => Ok(self.line_lanes(line, span)),
            Some(Shape::Carried { reduction, .. }) => {
                Err(self.carried_obstacle(self.carried[reduction as usize].param, span))
            }
            None => Err(Obstacle { reason: Reason::Carried(None), span }),
        }
    }

    pub(super) fn splat(&mut self, value: Value, span: Span) -> Plan<Value> {
        let Some(dtype) = self.pre.func.ty(value).as_scalar() else {
            return Err(Obstacle { reason: Reason::Operation("a view".into()), span });
        };
        if dtype.is_int128() {
            return Err(Obstacle { reason: Reason::Type(dtype.name().into()), span });
        }
        if let Some(Op::Const(constant)) = self.pre.definitions.op(self.pre.func, value) {
            let constant = *constant;
            return Ok(self.once(VectorOp::Each(Op::Const(constant)), dtype, span));
        }
        let input = self.input(value);
        Ok(self.once(VectorOp::Splat(input), dtype, span))
    }

    pub(super) fn constant_lanes(&mut self, value: i64, dtype: Dtype, span: Span) -> Value {
        let constant = Const::from_bits(dtype, u128::from(value as u64));
        self.once(VectorOp::Each(Op::Const(constant)), dtype, span)
    }

    pub(super) fn line_lanes(&mut self, line: Affine, span: Span) -> Value {
        let dtype = line.dtype;
        let turn = self.once(VectorOp::Turn, dtype, span);
        let moved = match line.step {
            Coefficient::Const(1) => turn,
            Coefficient::Const(step) => {
                let step = self.constant_lanes(step, dtype, span);
                self.once(VectorOp::Each(Op::Binary(Binary::Mul, turn, step)), dtype, span)
            }
            Coefficient::Value(step) => {
                let step = self.pre.cast(step, dtype);
                let input = self.input(step);
                let step = self.once(VectorOp::Splat(input), dtype, span);
                self.once(VectorOp::Each(Op::Binary(Binary::Mul, turn, step)), dtype, span)
            }
        };
        let first = match line.base {
            None if line.constant == 0 => return moved,
            None => self.constant_lanes(line.constant, dtype, span),
            Some(_) => {
                let first = self.pre.first(line, dtype);
                let input = self.input(first);
                self.once(VectorOp::Splat(input), dtype, span)
            }
        };
        self.once(VectorOp::Each(Op::Binary(Binary::Add, first, moved)), dtype, span)
    }

    pub(super) fn require(&mut self, holds: Value, mask: Option<Value>, span: Span) -> Plan {
        let holds = match mask {
            None => holds,
            Some(mask) => {
                let not = self.each(Op::Unary(Unary::Not, mask), Dtype::Bool, span);
                self.each(Op::Binary(Binary::Or, holds, not), Dtype::Bool, span)
            }
        };
        self.report.requirements += 1;
        self.push(VectorOp::Require(holds), None, span);
        Ok(())
    }

    /// Drops what nobody uses: masks of branches that hold nothing, above all.
    pub(super) fn drop_unused(&mut self) {
        let mut used = vec![false; self.plan.values.len()];
        let mut kept = Vec::new();
        for (at, inst) in self.plan.insts.iter().enumerate().rev() {
            if inst.result.is_none_or(|result| used[result.index()]) {
                inst.op.for_each_operand(|value| used[value.index()] = true);
                kept.push(at);
            }
        }
        kept.reverse();
        let moved = |at: &usize| kept.binary_search(at).ok();
        self.frozen = self.frozen.iter().filter_map(moved).collect();
        self.reorder(&kept);
    }

    /// Moves requirements, with what they are computed from, before everything that writes.
    /// A check of a turn that fails leaves the turn to the plain loop, so it may come early.
    pub(super) fn requirements_first(&mut self) -> Plan {
        let writes =
            |op: &VectorOp| matches!(op, VectorOp::Store { .. } | VectorOp::Accumulate { .. });
        let insts = &self.plan.insts;
        let Some(first) = insts.iter().position(|inst| writes(&inst.op)) else { return Ok(()) };
        let mut defined = vec![0; self.plan.values.len()];
        for (at, inst) in insts.iter().enumerate() {
            if let Some(result) = inst.result {
                defined[result.index()] = at;
            }
        }
        let mut early = vec![false; insts.len()];
        for (at, inst) in insts.iter().enumerate().skip(first).rev() {
            if !matches!(inst.op, VectorOp::Require(_)) && !early[at] {
                continue;
            }
            let reads = matches!(inst.op, VectorOp::Load { .. } | VectorOp::Gather { .. });
            if reads && !self.frozen.contains(&at) {
                return Err(Obstacle { reason: Reason::LateCheck, span: inst.span });
            }
            early[at] = true;
            inst.op.for_each_operand(|value| early[defined[value.index()]] = true);
        }
        let order = |at: &usize| *at < first || early[*at];
        let (before, after): (Vec<usize>, Vec<usize>) = (0..insts.len()).partition(order);
        let order: Vec<usize> = before.into_iter().chain(after).collect();
        self.reorder(&order);
        Ok(())
    }

    /// Puts the instructions in another order, and numbers the values in it.
    pub(super) fn reorder(&mut self, order: &[usize]) {
        let mut numbers = vec![Value(0); self.plan.values.len()];
        let mut values = Vec::with_capacity(numbers.len());
        let insts = std::mem::take(&mut self.plan.insts);
        for &at in order {
            if let Some(result) = insts[at].result {
                numbers[result.index()] = Value(values.len() as u32);
                values.push(self.plan.values[result.index()]);
            }
        }
        self.plan.values = values;
        for &at in order {
            let mut inst = insts[at].clone();
            inst.op.map_operands(|value| numbers[value.index()]);
            inst.result = inst.result.map(|result| numbers[result.index()]);
            self.plan.insts.push(inst);
        }
    }
}
