//! Lowers methods that pick one item of an iterator: by its number, or by comparing.

use super::value::{Iter, Val};
use super::{Lower, Result};
use crate::infer::ty::Ty;
use mambo_ir::function::{Binary, Compare, Value};
use mambo_ir::kernel::{Expr, ExprKind, NodeId};

impl<'u> Lower<'_, 'u> {
    /// `last`, `nth`, `min_by` and their kin; `None` if it is none of them.
    pub(super) fn pick(
        &mut self,
        expr: &'u Expr,
        iter: &Iter,
        mut nodes: Vec<NodeId>,
        name: &str,
        args: &'u [Expr],
    ) -> Result<Option<Val>> {
        Ok(Some(match (name, args) {
            ("last", []) => self.last(expr, iter, &nodes)?,
            ("nth", [index]) => self.nth(expr, iter, &nodes, index)?,
            ("min_by" | "max_by", [closure]) => {
                let closure = self.closure_node(closure)?;
                nodes.push(closure);
                self.extreme_by(expr, iter, &nodes, closure, name == "min_by")?
            }
            ("min_by_key" | "max_by_key", [closure]) => {
                let closure = self.closure_node(closure)?;
                nodes.push(closure);
                self.extreme_by_key(expr, iter, &nodes, closure, name == "min_by_key")?
            }
            _ => return Ok(None),
        }))
    }

    fn last(&mut self, expr: &'u Expr, iter: &Iter, nodes: &[NodeId]) -> Result<Val> {
        let len = self.iter_len(iter)?;
        if !iter.filters() && self.only_gives_values(iter) {
            let (zero, one) = (self.b.index(0), self.b.index(1));
            let some = self.b.compare(Compare::Ne, len, zero);
            let index = self.b.binary(Binary::Sub, len, one);
            return self.item_if(expr, iter, some, index);
        }
        let ty = self.kept_item(expr)?;
        let none = self.anything(ty);
        self.fold_items(iter, len, nodes, ty, none, |lower, _, item| lower.some(item))
    }

    fn nth(
        &mut self,
        expr: &'u Expr,
        iter: &Iter,
        nodes: &[NodeId],
        index: &'u Expr,
    ) -> Result<Val> {
        let index = self.scalar_expr(index)?;
        let len = self.iter_len(iter)?;
        let some = self.b.compare(Compare::Lt, index, len);
        if self.only_gives_values(iter) {
            return self.item_if(expr, iter, some, index);
        }
        // The items before it are made too.
        let ty = self.kept_item(expr)?;
        let one = self.b.index(1);
        let made = self.b.binary(Binary::SaturatingAdd, index, one);
        let made = self.b.binary(Binary::Min, made, len);
        let none = self.anything(ty);
        let last =
            self.fold_items(iter, made, nodes, ty, none, |lower, _, item| lower.some(item))?;
        let (_, item) = self.option_parts(last)?;
        Ok(Val::Option { some, item: Box::new(item) })
    }

    /// `Some` of the item number `index` if `some`.
    fn item_if(&mut self, expr: &'u Expr, iter: &Iter, some: Value, index: Value) -> Result<Val> {
        let Ty::Option(item_ty) = self.ty(expr) else {
            return self.error(expr.span, "the type of this is not known");
        };
        let take = |lower: &mut Self| lower.item(iter, index);
        let item = self.branch(some, &[], item_ty, take, |lower| Ok(lower.anything(item_ty)))?;
        Ok(Val::Option { some, item: Box::new(item) })
    }

    /// `min_by` keeps the first of equal items, `max_by` the last.
    fn extreme_by(
        &mut self,
        expr: &'u Expr,
        iter: &Iter,
        nodes: &[NodeId],
        closure: NodeId,
        least: bool,
    ) -> Result<Val> {
        let len = self.iter_len(iter)?;
        let ty = self.kept_item(expr)?;
        let carried = self.carried_by_closures(&[closure]);
        let none = self.anything(ty);
        self.fold_items(iter, len, nodes, ty, none, |lower, best, item| {
            let (some, best) = lower.option_parts(best)?;
            let item = lower.loaded(item)?;
            let compare = |lower: &mut Self| {
                let order = lower.call_closure(closure, vec![best.clone(), item.clone()])?;
                let sign = lower.sign(order)?;
                let equal = lower.b.constant(0i8);
                let compare = if least { Compare::Gt } else { Compare::Le };
                Ok(Val::Scalar(lower.b.compare(compare, sign, equal)))
            };
            let first = |lower: &mut Self| Ok(Val::Scalar(lower.b.constant(true)));
            let better = lower.branch(some, &carried, &Ty::BOOL, compare, first)?;
            let better = lower.scalar(better)?;
            let best = lower.chosen(better, &item, &best)?;
            lower.some(best)
        })
    }

    /// Each key is made once, and kept beside its item.
    fn extreme_by_key(
        &mut self,
        expr: &'u Expr,
        iter: &Iter,
        nodes: &[NodeId],
        closure: NodeId,
        least: bool,
    ) -> Result<Val> {
        let len = self.iter_len(iter)?;
        let Ty::Option(item_ty) = self.kept_item(expr)? else {
            return self.error(expr.span, "the type of this is not known");
        };
        let key_ty = match self.closures.get(&closure).map(|closure| &closure.kind) {
            Some(ExprKind::Closure { body, .. }) => self.value_ty(body),
            _ => return self.error(expr.span, "a closure is expected here"),
        };
        let Ty::Scalar(_) = key_ty else {
            let message = format!(
                "only a number or bool can be the key of an item in a kernel, not `{key_ty}`: compare with `min_by` or `max_by`, or write a loop"
            );
            return self.error(expr.span, message);
        };
        let ty = Ty::option(Ty::Tuple(vec![key_ty.clone(), (**item_ty).clone()]));
        let none = self.anything(&ty);
        let end = self.fold_items(iter, len, nodes, &ty, none, |lower, best, item| {
            let (some, best) = lower.option_parts(best)?;
            let item = lower.loaded(item)?;
            let key = lower.call_closure(closure, vec![item.clone()])?;
            let (key, best_key) = (lower.scalar(key)?, lower.fields(best.clone())?.remove(0));
            let best_key = lower.scalar(best_key)?;
            let order = lower.order(key, best_key);
            let equal = lower.b.constant(0i8);
            let compare = if least { Compare::Lt } else { Compare::Ge };
            let better = lower.b.compare(compare, order, equal);
            let yes = lower.b.constant(true);
            let better = lower.b.select(some, better, yes);
            let best = lower.chosen(better, &Val::Group(vec![Val::Scalar(key), item]), &best)?;
            lower.some(best)
        })?;
        let (some, pair) = self.option_parts(end)?;
        let item = Box::new(self.fields(pair)?.remove(1));
        Ok(Val::Option { some, item })
    }

    /// The type of `Some` of an item that a loop keeps, which must consist of scalars.
    fn kept_item(&self, expr: &'u Expr) -> Result<&'u Ty> {
        match self.ty(expr) {
            ty @ Ty::Option(item) if in_scalars(item) => Ok(ty),
            ty => {
                let message = format!(
                    "only numbers, bools and tuples of them can be kept by this loop, which gives `{ty}`: find the index and take the item there"
                );
                self.error(expr.span, message)
            }
        }
    }

    /// `a` if `cond`, else `b`, part by part.
    fn chosen(&mut self, cond: Value, a: &Val, b: &Val) -> Result<Val> {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        a.leaves(&mut ours);
        b.leaves(&mut theirs);
        let parts: Vec<Value> =
            ours.into_iter().zip(theirs).map(|(a, b)| self.b.select(cond, a, b)).collect();
        Ok(a.rebuild(&mut parts.into_iter()))
    }
}

/// Whether a value of this type is made of scalars alone.
fn in_scalars(ty: &Ty) -> bool {
    match ty {
        Ty::Scalar(_) => true,
        Ty::Tuple(items) => items.iter().all(in_scalars),
        Ty::Struct(ty) => ty.fields.iter().all(|(_, field)| in_scalars(field)),
        Ty::Option(item) => in_scalars(item),
        _ => false,
    }
}
