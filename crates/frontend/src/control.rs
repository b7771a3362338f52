//! Branches, loops and jumps.

use crate::expr::peeled;
use crate::labels::{FrameKind, Missing};
use crate::lowering::Lowering;
use crate::pattern::Context;
use crate::start::start_of;
use mambo_ir::kernel::{Arm, Block, Expr, ExprKind, LabelId, Pattern};
use proc_macro2::Span;
use syn::spanned::Spanned;

impl Lowering {
    /// `{ … }`, with or without a label.
    pub(crate) fn block_expr(&mut self, source: &syn::ExprBlock) -> Expr {
        let at = source.block.brace_token.span.open();
        let (label, body) = match &source.label {
            None => (None, self.block(&source.block)),
            Some(label) => {
                let id = self.labels.enter(FrameKind::Block, Some(label.name.ident.to_string()));
                let body = self.block(&source.block);
                self.labels.leave();
                (Some(id), body)
            }
        };
        self.node(ExprKind::Block { label, body }, at)
    }

    /// The condition of an `if` or `while`, which alone may bind names: in any part of a chain
    /// of `&&`, for the parts behind it.
    fn condition(&mut self, source: &syn::Expr) -> Box<Expr> {
        match peeled(source) {
            syn::Expr::Let(source) => {
                let value = self.expr(&source.expr);
                let pattern = self.pattern(&source.pat, Context::Refutable);
                Box::new(self.node(ExprKind::Let(pattern, Box::new(value)), source.let_token.span))
            }
            syn::Expr::Binary(chain) if binds(source) => {
                let at = start_of(source);
                self.deeper(at, |this| {
                    let left = this.condition(&chain.left);
                    let right = this.condition(&chain.right);
                    let kind = ExprKind::Logical { and: true, left, right };
                    Box::new(this.node(kind, chain.op.span()))
                })
                .unwrap_or_else(|| Box::new(self.dummy(at)))
            }
            _ => Box::new(self.expr(source)),
        }
    }

    /// `if`, with the names of its condition seen in the first block only.
    pub(crate) fn if_expr(&mut self, source: &syn::ExprIf) -> Expr {
        let (cond, then) = self.scoped(|this| {
            let cond = this.condition(&source.cond);
            (cond, this.block(&source.then_branch))
        });
        let otherwise = source.else_branch.as_ref().map(|(_, expr)| Box::new(self.expr(expr)));
        self.node(ExprKind::If { cond, then, otherwise }, source.if_token.span)
    }

    /// `option?`: the item, or `return None`.
    pub(crate) fn option_or_return(&mut self, source: &syn::ExprTry) -> Expr {
        let at = source.question_token.span;
        let option = Box::new(self.expr(&source.expr));
        let local = self.fresh_local("item", false);
        let item = Box::new(Pattern::Bind { local, sub: None });
        let body = self.node(ExprKind::Local(local), at);
        let some = Arm { pattern: Pattern::Some(item), guard: None, body };
        let none = Box::new(self.node(ExprKind::Option(None), at));
        let body = self.node(ExprKind::Return(Some(none)), at);
        let none = Arm { pattern: Pattern::None, guard: None, body };
        self.node(ExprKind::Match(option, vec![some, none]), at)
    }

    /// `match`.
    pub(crate) fn match_expr(&mut self, source: &syn::ExprMatch) -> Expr {
        let value = self.expr(&source.expr);
        let mut arms = Vec::new();
        for arm in &source.arms {
            self.attributes(&arm.attrs);
            arms.push(self.scoped(|this| {
                let (pattern, guard) = this.guarded_pattern(&arm.pat);
                let body = this.expr(&arm.body);
                Arm { pattern, guard, body }
            }));
        }
        self.node(ExprKind::Match(Box::new(value), arms), source.match_token.span)
    }

    /// `while`.
    pub(crate) fn while_loop(&mut self, source: &syn::ExprWhile) -> Expr {
        let label = self.enter_loop(FrameKind::Iteration, source.label.as_ref());
        let (cond, body) = self.scoped(|this| {
            let cond = this.condition(&source.cond);
            (cond, this.block(&source.body))
        });
        self.labels.leave();
        self.node(ExprKind::While { label, cond, body }, source.while_token.span)
    }

    /// `loop`.
    pub(crate) fn endless_loop(&mut self, source: &syn::ExprLoop) -> Expr {
        let label = self.enter_loop(FrameKind::Loop, source.label.as_ref());
        let body = self.block(&source.body);
        self.labels.leave();
        self.node(ExprKind::Loop { label, body }, source.loop_token.span)
    }

    /// `for`.
    pub(crate) fn for_loop(&mut self, source: &syn::ExprForLoop) -> Expr {
        let iter = Box::new(self.expr(&source.expr));
        let label = self.enter_loop(FrameKind::Iteration, source.label.as_ref());
        let (pattern, body): (_, Block) = self.scoped(|this| {
            let pattern = this.pattern(&source.pat, Context::Irrefutable);
            (pattern, this.block(&source.body))
        });
        self.labels.leave();
        self.node(ExprKind::For { label, pattern, iter, body }, source.for_token.span)
    }

    fn enter_loop(&mut self, kind: FrameKind, label: Option<&syn::Label>) -> LabelId {
        self.labels.enter(kind, label.map(|label| label.name.ident.to_string()))
    }

    /// `break`.
    pub(crate) fn break_expr(&mut self, source: &syn::ExprBreak) -> Expr {
        let at = source.break_token.span;
        let value = source.expr.as_ref().map(|value| (start_of(value), self.expr(value)));
        let Some((id, kind)) = self.target(at, "break", source.label.as_ref()) else {
            return self.dummy(at);
        };
        if let (FrameKind::Iteration, Some((value, _))) = (kind, &value) {
            return self.error_expr(
                *value,
                "only `loop` and labelled blocks have a value to `break` with: assign to a \
                 variable first",
            );
        }
        let value = value.map(|(_, value)| Box::new(value));
        self.node(ExprKind::Break(id, value), at)
    }

    /// `continue`.
    pub(crate) fn continue_expr(&mut self, source: &syn::ExprContinue) -> Expr {
        let at = source.continue_token.span;
        let Some((id, kind)) = self.target(at, "continue", source.label.as_ref()) else {
            return self.dummy(at);
        };
        if kind == FrameKind::Block {
            return self.error_expr(
                at,
                "`continue` names a labelled block, not a loop: write `break` with the label",
            );
        }
        self.node(ExprKind::Continue(id), at)
    }

    /// The loop or block a jump means.
    fn target(
        &mut self,
        at: Span,
        jump: &str,
        label: Option<&syn::Lifetime>,
    ) -> Option<(LabelId, FrameKind)> {
        let name = label.map(|label| label.ident.to_string());
        let missing = match self.labels.find(name.as_deref()) {
            Ok(frame) => return Some((frame.id, frame.kind)),
            Err(missing) => missing,
        };
        let at = label.map_or(at, |label| label.apostrophe);
        match (missing, name) {
            (Missing::BeyondClosure, _) => self.error(
                at,
                format_args!(
                    "`{jump}` cannot leave the closure it stands in: return a value from the \
                     closure and test it in the loop"
                ),
            ),
            (Missing::Unknown, Some(name)) => self.error(
                at,
                format_args!("no loop or block around this is labelled `'{name}`: label one"),
            ),
            (Missing::Unknown, None) => self.error(
                at,
                format_args!("`{jump}` stands in no loop: label a block and name it, or `return`"),
            ),
        }
        None
    }
}

/// Whether a condition is a chain of `&&` with a `let` in it.
fn binds(condition: &syn::Expr) -> bool {
    let mut open = vec![condition];
    while let Some(part) = open.pop() {
        match part {
            syn::Expr::Let(_) => return true,
            syn::Expr::Binary(chain) if matches!(chain.op, syn::BinOp::And(_)) => {
                open.extend([&*chain.left, &*chain.right]);
            }
            _ => {}
        }
    }
    false
}
