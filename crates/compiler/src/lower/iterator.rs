//! Lowers the methods of ranges and iterators.

use super::expr::is_cheap;
use super::value::{Iter, RangeVal, Thinning, Val};
use super::{Lower, Result};
use crate::infer::ty::Ty;
use mambo_ir::function::{Binary, Compare, Value};
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
            ("rev", []) => match iter {
                Iter::Range { range, step, reverse } => {
                    Iter::Range { range, step, reverse: !reverse }
                }
                iter => Iter::Rev(boxed(iter)),
            },
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
                if other.filters() {
                    return self.error(
                        expr.span,
                        "`filter` leaves items without numbers in a kernel: pair them with `zip` before the `filter`",
                    );
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
            _ => return self.consume(expr, iter, name, args),
        };
        Ok(Some(Val::iter(adapted)))
    }

    fn step_by(&mut self, iter: Iter, step: &'u Expr) -> Result<Iter> {
        if let (
            Iter::Range { range, step: 1, reverse: false },
            ExprKind::Literal(Literal::Int(step @ 1.., _)),
        ) = (&iter, &step.kind)
        {
            return Ok(Iter::Range { range: *range, step: *step, reverse: false });
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
    fn only_gives_values(&self, iter: &Iter) -> bool {
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
            Iter::Map { iter, closure } | Iter::Filter { iter, closure } => {
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
            ("all" | "any" | "position" | "find", [closure]) => {
                let closure = self.closure_node(closure)?;
                nodes.push(closure);
                self.search(&iter, name, ty, closure, &nodes)?
            }
            _ => return Ok(None),
        }))
    }

    /// Runs `step` for each item with a state of type `ty` that it hands on.
    fn fold_items(
        &mut self,
        iter: &Iter,
        len: Value,
        nodes: &[NodeId],
        ty: &Ty,
        init: Val,
        mut step: impl FnMut(&mut Self, Val, Val) -> Result<Val>,
    ) -> Result<Val> {
        let carried = self.carried_by_closures(nodes);
        let mut end =
            self.counted_loop(len, carried.clone(), vec![init], |lower, k, mut state| {
                let state = state.pop().unwrap_or(Val::UNIT);
                Ok(vec![lower.each_item(iter, k, &carried, (ty, state), &mut step)?])
            })?;
        Ok(end.pop().unwrap_or(Val::UNIT))
    }

    /// `all`, `any`, `position` and `find`, which stop at the first item that decides.
    fn search(
        &mut self,
        iter: &Iter,
        name: &str,
        ty: &Ty,
        closure: NodeId,
        nodes: &[NodeId],
    ) -> Result<Val> {
        let len = self.iter_len(iter)?;
        let carried = self.carried_by_closures(nodes);
        self.scope(None, false, carried.clone(), ty, |lower| {
            let frame = lower.frames.len() - 1;
            lower.counted_loop(len, carried.clone(), vec![], |lower, k, _| {
                let unit = (&Ty::UNIT, Val::UNIT);
                lower.each_item(iter, k, &carried, unit, &mut |lower, _, item| {
                    let holds = lower.call_closure(closure, vec![item.clone()])?;
                    let holds = lower.scalar(holds)?;
                    let stop = match name {
                        "all" => lower.b.unary(mambo_ir::function::Unary::Not, holds),
                        _ => holds,
                    };
                    let leave = |lower: &mut Self| {
                        let found = match name {
                            "position" => Val::Scalar(k),
                            "find" => lower.loaded(item)?,
                            _ => Val::Scalar(lower.b.constant(name == "any")),
                        };
                        let value = if matches!(ty, Ty::Option(_)) {
                            let some = lower.b.constant(true);
                            Val::Option { some, item: Box::new(found) }
                        } else {
                            found
                        };
                        lower.leave(frame, value, ty)?;
                        Ok(Val::UNIT)
                    };
                    lower.branch(stop, &[], &Ty::UNIT, leave, |_| Ok(Val::UNIT))
                })?;
                Ok(vec![])
            })?;
            Ok(match name {
                "position" | "find" => lower.anything(ty),
                _ => Val::Scalar(lower.b.constant(name == "all")),
            })
        })
    }
}

/// Methods that go by the number of an item, which there is not after `filter`.
const NUMBERING: [&str; 8] =
    ["enumerate", "zip", "step_by", "skip", "take", "position", "len", "is_empty"];

/// Methods that take their iterator by `&mut`.
const ADVANCING: [&str; 5] = ["by_ref", "all", "any", "position", "find"];

/// Where `Iterator::sum` starts: std starts floats from negative zero, which no sum changes.
fn sum_identity(dtype: Dtype) -> Const {
    match dtype {
        Dtype::F32 => Const::f32(-0.0),
        Dtype::F64 => Const::f64(-0.0),
        _ => Const::zero(dtype),
    }
}
