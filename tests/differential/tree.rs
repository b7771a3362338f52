//! The program tree: source text in pieces, with what a shrinker must know of them.
//!
//! A node is an expression of a type or a statement. Names are numbered, and every use of one
//! says which it means, so that a tree with parts taken away is a valid program exactly if
//! every name still finds what it meant ([`Program::resolves`]). Scopes, labels and the result
//! that a `return` answers to are such names too.

use mambo_ir::signature::{Access, ArrayType};
use mambo_ir::{Const, Dtype, Type};
use std::borrow::Cow;
use std::fmt::Write;

/// The number of a name.
pub(crate) type Name = u32;

/// An expression or statement.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// The type of an expression; nothing for a statement, or for an expression that nothing
    /// else can stand for.
    pub(crate) ty: Option<Type>,
    pub(crate) is_stmt: bool,
    pub(crate) pieces: Vec<Piece>,
}

/// A part of the text of a node.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    Text(Cow<'static, str>),
    /// The type at the end of a literal, and whether it is written.
    Suffix(Dtype, bool),
    Node(Node),
    /// A name where it is declared; it is not in scope by that.
    Name(Name),
    /// A name where it is used.
    Use(Name),
    /// From here on the name is in scope.
    Bind(Name),
    /// A scope begins.
    Open,
    /// It ends.
    Close,
}

impl Node {
    pub(crate) fn expr(ty: impl Into<Type>) -> Self {
        Node { ty: Some(ty.into()), is_stmt: false, pieces: Vec::new() }
    }

    /// An expression that stays as it is when the program shrinks, but for what is in it.
    pub(crate) fn fixed() -> Self {
        Node { ty: None, is_stmt: false, pieces: Vec::new() }
    }

    pub(crate) fn stmt() -> Self {
        Node { ty: None, is_stmt: true, pieces: Vec::new() }
    }

    pub(crate) fn with(mut self, piece: Piece) -> Self {
        self.pieces.push(piece);
        self
    }

    /// Appends text.
    pub(crate) fn t(self, text: impl Into<Cow<'static, str>>) -> Self {
        self.with(Piece::Text(text.into()))
    }

    /// Appends a node.
    pub(crate) fn n(self, node: Node) -> Self {
        self.with(Piece::Node(node))
    }

    /// Appends a use of a name.
    pub(crate) fn u(self, name: Name) -> Self {
        self.with(Piece::Use(name))
    }

    /// Appends a name being declared.
    pub(crate) fn name(self, name: Name) -> Self {
        self.with(Piece::Name(name))
    }

    pub(crate) fn bind(self, name: Name) -> Self {
        self.with(Piece::Bind(name))
    }

    pub(crate) fn open(self) -> Self {
        self.with(Piece::Open)
    }

    pub(crate) fn close(self) -> Self {
        self.with(Piece::Close)
    }

    pub(crate) fn all(mut self, nodes: Vec<Node>) -> Self {
        self.pieces.extend(nodes.into_iter().map(Piece::Node));
        self
    }

    /// The nodes directly in this one.
    pub(crate) fn children(&self) -> impl Iterator<Item = &Node> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Node(node) => Some(node),
            _ => None,
        })
    }

    /// Writes out the type of every literal.
    pub(crate) fn show_suffixes(&mut self) {
        for piece in &mut self.pieces {
            match piece {
                Piece::Suffix(_, shown) => *shown = true,
                Piece::Node(node) => node.show_suffixes(),
                _ => {}
            }
        }
    }

    pub(crate) fn uses(&self, name: Name) -> bool {
        self.pieces.iter().any(|piece| match piece {
            Piece::Use(used) => *used == name,
            Piece::Node(node) => node.uses(name),
            _ => false,
        })
    }
}

/// A parameter.
#[derive(Clone, Debug)]
pub(crate) struct Param {
    pub(crate) name: Name,
    pub(crate) ty: Type,
}

/// A kernel.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    /// The text of each name.
    pub(crate) names: Vec<String>,
    pub(crate) params: Vec<Param>,
    pub(crate) result: Type,
    /// The name of what `return` answers to.
    pub(crate) returns: Name,
    /// Statements and the value.
    pub(crate) body: Node,
}

impl Program {
    /// The source text of the kernel, as a function called `name`.
    pub(crate) fn text(&self, name: &str) -> String {
        let mut text = format!("fn {name}(");
        for (i, param) in self.params.iter().enumerate() {
            let comma = if i > 0 { ", " } else { "" };
            let by_mut = matches!(&param.ty, Type::Array(array)
                if array.access == Access::Mut && !array.slice);
            let keyword = if by_mut { "mut " } else { "" };
            let ty = type_text(&param.ty);
            let _ = write!(text, "{comma}{keyword}{}: {ty}", self.names[param.name as usize]);
        }
        text.push(')');
        if self.result != Type::UNIT {
            let _ = write!(text, " -> {}", type_text(&self.result));
        }
        text.push_str(" {\n");
        self.write(&self.body, &mut text);
        text.push_str("\n}");
        indent(&text)
    }

    fn write(&self, node: &Node, out: &mut String) {
        for piece in &node.pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Suffix(dtype, true) => out.push_str(dtype.name()),
                Piece::Node(node) => self.write(node, out),
                Piece::Name(name) | Piece::Use(name) => out.push_str(&self.names[*name as usize]),
                Piece::Suffix(_, false) | Piece::Bind(_) | Piece::Open | Piece::Close => {}
            }
        }
    }

    /// Whether every name means what it was meant to mean.
    pub(crate) fn resolves(&self) -> bool {
        let mut scopes = vec![self.returns];
        scopes.extend(self.params.iter().map(|param| param.name));
        self.resolves_in(&self.body, &mut scopes, &mut Vec::new())
    }

    fn resolves_in(&self, node: &Node, scope: &mut Vec<Name>, open: &mut Vec<usize>) -> bool {
        let text = |name: Name| &self.names[name as usize];
        node.pieces.iter().all(|piece| {
            match piece {
                Piece::Use(used) => {
                    return scope.iter().rev().find(|name| text(**name) == text(*used))
                        == Some(used);
                }
                Piece::Node(node) => return self.resolves_in(node, scope, open),
                Piece::Bind(name) => scope.push(*name),
                Piece::Open => open.push(scope.len()),
                Piece::Close => scope.truncate(open.pop().expect("what closes was opened")),
                Piece::Text(_) | Piece::Suffix(..) | Piece::Name(_) => {}
            }
            true
        })
    }
}

/// A type as the source names it.
pub(crate) fn type_text(ty: &Type) -> String {
    match ty {
        Type::Array(array) => array_text(array),
        Type::Tuple(items) => {
            let items: Vec<String> = items.iter().map(type_text).collect();
            format!("({})", items.join(", "))
        }
        other => other.to_string(),
    }
}

fn array_text(array: &ArrayType) -> String {
    let ArrayType { dtype, rank, access, slice, .. } = array;
    match (slice, access) {
        (true, Access::Shared) => format!("&[{dtype}]"),
        (true, _) => format!("&mut [{dtype}]"),
        (false, Access::Shared) => format!("ArrayView{rank}<{dtype}>"),
        (false, Access::Mut) => format!("ArrayViewMut{rank}<{dtype}>"),
        (false, Access::Owned) => format!("Array{rank}<{dtype}>"),
    }
}

/// A literal; its type is written out unless the context fixes it.
pub(crate) fn literal(value: Const, typed: bool) -> Node {
    let dtype = value.dtype();
    let node = Node::expr(dtype);
    let name = dtype.name();
    if let Some(value) = value.as_bool() {
        return node.t(if value { "true" } else { "false" });
    }
    if let Some(float) = value.as_float() {
        if float.is_nan() {
            return node.t(format!("{name}::NAN"));
        }
        if float.is_infinite() {
            let sign = if float < 0.0 { "NEG_" } else { "" };
            return node.t(format!("{name}::{sign}INFINITY"));
        }
        let node = number(node, dtype, &value.to_string(), !typed);
        return node;
    }
    if value == Const::least(dtype) && dtype.is_signed_int() {
        return node.t(format!("{name}::MIN"));
    }
    if value == Const::greatest(dtype) {
        return node.t(format!("{name}::MAX"));
    }
    number(node, dtype, &value.to_string(), !typed)
}

fn number(node: Node, dtype: Dtype, digits: &str, shown: bool) -> Node {
    match digits.strip_prefix('-') {
        Some(digits) => node.t(format!("(-{digits}")).with(Piece::Suffix(dtype, shown)).t(")"),
        None => node.t(digits.to_owned()).with(Piece::Suffix(dtype, shown)),
    }
}

/// Lines of the text set in by the depth of their braces, for readers.
fn indent(text: &str) -> String {
    let mut out = String::new();
    let mut depth = 0_usize;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let opens = line.matches(['{', '(', '[']).count();
        let closes = line.matches(['}', ')', ']']).count();
        let leading = line.chars().take_while(|c| matches!(c, '}' | ')' | ']')).count();
        let _ = writeln!(out, "{}{line}", "    ".repeat(depth.saturating_sub(leading)));
        depth = (depth + opens).saturating_sub(closes);
    }
    out
}
