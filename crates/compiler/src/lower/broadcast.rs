//! Lowers arithmetic on whole arrays, which are repeated to a common shape.

use super::value::Val;
use super::{Lower, Result};
use mambo_ir::function::{Binary, Compare, Op, Value, ValueType, ViewType};
use mambo_ir::kernel::BinaryOp;
use mambo_ir::{Dtype, Layout, SiteKind};

impl Lower<'_, '_> {
    /// `a.assign(&b)`: `b` is broadcast to the shape of `a`.
    pub(super) fn assign_array(&mut self, target: Value, source: Val) -> Result<()> {
        let source = self.array(source)?;
        let dims = self.dims(target);
        let source = self.broadcast(source.view, &dims)?;
        self.index_nest(&dims, &[], &mut |lower, indices| {
            let item = lower.load(source, indices);
            lower.store(target, indices, item)
        })
    }

    /// `a op= b` of an array and an array or number.
    pub(super) fn update_array(&mut self, target: Value, op: BinaryOp, right: Val) -> Result<()> {
        let dims = self.dims(target);
        let right = match right {
            number @ (Val::Scalar(_) | Val::Group(_)) => Operand::Number(number),
            other => {
                let array = self.array(other)?;
                Operand::Array(self.broadcast(array.view, &dims)?)
            }
        };
        self.index_nest(&dims, &[], &mut |lower, indices| {
            let left = lower.load(target, indices);
            let right = right.at(lower, indices);
            let value = lower.operate(op, left, right)?;
            lower.store(target, indices, value)
        })
    }

    /// `a op b`, at least one of them an array: a new array of their common shape. `owned` are
    /// those that are not behind a reference.
    pub(super) fn combine_arrays(
        &mut self,
        op: BinaryOp,
        left: Val,
        right: Val,
        owned: [bool; 2],
    ) -> Result<Val> {
        if op.is_comparison() {
            return self.error(
                self.span,
                "whole arrays cannot be compared in a kernel; compare their elements in a loop",
            );
        }
        let dims = self.common_dims(&left, &right)?;
        let arrays = [&left, &right].map(|operand| match operand {
            Val::Array(array) => Some(array.view),
            _ => None,
        });
        let (left, right) = (self.operand(left, &dims)?, self.operand(right, &dims)?);
        let (a, b) = (left.dtype(self), right.dtype(self));
        // Arithmetic of a complex and a real number is complex.
        let dtype = if a.is_complex() { a } else { b };
        let target = match (arrays, &left, &right) {
            ([Some(a), Some(b)], Operand::Array(left), Operand::Array(right)) => {
                let written = [(owned[0], a), (owned[1], b)];
                let written = written.into_iter().find_map(|(owned, view)| owned.then_some(view));
                self.allocate_combined([a, b], [*left, *right], written, dims.clone(), dtype)?
            }
            ([Some(array), _] | [_, Some(array)], ..) => self.allocate_like(array, dtype),
            _ => return self.error(self.span, "an array is expected here"),
        };
        self.index_nest(&dims, &[], &mut |lower, indices| {
            let (a, b) = (left.at(lower, indices), right.at(lower, indices));
            let value = lower.operate(op, a, b)?;
            lower.store(target.view, indices, value)
        })?;
        Ok(Val::Array(target))
    }

    fn operand(&mut self, value: Val, dims: &[Value]) -> Result<Operand> {
        match value {
            number @ (Val::Scalar(_) | Val::Group(_)) => Ok(Operand::Number(number)),
            other => {
                let array = self.array(other)?;
                Ok(Operand::Array(self.broadcast(array.view, dims)?))
            }
        }
    }

    /// The shape that two operands are broadcast to: axes are matched from the last, and an
    /// axis of length 1 repeats.
    fn common_dims(&mut self, left: &Val, right: &Val) -> Result<Vec<Value>> {
        let (left, right) = match (left, right) {
            (Val::Array(a), Val::Array(b)) => (self.dims(a.view), self.dims(b.view)),
            (Val::Array(a), _) | (_, Val::Array(a)) => return Ok(self.dims(a.view)),
            _ => return self.error(self.span, "an array is expected here"),
        };
        let rank = left.len().max(right.len());
        let at = |dims: &[Value], axis: usize| {
            (axis + dims.len()).checked_sub(rank).map(|axis| dims[axis])
        };
        let one = self.b.index(1);
        (0..rank)
            .map(|axis| {
                Ok(match (at(&left, axis), at(&right, axis)) {
                    (Some(a), Some(b)) if a != b => {
                        let repeats = self.b.compare(Compare::Eq, a, one);
                        self.b.select(repeats, b, a)
                    }
                    (Some(dim), _) | (None, Some(dim)) => dim,
                    (None, None) => one,
                })
            })
            .collect()
    }

    /// `view` repeated to the shape `dims`; panics if it does not fit.
    fn broadcast(&mut self, view: Value, dims: &[Value]) -> Result<Value> {
        let ty = self.b.func.view_type(view);
        let own = self.dims(view);
        if own == dims {
            return Ok(view);
        }
        let Some(added) = dims.len().checked_sub(own.len()) else {
            return self.error(self.span, "an array cannot be broadcast to fewer axes");
        };
        let (zero, one) = (self.b.index(0), self.b.index(1));
        let still = self.b.constant(0isize);
        let mut strides = vec![still; added];
        for (axis, dim) in own.iter().enumerate() {
            let target = dims[axis + added];
            let same = self.b.compare(Compare::Eq, *dim, target);
            let repeats = self.b.compare(Compare::Eq, *dim, one);
            let fits = self.b.binary(Binary::Or, same, repeats);
            let what = "shapes of the two arrays: axis lengths".into();
            self.assert(fits, SiteKind::Shape { what }, vec![*dim, target]);
            let stride = self.b.stride(view, axis as u8);
            strides.push(self.b.select(same, stride, still));
        }
        let op = Op::View { view, offset: vec![zero; own.len()], dims: dims.to_vec(), strides };
        let ty = ViewType { rank: dims.len() as u8, layout: Layout::Strided, mutable: false, ..ty };
        Ok(self.b.insert_one(op, ValueType::View(ty)))
    }
}

/// An operand of arithmetic on arrays.
enum Operand {
    Number(Val),
    Array(Value),
}

impl Operand {
    fn at(&self, lower: &mut Lower<'_, '_>, indices: &[Value]) -> Val {
        match self {
            Operand::Number(number) => number.clone(),
            Operand::Array(view) => lower.load(*view, indices),
        }
    }

    /// The type of its elements.
    fn dtype(&self, lower: &Lower<'_, '_>) -> Dtype {
        let func = &lower.b.func;
        match self {
            Operand::Array(view) => func.view_type(*view).dtype,
            Operand::Number(Val::Scalar(value)) => func.dtype(*value),
            Operand::Number(number) => {
                let mut parts = Vec::new();
                number.leaves(&mut parts);
                let part = parts.first().map(|part| func.dtype(*part));
                part.and_then(Dtype::to_complex).unwrap_or(Dtype::C128)
            }
        }
    }
}
