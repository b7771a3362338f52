//! Signatures in Numba's spelling: `"f64(f64[:], i8)"`.
//!
//! Names are Numba's, so `i8` is the integer of eight bytes; the names of Rust that Numba has
//! not (`f64`, `i32`, `usize`, …) are also read. An array is its element type and one `:` an
//! axis: `[:, ::1]` is C-contiguous, `[::1, :]` is F-contiguous, `[:]` has any strides.

use mambo_ir::signature::MAX_RANK;
use mambo_ir::{Dtype, Layout};
use proc_macro2::Span;
use std::ops::Range;
use syn::LitStr;

/// A signature as text.
#[derive(Clone, Debug)]
pub struct TextSignature {
    /// The result; `None` if it is left out, an empty tuple for `void`.
    pub result: Option<EagerType>,
    /// The arguments.
    pub args: Vec<EagerType>,
    /// The string.
    pub span: Span,
}

/// A type in a signature.
#[derive(Clone, Debug)]
pub struct EagerType {
    /// What it is.
    pub kind: EagerKind,
    /// Where it stands: the type if the compiler can tell, else the whole string.
    pub span: Span,
}

/// What a type in a signature is.
#[derive(Clone, Debug)]
pub enum EagerKind {
    /// A number, complex ones too, or `bool`.
    Scalar(Dtype),
    /// An array.
    Array {
        /// Element type.
        dtype: Dtype,
        /// Number of axes.
        rank: u8,
        /// Order in memory.
        layout: Layout,
    },
    /// `Tuple((..))` or `UniTuple(.., n)`; the empty one is `void`.
    Tuple(Vec<EagerType>),
}

/// The longest tuple `UniTuple` can ask for.
const MAX_TUPLE: usize = 64;

/// Names of element types: those of Numba, and those of Rust that mean nothing else in Numba.
const NAMES: [(&str, Dtype); 61] = [
    ("b1", Dtype::Bool),
    ("bool", Dtype::Bool),
    ("bool_", Dtype::Bool),
    ("boolean", Dtype::Bool),
    ("i1", Dtype::I8),
    ("int8", Dtype::I8),
    ("char", Dtype::I8),
    ("i2", Dtype::I16),
    ("i16", Dtype::I16),
    ("int16", Dtype::I16),
    ("short", Dtype::I16),
    ("int_", Dtype::I64),
    ("i4", Dtype::I32),
    ("i32", Dtype::I32),
    ("int32", Dtype::I32),
    ("intc", Dtype::I32),
    ("i8", Dtype::I64),
    ("i64", Dtype::I64),
    ("int64", Dtype::I64),
    ("longlong", Dtype::I64),
    ("long_", Dtype::I64),
    ("isize", Dtype::Isize),
    ("intp", Dtype::Isize),
    ("ssize_t", Dtype::Isize),
    ("u1", Dtype::U8),
    ("uint8", Dtype::U8),
    ("uchar", Dtype::U8),
    ("byte", Dtype::U8),
    ("u2", Dtype::U16),
    ("u16", Dtype::U16),
    ("uint16", Dtype::U16),
    ("ushort", Dtype::U16),
    ("u4", Dtype::U32),
    ("u32", Dtype::U32),
    ("uint32", Dtype::U32),
    ("uintc", Dtype::U32),
    ("u8", Dtype::U64),
    ("u64", Dtype::U64),
    ("uint64", Dtype::U64),
    ("uint", Dtype::U64),
    ("ulonglong", Dtype::U64),
    ("ulong", Dtype::U64),
    ("usize", Dtype::Usize),
    ("uintp", Dtype::Usize),
    ("size_t", Dtype::Usize),
    ("npy_intp", Dtype::Isize),
    ("f4", Dtype::F32),
    ("f32", Dtype::F32),
    ("float32", Dtype::F32),
    ("float_", Dtype::F64),
    ("f", Dtype::F32),
    ("f8", Dtype::F64),
    ("f64", Dtype::F64),
    ("float64", Dtype::F64),
    ("double", Dtype::F64),
    ("d", Dtype::F64),
    ("int", Dtype::I64),
    ("c8", Dtype::C64),
    ("complex64", Dtype::C64),
    ("c16", Dtype::C128),
    ("complex128", Dtype::C128),
];

/// Reads a signature.
///
/// # Errors
/// If it is not one; the error stands at the string.
pub(crate) fn parse_text_signature(literal: &LitStr) -> syn::Result<TextSignature> {
    let text = literal.value();
    let mut reader = Reader { text: &text, at: 0, literal };
    let result = if reader.peek("(") { None } else { Some(reader.ty(0)?) };
    let mut args = Vec::new();
    reader.expect("(")?;
    while !reader.eat(")") {
        let arg = reader.ty(0)?;
        if matches!(&arg.kind, EagerKind::Tuple(items) if items.is_empty()) {
            let message = "`void` is no type of an argument: leave the argument out";
            return Err(syn::Error::new(arg.span, message));
        }
        args.push(arg);
        if !reader.eat(",") {
            reader.expect(")")?;
            break;
        }
    }
    reader.skip_space();
    if reader.at < text.len() {
        return Err(reader.error("the signature ends before this: remove the rest"));
    }
    Ok(TextSignature { result, args, span: literal.span() })
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    literal: &'a LitStr,
}

impl Reader<'_> {
    fn skip_space(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    fn peek(&mut self, token: &str) -> bool {
        self.skip_space();
        self.text[self.at..].starts_with(token)
    }

    fn eat(&mut self, token: &str) -> bool {
        let found = self.peek(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn expect(&mut self, token: &str) -> syn::Result<()> {
        if self.eat(token) {
            return Ok(());
        }
        let message = format!("expected `{token}`: a signature is `result(argument, ..)`");
        Err(self.error(&message))
    }

    fn word(&mut self) -> &str {
        self.skip_space();
        let rest = &self.text[self.at..];
        let len = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        self.at += len;
        &rest[..len]
    }

    /// An error at the current point, which the message quotes.
    fn error(&self, message: &str) -> syn::Error {
        let rest = &self.text[self.at..];
        let found = match rest.chars().next() {
            Some(_) => format!("`{rest}`"),
            None => "the end of the signature".to_owned(),
        };
        syn::Error::new(self.literal.span(), format!("at {found}: {message}"))
    }

    /// The place of a part of the text, if the literal has no escapes to count.
    fn span(&self, part: Range<usize>) -> Span {
        let token = self.literal.token();
        let plain = token.to_string() == format!("\"{}\"", self.text);
        let part = part.start + 1..part.end + 1;
        let span = if plain { token.subspan(part) } else { None };
        span.unwrap_or_else(|| self.literal.span())
    }

    fn ty(&mut self, depth: usize) -> syn::Result<EagerType> {
        self.skip_space();
        let start = self.at;
        let name = self.word().to_owned();
        let kind = match name.as_str() {
            "void" | "none" => EagerKind::Tuple(Vec::new()),
            "Tuple" | "UniTuple" if depth == 8 => {
                return Err(self.error("tuples nest too deep: name a structure"));
            }
            "Tuple" => self.tuple(depth)?,
            "UniTuple" => self.uniform_tuple(depth)?,
            _ => {
                let Some((_, dtype)) = NAMES.iter().find(|(known, _)| *known == name) else {
                    self.at = start;
                    return Err(self.error(
                        "unknown type: write a name such as `f8`, `float64`, `i4`, `int32` or \
                         `b1`, an array such as `f8[:, ::1]`, or a tuple such as `UniTuple(f8, 2)`",
                    ));
                };
                self.array_of(*dtype)?
            }
        };
        Ok(EagerType { kind, span: self.span(start..self.at) })
    }

    /// `Tuple((a, b))`, whose inner parentheses may be brackets.
    fn tuple(&mut self, depth: usize) -> syn::Result<EagerKind> {
        self.expect("(")?;
        let close = if self.eat("[") { "]" } else { ")" };
        if close == ")" {
            self.expect("(")?;
        }
        let mut items = Vec::new();
        while !self.eat(close) {
            items.push(self.ty(depth + 1)?);
            if !self.eat(",") {
                self.expect(close)?;
                break;
            }
        }
        self.expect(")")?;
        Ok(EagerKind::Tuple(items))
    }

    /// `UniTuple(a, n)`.
    fn uniform_tuple(&mut self, depth: usize) -> syn::Result<EagerKind> {
        self.expect("(")?;
        let item = self.ty(depth + 1)?;
        self.expect(",")?;
        let start = self.at;
        let len = match self.word().parse() {
            Ok(len) if len <= MAX_TUPLE => len,
            _ => {
                self.at = start;
                return Err(self.error("the length of a tuple is a small number: write 2, say"));
            }
        };
        self.expect(")")?;
        Ok(EagerKind::Tuple(vec![item; len]))
    }

    /// A scalar, or an array of it.
    fn array_of(&mut self, dtype: Dtype) -> syn::Result<EagerKind> {
        if !self.eat("[") {
            return Ok(EagerKind::Scalar(dtype));
        }
        // Whether each axis is written `::1`.
        let mut unit = Vec::new();
        loop {
            if self.eat("::1") {
                unit.push(true);
            } else {
                self.expect(":")?;
                unit.push(false);
            }
            if self.eat("]") {
                break;
            }
            self.expect(",")?;
        }
        let rank = unit.len();
        if rank > MAX_RANK {
            return Err(self.error("arrays have at most 6 dimensions: fold two axes into one"));
        }
        let units = unit.iter().filter(|unit| **unit).count();
        let layout = match (units, unit.first(), unit.last()) {
            (0, _, _) => Layout::Strided,
            (1, _, Some(true)) => Layout::C,
            (1, Some(true), _) => Layout::F,
            _ => {
                return Err(self.error(
                    "`::1` marks one contiguous axis: the last (C order) or the first (F order)",
                ));
            }
        };
        Ok(EagerKind::Array { dtype, rank: rank as u8, layout })
    }
}
