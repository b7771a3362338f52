//! Reads a module from its text. Any text gives a module or an error, never a panic; whether
//! the module keeps the rules is for the verifier to say.

use super::lex::{Position, Token, tokens};
use crate::constant::Const;
use crate::dtype::Dtype;
use crate::function::{FuncId, HostFunction, HostId, Module, SiteId, Source, ValueType, ViewType};
use crate::signature::Layout;
use crate::site::{Site, SiteKind};
use crate::span::Span;
use std::str::FromStr;

/// A text that is not a module.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {message}")]
pub struct ParseError {
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, in characters.
    pub column: u32,
    /// What is wrong there.
    pub message: String,
}

/// Reads a module.
///
/// # Errors
/// If the text is not one.
pub fn parse(text: &str) -> Result<Module, ParseError> {
    let mut parser = Parser { tokens: tokens(text)?, next: 0 };
    let mut module = Module::default();
    loop {
        let at = parser.position();
        match parser.advance() {
            Token::End => return Ok(module),
            Token::Word("source") => {
                let (kernel, file) = (parser.text()?, parser.text()?);
                module.sources.push(Source { kernel, file });
            }
            Token::Word("site") => {
                let site = parser.site(module.sites.len())?;
                module.sites.push(site);
            }
            Token::Word("host") => {
                let host = parser.host(module.hosts.len())?;
                module.hosts.push(host);
            }
            Token::Word("func") => {
                let id = parser.func_id()?;
                parser.in_order("function", id.index(), module.functions.len(), at)?;
                module.functions.push(super::body::function(&mut parser)?);
            }
            _ => return Err(at.error("`source`, `site`, `host` or `func` is expected")),
        }
    }
}

/// The tokens and how far they are read.
pub(super) struct Parser<'a> {
    tokens: Vec<(Token<'a>, Position)>,
    next: usize,
}

pub(super) type Parse<T> = Result<T, ParseError>;

impl<'a> Parser<'a> {
    pub(super) fn peek(&self) -> &Token<'a> {
        // The last token is the end and is never gone past.
        &self.tokens[self.next].0
    }

    pub(super) fn position(&self) -> Position {
        self.tokens[self.next].1
    }

    pub(super) fn advance(&mut self) -> Token<'a> {
        let token = self.peek().clone();
        if token != Token::End {
            self.next += 1;
        }
        token
    }

    pub(super) fn error<T>(&self, message: impl Into<String>) -> Parse<T> {
        Err(self.position().error(message))
    }

    /// Whether the next token is this mark, which is then read.
    pub(super) fn take(&mut self, mark: &str) -> bool {
        let found = matches!(self.peek(), Token::Mark(found) if *found == mark);
        self.next += usize::from(found);
        found
    }

    pub(super) fn mark(&mut self, mark: &str) -> Parse<()> {
        if self.take(mark) { Ok(()) } else { self.error(format!("`{mark}` is expected")) }
    }

    /// Whether the next token is this word, which is then read.
    pub(super) fn take_word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Token::Word(found) if *found == word);
        self.next += usize::from(found);
        found
    }

    pub(super) fn keyword(&mut self, word: &str) -> Parse<()> {
        if self.take_word(word) { Ok(()) } else { self.error(format!("`{word}` is expected")) }
    }

    pub(super) fn word(&mut self) -> Parse<&'a str> {
        match *self.peek() {
            Token::Word(word) => {
                self.next += 1;
                Ok(word)
            }
            _ => self.error("a word is expected"),
        }
    }

    pub(super) fn text(&mut self) -> Parse<String> {
        let at = self.position();
        match self.advance() {
            Token::Text(text) => Ok(text),
            _ => Err(at.error("a text between quotes is expected")),
        }
    }

    /// A number without sign, in decimal or, after `0x`, in hexadecimal.
    pub(super) fn number<T: TryFrom<u64>>(&mut self) -> Parse<T> {
        let at = self.position();
        let value = match self.advance() {
            Token::Number(digits) => match digits.strip_prefix("0x") {
                Some(hex) => u64::from_str_radix(hex, 16).ok(),
                None => digits.parse().ok(),
            },
            _ => None,
        };
        let value = value.and_then(|value| T::try_from(value).ok());
        value.ok_or_else(|| at.error("a number without sign is expected, not too large"))
    }

    pub(super) fn site_id(&mut self) -> Parse<SiteId> {
        match *self.peek() {
            Token::Site(id) => {
                self.next += 1;
                Ok(SiteId(id))
            }
            _ => self.error("a site as `!0` is expected"),
        }
    }

    pub(super) fn func_id(&mut self) -> Parse<FuncId> {
        match *self.peek() {
            Token::Func(id) => {
                self.next += 1;
                Ok(FuncId(id))
            }
            _ => self.error("a function as `@f0` is expected"),
        }
    }

    pub(super) fn host_id(&mut self) -> Parse<HostId> {
        match *self.peek() {
            Token::Host(id) => {
                self.next += 1;
                Ok(HostId(id))
            }
            _ => self.error("a host function as `@h0` is expected"),
        }
    }

    fn in_order(&self, what: &str, found: usize, expected: usize, at: Position) -> Parse<()> {
        if found == expected {
            return Ok(());
        }
        Err(at.error(format!("{what} {found} stands where {what} {expected} is expected")))
    }

    /// Items between two marks, with commas between them.
    pub(super) fn list<T>(
        &mut self,
        open: &str,
        close: &str,
        mut item: impl FnMut(&mut Self) -> Parse<T>,
    ) -> Parse<Vec<T>> {
        self.mark(open)?;
        let mut items = Vec::new();
        if self.take(close) {
            return Ok(items);
        }
        loop {
            items.push(item(self)?);
            if !self.take(",") {
                self.mark(close)?;
                return Ok(items);
            }
        }
    }

    pub(super) fn dtype(&mut self) -> Parse<Dtype> {
        let at = self.position();
        let name = self.word()?;
        if name == "Complex" {
            self.mark("<")?;
            let part = self.dtype()?;
            self.mark(">")?;
            let complex = part.to_complex();
            return complex.ok_or_else(|| at.error("a complex number is of `f32` or `f64`"));
        }
        Dtype::from_str(name).map_err(|()| at.error(format!("`{name}` is not a type")))
    }

    /// `f64` or `view<f64, 2, C, mut>`.
    pub(super) fn value_type(&mut self) -> Parse<ValueType> {
        if !self.take_word("view") {
            return self.dtype().map(ValueType::Scalar);
        }
        self.mark("<")?;
        let dtype = self.dtype()?;
        self.mark(",")?;
        let rank = self.number()?;
        self.mark(",")?;
        let at = self.position();
        let layout = match self.word()? {
            "C" => Layout::C,
            "F" => Layout::F,
            "S" => Layout::Strided,
            _ => return Err(at.error("a layout is `C`, `F` or `S`")),
        };
        let mutable = self.take(",");
        if mutable {
            self.keyword("mut")?;
        }
        self.mark(">")?;
        Ok(ValueType::View(ViewType { dtype, rank, layout, mutable }))
    }

    /// A value of a type, as [`Const`] writes it.
    pub(super) fn constant(&mut self, dtype: Dtype) -> Parse<Const> {
        let at = self.position();
        let wrong = || at.error(format!("a value of type {dtype} is expected"));
        match self.advance() {
            Token::Word("true") if dtype == Dtype::Bool => Ok(Const::bool(true)),
            Token::Word("false") if dtype == Dtype::Bool => Ok(Const::bool(false)),
            Token::Word("nan") if dtype.is_float() => {
                self.mark("(")?;
                let value = Const::from_bits(dtype, self.number::<u64>()?.into());
                self.mark(")")?;
                let is_nan = value.as_float().is_some_and(f64::is_nan);
                if is_nan { Ok(value) } else { Err(at.error("these are not the bits of a NaN")) }
            }
            Token::Word("inf") if dtype.is_float() => float(dtype, "inf").ok_or_else(wrong),
            Token::Number(digits) if dtype.is_float() => float(dtype, digits).ok_or_else(wrong),
            Token::Number(digits) if dtype.is_int() => {
                let value = match digits.parse::<u128>() {
                    Ok(value) => Const::from_bits(dtype, value),
                    Err(_) => Const::int(dtype, digits.parse().map_err(|_| wrong())?),
                };
                // What reads back as something else did not fit.
                if value.to_string() == digits { Ok(value) } else { Err(wrong()) }
            }
            _ => Err(wrong()),
        }
    }

    fn site(&mut self, expected: usize) -> Parse<Site> {
        let at = self.position();
        let id = self.site_id()?;
        self.in_order("site", id.index(), expected, at)?;
        self.mark("=")?;
        let kind = self.site_kind()?;
        let span = if self.take_word("at") {
            let line = self.number()?;
            self.mark(":")?;
            Span::new(line, self.number()?)
        } else {
            Span::default()
        };
        self.keyword("in")?;
        Ok(Site { kind, span, source: self.number()? })
    }

    fn site_kind(&mut self) -> Parse<SiteKind> {
        let at = self.position();
        Ok(match self.word()? {
            "index" => {
                let array = self.text()?;
                self.keyword("axis")?;
                let axis = self.number()?;
                self.keyword("rank")?;
                SiteKind::Index { array, axis, rank: self.number()? }
            }
            "slice" => {
                let array = self.text()?;
                self.keyword("axis")?;
                SiteKind::Slice { array, axis: self.number()? }
            }
            "shape" => SiteKind::Shape { what: self.text()? },
            "divide_by_zero" => SiteKind::DivideByZero,
            "remainder_by_zero" => SiteKind::RemainderByZero,
            "divide_overflow" => SiteKind::DivideOverflow,
            "remainder_overflow" => SiteKind::RemainderOverflow,
            "message" => SiteKind::Message {
                parts: self.list("[", "]", Self::text)?,
                holes: self.list("(", ")", |p| Ok((p.dtype()?, p.text()?)))?,
            },
            "assert_compare" => {
                SiteKind::AssertCompare { operator: self.text()?, dtype: self.dtype()? }
            }
            "allocation" => SiteKind::Allocation { dtype: self.dtype()? },
            "recursion" => SiteKind::Recursion,
            "host_panic" => SiteKind::HostPanic,
            _ => return Err(at.error("unknown kind of site")),
        })
    }

    fn host(&mut self, expected: usize) -> Parse<HostFunction> {
        let at = self.position();
        let id = self.host_id()?;
        self.in_order("host function", id.index(), expected, at)?;
        let name = self.text()?;
        self.keyword("trampoline")?;
        let trampoline = self.number()?;
        self.keyword("env")?;
        let env = self.number()?;
        let params = self.list("(", ")", Self::value_type)?;
        self.mark("->")?;
        let results = self.list("(", ")", Self::value_type)?;
        Ok(HostFunction { name, trampoline, env, params, results })
    }
}

/// A float from the digits that Rust's own parser takes.
fn float(dtype: Dtype, digits: &str) -> Option<Const> {
    match dtype {
        Dtype::F32 => digits.parse::<f32>().ok().map(Const::f32),
        _ => digits.parse::<f64>().ok().map(Const::f64),
    }
}
