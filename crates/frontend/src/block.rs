//! Blocks and statements.

use crate::lowering::Lowering;
use crate::pattern::Context;
use mambo_ir::kernel::{Block, Expr, ExprKind, Stmt};

impl Lowering {
    /// A block, in a scope of its own.
    pub(crate) fn block(&mut self, source: &syn::Block) -> Block {
        self.scoped(|this| {
            this.declare_items(&source.stmts);
            this.statements(&source.stmts)
        })
    }

    fn statements(&mut self, source: &[syn::Stmt]) -> Block {
        let mut block = Block { stmts: Vec::new(), tail: None };
        for (i, stmt) in source.iter().enumerate() {
            let last = i + 1 == source.len();
            let (value, semicolon) = match stmt {
                syn::Stmt::Item(_) => continue,
                syn::Stmt::Local(local) => {
                    block.stmts.push(self.let_statement(local));
                    continue;
                }
                // A semicolon that ends nothing.
                syn::Stmt::Expr(syn::Expr::Verbatim(tokens), _) if tokens.is_empty() => continue,
                syn::Stmt::Expr(expr, semicolon) => (self.expr(expr), semicolon.is_some()),
                syn::Stmt::Macro(stmt) => {
                    self.attributes(&stmt.attrs);
                    (self.macro_call(&stmt.mac), stmt.semi_token.is_some())
                }
            };
            if last && !semicolon {
                block.tail = Some(Box::new(value));
            } else {
                block.stmts.push(Stmt::Expr(value));
            }
        }
        block
    }

    fn let_statement(&mut self, local: &syn::Local) -> Stmt {
        self.attributes(&local.attrs);
        let (pattern, ty) = match &local.pat {
            syn::Pat::Type(typed) => (&*typed.pat, Some(&*typed.ty)),
            pattern => (pattern, None),
        };
        let ty = ty.map(|ty| self.lower_type(ty));
        // The pattern is bound last: the value and the `else` block do not see it.
        let init = local.init.as_ref().map(|init| self.argument(&init.expr));
        let otherwise = local.init.as_ref().and_then(|init| init.diverge.as_ref());
        let context = if otherwise.is_some() { Context::Refutable } else { Context::Irrefutable };
        let otherwise = otherwise.map(|(_, block)| {
            let block = self.expr(block);
            self.block_of(block)
        });
        let pattern = self.pattern(pattern, context);
        Stmt::Let { pattern, ty, init, otherwise }
    }

    /// An expression as a block.
    fn block_of(&mut self, expr: Expr) -> Block {
        match expr.kind {
            ExprKind::Block { label: None, body } => body,
            _ => Block { stmts: Vec::new(), tail: Some(Box::new(expr)) },
        }
    }
}
