//! Lowers the methods of ranges and iterators.

use super::expr::is_cheap;
use super::iterate::Turn;
use super::value::{Iter, RangeVal, Thinning, Val};
use super::{Lower, Result};
use crate::infer::ty::Ty;
use mambo_ir::function::{Binary, Compare, Unary, Value};
use mambo_ir::kernel::{BinaryOp, Expr, ExprKind, Literal, NodeId};
use mambo_ir::{Const, Dtype};

impl<'u> Lower<'_, 'u> {
    /// `iter.name(args)`; `None` if there is no such method.
    pub(super) fn iterator_method(
        &mut self,
        expr: &'u Expr,
        receiver: Val,
        name: &str,
        args: &'u [Expr],
    ) -> Result<Option<Val>> {
        if let (Val::Range(range), "contains") = (&receiver, name) {
            return self.range_contains(*range, &args[0]).map(Some);
        }
        let iter = self.iteration(receiver, false)?;
        if let Some(before) = iter.thinned_by() {
            self.refuse_numbering(expr, name, before)?;
        }
        let boxed = |iter: Iter| Box::new(iter);
        let adapted = match (name, args) {
            ("iter" | "into_iter" | "by_ref" | "copied" | "cloned" | "clone", []) => iter,
            ("rev", []) => reversed(iter),
            ("step_by", [step]) => self.step_by(iter, step)?,
            ("skip", [count]) => {
                let count = self.scalar_expr(count)?;
                if self.only_gives_values(&iter) {
                    Iter::Skip { iter: boxed(iter), count }
                } else {
                    Iter::Thinned { iter: boxed(iter), by: Thinning::Skip(count) }
                }
            }
            ("take", [count]) => {
                let count = self.scalar_expr(count)?;
                Iter::Take { iter: boxed(iter), count }
            }
            ("enumerate", []) => Iter::Enumerate(boxed(iter)),
            ("zip", [other]) => {
                let mutable = super::loops::iterates_mutably(self.ty(other));
                let other = self.expr(other)?;
                let other = self.iteration(other, mutable)?;
                if let Some(before) = other.thinned_by() {
                    self.refuse_numbering(expr, name, before)?;
                }
                Iter::Zip(boxed(iter), boxed(other))
            }
            ("map", [closure]) => {
                let closure = self.closure_node(closure)?;
                Iter::Map { iter: boxed(iter), closure }
            }
            ("filter", [closure]) => {
                let closure = self.closure_node(closure)?;
                Iter::Filter { iter: boxed(iter), closure }
            }
            ("filter_map", [closure]) => {
                let closure = self.closure_node(closure)?;
                Iter::FilterMap { iter: boxed(iter), closure }
            }
            ("take_while", [closure]) => {
                let closure = self.closure_node(closure)?;
                Iter::TakeWhile { iter: boxed(iter), closure }
            }
            ("skip_while", [closure]) => {
                let closure = self.closure_node(closure)?;
                Iter::SkipWhile { iter: boxed(iter), closure, passed: None }
            }
            _ => return self.consume(expr, iter, name, args),
        };
        Ok(Some(Val::iter(adapted)))
    }

    fn step_by(&mut self, iter: Iter, step: &'u Expr) -> Result<Iter> {
        if let (
            Iter::Range { range, step: 1, reverse: false },
            ExprKind::Literal(Literal::Int(step @ 1.., _)),
        ) = (&iter, &step.kind)
            && let Ok(step) = u64::try_from(*step)
        {
            return Ok(Iter::Range { range: *range, step, reverse: false });
        }
        let step = self.scalar_expr(step)?;
        let zero = self.b.index(0);
        let valid = self.b.compare(Compare::Ne, step, zero);
        self.assert_message(valid, "assertion failed: step != 0");
        if !self.only_gives_values(&iter) {
            return Ok(Iter::Thinned { iter: Box::new(iter), by: Thinning::StepBy(step) });
        }
        Ok(Iter::StepBy { iter: Box::new(iter), step })
    }

    /// Refuses methods that need numbers of items after the adapter `before`.
    fn refuse_numbering(&self, expr: &Expr, name: &str, before: &str) -> Result<()> {
        let by_closure = matches!(before, "skip" | "step_by");
        if by_closure && (name == "rev" || NUMBERING.contains(&name)) {
            let message = format!(
                "`{name}` needs the numbers of items, which `{before}` leaves without in a kernel where the closure of a `map` before it may panic or change something: put the `map` last"
            );
            return self.error(expr.span, message);
        }
        if NUMBERING.contains(&name) {
            let message = format!(
                "`{name}` counts items, which `{before}` leaves without numbers in a kernel: put it before the `{before}`"
            );
            return self.error(expr.span, message);
        }
        Ok(())
    }

    /// Whether an item that is not made is not missed: no closure it runs can panic or change
    /// anything.
    pub(super) fn only_gives_values(&self, iter: &Iter) -> bool {
        let mut nodes = Vec::new();
        Self::closures_of(iter, &mut nodes);
        nodes.iter().all(|node| match self.closures.get(node).map(|closure| &closure.kind) {
            Some(ExprKind::Closure { body, .. }) => is_cheap(body),
            _ => false,
        })
    }

    /// Refuses to advance an iterator that is kept: its items are had by number, and where it
    /// stands is not known.
    pub(super) fn refuse_advance(&self, receiver: &Expr, name: &str) -> Result<()> {
        let kept = matches!(
            receiver.kind,
            ExprKind::Local(_) | ExprKind::Field(..) | ExprKind::Deref(_) | ExprKind::Ref { .. }
        );
        if kept && ADVANCING.contains(&name) {
            let message = format!(
                "`{name}` advances an iterator kept in a variable, which a kernel does not do: make the iterator in the call, or write a loop"
            );
            return self.error(receiver.span, message);
        }
        Ok(())
    }

    fn range_contains(&mut self, range: RangeVal, value: &'u Expr) -> Result<Val> {
        let value = self.scalar_expr(value)?;
        let mut all = self.b.constant(true);
        let upper = if range.inclusive { Compare::Le } else { Compare::Lt };
        for (bound, compare) in [(range.start, Compare::Ge), (range.end, upper)] {
            if let Some(bound) = bound {
                let holds = self.b.compare(compare, value, bound);
                all = self.b.binary(Binary::And, all, holds);
            }
        }
        Ok(Val::Scalar(all))
    }

    /// The closures an iterator runs for each item.
    pub(super) fn closures_of(iter: &Iter, nodes: &mut Vec<NodeId>) {
        match iter {
            Iter::Map { iter, closure }
            | Iter::Filter { iter, closure }
            | Iter::FilterMap { iter, closure }
            | Iter::TakeWhile { iter, closure }
            | Iter::SkipWhile { iter, closure, .. } => {
                nodes.push(*closure);
                Self::closures_of(iter, nodes);
            }
            Iter::Zip(a, b) => {
                Self::closures_of(a, nodes);
                Self::closures_of(b, nodes);
            }
            Iter::Enumerate(iter)
            | Iter::Rev(iter)
            | Iter::StepBy { iter, .. }
            | Iter::Thinned { iter, .. }
            | Iter::Skip { iter, .. }
            | Iter::Take { iter, .. } => Self::closures_of(iter, nodes),
            _ => {}
        }
    }

    /// Methods that run through all items.
    fn consume(
        &mut self,
        expr: &'u Expr,
        iter: Iter,
        name: &str,
        args: &'u [Expr],
    ) -> Result<Option<Val>> {
        let len = self.iter_len(&iter)?;
        let mut nodes = Vec::new();
        Self::closures_of(&iter, &mut nodes);
        let ty = self.ty(expr);
        Ok(Some(match (name, args) {
            ("count", []) if iter.filters() || !self.only_gives_values(&iter) => {
                let zero = Val::Scalar(self.b.index(0));
                self.fold_items(&iter, len, &nodes, &Ty::USIZE, zero, |lower, count, _| {
                    let (count, one) = (lower.scalar(count)?, lower.b.index(1));
                    Ok(Val::Scalar(lower.b.binary(Binary::Add, count, one)))
                })?
            }
            ("count" | "len", []) => Val::Scalar(len),
            ("is_empty", []) => {
                let zero = self.b.index(0);
                Val::Scalar(self.b.compare(Compare::Eq, len, zero))
            }
            ("sum" | "product", []) => {
                let Some(dtype) = ty.as_element() else {
                    return self.error(expr.span, "only numbers can be summed in a kernel");
                };
                let (op, init) = match name {
                    "product" => (BinaryOp::Mul, self.one_of(dtype)),
                    _ if dtype.is_complex() => (BinaryOp::Add, self.anything(ty)),
                    _ => (BinaryOp::Add, Val::Scalar(self.b.constant(sum_identity(dtype)))),
                };
                self.fold_items(&iter, len, &nodes, ty, init, |lower, acc, item| {
                    let item = lower.loaded(item)?;
                    lower.operate(op, acc, item)
                })?
            }
            ("fold", [init, closure]) => {
                let init = self.expr(init)?;
                let init = self.loaded(init)?;
                let closure = self.closure_node(closure)?;
                nodes.push(closure);
                self.fold_items(&iter, len, &nodes, ty, init, |lower, acc, item| {
                    lower.call_closure(closure, vec![acc, item])
                })?
            }
            ("for_each", [closure]) => {
                let closure = self.closure_node(closure)?;
                nodes.push(closure);
                self.fold_items(&iter, len, &nodes, &Ty::UNIT, Val::UNIT, |lower, _, item| {
                    lower.call_closure(closure, vec![item])?;
                    Ok(Val::UNIT)
                })?
            }
            ("min" | "max", []) => {
                let Ty::Option(_) = ty else {
                    return self.error(expr.span, "the type of this is not known");
                };
                let op = if name == "min" { Binary::Min } else { Binary::Max };
                let init = self.anything(ty);
                self.fold_items(&iter, len, &nodes, ty, init, |lower, best, item| {
                    let item = lower.scalar(item)?;
                    let (some, best) = lower.option_parts(best)?;
                    let best = lower.scalar(best)?;
                    let better = lower.b.binary(op, best, item);
                    let best = lower.b.select(some, better, item);
                    let some = lower.b.constant(true);
                    Ok(Val::Option { some, item: Box::new(Val::Scalar(best)) })
                })?
            }
            ("all" | "any" | "position" | "rposition" | "find" | "find_map", [closure]) => {
                let closure = self.closure_node(closure)?;
                nodes.push(closure);
                self.search(&iter, name, ty, closure, &nodes)?
            }
            _ => return self.pick(expr, &iter, nodes, name, args),
        }))
    }

    /// Runs `step` for each item with a state of type `ty` that it hands on.
    pub(super) fn fold_items(
        &mut self,
        iter: &Iter,
        len: Value,
        nodes: &[NodeId],
        ty: &Ty,
        init: Val,
        mut step: impl FnMut(&mut Self, Val, Val) -> Result<Val>,
    ) -> Result<Val> {
        let carried = self.carried_by_closures(nodes);
        let iter = self.started(iter);
        self.until_end(&iter, &carried, ty, |lower, end| {
            let carried_on = carried.clone();
            let mut last =
                lower.counted_loop(len, carried_on, vec![init], |lower, index, mut state| {
                    let state = state.pop().unwrap_or(Val::UNIT);
                    let turn = Turn { index, carried: &carried, ty, end };
                    Ok(vec![lower.each_item(&iter, &turn, state, &mut step)?])
                })?;
            Ok(last.pop().unwrap_or(Val::UNIT))
        })
    }

    /// Builds a loop over `iter`, in a scope of its own if the items end early. It is given the
    /// frame to leave there, with a value of type `ty`.
    fn until_end(
        &mut self,
        iter: &Iter,
        carried: &[u32],
        ty: &Ty,
        build: impl FnOnce(&mut Self, usize) -> Result<Val>,
    ) -> Result<Val> {
        let end = self.frames.len();
        if !iter.ends_early() {
            return build(self, end);
        }
        self.scope(None, false, carried.to_vec(), ty, |lower| build(lower, end))
    }

    /// `all`, `any`, `position`, `find` and their kin, which stop at the first item that decides.
    fn search(
        &mut self,
        iter: &Iter,
        name: &str,
        ty: &Ty,
        closure: NodeId,
        nodes: &[NodeId],
    ) -> Result<Val> {
        let len = self.iter_len(iter)?;
        let iter = match name {
            "rposition" => reversed(iter.clone()),
            _ => self.started(iter),
        };
        let carried = self.carried_by_closures(nodes);
        self.scope(None, false, carried.clone(), ty, |lower| {
            let frame = lower.frames.len() - 1;
            lower.until_end(&iter, &carried, &Ty::UNIT, |lower, end| {
                lower.counted_loop(len, carried.clone(), vec![], |lower, index, _| {
                    let turn = Turn { index, carried: &carried, ty: &Ty::UNIT, end };
                    lower.each_item(&iter, &turn, Val::UNIT, &mut |lower, _, item| {
                        let answer = lower.call_closure(closure, vec![item.clone()])?;
                        let (stop, found) = lower.decided(name, answer, item, (index, len))?;
                        let leave = |lower: &mut Self| {
                            lower.leave(frame, found, ty)?;
                            Ok(Val::UNIT)
                        };
                        lower.branch(stop, &[], &Ty::UNIT, leave, |_| Ok(Val::UNIT))
                    })?;
                    Ok(vec![])
                })?;
                Ok(Val::UNIT)
            })?;
            Ok(match ty {
                Ty::Option(_) => lower.anything(ty),
                _ => Val::Scalar(lower.b.constant(name == "all")),
            })
        })
    }

    /// Whether a search ends with what the closure said of an item, and with what result.
    fn decided(
        &mut self,
        name: &str,
        answer: Val,
        item: Val,
        (index, len): (Value, Value),
    ) -> Result<(Value, Val)> {
        if name == "find_map" {
            let (some, _) = self.option_parts(answer.clone())?;
            return Ok((some, answer));
        }
        let holds = self.scalar(answer)?;
        Ok(match name {
            "all" => {
                let fails = self.b.unary(Unary::Not, holds);
                (fails, Val::Scalar(self.b.constant(false)))
            }
            "any" => (holds, Val::Scalar(self.b.constant(true))),
            "find" => (holds, self.some(item)?),
            "position" => (holds, self.some(Val::Scalar(index))?),
            _ => {
                let one = self.b.index(1);
                let last = self.b.binary(Binary::Sub, len, one);
                let index = self.b.binary(Binary::Sub, last, index);
                (holds, self.some(Val::Scalar(index))?)
            }
        })
    }

    /// `Some(item)`.
    pub(super) fn some(&mut self, item: Val) -> Result<Val> {
        let item = Box::new(self.loaded(item)?);
        Ok(Val::Option { some: self.b.constant(true), item })
    }
}

/// Methods that go by the number of an item, which there is not after `filter`.
const NUMBERING: [&str; 10] = [
    "enumerate",
    "zip",
    "step_by",
    "skip",
    "take",
    "position",
    "rposition",
    "nth",
    "len",
    "is_empty",
];

/// `iter` from its end.
fn reversed(iter: Iter) -> Iter {
    match iter {
        Iter::Range { range, step, reverse } => Iter::Range { range, step, reverse: !reverse },
        iter => Iter::Rev(Box::new(iter)),
    }
}

/// Methods that take their iterator by `&mut`.
const ADVANCING: [&str; 8] =
    ["by_ref", "all", "any", "position", "rposition", "find", "find_map", "nth"];

/// Where `Iterator::sum` starts: std starts floats from negative zero, which no sum changes.
fn sum_identity(dtype: Dtype) -> Const {
    match dtype {
        Dtype::F32 => Const::f32(-0.0),
        Dtype::F64 => Const::f64(-0.0),
        _ => Const::zero(dtype),
    }
}
