//! The types of expressions.

use super::pattern::positions;
use super::ty::{ArrayTy, Ty};
use super::{ClosureTy, Infer, Result};
use mambo_ir::Span;
use mambo_ir::kernel::{BinaryOp, Expr, ExprKind, Literal, Pattern, SliceElem};
use mambo_ir::signature::Access;

impl<'a> Infer<'a> {
    /// The type of an expression, found once.
    pub(super) fn expr(&mut self, expr: &'a Expr) -> Result<Ty> {
        if let Some(ty) = &self.exprs[expr.id as usize] {
            return Ok(ty.clone());
        }
        let ty = self.expr_kind(expr)?;
        self.exprs[expr.id as usize] = Some(ty.clone());
        Ok(ty)
    }

    /// The type of an expression, without what encloses it: `&mut` removed.
    pub(super) fn value(&mut self, expr: &'a Expr) -> Result<Ty> {
        let ty = self.expr(expr)?;
        Ok(self.peel(&ty))
    }

    /// `ty` behind `&mut`s, as far as it is known.
    pub(super) fn peel(&self, ty: &Ty) -> Ty {
        let mut ty = self.table.shallow(ty);
        while let Ty::RefMut(to) = ty {
            ty = self.table.shallow(&to);
        }
        ty
    }

    /// Puts an expression off until more is known.
    pub(super) fn defer(&mut self, expr: &'a Expr) -> Ty {
        self.pending.push(expr);
        self.table.any()
    }

    pub(super) fn expr_kind(&mut self, expr: &'a Expr) -> Result<Ty> {
        let span = expr.span;
        Ok(match &expr.kind {
            ExprKind::Literal(literal) => self.literal(literal),
            ExprKind::Local(local) => self.locals[*local as usize].clone(),
            ExprKind::Capture(id) => Ty::from_host(&self.unit.capture(*id, span)?.ty),
            ExprKind::Unary(_, operand) => match self.value(operand)? {
                Ty::Array(array) => Ty::Array(ArrayTy { access: Access::Owned, ..array }),
                ty => ty,
            },
            ExprKind::Binary(op, left, right) => self.binary(*op, left, right)?,
            ExprKind::Logical { left, right, .. } => {
                self.expect(left, &Ty::BOOL)?;
                self.expect(right, &Ty::BOOL)?;
                Ty::BOOL
            }
            ExprKind::Assign(place, value) => {
                let value = self.expr(value)?;
                self.assigned(place, &value)?;
                Ty::UNIT
            }
            ExprKind::AssignOp(op, place, value) => {
                self.binary(*op, place, value)?;
                Ty::UNIT
            }
            ExprKind::Underscore => self.table.any(),
            ExprKind::Cast(value, ty) => {
                let to = self.type_expr(ty)?;
                let from = self.value(value)?;
                if is_literal(value)
                    && (self.table.is_int_var(&from) || self.table.is_float_var(&from))
                {
                    // A literal takes the type it is cast to, if it can.
                    let _ = self.table.unify(&from, &to);
                }
                if matches!(self.table.shallow(&to), Ty::Var(_)) { from } else { to }
            }
            ExprKind::If { cond, then, otherwise } => {
                self.expect(cond, &Ty::BOOL)?;
                let then = self.block(then)?;
                let otherwise = match otherwise {
                    Some(otherwise) => self.expr(otherwise)?,
                    None => Ty::UNIT,
                };
                self.join(then, otherwise, expr)?
            }
            ExprKind::Let(pattern, value) => {
                let ty = self.expr(value)?;
                self.pattern(pattern, &ty, span)?;
                Ty::BOOL
            }
            ExprKind::Match(value, arms) => {
                let ty = self.expr(value)?;
                let mut result = Ty::Never;
                for arm in arms {
                    self.pattern(&arm.pattern, &ty, span)?;
                    if let Some(guard) = &arm.guard {
                        self.expect(guard, &Ty::BOOL)?;
                    }
                    let arm = self.expr(&arm.body)?;
                    result = self.join(result, arm, expr)?;
                }
                result
            }
            ExprKind::Block { label: None, body } => self.block(body)?,
            ExprKind::Block { label: Some(label), body } => {
                let result = self.table.any();
                self.labels.insert(*label, result.clone());
                let value = self.block(body)?;
                let end = body.tail.as_ref().map_or(span, |tail| tail.span);
                self.label_value(&result, &value, end)?;
                result
            }
            ExprKind::While { cond, body, .. } => {
                self.expect(cond, &Ty::BOOL)?;
                self.block(body)?;
                Ty::UNIT
            }
            ExprKind::Loop { label, body } => {
                self.block(body)?;
                self.labels.get(label).cloned().unwrap_or(Ty::Never)
            }
            ExprKind::For { pattern, iter, body, .. } => {
                let iter_ty = self.expr(iter)?;
                let Some(item) = self.item_of(&iter_ty) else {
                    return Err(self.not_iterable(iter, &iter_ty));
                };
                self.pattern(pattern, &item, span)?;
                self.block(body)?;
                Ty::UNIT
            }
            ExprKind::Break(label, value) => {
                let value = match value {
                    Some(value) => self.expr(value)?,
                    None => Ty::UNIT,
                };
                let fresh = self.table.any();
                let result = self.labels.entry(*label).or_insert(fresh).clone();
                self.label_value(&result, &value, span)?;
                Ty::Never
            }
            ExprKind::Continue(_) => Ty::Never,
            ExprKind::Return(value) => {
                let value = match value {
                    Some(value) => self.expr(value)?,
                    None => Ty::UNIT,
                };
                let result = self.returns.last().cloned().unwrap_or(Ty::UNIT);
                self.unify(&value, &result, span)?;
                Ty::Never
            }
            ExprKind::Tuple(items) => {
                Ty::Tuple(items.iter().map(|item| self.expr(item)).collect::<Result<_>>()?)
            }
            ExprKind::Array(items) => {
                let item = self.table.any();
                for each in items {
                    self.expect(each, &item)?;
                }
                Ty::Fixed(Box::new(item), items.len())
            }
            ExprKind::Repeat(value, len) => {
                let item = self.expr(value)?;
                Ty::Fixed(Box::new(item), self.unit.constant_len(len)?)
            }
            ExprKind::Struct { ty, fields, base } => {
                let ty = self.structure(*ty)?;
                for (name, value) in fields {
                    let expected = self.field_of(&ty, name).ok_or_else(|| {
                        self.unit.error(value.span, format!("`{ty}` has no field `{name}`"))
                    })?;
                    self.expect(value, &expected)?;
                }
                if let Some(base) = base {
                    self.expect(base, &ty)?;
                }
                ty
            }
            ExprKind::Field(value, name) => {
                let ty = self.value(value)?;
                match self.field_of(&ty, name) {
                    Some(field) => field,
                    None if matches!(ty, Ty::Var(_)) => self.defer(expr),
                    None => {
                        let message = format!("`{}` has no field `{name}`", self.show(&ty));
                        return Err(self.unit.error(span, message));
                    }
                }
            }
            ExprKind::Index(array, index) => self.index(expr, array, index)?,
            ExprKind::Range { start, end, .. } => {
                let item = match (start, end) {
                    (None, None) => Ty::USIZE,
                    _ => self.table.any(),
                };
                for bound in [start, end].into_iter().flatten() {
                    let bound = self.value(bound)?;
                    self.unify(&bound, &item, span)?;
                }
                Ty::Range(Box::new(item))
            }
            ExprKind::MethodCall { receiver, name, types, args } => {
                self.method_call(expr, receiver, name, types, args)?
            }
            ExprKind::Associated { ty, name, args } => self.associated(expr, ty, name, args)?,
            ExprKind::Builtin { name, args } => self.builtin(expr, name, args)?,
            ExprKind::Call { callee, types, args } => self.call(expr, *callee, types, args)?,
            ExprKind::Recurse(args) => {
                for (arg, ty) in args.iter().zip(&self.unit.instance.signature.args) {
                    self.expect(arg, &Ty::from_host(ty))?;
                }
                self.returns[0].clone()
            }
            ExprKind::CallLocal(local, args) => {
                let ty = self.locals[*local as usize].clone();
                match self.peel(&ty) {
                    Ty::Closure(node) => self.call_closure(node, args)?,
                    _ => self.defer(expr),
                }
            }
            ExprKind::Closure { moved, params, body } => {
                let mut tys = Vec::new();
                for (pattern, ty) in params {
                    let ty = match ty {
                        Some(ty) => self.type_expr(ty)?,
                        None => self.table.any(),
                    };
                    self.pattern(pattern, &ty, span)?;
                    tys.push(ty);
                }
                self.closure(expr, moved, tys, body)?
            }
            ExprKind::Ref { mutable, to } => match self.expr(to)? {
                Ty::Array(array) => {
                    let access = if *mutable { Access::Mut } else { Access::Shared };
                    Ty::Array(ArrayTy { access, ..array })
                }
                ty if *mutable => Ty::RefMut(Box::new(ty)),
                ty => ty,
            },
            ExprKind::Deref(value) => match self.table_shallow_of(value)? {
                Ty::RefMut(to) => *to,
                ty => ty,
            },
            ExprKind::Option(Some(value)) => {
                let item = self.expr(value)?;
                Ty::option(item)
            }
            ExprKind::Option(None) => Ty::option(self.table.any()),
            ExprKind::Assert { cond, message, .. } => {
                self.expect(cond, &Ty::BOOL)?;
                for (hole, _) in &message.holes {
                    self.expr(hole)?;
                }
                Ty::UNIT
            }
            ExprKind::AssertCompare { left, right, message, .. } => {
                let left = self.value(left)?;
                let right = self.value(right)?;
                self.unify(&left, &right, span)?;
                for (hole, _) in message.iter().flat_map(|message| &message.holes) {
                    self.expr(hole)?;
                }
                Ty::UNIT
            }
            ExprKind::Panic(message) => {
                for (hole, _) in &message.holes {
                    self.expr(hole)?;
                }
                Ty::Never
            }
            ExprKind::SliceSpec(elems) => self.slice_spec(elems)?,
        })
    }

    /// Gives the places that an assignment writes the types of what they get.
    fn assigned(&mut self, place: &'a Expr, value: &Ty) -> Result<()> {
        let parts: Vec<Ty> = match (&place.kind, self.peel(value)) {
            (ExprKind::Tuple(_), Ty::Tuple(items)) => items,
            (ExprKind::Array(_), Ty::Fixed(item, len)) => vec![*item; len],
            _ => {
                let place_ty = self.expr(place)?;
                return self.unify(&place_ty, value, place.span);
            }
        };
        self.exprs[place.id as usize] = Some(value.clone());
        let (ExprKind::Tuple(places) | ExprKind::Array(places)) = &place.kind else {
            unreachable!("only tuples and arrays come here");
        };
        for (place, at) in assigned_positions(places, parts.len()) {
            self.assigned(place, &parts[at])?;
        }
        Ok(())
    }

    fn table_shallow_of(&mut self, expr: &'a Expr) -> Result<Ty> {
        let ty = self.expr(expr)?;
        Ok(self.table.shallow(&ty))
    }

    pub(super) fn show(&self, ty: &Ty) -> String {
        self.table.resolve(ty).map_or_else(|| self.table.shallow(ty).to_string(), |t| t.to_string())
    }

    /// Infers `expr` and makes it of type `ty`.
    pub(super) fn expect(&mut self, expr: &'a Expr, ty: &Ty) -> Result<()> {
        let found = self.expr(expr)?;
        self.unify(&found, ty, expr.span)
    }

    /// The type of a value that comes from either of two places.
    fn join(&mut self, a: Ty, b: Ty, expr: &Expr) -> Result<Ty> {
        self.unify(&a, &b, expr.span)?;
        let other = matches!(self.table.shallow(&a), Ty::Never) || self.lends_slice(&a, &b);
        Ok(if other { b } else { a })
    }

    /// Whether `[T; N]` of type `a` is lent as a slice where it meets `b`.
    fn lends_slice(&self, a: &Ty, b: &Ty) -> bool {
        matches!((self.peel(a), self.peel(b)), (Ty::Fixed(..), Ty::Array(_)))
    }

    /// Makes `value` the type of what leaves a labelled block or loop.
    fn label_value(&mut self, result: &Ty, value: &Ty, span: Span) -> Result<()> {
        if self.lends_slice(result, value) || self.lends_slice(value, result) {
            let message = "one way out of this block gives an array of fixed size and another one a slice: write `&array[..]`";
            return Err(self.unit.error(span, message.into()));
        }
        self.unify(result, value, span)
    }

    fn literal(&mut self, literal: &Literal) -> Ty {
        match literal {
            Literal::Bool(_) => Ty::BOOL,
            Literal::Int(_, Some(dtype)) | Literal::Float(_, Some(dtype)) => Ty::Scalar(*dtype),
            Literal::Int(_, None) => self.table.int(),
            Literal::Float(_, None) => self.table.float(),
        }
    }

    fn binary(&mut self, op: BinaryOp, left: &'a Expr, right: &'a Expr) -> Result<Ty> {
        let (l, r) = (self.value(left)?, self.value(right)?);
        if let (Ty::Array(_), _) | (_, Ty::Array(_)) = (&l, &r) {
            return self.binary_arrays(&l, &r, left);
        }
        if matches!(op, BinaryOp::Shl | BinaryOp::Shr) {
            return Ok(l);
        }
        let result = match self.with_complex(&l, &r, left)? {
            Some(complex) => complex,
            None => {
                self.unify(&l, &r, left.span)?;
                l
            }
        };
        Ok(if op.is_comparison() { Ty::BOOL } else { result })
    }

    /// The result of arithmetic on a complex number and one of its parts' type.
    fn with_complex(&mut self, l: &Ty, r: &Ty, left: &Expr) -> Result<Option<Ty>> {
        let (complex, part, real) = match (l, r) {
            (Ty::Complex(part), real) | (real, Ty::Complex(part)) => {
                (if matches!(l, Ty::Complex(_)) { l } else { r }, part, real)
            }
            _ => return Ok(None),
        };
        if !matches!(real, Ty::Scalar(_)) && !self.table.is_float_var(real) {
            return Ok(None);
        }
        self.unify(part, real, left.span)?;
        Ok(Some(complex.clone()))
    }

    fn binary_arrays(&mut self, l: &Ty, r: &Ty, left: &Expr) -> Result<Ty> {
        let item = |ty: &Ty| match ty {
            Ty::Array(array) => ((*array.item).clone(), array.rank),
            other => (other.clone(), 0),
        };
        let ((a, rank_a), (b, rank_b)) = (item(l), item(r));
        let item = match self.with_complex(&a, &b, left)? {
            Some(complex) => complex,
            None => {
                self.unify(&a, &b, left.span)?;
                a
            }
        };
        Ok(Ty::array(item, rank_a.max(rank_b), Access::Owned))
    }

    /// The type of a field of a structure or tuple.
    pub(super) fn field_of(&self, ty: &Ty, name: &str) -> Option<Ty> {
        match ty {
            Ty::Struct(ty) => {
                ty.fields.iter().find(|(field, _)| field == name).map(|(_, ty)| ty.clone())
            }
            Ty::Tuple(items) => items.get(name.parse::<usize>().ok()?).cloned(),
            Ty::Complex(part) => matches!(name, "re" | "im").then(|| (**part).clone()),
            _ => None,
        }
    }

    fn index(&mut self, expr: &'a Expr, array: &'a Expr, index: &'a Expr) -> Result<Ty> {
        let base = self.value(array)?;
        let item = match base {
            Ty::Array(ArrayTy { item, slice, rank, access }) => {
                let index_ty = self.value(index)?;
                match index_ty {
                    Ty::Range(bound) => {
                        self.unify(&bound, &Ty::USIZE, index.span)?;
                        return Ok(Ty::Array(ArrayTy { item, rank, access, slice }));
                    }
                    Ty::Tuple(items) => {
                        for each in &items {
                            self.unify(each, &Ty::USIZE, index.span)?;
                        }
                    }
                    Ty::Fixed(each, _) => self.unify(&each, &Ty::USIZE, index.span)?,
                    other => self.unify(&other, &Ty::USIZE, index.span)?,
                }
                *item
            }
            Ty::Fixed(item, _) => match self.value(index)? {
                Ty::Range(bound) => {
                    self.unify(&bound, &Ty::USIZE, index.span)?;
                    return Ok(Ty::Array(ArrayTy {
                        item,
                        rank: 1,
                        access: Access::Mut,
                        slice: true,
                    }));
                }
                other => {
                    self.unify(&other, &Ty::USIZE, index.span)?;
                    *item
                }
            },
            Ty::Var(_) => return Ok(self.defer(expr)),
            other => {
                let message = format!("`{}` cannot be indexed in a kernel", self.show(&other));
                return Err(self.unit.error(expr.span, message));
            }
        };
        Ok(item)
    }

    /// What iterating over a value of type `ty` gives; `None` if it cannot be iterated.
    pub(super) fn item_of(&self, ty: &Ty) -> Option<Ty> {
        let by_mut = |item: Ty, mutable: bool| {
            if mutable { Ty::RefMut(Box::new(item)) } else { item }
        };
        match self.table.shallow(ty) {
            Ty::Range(item) | Ty::Iter(item) => Some(*item),
            Ty::Array(array) => Some(by_mut(*array.item, array.access == Access::Mut)),
            Ty::Fixed(item, _) => Some(*item),
            Ty::RefMut(to) => match self.table.shallow(&to) {
                Ty::Fixed(item, _) => Some(by_mut(*item, true)),
                Ty::Array(array) => Some(by_mut(*array.item, true)),
                other => self.item_of(&other),
            },
            _ => None,
        }
    }

    pub(super) fn not_iterable(&self, expr: &Expr, ty: &Ty) -> crate::error::CompileError {
        self.unit.error(
            expr.span,
            format!(
                "`{}` cannot be iterated in a kernel; loop over a range, an array or a slice",
                self.show(ty)
            ),
        )
    }

    fn slice_spec(&mut self, elems: &'a [SliceElem]) -> Result<Ty> {
        let (mut kept, mut consumed) = (0, 0);
        for elem in elems {
            match elem {
                SliceElem::Index(index) => {
                    consumed += 1;
                    self.value(index)?;
                }
                SliceElem::Range { start, end, step, .. } => {
                    kept += 1;
                    consumed += 1;
                    for part in [start, end, step].into_iter().flatten() {
                        self.value(part)?;
                    }
                }
                SliceElem::NewAxis => kept += 1,
            }
        }
        Ok(Ty::SliceSpec { kept, consumed })
    }

    /// Infers the body of a closure whose parameters are bound already.
    fn closure(
        &mut self,
        expr: &'a Expr,
        moved: &'a [(Pattern, Expr)],
        params: Vec<Ty>,
        body: &'a Expr,
    ) -> Result<Ty> {
        for (inner, outer) in moved {
            let ty = self.expr(outer)?;
            self.pattern(inner, &ty, outer.span)?;
        }
        let result = self.table.any();
        self.returns.push(result.clone());
        let value = self.expr(body);
        self.returns.pop();
        let value = value?;
        self.unify(&result, &value, body.span)?;
        self.closures.insert(expr.id, ClosureTy { params, result });
        Ok(Ty::Closure(expr.id))
    }

    fn call_closure(&mut self, node: u32, args: &'a [Expr]) -> Result<Ty> {
        let ClosureTy { params, result } = self.closures[&node].clone();
        for (arg, param) in args.iter().zip(&params) {
            self.expect(arg, param)?;
        }
        Ok(result)
    }

    /// The result of a closure handed to a method that calls it with `params`.
    pub(super) fn closure_arg(&mut self, arg: &'a Expr, params: &[Ty]) -> Result<Ty> {
        if let ExprKind::Closure { moved, params: patterns, body } = &arg.kind
            && self.exprs[arg.id as usize].is_none()
        {
            for ((pattern, written), ty) in patterns.iter().zip(params) {
                if let Some(written) = written {
                    let written = self.type_expr(written)?;
                    self.unify(&written, ty, arg.span)?;
                }
                self.pattern(pattern, ty, arg.span)?;
            }
            let ty = self.closure(arg, moved, params.to_vec(), body)?;
            self.exprs[arg.id as usize] = Some(ty);
            return Ok(self.closures[&arg.id].result.clone());
        }
        match self.value(arg)? {
            Ty::Closure(node) => {
                let ClosureTy { params: own, result } = self.closures[&node].clone();
                for (own, ty) in own.iter().zip(params) {
                    self.unify(own, ty, arg.span)?;
                }
                Ok(result)
            }
            _ => Err(self.unit.error(
                arg.span,
                "a closure is expected here; write `|x| f(x)` instead of the name of a function"
                    .into(),
            )),
        }
    }
}

/// Which part of a value of `len` parts each place of a tuple or array of places gets; `..`
/// gets none.
pub(crate) fn assigned_positions(places: &[Expr], len: usize) -> Vec<(&Expr, usize)> {
    let is_rest =
        |place: &Expr| matches!(place.kind, ExprKind::Range { start: None, end: None, .. });
    let rest = places.iter().position(is_rest);
    positions(places.len(), rest, len).into_iter().map(|(i, at)| (&places[i], at)).collect()
}

/// Whether an expression is a number, perhaps with a minus.
fn is_literal(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Literal(_) => true,
        ExprKind::Unary(_, operand) => is_literal(operand),
        _ => false,
    }
}
