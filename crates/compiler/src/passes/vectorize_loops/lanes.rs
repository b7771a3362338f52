//! Values of the vector loop: what comes from outside in every lane, lines, and requirements.

use super::affine::{Affine, Coefficient};
use super::body::{BodyPlanner, Plan, Shape};
use crate::report::{Obstacle, Reason};
use mambo_ir::function::{Binary, Op, Unary, Value};
use mambo_ir::vector::{VectorInst, VectorOp};
use mambo_ir::{Const, Dtype, Span};

impl BodyPlanner<'_> {
    pub(super) fn new_value(&mut self, dtype: Dtype) -> Value {
        self.plan.values.push(dtype);
        Value(self.plan.values.len() as u32 - 1)
    }

    pub(super) fn push(&mut self, op: VectorOp, dtype: Option<Dtype>, span: Span) -> Value {
        let value = Value(self.plan.values.len() as u32);
        self.plan.values.extend(dtype);
        if let VectorOp::Each(Op::Binary(Binary::And, a, b)) = op {
            let found = [a, b].map(|value| self.better.get(&value).copied());
            if let [Some(best), None] | [None, Some(best)] = found {
                self.better.insert(value, best);
            }
        }
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
            Some(shape) => self.lanes_of(shape, span),
            None => Err(Obstacle { reason: Reason::Carried(None), span }),
        }
    }

    pub(super) fn lanes_of(&mut self, shape: Shape, span: Span) -> Plan<Value> {
        match shape {
            Shape::Lanes(lanes) => Ok(lanes),
            Shape::Uniform(value) => self.splat(value, span),
            Shape::Line(line) => Ok(self.line_lanes(line, span)),
            Shape::Moved => Err(Obstacle { reason: Reason::Operation("a view".into()), span }),
            Shape::Carried { reduction, .. } => {
                Err(self.carried_obstacle(self.carried[reduction as usize].param, span))
            }
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
        let mut sum = match line.base {
            None if line.constant == 0 => None,
            None => Some(self.constant_lanes(line.constant, dtype, span)),
            Some(_) => {
                let first = self.pre.first(line, dtype);
                let input = self.input(first);
                Some(self.once(VectorOp::Splat(input), dtype, span))
            }
        };
        let inner = (0..).map(VectorOp::InnerTurn).zip(line.inner);
        for (turn, step) in [(VectorOp::Turn, line.step)].into_iter().chain(inner) {
            if step == Coefficient::Const(0) {
                continue;
            }
            let turn = self.once(turn, dtype, span);
            let moved = self.times(turn, step, dtype, span);
            sum = Some(match sum {
                None => moved,
                Some(sum) => {
                    let add = Op::Binary(Binary::Add, sum, moved);
                    self.once(VectorOp::Each(add), dtype, span)
                }
            });
        }
        sum.unwrap_or_else(|| self.constant_lanes(0, dtype, span))
    }

    fn times(&mut self, turn: Value, step: Coefficient, dtype: Dtype, span: Span) -> Value {
        let step = match step {
            Coefficient::Const(1) => return turn,
            Coefficient::Const(step) => self.constant_lanes(step, dtype, span),
            Coefficient::Value(step) => {
                let step = self.pre.cast(step, dtype);
                let input = self.input(step);
                self.once(VectorOp::Splat(input), dtype, span)
            }
        };
        self.once(VectorOp::Each(Op::Binary(Binary::Mul, turn, step)), dtype, span)
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
}
