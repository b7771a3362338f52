//! Lowers calls of closures: the body is inlined at the call.

use super::value::Val;
use super::{Lower, Result};
use mambo_ir::kernel::{Expr, ExprKind, NodeId};

impl<'u> Lower<'_, 'u> {
    /// Runs the body of the closure written at `node` with its parameters bound to `args`.
    pub(super) fn call_closure(&mut self, node: NodeId, args: Vec<Val>) -> Result<Val> {
        let Some(&closure) = self.closures.get(&node) else {
            return self.error(self.span, "this closure is not known here");
        };
        let ExprKind::Closure { params, body, .. } = &closure.kind else {
            unreachable!("only closures are entered");
        };
        for ((pattern, _), value) in params.iter().zip(args) {
            self.bind(pattern, value)?;
        }
        if !super::walk::returns(body) {
            return self.expr(body);
        }
        let carried = self.carried(self.assignments.within(&[body], &[]));
        let ty = self.ty(body);
        self.scope(None, true, carried, ty, |lower| lower.expr(body))
    }

    /// The closure an argument is.
    pub(super) fn closure_node(&mut self, arg: &'u Expr) -> Result<NodeId> {
        match self.expr(arg)? {
            Val::Closure(node) => Ok(node),
            _ => self.error(arg.span, "a closure is expected here"),
        }
    }

    /// The bindings that the closures written at `nodes` may change.
    pub(super) fn carried_by_closures(&self, nodes: &[NodeId]) -> Vec<u32> {
        let bodies: Vec<&Expr> =
            nodes.iter().filter_map(|n| self.closures.get(n).copied()).collect();
        self.carried(self.assignments.within(&bodies, &[]))
    }
}
