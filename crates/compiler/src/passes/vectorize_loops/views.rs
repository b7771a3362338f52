//! Views that move with the turns, such as a row of a matrix: what is read and written through
//! them is read and written through the view that they are a part of.
//!
//! That works where each axis of the part is one of the whole, which shows in equal strides.

use super::body::{BodyPlanner, Plan, Shape};
use crate::report::{Obstacle, Reason};
use mambo_ir::Layout;
use mambo_ir::function::{Binary, Inst, Op, Value};

/// A part of a view from before the loop.
#[derive(Clone, Debug)]
pub(super) struct MovedView {
    /// The whole.
    view: Value,
    /// Where the part begins: values of the body.
    offset: Vec<Value>,
    /// The axis of the whole that each of its axes is.
    axes: Vec<usize>,
}

impl BodyPlanner<'_> {
    /// A view: from before the loop, or a part of one that moves.
    pub(super) fn view(&mut self, inst: Inst) -> Plan {
        let info = self.pre.func.inst(inst).clone();
        let Op::View { view, offset, dims, strides } = &info.op else { return Ok(()) };
        let is_uniform =
            |this: &Self, value: Value| matches!(this.shape(value), Some(Shape::Uniform(_)));
        let all = std::iter::once(view).chain(offset).chain(dims).chain(strides);
        if all.into_iter().all(|&value| is_uniform(self, value)) {
            return self.uniform_inst(inst);
        }
        let obstacle = Obstacle { reason: Reason::Operation("a view".into()), span: info.span };
        if !strides.iter().all(|&stride| is_uniform(self, stride)) {
            return Err(obstacle);
        }
        // A part of a part is one of the whole.
        let (whole, offset) = match self.moved.get(view).cloned() {
            None => (self.uniform_view(*view, info.span)?, offset.clone()),
            Some(moved) => (moved.view, self.indices_in_whole(&moved, offset)?),
        };
        let axes = self.axes_in(whole, strides).ok_or(obstacle)?;
        self.shapes.insert(info.results[0], Shape::Moved);
        self.moved.insert(info.results[0], MovedView { view: whole, offset, axes });
        Ok(())
    }

    /// A view from before the loop and indices, for one of the body and indices.
    pub(super) fn in_whole(&mut self, view: Value, indices: &[Value]) -> Plan<(Value, Vec<Value>)> {
        match self.moved.get(&view).cloned() {
            None => Ok((view, indices.to_vec())),
            Some(moved) => Ok((moved.view, self.indices_in_whole(&moved, indices)?)),
        }
    }

    fn indices_in_whole(&mut self, moved: &MovedView, indices: &[Value]) -> Plan<Vec<Value>> {
        let mut whole = moved.offset.clone();
        for (&axis, &index) in moved.axes.iter().zip(indices) {
            whole[axis] = match self.pre.known(whole[axis]) {
                Some(0) => index,
                _ => self.sum(whole[axis], index)?,
            };
        }
        Ok(whole)
    }

    /// The sum of two indices, as a value of the body.
    fn sum(&mut self, a: Value, b: Value) -> Plan<Value> {
        let (op, ty) = (Op::Binary(Binary::Add, a, b), self.pre.func.ty(a));
        let inst = self.pre.func.new_inst(op.clone(), &[ty], self.pre.span);
        self.pre.definitions.record(self.pre.func, inst);
        self.scalar_inst(inst, &op, self.mask)?;
        Ok(self.pre.func.inst(inst).results[0])
    }

    /// The axes of a view that have these strides, each once.
    fn axes_in(&self, view: Value, strides: &[Value]) -> Option<Vec<usize>> {
        let rank = usize::from(self.pre.func.view_type(view).rank);
        let mut axes: Vec<usize> = Vec::with_capacity(strides.len());
        for &stride in strides.iter().rev() {
            let free = (0..rank).rev().filter(|axis| !axes.contains(axis));
            axes.push(free.into_iter().find(|&axis| self.has_stride(view, axis, stride))?);
        }
        axes.reverse();
        Some(axes)
    }

    /// Whether an axis of a view is known to have this stride.
    fn has_stride(&self, view: Value, axis: usize, stride: Value) -> bool {
        let stride = match self.shape(stride) {
            Some(Shape::Uniform(stride)) => stride,
            _ => stride,
        };
        let ty = self.pre.func.view_type(view);
        let is_unit = match ty.layout {
            Layout::C => axis + 1 == usize::from(ty.rank),
            Layout::F => axis == 0,
            Layout::Strided => false,
        };
        let known = self.pre.known(stride);
        if is_unit && known == Some(1) {
            return true;
        }
        let definitions = &self.pre.definitions;
        if let Some(Op::View { strides, .. }) = definitions.op(self.pre.func, view) {
            let own = strides[axis];
            if own == stride || known.is_some() && self.pre.known(own) == known {
                return true;
            }
        }
        matches!(definitions.op(self.pre.func, stride), Some(Op::Stride { view: of, axis: at })
            if *of == view && usize::from(*at) == axis)
    }
}
