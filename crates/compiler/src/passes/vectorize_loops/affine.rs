//! What a value is to a loop: the same in all turns, a line, or different in each.

use crate::passes::definitions::Definitions;
use mambo_ir::function::{Binary, Function, Inst, Op, Value, ValueType};
use mambo_ir::vector::NESTED;
use mambo_ir::{Const, Dtype, Span};

/// An integer of 64 bits that is `base + constant + turn * step`, wrapped, and in loops inside
/// whose turns are the same in all lanes `+ inner turn * inner` for each of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Affine {
    /// A value from before the loop, of 64 bits.
    pub(super) base: Option<Value>,
    pub(super) constant: i64,
    pub(super) step: Coefficient,
    pub(super) inner: [Coefficient; NESTED],
    pub(super) dtype: Dtype,
}

const NOTHING: [Coefficient; NESTED] = [Coefficient::Const(0); NESTED];

/// What a turn adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coefficient {
    Const(i64),
    /// A value from before the loop, of 64 bits.
    Value(Value),
}

impl Affine {
    /// A value that is the same in all turns.
    pub(super) fn uniform(base: Value, dtype: Dtype) -> Self {
        let step = Coefficient::Const(0);
        Affine { base: Some(base), constant: 0, step, inner: NOTHING, dtype }
    }

    /// A constant.
    pub(super) fn constant(constant: i64, dtype: Dtype) -> Self {
        Affine { base: None, constant, step: Coefficient::Const(0), inner: NOTHING, dtype }
    }

    /// The index of a loop.
    pub(super) fn index(base: Option<Value>, constant: i64, step: i64, dtype: Dtype) -> Self {
        Affine { base, constant, step: Coefficient::Const(step), inner: NOTHING, dtype }
    }

    /// The index of a loop inside, of a depth.
    pub(super) fn inside(self, depth: usize) -> Self {
        let mut inner = NOTHING;
        inner[depth] = self.step;
        Affine { step: Coefficient::Const(0), inner, ..self }
    }

    /// Whether it is the same in all turns, of loops inside too.
    pub(super) fn is_uniform(&self) -> bool {
        self.step == Coefficient::Const(0) && !self.moves_inside()
    }

    /// Whether it is another in the turns of a loop inside.
    pub(super) fn moves_inside(&self) -> bool {
        self.inner != NOTHING
    }
}

/// Whether lines may be of this type.
pub(super) fn is_index_type(dtype: Dtype) -> bool {
    dtype.is_int() && dtype.size() == 8
}

/// Writes instructions that go before the loop.
pub(super) struct Preheader<'a> {
    pub(super) func: &'a mut Function,
    pub(super) definitions: &'a mut Definitions,
    pub(super) insts: Vec<Inst>,
    pub(super) span: Span,
}

impl Preheader<'_> {
    pub(super) fn insert(&mut self, op: Op, ty: impl Into<ValueType>) -> Value {
        let inst = self.func.new_inst(op, &[ty.into()], self.span);
        self.definitions.record(self.func, inst);
        self.insts.push(inst);
        self.func.inst(inst).results[0]
    }

    pub(super) fn constant(&mut self, value: Const) -> Value {
        self.insert(Op::Const(value), value.dtype())
    }

    pub(super) fn int(&mut self, dtype: Dtype, value: i64) -> Value {
        self.constant(Const::from_bits(dtype, u128::from(value as u64)))
    }

    pub(super) fn binary(&mut self, op: Binary, a: Value, b: Value) -> Value {
        let dtype = self.func.dtype(a);
        self.insert(Op::Binary(op, a, b), dtype)
    }

    pub(super) fn cast(&mut self, value: Value, dtype: Dtype) -> Value {
        if self.func.dtype(value) == dtype { value } else { self.insert(Op::Cast(value), dtype) }
    }

    /// The constant integer that `value` is.
    pub(super) fn known(&self, value: Value) -> Option<i64> {
        match self.definitions.op(self.func, value) {
            Some(Op::Const(constant)) if is_index_type(constant.dtype()) => {
                Some(constant.bits() as i64)
            }
            _ => None,
        }
    }

    /// What a line is in turn 0, of type `dtype`.
    pub(super) fn first(&mut self, line: Affine, dtype: Dtype) -> Value {
        match (line.base, line.constant) {
            (None, constant) => self.int(dtype, constant),
            (Some(base), 0) => self.cast(base, dtype),
            (Some(base), constant) => {
                let base = self.cast(base, dtype);
                let constant = self.int(dtype, constant);
                self.binary(Binary::Add, base, constant)
            }
        }
    }

    pub(super) fn coefficient(&mut self, step: Coefficient, dtype: Dtype) -> Value {
        match step {
            Coefficient::Const(step) => self.int(dtype, step),
            Coefficient::Value(step) => self.cast(step, dtype),
        }
    }

    pub(super) fn times(&mut self, a: Coefficient, b: Coefficient) -> Coefficient {
        match (a, b) {
            (Coefficient::Const(a), Coefficient::Const(b)) => Coefficient::Const(a.wrapping_mul(b)),
            (Coefficient::Const(0), _) | (_, Coefficient::Const(0)) => Coefficient::Const(0),
            (Coefficient::Const(1), other) | (other, Coefficient::Const(1)) => other,
            (a, b) => {
                let a = self.coefficient(a, Dtype::Isize);
                let b = self.coefficient(b, Dtype::Isize);
                Coefficient::Value(self.binary(Binary::Mul, a, b))
            }
        }
    }

    pub(super) fn plus(&mut self, a: Coefficient, b: Coefficient) -> Coefficient {
        match (a, b) {
            (Coefficient::Const(a), Coefficient::Const(b)) => Coefficient::Const(a.wrapping_add(b)),
            (Coefficient::Const(0), other) | (other, Coefficient::Const(0)) => other,
            (a, b) => {
                let a = self.coefficient(a, Dtype::Isize);
                let b = self.coefficient(b, Dtype::Isize);
                Coefficient::Value(self.binary(Binary::Add, a, b))
            }
        }
    }

    /// A line of the result of an operation on lines, if it is one.
    pub(super) fn combine(&mut self, op: Binary, a: Affine, b: Affine) -> Option<Affine> {
        let dtype = a.dtype;
        match op {
            Binary::Add => {
                let base = match (a.base, b.base) {
                    (base, None) | (None, base) => base,
                    (Some(a), Some(b)) => {
                        let (a, b) = (self.cast(a, dtype), self.cast(b, dtype));
                        Some(self.binary(Binary::Add, a, b))
                    }
                };
                let constant = a.constant.wrapping_add(b.constant);
                let (step, inner) = self.plus_steps(a, b);
                Some(Affine { base, constant, step, inner, dtype })
            }
            Binary::Sub => {
                let minus = self.scale(b, Coefficient::Const(-1));
                if b.base.is_none() {
                    return self.combine(Binary::Add, a, minus);
                }
                // A difference keeps the base that it is taken from.
                let base = match (a.base, b.base) {
                    (Some(a), Some(b)) => {
                        let (a, b) = (self.cast(a, dtype), self.cast(b, dtype));
                        Some(self.binary(Binary::Sub, a, b))
                    }
                    _ => minus.base,
                };
                let constant = a.constant.wrapping_sub(b.constant);
                let (step, inner) = self.plus_steps(a, minus);
                Some(Affine { base, constant, step, inner, dtype })
            }
            Binary::Mul if b.is_uniform() => {
                let by = self.uniform_factor(b);
                Some(self.scale(a, by))
            }
            Binary::Mul if a.is_uniform() => {
                let by = self.uniform_factor(a);
                Some(self.scale(b, by))
            }
            Binary::Shl if b.base.is_none() && b.is_uniform() => {
                let by = 1i64.wrapping_shl(b.constant as u32);
                Some(self.scale(a, Coefficient::Const(by)))
            }
            _ => None,
        }
    }

    fn plus_steps(&mut self, a: Affine, b: Affine) -> (Coefficient, [Coefficient; NESTED]) {
        let mut inner = a.inner;
        for (own, other) in inner.iter_mut().zip(b.inner) {
            *own = self.plus(*own, other);
        }
        (self.plus(a.step, b.step), inner)
    }

    fn uniform_factor(&mut self, line: Affine) -> Coefficient {
        match line.base {
            None => Coefficient::Const(line.constant),
            Some(_) => Coefficient::Value(self.first(line, line.dtype)),
        }
    }

    fn scale(&mut self, line: Affine, by: Coefficient) -> Affine {
        let dtype = line.dtype;
        let step = self.times(line.step, by);
        let inner = line.inner.map(|inner| self.times(inner, by));
        match by {
            Coefficient::Const(factor) => {
                let base = line.base.map(|base| {
                    let base = self.cast(base, dtype);
                    match factor {
                        1 => base,
                        _ => {
                            let factor = self.int(dtype, factor);
                            self.binary(Binary::Mul, base, factor)
                        }
                    }
                });
                let constant = line.constant.wrapping_mul(factor);
                Affine { base, constant, step, inner, dtype }
            }
            Coefficient::Value(factor) => {
                let first = self.first(line, dtype);
                let factor = self.cast(factor, dtype);
                let base = Some(self.binary(Binary::Mul, first, factor));
                Affine { base, constant: 0, step, inner, dtype }
            }
        }
    }
}
