//! Lowers the methods of `Option`.

use super::value::Val;
use super::{Lower, Result};
use crate::infer::ty::Ty;
use mambo_ir::function::{Unary, Value};
use mambo_ir::kernel::{Expr, ExprKind};
use mambo_ir::{Const, Dtype, SiteKind};

impl<'u> Lower<'_, 'u> {
    /// A method of an option; `None` if there is none of this name.
    pub(super) fn option_method(
        &mut self,
        expr: &'u Expr,
        some: Value,
        item: Val,
        name: &str,
        args: &'u [Expr],
    ) -> Result<Option<Val>> {
        let ty = self.ty(expr);
        Ok(Some(match (name, args) {
            ("is_some", []) => Val::Scalar(some),
            ("is_none", []) => Val::Scalar(self.b.unary(Unary::Not, some)),
            ("copied" | "cloned", []) => Val::Option { some, item: Box::new(item) },
            ("unwrap", []) => {
                self.assert_message(some, "called `Option::unwrap()` on a `None` value");
                item
            }
            ("expect", [message]) => {
                let ExprKind::Panic(message) = &message.kind else {
                    self.assert_message(some, "called `Option::expect()` on a `None` value");
                    return Ok(Some(item));
                };
                let parts = message.parts.clone();
                self.assert(some, SiteKind::Message { parts, holes: vec![] }, vec![]);
                item
            }
            ("unwrap_or", [default]) => {
                let default = self.expr(default)?;
                let default = self.loaded(default)?;
                self.either(some, ty, item, default)?
            }
            ("unwrap_or_default", []) => {
                let default = self.zero_of(ty)?;
                self.either(some, ty, item, default)?
            }
            ("unwrap_or_else", [closure]) => {
                let node = self.closure_node(closure)?;
                let carried = self.carried_by_closures(&[node]);
                self.branch(
                    some,
                    &carried,
                    ty,
                    |_| Ok(item),
                    |lower| lower.call_closure(node, vec![]),
                )?
            }
            ("map", [closure]) => {
                let node = self.closure_node(closure)?;
                let carried = self.carried_by_closures(&[node]);
                let Ty::Option(mapped) = ty else {
                    return self.error(expr.span, "the type of this is not known");
                };
                let run = |lower: &mut Self| lower.call_closure(node, vec![item]);
                let none = |lower: &mut Self| Ok(lower.anything(mapped));
                let item = self.branch(some, &carried, mapped, run, none)?;
                Val::Option { some, item: Box::new(item) }
            }
            ("map_or", [default, closure]) => {
                let default = self.expr(default)?;
                let node = self.closure_node(closure)?;
                let carried = self.carried_by_closures(&[node]);
                let run = |lower: &mut Self| lower.call_closure(node, vec![item]);
                self.branch(some, &carried, ty, run, |_| Ok(default))?
            }
            _ => return Ok(None),
        }))
    }

    /// `a` if `cond`, else `b`, both evaluated already.
    fn either(&mut self, cond: Value, ty: &Ty, a: Val, b: Val) -> Result<Val> {
        match (a, b) {
            (Val::Scalar(a), Val::Scalar(b)) => Ok(Val::Scalar(self.b.select(cond, a, b))),
            (a, b) => self.branch(cond, &[], ty, |_| Ok(a), |_| Ok(b)),
        }
    }

    /// `Default::default()` of a plain type.
    fn zero_of(&mut self, ty: &Ty) -> Result<Val> {
        match ty {
            Ty::Scalar(dtype) => Ok(Val::Scalar(self.b.constant(Const::zero(*dtype)))),
            Ty::Tuple(items) => {
                Ok(Val::Group(items.iter().map(|ty| self.zero_of(ty)).collect::<Result<_>>()?))
            }
            _ => self.error(self.span, "only numbers have a default in a kernel"),
        }
    }

    /// The length a fixed-size array has as a value.
    pub(super) fn len_value(&mut self, len: usize) -> Val {
        Val::Scalar(self.b.constant(Const::int(Dtype::Usize, len as i128)))
    }
}
