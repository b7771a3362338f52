//! The types of calls: of kernels, host functions, associated functions and builtins.

use super::ty::Ty;
use super::{Infer, Result};
use crate::source::Callee;
use crate::unit::Unit;
use mambo_ir::Dtype;
use mambo_ir::kernel::{CalleeId, Expr, TypeExpr};
use mambo_ir::signature::Access;

impl<'a> Infer<'a> {
    /// `callee::<types>(args)`.
    pub(super) fn call(
        &mut self,
        expr: &'a Expr,
        callee: CalleeId,
        types: &[TypeExpr],
        args: &'a [Expr],
    ) -> Result<Ty> {
        let unit = self.unit;
        let CalleeInfo { params, result } = match &unit.callee(callee).callee {
            Callee::Host(host) => CalleeInfo {
                params: host.params.iter().map(Ty::from_host).collect(),
                result: Ty::from_host(&host.result),
            },
            Callee::Kernel(_) => self.kernel_callee(expr, callee, types)?,
            Callee::Elementary(name) => self.elementary_callee(expr, name, types)?,
            Callee::Hides(hidden) => {
                let message = format!(
                    "the `{hidden}` of this function body hides a kernel `{hidden}` outside, and only one of the two can be found: give one another name"
                );
                return Err(unit.error(expr.span, message));
            }
            Callee::Unresolved => {
                let name = &unit.kernel.callees[callee as usize];
                let message = format!(
                    "the type of `{name}` depends on a generic parameter; make it a kernel or call a function without generic parameters"
                );
                return Err(unit.error(expr.span, message));
            }
        };
        if params.len() != args.len() {
            let message = format!("{} arguments expected, {} given", params.len(), args.len());
            return Err(unit.error(expr.span, message));
        }
        for (arg, param) in args.iter().zip(&params) {
            self.expect(arg, param)?;
        }
        Ok(result)
    }

    /// An elementary function is one of `f32` and of `f64`.
    fn elementary_callee(
        &mut self,
        expr: &Expr,
        name: &str,
        types: &[TypeExpr],
    ) -> Result<CalleeInfo> {
        let own = self.table.float();
        for written in types {
            let written = self.type_expr(written)?;
            self.unify(&own, &written, expr.span)?;
        }
        let params = match name {
            "pow" | "atan2" | "hypot" | "log_add_exp" => vec![own.clone(), own.clone()],
            "powi" => vec![own.clone(), Ty::Scalar(Dtype::I32)],
            _ => vec![own.clone()],
        };
        let result = if name == "sin_cos" { Ty::Tuple(vec![own.clone(), own]) } else { own };
        Ok(CalleeInfo { params, result })
    }

    fn kernel_callee(
        &mut self,
        expr: &Expr,
        callee: CalleeId,
        types: &[TypeExpr],
    ) -> Result<CalleeInfo> {
        let callee = self.unit.callee(callee);
        let (Callee::Kernel(source), Some(kernel)) = (&callee.callee, &callee.kernel) else {
            unreachable!("only kernels come here");
        };
        let mut generics: Vec<Ty> = kernel.generics.iter().map(|_| self.table.any()).collect();
        for (generic, written) in generics.iter_mut().zip(types) {
            let written = self.type_expr(written)?;
            self.unify(generic, &written, expr.span)?;
        }
        let unit = Unit::for_types(source, kernel.clone());
        let params: Vec<Ty> = kernel
            .param_types
            .iter()
            .map(|ty| self.type_expr_in(ty, &unit, &generics))
            .collect::<Result<_>>()?;
        let result = self.type_expr_in(&kernel.result, &unit, &generics)?;
        self.call_generics.insert(expr.id, generics);
        self.call_params.insert(expr.id, params.clone());
        Ok(CalleeInfo { params, result })
    }

    /// `Type::name(args)`.
    pub(super) fn associated(
        &mut self,
        expr: &'a Expr,
        ty: &TypeExpr,
        name: &str,
        args: &'a [Expr],
    ) -> Result<Ty> {
        if let TypeExpr::Array { item, .. } = ty {
            return self.array_constructor(expr, item, name, args);
        }
        let ty = self.type_expr(ty)?;
        if let Ty::Complex(part) = self.table.shallow(&ty) {
            return self.complex_function(expr, &part, name, args);
        }
        let Ty::Scalar(dtype) = self.table.shallow(&ty) else {
            let message = format!("`{}` has no function `{name}` in a kernel", self.show(&ty));
            return Err(self.unit.error(expr.span, message));
        };
        match (name, args) {
            ("from" | "from_f64" | "from_i64", [value]) => {
                let value = self.value(value)?;
                let expected = match name {
                    "from_f64" => Ty::Scalar(mambo_ir::Dtype::F64),
                    "from_i64" => Ty::Scalar(mambo_ir::Dtype::I64),
                    _ => value.clone(),
                };
                self.unify(&value, &expected, expr.span)?;
                Ok(ty)
            }
            ("from_bits", [bits]) if dtype.is_float() => {
                self.expect(bits, &Ty::Scalar(dtype.to_unsigned()))?;
                Ok(ty)
            }
            ("default" | "zero" | "one", []) => Ok(ty),
            (_, [receiver, rest @ ..]) => {
                self.expect(receiver, &ty)?;
                match self.scalar_method(dtype, name, rest)? {
                    Some(result) => Ok(result),
                    None => {
                        let message =
                            format!("`{dtype}` has no function `{name}` in the kernel language");
                        Err(self.unit.error(expr.span, message))
                    }
                }
            }
            _ => {
                let message = format!("`{dtype}` has no function `{name}` in the kernel language");
                Err(self.unit.error(expr.span, message))
            }
        }
    }

    /// `Array::zeros(shape)` and its like.
    fn array_constructor(
        &mut self,
        expr: &'a Expr,
        item: &TypeExpr,
        name: &str,
        args: &'a [Expr],
    ) -> Result<Ty> {
        let item = self.type_expr(item)?;
        let rank = match (name, args) {
            ("zeros" | "ones" | "default", [shape]) => self.shape_rank(shape)?,
            ("from_elem", [shape, value]) => {
                self.expect(value, &item)?;
                self.shape_rank(shape)?
            }
            ("from_shape_fn", [shape, closure]) => {
                let rank = self.shape_rank(shape)?;
                let index = match rank {
                    1 => Ty::USIZE,
                    rank => Ty::Tuple(vec![Ty::USIZE; rank as usize]),
                };
                let result = self.closure_arg(closure, &[index])?;
                self.unify(&result, &item, closure.span)?;
                rank
            }
            ("eye", [n]) => {
                self.expect(n, &Ty::USIZE)?;
                2
            }
            ("linspace", [start, end, n]) => {
                self.expect(start, &item)?;
                self.expect(end, &item)?;
                self.expect(n, &Ty::USIZE)?;
                1
            }
            _ => {
                let message = format!(
                    "`Array::{name}` is not part of the kernel language; use zeros, ones, from_elem, from_shape_fn, linspace or eye"
                );
                return Err(self.unit.error(expr.span, message));
            }
        };
        Ok(Ty::array(item, rank, Access::Owned))
    }

    /// `arr2(&[[a, b], [c, d]])` and its like: an array with as many axes as the name says.
    fn array_of(&mut self, expr: &'a Expr, name: &str, items: &'a Expr) -> Result<Ty> {
        let rank = name["arr".len()..].parse().unwrap_or(1);
        let mut item = self.value(items)?;
        for _ in 0..rank {
            item = match item {
                Ty::Fixed(inner, _) => self.peel(&inner),
                Ty::Array(slice) if slice.slice && rank == 1 => *slice.item,
                Ty::Var(_) => return Ok(self.defer(expr)),
                other => {
                    let message = format!("`{}` is not made an array of here", self.show(&other));
                    return Err(self.unit.error(items.span, message));
                }
            };
        }
        Ok(Ty::array(item, rank, Access::Owned))
    }

    /// The rank of an array of this shape: a number, tuple or array of numbers.
    fn shape_rank(&mut self, shape: &'a Expr) -> Result<u8> {
        Ok(match self.value(shape)? {
            Ty::Tuple(items) => {
                for item in &items {
                    self.unify(item, &Ty::USIZE, shape.span)?;
                }
                items.len() as u8
            }
            Ty::Fixed(item, len) => {
                self.unify(&item, &Ty::USIZE, shape.span)?;
                len as u8
            }
            other => {
                self.unify(&other, &Ty::USIZE, shape.span)?;
                1
            }
        })
    }

    /// Functions of the language that stand in no type.
    pub(super) fn builtin(&mut self, expr: &'a Expr, name: &str, args: &'a [Expr]) -> Result<Ty> {
        match (name, args) {
            ("min" | "max", [a, b]) => {
                let ty = self.value(a)?;
                self.expect(b, &ty)?;
                Ok(ty)
            }
            ("swap", [a, b]) => {
                let ty = self.value(a)?;
                let other = self.value(b)?;
                self.unify(&ty, &other, expr.span)?;
                Ok(Ty::UNIT)
            }
            ("replace", [place, value]) => {
                let ty = self.value(place)?;
                self.expect(value, &ty)?;
                Ok(ty)
            }
            ("take", [place]) => self.value(place),
            (_, [items]) if name.starts_with("arr") => self.array_of(expr, name, items),
            ("drop", [value]) => {
                self.expr(value)?;
                Ok(Ty::UNIT)
            }
            _ => Err(self.unit.error(
                expr.span,
                format!("`{name}` takes other arguments; see the documentation of std"),
            )),
        }
    }
}

struct CalleeInfo {
    params: Vec<Ty>,
    result: Ty,
}
