//! Lowers expressions, each kind by its own rule.

use super::place::describe;
use super::value::{Place, RangeVal, Val};
use super::{Lower, Result};
use crate::infer::ty::Ty;
use crate::source::Capture;
use mambo_ir::function::{Binary, Compare, Terminator, Value};
use mambo_ir::kernel::{self, Block, Expr, ExprKind, Literal, Message, Stmt};
use mambo_ir::{Const, Dtype, SiteKind, Type};

impl<'u> Lower<'_, 'u> {
    /// The inferred type of an expression.
    pub(super) fn ty(&self, expr: &Expr) -> &'u Ty {
        &self.types.exprs[expr.id as usize]
    }

    /// The inferred type of an expression, `&mut` looked through.
    pub(super) fn value_ty(&self, expr: &Expr) -> &'u Ty {
        let mut ty = self.ty(expr);
        while let Ty::RefMut(to) = ty {
            ty = to;
        }
        ty
    }

    /// Statements and value of a block. Arrays that belong to the block are freed at its end.
    pub(super) fn block(&mut self, block: &'u Block) -> Result<Val> {
        let mut declared = Vec::new();
        for stmt in &block.stmts {
            match stmt {
                Stmt::Let { pattern, init, otherwise, .. } => {
                    self.let_stmt(pattern, init.as_ref(), otherwise.as_ref())?;
                    super::walk::bound(pattern, &mut declared);
                }
                Stmt::Expr(expr) => {
                    self.expr(expr)?;
                }
            }
        }
        let value = match &block.tail {
            Some(tail) => {
                let value = self.expr(tail)?;
                self.own_temporary(value)?
            }
            None => Val::UNIT,
        };
        self.free_locals(&declared);
        Ok(value)
    }

    /// A block's value must not be a place whose array ends with the block.
    fn own_temporary(&mut self, value: Val) -> Result<Val> {
        match value {
            Val::Memory(_) => self.own(value),
            other => Ok(other),
        }
    }

    /// The value of an expression.
    pub(super) fn expr(&mut self, expr: &'u Expr) -> Result<Val> {
        let before = self.enter(expr.span);
        let value = self.expr_kind(expr)?;
        self.enter(before);
        Ok(value)
    }

    /// The value of an expression that is a scalar.
    pub(super) fn scalar_expr(&mut self, expr: &'u Expr) -> Result<Value> {
        let value = self.expr(expr)?;
        self.scalar(value)
    }

    fn expr_kind(&mut self, expr: &'u Expr) -> Result<Val> {
        Ok(match &expr.kind {
            ExprKind::Literal(literal) => {
                Val::Scalar(self.literal(literal, false, self.value_ty(expr))?)
            }
            ExprKind::Local(local) => match &self.env[*local as usize] {
                Some(Val::Memory(memory)) => {
                    let memory = memory.clone();
                    self.read_memory(&memory)
                }
                Some(value) => value.clone(),
                None => return self.error(expr.span, "this binding has no value here"),
            },
            ExprKind::Capture(id) if self.tables.contains_key(id) => {
                Val::Memory(self.tables[id].clone())
            }
            ExprKind::Capture(id) => {
                let capture = self.unit.capture(*id, expr.span)?;
                self.capture(&capture)
            }
            ExprKind::Field(..) | ExprKind::Index(..) => {
                let place = self.place(expr)?;
                self.read(&place)?
            }
            ExprKind::Deref(inner) => {
                let value = self.expr(inner)?;
                self.loaded(value)?
            }
            ExprKind::Unary(op, operand) => self.unary(*op, operand)?,
            ExprKind::Binary(op, left, right) => self.binary(*op, left, right)?,
            ExprKind::Logical { and, left, right } => self.logical(expr, *and, left, right)?,
            ExprKind::Assign(place, value) => {
                let value = self.expr(value)?;
                let value = self.loaded(value)?;
                self.assign(place, value)?;
                Val::UNIT
            }
            ExprKind::AssignOp(op, place, value) => {
                self.assign_op(*op, place, value)?;
                Val::UNIT
            }
            ExprKind::Underscore => Val::UNIT,
            ExprKind::Cast(value, _) => {
                let value = self.scalar_expr(value)?;
                match self.value_ty(expr).as_scalar() {
                    Some(dtype) => Val::Scalar(self.cast(value, dtype)),
                    None => return self.error(expr.span, "`as` is for numbers in a kernel"),
                }
            }
            ExprKind::If { cond, then, otherwise } => {
                self.if_expr(expr, cond, then, otherwise.as_deref())?
            }
            ExprKind::Let(pattern, value) => {
                let value = self.matched_value(value)?;
                let test = self.test(pattern, &value)?;
                self.bind(pattern, value)?;
                Val::Scalar(test)
            }
            ExprKind::Match(value, arms) => self.match_expr(expr, value, arms)?,
            ExprKind::Block { label: None, body } => self.block(body)?,
            ExprKind::Block { label: Some(label), body } => {
                self.labelled_block(expr, *label, body)?
            }
            ExprKind::While { label, cond, body } => self.while_loop(*label, cond, body)?,
            ExprKind::Loop { label, body } => self.endless_loop(expr, *label, body)?,
            ExprKind::For { label, pattern, iter, body } => {
                self.for_loop(*label, pattern, iter, body)?
            }
            ExprKind::Break(label, value) => self.break_to(*label, value.as_deref())?,
            ExprKind::Continue(label) => self.continue_to(*label)?,
            ExprKind::Return(value) => self.return_expr(value.as_deref())?,
            ExprKind::Tuple(items) => Val::Group(
                items
                    .iter()
                    .map(|item| {
                        let value = self.expr(item)?;
                        self.own(value)
                    })
                    .collect::<Result<_>>()?,
            ),
            ExprKind::Array(items) => {
                self.check_items(expr)?;
                let values: Vec<Val> = items
                    .iter()
                    .map(|item| {
                        let value = self.expr(item)?;
                        self.loaded(value)
                    })
                    .collect::<Result<_>>()?;
                let memory = self.new_memory(self.ty(expr));
                for (index, value) in values.into_iter().enumerate() {
                    let index = self.b.index(index);
                    let part = self.memory_item(&memory, index);
                    self.write_memory(&part, value);
                }
                Val::Memory(memory)
            }
            ExprKind::Repeat(value, _) => {
                self.check_items(expr)?;
                let value = self.expr(value)?;
                let value = self.loaded(value)?;
                let memory = self.new_memory(self.ty(expr));
                self.fill_memory(&memory, value);
                Val::Memory(memory)
            }
            ExprKind::Struct { fields, base, .. } => {
                self.structure(expr, fields, base.as_deref())?
            }
            ExprKind::Range { start, end, inclusive } => {
                let Ty::Range(item) = self.ty(expr) else {
                    return self.error(expr.span, "the type of this range is not known");
                };
                let start = start.as_ref().map(|e| self.scalar_expr(e)).transpose()?;
                let end = end.as_ref().map(|e| self.scalar_expr(e)).transpose()?;
                let dtype = item.as_scalar().unwrap_or(Dtype::Usize);
                Val::Range(RangeVal { start, end, inclusive: *inclusive, dtype })
            }
            ExprKind::MethodCall { receiver, name, args, .. } => {
                self.method_call(expr, receiver, name, args)?
            }
            ExprKind::Associated { ty, name, args } => self.associated(expr, ty, name, args)?,
            ExprKind::Builtin { name, args } => self.builtin(expr, name, args)?,
            ExprKind::Call { callee, args, .. } => self.call(expr, *callee, args)?,
            ExprKind::Recurse(args) => self.recurse(args)?,
            ExprKind::CallLocal(local, args) => {
                let node = match &self.env[*local as usize] {
                    Some(Val::Closure(node)) => *node,
                    _ => return self.error(expr.span, "this binding is not a closure"),
                };
                let args = args
                    .iter()
                    .map(|arg| {
                        let value = self.expr(arg)?;
                        self.own(value)
                    })
                    .collect::<Result<_>>()?;
                self.call_closure(node, args)?
            }
            ExprKind::Closure { moved, .. } => {
                for (inner, outer) in moved {
                    self.let_stmt(inner, Some(outer), None)?;
                }
                self.closures.insert(expr.id, expr);
                Val::Closure(expr.id)
            }
            ExprKind::Ref { mutable, to } => {
                if *mutable && matches!(self.value_ty(to), Ty::Range(_) | Ty::Iter(_)) {
                    return self.error(
                        expr.span,
                        "an iterator cannot be lent with `&mut` in a kernel: make it where it is used, or write a loop",
                    );
                }
                let place = self.place(to)?;
                match (mutable, place) {
                    (_, Place::Array(array)) => Val::Array(array),
                    (true, Place::Temporary(value)) => *value,
                    (true, place) => Val::Place(place),
                    (false, place) => self.read(&place)?,
                }
            }
            ExprKind::Option(Some(value)) => {
                let value = self.expr(value)?;
                let item = Box::new(self.own(value)?);
                Val::Option { some: self.b.constant(true), item }
            }
            ExprKind::Option(None) => self.anything(self.ty(expr)),
            ExprKind::Assert { cond, message, debug } => {
                if !debug || self.unit.source.debug_assertions {
                    let cond = self.condition(cond)?;
                    self.assert_with(cond, message)?;
                }
                Val::UNIT
            }
            ExprKind::AssertCompare { equal, left, right, message, debug } => {
                if !debug || self.unit.source.debug_assertions {
                    self.assert_compare(*equal, left, right, message.as_ref())?;
                }
                Val::UNIT
            }
            ExprKind::Panic(message) => {
                let (kind, operands) = self.message(message)?;
                let site = self.site(kind);
                self.kill(Terminator::Panic { site, operands });
                let ty = self.ty(expr).clone();
                self.anything(&ty)
            }
            ExprKind::SliceSpec(_) => {
                return self.error(expr.span, "`s![…]` stands in a call of `slice` only");
            }
        })
    }

    fn structure(
        &mut self,
        expr: &'u Expr,
        fields: &'u [(String, Expr)],
        base: Option<&'u Expr>,
    ) -> Result<Val> {
        let Some(names) = self.ty(expr).field_names() else {
            return self.error(expr.span, "this is not a structure");
        };
        let mut values: Vec<Option<Val>> = vec![None; names.len()];
        for (name, value) in fields {
            let value = self.expr(value)?;
            let value = self.own(value)?;
            if let Some(index) = names.iter().position(|field| field == name) {
                values[index] = Some(value);
            }
        }
        if let Some(base) = base {
            let base = self.expr(base)?;
            for (slot, value) in values.iter_mut().zip(self.fields(base)?) {
                slot.get_or_insert(value);
            }
        }
        match values.into_iter().collect() {
            Some(values) => Ok(Val::Group(values)),
            None => self.error(expr.span, "a field of this structure has no value"),
        }
    }

    /// The constant a literal of type `ty` stands for.
    pub(super) fn literal(&mut self, literal: &Literal, negative: bool, ty: &Ty) -> Result<Value> {
        match literal_const(literal, negative, ty.as_scalar()) {
            Some(value) => Ok(self.b.constant(value)),
            None => self.error(self.span, "this literal does not fit its type"),
        }
    }

    /// The value of a host constant.
    pub(super) fn capture(&mut self, capture: &Capture) -> Val {
        fn build(
            lower: &mut Lower<'_, '_>,
            ty: &Type,
            scalars: &mut impl Iterator<Item = Const>,
        ) -> Val {
            match ty {
                Type::Tuple(items) => {
                    Val::Group(items.iter().map(|item| build(lower, item, scalars)).collect())
                }
                Type::Struct(ty) => Val::Group(
                    ty.fields.iter().map(|(_, field)| build(lower, field, scalars)).collect(),
                ),
                Type::Complex(part) => {
                    let part = Type::Scalar(*part);
                    Val::Group((0..2).map(|_| build(lower, &part, scalars)).collect())
                }
                Type::FixedArray(item, len) => {
                    let memory = lower.new_memory(&Ty::from_host(ty));
                    for index in 0..*len {
                        let value = build(lower, item, scalars);
                        let index = lower.b.index(index);
                        let part = lower.memory_item(&memory, index);
                        lower.write_memory(&part, value);
                    }
                    Val::Memory(memory)
                }
                _ => {
                    let value = scalars.next().expect("a scalar for each leaf of the type");
                    Val::Scalar(lower.b.constant(value))
                }
            }
        }
        build(self, &capture.ty, &mut capture.scalars.iter().copied())
    }

    fn logical(
        &mut self,
        expr: &'u Expr,
        and: bool,
        left: &'u Expr,
        right: &'u Expr,
    ) -> Result<Val> {
        let left = self.condition(left)?;
        if is_cheap(right) {
            let right = self.condition(right)?;
            let op = if and { Binary::And } else { Binary::Or };
            return Ok(Val::Scalar(self.b.binary(op, left, right)));
        }
        let carried = self.carried(self.assignments.within(&[right], &[]));
        let short = |lower: &mut Self| Ok(Val::Scalar(lower.b.constant(!and)));
        let long = |lower: &mut Self| Ok(Val::Scalar(lower.condition(right)?));
        let ty = self.ty(expr);
        if and {
            self.branch(left, &carried, ty, long, short)
        } else {
            self.branch(left, &carried, ty, short, long)
        }
    }

    /// A condition as a `bool`.
    /// Whether the array literal `expr` holds values only.
    fn check_items(&self, expr: &'u Expr) -> Result<()> {
        match self.ty(expr) {
            Ty::Fixed(item, _) if !item.is_plain() => self.error(
                expr.span,
                format!("`[T; N]` of a kernel holds numbers and what is made of them, not `{item}`: use a tuple"),
            ),
            _ => Ok(()),
        }
    }

    pub(super) fn condition(&mut self, expr: &'u Expr) -> Result<Value> {
        self.scalar_expr(expr)
    }

    fn assert_with(&mut self, cond: Value, message: &'u Message) -> Result<()> {
        self.assert_built(cond, Some(message), |lower| lower.message(message))
    }

    /// Panics with what `build` gives unless `cond` is true. Arguments of a message are
    /// evaluated only if it is needed; those that are more than a mention of something go into
    /// a branch of their own.
    fn assert_built(
        &mut self,
        cond: Value,
        message: Option<&Message>,
        build: impl FnOnce(&mut Self) -> Result<(SiteKind, Vec<Value>)>,
    ) -> Result<()> {
        let mut holes = message.iter().flat_map(|message| &message.holes);
        if holes.all(|(hole, _)| is_cheap(hole)) {
            let (kind, operands) = build(self)?;
            self.assert(cond, kind, operands);
            return Ok(());
        }
        let pass = |_: &mut Self| Ok(Val::UNIT);
        let fail = |lower: &mut Self| {
            let (kind, operands) = build(lower)?;
            let site = lower.site(kind);
            lower.kill(Terminator::Panic { site, operands });
            Ok(Val::UNIT)
        };
        self.branch(cond, &[], &Ty::UNIT, pass, fail)?;
        Ok(())
    }

    fn assert_compare(
        &mut self,
        equal: bool,
        left: &'u Expr,
        right: &'u Expr,
        message: Option<&'u Message>,
    ) -> Result<()> {
        let (l, r) = (self.expr(left)?, self.expr(right)?);
        let (l, r) = (self.loaded(l)?, self.loaded(r)?);
        let same = self.equal(&l, &r)?;
        let cond = if equal { same } else { self.b.unary(mambo_ir::function::Unary::Not, same) };
        let operator = if equal { "==" } else { "!=" };
        if let (None, Val::Scalar(l), Val::Scalar(r)) = (message, &l, &r) {
            let kind =
                SiteKind::AssertCompare { operator: operator.into(), dtype: self.b.func.dtype(*l) };
            self.assert(cond, kind, vec![*l, *r]);
            return Ok(());
        }
        self.assert_built(cond, message, |lower| {
            let (kind, mut operands) = match message {
                Some(message) => lower.message(message)?,
                None => (SiteKind::Message { parts: vec![String::new()], holes: vec![] }, vec![]),
            };
            let SiteKind::Message { mut parts, mut holes } = kind else {
                unreachable!("messages are of this kind");
            };
            let colon = if message.is_some() { ": " } else { "" };
            parts[0].insert_str(0, &format!("assertion `left {operator} right` failed{colon}"));
            for (name, expr, value) in [("  left", left, l), (" right", right, r)] {
                let last = parts.last_mut().expect("a message has a part more than holes");
                last.push_str(&format!("\n{name}: "));
                match value {
                    Val::Scalar(value) => {
                        holes.push((lower.b.func.dtype(value), "?".into()));
                        operands.push(value);
                        parts.push(String::new());
                    }
                    _ => last.push_str(&format!("`{}`", describe(lower.unit, expr))),
                }
            }
            Ok((SiteKind::Message { parts, holes }, operands))
        })
    }

    /// A message with its operands evaluated.
    fn message(&mut self, message: &'u Message) -> Result<(SiteKind, Vec<Value>)> {
        let mut parts = message.parts.clone();
        let mut holes = Vec::new();
        let mut operands = Vec::new();
        for (index, (hole, spec)) in message.holes.iter().enumerate() {
            let value = self.expr(hole)?;
            let Val::Scalar(value) = self.loaded(value)? else {
                return self.error(
                    hole.span,
                    "only numbers and bools can be written in a message of a kernel",
                );
            };
            if operands.len() == mambo_ir::site::MAX_OPERANDS {
                return self.error(hole.span, "a message of a kernel holds at most 8 values");
            }
            debug_assert!(index < parts.len());
            holes.push((self.b.func.dtype(value), spec.clone()));
            operands.push(value);
        }
        parts.truncate(holes.len() + 1);
        Ok((SiteKind::Message { parts, holes }, operands))
    }

    /// Whether two values of one type are equal, part by part.
    pub(super) fn equal(&mut self, a: &Val, b: &Val) -> Result<Value> {
        let (a, b) = (self.loaded(a.clone())?, self.loaded(b.clone())?);
        match (a, b) {
            (Val::Scalar(a), Val::Scalar(b)) => Ok(self.b.compare(Compare::Eq, a, b)),
            (Val::Group(a), Val::Group(b)) => {
                let mut all = self.b.constant(true);
                for (a, b) in a.iter().zip(&b) {
                    let same = self.equal(a, b)?;
                    all = self.b.binary(Binary::And, all, same);
                }
                Ok(all)
            }
            (Val::Option { some: s, item: a }, Val::Option { some: t, item: b }) => {
                let items = self.equal(&a, &b)?;
                let both = self.b.binary(Binary::And, s, t);
                let items = self.b.binary(Binary::And, items, both);
                let either = self.b.binary(Binary::Or, s, t);
                let neither = self.b.unary(mambo_ir::function::Unary::Not, either);
                Ok(self.b.binary(Binary::Or, items, neither))
            }
            (Val::Memory(a), Val::Memory(b)) => {
                let Ty::Fixed(_, len) = a.ty else {
                    return self.error(self.span, "these values cannot be compared");
                };
                let mut all = self.b.constant(true);
                for index in 0..len {
                    let index = self.b.index(index);
                    let (a, b) = (self.memory_item(&a, index), self.memory_item(&b, index));
                    let (a, b) = (self.read_memory(&a), self.read_memory(&b));
                    let same = self.equal(&a, &b)?;
                    all = self.b.binary(Binary::And, all, same);
                }
                Ok(all)
            }
            _ => self.error(
                self.span,
                "these values cannot be compared in a kernel; compare their elements",
            ),
        }
    }

    fn let_stmt(
        &mut self,
        pattern: &'u kernel::Pattern,
        init: Option<&'u Expr>,
        otherwise: Option<&'u Block>,
    ) -> Result<()> {
        let Some(init) = init else { return self.bind_anything(pattern) };
        let value = self.expr(init)?;
        if self.dead && matches!(self.ty(init), Ty::Never) {
            return self.bind_anything(pattern);
        }
        let value = if is_reference(&value, self.ty(init)) { value } else { self.loaded(value)? };
        if let Some(otherwise) = otherwise {
            let test = self.test(pattern, &value)?;
            let pass = |_: &mut Self| Ok(Val::UNIT);
            let fail = |lower: &mut Self| lower.block(otherwise);
            self.branch(test, &[], &Ty::UNIT, pass, fail)?;
        }
        self.bind(pattern, value)
    }

    /// Binds names that have no value yet, or never will.
    fn bind_anything(&mut self, pattern: &'u kernel::Pattern) -> Result<()> {
        let mut locals = Vec::new();
        super::walk::bound(pattern, &mut locals);
        for local in locals {
            let ty = &self.types.locals[local as usize];
            let value = self.anything(ty);
            self.set_local(local, value)?;
        }
        Ok(())
    }
}

/// Whether a value is a `&mut` that a binding keeps as such.
fn is_reference(value: &Val, ty: &Ty) -> bool {
    matches!(value, Val::Place(_)) && matches!(ty, Ty::RefMut(_))
}

/// Whether an expression costs next to nothing and cannot panic or change anything.
pub(super) fn is_cheap(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Literal(_) | ExprKind::Local(_) | ExprKind::Capture(_) => true,
        ExprKind::Field(base, _) | ExprKind::Deref(base) => is_cheap(base),
        ExprKind::Ref { mutable: false, to } => is_cheap(to),
        ExprKind::Unary(_, operand) | ExprKind::Cast(operand, _) => is_cheap(operand),
        ExprKind::Binary(op, a, b) => {
            !matches!(op, kernel::BinaryOp::Div | kernel::BinaryOp::Rem)
                && is_cheap(a)
                && is_cheap(b)
        }
        ExprKind::Logical { left, right, .. } => is_cheap(left) && is_cheap(right),
        ExprKind::MethodCall { receiver, name, args, .. } => {
            matches!(name.as_str(), "len" | "nrows" | "ncols" | "is_nan" | "is_empty" | "abs")
                && args.is_empty()
                && is_cheap(receiver)
        }
        _ => false,
    }
}

/// The value of a literal of type `dtype`.
pub(super) fn literal_const(
    literal: &Literal,
    negative: bool,
    dtype: Option<Dtype>,
) -> Option<Const> {
    let dtype = dtype?;
    Some(match literal {
        Literal::Bool(value) => Const::bool(*value),
        Literal::Int(value, _) if dtype.is_float() => {
            let sign = if negative { -1.0 } else { 1.0 };
            match dtype {
                Dtype::F32 => Const::f32(*value as f32 * sign as f32),
                _ => Const::f64(*value as f64 * sign),
            }
        }
        Literal::Int(value, _) => {
            let value = if negative { value.wrapping_neg() } else { *value };
            Const::from_bits(dtype, value)
        }
        Literal::Float(text, _) => match dtype {
            Dtype::F32 => {
                let value: f32 = text.parse().ok()?;
                Const::f32(if negative { -value } else { value })
            }
            Dtype::F64 => {
                let value: f64 = text.parse().ok()?;
                Const::f64(if negative { -value } else { value })
            }
            _ => return None,
        },
    })
}
