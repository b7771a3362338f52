//! The state of lowering one function, and the small operations every part of it uses.

use crate::diagnostics::Diagnostics;
use crate::items::ConstItems;
use crate::labels::Labels;
use crate::names::HostNames;
use crate::scope::{Binding, Scopes};
use mambo_ir::Span;
use mambo_ir::kernel::{Expr, ExprKind, LocalId, LocalInfo};
use proc_macro2::Span as TokenSpan;
use std::fmt::Display;

/// Expressions, patterns and types nest at most this deep, so that trees can be walked and
/// decoded recursively on a small stack.
pub const MAX_DEPTH: u32 = 128;

/// One function being lowered.
#[derive(Default)]
pub(crate) struct Lowering {
    pub(crate) diagnostics: Diagnostics,
    pub(crate) scopes: Scopes,
    pub(crate) labels: Labels,
    pub(crate) host: HostNames,
    pub(crate) items: ConstItems,
    pub(crate) locals: Vec<LocalInfo>,
    /// The name of the kernel, which means recursion where no local hides it.
    pub(crate) kernel_name: String,
    /// Generic type parameters.
    pub(crate) generics: Vec<String>,
    /// Expressions numbered so far.
    pub(crate) nodes: u32,
    depth: u32,
    too_deep: bool,
}

impl Lowering {
    /// The state before the first parameter of the kernel of this name.
    pub(crate) fn new(kernel_name: String) -> Self {
        Lowering { kernel_name, ..Lowering::default() }
    }

    /// Records an error.
    pub(crate) fn error(&mut self, at: TokenSpan, message: impl Display) {
        self.diagnostics.error(at, message);
    }

    /// Records an error; the value stands for what could not be lowered.
    pub(crate) fn error_expr(&mut self, at: TokenSpan, message: impl Display) -> Expr {
        self.error(at, message);
        self.dummy(at)
    }

    /// An expression that stands for one with an error.
    pub(crate) fn dummy(&mut self, at: TokenSpan) -> Expr {
        self.node(ExprKind::Tuple(Vec::new()), at)
    }

    /// A new expression.
    pub(crate) fn node(&mut self, kind: ExprKind, at: TokenSpan) -> Expr {
        let id = self.fresh_id();
        Expr { kind, id, span: place(at) }
    }

    /// The next number of an expression.
    pub(crate) fn fresh_id(&mut self) -> u32 {
        let id = self.nodes;
        self.nodes += 1;
        id
    }

    /// A new binding, not yet in any scope.
    pub(crate) fn fresh_local(&mut self, name: &str, mutable: bool) -> LocalId {
        let id = self.locals.len() as LocalId;
        self.locals.push(LocalInfo { name: name.to_owned(), mutable });
        id
    }

    /// What a name means here, if it is a name of the kernel.
    pub(crate) fn find(&mut self, name: &str) -> Option<Binding> {
        let locals = &mut self.locals;
        self.scopes.find(name, |outer| {
            let LocalInfo { name, mutable: true } = &locals[outer as usize] else { return None };
            let inner = LocalInfo { name: name.clone(), mutable: true };
            locals.push(inner);
            Some(locals.len() as LocalId - 1)
        })
    }

    /// Runs `body` in a scope of its own.
    pub(crate) fn scoped<R>(&mut self, body: impl FnOnce(&mut Self) -> R) -> R {
        self.scopes.open();
        let result = body(self);
        self.scopes.close();
        result
    }

    /// Runs `body` one level deeper; `None`, with one error for the whole function, if that
    /// is too deep.
    pub(crate) fn deeper<R>(
        &mut self,
        at: TokenSpan,
        body: impl FnOnce(&mut Self) -> R,
    ) -> Option<R> {
        if self.depth == MAX_DEPTH {
            if !self.too_deep {
                self.too_deep = true;
                self.error(
                    at,
                    format_args!(
                        "expressions nest deeper than {MAX_DEPTH} levels here: bind a part to a \
                         variable with `let`"
                    ),
                );
            }
            return None;
        }
        self.depth += 1;
        let result = body(self);
        self.depth -= 1;
        Some(result)
    }

    /// Checks attributes inside a kernel: lints and formatting are harmless, others are not.
    pub(crate) fn attributes(&mut self, attributes: &[syn::Attribute]) {
        const HARMLESS: [&str; 7] = ["allow", "warn", "deny", "forbid", "expect", "doc", "rustfmt"];
        for attribute in attributes {
            let at = attribute.pound_token.span;
            let path = attribute.path();
            let first = path.segments.first().map(|segment| segment.ident.to_string());
            match first.as_deref() {
                Some(name) if HARMLESS.contains(&name) => {}
                Some("cfg" | "cfg_attr") => self.error(
                    at,
                    "conditional compilation inside a kernel is not seen by the kernel compiler: \
                     name `cfg!(..)` in a `const` above the function and test it with `if`, or put \
                     `#[cfg]` on the whole function",
                ),
                _ => self.error(
                    at,
                    "this attribute has no meaning inside a kernel: remove it (lints such as \
                     `#[allow(..)]` and `#[rustfmt::skip]` may stay)",
                ),
            }
        }
    }
}

/// Where a token stands. Tokens count columns from 0, people from 1.
pub(crate) fn place(at: TokenSpan) -> Span {
    let start = at.start();
    Span::new(start.line as u32, start.column as u32 + 1)
}

/// The text of an identifier, without `r#`.
pub(crate) fn name_of(ident: &syn::Ident) -> String {
    syn::ext::IdentExt::unraw(ident).to_string()
}

/// Whether a name begins as types and variants do.
pub(crate) fn starts_upper(name: &str) -> bool {
    name.trim_start_matches('_').starts_with(|first: char| first.is_uppercase())
}

/// Whether a name is written as constants are.
pub(crate) fn is_all_caps(name: &str) -> bool {
    starts_upper(name) && !name.contains(|letter: char| letter.is_lowercase())
}
