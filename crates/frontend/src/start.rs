//! The first token of an expression, found without printing the expression.

use proc_macro2::{Span, TokenStream};
use syn::Expr;
use syn::spanned::Spanned;

/// The first token of an expression; its attributes do not count.
pub(crate) fn start_of(mut expr: &Expr) -> Span {
    loop {
        expr = match expr {
            Expr::Assign(e) => &e.left,
            Expr::Await(e) => &e.base,
            Expr::Binary(e) => &e.left,
            Expr::Call(e) => &e.func,
            Expr::Cast(e) => &e.expr,
            Expr::Field(e) => &e.base,
            Expr::Group(e) => &e.expr,
            Expr::Index(e) => &e.expr,
            Expr::MethodCall(e) => &e.receiver,
            Expr::Try(e) => &e.expr,
            Expr::Range(e) => match &e.start {
                Some(start) => start,
                None => return limits(&e.limits),
            },
            other => return first_of(other),
        };
    }
}

fn limits(limits: &syn::RangeLimits) -> Span {
    match limits {
        syn::RangeLimits::HalfOpen(token) => token.spans[0],
        syn::RangeLimits::Closed(token) => token.spans[0],
    }
}

/// The first token of an expression that begins with a token of its own.
fn first_of(expr: &Expr) -> Span {
    let label = |label: &Option<syn::Label>, otherwise: Span| {
        label.as_ref().map_or(otherwise, |label| label.name.apostrophe)
    };
    match expr {
        Expr::Array(e) => e.bracket_token.span.open(),
        Expr::Block(e) => label(&e.label, e.block.brace_token.span.open()),
        Expr::Break(e) => e.break_token.span,
        Expr::Closure(e) => e.inputs_begin.span,
        Expr::Continue(e) => e.continue_token.span,
        Expr::ForLoop(e) => label(&e.label, e.for_token.span),
        Expr::If(e) => e.if_token.span,
        Expr::Infer(e) => e.underscore_token.span,
        Expr::Let(e) => e.let_token.span,
        Expr::Lit(e) => e.lit.span(),
        Expr::Loop(e) => label(&e.label, e.loop_token.span),
        Expr::Macro(e) => start_of_path(&e.mac.path),
        Expr::Match(e) => e.match_token.span,
        Expr::Paren(e) => e.paren_token.span.open(),
        Expr::Path(e) => match &e.qself {
            Some(qself) => qself.lt_token.span,
            None => start_of_path(&e.path),
        },
        Expr::Reference(e) => e.and_token.span,
        Expr::Repeat(e) => e.bracket_token.span.open(),
        Expr::Return(e) => e.return_token.span,
        Expr::Struct(e) => start_of_path(&e.path),
        Expr::Tuple(e) => e.paren_token.span.open(),
        Expr::Unary(e) => e.op.span(),
        Expr::Unsafe(e) => e.unsafe_token.span,
        Expr::While(e) => label(&e.label, e.while_token.span),
        other => first_token(quote::ToTokens::to_token_stream(other)),
    }
}

/// The first token of a path.
pub(crate) fn start_of_path(path: &syn::Path) -> Span {
    match (&path.leading_colon, path.segments.first()) {
        (Some(colon), _) => colon.spans[0],
        (None, Some(segment)) => segment.ident.span(),
        (None, None) => Span::call_site(),
    }
}

/// The first of some tokens.
pub(crate) fn first_token(tokens: TokenStream) -> Span {
    tokens.into_iter().next().map_or_else(Span::call_site, |token| token.span())
}
