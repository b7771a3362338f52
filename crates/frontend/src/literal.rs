//! Literals, as values and as patterns.

use crate::lowering::Lowering;
use mambo_ir::Dtype;
use mambo_ir::kernel::{Expr, ExprKind, Literal, UnaryOp};
use proc_macro2::Span;
use syn::Lit;

/// A literal and whether a minus is part of its token, as in patterns and in the output of
/// other macros.
pub(crate) struct Signed {
    pub(crate) negative: bool,
    pub(crate) value: Literal,
}

impl Lowering {
    /// A literal as an expression.
    pub(crate) fn literal_expr(&mut self, source: &Lit) -> Expr {
        let at = source.span();
        let Some(Signed { negative, value }) = self.literal(source) else {
            return self.dummy(at);
        };
        let literal = self.node(ExprKind::Literal(value), at);
        if negative {
            self.node(ExprKind::Unary(UnaryOp::Neg, Box::new(literal)), at)
        } else {
            literal
        }
    }

    /// A literal; `None`, with an error, if it is not of the language.
    pub(crate) fn literal(&mut self, source: &Lit) -> Option<Signed> {
        let at = source.span();
        let message = match source {
            Lit::Bool(literal) => {
                return Some(Signed { negative: false, value: Literal::Bool(literal.value) });
            }
            Lit::Byte(literal) => {
                let value = Literal::Int(literal.value().into(), Some(Dtype::U8));
                return Some(Signed { negative: false, value });
            }
            Lit::Int(literal) => return self.int(literal),
            Lit::Float(literal) => return self.float(literal),
            Lit::Str(_) => {
                "strings are not part of the kernel language: match on numbers, and keep text \
                 for the messages of `assert!` and `panic!`"
            }
            Lit::ByteStr(_) => {
                "byte strings are not part of the kernel language: write an array of `u8`, such \
                 as `[b'a', b'b']`"
            }
            Lit::CStr(_) => {
                "C strings are not part of the kernel language: pass the bytes in as `&[u8]`"
            }
            Lit::Char(_) => {
                "characters are not part of the kernel language: write a byte, such as `b'a'`, \
                 or the code as a `u32`"
            }
            _ => "this literal is not part of the kernel language: write a number",
        };
        self.error(at, message);
        None
    }

    fn int(&mut self, literal: &syn::LitInt) -> Option<Signed> {
        let dtype = self.suffix(literal.suffix(), literal.span())?;
        let digits = literal.base10_digits();
        let (negative, digits) = sign(digits);
        match digits.parse() {
            Ok(value) => Some(Signed { negative, value: Literal::Int(value, dtype) }),
            Err(_) => {
                self.error(
                    literal.span(),
                    "this integer does not fit 128 bits: write a float, such as `1e40`",
                );
                None
            }
        }
    }

    fn float(&mut self, literal: &syn::LitFloat) -> Option<Signed> {
        let dtype = self.suffix(literal.suffix(), literal.span())?;
        if let Some(dtype) = dtype.filter(|dtype| !dtype.is_float()) {
            self.error(
                literal.span(),
                format_args!("a number with a point is not of type `{dtype}`: drop the suffix"),
            );
            return None;
        }
        let (negative, digits) = sign(literal.base10_digits());
        Some(Signed { negative, value: Literal::Float(digits.to_owned(), dtype) })
    }

    /// The type a suffix names: `Some(None)` for no suffix, `None` with an error if unknown.
    fn suffix(&mut self, suffix: &str, at: Span) -> Option<Option<Dtype>> {
        if suffix.is_empty() {
            return Some(None);
        }
        if let Some(dtype) = suffix.parse().ok().filter(|dtype| *dtype != Dtype::Bool) {
            return Some(Some(dtype));
        }
        match suffix {
            "f16" | "f128" => self.error(
                at,
                "half and quadruple floats are not part of the kernel language: use `f32` or \
                 `f64`",
            ),
            _ => self.error(
                at,
                format_args!(
                    "unknown suffix `{suffix}`: write the name of an integer or float \
                              type"
                ),
            ),
        }
        None
    }
}

fn sign(digits: &str) -> (bool, &str) {
    match digits.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, digits),
    }
}
