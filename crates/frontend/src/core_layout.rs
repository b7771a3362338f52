//! Layouts of generalized universal functions: `"(m,n),(n,p)->(m,p)"`.
//!
//! Each operand has its core dimensions in parentheses: names; lengths that are fixed, as in
//! `(3)`; and names of dimensions that operands may lack, as in `(m?,n)`. Without an arrow there
//! are no outputs but the operands that the function writes.

use std::ops::Range;
use syn::LitStr;

/// A layout as text.
#[derive(Clone, Debug)]
pub struct TextLayout {
    /// The string.
    pub literal: LitStr,
    /// The core dimensions, in the order they are first named.
    pub dims: Vec<TextDim>,
    /// Those of each operand, by number.
    pub operands: Vec<Vec<u8>>,
    /// How many operands are before the arrow; nothing if there is none.
    pub arrow: Option<usize>,
}

/// A core dimension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextDim {
    /// Its name, or its length.
    pub name: String,
    /// Its length, if that is fixed.
    pub fixed: Option<usize>,
    /// Whether operands may lack it.
    pub optional: bool,
    /// Whether no input has it.
    pub of_outputs: bool,
}

impl TextLayout {
    /// How many operands are inputs: all, if there is no arrow.
    pub fn inputs(&self) -> usize {
        self.arrow.unwrap_or(self.operands.len())
    }
}

/// Reads a layout.
///
/// # Errors
/// If it is not one; the error stands at the string.
pub(crate) fn parse_layout(literal: &LitStr) -> syn::Result<TextLayout> {
    let text = literal.value();
    let layout =
        TextLayout { literal: literal.clone(), dims: vec![], operands: vec![], arrow: None };
    let mut reader = Reader { text: &text, at: 0, layout };
    reader.operands()?;
    if reader.eat("->") {
        reader.layout.arrow = Some(reader.layout.operands.len());
        reader.operands()?;
    }
    reader.skip_space();
    if reader.at < text.len() {
        return Err(reader.error("expected `,`, `->` or the end of the layout"));
    }
    Ok(reader.layout)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    layout: TextLayout,
}

impl Reader<'_> {
    fn operands(&mut self) -> syn::Result<()> {
        loop {
            self.operand()?;
            if !self.eat(",") {
                return Ok(());
            }
        }
    }

    fn operand(&mut self) -> syn::Result<()> {
        self.expect(
            "(",
            "each operand has its core dimensions in parentheses, as in `(m,n)` or `()`",
        )?;
        let mut dims = Vec::new();
        while !self.eat(")") {
            dims.push(self.dim()?);
            if !self.eat(",") {
                self.expect(")", "core dimensions are separated by commas")?;
                break;
            }
        }
        if dims.len() > 6 {
            return Err(self.error("an operand has at most 6 core dimensions"));
        }
        self.layout.operands.push(dims);
        Ok(())
    }

    fn dim(&mut self) -> syn::Result<u8> {
        let word = self.word();
        let name = self.text[word].to_string();
        let begins_well =
            name.starts_with(|c: char| c.is_ascii_digit() || c.is_alphabetic() || c == '_');
        if !begins_well {
            return Err(self.error("expected the name of a core dimension, or its length"));
        }
        let fixed = match name.starts_with(|c: char| c.is_ascii_digit()) {
            true => Some(name.parse().map_err(|_| self.error("this is no length"))?),
            false => None,
        };
        let optional = self.eat("?");
        if optional && fixed.is_some() {
            return Err(
                self.error("a dimension of fixed length cannot be left out: give it a name")
            );
        }
        let of_outputs = self.layout.arrow.is_some() && fixed.is_none();
        let dims = &mut self.layout.dims;
        if let Some(at) = dims.iter().position(|dim| dim.name == name) {
            if dims[at].optional != optional {
                let message = format!(
                    "`{name}` is optional in one place and not in another: write `{name}?` in all or none"
                );
                return Err(self.error(&message));
            }
            return Ok(at as u8);
        }
        if optional && of_outputs {
            return Err(self.error("a dimension that only outputs have cannot be optional"));
        }
        if dims.len() == 32 {
            return Err(self.error("a layout has at most 32 core dimensions"));
        }
        dims.push(TextDim { name, fixed, optional, of_outputs });
        Ok(dims.len() as u8 - 1)
    }

    fn word(&mut self) -> Range<usize> {
        self.skip_space();
        let start = self.at;
        let rest = &self.text[start..];
        let len = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        self.at += len;
        start..self.at
    }

    fn skip_space(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    fn eat(&mut self, token: &str) -> bool {
        self.skip_space();
        let eaten = self.text[self.at..].starts_with(token);
        if eaten {
            self.at += token.len();
        }
        eaten
    }

    fn expect(&mut self, token: &str, message: &str) -> syn::Result<()> {
        if self.eat(token) { Ok(()) } else { Err(self.error(message)) }
    }

    /// An error at the place where reading stopped, in words: strings have no spans inside.
    fn error(&self, message: &str) -> syn::Error {
        let rest = &self.text[self.at..];
        let place = if rest.is_empty() { "at its end".into() } else { format!("before `{rest}`") };
        let message = format!("in the layout, {place}: {message}");
        syn::Error::new(self.layout.literal.span(), message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proc_macro2::Span;

    fn parse(text: &str) -> Result<TextLayout, String> {
        parse_layout(&LitStr::new(text, Span::call_site())).map_err(|error| error.to_string())
    }

    #[test]
    fn layouts_are_read() {
        let layout = parse(" (m?, n),(n,p? ) ->(m?,p?) ").unwrap();
        let names: Vec<_> = layout.dims.iter().map(|dim| (&dim.name[..], dim.optional)).collect();
        assert_eq!(names, [("m", true), ("n", false), ("p", true)]);
        assert_eq!(layout.operands, [vec![0, 1], vec![1, 2], vec![0, 2]]);
        assert_eq!((layout.arrow, layout.inputs()), (Some(2), 2));
        let layout = parse("(3),(),(3)->(3),(k)").unwrap();
        assert_eq!(layout.dims[0].fixed, Some(3));
        assert!(layout.dims[1].of_outputs && !layout.dims[0].of_outputs);
        assert_eq!(layout.operands, [vec![0], vec![], vec![0], vec![0], vec![1]]);
        let layout = parse("(n)").unwrap();
        assert_eq!((layout.arrow, layout.inputs()), (None, 1));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let error = |text: &str| parse(text).unwrap_err();
        assert_eq!(
            error("m,n"),
            "in the layout, before `m,n`: each operand has its core dimensions in parentheses, as \
             in `(m,n)` or `()`"
        );
        assert!(error("(m)->").contains("at its end"));
        assert!(error("(m)(n)").contains("before `(n)`: expected `,`, `->`"));
        assert!(error("(m n)").contains("separated by commas"));
        assert!(error("(3?)").contains("cannot be left out"));
        assert!(error("(m?),(m)").contains("`m` is optional in one place"));
        assert!(error("(n)->(k?)").contains("only outputs have cannot be optional"));
        assert!(error("(-1)").contains("expected the name"));
        assert!(error("(3x)").contains("no length"));
        assert!(error("(a,b,c,d,e,f,g)").contains("at most 6"));
    }
}
