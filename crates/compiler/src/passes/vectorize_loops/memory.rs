//! Memory in the body: loads and stores at lines become accesses, other loads gathers.

use super::affine::{Affine, Coefficient};
use super::body::{BodyPlanner, Plan, Shape};
use super::dependence::Use;
use crate::passes::effects::{Root, root};
use crate::report::{AccessKind, AccessReport, Obstacle, Reason};
use mambo_ir::function::{Binary, Op, Value, ValueType, ViewType};
use mambo_ir::vector::{Access, NESTED, Step, VectorOp};
use mambo_ir::{Const, Dtype, Layout, Span};

impl BodyPlanner<'_> {
    pub(super) fn load(
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
        let value = self.push(op, Some(dtype), span);
        if self.uses.last().is_some_and(|last| matches!(last.root, Root::Frozen(_))) {
            self.frozen.insert(value);
        }
        self.shapes.insert(result, Shape::Lanes(value));
        Ok(())
    }

    pub(super) fn store(
        &mut self,
        view: Value,
        indices: &[Value],
        part: u8,
        value: Value,
        mask: Option<Value>,
        span: Span,
    ) -> Plan {
        if !self.frames.is_empty() {
            return Err(Obstacle { reason: Reason::InnerStore, span });
        }
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

    pub(super) fn report_access(
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

    pub(super) fn kind(&self, access: u32) -> AccessKind {
        match self.plan.accesses[access as usize].step {
            Step::Const(0) => AccessKind::Broadcast,
            Step::Const(1) => AccessKind::Contiguous,
            Step::Const(-1) => AccessKind::Reversed,
            Step::Const(step) => AccessKind::Strided(Some(step)),
            Step::Input(_) => AccessKind::Strided(None),
        }
    }

    /// Writes down a use of memory for the dependence tests, and gives the lines of its indices.
    pub(super) fn note_use(
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
        // Where a loop inside moves, the turns of the loop itself may meet anywhere.
        let fixed = |line: &Option<Affine>| line.filter(|line| !line.moves_inside());
        let fixed = lines.iter().map(fixed).collect();
        self.uses.push(Use { root, view, part, indices: fixed, store, span });
        Ok(lines)
    }

    pub(super) fn uniform_view(&self, view: Value, span: Span) -> Plan<Value> {
        match self.shape(view) {
            Some(Shape::Uniform(view)) => Ok(view),
            _ => Err(Obstacle { reason: Reason::Operation("a view".into()), span }),
        }
    }

    /// The stride of an axis of a view.
    pub(super) fn stride(&mut self, view: Value, ty: ViewType, axis: usize) -> Coefficient {
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
        Coefficient::Value(match self.inserted(&stride) {
            Some(known) => known,
            None => self.pre.insert(stride, Dtype::Isize),
        })
    }

    /// The result of an instruction that stands before the loop already.
    fn inserted(&self, op: &Op) -> Option<Value> {
        let pre = &self.pre;
        let known = pre.insts.iter().find(|&&inst| pre.func.inst(inst).op == *op)?;
        pre.func.inst(*known).results.first().copied()
    }

    /// A reference to the element at `offset`.
    pub(super) fn reference(&mut self, view: Value, ty: ViewType, offset: Vec<Value>) -> u32 {
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
    pub(super) fn access(&mut self, view: Value, ty: ViewType, lines: &[Affine], part: u8) -> u32 {
        let view = self.uniform_view(view, Span::default()).unwrap_or(view);
        let mut step = Coefficient::Const(0);
        let mut inner = [step; NESTED];
        let (mut offset, mut first) = (0i64, Vec::new());
        for (axis, &line) in lines.iter().enumerate() {
            let stride = self.stride(view, ty, axis);
            let moved = self.pre.times(line.step, stride);
            step = self.pre.plus(step, moved);
            for (own, moved) in inner.iter_mut().zip(line.inner) {
                let moved = self.pre.times(moved, stride);
                *own = self.pre.plus(*own, moved);
            }
            let mut start = line;
            if let Coefficient::Const(stride) = stride {
                offset = offset.wrapping_add(line.constant.wrapping_mul(stride));
                start.constant = 0;
            }
            first.push(self.first_once(start));
        }
        let base = self.reference(view, ty, first);
        let (step, inner) = (self.step(step), inner.map(|inner| self.step(inner)));
        let access = Access { base, part, step, offset, inner };
        if let Some(at) = self.plan.accesses.iter().position(|known| *known == access) {
            return at as u32;
        }
        self.plan.accesses.push(access);
        self.plan.accesses.len() as u32 - 1
    }

    fn step(&mut self, step: Coefficient) -> Step {
        match step {
            Coefficient::Const(step) => Step::Const(step),
            Coefficient::Value(step) => {
                let step = self.pre.cast(step, Dtype::Isize);
                Step::Input(self.input(step))
            }
        }
    }

    /// What a line is in turn 0, as an index; constants are made once.
    pub(super) fn first_once(&mut self, line: Affine) -> Value {
        if line.base.is_none() {
            let constant = Const::from_bits(Dtype::Usize, u128::from(line.constant as u64));
            if let Some(known) = self.inserted(&Op::Const(constant)) {
                return known;
            }
        }
        self.pre.first(line, Dtype::Usize)
    }

    pub(super) fn gather(
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
