//! Closures: bound to a variable or passed to a method, never stored.

use crate::expr::peeled;
use crate::lowering::{Lowering, name_of, starts_upper};
use crate::pattern::Context;
use crate::scope::Moved;
use crate::start::start_of;
use mambo_ir::kernel::{Block, Expr, ExprKind, Pattern, Stmt};

/// Methods whose last argument may be a function, and how many arguments they give it.
const CLOSURE_METHODS: [(&str, usize); 22] = [
    ("all", 1),
    ("any", 1),
    ("filter", 1),
    ("filter_map", 1),
    ("find", 1),
    ("find_map", 1),
    ("fold", 2),
    ("fold_axis", 2),
    ("for_each", 1),
    ("map", 1),
    ("map_axis", 1),
    ("map_or", 1),
    ("mapv", 1),
    ("mapv_inplace", 1),
    ("max_by", 2),
    ("max_by_key", 1),
    ("min_by", 2),
    ("min_by_key", 1),
    ("partition_point", 1),
    ("position", 1),
    ("skip_while", 1),
    ("take_while", 1),
];

impl Lowering {
    /// An expression where a closure may stand: the value of a `let`, the argument of a method.
    pub(crate) fn argument(&mut self, source: &syn::Expr) -> Expr {
        match peeled(source) {
            syn::Expr::Closure(closure) => {
                self.unwrapped(source);
                let at = closure.inputs_begin.span;
                self.deeper(at, |this| this.closure(closure)).unwrap_or_else(|| self.dummy(at))
            }
            _ => self.expr(source),
        }
    }

    /// The closure that calls the function of this name, as the last argument of a method.
    pub(crate) fn function_as_closure(
        &self,
        method: &str,
        source: &syn::Expr,
    ) -> Option<syn::ExprClosure> {
        let &(_, arity) = CLOSURE_METHODS.iter().find(|(name, _)| *name == method)?;
        let syn::Expr::Path(function) = peeled(source) else { return None };
        let name = name_of(&function.path.segments.last()?.ident);
        let is_local = function.path.segments.len() == 1 && self.scopes.is_bound(&name);
        if starts_upper(&name) || is_local {
            return None;
        }
        let at = start_of(source);
        let args: Vec<syn::Ident> =
            (0..arity).map(|number| syn::Ident::new(&format!("item{number}"), at)).collect();
        let closure = quote::quote_spanned!(at=> |#(#args),*| #function(#(#args),*));
        syn::parse2(closure).ok()
    }

    fn closure(&mut self, source: &syn::ExprClosure) -> Expr {
        if let Some(token) = &source.asyncness {
            self.error(
                token.span,
                "`async` closures are not part of the kernel language: remove `async`",
            );
        }
        if let Some(token) = &source.constness {
            self.error(
                token.span,
                "`const` closures are not part of the kernel language: remove `const`",
            );
        }
        self.labels.enter_closure();
        let (params, body, moved) = self.scoped(|this| {
            if source.capture.is_some() {
                this.scopes.begin_move();
            }
            let params = source.inputs.iter().map(|input| this.closure_param(input)).collect();
            (params, this.closure_body(source), this.scopes.moved())
        });
        self.labels.leave();
        let at = source.inputs_begin.span;
        let moved = moved
            .into_iter()
            .map(|Moved { outer, inner }| {
                let pattern = Pattern::Bind { local: inner, sub: None };
                (pattern, self.node(ExprKind::Local(outer), at))
            })
            .collect();
        self.node(ExprKind::Closure { moved, params, body: Box::new(body) }, at)
    }

    fn closure_param(
        &mut self,
        source: &syn::Pat,
    ) -> (Pattern, Option<mambo_ir::kernel::TypeExpr>) {
        match source {
            syn::Pat::Type(typed) => {
                self.attributes(&typed.attrs);
                let ty = self.lower_type(&typed.ty);
                (self.pattern(&typed.pat, Context::Irrefutable), Some(ty))
            }
            other => (self.pattern(other, Context::Irrefutable), None),
        }
    }

    /// The body; a type of the result becomes that of a variable that holds it.
    fn closure_body(&mut self, source: &syn::ExprClosure) -> Expr {
        let body = self.expr(&source.body);
        let syn::ReturnType::Type(_, ty) = &source.output else { return body };
        let at = source.inputs_begin.span;
        let ty = Some(self.lower_type(ty));
        let local = self.fresh_local("result", false);
        let pattern = Pattern::Bind { local, sub: None };
        let stmts = vec![Stmt::Let { pattern, ty, init: Some(body), otherwise: None }];
        let tail = Some(Box::new(self.node(ExprKind::Local(local), at)));
        self.node(ExprKind::Block { label: None, body: Block { stmts, tail } }, at)
    }
}
