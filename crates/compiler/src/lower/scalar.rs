//! Lowers operators on scalars and sorts method calls by their receiver.

use super::value::Val;
use super::{Lower, Result};
use crate::infer::ty::Ty;
use mambo_ir::function::{Binary, Compare, Op, Unary, Value};
use mambo_ir::kernel::{BinaryOp, Expr, ExprKind, UnaryOp};
use mambo_ir::signature::Access;
use mambo_ir::{Const, Dtype, SiteKind};

impl<'u> Lower<'_, 'u> {
    pub(super) fn unary(&mut self, op: UnaryOp, operand: &'u Expr) -> Result<Val> {
        if let (UnaryOp::Neg, ExprKind::Literal(literal)) = (op, &operand.kind) {
            return Ok(Val::Scalar(self.literal(literal, true, self.value_ty(operand))?));
        }
        let value = self.expr(operand)?;
        let op = match op {
            UnaryOp::Neg => Unary::Neg,
            UnaryOp::Not => Unary::Not,
        };
        match self.loaded(value)? {
            Val::Array(array) => {
                self.map_array(array.view, |lower, item| lower.unary_number(op, item))
            }
            value => self.unary_number(op, value),
        }
    }

    /// An operation on a number, part by part if it is complex.
    fn unary_number(&mut self, op: Unary, value: Val) -> Result<Val> {
        if let Val::Group(parts) = value {
            let parts = parts.into_iter().map(|part| self.unary_number(op, part));
            return Ok(Val::Group(parts.collect::<Result<_>>()?));
        }
        let value = self.scalar(value)?;
        Ok(Val::Scalar(self.b.unary(op, value)))
    }

    /// Whether an operand is an array itself, not a reference to one.
    fn is_owned(&self, expr: &Expr) -> bool {
        let Ty::Array(array) = self.ty(expr) else { return false };
        array.access == Access::Owned && !matches!(expr.kind, ExprKind::Ref { .. })
    }

    pub(super) fn binary(&mut self, op: BinaryOp, left: &'u Expr, right: &'u Expr) -> Result<Val> {
        let l = self.expr(left)?;
        let l = self.loaded(l)?;
        let r = self.expr(right)?;
        let r = self.loaded(r)?;
        if matches!(l, Val::Array(_)) || matches!(r, Val::Array(_)) {
            let owned = [left, right].map(|operand| self.is_owned(operand));
            return self.combine_arrays(op, l, r, owned);
        }
        if let (BinaryOp::Eq | BinaryOp::Ne, false) = (op, matches!(l, Val::Scalar(_))) {
            let same = self.equal(&l, &r)?;
            let value = if op == BinaryOp::Eq { same } else { self.b.unary(Unary::Not, same) };
            return Ok(Val::Scalar(value));
        }
        self.operate(op, l, r)
    }

    /// `left op right` of two numbers, complex or not.
    pub(super) fn operate(&mut self, op: BinaryOp, left: Val, right: Val) -> Result<Val> {
        if matches!(left, Val::Group(_)) || matches!(right, Val::Group(_)) {
            return self.complex_arithmetic(op, left, right);
        }
        let (left, right) = (self.scalar(left)?, self.scalar(right)?);
        Ok(Val::Scalar(self.arithmetic(op, left, right)?))
    }

    /// `left op right` with the checks Rust makes.
    pub(super) fn arithmetic(&mut self, op: BinaryOp, left: Value, right: Value) -> Result<Value> {
        let dtype = self.b.func.dtype(left);
        let compare = |op| match op {
            BinaryOp::Eq => Some(Compare::Eq),
            BinaryOp::Ne => Some(Compare::Ne),
            BinaryOp::Lt => Some(Compare::Lt),
            BinaryOp::Le => Some(Compare::Le),
            BinaryOp::Gt => Some(Compare::Gt),
            BinaryOp::Ge => Some(Compare::Ge),
            _ => None,
        };
        if let Some(compare) = compare(op) {
            return Ok(self.b.compare(compare, left, right));
        }
        let op = match op {
            BinaryOp::Add => Binary::Add,
            BinaryOp::Sub => Binary::Sub,
            BinaryOp::Mul => Binary::Mul,
            BinaryOp::Div if dtype.is_int() => return Ok(self.divide(left, right, false)),
            BinaryOp::Rem if dtype.is_int() => return Ok(self.divide(left, right, true)),
            BinaryOp::Div => Binary::Div,
            BinaryOp::Rem => Binary::Rem,
            BinaryOp::BitAnd => Binary::And,
            BinaryOp::BitOr => Binary::Or,
            BinaryOp::BitXor => Binary::Xor,
            BinaryOp::Shl => Binary::Shl,
            _ => Binary::Shr,
        };
        Ok(self.b.binary(op, left, right))
    }

    /// The quotient or remainder of integers, with Rust's panics.
    pub(super) fn divide(&mut self, left: Value, right: Value, remainder: bool) -> Value {
        let dtype = self.b.func.dtype(left);
        let zero = self.b.constant(Const::zero(dtype));
        let nonzero = self.b.compare(Compare::Ne, right, zero);
        let (by_zero, overflow, op) = if remainder {
            (SiteKind::RemainderByZero, SiteKind::RemainderOverflow, Binary::Rem)
        } else {
            (SiteKind::DivideByZero, SiteKind::DivideOverflow, Binary::Div)
        };
        self.assert(nonzero, by_zero, vec![]);
        if dtype.is_signed_int() {
            let overflows = self.division_overflows(left, right);
            let fits = self.b.unary(Unary::Not, overflows);
            self.assert(fits, overflow, vec![]);
        }
        self.b.binary(op, left, right)
    }

    /// Whether `left` is the least signed integer and `right` is -1.
    pub(super) fn division_overflows(&mut self, left: Value, right: Value) -> Value {
        let dtype = self.b.func.dtype(left);
        let least = self.b.constant(Const::least(dtype));
        let minus_one = self.b.constant(Const::int(dtype, -1));
        let is_minus_one = self.b.compare(Compare::Eq, right, minus_one);
        let is_least = self.b.compare(Compare::Eq, left, least);
        self.b.binary(Binary::And, is_minus_one, is_least)
    }

    /// `value as to`.
    pub(super) fn cast(&mut self, value: Value, to: Dtype) -> Value {
        self.b.cast(value, to)
    }

    /// `receiver.name(args)`.
    pub(super) fn method_call(
        &mut self,
        expr: &'u Expr,
        receiver: &'u Expr,
        name: &str,
        args: &'u [Expr],
    ) -> Result<Val> {
        let by_mut = super::loops::iterates_mutably(self.ty(receiver));
        let own = match self.expr(receiver)? {
            Val::Place(place) => self.read(&place)?,
            other => other,
        };
        let own = self.loaded(own)?;
        let found = match own {
            Val::Scalar(value) => self.scalar_method(expr, value, name, args)?,
            Val::Option { some, item } => self.option_method(expr, some, *item, name, args)?,
            Val::Array(array) => match self.array_method(expr, receiver, array, name, args)? {
                None => {
                    let iter = Val::iter(super::value::Iter::Elements {
                        view: array.view,
                        mutable: by_mut && name == "into_iter",
                    });
                    self.iterator_method(expr, iter, name, args)?
                }
                found => found,
            },
            Val::Slice(slice) => {
                match self.values_method(expr, receiver, slice.clone(), name, args)? {
                    None => {
                        let mutable = by_mut && name == "into_iter";
                        let iter = Val::iter(super::value::Iter::Items { slice, mutable });
                        self.iterator_method(expr, iter, name, args)?
                    }
                    found => found,
                }
            }
            Val::Memory(memory) if matches!(memory.ty, Ty::Fixed(..)) => {
                self.fixed_method(expr, receiver, memory, by_mut, name, args)?
            }
            Val::Range(_) | Val::Iter(_) => {
                self.refuse_advance(receiver, name)?;
                self.iterator_method(expr, own, name, args)?
            }
            Val::Group(_) if self.value_ty(receiver).is_ordering() => {
                self.ordering_method(expr, own, name, args)?
            }
            Val::Group(_) if matches!(name, "clone" | "to_owned") => Some(own),
            Val::Group(parts) if matches!(self.value_ty(receiver), Ty::Complex(_)) => {
                self.complex_method(parts, name, args)?
            }
            _ => None,
        };
        match found {
            Some(value) => Ok(value),
            None => {
                let ty = self.ty(receiver);
                self.error(
                    expr.span,
                    format!("`{ty}` has no method `{name}` in the kernel language"),
                )
            }
        }
    }

    /// A method of a primitive type.
    pub(super) fn scalar_method(
        &mut self,
        expr: &'u Expr,
        value: Value,
        name: &str,
        args: &'u [Expr],
    ) -> Result<Option<Val>> {
        let dtype = self.b.func.dtype(value);
        let result = match name {
            "clone" | "to_owned" => value,
            "into" | "to_f64" | "to_i64" => match self.value_ty(expr).as_scalar() {
                Some(to) => self.cast(value, to),
                None => return self.error(expr.span, "`into` makes numbers only in a kernel"),
            },
            "then_some" => {
                let item = self.expr(&args[0])?;
                return Ok(Some(Val::Option { some: value, item: Box::new(item) }));
            }
            "cmp" | "partial_cmp" | "total_cmp" => return self.comparison(value, name, args),
            "then" => return self.then(expr, value, &args[0]).map(Some),
            _ if dtype.is_float() => return self.float_method(value, name, args),
            _ if dtype.is_int() => return self.int_method(value, name, args),
            _ => return Ok(None),
        };
        Ok(Some(Val::Scalar(result)))
    }

    /// `cond.then(|| value)`.
    fn then(&mut self, expr: &'u Expr, cond: Value, closure: &'u Expr) -> Result<Val> {
        let node = self.closure_node(closure)?;
        let carried = self.carried_by_closures(&[node]);
        let Ty::Option(item_ty) = self.ty(expr) else {
            return self.error(expr.span, "the type of this is not known");
        };
        let run = |lower: &mut Self| lower.call_closure(node, vec![]);
        let item =
            self.branch(cond, &carried, item_ty, run, |lower| Ok(lower.anything(item_ty)))?;
        Ok(Val::Option { some: cond, item: Box::new(item) })
    }

    /// Two parts side by side.
    pub(super) fn pair(a: Value, b: Value) -> Val {
        Val::Group(vec![Val::Scalar(a), Val::Scalar(b)])
    }

    /// `Some(item)` if `some` is true.
    pub(super) fn optional(some: Value, item: Value) -> Val {
        Val::Option { some, item: Box::new(Val::Scalar(item)) }
    }

    /// The same bits as another type.
    pub(super) fn bitcast(&mut self, value: Value, to: Dtype) -> Value {
        self.b.insert_one(Op::Bitcast(value), to)
    }
}
