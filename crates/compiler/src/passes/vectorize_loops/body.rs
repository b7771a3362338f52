//! Turns the body of a loop into a vector loop: branches become masks, uses of memory accesses,
//! values carried by an associative operation reductions.

use super::Range;
use super::affine::{Affine, Preheader, is_index_type};
use super::best::{BestSoFar, Part};
use super::dependence::{self, Use};
use super::gain::costly_gather;
use super::nest::Frame;
use super::operation::has_vector_form;
use super::views::MovedView;
use crate::passes::definitions::is_movable;
use crate::report::{Obstacle, Reason, VectorPlan};
use mambo_ir::function::{Binary, Block, Compare, Inst, Op, Terminator, Unary, Value};
use mambo_ir::vector::{VectorLoop, VectorOp};
use mambo_ir::{Dtype, FastMath, Span};
use rustc_hash::{FxHashMap, FxHashSet};

/// What a value of the function is in the loop.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    /// The same in all turns: a value from before the loop.
    Uniform(Value),
    /// A line.
    Line(Affine),
    /// A value of the vector loop.
    Lanes(Value),
    /// A part of a view that moves.
    Moved,
    /// A reduction, and how often it had been added to.
    Carried { reduction: u32, version: u32 },
}

/// A reduction being recognised.
pub(super) struct CarriedValue {
    pub(super) param: Value,
    pub(super) init: Value,
    pub(super) dtype: Dtype,
    pub(super) op: Option<Binary>,
    /// Counts what was added, on the path being walked.
    pub(super) version: u32,
    /// What it is in a best, if it is replaced rather than added to.
    pub(super) part: Option<Part>,
}

/// A body being converted.
pub(super) struct BodyPlanner<'a> {
    pub(super) pre: Preheader<'a>,
    pub(super) shapes: FxHashMap<Value, Shape>,
    pub(super) plan: VectorLoop,
    pub(super) args: Vec<Value>,
    pub(super) carried: Vec<CarriedValue>,
    pub(super) bests: Vec<BestSoFar>,
    /// The lanes that have found a better value, by themselves or under a condition.
    pub(super) better: FxHashMap<Value, u32>,
    pub(super) uses: Vec<Use>,
    /// Views that are parts of others, and move.
    pub(super) moved: FxHashMap<Value, MovedView>,
    pub(super) report: VectorPlan,
    /// Lanes of constants, inputs and lines made so far.
    pub(super) known: FxHashMap<(VectorOp, Dtype), Value>,
    /// The turns that the loop may do.
    pub(super) count: Value,
    /// The checks that limit them.
    pub(super) limits: Vec<(Affine, Value)>,
    /// The values that were read where nothing is ever written.
    pub(super) frozen: FxHashSet<Value>,
    pub(super) allowed: FastMath,
    /// The lanes that run what is being converted, if not all do.
    pub(super) mask: Option<Value>,
    /// Whether it is the body of an elementary function, whose branches are for rare arguments.
    pub(super) in_elementary: bool,
    /// The loops inside that are being converted.
    pub(super) frames: Vec<Frame>,
    /// The loops that others have left their checks to.
    pub(super) split: &'a [Inst],
    /// Those of them that have nothing to do: start and end.
    pub(super) finished: Vec<(Value, Value)>,
    /// The body of the loop.
    pub(super) body: Block,
}

/// A loop that can run in vectors.
pub(super) struct Planned {
    pub(super) plan: VectorLoop,
    /// The turns that it may do.
    pub(super) count: Value,
    pub(super) args: Vec<Value>,
    /// The initial values of what the vector loop carries.
    pub(super) init: Vec<Value>,
    /// What each value is there that the plain loop carries, if it is not a reduction.
    pub(super) parts: Vec<Option<Part>>,
    pub(super) report: VectorPlan,
    /// What to put before the loop.
    pub(super) preheader: Vec<Inst>,
}

pub(super) type Plan<T = ()> = Result<T, Obstacle>;

impl<'a> BodyPlanner<'a> {
    /// For a loop of `count` turns.
    pub(super) fn new(pre: Preheader<'a>, count: Value, body: Block, split: &'a [Inst]) -> Self {
        let allowed = pre.func.fastmath;
        BodyPlanner {
            pre,
            shapes: FxHashMap::default(),
            plan: VectorLoop::default(),
            args: Vec::new(),
            carried: Vec::new(),
            bests: Vec::new(),
            better: FxHashMap::default(),
            uses: Vec::new(),
            moved: FxHashMap::default(),
            report: VectorPlan {
                accesses: Vec::new(),
                reductions: Vec::new(),
                operations: 0,
                requirements: 0,
                hoisted_checks: 0,
                regions: Vec::new(),
            },
            known: FxHashMap::default(),
            count,
            limits: Vec::new(),
            frozen: FxHashSet::default(),
            allowed,
            mask: None,
            in_elementary: false,
            frames: Vec::new(),
            split,
            finished: Vec::new(),
            body,
        }
    }

    /// Plans a body whose index is the given line, inside of these loops.
    pub(super) fn plan(mut self, index: Affine, init: &[Value], around: &[Range]) -> Plan<Planned> {
        let body = self.body;
        let params = self.pre.func.block(body).params.clone();
        self.shapes.insert(params[0], Shape::Line(index));
        for (number, (&param, &init)) in params[1..].iter().zip(init).enumerate() {
            let Some(dtype) = self.pre.func.ty(param).as_scalar() else {
                return Err(self.carried_obstacle(param, self.pre.span));
            };
            let shape = Shape::Carried { reduction: number as u32, version: 0 };
            self.shapes.insert(param, shape);
            let carried = CarriedValue { param, init, dtype, op: None, version: 0, part: None };
            self.carried.push(carried);
        }
        let Some(results) = self.block(body)? else {
            return Err(Obstacle { reason: Reason::EarlyExit, span: self.pre.span });
        };
        for (number, result) in results.into_iter().enumerate() {
            self.finish_carried(number, result)?;
        }
        self.number_reductions();
        let bests = self.finish_bests()?;
        if let Some(span) = dependence::obstacle(&self.uses) {
            return Err(Obstacle { reason: Reason::Dependence, span });
        }
        self.drop_unused();
        self.requirements_first()?;
        self.number_values();
        if self.report.accesses.is_empty() {
            return Err(Obstacle { reason: Reason::NoGain, span: self.pre.span });
        }
        if let Some(span) = costly_gather(&self.plan) {
            return Err(Obstacle { reason: Reason::NoGain, span });
        }
        self.add_extent(around);
        let reductions = self.carried.iter().filter(|carried| carried.part.is_none());
        let init = reductions.map(|carried| carried.init).chain(bests).collect();
        let parts = self.carried.iter().map(|carried| carried.part).collect();
        let Self { pre, count, plan, args, mut report, .. } = self;
        report.regions.sort_by_key(|region| (region.span.line, region.span.column));
        Ok(Planned { plan, count, args, init, parts, report, preheader: pre.insts })
    }

    pub(super) fn carried_obstacle(&self, param: Value, span: Span) -> Obstacle {
        let name = self.pre.func.values[param.index()].name.clone();
        Obstacle { reason: Reason::Carried(name), span }
    }

    /// What a value is; those from before the loop are not in the table.
    pub(super) fn shape(&self, value: Value) -> Option<Shape> {
        Some(self.shapes.get(&value).copied().unwrap_or(Shape::Uniform(value)))
    }

    // Blocks.

    /// Converts a block and gives what it yields, if its end is reached.
    pub(super) fn block(&mut self, block: Block) -> Plan<Option<Vec<Value>>> {
        let info = self.pre.func.block(block).clone();
        for inst in info.insts {
            let inner = self.pre.func.inst(inst).clone();
            if let Op::If { cond, then, otherwise } = inner.op {
                if !self.branch(cond, [then, otherwise], &inner.results, inner.span)? {
                    return Ok(None);
                }
            } else {
                self.inst(inst)?;
            }
        }
        match info.end {
            Terminator::Yield(values) => Ok(Some(values)),
            Terminator::Break { target, values } if self.is_innermost(target) => {
                self.leave(&values).map(|()| None)
            }
            Terminator::Continue { target, values } if self.is_innermost(target) => {
                self.go_on(&values).map(|()| None)
            }
            Terminator::Panic { .. } if self.mask.is_some() => self.never().map(|()| None),
            _ => Err(Obstacle { reason: Reason::EarlyExit, span: self.pre.span }),
        }
    }

    fn inst(&mut self, inst: Inst) -> Plan {
        let info = self.pre.func.inst(inst).clone();
        let (span, mask) = (info.span, self.mask);
        let fail = |reason| Err(Obstacle { reason, span });
        match &info.op {
            Op::Load { view, indices, part } => {
                let (view, indices) = self.in_whole(*view, indices)?;
                self.load(info.results[0], view, &indices, *part, mask, span)
            }
            Op::Store { view, indices, part, value } => {
                let (view, indices) = self.in_whole(*view, indices)?;
                self.store(view, &indices, *part, *value, mask, span)
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
            Op::For { .. } | Op::Loop { .. } => self.inner_loop(inst),
            Op::If { .. } | Op::Scope { .. } => fail(Reason::EarlyExit),
            Op::Call { .. } | Op::HostCall { .. } => fail(Reason::Call),
            Op::Alloc { .. } | Op::Free(_) | Op::StackArray { .. } => fail(Reason::Allocation),
            Op::View { .. } => self.view(inst),
            Op::Table(_) | Op::Dim { .. } | Op::Stride { .. } => self.uniform_inst(inst),
            Op::VectorLoop { .. } => fail(Reason::InnerLoop),
            op => self.scalar_inst(inst, op, mask),
        }
    }

    /// An instruction on what is known before the loop goes there.
    pub(super) fn uniform_inst(&mut self, inst: Inst) -> Plan {
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

    pub(super) fn scalar_inst(&mut self, inst: Inst, op: &Op, mask: Option<Value>) -> Plan {
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
            return match op {
                Op::Compare(..) => self.better(op, result, span),
                Op::Select(..) => self.chosen(op, result, span),
                _ => match self.is_found(op) {
                    Some(found) => self.found(found, result, span),
                    None => self.accumulate(op, result, mask, span),
                },
            };
        }
        if uniform && is_movable(self.pre.func, self.pre.definitions, op) {
            return self.uniform_inst(inst);
        }
        if let Some(line) = self.line(op, result) {
            self.shapes.insert(result, Shape::Line(line));
            return Ok(());
        }
        if let Some(shape) = self.elementary(op, span)? {
            self.shapes.insert(result, shape);
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
        let mut lanes = FxHashMap::default();
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
        let value = self.once(VectorOp::Each(op), dtype, span);
        self.shapes.insert(result, Shape::Lanes(value));
        Ok(())
    }

    /// The line that an operation on lines gives.
    pub(super) fn line(&mut self, op: &Op, result: Value) -> Option<Affine> {
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

    pub(super) fn as_line(&self, value: Value) -> Option<Affine> {
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
}
