//! Lowers `var` and `std`, of all elements and along an axis: Welford's method in one pass, in
//! the order and with the operations of ndarray's.

use super::value::{ArrayVal, Val};
use super::{Lower, Result};
use mambo_ir::function::{Binary, Compare, Op, Unary, Value, ValueType, ViewType};
use mambo_ir::kernel::Expr;
use mambo_ir::{Const, Dtype, Layout};

impl<'u> Lower<'_, 'u> {
    /// `array.var(ddof)`, or the root of it.
    pub(super) fn variance(&mut self, view: Value, ddof: &'u Expr, root: bool) -> Result<Value> {
        let ddof = self.scalar_expr(ddof)?;
        let count = self.element_count(view);
        let freedom = self.degrees_of_freedom(count, ddof);
        let dtype = self.b.func.view_type(view).dtype;
        let zero = self.b.constant(Const::zero(dtype));
        let none = self.b.index(0);
        let start = [zero, zero, none].map(Val::Scalar).to_vec();
        let ty = self.b.func.view_type(view);
        let contiguous = match ty.layout {
            Layout::C | Layout::F => self.b.constant(true),
            Layout::Strided => self.is_contiguous(view),
        };
        let flat = self.memory_order(view);
        let dims = self.dims(flat);
        let turned = self.shortest_stride_last(view);
        let zero_of = crate::infer::ty::Ty::Scalar(dtype);
        let other = start.clone();
        let squares = self.branch(
            contiguous,
            &[],
            &zero_of,
            |lower| lower.squares(flat, &dims, start),
            |lower| {
                let dims = lower.dims(turned);
                lower.squares(turned, &dims, other)
            },
        )?;
        let squares = self.scalar(squares)?;
        Ok(self.deviation(squares, freedom, root))
    }

    /// `array.var_axis(axis, ddof)`, or the roots of it.
    pub(super) fn variance_axis(
        &mut self,
        view: Value,
        axis: u8,
        ddof: &'u Expr,
        root: bool,
    ) -> Result<ArrayVal> {
        let ddof = self.scalar_expr(ddof)?;
        let len = self.b.dim(view, axis);
        let freedom = self.degrees_of_freedom(len, ddof);
        let ty = self.b.func.view_type(view);
        let dims: Vec<Value> = (0..ty.rank)
            .filter(|other| *other != axis)
            .map(|other| self.b.dim(view, other))
            .collect();
        let means = self.allocate(ty.dtype, dims.clone(), true).view;
        let squares = self.allocate(ty.dtype, dims.clone(), true);
        self.counted_loop(len, vec![], vec![], |lower, k, _| {
            lower.index_nest(&dims, &[], &mut |lower, indices| {
                let mut at = indices.to_vec();
                at.insert(axis as usize, k);
                let x = lower.b.load(view, &at);
                let (mean, sum) =
                    (lower.b.load(means, indices), lower.b.load(squares.view, indices));
                let (mean, sum) = lower.welford(x, k, mean, sum);
                lower.b.store(means, indices, mean);
                lower.b.store(squares.view, indices, sum);
                Ok(())
            })?;
            Ok(vec![])
        })?;
        self.b.insert(Op::Free(means), &[]);
        self.index_nest(&dims, &[], &mut |lower, indices| {
            let sum = lower.b.load(squares.view, indices);
            let value = lower.deviation(sum, freedom, root);
            lower.b.store(squares.view, indices, value);
            Ok(())
        })?;
        Ok(squares)
    }

    /// What the sum of squares is divided by.
    fn degrees_of_freedom(&mut self, count: Value, ddof: Value) -> Value {
        let dtype = self.b.func.dtype(ddof);
        let count = self.b.cast(count, dtype);
        let zero = self.b.constant(Const::zero(dtype));
        let negative = self.b.compare(Compare::Lt, ddof, zero);
        let beyond = self.b.compare(Compare::Gt, ddof, count);
        let wrong = self.b.binary(Binary::Or, negative, beyond);
        let fits = self.b.unary(Unary::Not, wrong);
        self.assert_message(
            fits,
            "`ddof` must not be less than zero or greater than the length of the axis",
        );
        self.b.binary(Binary::Sub, count, ddof)
    }

    fn deviation(&mut self, squares: Value, freedom: Value, root: bool) -> Value {
        let variance = self.b.binary(Binary::Div, squares, freedom);
        if root { self.b.unary(Unary::Sqrt, variance) } else { variance }
    }

    /// The mean and the sum of squares after the element `x`, before which there are `seen`.
    fn welford(&mut self, x: Value, seen: Value, mean: Value, squares: Value) -> (Value, Value) {
        let dtype = self.b.func.dtype(x);
        let one = self.b.index(1);
        let count = self.b.binary(Binary::Add, seen, one);
        let count = self.b.cast(count, dtype);
        let delta = self.b.binary(Binary::Sub, x, mean);
        let step = self.b.binary(Binary::Div, delta, count);
        let mean = self.b.binary(Binary::Add, mean, step);
        let rest = self.b.binary(Binary::Sub, x, mean);
        (mean, self.b.insert_one(Op::MulAdd(rest, delta, squares), dtype))
    }

    /// The sum of squares of all elements in logical order; `state` is the mean, the sum and
    /// how many elements were seen.
    fn squares(&mut self, view: Value, dims: &[Value], state: Vec<Val>) -> Result<Val> {
        let end = self.squares_below(view, dims, &mut Vec::new(), state)?;
        Ok(end[1].clone())
    }

    fn squares_below(
        &mut self,
        view: Value,
        dims: &[Value],
        indices: &mut Vec<Value>,
        state: Vec<Val>,
    ) -> Result<Vec<Val>> {
        let Some((len, rest)) = dims.split_first() else {
            let x = self.b.load(view, indices);
            let mut parts = Vec::new();
            state.iter().for_each(|part| part.leaves(&mut parts));
            let (mean, squares) = self.welford(x, parts[2], parts[0], parts[1]);
            let one = self.b.index(1);
            let seen = self.b.binary(Binary::Add, parts[2], one);
            return Ok([mean, squares, seen].map(Val::Scalar).to_vec());
        };
        self.counted_loop(*len, vec![], state, |lower, index, state| {
            indices.push(index);
            let next = lower.squares_below(view, rest, indices, state)?;
            indices.pop();
            Ok(next)
        })
    }

    /// `view` with the axis of the shortest stride exchanged for the last, as ndarray does before
    /// it goes over an array with gaps.
    fn shortest_stride_last(&mut self, view: Value) -> Value {
        let ty = self.b.func.view_type(view);
        let Some(last) = ty.rank.checked_sub(1).filter(|last| *last > 0) else { return view };
        let (one, zero) = (self.b.index(1), self.b.index(0));
        let mut dims = self.dims(view);
        let mut strides: Vec<Value> = (0..ty.rank).map(|a| self.b.stride(view, a)).collect();
        // The last axis of two wins a tie, the first one of more.
        let order: Vec<u8> = if ty.rank == 2 { vec![1, 0] } else { (0..ty.rank).collect() };
        let mut shortest = self.b.constant(Const::greatest(Dtype::Usize));
        let mut chosen = self.b.index(last as usize);
        for axis in order {
            let long = self.b.compare(Compare::Gt, dims[axis as usize], one);
            let size = self.b.unary(Unary::Abs, strides[axis as usize]);
            let size = self.b.cast(size, Dtype::Usize);
            let shorter = self.b.compare(Compare::Lt, size, shortest);
            let takes = self.b.binary(Binary::And, long, shorter);
            let number = self.b.index(axis as usize);
            shortest = self.b.select(takes, size, shortest);
            chosen = self.b.select(takes, number, chosen);
        }
        for list in [&mut dims, &mut strides] {
            let end = list[last as usize];
            for axis in 0..last {
                let own = list[axis as usize];
                let number = self.b.index(axis as usize);
                let exchanged = self.b.compare(Compare::Eq, chosen, number);
                list[axis as usize] = self.b.select(exchanged, end, own);
                list[last as usize] = self.b.select(exchanged, own, list[last as usize]);
            }
        }
        let ty = ViewType { layout: Layout::Strided, mutable: false, ..ty };
        let offset = vec![zero; ty.rank as usize];
        self.b.insert_one(Op::View { view, offset, dims, strides }, ValueType::View(ty))
    }
}
