//! Lowers sums, products and dot products of whole arrays, in the order ndarray adds.
//!
//! ndarray folds a contiguous array in memory order with eight partial results, and any other
//! one lane by lane (its `numeric_util::unrolled_fold`, `unrolled_dot` and `sum`). The bits of
//! a sum depend on that order, so it is part of what a kernel has to do.

use super::value::Val;
use super::{Lower, Result};
use crate::infer::ty::Ty;
use mambo_ir::function::{Binary, Compare, Op, Unary, Value, ValueType, ViewType};
use mambo_ir::kernel::{BinaryOp, Expr};
use mambo_ir::{Const, Dtype, Layout, SiteKind};

/// How many partial results a fold of contiguous elements keeps.
const PARTIALS: usize = 8;

impl<'u> Lower<'_, 'u> {
    /// A reduction of all elements or along an axis; `None` for other names.
    pub(super) fn reduction(
        &mut self,
        expr: &'u Expr,
        view: Value,
        name: &str,
        args: &'u [Expr],
    ) -> Result<Option<Val>> {
        let dtype = self.b.func.view_type(view).dtype;
        Ok(Some(match (name, args) {
            ("sum", []) => self.fold_array(view, BinaryOp::Add)?,
            ("product", []) => self.fold_array(view, BinaryOp::Mul)?,
            ("mean", []) => {
                let sum = self.fold_array(view, BinaryOp::Add)?;
                let count = self.element_count(view);
                let what = "Converting number of elements to `A` must not fail.";
                let (some, divisor) = self.divisor(count, dtype, what);
                let mean = self.operate(BinaryOp::Div, sum, divisor)?;
                Val::Option { some, item: Box::new(mean) }
            }
            ("var" | "std", [ddof]) => Val::Scalar(self.variance(view, ddof, name == "std")?),
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
                self.dot(view, other_view)?
            }
            _ => return self.axis_reduction(expr, view, name, args),
        }))
    }

    /// Whether there is anything to divide by `count`, and `count` as a number to divide
    /// elements of type `dtype` by; panics with `what` if there is no such number.
    pub(super) fn divisor(&mut self, count: Value, dtype: Dtype, what: &str) -> (Value, Val) {
        let zero = self.b.index(0);
        let some = self.b.compare(Compare::Ne, count, zero);
        if dtype.is_int() && dtype.bits() < 64 {
            let greatest = Const::greatest(dtype).as_int().unwrap_or(0);
            let greatest = self.b.constant(Const::int(Dtype::Usize, greatest));
            let fits = self.b.compare(Compare::Le, count, greatest);
            self.assert_message(fits, what);
        }
        let mut divisor = self.b.cast(count, dtype.part());
        if dtype.is_int() {
            let one = self.b.constant(Const::one(dtype));
            divisor = self.b.select(some, divisor, one);
        }
        let mut divisor = Val::Scalar(divisor);
        if dtype.is_complex() {
            let none = self.b.constant(Const::zero(dtype.part()));
            divisor = Val::Group(vec![divisor, Val::Scalar(none)]);
        }
        (some, divisor)
    }

    pub(super) fn fold_array(&mut self, view: Value, op: BinaryOp) -> Result<Val> {
        let ty = self.b.func.view_type(view);
        match ty.layout {
            Layout::C | Layout::F => {
                let flat = self.memory_order(view);
                self.fold_contiguous(flat, op)
            }
            Layout::Strided => {
                let contiguous = self.is_contiguous(view);
                self.branch(
                    contiguous,
                    &[],
                    &Ty::of_element(ty.dtype),
                    |lower| {
                        let flat = lower.memory_order(view);
                        lower.fold_contiguous(flat, op)
                    },
                    |lower| lower.fold_lanes(view, op),
                )
            }
        }
    }

    /// Whether the elements fill a stretch of memory, in any order of axes and directions:
    /// each stride is the product of the lengths of the axes that vary faster.
    pub(super) fn is_contiguous(&mut self, view: Value) -> Value {
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
    pub(super) fn memory_order(&mut self, view: Value) -> Value {
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

    fn fold_contiguous(&mut self, flat: Value, op: BinaryOp) -> Result<Val> {
        let len = self.b.dim(flat, 0);
        let identity = self.identity(flat, op);
        self.unrolled(len, op, identity, |lower, k| Ok(lower.load(flat, &[k])))
    }

    pub(super) fn identity(&mut self, view: Value, op: BinaryOp) -> Val {
        let dtype = self.b.func.view_type(view).dtype;
        if op == BinaryOp::Mul { self.one_of(dtype) } else { self.anything(&Ty::of_element(dtype)) }
    }

    /// Lane by lane, each contiguous lane with partial results of its own.
    fn fold_lanes(&mut self, view: Value, op: BinaryOp) -> Result<Val> {
        let ty = self.b.func.view_type(view);
        let start = self.identity(view, op);
        let Some(last) = ty.rank.checked_sub(1) else {
            let value = self.load(view, &[]);
            return self.operate(op, start, value);
        };
        let lanes = super::value::Iter::Lanes { view, axis: last, mutable: false };
        let count = self.iter_len(&lanes)?;
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
                &Ty::of_element(ty.dtype),
                |lower| lower.fold_contiguous(lane, op),
                |lower| {
                    let start = lower.identity(lane, op);
                    lower.fold_rest(len, op, start, |lower, k| Ok(lower.load(lane, &[k])))
                },
            )?;
            Ok(vec![lower.operate(op, state.remove(0), part)?])
        })?;
        Ok(end[0].clone())
    }

    /// Folds `at(0)`, `at(1)`, … one by one.
    fn fold_rest(
        &mut self,
        len: Value,
        op: BinaryOp,
        start: Val,
        mut at: impl FnMut(&mut Self, Value) -> Result<Val>,
    ) -> Result<Val> {
        let end = self.counted_loop(len, vec![], vec![start], |lower, k, mut state| {
            let value = at(lower, k)?;
            Ok(vec![lower.operate(op, state.remove(0), value)?])
        })?;
        Ok(end[0].clone())
    }

    /// Folds `at(0)`, `at(1)`, … with eight partial results, which are put together as
    /// `((((id + (p0 + p4)) + (p1 + p5)) + …`, and then the rest one by one.
    fn unrolled(
        &mut self,
        len: Value,
        op: BinaryOp,
        identity: Val,
        mut at: impl FnMut(&mut Self, Value) -> Result<Val>,
    ) -> Result<Val> {
        let width = self.b.index(PARTIALS);
        let blocks = self.b.binary(Binary::Div, len, width);
        let partials = vec![identity.clone(); PARTIALS];
        let partials = self.counted_loop(blocks, vec![], partials, |lower, block, partials| {
            let base = lower.b.binary(Binary::Mul, block, width);
            let mut next = Vec::new();
            for (i, partial) in partials.into_iter().enumerate() {
                let i = lower.b.index(i);
                let k = lower.b.binary(Binary::Add, base, i);
                let value = at(lower, k)?;
                next.push(lower.operate(op, partial, value)?);
            }
            Ok(next)
        })?;
        let mut acc = identity;
        for i in 0..PARTIALS / 2 {
            let (a, b) = (partials[i].clone(), partials[i + PARTIALS / 2].clone());
            let pair = self.operate(op, a, b)?;
            acc = self.operate(op, acc, pair)?;
        }
        let done = self.b.binary(Binary::Mul, blocks, width);
        let rest = self.b.binary(Binary::Sub, len, done);
        self.fold_rest(rest, op, acc, |lower, i| {
            let k = lower.b.binary(Binary::Add, done, i);
            at(lower, k)
        })
    }

    fn dot(&mut self, left: Value, right: Value) -> Result<Val> {
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
            let (a, b) = (lower.load(left, &[k]), lower.load(right, &[k]));
            lower.operate(BinaryOp::Mul, a, b)
        };
        let zero = self.identity(left, BinaryOp::Add);
        let start = zero.clone();
        self.branch(
            contiguous,
            &[],
            &Ty::of_element(dtype),
            |lower| lower.unrolled(len, BinaryOp::Add, zero, product),
            |lower| lower.fold_rest(len, BinaryOp::Add, start, product),
        )
    }
}
