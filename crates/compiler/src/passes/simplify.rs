//! Simpler forms of single instructions, each exact to the bit: constants of constants, and
//! the identities of arithmetic that hold for every operand.

use crate::passes::definitions::Definitions;
use mambo_ir::function::{Binary, Compare, Function, Op, Unary, Value, ValueType};
use mambo_ir::{Const, Dtype, Layout, eval};

/// What an instruction may be replaced by.
#[derive(Debug)]
pub(crate) enum Simpler {
    /// A value there is already.
    Value(Value),
    /// Another instruction with the same result.
    Op(Op),
    /// An operation with a constant on its right.
    WithConst(Binary, Value, Const),
}

/// One step towards the simplest form of an instruction with one result of type `ty`.
pub(crate) fn simplify(
    func: &Function,
    definitions: &Definitions,
    op: &Op,
    ty: ValueType,
) -> Option<Simpler> {
    let at = Place { func, definitions };
    match op {
        Op::Unary(op, a) => at.unary(*op, *a),
        Op::Binary(op, a, b) => at.binary(*op, *a, *b),
        Op::Compare(op, a, b) => at.compare(*op, *a, *b),
        Op::MulAdd(a, b, c) => {
            let value = eval::mul_add(at.constant(*a)?, at.constant(*b)?, at.constant(*c)?);
            Some(constant(value))
        }
        Op::Select(cond, a, b) => at.select(*cond, *a, *b),
        Op::Cast(a) => at.cast(*a, ty.as_scalar()?),
        Op::Bitcast(a) => at.bitcast(*a, ty.as_scalar()?),
        Op::Dim { view, axis } => at.dim(*view, *axis),
        Op::Stride { view, axis } => at.stride(*view, *axis),
        Op::Load { view, indices, part } => at.load(*view, indices, *part),
        _ => None,
    }
}

fn constant(value: impl Into<Const>) -> Simpler {
    Simpler::Op(Op::Const(value.into()))
}

/// Whether every value of `from` is one of `to`.
pub(crate) fn fits(from: Dtype, to: Dtype) -> bool {
    if from.is_float() || to.is_float() || to == Dtype::Bool {
        return from == to;
    }
    match (from.is_signed_int(), to.is_signed_int()) {
        (true, false) => false,
        (false, true) => from.bits() < to.bits(),
        _ => from.bits() <= to.bits(),
    }
}

struct Place<'a> {
    func: &'a Function,
    definitions: &'a Definitions,
}

impl<'a> Place<'a> {
    fn constant(&self, value: Value) -> Option<Const> {
        self.definitions.constant(self.func, value)
    }

    fn op(&self, value: Value) -> Option<&'a Op> {
        self.definitions.op(self.func, value)
    }

    fn unary(&self, op: Unary, a: Value) -> Option<Simpler> {
        if let Some(a) = self.constant(a) {
            return Some(constant(eval::unary(op, a)));
        }
        match (op, self.op(a)?) {
            (Unary::Neg, Op::Unary(Unary::Neg, x)) | (Unary::Not, Op::Unary(Unary::Not, x)) => {
                Some(Simpler::Value(*x))
            }
            (Unary::Abs, Op::Unary(Unary::Abs, _)) => Some(Simpler::Value(a)),
            (Unary::Abs, Op::Unary(Unary::Neg, x)) => Some(Simpler::Op(Op::Unary(Unary::Abs, *x))),
            (Unary::Not, Op::Compare(compare, x, y)) => {
                let exact =
                    matches!(compare, Compare::Eq | Compare::Ne) || !self.func.dtype(*x).is_float();
                exact.then(|| Simpler::Op(Op::Compare(negated(*compare), *x, *y)))
            }
            _ => None,
        }
    }

    fn binary(&self, op: Binary, a: Value, b: Value) -> Option<Simpler> {
        let (left, right) = (self.constant(a), self.constant(b));
        if let (Some(left), Some(right)) = (left, right) {
            return eval::binary(op, left, right).map(constant);
        }
        let dtype = self.func.dtype(a);
        if dtype.is_float() {
            let swaps = matches!(op, Binary::Add | Binary::Mul);
            if swaps && left.and_then(Const::as_float).is_some_and(|left| !left.is_nan()) {
                return Some(Simpler::Op(Op::Binary(op, b, a)));
            }
            return float_identity(op, a, right?);
        }
        if let Some(value) = self.same_operands(op, a, b, dtype) {
            return Some(value);
        }
        if left.is_some() {
            return match op {
                Binary::Add
                | Binary::Mul
                | Binary::And
                | Binary::Or
                | Binary::Xor
                | Binary::Min
                | Binary::Max
                | Binary::AddOverflows
                | Binary::MulOverflows => Some(Simpler::Op(Op::Binary(op, b, a))),
                _ => None,
            };
        }
        let right = right?;
        self.int_identity(op, a, right, dtype).or_else(|| self.reassociate(op, a, right, dtype))
    }

    fn same_operands(&self, op: Binary, a: Value, b: Value, dtype: Dtype) -> Option<Simpler> {
        if a != b {
            return None;
        }
        match op {
            Binary::Sub | Binary::Xor => Some(constant(Const::zero(dtype))),
            Binary::And | Binary::Or | Binary::Min | Binary::Max => Some(Simpler::Value(a)),
            Binary::SubOverflows => Some(constant(false)),
            _ => None,
        }
    }

    fn int_identity(&self, op: Binary, a: Value, right: Const, dtype: Dtype) -> Option<Simpler> {
        let zero = right.bits() == 0;
        let ones = right == Const::int(dtype, -1);
        let one = right == Const::one(dtype);
        let same = Some(Simpler::Value(a));
        match op {
            Binary::Add
            | Binary::Sub
            | Binary::Or
            | Binary::Xor
            | Binary::Shl
            | Binary::Shr
            | Binary::RotateLeft
            | Binary::RotateRight
            | Binary::SaturatingAdd
            | Binary::SaturatingSub
                if zero =>
            {
                same
            }
            Binary::And if ones => same,
            Binary::Mul | Binary::Div if one => same,
            Binary::Mul | Binary::And if zero => Some(constant(right)),
            Binary::Or if ones => Some(constant(right)),
            Binary::Rem if one => Some(constant(Const::zero(dtype))),
            Binary::AddOverflows | Binary::SubOverflows | Binary::MulOverflows if zero => {
                Some(constant(false))
            }
            Binary::Max if zero && dtype.is_unsigned_int() => same,
            Binary::Min if zero && dtype.is_unsigned_int() => Some(constant(right)),
            Binary::MulOverflows if one => Some(constant(false)),
            Binary::Div if dtype.is_unsigned_int() && right.bits().is_power_of_two() => {
                let shift = Const::int(dtype, i128::from(right.bits().trailing_zeros()));
                Some(Simpler::WithConst(Binary::Shr, a, shift))
            }
            Binary::Rem if dtype.is_unsigned_int() && right.bits().is_power_of_two() => {
                Some(Simpler::WithConst(Binary::And, a, Const::from_bits(dtype, right.bits() - 1)))
            }
            _ => None,
        }
    }

    /// `x + 1 - 1` and the like, all modulo the width of the type.
    fn reassociate(&self, op: Binary, a: Value, right: Const, dtype: Dtype) -> Option<Simpler> {
        let Op::Binary(inner, x, by) = self.op(a)? else { return None };
        let by = self.constant(*by)?;
        if op == Binary::Mul && *inner == Binary::Mul {
            return Some(Simpler::WithConst(op, *x, eval::binary(Binary::Mul, by, right)?));
        }
        let added = |op, value: Const| match op {
            Binary::Add => Some(value),
            Binary::Sub => Some(eval::unary(Unary::Neg, value)),
            _ => None,
        };
        let sum = eval::binary(Binary::Add, added(op, right)?, added(*inner, by)?)?;
        let (up, down) = (sum.bits(), eval::unary(Unary::Neg, sum).bits());
        Some(if up == 0 {
            Simpler::Value(*x)
        } else if up <= down {
            Simpler::WithConst(Binary::Add, *x, sum)
        } else {
            Simpler::WithConst(Binary::Sub, *x, Const::from_bits(dtype, down))
        })
    }

    fn compare(&self, op: Compare, a: Value, b: Value) -> Option<Simpler> {
        let (left, right) = (self.constant(a), self.constant(b));
        if let (Some(left), Some(right)) = (left, right) {
            return Some(constant(eval::compare(op, left, right)));
        }
        let dtype = self.func.dtype(a);
        if dtype.is_float() {
            return None;
        }
        if a == b {
            return Some(constant(matches!(op, Compare::Eq | Compare::Le | Compare::Ge)));
        }
        if left.is_some() {
            return Some(Simpler::Op(Op::Compare(mirrored(op), b, a)));
        }
        let right = right?;
        match (dtype, op, right.bits()) {
            (Dtype::Bool, Compare::Eq, 1) | (Dtype::Bool, Compare::Ne, 0) => {
                Some(Simpler::Value(a))
            }
            (Dtype::Bool, Compare::Eq, 0) | (Dtype::Bool, Compare::Ne, 1) => {
                Some(Simpler::Op(Op::Unary(Unary::Not, a)))
            }
            (_, Compare::Lt, 0) if dtype.is_unsigned_int() => Some(constant(false)),
            (_, Compare::Ge, 0) if dtype.is_unsigned_int() => Some(constant(true)),
            _ => None,
        }
    }

    fn select(&self, cond: Value, a: Value, b: Value) -> Option<Simpler> {
        if let Some(cond) = self.constant(cond).and_then(Const::as_bool) {
            return Some(Simpler::Value(if cond { a } else { b }));
        }
        let arm = |value| self.constant(value);
        if a == b || arm(a).is_some() && arm(a) == arm(b) {
            return Some(Simpler::Value(a));
        }
        if let Some(Op::Unary(Unary::Not, cond)) = self.op(cond) {
            return Some(Simpler::Op(Op::Select(*cond, b, a)));
        }
        let arms = (arm(a).and_then(Const::as_bool), arm(b).and_then(Const::as_bool));
        match arms {
            (Some(true), _) => Some(Simpler::Op(Op::Binary(Binary::Or, cond, b))),
            (_, Some(false)) => Some(Simpler::Op(Op::Binary(Binary::And, cond, a))),
            (Some(false), Some(true)) => Some(Simpler::Op(Op::Unary(Unary::Not, cond))),
            _ => None,
        }
    }

    fn cast(&self, a: Value, to: Dtype) -> Option<Simpler> {
        if let Some(value) = self.constant(a) {
            return Some(constant(eval::cast(value, to)));
        }
        let middle = self.func.dtype(a);
        if middle == to {
            return Some(Simpler::Value(a));
        }
        let Op::Cast(x) = self.op(a)? else { return None };
        let from = self.func.dtype(*x);
        // The low bits of a truncated or extended integer are those of the original, and an
        // extension that keeps the value may be passed over by any cast.
        let truncates =
            middle.is_int() && to.is_int() && from.is_int() && to.bits() <= middle.bits();
        let keeps =
            !from.is_float() && middle.is_int() && fits(from, middle) && from != Dtype::Bool;
        if !truncates && !keeps {
            return None;
        }
        Some(if from == to { Simpler::Value(*x) } else { Simpler::Op(Op::Cast(*x)) })
    }

    fn bitcast(&self, a: Value, to: Dtype) -> Option<Simpler> {
        if let Some(value) = self.constant(a) {
            return Some(constant(eval::bitcast(value, to)));
        }
        if self.func.dtype(a) == to {
            return Some(Simpler::Value(a));
        }
        let Op::Bitcast(x) = self.op(a)? else { return None };
        let same = self.func.dtype(*x) == to;
        Some(if same { Simpler::Value(*x) } else { Simpler::Op(Op::Bitcast(*x)) })
    }

    fn dim(&self, view: Value, axis: u8) -> Option<Simpler> {
        match self.op(view)? {
            Op::View { dims, .. } | Op::Alloc { dims, .. } => {
                Some(Simpler::Value(dims[usize::from(axis)]))
            }
            Op::StackArray { dims } => Some(constant(dims[usize::from(axis)] as usize)),
            Op::Table(table) => Some(constant(table.dims[usize::from(axis)] as usize)),
            _ => None,
        }
    }

    fn stride(&self, view: Value, axis: u8) -> Option<Simpler> {
        let ty = self.func.view_type(view);
        match ty.layout {
            Layout::C if axis + 1 == ty.rank => return Some(constant(1isize)),
            Layout::F if axis == 0 => return Some(constant(1isize)),
            _ => {}
        }
        match self.op(view)? {
            Op::View { strides, .. } => Some(Simpler::Value(strides[usize::from(axis)])),
            Op::StackArray { dims } => Some(inner_length(dims, axis)),
            Op::Table(table) => Some(inner_length(&table.dims, axis)),
            _ => None,
        }
    }

    /// A scalar of a constant array at constant indices.
    fn load(&self, view: Value, indices: &[Value], part: u8) -> Option<Simpler> {
        let Op::Table(table) = self.op(view)? else { return None };
        let mut number = 0;
        for (&dim, &index) in table.dims.iter().zip(indices) {
            let index = usize::try_from(self.constant(index)?.as_int()?).ok()?;
            if index >= dim as usize {
                return None;
            }
            number = number * dim as usize + index;
        }
        let parts = usize::from(self.func.view_type(view).dtype.parts());
        table.scalars.get(number * parts + usize::from(part)).map(|&scalar| constant(scalar))
    }
}

/// The stride of an axis of a contiguous array of layout C.
fn inner_length(dims: &[u32], axis: u8) -> Simpler {
    let inner = dims[usize::from(axis) + 1..].iter().map(|&dim| dim as isize);
    constant(inner.product::<isize>())
}

fn float_identity(op: Binary, a: Value, right: Const) -> Option<Simpler> {
    let value = right.as_float()?;
    let dtype = right.dtype();
    match op {
        Binary::Mul | Binary::Div if value == 1.0 => Some(Simpler::Value(a)),
        // Adding takes fewer cycles than multiplying, and doubling is exact either way.
        Binary::Mul if value == 2.0 => Some(Simpler::Op(Op::Binary(Binary::Add, a, a))),
        Binary::Sub if value == 0.0 && value.is_sign_positive() => Some(Simpler::Value(a)),
        Binary::Add if value == 0.0 && value.is_sign_negative() => Some(Simpler::Value(a)),
        // The reciprocal of a power of two is exact, so multiplying rounds the same.
        Binary::Div if is_power_of_two(value) => {
            let inverse = match dtype {
                Dtype::F32 => Const::f32((1.0 / value) as f32),
                _ => Const::f64(1.0 / value),
            };
            let normal = match dtype {
                Dtype::F32 => ((1.0 / value) as f32).is_normal() && (value as f32).is_normal(),
                _ => (1.0 / value).is_normal(),
            };
            normal.then_some(Simpler::WithConst(Binary::Mul, a, inverse))
        }
        _ => None,
    }
}

/// The comparison that holds when `op` does not, for types without NaN.
pub(crate) fn negated(op: Compare) -> Compare {
    match op {
        Compare::Eq => Compare::Ne,
        Compare::Ne => Compare::Eq,
        Compare::Lt => Compare::Ge,
        Compare::Le => Compare::Gt,
        Compare::Gt => Compare::Le,
        Compare::Ge => Compare::Lt,
    }
}

/// The comparison with its operands changed over.
pub(crate) fn mirrored(op: Compare) -> Compare {
    match op {
        Compare::Eq | Compare::Ne => op,
        Compare::Lt => Compare::Gt,
        Compare::Le => Compare::Ge,
        Compare::Gt => Compare::Lt,
        Compare::Ge => Compare::Le,
    }
}

fn is_power_of_two(value: f64) -> bool {
    value.is_normal() && value.to_bits() & ((1 << 52) - 1) == 0
}
