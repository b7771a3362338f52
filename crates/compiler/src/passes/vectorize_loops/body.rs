//! Turns the body of a loop into a vector loop: branches become masks, uses of memory accesses,
//! values carried by an associative operation reductions.

use super::affine::{Affine, Coefficient, Preheader, is_index_type};
use super::dependence::{self, Use};
use super::operation::has_vector_form;
use crate::passes::definitions::is_movable;
use crate::passes::effects::{Root, root};
use crate::report::{AccessKind, AccessReport, Obstacle, Reason, VectorPlan};
use mambo_ir::function::{
    Binary, Block, Compare, Inst, Op, Terminator, Unary, Value, ValueType, ViewType,
};
use mambo_ir::vector::{Access, Reduction, Step, VectorInst, VectorLoop, VectorOp};
use mambo_ir::{Const, Dtype, FastMath, Layout, Span};
use std::collections::HashMap;

/// What a value of the function is in the loop.
#[derive(Clone, Copy, Debug)]
enum Shape {
    /// The same in all turns: a value from before the loop.
    Uniform(Value),
    /// A line.
    Line(Affine),
    /// A value of the vector loop.
    Lanes(Value),
    /// A reduction, and how often it had been added to.
    Carried { reduction: u32, version: u32 },
}

/// A reduction being recognised.
struct CarriedValue {
    param: Value,
    init: Value,
    dtype: Dtype,
    op: Option<Binary>,
    /// Counts what was added, on the path being walked.
    version: u32,
}

/// A body being converted.
pub(super) struct BodyPlanner<'a> {
    pub(super) pre: Preheader<'a>,
    shapes: HashMap<Value, Shape>,
    plan: VectorLoop,
    args: Vec<Value>,
    carried: Vec<CarriedValue>,
    uses: Vec<Use>,
    report: VectorPlan,
    /// Lanes of constants, inputs and lines made so far.
    known: HashMap<(VectorOp, Dtype), Value>,
    /// The turns that the loop may do.
    count: Value,
    /// The checks that limit them.
    limits: Vec<(Affine, Value)>,
    /// The instructions that read what is never written.
    frozen: Vec<usize>,
    allowed: FastMath,
}

/// A loop that can run in vectors.
pub(super) struct Planned {
    pub(super) plan: VectorLoop,
    /// The turns that it may do.
    pub(super) count: Value,
    pub(super) args: Vec<Value>,
    pub(super) init: Vec<Value>,
    pub(super) report: VectorPlan,
    /// What to put before the loop.
    pub(super) preheader: Vec<Inst>,
}

type Plan<T = ()> = Result<T, Obstacle>;

impl<'a> BodyPlanner<'a> {
    /// For a loop of `count` turns.
    pub(super) fn new(pre: Preheader<'a>, count: Value) -> Self {
        let allowed = pre.func.fastmath;
        BodyPlanner {
            pre,
            shapes: HashMap::new(),
            plan: VectorLoop::default(),
            args: Vec::new(),
            carried: Vec::new(),
            uses: Vec::new(),
            report: VectorPlan {
                accesses: Vec::new(),
                reductions: Vec::new(),
                operations: 0,
                requirements: 0,
                hoisted_checks: 0,
            },
            known: HashMap::new(),
            count,
            limits: Vec::new(),
            frozen: Vec::new(),
            allowed,
        }
    }

    /// Plans a body whose index is the given line.
    pub(super) fn plan(mut self, body: Block, index: Affine, init: &[Value]) -> Plan<Planned> {
        let params = self.pre.func.block(body).params.clone();
        self.shapes.insert(params[0], Shape::Line(index));
        for (number, (&param, &init)) in params[1..].iter().zip(init).enumerate() {
            let Some(dtype) = self.pre.func.ty(param).as_scalar() else {
                return Err(self.carried_obstacle(param, self.pre.span));
            };
            let shape = Shape::Carried { reduction: number as u32, version: 0 };
            self.shapes.insert(param, shape);
            self.carried.push(CarriedValue { param, init, dtype, op: None, version: 0 });
        }
        let results = self.block(body, None)?;
        for (number, result) in results.into_iter().enumerate() {
            self.finish_carried(number, result)?;
        }
        if let Some(span) = dependence::obstacle(&self.uses) {
            return Err(Obstacle { reason: Reason::Dependence, span });
        }
        self.drop_unused();
        self.requirements_first()?;
        if self.report.accesses.is_empty() {
            return Err(Obstacle { reason: Reason::NoGain, span: self.pre.span });
        }
        let init = self.carried.iter().map(|carried| carried.init).collect();
        let Self { pre, count, plan, args, report, .. } = self;
        Ok(Planned { plan, count, args, init, report, preheader: pre.insts })
    }

    fn finish_carried(&mut self, number: usize, result: Value) -> Plan {
        let carried = &self.carried[number];
        let whole = match self.shape(result) {
            Some(Shape::Carried { reduction, version }) => {
                reduction as usize == number && version == carried.version
            }
            _ => false,
        };
        let (Some(op), true) = (carried.op, whole) else {
            return Err(self.carried_obstacle(carried.param, self.pre.span));
        };
        let dtype = carried.dtype;
        self.plan.reductions.push(Reduction { op, dtype });
        self.report.reductions.push(format!("{op:?} of {dtype}").to_lowercase());
        Ok(())
    }

    fn carried_obstacle(&self, param: Value, span: Span) -> Obstacle {
        let name = self.pre.func.values[param.index()].name.clone();
        Obstacle { reason: Reason::Carried(name), span }
    }

    /// What a value is; those from before the loop are not in the table.
    fn shape(&self, value: Value) -> Option<Shape> {
        Some(self.shapes.get(&value).copied().unwrap_or(Shape::Uniform(value)))
    }

    // Blocks.

    /// Converts a block that runs where `mask` is true, and gives what it yields.
    fn block(&mut self, block: Block, mask: Option<Value>) -> Plan<Vec<Value>> {
        let info = self.pre.func.block(block).clone();
        for inst in info.insts {
            self.inst(inst, mask)?;
        }
        match info.end {
            Terminator::Yield(values) => Ok(values),
            _ => Err(Obstacle { reason: Reason::EarlyExit, span: self.pre.span }),
        }
    }

    fn inst(&mut self, inst: Inst, mask: Option<Value>) -> Plan {
        let info = self.pre.func.inst(inst).clone();
        let span = info.span;
        let fail = |reason| Err(Obstacle { reason, span });
        match &info.op {
            Op::Load { view, indices, part } => {
                self.load(info.results[0], *view, indices, *part, mask, span)
            }
            Op::Store { view, indices, part, value } => {
                self.store(*view, indices, *part, *value, mask, span)
            }
            Op::If { cond, then, otherwise } => {
                self.branch(*cond, *then, *otherwise, &info.results, mask, span)
            }
            Op::CheckIndex { index, len, .. } => {
                if mask.is_none() && self.limit(*index, *len) {
                    return Ok(());
                }
                let index = self.lanes(*index, span)?;
                let len = self.lanes(*len, span)?;
                let inside = Op::Compare(Compare::Lt, index, len);
                let inside = self.each(inside, Dtype::Bool, span);
                self.require(inside, mask, span)
            }
            Op::Assert { cond, .. } => {
                let cond = self.lanes(*cond, span)?;
                self.require(cond, mask, span)
            }
            Op::For { .. } | Op::Loop { .. } => fail(Reason::InnerLoop),
            Op::Scope { .. } => fail(Reason::EarlyExit),
            Op::Call { .. } | Op::HostCall { .. } => fail(Reason::Call),
            Op::Alloc { .. } | Op::Free(_) | Op::StackArray { .. } => fail(Reason::Allocation),
            Op::Table(_) | Op::View { .. } | Op::Dim { .. } | Op::Stride { .. } => {
                self.uniform_inst(inst)
            }
            Op::VectorLoop { .. } => fail(Reason::InnerLoop),
            op => self.scalar_inst(inst, op, mask),
        }
    }

    /// An instruction on what is known before the loop goes there.
    fn uniform_inst(&mut self, inst: Inst) -> Plan {
        let info = self.pre.func.inst(inst).clone();
        let mut op = info.op;
        let mut uniform = true;
        op.for_each_operand(|value| {
            uniform &= matches!(self.shape(value), Some(Shape::Uniform(_)));
        });
        let movable = is_movable(self.pre.func, self.pre.definitions, &op);
        if !uniform || !movable {
            let reason = match op {
                Op::View { .. } | Op::Table(_) => Reason::Operation("a view".into()),
                _ => Reason::Carried(None),
            };
            return Err(Obstacle { reason, span: info.span });
        }
        op.map_operands(|value| match self.shapes.get(&value) {
            Some(Shape::Uniform(value)) => *value,
            _ => value,
        });
        let ty = self.pre.func.ty(info.results[0]);
        let value = self.pre.insert(op, ty);
        self.shapes.insert(info.results[0], Shape::Uniform(value));
        Ok(())
    }

    fn scalar_inst(&mut self, inst: Inst, op: &Op, mask: Option<Value>) -> Plan {
        let info = self.pre.func.inst(inst).clone();
        let (result, span) = (info.results[0], info.span);
        let mut uniform = true;
        let mut carried = false;
        op.for_each_operand(|value| match self.shape(value) {
            Some(Shape::Uniform(_)) => {}
            Some(Shape::Carried { .. }) => carried = true,
            _ => uniform = false,
        });
        if carried {
            return self.accumulate(op, result, mask, span);
        }
        if uniform && is_movable(self.pre.func, self.pre.definitions, op) {
            return self.uniform_inst(inst);
        }
        if let Some(line) = self.line(op, result) {
            self.shapes.insert(result, Shape::Line(line));
            return Ok(());
        }
        let dtype = self.pre.func.dtype(result);
        if let Err(name) = has_vector_form(self.pre.func, op, dtype) {
            return Err(Obstacle { reason: Reason::Operation(name), span });
        }
        self.report.operations += usize::from(!matches!(op, Op::Bitcast(_)));
        let mut op = op.clone();
        let mut failed = None;
        let mut operands = Vec::new();
        op.for_each_operand(|value| operands.push(value));
        let mut lanes = HashMap::new();
        for value in operands {
            match self.lanes(value, span) {
                Ok(lane) => _ = lanes.insert(value, lane),
                Err(obstacle) => failed = Some(obstacle),
            }
        }
        if let Some(obstacle) = failed {
            return Err(obstacle);
        }
        op.map_operands(|value| lanes[&value]);
        let value = self.each(op, dtype, span);
        self.shapes.insert(result, Shape::Lanes(value));
        Ok(())
    }

    /// The line that an operation on lines gives.
    fn line(&mut self, op: &Op, result: Value) -> Option<Affine> {
        let dtype = self.pre.func.dtype(result);
        if !is_index_type(dtype) {
            return None;
        }
        match *op {
            Op::Binary(op, a, b) => {
                let (a, b) = (self.as_line(a)?, self.as_line(b)?);
                self.pre.combine(op, a, b)
            }
            Op::Cast(a) => {
                let line = self.as_line(a)?;
                Some(Affine { dtype, ..line })
            }
            Op::Unary(Unary::Neg, a) => {
                let (zero, line) = (Affine::constant(0, dtype), self.as_line(a)?);
                self.pre.combine(Binary::Sub, zero, line)
            }
            _ => None,
        }
    }

    fn as_line(&self, value: Value) -> Option<Affine> {
        match self.shape(value)? {
            Shape::Line(line) => Some(line),
            Shape::Uniform(base) => {
                let dtype = self.pre.func.ty(base).as_scalar()?;
                let line = match self.pre.known(base) {
                    Some(constant) => Affine::constant(constant, dtype),
                    None => Affine::uniform(base, dtype),
                };
                is_index_type(dtype).then_some(line)
            }
            _ => None,
        }
    }

    fn branch(
        &mut self,
        cond: Value,
        then: Block,
        otherwise: Block,
        results: &[Value],
        mask: Option<Value>,
        span: Span,
    ) -> Plan {
        let cond = self.lanes(cond, span)?;
        let not = self.each(Op::Unary(Unary::Not, cond), Dtype::Bool, span);
        let both = |this: &mut Self, other: Value| match mask {
            Some(mask) => this.each(Op::Binary(Binary::And, mask, other), Dtype::Bool, span),
            None => other,
        };
        let then_mask = both(self, cond);
        let versions: Vec<u32> = self.carried.iter().map(|carried| carried.version).collect();
        let yes = self.block(then, Some(then_mask))?;
        let (insts, uses) = (self.plan.insts.len(), self.uses.len());
        let after: Vec<u32> = self.carried.iter().map(|carried| carried.version).collect();
        for (carried, &version) in self.carried.iter_mut().zip(&versions) {
            carried.version = version;
        }
        let other_mask = both(self, not);
        let no = self.block(otherwise, Some(other_mask))?;
        self.join_stores((insts, uses), cond, (then_mask, other_mask), mask, span);
        let last: Vec<u32> = self.carried.iter().map(|carried| carried.version).collect();
        let mut merged = vec![false; self.carried.len()];
        for ((&result, yes), no) in results.iter().zip(yes).zip(no) {
            let shapes = (self.shape(yes), self.shape(no));
            if let (
                Some(Shape::Carried { reduction, version: a }),
                Some(Shape::Carried { reduction: other, version: b }),
            ) = shapes
            {
                let at = reduction as usize;
                if reduction != other || a != after[at] || b != last[at] {
                    return Err(self.carried_obstacle(self.carried[at].param, span));
                }
                self.carried[at].version = after[at].max(last[at]) + 1;
                merged[at] = true;
                let version = self.carried[at].version;
                self.shapes.insert(result, Shape::Carried { reduction, version });
                continue;
            }
            let (yes, no) = (self.lanes(yes, span)?, self.lanes(no, span)?);
            let dtype = self.plan.dtype(yes);
            let value = self.each(Op::Select(cond, yes, no), dtype, span);
            self.shapes.insert(result, Shape::Lanes(value));
        }
        // What an arm has added must not be forgotten.
        for at in 0..self.carried.len() {
            if !merged[at] && (after[at] != versions[at] || last[at] != versions[at]) {
                return Err(self.carried_obstacle(self.carried[at].param, span));
            }
        }
        Ok(())
    }

    /// Keeps the number of turns below that of the first that a check of a line fails in, if
    /// that can be known before the loop.
    fn limit(&mut self, index: Value, len: Value) -> bool {
        let (Some(line), Some(Shape::Uniform(len))) = (self.as_line(index), self.shape(len)) else {
            return false;
        };
        let Coefficient::Const(step) = line.step else { return false };
        if line.dtype != Dtype::Usize || step == i64::MIN {
            return false;
        }
        if self.limits.contains(&(line, len)) {
            return true;
        }
        self.limits.push((line, len));
        let pre = &mut self.pre;
        let first = pre.first(line, Dtype::Usize);
        let inside = pre.insert(Op::Compare(Compare::Lt, first, len), Dtype::Bool);
        let one = pre.int(Dtype::Usize, 1);
        // How far it can go up or down.
        let room = if step > 0 {
            let last = pre.binary(Binary::Sub, len, one);
            pre.binary(Binary::Sub, last, first)
        } else {
            first
        };
        let turns = match step.unsigned_abs() {
            0 => pre.int(Dtype::Usize, -1),
            1 => pre.binary(Binary::SaturatingAdd, room, one),
            by => {
                let by = pre.int(Dtype::Usize, by as i64);
                let steps = pre.binary(Binary::Div, room, by);
                pre.binary(Binary::Add, steps, one)
            }
        };
        let zero = pre.int(Dtype::Usize, 0);
        let turns = pre.insert(Op::Select(inside, turns, zero), Dtype::Usize);
        self.count = pre.binary(Binary::Min, self.count, turns);
        self.report.hoisted_checks += 1;
        true
    }

    /// Two arms that end by storing to one place store once, what the condition chooses. The
    /// second arm begins at the given instruction and use of memory.
    fn join_stores(
        &mut self,
        (second, first_use): (usize, usize),
        cond: Value,
        masks: (Value, Value),
        outer: Option<Value>,
        span: Span,
    ) {
        let store = |inst: Option<&VectorInst>, own: Value| match inst?.op {
            VectorOp::Store { access, value, mask } if mask == Some(own) => Some((access, value)),
            _ => None,
        };
        let insts = &self.plan.insts;
        let Some(before) = second.checked_sub(1) else { return };
        let (Some((access, yes)), Some((other, no))) =
            (store(insts.get(before), masks.0), store(insts.last(), masks.1))
        else {
            return;
        };
        // What the second arm reads must not be what the first one has written.
        let reads = self.uses[first_use..]
            .iter()
            .any(|used| !used.store && !matches!(used.root, Root::Frozen(_)));
        if access != other || reads || insts.len() == second {
            return;
        }
        self.plan.insts.pop();
        self.plan.insts.remove(before);
        self.frozen.iter_mut().filter(|at| **at > before).for_each(|at| *at -= 1);
        self.report.accesses.pop();
        let value = self.each(Op::Select(cond, yes, no), self.plan.dtype(yes), span);
        if let Some(report) = self.report.accesses.iter_mut().rfind(|access| access.store) {
            report.masked = outer.is_some();
        }
        self.push(VectorOp::Store { access, value, mask: outer }, None, span);
    }

    // Reductions.

    fn accumulate(&mut self, op: &Op, result: Value, mask: Option<Value>, span: Span) -> Plan {
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
        let Op::Binary(op, a, b) = *op else { return Err(obstacle) };
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
        let same = self.carried[at].op.is_none_or(|known| known == op);
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
    fn may_reorder(&self, op: Binary) -> bool {
        match op {
            // Which of two zeros comes out depends on the order.
            Binary::Min | Binary::Max => self.allowed.has(FastMath::NSZ),
            _ => self.allowed.has(FastMath::REASSOC),
        }
    }

    // Lanes.

    fn push(&mut self, op: VectorOp, dtype: Option<Dtype>, span: Span) -> Value {
        let value = Value(self.plan.values.len() as u32);
        self.plan.values.extend(dtype);
        self.plan.insts.push(VectorInst { op, result: dtype.map(|_| value), span });
        value
    }

    fn each(&mut self, op: Op, dtype: Dtype, span: Span) -> Value {
        self.push(VectorOp::Each(op), Some(dtype), span)
    }

    /// The same instruction again is the same value.
    fn once(&mut self, op: VectorOp, dtype: Dtype, span: Span) -> Value {
        let key = (op, dtype);
        if let Some(&value) = self.known.get(&key) {
            return value;
        }
        let value = self.push(key.0.clone(), Some(dtype), span);
        self.known.insert(key, value);
        value
    }

    fn input(&mut self, value: Value) -> u32 {
        if let Some(at) = self.args.iter().position(|&known| known == value) {
            return at as u32;
        }
        self.plan.inputs.push(self.pre.func.ty(value));
        self.args.push(value);
        self.args.len() as u32 - 1
    }

    /// A value of the function in lanes.
    fn lanes(&mut self, value: Value, span: Span) -> Plan<Value> {
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

    fn splat(&mut self, value: Value, span: Span) -> Plan<Value> {
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

    fn constant_lanes(&mut self, value: i64, dtype: Dtype, span: Span) -> Value {
        let constant = Const::from_bits(dtype, u128::from(value as u64));
        self.once(VectorOp::Each(Op::Const(constant)), dtype, span)
    }

    fn line_lanes(&mut self, line: Affine, span: Span) -> Value {
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

    fn require(&mut self, holds: Value, mask: Option<Value>, span: Span) -> Plan {
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
    fn drop_unused(&mut self) {
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
    fn requirements_first(&mut self) -> Plan {
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
    fn reorder(&mut self, order: &[usize]) {
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

    // Memory.

    fn load(
        &mut self,
        result: Value,
        view: Value,
        indices: &[Value],
        part: u8,
        mask: Option<Value>,
        span: Span,
    ) -> Plan {
        let lines = self.note_use(view, indices, part, false, span)?;
        let ty = self.pre.func.view_type(self.uniform_view(view, span)?);
        let dtype = ty.dtype.part();
        if dtype.is_int128() {
            return Err(Obstacle { reason: Reason::Type(dtype.name().into()), span });
        }
        let all: Option<Vec<Affine>> = lines.iter().copied().collect();
        let (op, kind) = match all {
            Some(lines) => {
                let access = self.access(view, ty, &lines, part);
                let kind = self.kind(access);
                (VectorOp::Load { access, mask }, kind)
            }
            None => {
                let op = self.gather(view, ty, indices, part, mask, span)?;
                (op, AccessKind::Gathered)
            }
        };
        self.report_access(span, false, kind, dtype, mask);
        if self.uses.last().is_some_and(|last| matches!(last.root, Root::Frozen(_))) {
            self.frozen.push(self.plan.insts.len());
        }
        let value = self.push(op, Some(dtype), span);
        self.shapes.insert(result, Shape::Lanes(value));
        Ok(())
    }

    fn store(
        &mut self,
        view: Value,
        indices: &[Value],
        part: u8,
        value: Value,
        mask: Option<Value>,
        span: Span,
    ) -> Plan {
        let lines = self.note_use(view, indices, part, true, span)?;
        let ty = self.pre.func.view_type(self.uniform_view(view, span)?);
        let Some(lines) = lines.into_iter().collect::<Option<Vec<Affine>>>() else {
            return Err(Obstacle { reason: Reason::Scatter, span });
        };
        let dtype = ty.dtype.part();
        if dtype.is_int128() {
            return Err(Obstacle { reason: Reason::Type(dtype.name().into()), span });
        }
        if !lines.iter().any(|line| matches!(line.step, Coefficient::Const(step) if step != 0)) {
            return Err(Obstacle { reason: Reason::OneElement, span });
        }
        let access = self.access(view, ty, &lines, part);
        if self.plan.accesses[access as usize].step == Step::Const(0) {
            return Err(Obstacle { reason: Reason::OneElement, span });
        }
        let kind = self.kind(access);
        self.report_access(span, true, kind, dtype, mask);
        let value = self.lanes(value, span)?;
        self.push(VectorOp::Store { access, value, mask }, None, span);
        Ok(())
    }

    fn report_access(
        &mut self,
        span: Span,
        store: bool,
        kind: AccessKind,
        dtype: Dtype,
        mask: Option<Value>,
    ) {
        let (bytes, masked) = (dtype.size(), mask.is_some());
        self.report.accesses.push(AccessReport { span, store, kind, bytes, masked });
    }

    fn kind(&self, access: u32) -> AccessKind {
        match self.plan.accesses[access as usize].step {
            Step::Const(0) => AccessKind::Broadcast,
            Step::Const(1) => AccessKind::Contiguous,
            Step::Const(-1) => AccessKind::Reversed,
            Step::Const(step) => AccessKind::Strided(Some(step)),
            Step::Input(_) => AccessKind::Strided(None),
        }
    }

    /// Writes down a use of memory for the dependence tests, and gives the lines of its indices.
    fn note_use(
        &mut self,
        view: Value,
        indices: &[Value],
        part: u8,
        store: bool,
        span: Span,
    ) -> Plan<Vec<Option<Affine>>> {
        let view = self.uniform_view(view, span)?;
        let lines: Vec<Option<Affine>> = indices.iter().map(|&index| self.as_line(index)).collect();
        let root = root(self.pre.func, self.pre.definitions, view);
        self.uses.push(Use { root, view, part, indices: lines.clone(), store, span });
        Ok(lines)
    }

    fn uniform_view(&self, view: Value, span: Span) -> Plan<Value> {
        match self.shape(view) {
            Some(Shape::Uniform(view)) => Ok(view),
            _ => Err(Obstacle { reason: Reason::Operation("a view".into()), span }),
        }
    }

    /// The stride of an axis of a view.
    fn stride(&mut self, view: Value, ty: ViewType, axis: usize) -> Coefficient {
        let last = ty.rank as usize - 1;
        let unit = match ty.layout {
            Layout::C => axis == last,
            Layout::F => axis == 0,
            Layout::Strided => false,
        };
        if unit {
            return Coefficient::Const(1);
        }
        if let Some(Op::View { strides, .. }) = self.pre.definitions.op(self.pre.func, view) {
            let stride = strides[axis];
            if let Some(known) = self.pre.known(stride) {
                return Coefficient::Const(known);
            }
        }
        let stride = Op::Stride { view, axis: axis as u8 };
        Coefficient::Value(self.pre.insert(stride, Dtype::Isize))
    }

    /// A reference to the element at `offset`.
    fn reference(&mut self, view: Value, ty: ViewType, offset: Vec<Value>) -> u32 {
        let op = Op::View { view, offset, dims: Vec::new(), strides: Vec::new() };
        let ty = ViewType { rank: 0, layout: Layout::C, ..ty };
        let known = self.pre.insts.iter().copied().find(|&inst| {
            let info = self.pre.func.inst(inst);
            info.op == op && self.pre.func.ty(info.results[0]) == ValueType::View(ty)
        });
        let reference = match known {
            Some(inst) => self.pre.func.inst(inst).results[0],
            None => self.pre.insert(op, ValueType::View(ty)),
        };
        self.input(reference)
    }

    /// The access to an element whose indices are lines.
    fn access(&mut self, view: Value, ty: ViewType, lines: &[Affine], part: u8) -> u32 {
        let view = self.uniform_view(view, Span::default()).unwrap_or(view);
        let mut step = Coefficient::Const(0);
        let (mut offset, mut first) = (0i64, Vec::new());
        for (axis, &line) in lines.iter().enumerate() {
            let stride = self.stride(view, ty, axis);
            let moved = self.pre.times(line.step, stride);
            step = self.pre.plus(step, moved);
            let mut start = line;
            if let Coefficient::Const(stride) = stride {
                offset = offset.wrapping_add(line.constant.wrapping_mul(stride));
                start.constant = 0;
            }
            first.push(self.first_once(start));
        }
        let base = self.reference(view, ty, first);
        let step = match step {
            Coefficient::Const(step) => Step::Const(step),
            Coefficient::Value(step) => {
                let step = self.pre.cast(step, Dtype::Isize);
                Step::Input(self.input(step))
            }
        };
        let access = Access { base, part, step, offset };
        if let Some(at) = self.plan.accesses.iter().position(|known| *known == access) {
            return at as u32;
        }
        self.plan.accesses.push(access);
        self.plan.accesses.len() as u32 - 1
    }

    /// What a line is in turn 0, as an index; constants are made once.
    fn first_once(&mut self, line: Affine) -> Value {
        if line.base.is_none() {
            let constant = Const::from_bits(Dtype::Usize, u128::from(line.constant as u64));
            let known = self
                .pre
                .insts
                .iter()
                .copied()
                .find(|&inst| self.pre.func.inst(inst).op == Op::Const(constant));
            if let Some(inst) = known {
                return self.pre.func.inst(inst).results[0];
            }
        }
        self.pre.first(line, Dtype::Usize)
    }

    fn gather(
        &mut self,
        view: Value,
        ty: ViewType,
        indices: &[Value],
        part: u8,
        mask: Option<Value>,
        span: Span,
    ) -> Plan<VectorOp> {
        let view = self.uniform_view(view, span)?;
        let mut place: Option<Value> = None;
        let mut first = Vec::new();
        for (axis, &index) in indices.iter().enumerate() {
            if let Some(line) = self.as_line(index)
                && line.is_uniform()
            {
                first.push(self.first_once(line));
                continue;
            }
            first.push(self.first_once(Affine::constant(0, Dtype::Usize)));
            let index = self.lanes(index, span)?;
            let index = self.each(Op::Cast(index), Dtype::Isize, span);
            let index = match self.stride(view, ty, axis) {
                Coefficient::Const(1) => index,
                Coefficient::Const(stride) => {
                    let stride = self.constant_lanes(stride, Dtype::Isize, span);
                    self.each(Op::Binary(Binary::Mul, index, stride), Dtype::Isize, span)
                }
                Coefficient::Value(stride) => {
                    let input = self.input(stride);
                    let stride = self.once(VectorOp::Splat(input), Dtype::Isize, span);
                    self.each(Op::Binary(Binary::Mul, index, stride), Dtype::Isize, span)
                }
            };
            place = Some(match place {
                None => index,
                Some(sum) => self.each(Op::Binary(Binary::Add, sum, index), Dtype::Isize, span),
            });
        }
        let base = self.reference(view, ty, first);
        let index = place.expect("an index that is no line");
        Ok(VectorOp::Gather { base, part, index, mask })
    }
}
