//! Tokens as text: compact for names, spaced as rustc prints expressions for messages.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// A path or type without needless spaces: `std::f64::consts::PI`, `Pair<T, f32>`.
pub(crate) fn compact(tokens: TokenStream) -> String {
    let mut text = String::new();
    push_compact(tokens, &mut text);
    text.truncate(text.trim_end().len());
    text
}

fn push_compact(tokens: TokenStream, text: &mut String) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = delimiters(group.delimiter());
                text.push_str(open);
                push_compact(group.stream(), text);
                text.truncate(text.trim_end().len());
                text.push_str(close);
            }
            TokenTree::Punct(punct) => {
                text.push(punct.as_char());
                if matches!(punct.as_char(), ',' | ';') {
                    text.push(' ');
                }
            }
            word => push_word(&word.to_string(), text),
        }
    }
}

/// Appends a word, apart from a word in front of it.
fn push_word(word: &str, text: &mut String) {
    if text.ends_with(|last: char| last.is_alphanumeric() || last == '_') {
        text.push(' ');
    }
    text.push_str(word);
}

const fn delimiters(delimiter: Delimiter) -> (&'static str, &'static str) {
    match delimiter {
        Delimiter::Parenthesis => ("(", ")"),
        Delimiter::Brace => ("{", "}"),
        Delimiter::Bracket => ("[", "]"),
        Delimiter::None => ("", ""),
    }
}

/// An expression spaced as rustc prints it, which is how `assert!` quotes its condition.
pub(crate) fn spaced(tokens: TokenStream) -> String {
    let mut printer = Printer::default();
    printer.tokens(tokens);
    printer.text
}

/// Operators of more than one character, the longest first.
const OPERATORS: [&str; 25] = [
    "<<=", ">>=", "..=", "...", "&&", "||", "==", "!=", "<=", ">=", "<<", ">>", "+=", "-=", "*=",
    "/=", "%=", "^=", "&=", "|=", "::", "->", "=>", "..", "'",
];

/// What stands in front of the token to print.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Last {
    /// Nothing, or an operator, its spaces printed: an operand follows.
    #[default]
    Operator,
    /// A keyword: an operand follows, after a space.
    Keyword,
    /// The end of an operand.
    Operand,
}

#[derive(Default)]
struct Printer {
    text: String,
    last: Last,
    /// How many `<` of type arguments are open.
    angles: usize,
    /// Whether the parameters of a closure are open.
    closure: bool,
}

impl Printer {
    fn tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Group(group) => self.group(group),
                TokenTree::Ident(ident) => self.word(&ident.to_string()),
                TokenTree::Literal(literal) => self.word(&literal.to_string()),
                TokenTree::Punct(_) => {
                    let operator = operator_at(&tokens[at..]);
                    let next = tokens.get(at + operator.len());
                    self.operator(&operator, next);
                    at += operator.len();
                    continue;
                }
            }
            at += 1;
        }
    }

    fn word(&mut self, word: &str) {
        const KEYWORDS: [&str; 12] = [
            "as", "else", "for", "if", "in", "let", "loop", "match", "move", "mut", "return",
            "while",
        ];
        let keyword = KEYWORDS.contains(&word);
        let apart = matches!(self.last, Last::Operand | Last::Keyword);
        if apart && !self.text.is_empty() && !self.text.ends_with(' ') {
            self.text.push(' ');
        }
        self.text.push_str(word);
        self.last = if keyword { Last::Keyword } else { Last::Operand };
    }

    fn group(&mut self, group: &proc_macro2::Group) {
        let (open, close) = delimiters(group.delimiter());
        let brace = group.delimiter() == Delimiter::Brace;
        let apart = self.last == Last::Keyword || brace && self.last == Last::Operand;
        if apart && !self.text.ends_with(' ') {
            self.text.push(' ');
        }
        let outer = (self.angles, self.closure);
        (self.angles, self.closure) = (0, false);
        self.last = Last::Operator;
        self.text.push_str(open);
        let padded = brace && !group.stream().is_empty();
        if padded {
            self.text.push(' ');
        }
        self.tokens(without_trailing_comma(group));
        self.text.truncate(self.text.trim_end().len());
        if padded {
            self.text.push(' ');
        }
        self.text.push_str(close);
        (self.angles, self.closure) = outer;
        self.last = Last::Operand;
    }

    fn operator(&mut self, operator: &str, next: Option<&TokenTree>) {
        let operand = self.last == Last::Operand;
        match operator {
            "," | ";" => {
                self.text.push_str(operator);
                self.text.push(' ');
                self.last = Last::Operator;
            }
            "." | "::" | ".." | "..=" | "'" => {
                if self.last == Last::Keyword {
                    self.text.push(' ');
                }
                self.text.push_str(operator);
                self.last = Last::Operator;
            }
            "?" => self.text.push('?'),
            ":" => self.infix_tight(": "),
            "!" if operand && matches!(next, Some(TokenTree::Group(_))) => {
                self.text.push('!');
                self.last = Last::Operator;
            }
            "<" if self.angles > 0 || !operand => {
                if self.last == Last::Keyword {
                    self.text.push(' ');
                }
                self.text.push('<');
                self.angles += 1;
                self.last = Last::Operator;
            }
            ">" if self.angles > 0 => {
                self.text.push('>');
                self.angles -= 1;
                self.last = Last::Operand;
            }
            ">>" if self.angles > 1 => {
                self.text.push_str(">>");
                self.angles -= 2;
                self.last = Last::Operand;
            }
            "|" if self.closure => {
                self.closure = false;
                self.infix_tight("| ");
            }
            "||" if !operand => self.prefix("|| "),
            "|" if !operand => {
                self.closure = true;
                self.prefix("|");
            }
            _ if operand => {
                self.text.push(' ');
                self.text.push_str(operator);
                self.text.push(' ');
                self.last = Last::Operator;
            }
            _ => self.prefix(operator),
        }
    }

    fn infix_tight(&mut self, operator: &str) {
        self.text.truncate(self.text.trim_end().len());
        self.text.push_str(operator);
        self.last = Last::Operator;
    }

    fn prefix(&mut self, operator: &str) {
        if self.last == Last::Keyword {
            self.text.push(' ');
        }
        self.text.push_str(operator);
        self.last = Last::Operator;
    }
}

/// What a group holds, without the last comma where rustc prints none.
fn without_trailing_comma(group: &proc_macro2::Group) -> TokenStream {
    let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(p) if p.as_char() == ',');
    let mut tokens: Vec<TokenTree> = group.stream().into_iter().collect();
    let commas = tokens.iter().filter(|token| is_comma(token)).count();
    // `(x,)` is a tuple.
    let needed = group.delimiter() == Delimiter::Parenthesis && commas == 1;
    if !needed && tokens.last().is_some_and(is_comma) {
        tokens.pop();
    }
    tokens.into_iter().collect()
}

/// The operator that some tokens begin with.
fn operator_at(tokens: &[TokenTree]) -> String {
    let mut run = String::new();
    for token in tokens.iter().take(3) {
        let TokenTree::Punct(punct) = token else { break };
        run.push(punct.as_char());
        if punct.spacing() == Spacing::Alone {
            break;
        }
    }
    let long = OPERATORS.iter().find(|operator| run.starts_with(**operator));
    match long {
        Some(operator) => (*operator).to_owned(),
        None => run.chars().take(1).collect(),
    }
}
