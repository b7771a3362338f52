//! Lowers calls of kernels, host functions, associated functions and builtins.

use super::value::{ArrayVal, Place, Val, field_types, result_types};
use super::{Lower, Result};
use crate::infer::ty::Ty;
use crate::source::{Callee, HostCallee, Instance, KernelSource};
use mambo_ir::function::{Binary, FuncId, HostFunction, HostId, Op, Value, ValueType};
use mambo_ir::kernel::{CalleeId, Expr, ExprKind, TypeExpr};
use mambo_ir::{Const, Signature, SiteKind, Type};

impl<'u> Lower<'_, 'u> {
    /// `callee(args)`.
    pub(super) fn call(
        &mut self,
        expr: &'u Expr,
        callee: CalleeId,
        args: &'u [Expr],
    ) -> Result<Val> {
        let unit = self.unit;
        match &unit.callee(callee).callee {
            Callee::Kernel(source) => self.call_kernel(expr, source, args),
            Callee::Host(host) => self.call_host(host, args),
            Callee::Elementary(name) => self.call_elementary(expr, name, args),
            Callee::Hides(_) | Callee::Unresolved => {
                self.error(expr.span, "this function is not known")
            }
        }
    }

    fn call_kernel(
        &mut self,
        expr: &'u Expr,
        source: &'static KernelSource,
        args: &'u [Expr],
    ) -> Result<Val> {
        let params = self.types.call_params.get(&expr.id).cloned().unwrap_or_default();
        let generics = self.types.call_generics.get(&expr.id).cloned().unwrap_or_default();
        let (values, types) = self.arguments(args, &params)?;
        let host = |ty: &Ty| match ty.to_host() {
            Some(ty) => Ok(ty),
            None => self.error(expr.span, format!("`{ty}` cannot be handed to another kernel")),
        };
        let result_ty = self.ty(expr).clone();
        let signature = Signature {
            args: types,
            generics: generics.iter().map(host).collect::<Result<_>>()?,
            result: host(&result_ty)?,
        };
        let instance =
            Instance { signature, captures: (source.captures)(), types: (source.types)() };
        let callee = self.modules.function(source, instance)?;
        Ok(self.insert_call(callee, values, &result_ty))
    }

    /// An elementary function, which is an operation on its arguments.
    fn call_elementary(&mut self, expr: &Expr, name: &str, args: &'u [Expr]) -> Result<Val> {
        if let [x, rest @ ..] = args {
            let x = self.scalar_expr(x)?;
            if let Some(value) = self.float_method(x, name, rest)? {
                return Ok(value);
            }
        }
        self.error(expr.span, format!("there is no elementary function `{name}`"))
    }

    /// A call of the kernel itself.
    pub(super) fn recurse(&mut self, args: &'u [Expr]) -> Result<Val> {
        let unit = self.unit;
        let signature = &unit.instance.signature;
        let params: Vec<Ty> = signature.args.iter().map(Ty::from_host).collect();
        let (values, types) = self.arguments(args, &params)?;
        let result_ty = Ty::from_host(&signature.result);
        let instance = Instance {
            signature: Signature { args: types, ..signature.clone() },
            ..unit.instance.clone()
        };
        let callee = self.modules.function(unit.source, instance)?;
        Ok(self.insert_call(callee, values, &result_ty))
    }

    fn insert_call(&mut self, callee: FuncId, args: Vec<Value>, result: &Ty) -> Val {
        let types = self.modules.module.functions[callee.index()].results.clone();
        let results = self.b.insert(Op::Call { callee, args }, &types).to_vec();
        self.assemble(result, &mut results.into_iter())
    }

    /// A value of type `ty` from the results of a call.
    fn assemble(&mut self, ty: &Ty, results: &mut impl Iterator<Item = Value>) -> Val {
        let mut next = || results.next().expect("a result for each leaf");
        match ty {
            Ty::Scalar(_) => Val::Scalar(next()),
            Ty::Array(_) => Val::Array(ArrayVal { view: next(), fresh: true }),
            Ty::Option(item) => {
                let some = next();
                Val::Option { some, item: Box::new(self.assemble(item, results)) }
            }
            Ty::Fixed(item, len) => {
                let memory = self.new_memory(ty);
                for index in 0..*len {
                    let value = self.assemble(item, results);
                    let index = self.b.index(index);
                    let part = self.memory_item(&memory, index);
                    self.write_memory(&part, value);
                }
                Val::Memory(memory)
            }
            _ => Val::Group(field_types(ty).iter().map(|ty| self.assemble(ty, results)).collect()),
        }
    }

    /// The arguments of a call, flattened, and their types with the layouts at hand.
    fn arguments(&mut self, args: &'u [Expr], params: &[Ty]) -> Result<(Vec<Value>, Vec<Type>)> {
        let mut values = Vec::new();
        let mut types = Vec::new();
        for (arg, param) in args.iter().zip(params) {
            let value = self.expr(arg)?;
            types.push(self.argument(value, param, &mut values)?);
        }
        Ok((values, types))
    }

    /// Appends the parts of one argument and gives its type.
    fn argument(&mut self, value: Val, param: &Ty, out: &mut Vec<Value>) -> Result<Type> {
        match param {
            Ty::Scalar(dtype) => {
                out.push(self.scalar(value)?);
                Ok(Type::Scalar(*dtype))
            }
            Ty::Array(array) if array.item.as_element().is_none() => {
                self.slice_argument(value, array, out)?;
                match param.to_host() {
                    Some(ty) => Ok(ty),
                    None => self.error(self.span, "this array cannot be handed on"),
                }
            }
            Ty::Array(array) => {
                let view = self.array(value)?.view;
                let layout = self.b.func.view_type(view).layout;
                match Ty::Array(array.clone()).to_host() {
                    Some(Type::Array(own)) => {
                        let own = mambo_ir::signature::ArrayType { layout, ..own };
                        // A callee that only reads takes what could be changed here.
                        let ty = super::view_type(&own);
                        if ty.mutable && !self.b.func.view_type(view).mutable {
                            return self.error(self.span, super::CONSTANT);
                        }
                        let ty = ValueType::View(ty);
                        out.push(self.coerce(view, ty));
                        Ok(Type::Array(own))
                    }
                    _ => self.error(self.span, "the element type of this array is not known"),
                }
            }
            Ty::RefMut(to) => {
                let Val::Place(place) = value else {
                    return self
                        .error(self.span, "`&mut` of a binding or element is expected here");
                };
                self.reference(&place, to, out)?;
                match param.to_host() {
                    Some(ty) => Ok(ty),
                    None => self.error(self.span, "this reference cannot be handed on"),
                }
            }
            Ty::Tuple(_) | Ty::Struct(_) | Ty::Complex(_) => {
                let fields = self.fields(value)?;
                for (field, ty) in fields.into_iter().zip(field_types(param)) {
                    self.argument(field, &ty, out)?;
                }
                match param.to_host() {
                    Some(ty) => Ok(ty),
                    None => self.error(self.span, "this value cannot be handed to a kernel"),
                }
            }
            _ => {
                self.result_leaves(value, param, out)?;
                match param.to_host() {
                    Some(ty) => Ok(ty),
                    None => self.error(self.span, "this value cannot be handed to a kernel"),
                }
            }
        }
    }

    fn call_host(&mut self, host: &'u HostCallee, args: &'u [Expr]) -> Result<Val> {
        let params: Vec<Ty> = host.params.iter().map(Ty::from_host).collect();
        let (values, _) = self.arguments(args, &params)?;
        // The host takes views of any layout and may write through those lent to it.
        let values: Vec<Value> = values
            .into_iter()
            .map(|value| {
                let ty = Self::loosened(self.b.func.ty(value));
                self.coerce(value, ty)
            })
            .collect();
        let result = Ty::from_host(&host.result);
        let results = result_types(&result);
        let function = HostFunction {
            name: host.name.into(),
            trampoline: host.trampoline,
            env: host.env,
            params: values.iter().map(|value| self.b.func.ty(*value)).collect(),
            results: results.clone(),
        };
        let hosts = &mut self.modules.module.hosts;
        let id = hosts.iter().position(|known| *known == function).unwrap_or_else(|| {
            hosts.push(function);
            hosts.len() - 1
        });
        let site = self.site(SiteKind::HostPanic);
        let op = Op::HostCall { callee: HostId(id as u32), args: values, site };
        let results = self.b.insert(op, &results).to_vec();
        Ok(self.assemble(&result, &mut results.into_iter()))
    }

    /// `Type::name(args)`.
    pub(super) fn associated(
        &mut self,
        expr: &'u Expr,
        ty: &TypeExpr,
        name: &str,
        args: &'u [Expr],
    ) -> Result<Val> {
        if matches!(ty, TypeExpr::Array { .. }) {
            return self.array_constructor(expr, name, args);
        }
        if let Ty::Complex(part) = self.value_ty(expr) {
            return self.complex_function(expr, part, name, args);
        }
        let own = self.value_ty(expr).as_scalar();
        match (name, args, own) {
            ("from" | "from_f64" | "from_i64", [value], Some(dtype)) => {
                let value = self.scalar_expr(value)?;
                Ok(Val::Scalar(self.cast(value, dtype)))
            }
            ("from_bits", [bits], Some(dtype)) => {
                let bits = self.scalar_expr(bits)?;
                Ok(Val::Scalar(self.bitcast(bits, dtype)))
            }
            ("default" | "zero", [], Some(dtype)) => {
                Ok(Val::Scalar(self.b.constant(Const::zero(dtype))))
            }
            ("one", [], Some(dtype)) => Ok(Val::Scalar(self.b.constant(Const::one(dtype)))),
            (_, [receiver, rest @ ..], _) => {
                let value = self.scalar_expr(receiver)?;
                match self.scalar_method(expr, value, name, rest)? {
                    Some(value) => Ok(value),
                    None => self.error(expr.span, format!("there is no function `{name}` here")),
                }
            }
            _ => self.error(expr.span, format!("there is no function `{name}` here")),
        }
    }

    /// Functions of the language that stand in no type.
    pub(super) fn builtin(&mut self, expr: &'u Expr, name: &str, args: &'u [Expr]) -> Result<Val> {
        match (name, args) {
            ("min" | "max", [a, b]) => {
                let (a, b) = (self.scalar_expr(a)?, self.scalar_expr(b)?);
                let op = if name == "min" { Binary::Min } else { Binary::Max };
                Ok(Val::Scalar(self.b.binary(op, a, b)))
            }
            ("swap", [a, b]) => {
                let (a, b) = (self.target(a)?, self.target(b)?);
                self.swap_places(&a, &b)?;
                Ok(Val::UNIT)
            }
            ("replace", [place, value]) => {
                let place = self.target(place)?;
                let value = self.expr(value)?;
                let before = self.read(&place)?;
                let before = self.own(before)?;
                let value = self.loaded(value)?;
                self.write(&place, value)?;
                Ok(before)
            }
            ("take", [place]) => {
                let place = self.target(place)?;
                let before = self.read(&place)?;
                let before = self.own(before)?;
                let zero = self.anything(self.ty(expr));
                self.write(&place, zero)?;
                Ok(before)
            }
            (_, [items]) if name.starts_with("arr") => self.array_of(expr, items),
            ("drop", [value]) => {
                self.expr(value)?;
                Ok(Val::UNIT)
            }
            _ => self.error(expr.span, format!("`{name}` takes other arguments")),
        }
    }

    /// The place that `&mut place` names.
    fn target(&mut self, reference: &'u Expr) -> Result<Place> {
        match &reference.kind {
            ExprKind::Ref { to, .. } => match to.kind {
                // A binding of an array can get another one; what a reference leads to cannot.
                ExprKind::Local(local)
                    if matches!(self.env[local as usize], Some(Val::Array(_) | Val::Slice(_))) =>
                {
                    Ok(Place::Local { local, path: vec![] })
                }
                _ => self.place(to),
            },
            _ => self.place(reference),
        }
    }
}
