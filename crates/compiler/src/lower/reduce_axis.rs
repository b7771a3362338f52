//! Lowers reductions along an axis, each in the order of ndarray's.
//!
//! `sum_axis` and `product_axis` fold lane by lane along the axis of the shortest stride and add
//! whole subviews along any other; the bits depend on which. What ndarray collects from lanes
//! (these, and `map_axis`) it visits and stores in the order that suits the other axes: the
//! first fastest, if they lie so in memory. Only static layout `C` never does.

use super::value::{ArrayVal, Val};
use super::{Lower, Result};
use crate::infer::ty::Ty;
use mambo_ir::function::{Binary, Compare, Op, Unary, Value, ValueType, ViewType};
use mambo_ir::kernel::{BinaryOp, Expr};
use mambo_ir::{Dtype, Layout};

/// An array as lanes along its last axis, the other axes in the order they are visited.
struct Lanes {
    view: Value,
    /// The lengths of the other axes.
    dims: Vec<Value>,
    /// Whether these are in reverse order, if that is not known to be false.
    reversed: Option<Value>,
    /// What is known of the layout of each lane.
    layout: Layout,
}

impl<'u> Lower<'_, 'u> {
    /// A reduction along an axis; `None` for other names.
    pub(super) fn axis_reduction(
        &mut self,
        expr: &'u Expr,
        view: Value,
        name: &str,
        args: &'u [Expr],
    ) -> Result<Option<Val>> {
        let rank = self.b.func.view_type(view).rank;
        let Some((axis, args)) = args.split_first() else { return Ok(None) };
        let op = if name == "product_axis" { BinaryOp::Mul } else { BinaryOp::Add };
        Ok(Some(match (name, args) {
            ("sum_axis" | "product_axis", []) => {
                let axis = self.axis(axis, rank)?;
                Val::Array(self.fold_axis(view, axis, op)?)
            }
            ("mean_axis", []) => {
                let axis = self.axis(axis, rank)?;
                self.mean_axis(view, axis)?
            }
            ("var_axis" | "std_axis", [ddof]) => {
                let axis = self.axis(axis, rank)?;
                Val::Array(self.variance_axis(view, axis, ddof, name == "std_axis")?)
            }
            ("fold_axis", [init, closure]) => {
                let axis = self.axis(axis, rank)?;
                self.fold_axis_by_closure(expr, view, axis, init, closure)?
            }
            ("map_axis", [closure]) => {
                let axis = self.axis(axis, rank)?;
                self.map_axis(expr, view, axis, closure)?
            }
            _ => return Ok(None),
        }))
    }

    fn fold_axis(&mut self, view: Value, axis: u8, op: BinaryOp) -> Result<ArrayVal> {
        let dtype = self.b.func.view_type(view).dtype;
        let by_lanes = self.has_shortest_stride(view, axis);
        let lanes = self.lanes_along(view, axis, Some(by_lanes));
        let target = self.allocate(dtype, lanes.dims.clone(), false);
        let start = self.identity(view, op);
        self.branch(
            by_lanes,
            &[],
            &Ty::UNIT,
            |lower| {
                lower.index_nest(&lanes.dims, &[], &mut |lower, indices| {
                    let lane = lower.lane_at(&lanes, indices);
                    let value = lower.fold_array(lane, op)?;
                    lower.store(target.view, indices, value)
                })?;
                Ok(Val::UNIT)
            },
            |lower| {
                lower.fill(target.view, start)?;
                lower.each_along(&lanes, &[], &mut |lower, at| {
                    let item = lower.load(lanes.view, at);
                    let indices = &at[..at.len() - 1];
                    let sum = lower.load(target.view, indices);
                    let value = lower.operate(op, sum, item)?;
                    lower.store(target.view, indices, value)
                })?;
                Ok(Val::UNIT)
            },
        )?;
        Ok(self.in_logical_order(target, &lanes))
    }

    /// Runs `body` for each index into the view of `lanes`, the axis of the lanes slowest.
    fn each_along(
        &mut self,
        lanes: &Lanes,
        carried: &[u32],
        body: &mut dyn FnMut(&mut Self, &[Value]) -> Result<()>,
    ) -> Result<()> {
        let len = self.b.dim(lanes.view, lanes.dims.len() as u8);
        self.counted_loop(len, carried.to_vec(), vec![], |lower, k, _| {
            lower.index_nest(&lanes.dims, carried, &mut |lower, indices| {
                let mut at = indices.to_vec();
                at.push(k);
                body(lower, &at)
            })?;
            Ok(vec![])
        })?;
        Ok(())
    }

    fn mean_axis(&mut self, view: Value, axis: u8) -> Result<Val> {
        let dtype = self.b.func.view_type(view).dtype;
        let count = self.b.dim(view, axis);
        let what = "Converting axis length to `A` must not fail.";
        let (some, divisor) = self.divisor(count, dtype, what);
        let sums = self.fold_axis(view, axis, BinaryOp::Add)?;
        let dims = self.dims(sums.view);
        self.index_nest(&dims, &[], &mut |lower, indices| {
            let sum = lower.load(sums.view, indices);
            let mean = lower.operate(BinaryOp::Div, sum, divisor.clone())?;
            lower.store(sums.view, indices, mean)
        })?;
        Ok(Val::Option { some, item: Box::new(Val::Array(sums)) })
    }

    fn fold_axis_by_closure(
        &mut self,
        expr: &'u Expr,
        view: Value,
        axis: u8,
        init: &'u Expr,
        closure: &'u Expr,
    ) -> Result<Val> {
        let dtype = self.element_type(expr)?;
        let init = self.expr(init)?;
        let init = self.loaded(init)?;
        let closure = self.closure_node(closure)?;
        let carried = self.carried_by_closures(&[closure]);
        let ty = self.b.func.view_type(view);
        if !carried.is_empty() && ty.rank > 3 && ty.layout != Layout::C {
            return self.error(
                self.span,
                "a closure that changes what it captures runs in the order of memory here, which is not known for this array; write a loop over its indices",
            );
        }
        let never = self.b.constant(false);
        let lanes = self.lanes_along(view, axis, Some(never));
        let target = self.allocate(dtype, lanes.dims.clone(), false);
        self.fill(target.view, init)?;
        self.each_along(&lanes, &carried, &mut |lower, at| {
            let indices = &at[..at.len() - 1];
            let (acc, item) = (lower.load(target.view, indices), lower.load(lanes.view, at));
            let value = lower.call_closure(closure, vec![acc, item])?;
            lower.store(target.view, indices, value)
        })?;
        Ok(Val::Array(target))
    }

    fn map_axis(
        &mut self,
        expr: &'u Expr,
        view: Value,
        axis: u8,
        closure: &'u Expr,
    ) -> Result<Val> {
        let dtype = self.element_type(expr)?;
        let closure = self.closure_node(closure)?;
        let carried = self.carried_by_closures(&[closure]);
        let lanes = self.lanes_along(view, axis, None);
        let target = self.allocate(dtype, lanes.dims.clone(), false);
        self.index_nest(&lanes.dims, &carried, &mut |lower, indices| {
            let lane = Val::array(lower.lane_at(&lanes, indices));
            let value = lower.call_closure(closure, vec![lane])?;
            lower.store(target.view, indices, value)
        })?;
        Ok(Val::Array(self.in_logical_order(target, &lanes)))
    }

    fn element_type(&self, expr: &'u Expr) -> Result<Dtype> {
        let Ty::Array(ty) = self.ty(expr) else {
            return self.error(expr.span, "the type of this array is not known");
        };
        match ty.item.as_element() {
            Some(dtype) => Ok(dtype),
            None => self.not_an_element(expr, &ty.item),
        }
    }

    /// Whether `axis` has the shortest stride, and no axis after it one as short.
    fn has_shortest_stride(&mut self, view: Value, axis: u8) -> Value {
        let ty = self.b.func.view_type(view);
        if ty.rank == 1 || ty.layout == Layout::C {
            return self.b.constant(axis == ty.rank - 1);
        }
        let size = |lower: &mut Self, axis| {
            let stride = lower.b.stride(view, axis);
            let size = lower.b.unary(Unary::Abs, stride);
            lower.b.cast(size, Dtype::Usize)
        };
        let own = size(self, axis);
        let mut all = self.b.constant(true);
        for other in (0..ty.rank).filter(|other| *other != axis) {
            let size = size(self, other);
            let compare = if other < axis { Compare::Le } else { Compare::Lt };
            let shorter = self.b.compare(compare, own, size);
            all = self.b.binary(Binary::And, all, shorter);
        }
        all
    }

    /// The lanes of `view` along `axis`; in the order of memory only where `collected`, which
    /// is always if nothing is said.
    fn lanes_along(&mut self, view: Value, axis: u8, collected: Option<Value>) -> Lanes {
        let ty = self.b.func.view_type(view);
        let layout = match ty.layout {
            Layout::C if axis == ty.rank - 1 => Layout::C,
            Layout::F if axis == 0 => Layout::C,
            _ => Layout::Strided,
        };
        let others: Vec<u8> = (0..ty.rank).filter(|other| *other != axis).collect();
        let mut dims: Vec<Value> = others.iter().map(|a| self.b.dim(view, *a)).collect();
        if ty.layout == Layout::C && axis == ty.rank - 1 {
            return Lanes { view, dims, reversed: None, layout };
        }
        let mut strides: Vec<Value> = others.iter().map(|a| self.b.stride(view, *a)).collect();
        let mut reversed = None;
        if others.len() > 1 && ty.layout != Layout::C {
            let mut first_fastest = self.prefers_first(&dims, &strides);
            if let Some(collected) = collected {
                first_fastest = self.b.binary(Binary::And, first_fastest, collected);
            }
            for list in [&mut dims, &mut strides] {
                let pairs: Vec<_> = list.iter().rev().copied().zip(list.clone()).collect();
                *list = pairs.iter().map(|(a, b)| self.b.select(first_fastest, *a, *b)).collect();
            }
            reversed = Some(first_fastest);
        }
        strides.push(self.b.stride(view, axis));
        let mut all = dims.clone();
        all.push(self.b.dim(view, axis));
        let view = self.axes_of(view, all, strides, Layout::Strided);
        Lanes { view, dims, reversed, layout }
    }

    /// Whether ndarray goes over axes of these lengths and strides the first fastest: they are
    /// contiguous so and not the other way, or the first one alone is.
    fn prefers_first(&mut self, dims: &[Value], strides: &[Value]) -> Value {
        let axes: Vec<_> = dims.iter().copied().zip(strides.iter().copied()).collect();
        let last_fastest = self.is_packed(axes.iter().rev().copied());
        let first_fastest = self.is_packed(axes.iter().copied());
        let (dim, stride) = axes[0];
        let (one, unit) = (self.b.index(1), self.b.constant(1isize));
        let long = self.b.compare(Compare::Gt, dim, one);
        let dense = self.b.compare(Compare::Eq, stride, unit);
        let begins = self.b.binary(Binary::And, long, dense);
        let first = self.b.binary(Binary::Or, first_fastest, begins);
        let not_last = self.b.unary(Unary::Not, last_fastest);
        self.b.binary(Binary::And, first, not_last)
    }

    /// Whether axes of these lengths and strides, the fastest first, leave no gaps.
    fn is_packed(&mut self, axes: impl Iterator<Item = (Value, Value)>) -> Value {
        let one = self.b.index(1);
        let zero = self.b.index(0);
        let mut step = one;
        let mut packed = self.b.constant(true);
        let mut empty = self.b.constant(false);
        for (dim, stride) in axes {
            let expected = self.b.cast(step, Dtype::Isize);
            let fits = self.b.compare(Compare::Eq, stride, expected);
            let single = self.b.compare(Compare::Eq, dim, one);
            let fits = self.b.binary(Binary::Or, fits, single);
            packed = self.b.binary(Binary::And, packed, fits);
            let none = self.b.compare(Compare::Eq, dim, zero);
            empty = self.b.binary(Binary::Or, empty, none);
            step = self.b.binary(Binary::Mul, step, dim);
        }
        self.b.binary(Binary::Or, packed, empty)
    }

    fn lane_at(&mut self, lanes: &Lanes, indices: &[Value]) -> Value {
        let axis = indices.len() as u8;
        let mut offset = indices.to_vec();
        offset.push(self.b.index(0));
        let dims = vec![self.b.dim(lanes.view, axis)];
        let strides = vec![self.b.stride(lanes.view, axis)];
        let ty = self.b.func.view_type(lanes.view);
        let ty = ViewType { rank: 1, layout: lanes.layout, mutable: false, ..ty };
        let op = Op::View { view: lanes.view, offset, dims, strides };
        self.b.insert_one(op, ValueType::View(ty))
    }

    /// What was stored in the order of `lanes`, with its axes in their own order.
    fn in_logical_order(&mut self, stored: ArrayVal, lanes: &Lanes) -> ArrayVal {
        let Some(reversed) = lanes.reversed else { return stored };
        let view = stored.view;
        let rank = lanes.dims.len() as u8;
        let mut turn = |part: fn(&mut Self, Value, u8) -> Value| -> Vec<Value> {
            (0..rank)
                .map(|axis| {
                    let (back, own) = (part(self, view, rank - 1 - axis), part(self, view, axis));
                    self.b.select(reversed, back, own)
                })
                .collect()
        };
        let dims = turn(|lower, view, axis| lower.b.dim(view, axis));
        let strides = turn(|lower, view, axis| lower.b.stride(view, axis));
        ArrayVal { view: self.axes_of(view, dims, strides, Layout::Strided), fresh: false }
    }

    /// `view` from its first element on with other lengths and strides.
    fn axes_of(
        &mut self,
        view: Value,
        dims: Vec<Value>,
        strides: Vec<Value>,
        layout: Layout,
    ) -> Value {
        let ty = self.b.func.view_type(view);
        let offset = vec![self.b.index(0); ty.rank as usize];
        let ty = ViewType { rank: dims.len() as u8, layout, ..ty };
        self.b.insert_one(Op::View { view, offset, dims, strides }, ValueType::View(ty))
    }
}
