//! Type inference: the type of every expression and binding of a kernel, given the types of
//! its arguments, as rustc found them when it checked the function.
//!
//! One walk over the tree unifies types as they come; a method call or field of a type not
//! known yet is put off and tried again until nothing changes; literals without evidence then
//! get `i32` and `f64`, and what is still open after that is an error.

mod call;
mod complex;
pub(crate) mod expr;
mod integer;
mod method;
pub(crate) mod pattern;
mod reduce;
pub(crate) mod ty;

use crate::error::CompileError;
use crate::unit::Unit;
use mambo_ir::kernel::{Block, Expr, LabelId, NodeId, Stmt, TypeExpr, TypeId};
use mambo_ir::signature::Access;
use mambo_ir::{Dtype, Span, kernel::ArrayHolder};
use rustc_hash::FxHashMap;
use ty::{ArrayTy, Table, Ty};

/// The types of a kernel.
#[derive(Debug)]
pub(crate) struct Types {
    /// Of every expression, by node.
    pub(crate) exprs: Vec<Ty>,
    /// Of every binding.
    pub(crate) locals: Vec<Ty>,
    /// Generic arguments of the kernels called, by the node of the call.
    pub(crate) call_generics: FxHashMap<NodeId, Vec<Ty>>,
    /// Types of the parameters of the kernels called, by the node of the call.
    pub(crate) call_params: FxHashMap<NodeId, Vec<Ty>>,
}

/// Infers the types of `unit`.
///
/// # Errors
/// If the kernel uses something that its types do not have in the kernel language.
pub(crate) fn infer(unit: &Unit) -> Result<Types> {
    let mut infer = Infer {
        unit,
        table: Table::default(),
        exprs: vec![None; unit.kernel.nodes as usize],
        locals: Vec::new(),
        labels: FxHashMap::default(),
        closures: FxHashMap::default(),
        call_generics: FxHashMap::default(),
        call_params: FxHashMap::default(),
        pending: Vec::new(),
        returns: vec![Ty::from_host(&unit.instance.signature.result)],
    };
    infer.locals = unit.kernel.locals.iter().map(|_| infer.table.any()).collect();
    infer.kernel()?;
    infer.finish()
}

struct Infer<'a> {
    unit: &'a Unit,
    table: Table,
    exprs: Vec<Option<Ty>>,
    locals: Vec<Ty>,
    /// The value of each labelled block and loop.
    labels: FxHashMap<LabelId, Ty>,
    closures: FxHashMap<NodeId, ClosureTy>,
    call_generics: FxHashMap<NodeId, Vec<Ty>>,
    call_params: FxHashMap<NodeId, Vec<Ty>>,
    /// Expressions whose type waits for that of another one.
    pending: Vec<&'a Expr>,
    /// Result types of the function and of the closures around the current place.
    returns: Vec<Ty>,
}

/// The type of a closure.
#[derive(Clone)]
struct ClosureTy {
    params: Vec<Ty>,
    result: Ty,
}

type Result<T> = std::result::Result<T, CompileError>;

impl<'a> Infer<'a> {
    /// A structure by the name in an expression or pattern. For complex numbers of unknown parts
    /// those of `f64` are named.
    fn structure(&mut self, id: TypeId) -> Result<Ty> {
        let ty = Ty::from_host(self.unit.host_type(id)?);
        Ok(match &ty {
            Ty::Complex(part) if part.as_scalar() == Some(Dtype::F64) => {
                Ty::Complex(Box::new(self.table.float()))
            }
            _ => ty,
        })
    }

    fn kernel(&mut self) -> Result<()> {
        let kernel = &self.unit.kernel;
        for (pattern, ty) in kernel.params.iter().zip(&self.unit.instance.signature.args) {
            self.pattern(pattern, &Ty::from_host(ty), kernel.span)?;
        }
        let value = self.block(&kernel.body)?;
        let result = self.returns[0].clone();
        self.unify(&value, &result, kernel.span)?;
        self.settle()?;
        self.table.default_literals();
        self.settle()?;
        match self.pending.first() {
            Some(expr) => Err(self.unit.error(
                expr.span,
                "the type of this expression is not known here; write it in a `let` before".into(),
            )),
            None => Ok(()),
        }
    }

    /// Tries what was put off until nothing changes.
    fn settle(&mut self) -> Result<()> {
        loop {
            let pending = std::mem::take(&mut self.pending);
            let before = pending.len();
            for expr in pending {
                let open = self.exprs[expr.id as usize].clone();
                self.exprs[expr.id as usize] = None;
                let found = self.expr_kind(expr)?;
                let found = match open {
                    Some(open) => {
                        self.unify(&open, &found, expr.span)?;
                        open
                    }
                    None => found,
                };
                self.exprs[expr.id as usize] = Some(found);
            }
            if self.pending.len() == before {
                return Ok(());
            }
        }
    }

    fn finish(self) -> Result<Types> {
        let resolve = |ty: &Ty| self.table.resolve(ty);
        // Expressions of an unused binding may stay open; lowering never asks for them.
        let exprs = self
            .exprs
            .iter()
            .map(|ty| ty.as_ref().and_then(resolve).unwrap_or(Ty::Never))
            .collect();
        let locals = self.locals.iter().map(|ty| resolve(ty).unwrap_or(Ty::Never)).collect();
        let by_call = |types: &FxHashMap<NodeId, Vec<Ty>>| {
            types
                .iter()
                .map(|(node, types)| (*node, types.iter().filter_map(resolve).collect()))
                .collect()
        };
        let call_generics = by_call(&self.call_generics);
        let call_params = by_call(&self.call_params);
        Ok(Types { exprs, locals, call_generics, call_params })
    }

    fn unify(&mut self, a: &Ty, b: &Ty, span: Span) -> Result<()> {
        self.table.unify(a, b).map_err(|_| {
            let show =
                |ty| self.table.resolve(ty).map_or("an unknown type".into(), |t| t.to_string());
            self.unit.error(span, format!("`{}` and `{}` do not agree here", show(a), show(b)))
        })
    }

    fn block(&mut self, block: &'a Block) -> Result<Ty> {
        let mut diverges = false;
        for stmt in &block.stmts {
            match stmt {
                Stmt::Let { pattern, ty, init, otherwise } => {
                    let declared = match ty {
                        Some(ty) => self.type_expr(ty)?,
                        None => self.table.any(),
                    };
                    let mut span = self.unit.kernel.span;
                    if let Some(init) = init {
                        let ty = self.expr(init)?;
                        diverges |= matches!(self.table.shallow(&ty), Ty::Never);
                        span = init.span;
                        // A binding keeps `&mut`, which unification looks through.
                        if matches!(self.table.shallow(&declared), Ty::Var(_)) {
                            self.unify(&declared, &ty, span)?;
                        } else {
                            self.unify(&ty, &declared, span)?;
                        }
                    }
                    self.pattern(pattern, &declared, span)?;
                    if let Some(otherwise) = otherwise {
                        self.block(otherwise)?;
                    }
                }
                Stmt::Expr(expr) => {
                    let ty = self.expr(expr)?;
                    diverges |= matches!(self.table.shallow(&ty), Ty::Never);
                }
            }
        }
        match &block.tail {
            Some(tail) => self.expr(tail),
            None if diverges => Ok(Ty::Never),
            None => Ok(Ty::UNIT),
        }
    }

    /// A type as written.
    fn type_expr(&mut self, ty: &TypeExpr) -> Result<Ty> {
        let unit = self.unit;
        let generics: Vec<Ty> =
            unit.instance.signature.generics.iter().map(Ty::from_host).collect();
        self.type_expr_in(ty, unit, &generics)
    }

    /// A type as written in the kernel of `unit`, with its generic parameters replaced.
    fn type_expr_in(&mut self, ty: &TypeExpr, unit: &Unit, generics: &[Ty]) -> Result<Ty> {
        let each = |infer: &mut Self, ty: &TypeExpr| infer.type_expr_in(ty, unit, generics);
        Ok(match ty {
            TypeExpr::Infer => self.table.any(),
            TypeExpr::Scalar(dtype) => Ty::Scalar(*dtype),
            TypeExpr::Generic(index) => generics[*index as usize].clone(),
            TypeExpr::Host(id) => Ty::from_host(unit.host_type(*id)?),
            TypeExpr::Tuple(items) => {
                Ty::Tuple(items.iter().map(|item| each(self, item)).collect::<Result<_>>()?)
            }
            TypeExpr::FixedArray(item, len) => {
                Ty::Fixed(Box::new(each(self, item)?), unit.constant_len(len)?)
            }
            TypeExpr::Option(item) => Ty::option(each(self, item)?),
            TypeExpr::Complex(part) => Ty::Complex(Box::new(each(self, part)?)),
            TypeExpr::Ref { mutable, to } => match each(self, to)? {
                Ty::Array(array) => {
                    let access = if *mutable { Access::Mut } else { Access::Shared };
                    Ty::Array(ArrayTy { access, ..array })
                }
                to if *mutable => Ty::RefMut(Box::new(to)),
                to => to,
            },
            TypeExpr::Slice(item) => Ty::Array(ArrayTy {
                item: Box::new(each(self, item)?),
                rank: 1,
                access: Access::Shared,
                slice: true,
            }),
            TypeExpr::Array { holder, item, rank } => {
                let access = match holder {
                    ArrayHolder::Owned => Access::Owned,
                    ArrayHolder::View | ArrayHolder::Ref => Access::Shared,
                    ArrayHolder::ViewMut => Access::Mut,
                };
                match rank {
                    Some(rank) => Ty::array(each(self, item)?, *rank, access),
                    None => self.table.any(),
                }
            }
        })
    }
}
