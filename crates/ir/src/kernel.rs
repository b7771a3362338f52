//! The kernel tree: a function as its author wrote it, names resolved, types not yet known.
//!
//! The macro builds one at compile time and embeds its [`Kernel::encode`]d bytes beside the
//! function; the compiler decodes it on the first call. What only the host's compiler can
//! resolve is left as numbered holes that the call fills in: values of host constants
//! ([`Kernel::captures`]), host types named in the body ([`Kernel::types`]) and called
//! functions ([`Kernel::callees`]).

use crate::dtype::Dtype;
use crate::fast_math::FastMath;
use crate::span::Span;
use serde::{Deserialize, Serialize};

/// A kernel, untyped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kernel {
    /// The name of the function.
    pub name: String,
    /// Where the name stands.
    pub span: Span,
    /// Names of the generic type parameters, in order. Constant parameters are captures.
    pub generics: Vec<String>,
    /// Parameters, in order.
    pub params: Vec<Pattern>,
    /// Types of the parameters, as written.
    pub param_types: Vec<TypeExpr>,
    /// The type of the result, as written; the empty tuple if none is.
    pub result: TypeExpr,
    /// Every binding of the function, parameters first.
    pub locals: Vec<LocalInfo>,
    /// Host constants used, as written: `"std::f64::consts::PI"`, `"N"`, and, with the first
    /// segment a generic parameter, `"T::ZERO"`.
    pub captures: Vec<String>,
    /// Host types named in the signature or the body that are not of the language, as written.
    pub types: Vec<String>,
    /// Functions called, as written, without type arguments. The kernel itself, called
    /// recursively, is [`ExprKind::Recurse`] and not listed.
    pub callees: Vec<String>,
    /// The body.
    pub body: Block,
    /// Expressions are numbered from 0 to this, for side tables.
    pub nodes: u32,
    /// Options of the attribute that change the code.
    pub options: Options,
}

/// Options of a kernel that change its code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Options {
    /// Whether other kernels inline this one.
    pub inline: Inline,
    /// `boundscheck = false`: indices are trusted. Only on an `unsafe fn`.
    pub unchecked: bool,
    /// `fastmath`: what may be done with floats that changes bits.
    pub fastmath: FastMath,
}

/// Whether a kernel is inlined into the kernels that call it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Inline {
    /// When it is small.
    #[default]
    Auto,
    /// Whenever it is not recursive.
    Always,
    /// Never.
    Never,
}

/// Index into [`Kernel::locals`].
pub type LocalId = u32;
/// Index into [`Kernel::captures`].
pub type CaptureId = u32;
/// Index into [`Kernel::types`].
pub type TypeId = u32;
/// Index into [`Kernel::callees`].
pub type CalleeId = u32;
/// The number of an expression.
pub type NodeId = u32;

/// A binding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LocalInfo {
    /// Its name. Names may repeat (shadowing); ids do not.
    pub name: String,
    /// Whether it is declared `mut`.
    pub mutable: bool,
}

/// Statements and the value of the last expression, if it has no semicolon.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// Statements, in order.
    pub stmts: Vec<Stmt>,
    /// The value.
    pub tail: Option<Box<Expr>>,
}

/// A statement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Stmt {
    /// `let pattern: ty = init else { otherwise };`
    Let {
        /// What is bound.
        pattern: Pattern,
        /// The type, if written.
        ty: Option<TypeExpr>,
        /// The value; absent for a binding that is assigned later.
        init: Option<Expr>,
        /// The diverging block of a `let … else`.
        otherwise: Option<Block>,
    },
    /// An expression whose value is dropped.
    Expr(Expr),
}

/// An expression with its number and place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its number, unique in the kernel.
    pub id: NodeId,
    /// Where it stands (for an operator, the operator; for a method call, the method).
    pub span: Span,
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ExprKind {
    /// A literal.
    Literal(Literal),
    /// A binding.
    Local(LocalId),
    /// A host constant.
    Capture(CaptureId),
    /// `-x`, `!x`.
    Unary(UnaryOp, Box<Expr>),
    /// Arithmetic, bits, comparison.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `a && b` and `a || b`.
    Logical {
        /// Whether it is `&&`.
        and: bool,
        /// Always evaluated.
        left: Box<Expr>,
        /// Evaluated if needed.
        right: Box<Expr>,
    },
    /// `place = value`. The place may be a tuple, array or `_` of places (destructuring).
    Assign(Box<Expr>, Box<Expr>),
    /// `place op= value`.
    AssignOp(BinaryOp, Box<Expr>, Box<Expr>),
    /// `_`, on the left of an assignment only.
    Underscore,
    /// `x as T`.
    Cast(Box<Expr>, TypeExpr),
    /// `if cond { then } else { otherwise }`; the condition may be [`ExprKind::Let`].
    If {
        /// The condition.
        cond: Box<Expr>,
        /// The value if true.
        then: Block,
        /// The value if false; a block or another `if`.
        otherwise: Option<Box<Expr>>,
    },
    /// `let pattern = value` in a condition; true if it matches, and then binds.
    Let(Pattern, Box<Expr>),
    /// `match`.
    Match(Box<Expr>, Vec<Arm>),
    /// `{ … }`, with the label's number if it has one.
    Block {
        /// Label, unique in the kernel.
        label: Option<LabelId>,
        /// The statements.
        body: Block,
    },
    /// `while cond { … }`.
    While {
        /// This loop's number; `break` and `continue` name it.
        label: LabelId,
        /// The condition; may be [`ExprKind::Let`].
        cond: Box<Expr>,
        /// The body.
        body: Block,
    },
    /// `loop { … }`.
    Loop {
        /// This loop's number.
        label: LabelId,
        /// The body.
        body: Block,
    },
    /// `for pattern in iter { … }`.
    For {
        /// This loop's number.
        label: LabelId,
        /// Bound to each item.
        pattern: Pattern,
        /// A range, an array or an iterator expression.
        iter: Box<Expr>,
        /// The body.
        body: Block,
    },
    /// `break 'label value`; the label is always resolved.
    Break(LabelId, Option<Box<Expr>>),
    /// `continue 'label`; the label is always resolved.
    Continue(LabelId),
    /// `return value`.
    Return(Option<Box<Expr>>),
    /// `(a, b)`; the empty one is `()`.
    Tuple(Vec<Expr>),
    /// `[a, b]`.
    Array(Vec<Expr>),
    /// `[value; len]`.
    Repeat(Box<Expr>, Box<Expr>),
    /// `Name { field: value, ..base }` or `Name(value, …)` (fields "0", "1", …).
    Struct {
        /// The structure.
        ty: TypeId,
        /// Fields given.
        fields: Vec<(String, Expr)>,
        /// The rest of the fields.
        base: Option<Box<Expr>>,
    },
    /// `x.name`, `x.0`.
    Field(Box<Expr>, String),
    /// `a[index]`; the index of an ndarray is an [`ExprKind::Array`] or [`ExprKind::Tuple`].
    Index(Box<Expr>, Box<Expr>),
    /// `a..b`, `a..=b`, `..`.
    Range {
        /// The start.
        start: Option<Box<Expr>>,
        /// The end.
        end: Option<Box<Expr>>,
        /// Whether it is `..=`.
        inclusive: bool,
    },
    /// `receiver.name::<types>(args)`.
    MethodCall {
        /// The receiver.
        receiver: Box<Expr>,
        /// The method.
        name: String,
        /// Type arguments.
        types: Vec<TypeExpr>,
        /// Arguments.
        args: Vec<Expr>,
    },
    /// `Type::name(args)`: `f64::max(a, b)`, `Array2::<f64>::zeros((n, m))`, `T::from(x)`.
    Associated {
        /// The type.
        ty: TypeExpr,
        /// The function.
        name: String,
        /// Arguments.
        args: Vec<Expr>,
    },
    /// A function of the language that stands in no type: `min`, `max` (of `std::cmp`),
    /// `swap`, `replace` (of `std::mem`), `arr1` to `arr6`, which make arrays of nested ones.
    Builtin {
        /// The last segment of the path.
        name: String,
        /// Arguments.
        args: Vec<Expr>,
    },
    /// A call of another kernel or of a host function.
    Call {
        /// Which.
        callee: CalleeId,
        /// Type arguments.
        types: Vec<TypeExpr>,
        /// Arguments.
        args: Vec<Expr>,
    },
    /// A call of the kernel itself.
    Recurse(Vec<Expr>),
    /// A call of a closure held in a binding.
    CallLocal(LocalId, Vec<Expr>),
    /// `|params| body`.
    Closure {
        /// The `mut` bindings that a `move` closure copies when it is made: its own binding and
        /// the one outside.
        moved: Vec<(Pattern, Expr)>,
        /// Parameters and their types, if written.
        params: Vec<(Pattern, Option<TypeExpr>)>,
        /// The body.
        body: Box<Expr>,
    },
    /// `&x`, `&mut x`.
    Ref {
        /// Whether it is `&mut`.
        mutable: bool,
        /// What it refers to.
        to: Box<Expr>,
    },
    /// `*x`.
    Deref(Box<Expr>),
    /// `Some(x)`, `None`.
    Option(Option<Box<Expr>>),
    /// `assert!`, and `debug_assert!` with `debug` set.
    Assert {
        /// Must be true.
        cond: Box<Expr>,
        /// The condition as written, or the given message.
        message: Message,
        /// Whether it is checked in debug builds only.
        debug: bool,
    },
    /// `assert_eq!`, `assert_ne!` and their `debug_` forms.
    AssertCompare {
        /// Whether the sides must be equal.
        equal: bool,
        /// Left side.
        left: Box<Expr>,
        /// Right side.
        right: Box<Expr>,
        /// What the message says before the two sides.
        message: Option<Message>,
        /// Whether it is checked in debug builds only.
        debug: bool,
    },
    /// `panic!`, `unreachable!`, `todo!`, `unimplemented!`.
    Panic(Message),
    /// `s![…]` of ndarray.
    SliceSpec(Vec<SliceElem>),
}

/// The number of a loop or labelled block.
pub type LabelId = u32;

/// A format string with its arguments: one more part than there are holes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Text around the holes.
    pub parts: Vec<String>,
    /// Arguments with their format specification (`""`, `"?"`, `".3"`).
    pub holes: Vec<(Expr, String)>,
}

/// One axis of `s![…]`.
#[allow(clippy::large_enum_variant, reason = "a slice has a handful of elements, read once")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum SliceElem {
    /// `i`: the axis is removed.
    Index(Expr),
    /// `start..end;step`.
    Range {
        /// First index; negative counts from the end.
        start: Option<Expr>,
        /// One past the last; negative counts from the end.
        end: Option<Expr>,
        /// Whether it is `..=`.
        inclusive: bool,
        /// Step; negative reverses.
        step: Option<Expr>,
    },
    /// `NewAxis`.
    NewAxis,
}

/// An arm of a `match`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Arm {
    /// What it matches.
    pub pattern: Pattern,
    /// `if guard`.
    pub guard: Option<Expr>,
    /// Its value.
    pub body: Expr,
}

/// A pattern.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Pattern {
    /// `_`.
    Wild,
    /// `..` in a tuple or array.
    Rest,
    /// `x`, `mut x`, `x @ sub`.
    Bind {
        /// What is bound.
        local: LocalId,
        /// A pattern that must match too.
        sub: Option<Box<Pattern>>,
    },
    /// `(a, b)`.
    Tuple(Vec<Pattern>),
    /// `[a, b]`.
    Array(Vec<Pattern>),
    /// `Name { x, .. }` or `Name(x, y)`.
    Struct {
        /// The structure.
        ty: TypeId,
        /// Fields named.
        fields: Vec<(String, Pattern)>,
    },
    /// `&p`, `&mut p`.
    Ref(Box<Pattern>),
    /// `3`, `-1.5`, `true`.
    Literal {
        /// Whether a minus stands in front.
        negative: bool,
        /// The value.
        value: Literal,
    },
    /// A host constant.
    Capture(CaptureId, NodeId),
    /// `a..=b`, `a..b`, `a..`, `..=b`, of literals or constants.
    Range {
        /// Lowest value.
        start: Option<Box<Pattern>>,
        /// Highest value.
        end: Option<Box<Pattern>>,
        /// Whether it is `..=`.
        inclusive: bool,
    },
    /// `a | b`.
    Or(Vec<Pattern>),
    /// `Some(p)`.
    Some(Box<Pattern>),
    /// `None`.
    None,
    /// `Ordering::Less`, `Equal` or `Greater`, as -1, 0 or 1.
    Ordering(i8),
}

/// A literal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Literal {
    /// `true`, `false`.
    Bool(bool),
    /// An integer and its suffix, which may be a float type.
    Int(u128, Option<Dtype>),
    /// A float in decimal, without underscores or suffix, and the suffix.
    Float(String, Option<Dtype>),
}

/// A type as written in a kernel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum TypeExpr {
    /// `_`.
    Infer,
    /// A primitive type.
    Scalar(Dtype),
    /// A generic parameter, by its index in [`Kernel::generics`].
    Generic(u32),
    /// A host type.
    Host(TypeId),
    /// A tuple.
    Tuple(Vec<TypeExpr>),
    /// `[T; N]`; the length is a literal or capture.
    FixedArray(Box<TypeExpr>, Box<Expr>),
    /// `Option<T>`.
    Option(Box<TypeExpr>),
    /// `Complex<T>`.
    Complex(Box<TypeExpr>),
    /// `&T`, `&mut T`.
    Ref {
        /// Whether it is `&mut`.
        mutable: bool,
        /// What it refers to.
        to: Box<TypeExpr>,
    },
    /// `[T]`, behind a reference.
    Slice(Box<TypeExpr>),
    /// `Array2<T>`, `ArrayView<T, Ix2>`, `ArrayViewMut1<T>`, `ArrayRef2<T>`.
    Array {
        /// Which of ndarray's types.
        holder: ArrayHolder,
        /// Element type; [`TypeExpr::Infer`] if not written.
        item: Box<TypeExpr>,
        /// Rank, if the name says it.
        rank: Option<u8>,
    },
}

/// Which of ndarray's array types a name means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ArrayHolder {
    /// `Array`.
    Owned,
    /// `ArrayView`.
    View,
    /// `ArrayViewMut`.
    ViewMut,
    /// `ArrayRef`, behind a reference.
    Ref,
}

/// Unary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum UnaryOp {
    /// `-`.
    Neg,
    /// `!`.
    Not,
}

/// Binary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each variant is the operator of std::ops of the same name")]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    BitAnd,
    BitOr,
    BitXor,
    Shl,
    Shr,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl BinaryOp {
    /// Whether the result is a `bool` and the operands are compared.
    pub const fn is_comparison(self) -> bool {
        use BinaryOp::*;
        matches!(self, Eq | Ne | Lt | Le | Gt | Ge)
    }

    /// The operator as written.
    pub const fn symbol(self) -> &'static str {
        use BinaryOp::*;
        match self {
            Add => "+",
            Sub => "-",
            Mul => "*",
            Div => "/",
            Rem => "%",
            BitAnd => "&",
            BitOr => "|",
            BitXor => "^",
            Shl => "<<",
            Shr => ">>",
            Eq => "==",
            Ne => "!=",
            Lt => "<",
            Le => "<=",
            Gt => ">",
            Ge => ">=",
        }
    }
}

/// The bytes of a kernel tree could not be read; the macro and the library differ in version.
#[derive(Debug, thiserror::Error)]
#[error("the kernel was encoded by another version of mambo-macros: {0}")]
pub struct DecodeError(#[from] postcard::Error);

impl Kernel {
    /// The tree as bytes, in the postcard wire format.
    pub fn encode(&self) -> Vec<u8> {
        postcard::to_allocvec(self).expect("a kernel tree holds plain data only")
    }

    /// The tree back from its bytes.
    ///
    /// # Errors
    /// If the bytes were not made by [`Kernel::encode`] of this version.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        Ok(postcard::from_bytes(bytes)?)
    }
}
