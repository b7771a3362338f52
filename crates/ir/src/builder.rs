//! Builds a function, instruction by instruction, at the end of a current block.

use crate::constant::Const;
use crate::dtype::Dtype;
use crate::function::{
    Binary, Block, Compare, Function, Op, Terminator, Unary, Value, ValueType, ViewType,
};
use crate::signature::Layout;
use crate::span::Span;

/// Appends instructions to the current block of a function and computes their result types.
#[derive(Debug)]
pub struct Builder<'a> {
    /// The function being built.
    pub func: &'a mut Function,
    block: Block,
    span: Span,
}

impl<'a> Builder<'a> {
    /// A builder at the end of the entry block.
    pub fn new(func: &'a mut Function) -> Self {
        let block = func.entry;
        Builder { func, block, span: Span::default() }
    }

    /// The current block.
    pub fn current(&self) -> Block {
        self.block
    }

    /// Goes on at the end of `block`; the block that was current is returned.
    pub fn switch_to(&mut self, block: Block) -> Block {
        std::mem::replace(&mut self.block, block)
    }

    /// The place that instructions from here on came from.
    pub fn set_span(&mut self, span: Span) {
        self.span = span;
    }

    /// Adds a parameter to a block.
    pub fn add_param(&mut self, block: Block, ty: ValueType, name: Option<String>) -> Value {
        let value = self.func.new_value(ty, name);
        self.func.block_mut(block).params.push(value);
        value
    }

    /// Appends an instruction with results of the given types.
    pub fn insert(&mut self, op: Op, results: &[ValueType]) -> &[Value] {
        let inst = self.func.new_inst(op, results, self.span);
        let block = self.block;
        self.func.block_mut(block).insts.push(inst);
        &self.func.inst(inst).results
    }

    /// Appends an instruction with one result.
    pub fn insert_one(&mut self, op: Op, result: impl Into<ValueType>) -> Value {
        self.insert(op, &[result.into()])[0]
    }

    /// Ends the current block.
    pub fn end(&mut self, end: Terminator) {
        let block = self.block;
        self.func.block_mut(block).end = end;
    }

    /// A constant.
    pub fn constant(&mut self, value: impl Into<Const>) -> Value {
        let value = value.into();
        self.insert_one(Op::Const(value), value.dtype())
    }

    /// A `usize` constant.
    pub fn index(&mut self, value: usize) -> Value {
        self.constant(value)
    }

    /// An operation on one scalar.
    pub fn unary(&mut self, op: Unary, a: Value) -> Value {
        let ty = match op {
            Unary::CountOnes | Unary::LeadingZeros | Unary::TrailingZeros => Dtype::U32,
            _ => self.func.dtype(a),
        };
        self.insert_one(Op::Unary(op, a), ty)
    }

    /// An operation on two scalars.
    pub fn binary(&mut self, op: Binary, a: Value, b: Value) -> Value {
        let ty = match op {
            Binary::AddOverflows | Binary::SubOverflows | Binary::MulOverflows => Dtype::Bool,
            _ => self.func.dtype(a),
        };
        self.insert_one(Op::Binary(op, a, b), ty)
    }

    /// A comparison.
    pub fn compare(&mut self, op: Compare, a: Value, b: Value) -> Value {
        self.insert_one(Op::Compare(op, a, b), Dtype::Bool)
    }

    /// `if cond { a } else { b }` of two scalars.
    pub fn select(&mut self, cond: Value, a: Value, b: Value) -> Value {
        let ty = self.func.ty(a);
        self.insert_one(Op::Select(cond, a, b), ty)
    }

    /// `a as to`; nothing if it is of that type already.
    pub fn cast(&mut self, a: Value, to: Dtype) -> Value {
        if self.func.dtype(a) == to {
            return a;
        }
        self.insert_one(Op::Cast(a), to)
    }

    /// The length of an axis.
    pub fn dim(&mut self, view: Value, axis: u8) -> Value {
        self.insert_one(Op::Dim { view, axis }, Dtype::Usize)
    }

    /// The stride of an axis, in elements.
    pub fn stride(&mut self, view: Value, axis: u8) -> Value {
        self.insert_one(Op::Stride { view, axis }, Dtype::Isize)
    }

    /// One element that is a scalar, unchecked.
    pub fn load(&mut self, view: Value, indices: &[Value]) -> Value {
        self.load_part(view, indices, 0)
    }

    /// One scalar of an element, unchecked.
    pub fn load_part(&mut self, view: Value, indices: &[Value], part: u8) -> Value {
        let ty = self.func.view_type(view).dtype.part();
        self.insert_one(Op::Load { view, indices: indices.to_vec(), part }, ty)
    }

    /// Overwrites one element that is a scalar, unchecked.
    pub fn store(&mut self, view: Value, indices: &[Value], value: Value) {
        self.store_part(view, indices, 0, value);
    }

    /// Overwrites one scalar of an element, unchecked.
    pub fn store_part(&mut self, view: Value, indices: &[Value], part: u8, value: Value) {
        self.insert(Op::Store { view, indices: indices.to_vec(), part, value }, &[]);
    }

    /// An array on the stack.
    pub fn stack_array(&mut self, dtype: Dtype, dims: &[u32]) -> Value {
        let ty = ViewType { dtype, rank: dims.len() as u8, layout: Layout::C, mutable: true };
        self.insert_one(Op::StackArray { dims: dims.to_vec() }, ValueType::View(ty))
    }
}
