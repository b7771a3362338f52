//! Lowers sums, products and dot products of whole arrays, in the order ndarray adds.
//!
//! ndarray folds a contiguous array in memory order with eight partial results, and any other
//! one lane by lane (its `numeric_util::unrolled_fold`, `unrolled_dot` and `sum`). The bits of
//! a sum depend on that order, so it is part of what a kernel has to do.

use super::value::Val;
use super::{Lower, Result};
use crate::infer::ty::Ty;
use mambo_ir::function::{Binary, Compare, Op, Unary, Value, ValueType, ViewType};
use mambo_ir::kernel::Expr;
use mambo_ir::{Const, Dtype, Layout, SiteKind};

/// How many partial results a fold of contiguous elements keeps.
const PARTIALS: usize = 8;

impl<'u> Lower<'_, 'u> {
    /// `array.sum()`, `.product()`, `.mean()` or `.dot(&other)`; `None` for other names.
    pub(super) fn reduction(
        &mut self,
        expr: &'u Expr,
        view: Value,
        name: &str,
        args: &'u [Expr],
    ) -> Result<Option<Val>> {
        let dtype = self.b.func.view_type(view).dtype;
        Ok(Some(match (name, args) {
            ("sum", []) => Val::Scalar(self.fold_array(view, Binary::Add)?),
            ("product", []) => Val::Scalar(self.fold_array(view, Binary::Mul)?),
            ("mean", []) => {
                let sum = self.fold_array(view, Binary::Add)?;
                let count = self.element_count(view);
                let zero = self.b.index(0);
                let some = self.b.compare(Compare::Ne, count, zero);
                let count = self.b.cast(count, dtype);
                let mean = if dtype.is_float() {
                    self.b.binary(Binary::Div, sum, count)
                } else {
                    let one = self.b.constant(Const::one(dtype));
                    let count = self.b.select(some, count, one);
                    self.divide(sum, count, false)
                };
                Self::optional(some, mean)
            }
            ("dot", [other]) => {
                let other_value = self.expr(other)?;
                let other_view = self.array(other_value)?.view;
                let ranks = [view, other_view].map(|v| self.b.func.view_type(v).rank);
                if ranks != [1, 1] {
                    return self.error(
                        expr.span,
                        "`dot` is for two arrays of one axis in a kernel; write matrix products as loops",
                    );
                }
                Val::Scalar(self.dot(view, other_view)?)
            }
            _ => return Ok(None),
        }))
    }

    fn fold_array(&mut self, view: Value, op: Binary) -> Result<Value> {
        let ty = self.b.func.view_type(view);
        let folded = match ty.layout {
            Layout::C | Layout::F => {
                let flat = self.memory_order(view);
                return self.fold_contiguous(flat, op);
            }
            Layout::Strided => {
                let contiguous = self.is_contiguous(view);
                self.branch(
                    contiguous,
                    &[],
                    &Ty::Scalar(ty.dtype),
                    |lower| {
                        let flat = lower.memory_order(view);
                        Ok(Val::Scalar(lower.fold_contiguous(flat, op)?))
                    },
                    |lower| Ok(Val::Scalar(lower.fold_lanes(view, op)?)),
                )?
            }
        };
        self.scalar(folded)
    }

    /// Whether the elements fill a stretch of memory, in any order of axes and directions:
    /// each stride is the product of the lengths of the axes that vary faster.
    fn is_contiguous(&mut self, view: Value) -> Value {
        let rank = self.b.func.view_type(view).rank;
        let one = self.b.index(1);
        let axes: Vec<(Value, Value)> = (0..rank)
            .map(|axis| {
                let stride = self.b.stride(view, axis);
                let size = self.b.unary(Unary::Abs, stride);
                (self.b.dim(view, axis), self.b.cast(size, Dtype::Usize))
            })
            .collect();
        let count = self.element_count(view);
        let zero = self.b.index(0);
        let mut all = self.b.constant(true);
        for (i, &(dim, stride)) in axes.iter().enumerate() {
            let mut below = one;
            for (j, &(other, other_stride)) in axes.iter().enumerate().filter(|(j, _)| *j != i) {
                // Of two axes of one stride the first counts as the faster.
                let compare = if j < i { Compare::Le } else { Compare::Lt };
                let faster = self.b.compare(compare, other_stride, stride);
                let longer = self.b.compare(Compare::Ne, other, one);
                let counts = self.b.binary(Binary::And, faster, longer);
                let factor = self.b.select(counts, other, one);
                below = self.b.binary(Binary::Mul, below, factor);
            }
            let fits = self.b.compare(Compare::Eq, below, stride);
            let single = self.b.compare(Compare::Eq, dim, one);
            let fits = self.b.binary(Binary::Or, fits, single);
            all = self.b.binary(Binary::And, all, fits);
        }
        let empty = self.b.compare(Compare::Eq, count, zero);
        self.b.binary(Binary::Or, all, empty)
    }

    /// A contiguous array as one axis in the order of its memory.
    fn memory_order(&mut self, view: Value) -> Value {
        let ty = self.b.func.view_type(view);
        let count = self.element_count(view);
        let (zero, one) = (self.b.index(0), self.b.index(1));
        let still = self.b.constant(0isize);
        let offset = (0..ty.rank)
            .map(|axis| {
                let stride = self.b.stride(view, axis);
                let dim = self.b.dim(view, axis);
                let last = self.b.binary(Binary::SaturatingSub, dim, one);
                let backwards = self.b.compare(Compare::Lt, stride, still);
                self.b.select(backwards, last, zero)
            })
            .collect();
        let step = self.b.constant(1isize);
        let op = Op::View { view, offset, dims: vec![count], strides: vec![step] };
        let ty = ViewType { rank: 1, layout: Layout::C, mutable: false, ..ty };
        self.b.insert_one(op, ValueType::View(ty))
    }

    fn fold_contiguous(&mut self, flat: Value, op: Binary) -> Result<Value> {
        let len = self.b.dim(flat, 0);
        self.unrolled(len, op, self.identity(flat, op), |lower, k| lower.b.load(flat, &[k]))
    }

    fn identity(&self, view: Value, op: Binary) -> Const {
        let dtype = self.b.func.view_type(view).dtype;
        if op == Binary::Mul { Const::one(dtype) } else { Const::zero(dtype) }
    }

    /// Lane by lane, each contiguous lane with partial results of its own.
    fn fold_lanes(&mut self, view: Value, op: Binary) -> Result<Value> {
        let ty = self.b.func.view_type(view);
        let Some(last) = ty.rank.checked_sub(1) else {
            let value = self.b.load(view, &[]);
            let identity = self.identity(view, op);
            let identity = self.b.constant(identity);
            return Ok(self.b.binary(op, identity, value));
        };
        let lanes = super::value::Iter::Lanes { view, axis: last, mutable: false };
        let count = self.iter_len(&lanes)?;
        let identity = self.identity(view, op);
        let start = Val::Scalar(self.b.constant(identity));
        let end = self.counted_loop(count, vec![], vec![start], |lower, k, mut state| {
            let lane = lower.item(&lanes, k)?;
            let lane = lower.array(lane)?.view;
            let (stride, len) = (lower.b.stride(lane, 0), lower.b.dim(lane, 0));
            let (step, one) = (lower.b.constant(1isize), lower.b.index(1));
            let unit = lower.b.compare(Compare::Eq, stride, step);
            let short = lower.b.compare(Compare::Le, len, one);
            let contiguous = lower.b.binary(Binary::Or, unit, short);
            let part = lower.branch(
                contiguous,
                &[],
                &Ty::Scalar(ty.dtype),
                |lower| Ok(Val::Scalar(lower.fold_contiguous(lane, op)?)),
                |lower| Ok(Val::Scalar(lower.fold_in_order(lane, op)?)),
            )?;
            let (acc, part) = (lower.scalar(state.remove(0))?, lower.scalar(part)?);
            Ok(vec![Val::Scalar(lower.b.binary(op, acc, part))])
        })?;
        self.scalar(end[0].clone())
    }

    fn fold_in_order(&mut self, lane: Value, op: Binary) -> Result<Value> {
        let len = self.b.dim(lane, 0);
        let identity = self.identity(lane, op);
        let start = Val::Scalar(self.b.constant(identity));
        let end = self.counted_loop(len, vec![], vec![start], |lower, k, mut state| {
            let acc = lower.scalar(state.remove(0))?;
            let value = lower.b.load(lane, &[k]);
            Ok(vec![Val::Scalar(lower.b.binary(op, acc, value))])
        })?;
        self.scalar(end[0].clone())
    }

    /// Folds `at(0)`, `at(1)`, … with eight partial results, which are put together as
    /// `((((id + (p0 + p4)) + (p1 + p5)) + …`, and then the rest one by one.
    fn unrolled(
        &mut self,
        len: Value,
        op: Binary,
        identity: Const,
        mut at: impl FnMut(&mut Self, Value) -> Value,
    ) -> Result<Value> {
        let width = self.b.index(PARTIALS);
        let blocks = self.b.binary(Binary::Div, len, width);
        let identity = self.b.constant(identity);
        let partials = vec![Val::Scalar(identity); PARTIALS];
        let partials = self.counted_loop(blocks, vec![], partials, |lower, block, partials| {
            let base = lower.b.binary(Binary::Mul, block, width);
            let mut next = Vec::new();
            for (i, partial) in partials.into_iter().enumerate() {
                let i = lower.b.index(i);
                let k = lower.b.binary(Binary::Add, base, i);
                let value = at(lower, k);
                let partial = lower.scalar(partial)?;
                next.push(Val::Scalar(lower.b.binary(op, partial, value)));
            }
            Ok(next)
        })?;
        let partials: Vec<Value> =
            partials.into_iter().map(|partial| self.scalar(partial)).collect::<Result<_>>()?;
        let mut acc = identity;
        for i in 0..PARTIALS / 2 {
            let pair = self.b.binary(op, partials[i], partials[i + PARTIALS / 2]);
            acc = self.b.binary(op, acc, pair);
        }
        let done = self.b.binary(Binary::Mul, blocks, width);
        let rest = self.b.binary(Binary::Sub, len, done);
        let state = vec![Val::Scalar(acc)];
        let end = self.counted_loop(rest, vec![], state, |lower, i, mut state| {
            let k = lower.b.binary(Binary::Add, done, i);
            let acc = lower.scalar(state.remove(0))?;
            let value = at(lower, k);
            Ok(vec![Val::Scalar(lower.b.binary(op, acc, value))])
        })?;
        self.scalar(end[0].clone())
    }

    fn dot(&mut self, left: Value, right: Value) -> Result<Value> {
        let dtype = self.b.func.view_type(left).dtype;
        let (len, other) = (self.b.dim(left, 0), self.b.dim(right, 0));
        let same = self.b.compare(Compare::Eq, len, other);
        let what = "lengths of the two arrays of `dot`".into();
        self.assert(same, SiteKind::Shape { what }, vec![len, other]);
        let mut contiguous = self.b.constant(true);
        for view in [left, right] {
            let stride = self.b.stride(view, 0);
            let step = self.b.constant(1isize);
            let unit = self.b.compare(Compare::Eq, stride, step);
            contiguous = self.b.binary(Binary::And, contiguous, unit);
        }
        let one = self.b.index(1);
        let short = self.b.compare(Compare::Le, len, one);
        let contiguous = self.b.binary(Binary::Or, contiguous, short);
        let product = |lower: &mut Self, k: Value| {
            let (a, b) = (lower.b.load(left, &[k]), lower.b.load(right, &[k]));
            lower.b.binary(Binary::Mul, a, b)
        };
        let zero = Const::zero(dtype);
        let value = self.branch(
            contiguous,
            &[],
            &Ty::Scalar(dtype),
            |lower| Ok(Val::Scalar(lower.unrolled(len, Binary::Add, zero, product)?)),
            |lower| {
                let start = Val::Scalar(lower.b.constant(zero));
                let end = lower.counted_loop(len, vec![], vec![start], |lower, k, mut state| {
                    let acc = lower.scalar(state.remove(0))?;
                    let value = product(lower, k);
                    Ok(vec![Val::Scalar(lower.b.binary(Binary::Add, acc, value))])
                })?;
                Ok(end[0].clone())
            },
        )?;
        self.scalar(value)
    }
}
