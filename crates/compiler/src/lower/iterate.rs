//! What loops ask of an iterator: how many items it has, and the item of a number.

use super::value::{ArrayVal, Iter, Place, RangeVal, Thinning, Val};
use super::{Lower, Result};
use crate::infer::ty::Ty;
use mambo_ir::function::{Binary, Compare, Unary, Value};
use mambo_ir::{Dtype, Layout};

/// The loop an iterator wants.
pub(super) enum IterShape {
    /// Over integers as they are.
    Range { range: RangeVal, step: u64, reverse: bool },
    /// Over numbers of items.
    Counted(Value),
    /// Over every index of an array.
    Box(Vec<Value>),
}

/// One turn of a loop over items.
#[derive(Clone, Copy)]
pub(super) struct Turn<'a> {
    /// The number of the item, from 0.
    pub(super) index: Value,
    /// Bindings that the turn may change.
    pub(super) carried: &'a [u32],
    /// The type of the state that is handed on.
    pub(super) ty: &'a Ty,
    /// The frame to leave, with the state, where the items end early.
    pub(super) end: usize,
}

impl<'u> Lower<'_, 'u> {
    /// `value` as an iterator, as `for` does it.
    pub(super) fn iteration(&mut self, value: Val, by_mut: bool) -> Result<Iter> {
        let value = match value {
            Val::Place(place) => {
                let value = self.read(&place)?;
                return self.iteration(value, true);
            }
            value => value,
        };
        Ok(match value {
            Val::Range(range) => Iter::Range { range, step: 1, reverse: false },
            Val::Iter(iter) => *iter,
            Val::Array(ArrayVal { view, .. }) => Iter::Elements { view, mutable: by_mut },
            Val::Slice(slice) => Iter::Items { slice, mutable: by_mut },
            Val::Memory(memory) => {
                let Ty::Fixed(_, len) = memory.ty else {
                    return self.error(self.span, "this value cannot be iterated");
                };
                Iter::Fixed { memory, len, mutable: by_mut }
            }
            _ => {
                return self.error(
                    self.span,
                    "this value cannot be iterated; loop over a range, an array or a slice",
                );
            }
        })
    }

    pub(super) fn iter_shape(&mut self, iter: &Iter) -> Result<IterShape> {
        Ok(match iter {
            Iter::Range { range, step, reverse }
                if range.end.is_some() && !range.dtype.is_int128() =>
            {
                IterShape::Range { range: *range, step: *step, reverse: *reverse }
            }
            Iter::Elements { view, .. } | Iter::Indexed { view, .. } => {
                let ty = self.b.func.view_type(*view);
                if ty.rank == 0 {
                    IterShape::Counted(self.b.index(1))
                } else if ty.rank == 1 {
                    IterShape::Counted(self.b.dim(*view, 0))
                } else if ty.layout == Layout::C
                    && ty.rank > 1
                    && matches!(iter, Iter::Elements { .. })
                {
                    IterShape::Counted(self.element_count(*view))
                } else {
                    IterShape::Box((0..ty.rank).map(|axis| self.b.dim(*view, axis)).collect())
                }
            }
            other => IterShape::Counted(self.iter_len(other)?),
        })
    }

    /// The number of elements of an array.
    pub(super) fn element_count(&mut self, view: Value) -> Value {
        let rank = self.b.func.view_type(view).rank;
        let mut count = self.b.index(1);
        for axis in 0..rank {
            let dim = self.b.dim(view, axis);
            count = self.b.binary(Binary::Mul, count, dim);
        }
        count
    }

    /// The number of items.
    pub(super) fn iter_len(&mut self, iter: &Iter) -> Result<Value> {
        Ok(match iter {
            Iter::Windows { len, .. } => *len,
            Iter::Range { range, step, .. } => self.range_len(*range, *step)?,
            Iter::Elements { view, .. } | Iter::Indexed { view, .. } => self.element_count(*view),
            Iter::Along { view, axis, .. } => self.b.dim(*view, *axis),
            Iter::Lanes { view, axis, .. } => {
                let rank = self.b.func.view_type(*view).rank;
                let mut count = self.b.index(1);
                for other in (0..rank).filter(|other| other != axis) {
                    let dim = self.b.dim(*view, other);
                    count = self.b.binary(Binary::Mul, count, dim);
                }
                count
            }
            Iter::Fixed { len, .. } => self.b.index(*len),
            Iter::Items { slice, .. } => self.b.dim(slice.leaves[0], 0),
            Iter::Zip(a, b) => {
                let (a, b) = (self.iter_len(a)?, self.iter_len(b)?);
                if a == b { a } else { self.b.binary(Binary::Min, a, b) }
            }
            Iter::Enumerate(iter)
            | Iter::Rev(iter)
            | Iter::Map { iter, .. }
            | Iter::Filter { iter, .. }
            | Iter::FilterMap { iter, .. }
            | Iter::TakeWhile { iter, .. }
            | Iter::SkipWhile { iter, .. }
            | Iter::Thinned { iter, .. } => self.iter_len(iter)?,
            Iter::StepBy { iter, step } => {
                let len = self.iter_len(iter)?;
                self.quotient_up(len, *step)
            }
            Iter::Skip { iter, count } => {
                let len = self.iter_len(iter)?;
                self.b.binary(Binary::SaturatingSub, len, *count)
            }
            Iter::Take { iter, count } => {
                let len = self.iter_len(iter)?;
                self.b.binary(Binary::Min, len, *count)
            }
        })
    }

    /// `len / step`, rounded up; `step` is not 0.
    pub(super) fn quotient_up(&mut self, len: Value, step: Value) -> Value {
        let zero = self.b.index(0);
        let one = self.b.index(1);
        let quotient = self.b.binary(Binary::Div, len, step);
        let rest = self.b.binary(Binary::Rem, len, step);
        let more = self.b.compare(Compare::Ne, rest, zero);
        let plus = self.b.binary(Binary::Add, quotient, one);
        self.b.select(more, plus, quotient)
    }

    /// The number of integers of a range.
    /// The item number `index`, which is below the length.
    pub(super) fn item(&mut self, iter: &Iter, index: Value) -> Result<Val> {
        Ok(match iter {
            Iter::Range { range, step, reverse } => {
                self.range_item(*range, *step, *reverse, index)?
            }
            Iter::Elements { view, mutable } => {
                let (view, indices) = self.nth_indices(*view, index);
                self.element(view, indices, *mutable)
            }
            Iter::Indexed { view, mutable } => {
                let indices = self.axis_indices(*view, index);
                self.indexed_item(*view, indices, *mutable)
            }
            Iter::Along { view, axis, mutable } => {
                Val::array(self.index_axis(*view, *axis, index, *mutable))
            }
            Iter::Lanes { view, axis, mutable } => self.lane(*view, *axis, index, *mutable),
            Iter::Windows { slice, size, step, cut, mutable, .. } => {
                let start = self.b.binary(Binary::Mul, index, *step);
                let mut size = *size;
                if *cut {
                    let len = self.slice_len(slice)?;
                    let rest = self.b.binary(Binary::Sub, len, start);
                    size = self.b.binary(Binary::Min, size, rest);
                }
                self.slice_part(slice, start, size, *mutable)?
            }
            Iter::Fixed { memory, mutable, .. } => {
                let part = self.memory_item(memory, index);
                if *mutable { Val::Place(Place::Memory(part)) } else { self.read_memory(&part) }
            }
            Iter::Items { slice, mutable } => {
                let part = slice.element(index);
                if *mutable { Val::Place(Place::Memory(part)) } else { self.read_memory(&part) }
            }
            Iter::Zip(a, b) => {
                let a = self.item(a, index)?;
                Val::Group(vec![a, self.item(b, index)?])
            }
            Iter::Enumerate(iter) => Val::Group(vec![Val::Scalar(index), self.item(iter, index)?]),
            Iter::Rev(iter) => {
                let index = self.counted_from_end(iter, index)?;
                self.item(iter, index)?
            }
            Iter::StepBy { iter, step } => {
                let index = self.b.binary(Binary::Mul, index, *step);
                self.item(iter, index)?
            }
            Iter::Skip { iter, count } => {
                let index = self.b.binary(Binary::Add, index, *count);
                self.item(iter, index)?
            }
            Iter::Take { iter, .. } => self.item(iter, index)?,
            Iter::Map { iter, closure } => {
                let item = self.item(iter, index)?;
                self.call_closure(*closure, vec![item])?
            }
            Iter::Filter { .. }
            | Iter::FilterMap { .. }
            | Iter::TakeWhile { .. }
            | Iter::SkipWhile { .. }
            | Iter::Thinned { .. } => {
                return self.error(
                    self.span,
                    "the items that are left here have no numbers in a kernel; number or pair them before",
                );
            }
        })
    }

    /// `iter` for one loop over its items, with memory of its own.
    pub(super) fn started(&mut self, iter: &Iter) -> Iter {
        let mut iter = iter.clone();
        self.start(&mut iter);
        iter
    }

    fn start(&mut self, iter: &mut Iter) {
        match iter {
            Iter::SkipWhile { iter, passed, .. } => {
                let (flag, no) = (self.b.stack_array(Dtype::Bool, &[]), self.b.constant(false));
                self.b.store(flag, &[], no);
                *passed = Some(flag);
                self.start(iter);
            }
            Iter::Map { iter, .. }
            | Iter::Rev(iter)
            | Iter::Filter { iter, .. }
            | Iter::FilterMap { iter, .. }
            | Iter::TakeWhile { iter, .. } => self.start(iter),
            _ => {}
        }
    }

    /// Hands the item of a turn, unless it is left out, and `state` to `step`, whose answer is
    /// the next state.
    pub(super) fn each_item(
        &mut self,
        iter: &Iter,
        turn: &Turn<'_>,
        state: Val,
        step: &mut dyn FnMut(&mut Self, Val, Val) -> Result<Val>,
    ) -> Result<Val> {
        let Turn { carried, ty, .. } = *turn;
        match iter {
            Iter::Filter { iter, closure } => {
                self.each_item(iter, turn, state, &mut |lower, state, item| {
                    let keep = lower.call_closure(*closure, vec![item.clone()])?;
                    let keep = lower.scalar(keep)?;
                    let other = state.clone();
                    let take = |lower: &mut Self| step(lower, state, item);
                    lower.branch(keep, carried, ty, take, |_| Ok(other))
                })
            }
            Iter::FilterMap { iter, closure } => {
                self.each_item(iter, turn, state, &mut |lower, state, item| {
                    let mapped = lower.call_closure(*closure, vec![item])?;
                    let (some, item) = lower.option_parts(mapped)?;
                    let other = state.clone();
                    let take = |lower: &mut Self| step(lower, state, item);
                    lower.branch(some, carried, ty, take, |_| Ok(other))
                })
            }
            Iter::TakeWhile { iter, closure } => {
                self.each_item(iter, turn, state, &mut |lower, state, item| {
                    let goes_on = lower.call_closure(*closure, vec![item.clone()])?;
                    let goes_on = lower.scalar(goes_on)?;
                    let last = state.clone();
                    let take = |lower: &mut Self| step(lower, state, item);
                    let end = |lower: &mut Self| {
                        lower.leave(turn.end, last, ty)?;
                        Ok(Val::UNIT)
                    };
                    lower.branch(goes_on, carried, ty, take, end)
                })
            }
            Iter::SkipWhile { iter, closure, passed } => {
                let passed = passed.expect("the loop has started the iterator");
                self.each_item(iter, turn, state, &mut |lower, state, item| {
                    let before = lower.b.load(passed, &[]);
                    let no = |lower: &mut Self| Ok(Val::Scalar(lower.b.constant(false)));
                    let ask = |lower: &mut Self| lower.call_closure(*closure, vec![item.clone()]);
                    let skip = lower.branch(before, carried, &Ty::BOOL, no, ask)?;
                    let skip = lower.scalar(skip)?;
                    let after = lower.b.unary(Unary::Not, skip);
                    lower.b.store(passed, &[], after);
                    let other = state.clone();
                    let take = |lower: &mut Self| step(lower, state, item);
                    lower.branch(after, carried, ty, take, |_| Ok(other))
                })
            }
            Iter::Thinned { iter, by } => {
                let item = self.item(iter, turn.index)?;
                let keep = self.keeps(*by, turn.index);
                let other = state.clone();
                let take = |lower: &mut Self| step(lower, state, item);
                self.branch(keep, carried, ty, take, |_| Ok(other))
            }
            Iter::Map { iter, closure } if iter.filters() => {
                self.each_item(iter, turn, state, &mut |lower, state, item| {
                    let item = lower.call_closure(*closure, vec![item])?;
                    step(lower, state, item)
                })
            }
            Iter::Rev(iter) if iter.filters() => {
                let index = self.counted_from_end(iter, turn.index)?;
                self.each_item(iter, &Turn { index, ..*turn }, state, step)
            }
            _ => {
                let item = self.item(iter, turn.index)?;
                step(self, state, item)
            }
        }
    }

    /// Whether the item number `index` stays.
    fn keeps(&mut self, by: Thinning, index: Value) -> Value {
        match by {
            Thinning::Skip(count) => self.b.compare(Compare::Ge, index, count),
            Thinning::StepBy(step) => {
                let (rest, zero) = (self.b.binary(Binary::Rem, index, step), self.b.index(0));
                self.b.compare(Compare::Eq, rest, zero)
            }
        }
    }

    /// The number of the item that is number `index` from the end.
    fn counted_from_end(&mut self, iter: &Iter, index: Value) -> Result<Value> {
        let len = self.iter_len(iter)?;
        let one = self.b.index(1);
        let last = self.b.binary(Binary::Sub, len, one);
        Ok(self.b.binary(Binary::Sub, last, index))
    }

    /// The item of a loop over every index of an array.
    pub(super) fn boxed_item(&mut self, iter: &Iter, indices: &[Value]) -> Result<Val> {
        match iter {
            Iter::Elements { view, mutable } => Ok(self.element(*view, indices.to_vec(), *mutable)),
            Iter::Indexed { view, mutable } => {
                Ok(self.indexed_item(*view, indices.to_vec(), *mutable))
            }
            _ => self.error(self.span, "this iterator has no index for each axis"),
        }
    }

    fn element(&mut self, view: Value, indices: Vec<Value>, mutable: bool) -> Val {
        if mutable {
            Val::Place(Place::Element { view, indices, part: None })
        } else {
            self.load(view, &indices)
        }
    }

    fn indexed_item(&mut self, view: Value, indices: Vec<Value>, mutable: bool) -> Val {
        let value = self.element(view, indices.clone(), mutable);
        let index = match indices[..] {
            [index] => Val::Scalar(index),
            _ => Val::Group(indices.into_iter().map(Val::Scalar).collect()),
        };
        Val::Group(vec![index, value])
    }

    /// Where the element number `index` in logical order stands; a contiguous array is
    /// looked at as one axis.
    fn nth_indices(&mut self, view: Value, index: Value) -> (Value, Vec<Value>) {
        let ty = self.b.func.view_type(view);
        if ty.rank == 1 {
            return (view, vec![index]);
        }
        if ty.layout == Layout::C && ty.rank > 1 {
            return (self.flat_view(view), vec![index]);
        }
        (view, self.axis_indices(view, index))
    }

    /// The index on each axis of the element number `index` in logical order.
    fn axis_indices(&mut self, view: Value, index: Value) -> Vec<Value> {
        let ty = self.b.func.view_type(view);
        let mut rest = index;
        let mut indices = Vec::new();
        for axis in (1..ty.rank).rev() {
            let dim = self.b.dim(view, axis);
            indices.push(self.b.binary(Binary::Rem, rest, dim));
            rest = self.b.binary(Binary::Div, rest, dim);
        }
        if ty.rank > 0 {
            indices.push(rest);
        }
        indices.reverse();
        indices
    }

    /// The lane number `index` along `axis`.
    fn lane(&mut self, view: Value, axis: u8, index: Value, mutable: bool) -> Val {
        let rank = self.b.func.view_type(view).rank;
        let mut rest = index;
        let mut view = view;
        // Other axes are taken away from the last to the first, so that numbers of axes in
        // front stay what they are.
        let mut own = axis;
        for other in (0..rank).rev().filter(|other| *other != axis) {
            let first = other == 0 || (axis == 0 && other == 1);
            let at = if first {
                rest
            } else {
                let dim = self.b.dim(view, other);
                let at = self.b.binary(Binary::Rem, rest, dim);
                rest = self.b.binary(Binary::Div, rest, dim);
                at
            };
            view = self.index_axis(view, other, at, mutable);
            if other < own {
                own -= 1;
            }
        }
        Val::array(view)
    }
}
