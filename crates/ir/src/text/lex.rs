//! Cuts text into tokens.

use super::ParseError;

/// A token; words and numbers are told apart by their first character.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'a> {
    /// A name.
    Word(&'a str),
    /// Digits and what may follow them in a number, with its minus.
    Number(&'a str),
    /// Text between quotes, escapes resolved.
    Text(String),
    /// `%3`.
    Value(u32),
    /// `^3`.
    Block(u32),
    /// `!3`.
    Site(u32),
    /// `@f3`.
    Func(u32),
    /// `@h3`.
    Host(u32),
    /// `@12:9`.
    Place(u32, u32),
    /// Punctuation: one character, or `->`, `..`, `..=`.
    Mark(&'static str),
    /// The end of the text.
    End,
}

/// Where a token begins, from 1; columns count characters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Position {
    pub(super) line: u32,
    pub(super) column: u32,
}

impl Position {
    pub(super) fn error(self, message: impl Into<String>) -> ParseError {
        ParseError { line: self.line, column: self.column, message: message.into() }
    }
}

/// Longer marks stand before their beginnings.
const MARKS: [&str; 14] =
    ["->", "..=", "..", "(", ")", "{", "}", "[", "]", "<", ">", ",", ":", "="];

/// All tokens of a text, the last of which is [`Token::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<(Token<'_>, Position)>, ParseError> {
    let mut lexer = Lexer { rest: text, at: Position { line: 1, column: 1 } };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_blanks();
        let at = lexer.at;
        let token = lexer.token()?;
        let end = token == Token::End;
        tokens.push((token, at));
        if end {
            return Ok(tokens);
        }
    }
}

struct Lexer<'a> {
    rest: &'a str,
    at: Position,
}

impl<'a> Lexer<'a> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn advance(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.rest = &self.rest[c.len_utf8()..];
        if c == '\n' {
            self.at.line = self.at.line.saturating_add(1);
            self.at.column = 1;
        } else {
            self.at.column = self.at.column.saturating_add(1);
        }
        Some(c)
    }

    fn advance_by(&mut self, chars: usize) {
        for _ in 0..chars {
            self.advance();
        }
    }

    fn take_while(&mut self, keep: impl Fn(char) -> bool) -> &'a str {
        let text = self.rest;
        while self.peek().is_some_and(&keep) {
            self.advance();
        }
        &text[..text.len() - self.rest.len()]
    }

    fn skip_blanks(&mut self) {
        loop {
            self.take_while(char::is_whitespace);
            if self.peek() != Some(';') {
                return;
            }
            self.take_while(|c| c != '\n');
        }
    }

    fn token(&mut self) -> Result<Token<'a>, ParseError> {
        let at = self.at;
        let Some(first) = self.peek() else { return Ok(Token::End) };
        if first == '_' || first.is_ascii_alphabetic() {
            return Ok(Token::Word(self.word()));
        }
        if first.is_ascii_digit() {
            return Ok(Token::Number(self.number(0)));
        }
        if first == '-' && !self.rest.starts_with("->") {
            let rest = &self.rest[1..];
            if !rest.starts_with("inf") && !rest.starts_with(|c: char| c.is_ascii_digit()) {
                return Err(at.error("a number follows `-`"));
            }
            return Ok(Token::Number(self.number(1)));
        }
        if let Some(mark) = MARKS.into_iter().find(|mark| self.rest.starts_with(mark)) {
            self.advance_by(mark.len());
            return Ok(Token::Mark(mark));
        }
        self.advance();
        match first {
            '"' => self.text(at),
            '%' => self.id().map(Token::Value),
            '^' => self.id().map(Token::Block),
            '!' => self.id().map(Token::Site),
            '@' => self.at_sign(at),
            other => Err(at.error(format!("`{}` has no meaning here", other.escape_debug()))),
        }
    }

    fn word(&mut self) -> &'a str {
        self.take_while(|c| c == '_' || c.is_ascii_alphanumeric())
    }

    /// A number that begins after `skip` characters. A dot belongs to it only before a digit,
    /// a sign only after the `e` of an exponent.
    fn number(&mut self, skip: usize) -> &'a str {
        let text = self.rest.as_bytes();
        let hex = text[skip..].starts_with(b"0x");
        let mut len = skip;
        while let Some(&c) = text.get(len) {
            let next_is_digit = text.get(len + 1).is_some_and(u8::is_ascii_digit);
            let after_e = !hex && len > skip && matches!(text[len - 1], b'e' | b'E');
            let belongs = c.is_ascii_alphanumeric()
                || c == b'_'
                || c == b'.' && next_is_digit
                || matches!(c, b'+' | b'-') && after_e && next_is_digit;
            if !belongs {
                break;
            }
            len += 1;
        }
        let number = &self.rest[..len];
        self.advance_by(len);
        number
    }

    fn id(&mut self) -> Result<u32, ParseError> {
        let at = self.at;
        let digits = self.take_while(|c| c.is_ascii_digit());
        digits.parse().map_err(|_| at.error("a number of at most 32 bits is expected"))
    }

    fn at_sign(&mut self, at: Position) -> Result<Token<'a>, ParseError> {
        match self.peek() {
            Some('f') => {
                self.advance();
                self.id().map(Token::Func)
            }
            Some('h') => {
                self.advance();
                self.id().map(Token::Host)
            }
            _ => {
                let line = self.id()?;
                if self.peek() != Some(':') {
                    return Err(at.error("a place is written `@line:column`"));
                }
                self.advance();
                Ok(Token::Place(line, self.id()?))
            }
        }
    }

    /// The rest of a text, after its opening quote.
    fn text(&mut self, start: Position) -> Result<Token<'a>, ParseError> {
        let mut text = String::new();
        loop {
            let at = self.at;
            match self.advance() {
                None => return Err(start.error("the text has no closing quote")),
                Some('"') => return Ok(Token::Text(text)),
                Some('\\') => text.push(self.escape(at)?),
                Some(c) => text.push(c),
            }
        }
    }

    fn escape(&mut self, at: Position) -> Result<char, ParseError> {
        Ok(match self.advance() {
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('0') => '\0',
            Some(c @ ('\\' | '"' | '\'')) => c,
            Some('u') if self.peek() == Some('{') => {
                self.advance();
                let digits = self.take_while(|c| c.is_ascii_hexdigit());
                let code = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
                match (code, self.advance()) {
                    (Some(c), Some('}')) => c,
                    _ => return Err(at.error("an escape is written `\\u{hex digits}`")),
                }
            }
            _ => return Err(at.error("unknown escape")),
        })
    }
}
