//! Macros of the standard library that kernels have, and advice for those they have not.

use crate::lowering::Lowering;
use crate::message::{FormatArgs, parse_format};
use crate::pattern::Context;
use crate::start::start_of_path;
use crate::written::spaced;
use mambo_ir::kernel::{Arm, Expr, ExprKind, Literal, Message, Pattern};
use mambo_ir::site::MAX_OPERANDS;
use proc_macro2::Span;
use quote::ToTokens;
use syn::Token;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;

/// The macros of the kernel language, for messages.
const SUPPORTED: &str = "`assert!`, `assert_eq!`, `assert_ne!`, their `debug_` forms, `panic!`, \
                         `unreachable!`, `todo!`, `unimplemented!`, `matches!`, `array!` and `s!`";

impl Lowering {
    /// A macro call, as an expression or a statement.
    pub(crate) fn macro_call(&mut self, source: &syn::Macro) -> Expr {
        let at = start_of_path(&source.path);
        self.deeper(at, |this| this.macro_here(source, at)).unwrap_or_else(|| self.dummy(at))
    }

    fn macro_here(&mut self, source: &syn::Macro, at: Span) -> Expr {
        let name = source.path.segments.last().map(|last| last.ident.to_string());
        let name = name.unwrap_or_default();
        let lowered = match name.as_str() {
            "assert" => self.assert(source, at, false),
            "debug_assert" => self.assert(source, at, true),
            "assert_eq" => self.assert_compare(source, at, true, false),
            "assert_ne" => self.assert_compare(source, at, false, false),
            "debug_assert_eq" => self.assert_compare(source, at, true, true),
            "debug_assert_ne" => self.assert_compare(source, at, false, true),
            "panic" => self.panic(source, at, "explicit panic", ""),
            "unreachable" => {
                let text = "internal error: entered unreachable code";
                self.panic(source, at, text, "internal error: entered unreachable code: ")
            }
            "todo" => self.panic(source, at, "not yet implemented", "not yet implemented: "),
            "unimplemented" => self.panic(source, at, "not implemented", "not implemented: "),
            "matches" => self.matches(source, at),
            "array" => self.array_literal(source, at),
            _ => Ok(self.unsupported_macro(&name, at)),
        };
        lowered.unwrap_or_else(|error| {
            self.diagnostics.parse_error(error);
            self.dummy(at)
        })
    }

    fn unsupported_macro(&mut self, name: &str, at: Span) -> Expr {
        let message = match name {
            "println" | "print" | "eprintln" | "eprint" | "write" | "writeln" => format!(
                "`{name}!` is not part of the kernel language: return the value and print it \
                 outside"
            ),
            "dbg" => "`dbg!` is not part of the kernel language: return the value, or look at it \
                      in the plain function `name::rust`"
                .into(),
            "vec" => "`vec!` is not part of the kernel language: write `[value; N]`, or \
                      `Array1::from_elem(n, value)`"
                .into(),
            "format" | "format_args" | "concat" | "stringify" => format!(
                "`{name}!` makes text, which is not part of the kernel language: put the values \
                 into the message of a `panic!`"
            ),
            "s" => {
                "`s![..]` can stand only in the call of a method: write `a.slice(s![..])`".into()
            }
            "cfg" => "`cfg!` is not part of the kernel language: name its value in a `const` \
                      above the function"
                .into(),
            "include" | "include_str" | "include_bytes" | "env" | "option_env" => format!(
                "`{name}!` is not part of the kernel language: pass the data in as a parameter"
            ),
            _ => format!(
                "`{name}!` is not part of the kernel language, which has {SUPPORTED}: \
                          write the code it stands for"
            ),
        };
        self.error_expr(at, message)
    }

    fn assert(&mut self, source: &syn::Macro, at: Span, debug: bool) -> syn::Result<Expr> {
        let (cond, message) = source.parse_body_with(parse_assert)?;
        let text = format!("assertion failed: {}", spaced(cond.to_token_stream()));
        let cond = Box::new(self.expr(&cond));
        let message = match message {
            Some(format) => self.message(&format, at),
            None => fixed(text),
        };
        Ok(self.node(ExprKind::Assert { cond, message, debug }, at))
    }

    fn assert_compare(
        &mut self,
        source: &syn::Macro,
        at: Span,
        equal: bool,
        debug: bool,
    ) -> syn::Result<Expr> {
        let (left, right, message) = source.parse_body_with(parse_comparison)?;
        let left = Box::new(self.expr(&left));
        let right = Box::new(self.expr(&right));
        let message = message.map(|format| self.message(&format, at));
        let holes = message.as_ref().map_or(0, |message| message.holes.len());
        if (MAX_OPERANDS - 1..=MAX_OPERANDS).contains(&holes) {
            let most = MAX_OPERANDS - 2;
            self.error(
                at,
                format_args!(
                    "this message holds at most {most} values beside the two sides: leave some out"
                ),
            );
        }
        Ok(self.node(ExprKind::AssertCompare { equal, left, right, message, debug }, at))
    }

    /// `panic!` and its kin, whose messages are `bare`, or `prefix` and the message given.
    fn panic(
        &mut self,
        source: &syn::Macro,
        at: Span,
        bare: &str,
        prefix: &str,
    ) -> syn::Result<Expr> {
        let message = if source.tokens.is_empty() {
            fixed(bare.to_owned())
        } else {
            let format = source.parse_body_with(parse_format)?;
            let mut message = self.message(&format, at);
            if let Some(first) = message.parts.first_mut() {
                first.insert_str(0, prefix);
            }
            message
        };
        Ok(self.node(ExprKind::Panic(message), at))
    }

    /// `array![..]`: as many axes as there are brackets in each other.
    fn array_literal(&mut self, source: &syn::Macro, at: Span) -> syn::Result<Expr> {
        type Items = Punctuated<syn::Expr, Token![,]>;
        let items: Items = source.parse_body_with(Punctuated::parse_terminated)?;
        let mut rank = 1;
        let mut lists = vec![&items];
        while lists.iter().all(|list| !list.is_empty()) {
            let inner = lists.iter().copied().flatten().map(|item| match item {
                syn::Expr::Array(array) => Some(&array.elems),
                _ => None,
            });
            let Some(inner) = inner.collect() else { break };
            lists = inner;
            rank += 1;
        }
        let items = self.exprs(&items);
        let args = vec![self.node(ExprKind::Array(items), at)];
        Ok(self.node(ExprKind::Builtin { name: format!("arr{rank}"), args }, at))
    }

    /// `matches!(value, pattern if guard)`.
    fn matches(&mut self, source: &syn::Macro, at: Span) -> syn::Result<Expr> {
        let (value, pattern, guard) = source.parse_body_with(parse_matches)?;
        let value = Box::new(self.expr(&value));
        let yes = self.scoped(|this| {
            let pattern = this.pattern(&pattern, Context::Refutable);
            let guard = guard.map(|guard| this.expr(&guard));
            let body = this.node(ExprKind::Literal(Literal::Bool(true)), at);
            Arm { pattern, guard, body }
        });
        let body = self.node(ExprKind::Literal(Literal::Bool(false)), at);
        let no = Arm { pattern: Pattern::Wild, guard: None, body };
        Ok(self.node(ExprKind::Match(value, vec![yes, no]), at))
    }
}

/// A message without holes.
fn fixed(text: String) -> Message {
    Message { parts: vec![text], holes: Vec::new() }
}

/// A condition or the last of several values, and a message.
fn parse_assert(input: ParseStream<'_>) -> syn::Result<(syn::Expr, Option<FormatArgs>)> {
    let cond = input.parse()?;
    if input.is_empty() {
        return Ok((cond, None));
    }
    input.parse::<Token![,]>()?;
    let message = if input.is_empty() { None } else { Some(parse_format(input)?) };
    Ok((cond, message))
}

/// Two sides, and a message.
fn parse_comparison(
    input: ParseStream<'_>,
) -> syn::Result<(syn::Expr, syn::Expr, Option<FormatArgs>)> {
    let left = input.parse()?;
    input.parse::<Token![,]>()?;
    let (right, message) = parse_assert(input)?;
    Ok((left, right, message))
}

fn parse_matches(input: ParseStream<'_>) -> syn::Result<(syn::Expr, syn::Pat, Option<syn::Expr>)> {
    let value = input.parse()?;
    input.parse::<Token![,]>()?;
    let pattern = syn::Pat::parse_multi_with_leading_vert(input)?;
    let guard = match input.parse::<Option<Token![if]>>()? {
        Some(_) => Some(input.parse()?),
        None => None,
    };
    input.parse::<Option<Token![,]>>()?;
    Ok((value, pattern, guard))
}
