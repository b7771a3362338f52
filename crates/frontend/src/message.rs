//! Messages of `panic!` and `assert!`: format strings and their arguments.

use crate::lowering::Lowering;
use crate::start::start_of;
use mambo_ir::kernel::Message;
use mambo_ir::site::MAX_OPERANDS;
use proc_macro2::Span;
use syn::Token;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};

/// The arguments of a formatting macro.
pub(crate) struct FormatArgs {
    template: syn::Expr,
    /// Values, with their names if they have any; each is used once or more.
    values: Vec<(Option<syn::Ident>, syn::Expr)>,
}

/// Parses the arguments of a formatting macro.
pub(crate) fn parse_format(input: ParseStream<'_>) -> syn::Result<FormatArgs> {
    let template = input.parse()?;
    let mut values = Vec::new();
    while !input.is_empty() {
        input.parse::<Token![,]>()?;
        if input.is_empty() {
            break;
        }
        let named = input.peek(syn::Ident::peek_any)
            && input.peek2(Token![=])
            && !input.peek2(Token![==])
            && !input.peek2(Token![=>]);
        let name = if named {
            let name = input.call(syn::Ident::parse_any)?;
            input.parse::<Token![=]>()?;
            Some(name)
        } else {
            None
        };
        values.push((name, input.parse()?));
    }
    Ok(FormatArgs { template, values })
}

/// A piece of a format string.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    Text(String),
    /// What stands before and after the colon.
    Hole(&'a str, &'a str),
}

/// Takes a format string apart; `None` if its braces do not match.
fn pieces(template: &str) -> Option<Vec<Piece<'_>>> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        text.push_str(&rest[..at]);
        let brace = &rest[at..at + 1];
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix(brace) {
            text.push_str(brace);
            rest = after;
        } else if brace == "{" {
            let (hole, after) = rest.split_once('}')?;
            let (name, spec) = hole.split_once(':').unwrap_or((hole, ""));
            pieces.push(Piece::Text(std::mem::take(&mut text)));
            pieces.push(Piece::Hole(name.trim(), spec.trim_end()));
            rest = after;
        } else {
            return None;
        }
    }
    text.push_str(rest);
    pieces.push(Piece::Text(text));
    Some(pieces)
}

/// Whether a kernel can write a value so: `{}`, `{:?}`, `{:.3}`, `{:.3?}`.
fn is_known_spec(spec: &str) -> bool {
    let precision = spec.strip_suffix('?').unwrap_or(spec);
    let digits = precision.strip_prefix('.');
    precision.is_empty()
        || digits.is_some_and(|digits| {
            (1..=3).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit())
        })
}

impl Lowering {
    /// The message that the arguments of a formatting macro make.
    pub(crate) fn message(&mut self, format: &FormatArgs, at: Span) -> Message {
        let FormatArgs { template, values } = format;
        let literal = match self.unwrapped(template) {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(literal), .. }) => literal.clone(),
            other => {
                self.error(
                    start_of(other),
                    "the message must be a string literal: write `\"{}\"` and the value after it",
                );
                return Message::default();
            }
        };
        let template = literal.value();
        let Some(pieces) = pieces(&template) else {
            self.error(
                literal.span(),
                "the braces of this message do not match: write `{{` and `}}` for braces",
            );
            return Message::default();
        };
        let mut holes = Holes { values, next: 0, used: vec![false; values.len()] };
        let message = self.fill(&pieces, &mut holes, &literal);
        if let Some(unused) = holes.used.iter().position(|used| !used) {
            self.error(
                start_of(&values[unused].1),
                "this value is not used by the message: add `{}` to it, or remove the value",
            );
        }
        if message.holes.len() > MAX_OPERANDS {
            self.error(
                at,
                format_args!(
                    "a message of a kernel holds at most {MAX_OPERANDS} values: leave some out"
                ),
            );
        }
        message
    }

    fn fill(
        &mut self,
        pieces: &[Piece<'_>],
        holes: &mut Holes<'_>,
        literal: &syn::LitStr,
    ) -> Message {
        let at = literal.span();
        let mut message = Message::default();
        for piece in pieces {
            match piece {
                Piece::Text(text) => message.parts.push(text.clone()),
                Piece::Hole(name, spec) => {
                    if !is_known_spec(spec) {
                        self.error(
                            at,
                            format_args!(
                                "`{{:{spec}}}` is not part of the kernel language: write `{{}}`, \
                                 `{{:?}}` or a precision such as `{{:.3}}`"
                            ),
                        );
                    }
                    let value = match holes.value(name) {
                        Some(value) => self.expr(value),
                        None => self.inline_value(name, at),
                    };
                    message.holes.push((value, (*spec).to_owned()));
                }
            }
        }
        message
    }

    /// The value of `{name}` that is not among the arguments.
    fn inline_value(&mut self, name: &str, at: Span) -> mambo_ir::kernel::Expr {
        match syn::Ident::parse_any.parse_str(name) {
            Ok(mut ident) if ident != "_" => {
                ident.set_span(at);
                self.expr(&syn::parse_quote!(#ident))
            }
            _ if name.is_empty() || name.bytes().all(|digit| digit.is_ascii_digit()) => self
                .error_expr(
                    at,
                    "this message has more holes than values: add a value for each `{}`",
                ),
            _ => self.error_expr(
                at,
                "only a name can stand in the braces of a message: write `{}` and the value \
                 after the message",
            ),
        }
    }
}

/// Arguments while a message is filled.
struct Holes<'a> {
    values: &'a [(Option<syn::Ident>, syn::Expr)],
    next: usize,
    used: Vec<bool>,
}

impl<'a> Holes<'a> {
    /// The value of `{}`, `{1}` or `{name}`, if it is among the arguments.
    fn value(&mut self, hole: &str) -> Option<&'a syn::Expr> {
        let index = if hole.is_empty() {
            self.next += 1;
            self.next - 1
        } else if let Ok(index) = hole.parse() {
            index
        } else {
            let named = |(name, _): &(Option<syn::Ident>, _)| {
                name.as_ref().is_some_and(|name| name.unraw() == hole)
            };
            self.values.iter().position(named)?
        };
        let (_, value) = self.values.get(index)?;
        self.used[index] = true;
        Some(value)
    }
}
