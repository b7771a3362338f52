//! The typed form: structured, static single assignment, memory through typed array views.
//!
//! A [`Module`] is what one compilation makes: the entry function, the functions it calls
//! that were not inlined, the host functions they call, and the [`Site`]s where they panic.
//!
//! A [`Function`] is a tree of [`Block`]s. A block has parameters, instructions and one
//! terminator. Four instructions hold blocks, and their results are the values those blocks
//! hand out:
//!
//! | instruction | runs its blocks | results come from |
//! |---|---|---|
//! | [`Op::If`] | one of two, without parameters | `yield` of either |
//! | [`Op::For`] | the body for each index of a range; parameters: index, carried values | the carried values at the end, or `break` |
//! | [`Op::Loop`] | the body for ever; parameters: carried values | `break` |
//! | [`Op::Scope`] | the body once, without parameters | `yield` or `break` |
//!
//! A terminator is `yield` (leave the block as its instruction expects: the value of an `if`
//! or scope, the next turn of a loop), `break` or `continue` of an enclosing block, `return`,
//! `panic` or `unreachable`. A value may be used wherever its definition is in an enclosing
//! block and above.
//!
//! Memory: a value of [`ViewType`] is a base address, a length and a stride (in elements) for
//! each axis. Loads and stores take one `usize` index an axis and are not checked; the checks
//! are instructions of their own ([`Op::CheckIndex`]) so that passes can move and prove them.
//! Views of different roots (parameters, allocations) never overlap unless both are
//! parameters that are not `mutable`.

use crate::constant::Const;
use crate::dtype::Dtype;
use crate::fast_math::FastMath;
use crate::signature::Layout;
use crate::site::Site;
use crate::span::Span;
use crate::vector::VectorLoop;
use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

macro_rules! entity {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);

        impl $name {
            /// The number as an index into the table it belongs to.
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{self}")
            }
        }
    };
}

entity!(
    /// A value of a function: a parameter of a block or a result of an instruction.
    Value, "%"
);
entity!(
    /// An instruction of a function.
    Inst, "inst"
);
entity!(
    /// A block of a function.
    Block, "^"
);
entity!(
    /// A function of a module.
    FuncId, "@f"
);
entity!(
    /// A host function of a module.
    HostId, "@h"
);
entity!(
    /// A panic site of a module.
    SiteId, "!"
);

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ValueType {
    /// A primitive number or `bool`.
    Scalar(Dtype),
    /// A view of an array.
    View(ViewType),
}

/// The type of a view. `rank` 0 is a reference to one element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ViewType {
    /// Element type.
    pub dtype: Dtype,
    /// Number of axes, at most [`crate::signature::MAX_RANK`].
    pub rank: u8,
    /// What is known of the strides.
    pub layout: Layout,
    /// Whether stores through it are allowed.
    pub mutable: bool,
}

impl ValueType {
    /// The scalar type, if it is one.
    pub const fn as_scalar(self) -> Option<Dtype> {
        match self {
            ValueType::Scalar(dtype) => Some(dtype),
            ValueType::View(_) => None,
        }
    }

    /// The view type, if it is one.
    pub const fn as_view(self) -> Option<ViewType> {
        match self {
            ValueType::View(view) => Some(view),
            ValueType::Scalar(_) => None,
        }
    }

    /// How many 64-bit slots a value takes when it crosses from or to the host: one for a
    /// scalar, two for one of 128 bits; address, lengths and strides for a view.
    pub const fn slots(self) -> usize {
        match self {
            ValueType::Scalar(dtype) => dtype.slots(),
            ValueType::View(view) => 1 + 2 * view.rank as usize,
        }
    }
}

impl From<Dtype> for ValueType {
    fn from(dtype: Dtype) -> Self {
        ValueType::Scalar(dtype)
    }
}

/// `f64` or `view<f64, 2, C, mut>`.
impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ValueType::Scalar(dtype) => write!(f, "{dtype}"),
            ValueType::View(ViewType { dtype, rank, layout, mutable }) => {
                let suffix = if *mutable { ", mut" } else { "" };
                write!(f, "view<{dtype}, {rank}, {layout}{suffix}>")
            }
        }
    }
}

/// What one compilation makes. The first function is the entry: its parameters are the
/// arguments of the kernel, flattened, and its results the parts of the kernel's result.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Module {
    /// Functions; [`FuncId`] counts from the entry, 0.
    pub functions: Vec<Function>,
    /// Host functions called.
    pub hosts: Vec<HostFunction>,
    /// Panic sites.
    pub sites: Vec<Site>,
    /// Name and file of each kernel that code came from; [`Site::source`] points here.
    pub sources: Vec<Source>,
}

impl Module {
    /// The function that the host calls.
    ///
    /// # Panics
    /// If the module has no function.
    pub fn entry(&self) -> &Function {
        &self.functions[0]
    }
}

/// A kernel that code came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The kernel.
    pub kernel: String,
    /// The file it was written in.
    pub file: String,
}

/// A function of the host that kernels call, through a trampoline
/// `extern "C" fn(env: usize, args: *const u64, results: *mut u64) -> u32`: arguments and
/// results in 64-bit slots, as for the entry of a module ([`ValueType::slots`]); 0 for
/// success, 1 if the function panicked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostFunction {
    /// Its name, for people.
    pub name: String,
    /// Address of the trampoline.
    pub trampoline: usize,
    /// Handed to the trampoline: the address of the function.
    pub env: usize,
    /// Types of the arguments.
    pub params: Vec<ValueType>,
    /// Types of the results, scalars all.
    pub results: Vec<ValueType>,
}

/// A function. Tables only grow; what is not reachable from [`Function::entry`] is garbage.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// Its name, for people.
    pub name: String,
    /// Values, by id.
    pub values: Vec<ValueInfo>,
    /// Instructions, by id.
    pub insts: Vec<InstInfo>,
    /// Blocks, by id.
    pub blocks: Vec<BlockInfo>,
    /// The outermost block; its parameters are those of the function.
    pub entry: Block,
    /// Types of the results.
    pub results: Vec<ValueType>,
    /// Whether the function can call itself; such functions check the depth of the stack.
    pub recursive: bool,
    /// What may be done with its floats that changes bits.
    pub fastmath: FastMath,
}

/// A value: its type, and a name for people.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueInfo {
    /// Its type.
    pub ty: ValueType,
    /// The name of the binding it came from, if any.
    pub name: Option<String>,
}

/// An instruction with its results and place.
#[derive(Clone, Debug, PartialEq)]
pub struct InstInfo {
    /// What it does.
    pub op: Op,
    /// What it defines.
    pub results: Vec<Value>,
    /// Where in the kernel it came from.
    pub span: Span,
}

/// A block.
#[derive(Clone, Debug, PartialEq)]
pub struct BlockInfo {
    /// What it takes on entry.
    pub params: Vec<Value>,
    /// Instructions, in order.
    pub insts: Vec<Inst>,
    /// How it ends.
    pub end: Terminator,
}

/// The elements of a constant array.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Table {
    /// The length of each axis.
    pub dims: Vec<u32>,
    /// The scalars of the elements in order, the last axis fastest.
    pub scalars: Vec<Const>,
}

/// What an instruction does. Result types not said here are those of the first operand.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// A constant.
    Const(Const),
    /// A constant array. Result: a view of layout C that is not mutable.
    Table(Arc<Table>),
    /// An operation on one scalar.
    Unary(Unary, Value),
    /// An operation on two scalars of one type (see [`Binary`] for exceptions).
    Binary(Binary, Value, Value),
    /// A comparison; IEEE 754 for floats. Result: `bool`.
    Compare(Compare, Value, Value),
    /// `mul_add`: `a * b + c`, rounded once. Floats only.
    MulAdd(Value, Value, Value),
    /// The second value if the first (`bool`) is true, else the third. Scalars of one type.
    Select(Value, Value, Value),
    /// Rust's `as` to the type of the result: integers wrap, floats round or saturate,
    /// `bool` gives 0 or 1. Never to `bool`.
    Cast(Value),
    /// The same bits as another type of the same width (`to_bits`, `from_bits`).
    Bitcast(Value),
    /// The length of an axis. Result: `usize`.
    Dim {
        /// A view.
        view: Value,
        /// The axis.
        axis: u8,
    },
    /// The stride of an axis, in elements. Result: `isize`.
    Stride {
        /// A view.
        view: Value,
        /// The axis.
        axis: u8,
    },
    /// One scalar of an element. The indices must be in range; nothing checks them here.
    Load {
        /// A view.
        view: Value,
        /// One `usize` an axis.
        indices: Vec<Value>,
        /// Which scalar: 0, or 1 for the imaginary part of a complex number.
        part: u8,
    },
    /// Overwrites one scalar of an element; no result.
    Store {
        /// A mutable view.
        view: Value,
        /// One `usize` an axis.
        indices: Vec<Value>,
        /// Which scalar, as for `Load`.
        part: u8,
        /// A scalar of the type of the part.
        value: Value,
    },
    /// Another view of the same elements: its first element is `view[offset]`, its lengths and
    /// strides are given. The result's type says rank, layout and mutability; a layout of C or
    /// F is a promise that the strides are those of a contiguous array of these lengths.
    View {
        /// The root or another view of it.
        view: Value,
        /// One `usize` an axis of `view`; may be anything if the new view is empty.
        offset: Vec<Value>,
        /// `usize` lengths, one an axis of the result.
        dims: Vec<Value>,
        /// `isize` strides in elements, one an axis of the result.
        strides: Vec<Value>,
    },
    /// A new array of layout C, owned by the call: freed when it ends, unless returned.
    /// Panics at `site` if it is too large or memory is short.
    Alloc {
        /// `usize` lengths, one an axis of the result.
        dims: Vec<Value>,
        /// Whether the elements are set to zero; otherwise they hold anything.
        zeroed: bool,
        /// [`crate::SiteKind::Allocation`].
        site: SiteId,
    },
    /// Frees an array made by [`Op::Alloc`] early; it must not be used after.
    Free(Value),
    /// An array of fixed length on the stack, of layout C, its elements unset. It lives until
    /// the function returns; in a loop every turn gets the same memory.
    StackArray {
        /// Lengths, one an axis of the result.
        dims: Vec<u32>,
    },
    /// Panics at `site`, with operands `index` and `len`, unless `index < len`. No result.
    CheckIndex {
        /// `usize`.
        index: Value,
        /// `usize`.
        len: Value,
        /// [`crate::SiteKind::Index`].
        site: SiteId,
    },
    /// Panics at `site` unless `cond` is true. No result.
    Assert {
        /// `bool`.
        cond: Value,
        /// What is reported.
        site: SiteId,
        /// Scalars for the message.
        operands: Vec<Value>,
    },
    /// Calls a function of the module.
    Call {
        /// Which.
        callee: FuncId,
        /// Its arguments.
        args: Vec<Value>,
    },
    /// Calls a function of the host. Panics at `site` if it did.
    HostCall {
        /// Which.
        callee: HostId,
        /// Its arguments.
        args: Vec<Value>,
        /// [`crate::SiteKind::HostPanic`].
        site: SiteId,
    },
    /// Runs one of two blocks.
    If {
        /// `bool`.
        cond: Value,
        /// If true.
        then: Block,
        /// If false.
        otherwise: Block,
    },
    /// Runs `body` with its first parameter going through a range of integers in steps.
    For {
        /// First index.
        start: Value,
        /// The end, of the same integer type.
        end: Value,
        /// Distance between indices, at least 1.
        step: u64,
        /// Whether `end` itself belongs to the range.
        inclusive: bool,
        /// Whether the same indices are visited from the last to the first.
        reverse: bool,
        /// Initial values of the carried parameters.
        init: Vec<Value>,
        /// The body.
        body: Block,
    },
    /// Runs `body` again and again until a `break`.
    Loop {
        /// Initial values of the carried parameters.
        init: Vec<Value>,
        /// The body.
        body: Block,
    },
    /// Runs `body` once; a `break` of it leaves early.
    Scope {
        /// The body.
        body: Block,
    },
    /// Runs a prefix of the turns of a loop in logical vectors. Results: how many turns were
    /// done, then what these turns have made of what it carries.
    VectorLoop {
        /// The number of turns there are; `usize`.
        count: Value,
        /// What the loop takes from outside.
        args: Vec<Value>,
        /// Initial values of what it carries, as [`VectorLoop::carried`] has them.
        init: Vec<Value>,
        /// The loop.
        plan: Arc<VectorLoop>,
    },
}

/// Operations on one scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each variant is the operator or std method of the same name")]
pub enum Unary {
    /// Wraps for integers, flips the sign bit of floats.
    Neg,
    /// All bits of an integer, or a `bool`.
    Not,
    /// Floats clear the sign bit; signed integers wrap at `MIN`.
    Abs,
    Sqrt,
    Floor,
    Ceil,
    /// Halves away from zero.
    Round,
    /// Halves to even.
    RoundTiesEven,
    Trunc,
    /// Result `u32`, as for the other counts.
    CountOnes,
    LeadingZeros,
    TrailingZeros,
    SwapBytes,
    ReverseBits,
    Exp,
    Exp2,
    ExpM1,
    Ln,
    Log2,
    Log10,
    Ln1p,
    Cbrt,
    Sin,
    Cos,
    Tan,
    Asin,
    Acos,
    Atan,
    Sinh,
    Cosh,
    Tanh,
    Asinh,
    Acosh,
    Atanh,
    Erf,
    Erfc,
    Gamma,
    LnGamma,
    Sigmoid,
    Softplus,
    Sinc,
    /// Of at most 4 ULP, as the others that are fast.
    FastExp,
    FastExp2,
    FastLn,
    FastLog2,
    FastLog10,
    FastSin,
    FastCos,
    FastTan,
}

impl Unary {
    /// Its word: the method of std in lower case.
    pub const fn name(self) -> &'static str {
        crate::text::names::unary(self)
    }

    /// The operation of a word.
    pub fn named(name: &str) -> Option<Unary> {
        crate::text::names::unary_of(name)
    }

    /// Whether it is an elementary function of floats, which takes many instructions.
    #[rustfmt::skip]
    pub const fn is_elementary(self) -> bool {
        use Unary::*;
        matches!(
            self,
            Exp | Exp2 | ExpM1 | Ln | Log2 | Log10 | Ln1p | Cbrt | Sin | Cos | Tan | Asin | Acos
                | Atan | Sinh | Cosh | Tanh | Asinh | Acosh | Atanh | Erf | Erfc | Gamma | LnGamma
                | Sigmoid | Softplus | Sinc | FastExp | FastExp2 | FastLn | FastLog2 | FastLog10
                | FastSin | FastCos | FastTan
        )
    }

    /// The variant of at most 4 ULP, if it has one of its own.
    pub const fn fast(self) -> Option<Unary> {
        Some(match self {
            Unary::Exp => Unary::FastExp,
            Unary::Exp2 => Unary::FastExp2,
            Unary::Ln => Unary::FastLn,
            Unary::Log2 => Unary::FastLog2,
            Unary::Log10 => Unary::FastLog10,
            Unary::Sin => Unary::FastSin,
            Unary::Cos => Unary::FastCos,
            Unary::Tan => Unary::FastTan,
            _ => return None,
        })
    }
}

/// Operations on two scalars.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each variant is the operator or std method of the same name")]
pub enum Binary {
    /// Wraps for integers, as `Sub` and `Mul`.
    Add,
    Sub,
    Mul,
    /// Truncates for integers. The divisor must not be 0, nor the quotient overflow;
    /// assertions in front see to it.
    Div,
    /// Sign of the dividend. Integers: as `Div`. Floats: exact, as `fmod`.
    Rem,
    /// Integers and `bool`, as `Or` and `Xor`.
    And,
    Or,
    Xor,
    /// The count is of any integer type and masked to the width, as for `Shr` and the rotates.
    Shl,
    /// Arithmetic for signed integers.
    Shr,
    RotateLeft,
    RotateRight,
    /// Floats: the other operand if one is NaN, `-0.0 < 0.0` not guaranteed, as std's `min`.
    Min,
    Max,
    SaturatingAdd,
    SaturatingSub,
    /// Whether the sum does not fit the integer type. Result: `bool`, as for the next two.
    AddOverflows,
    SubOverflows,
    MulOverflows,
    /// The high half of the full product of two integers.
    MulHigh,
    Copysign,
    Pow,
    /// Float to an `i32` power.
    Powi,
    Atan2,
    Hypot,
    LogAddExp,
}

impl Binary {
    /// Its word: the operator or method of std in lower case.
    pub const fn name(self) -> &'static str {
        crate::text::names::binary(self)
    }

    /// Whether it is an elementary function of floats, which takes many instructions.
    pub const fn is_elementary(self) -> bool {
        matches!(
            self,
            Binary::Pow | Binary::Powi | Binary::Atan2 | Binary::Hypot | Binary::LogAddExp
        )
    }
}

/// Comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each variant is the comparison of the same name")]
pub enum Compare {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// How a block ends.
#[derive(Clone, Debug, PartialEq)]
pub enum Terminator {
    /// Hands values to the instruction that holds the block: the results of an `if` or scope,
    /// the carried values of the next turn of a loop.
    Yield(Vec<Value>),
    /// Leaves the `for`, `loop` or scope whose body is `target` with these results.
    Break {
        /// An enclosing body.
        target: Block,
        /// The results.
        values: Vec<Value>,
    },
    /// Starts the next turn of the `for` or `loop` whose body is `target`.
    Continue {
        /// An enclosing body.
        target: Block,
        /// The carried values.
        values: Vec<Value>,
    },
    /// Leaves the function.
    Return(Vec<Value>),
    /// Panics.
    Panic {
        /// What is reported.
        site: SiteId,
        /// Scalars for the message.
        operands: Vec<Value>,
    },
    /// Cannot be reached, because an instruction before it never ends normally.
    Unreachable,
}

impl Op {
    /// Calls `visit` for every operand of the instruction itself, blocks not included.
    pub fn for_each_operand(&self, mut visit: impl FnMut(Value)) {
        self.clone().map_operands(|value| {
            visit(value);
            value
        });
    }

    /// Replaces every operand of the instruction itself, blocks not included.
    pub fn map_operands(&mut self, mut map: impl FnMut(Value) -> Value) {
        let mut each = |values: &mut Vec<Value>| {
            for value in values {
                *value = map(*value);
            }
        };
        match self {
            Op::Const(_) | Op::Table(_) | Op::StackArray { .. } | Op::Scope { .. } => {}
            Op::Unary(_, a) | Op::Cast(a) | Op::Bitcast(a) | Op::Free(a) => *a = map(*a),
            Op::Dim { view, .. } | Op::Stride { view, .. } => *view = map(*view),
            Op::Binary(_, a, b) | Op::Compare(_, a, b) => {
                *a = map(*a);
                *b = map(*b);
            }
            Op::MulAdd(a, b, c) | Op::Select(a, b, c) => {
                *a = map(*a);
                *b = map(*b);
                *c = map(*c);
            }
            Op::Load { view, indices, .. } => {
                each(indices);
                *view = map(*view);
            }
            Op::Store { view, indices, value, .. } => {
                each(indices);
                *view = map(*view);
                *value = map(*value);
            }
            Op::View { view, offset, dims, strides } => {
                each(offset);
                each(dims);
                each(strides);
                *view = map(*view);
            }
            Op::Alloc { dims, .. } => each(dims),
            Op::CheckIndex { index, len, .. } => {
                *index = map(*index);
                *len = map(*len);
            }
            Op::Assert { cond, operands, .. } => {
                each(operands);
                *cond = map(*cond);
            }
            Op::Call { args, .. } | Op::HostCall { args, .. } => each(args),
            Op::If { cond, .. } => *cond = map(*cond),
            Op::For { start, end, init, .. } => {
                each(init);
                *start = map(*start);
                *end = map(*end);
            }
            Op::Loop { init, .. } => each(init),
            Op::VectorLoop { count, args, init, .. } => {
                each(args);
                each(init);
                *count = map(*count);
            }
        }
    }

    /// The blocks the instruction holds, in order.
    pub fn blocks(&self) -> impl Iterator<Item = Block> + use<> {
        let (first, second) = match self {
            Op::If { then, otherwise, .. } => (Some(*then), Some(*otherwise)),
            Op::For { body, .. } | Op::Loop { body, .. } | Op::Scope { body } => {
                (Some(*body), None)
            }
            _ => (None, None),
        };
        first.into_iter().chain(second)
    }

    /// Whether the instruction computes its results from its operands alone, reads and writes
    /// no memory, cannot panic and holds no block. Such an instruction may be moved, merged
    /// or dropped. Integer `Div` and `Rem` are not pure: they must stay below their assertions.
    pub fn is_pure(&self, operand_type: impl Fn(Value) -> ValueType) -> bool {
        match self {
            Op::Binary(Binary::Div | Binary::Rem, a, _) => {
                operand_type(*a).as_scalar().is_some_and(Dtype::is_float)
            }
            Op::Const(_)
            | Op::Table(_)
            | Op::Unary(..)
            | Op::Binary(..)
            | Op::Compare(..)
            | Op::MulAdd(..)
            | Op::Select(..)
            | Op::Cast(_)
            | Op::Bitcast(_)
            | Op::Dim { .. }
            | Op::Stride { .. }
            | Op::View { .. } => true,
            _ => false,
        }
    }
}

impl Terminator {
    /// Calls `visit` for every operand.
    pub fn for_each_operand(&self, visit: impl FnMut(Value)) {
        self.operands().iter().copied().for_each(visit);
    }

    /// The operands.
    pub fn operands(&self) -> &[Value] {
        match self {
            Terminator::Yield(values)
            | Terminator::Return(values)
            | Terminator::Break { values, .. }
            | Terminator::Continue { values, .. }
            | Terminator::Panic { operands: values, .. } => values,
            Terminator::Unreachable => &[],
        }
    }

    /// The operands, to change.
    pub fn operands_mut(&mut self) -> &mut [Value] {
        match self {
            Terminator::Yield(values)
            | Terminator::Return(values)
            | Terminator::Break { values, .. }
            | Terminator::Continue { values, .. }
            | Terminator::Panic { operands: values, .. } => values,
            Terminator::Unreachable => &mut [],
        }
    }
}

impl Function {
    /// A function without instructions, ending in `unreachable`.
    pub fn new(name: impl Into<String>) -> Self {
        Function {
            name: name.into(),
            values: Vec::new(),
            insts: Vec::new(),
            blocks: vec![BlockInfo {
                params: Vec::new(),
                insts: Vec::new(),
                end: Terminator::Unreachable,
            }],
            entry: Block(0),
            results: Vec::new(),
            recursive: false,
            fastmath: FastMath::default(),
        }
    }

    /// The parameters.
    pub fn params(&self) -> &[Value] {
        &self.block(self.entry).params
    }

    /// The type of a value.
    pub fn ty(&self, value: Value) -> ValueType {
        self.values[value.index()].ty
    }

    /// The type of a value that is a scalar.
    ///
    /// # Panics
    /// If it is a view.
    pub fn dtype(&self, value: Value) -> Dtype {
        self.ty(value).as_scalar().expect("the value is a scalar")
    }

    /// The type of a value that is a view.
    ///
    /// # Panics
    /// If it is a scalar.
    pub fn view_type(&self, value: Value) -> ViewType {
        self.ty(value).as_view().expect("the value is a view")
    }

    /// The numbers of the functions that reachable instructions call, with repetitions.
    pub fn callees(&self) -> Vec<usize> {
        let mut callees = Vec::new();
        let mut open = vec![self.entry];
        while let Some(block) = open.pop() {
            for &inst in &self.block(block).insts {
                let op = &self.inst(inst).op;
                if let Op::Call { callee, .. } = op {
                    callees.push(callee.index());
                }
                open.extend(op.blocks());
            }
        }
        callees
    }

    /// The instructions that are in the tree of blocks, outer ones first, those of one depth in
    /// order.
    pub fn reachable_insts(&self) -> Vec<Inst> {
        let mut insts = Vec::new();
        let mut open = VecDeque::from([self.entry]);
        while let Some(block) = open.pop_front() {
            for &inst in &self.block(block).insts {
                insts.push(inst);
                open.extend(self.inst(inst).op.blocks());
            }
        }
        insts
    }

    /// A block.
    pub fn block(&self, block: Block) -> &BlockInfo {
        &self.blocks[block.index()]
    }

    /// A block, to change.
    pub fn block_mut(&mut self, block: Block) -> &mut BlockInfo {
        &mut self.blocks[block.index()]
    }

    /// An instruction.
    pub fn inst(&self, inst: Inst) -> &InstInfo {
        &self.insts[inst.index()]
    }

    /// An instruction, to change.
    pub fn inst_mut(&mut self, inst: Inst) -> &mut InstInfo {
        &mut self.insts[inst.index()]
    }

    /// A new value, not defined by anything yet.
    pub fn new_value(&mut self, ty: ValueType, name: Option<String>) -> Value {
        let value = Value(self.values.len() as u32);
        self.values.push(ValueInfo { ty, name });
        value
    }

    /// A new block without parameters or instructions, ending in `unreachable`.
    pub fn new_block(&mut self) -> Block {
        let block = Block(self.blocks.len() as u32);
        self.blocks.push(BlockInfo {
            params: Vec::new(),
            insts: Vec::new(),
            end: Terminator::Unreachable,
        });
        block
    }

    /// A new instruction with results of the given types, in no block yet.
    pub fn new_inst(&mut self, op: Op, results: &[ValueType], span: Span) -> Inst {
        let results = results.iter().map(|&ty| self.new_value(ty, None)).collect();
        let inst = Inst(self.insts.len() as u32);
        self.insts.push(InstInfo { op, results, span });
        inst
    }
}
