//! The types of method calls, by the kind of the receiver.

use super::integer::int_method;
use super::ty::{ArrayTy, SLICE_METHODS, Ty};
use super::{Infer, Result};
use crate::error::CompileError;
use mambo_ir::Dtype;
use mambo_ir::kernel::{Expr, TypeExpr};
use mambo_ir::signature::Access;

impl<'a> Infer<'a> {
    /// The type of `receiver.name::<types>(args)`.
    pub(super) fn method_call(
        &mut self,
        expr: &'a Expr,
        receiver: &'a Expr,
        name: &str,
        types: &[TypeExpr],
        args: &'a [Expr],
    ) -> Result<Ty> {
        let own = self.expr(receiver)?;
        let ty = self.peel(&own);
        let found = match &ty {
            Ty::Var(_) => return Ok(self.defer(expr)),
            Ty::Scalar(dtype) => self.scalar_method(*dtype, name, args)?,
            Ty::Complex(part) => self.complex_method(part, name, args)?,
            Ty::Option(item) => self.option_method(item, name, args)?,
            Ty::Array(array) => match self.array_method(array, name, args)? {
                None => self.iterator_method(&own, name, args)?,
                found => found,
            },
            Ty::Fixed(item, len) => {
                let mutable = matches!(self.table.shallow(&own), Ty::RefMut(_));
                self.fixed_method(item, *len, mutable, name, args)?
            }
            Ty::Range(_) | Ty::Iter(_) => {
                self.refuse_references(expr, &ty, name)?;
                self.iterator_method(&ty, name, args)?
            }
            _ if ty.is_ordering() => self.ordering_method(name, args)?,
            _ if matches!(name, "clone" | "to_owned") => Some(ty.clone()),
            _ => None,
        };
        match (found, types) {
            (Some(found), [written]) => {
                let written = self.type_expr(written)?;
                self.unify(&found, &written, expr.span)?;
                Ok(found)
            }
            (Some(found), _) => Ok(found),
            (None, _) => {
                let message = format!(
                    "`{}` has no method `{name}` in the kernel language{}",
                    self.show(&ty),
                    instead(name)
                );
                Err(self.unit.error(expr.span, message))
            }
        }
    }

    /// The type of a method of a primitive type; its arguments are inferred.
    pub(super) fn scalar_method(
        &mut self,
        dtype: Dtype,
        name: &str,
        args: &'a [Expr],
    ) -> Result<Option<Ty>> {
        let own = Ty::Scalar(dtype);
        let result = match name {
            "clone" | "to_owned" | "abs" => own.clone(),
            "into" => self.table.any(),
            "to_f64" => Ty::Scalar(Dtype::F64),
            "to_i64" => Ty::Scalar(Dtype::I64),
            "then_some" if dtype == Dtype::Bool => {
                return Ok(Some(Ty::option(self.value(&args[0])?)));
            }
            "cmp" | "partial_cmp" | "total_cmp" => {
                let result = match name {
                    "total_cmp" if !dtype.is_float() => return Ok(None),
                    "partial_cmp" => Ty::option(Ty::ordering()),
                    _ => Ty::ordering(),
                };
                return self.method_args(args, &[own], result);
            }
            "then" if dtype == Dtype::Bool => {
                return Ok(Some(Ty::option(self.closure_arg(&args[0], &[])?)));
            }
            _ if dtype.is_float() => match float_method(dtype, name) {
                Some((params, result)) => return self.method_args(args, &params, result),
                None => return Ok(None),
            },
            _ if dtype.is_int() => match int_method(dtype, name) {
                Some((params, result)) => return self.method_args(args, &params, result),
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        self.method_args(args, &[], result)
    }

    pub(super) fn method_args(
        &mut self,
        args: &'a [Expr],
        params: &[Ty],
        result: Ty,
    ) -> Result<Option<Ty>> {
        for (arg, param) in args.iter().zip(params) {
            self.expect(arg, param)?;
        }
        Ok((args.len() == params.len()).then_some(result))
    }

    fn option_method(&mut self, item: &Ty, name: &str, args: &'a [Expr]) -> Result<Option<Ty>> {
        Ok(Some(match (name, args) {
            ("is_some" | "is_none", []) => Ty::BOOL,
            ("unwrap" | "expect" | "unwrap_or_default", _) => item.clone(),
            ("copied" | "cloned", []) => Ty::option(item.clone()),
            ("unwrap_or", [default]) => {
                self.expect(default, item)?;
                item.clone()
            }
            ("unwrap_or_else", [closure]) => {
                let result = self.closure_arg(closure, &[])?;
                self.unify(&result, item, closure.span)?;
                item.clone()
            }
            ("map", [closure]) => {
                Ty::option(self.closure_arg(closure, std::slice::from_ref(item))?)
            }
            ("map_or", [default, closure]) => {
                let result = self.closure_arg(closure, std::slice::from_ref(item))?;
                self.expect(default, &result)?;
                result
            }
            _ => return Ok(None),
        }))
    }

    fn ordering_method(&mut self, name: &str, args: &'a [Expr]) -> Result<Option<Ty>> {
        Ok(Some(match (name, args) {
            ("is_lt" | "is_le" | "is_gt" | "is_ge" | "is_eq" | "is_ne", []) => Ty::BOOL,
            ("reverse" | "clone", []) => Ty::ordering(),
            ("then", [other]) => {
                self.expect(other, &Ty::ordering())?;
                Ty::ordering()
            }
            ("then_with", [closure]) => {
                let result = self.closure_arg(closure, &[])?;
                self.unify(&result, &Ty::ordering(), closure.span)?;
                result
            }
            _ => return Ok(None),
        }))
    }

    fn fixed_method(
        &mut self,
        item: &Ty,
        len: usize,
        mutable: bool,
        name: &str,
        args: &'a [Expr],
    ) -> Result<Option<Ty>> {
        let own = Ty::Fixed(Box::new(item.clone()), len);
        Ok(Some(match (name, args) {
            ("len", []) => Ty::USIZE,
            ("is_empty", []) => Ty::BOOL,
            ("clone" | "to_owned", []) => own,
            ("iter", []) => Ty::iter(item.clone()),
            ("iter_mut", []) => Ty::iter(Ty::RefMut(Box::new(item.clone()))),
            ("fill", [value]) => {
                self.expect(value, item)?;
                Ty::UNIT
            }
            ("swap", [a, b]) => {
                self.expect(a, &Ty::USIZE)?;
                self.expect(b, &Ty::USIZE)?;
                Ty::UNIT
            }
            ("map", [closure]) => {
                Ty::Fixed(Box::new(self.closure_arg(closure, std::slice::from_ref(item))?), len)
            }
            ("as_slice" | "as_mut_slice", []) => Ty::Array(ArrayTy {
                item: Box::new(item.clone()),
                rank: 1,
                access: if name == "as_slice" { Access::Shared } else { Access::Mut },
                slice: true,
            }),
            ("into_iter", []) => {
                let item = item.clone();
                Ty::iter(if mutable { Ty::RefMut(Box::new(item)) } else { item })
            }
            _ if SLICE_METHODS.contains(&name)
                && !matches!(self.table.shallow(item), Ty::Complex(_)) =>
            {
                let item = Box::new(item.clone());
                let slice = ArrayTy { item, rank: 1, access: Access::Mut, slice: true };
                return self.array_method(&slice, name, args);
            }
            _ => return self.iterator_method(&Ty::iter(item.clone()), name, args),
        }))
    }

    /// Methods of arrays, views and slices; `None` if it may be one of iterators.
    fn array_method(
        &mut self,
        array: &ArrayTy,
        name: &str,
        args: &'a [Expr],
    ) -> Result<Option<Ty>> {
        let item = (*array.item).clone();
        let of = |rank, access| {
            Ty::Array(ArrayTy {
                item: array.item.clone(),
                rank,
                access,
                slice: array.slice && rank == 1 && access != Access::Owned,
            })
        };
        let lanes = |rank: u8, access| Ty::iter(Ty::array(item.clone(), rank, access));
        let same = |access| of(array.rank, access);
        let below = array.rank.saturating_sub(1);
        use Access::{Mut, Owned, Shared};
        Ok(Some(match (name, args) {
            ("len" | "nrows" | "ncols" | "ndim", []) => Ty::USIZE,
            ("len_of", [axis]) => {
                self.value(axis)?;
                Ty::USIZE
            }
            ("is_empty" | "is_standard_layout", []) => Ty::BOOL,
            ("dim", []) => match array.rank {
                1 => Ty::USIZE,
                rank => Ty::Tuple(vec![Ty::USIZE; rank as usize]),
            },
            ("shape" | "raw_dim", []) => Ty::Fixed(Box::new(Ty::USIZE), array.rank as usize),
            ("view" | "t" | "reversed_axes", []) if !array.slice => same(Shared),
            ("view_mut", []) => same(Mut),
            ("to_owned" | "clone" | "to_vec", []) => same(Owned),
            ("row" | "column", [index]) if array.rank == 2 => {
                self.expect(index, &Ty::USIZE)?;
                of(1, Shared)
            }
            ("row_mut" | "column_mut", [index]) if array.rank == 2 => {
                self.expect(index, &Ty::USIZE)?;
                of(1, Mut)
            }
            ("index_axis" | "index_axis_mut" | "index_axis_move", [axis, index]) => {
                self.value(axis)?;
                self.expect(index, &Ty::USIZE)?;
                of(below, if name == "index_axis_mut" { Mut } else { Shared })
            }
            ("slice" | "slice_mut" | "slice_move", [spec]) => {
                let access = if name == "slice_mut" { Mut } else { Shared };
                match self.expr(spec)? {
                    Ty::SliceSpec { kept, consumed } if consumed == array.rank => of(kept, access),
                    Ty::SliceSpec { consumed, .. } => {
                        let message = format!(
                            "the array has {} axes and the slice names {consumed}",
                            array.rank
                        );
                        return Err(self.unit.error(spec.span, message));
                    }
                    _ => {
                        let message = "write the slice as `s![…]` in the call".into();
                        return Err(self.unit.error(spec.span, message));
                    }
                }
            }
            ("iter" | "into_iter", []) => Ty::iter(
                self.item_of(&same(if name == "iter" { Shared } else { array.access }))
                    .unwrap_or(item),
            ),
            ("iter_mut", []) => Ty::iter(Ty::RefMut(array.item.clone())),
            ("indexed_iter" | "indexed_iter_mut", []) => {
                let index = match array.rank {
                    1 => Ty::USIZE,
                    rank => Ty::Tuple(vec![Ty::USIZE; rank as usize]),
                };
                let mutable = name == "indexed_iter_mut";
                let item = if mutable { Ty::RefMut(Box::new(item)) } else { item };
                Ty::iter(Ty::Tuple(vec![index, item]))
            }
            ("rows" | "columns", []) => lanes(1, Shared),
            ("rows_mut" | "columns_mut", []) => lanes(1, Mut),
            ("outer_iter", []) => lanes(below, Shared),
            ("outer_iter_mut", []) => lanes(below, Mut),
            ("axis_iter", [axis]) => {
                self.value(axis)?;
                lanes(below, Shared)
            }
            ("axis_iter_mut", [axis]) => {
                self.value(axis)?;
                lanes(below, Mut)
            }
            ("fill", [value]) => {
                self.expect(value, &item)?;
                Ty::UNIT
            }
            ("assign" | "copy_from_slice" | "clone_from_slice", [other]) => {
                let other_ty = self.value(other)?;
                if let Ty::Array(other_ty) = &other_ty {
                    self.unify(&other_ty.item, &item, other.span)?;
                }
                Ty::UNIT
            }
            ("swap", [a, b]) => {
                for index in [a, b] {
                    match self.value(index)? {
                        Ty::Fixed(each, _) => self.unify(&each, &Ty::USIZE, index.span)?,
                        Ty::Tuple(items) => {
                            for each in &items {
                                self.unify(each, &Ty::USIZE, index.span)?;
                            }
                        }
                        other => self.unify(&other, &Ty::USIZE, index.span)?,
                    }
                }
                Ty::UNIT
            }
            ("first" | "last", []) => Ty::option(item),
            ("contains", [value]) if array.slice => {
                self.expect(value, &item)?;
                Ty::BOOL
            }
            ("partition_point", [closure]) if array.slice => {
                let result = self.closure_arg(closure, &[item])?;
                self.unify(&result, &Ty::BOOL, closure.span)?;
                Ty::USIZE
            }
            ("reverse", []) if array.slice => Ty::UNIT,
            ("rotate_left" | "rotate_right", [by]) if array.slice => {
                self.expect(by, &Ty::USIZE)?;
                Ty::UNIT
            }
            ("copy_within", [range, to]) if array.slice => {
                self.expect(range, &Ty::Range(Box::new(Ty::USIZE)))?;
                self.expect(to, &Ty::USIZE)?;
                Ty::UNIT
            }
            ("get", [index]) => {
                match self.value(index)? {
                    Ty::Fixed(each, _) => self.unify(&each, &Ty::USIZE, index.span)?,
                    Ty::Tuple(items) => {
                        for each in &items {
                            self.unify(each, &Ty::USIZE, index.span)?;
                        }
                    }
                    other => self.unify(&other, &Ty::USIZE, index.span)?,
                }
                Ty::option(item)
            }
            ("windows" | "chunks" | "chunks_exact", [size]) if array.slice => {
                self.expect(size, &Ty::USIZE)?;
                Ty::iter(of(1, Shared))
            }
            ("chunks_mut" | "chunks_exact_mut", [size]) if array.slice => {
                self.expect(size, &Ty::USIZE)?;
                Ty::iter(of(1, Mut))
            }
            ("split_at" | "split_at_mut", [at]) if array.slice => {
                self.expect(at, &Ty::USIZE)?;
                let half = of(1, if name == "split_at" { Shared } else { Mut });
                Ty::Tuple(vec![half.clone(), half])
            }
            ("mapv" | "map", [closure]) if !array.slice => {
                let result = self.closure_arg(closure, &[item])?;
                Ty::array(result, array.rank, Owned)
            }
            ("mapv_inplace", [closure]) => {
                let result = self.closure_arg(closure, std::slice::from_ref(&item))?;
                self.unify(&result, &item, closure.span)?;
                Ty::UNIT
            }
            _ => match self.reduction(array, name, args)? {
                None => return self.elementwise_method(array, name, args),
                found => return Ok(found),
            },
        }))
    }

    /// A float method on every element of an array, which gives a new array.
    fn elementwise_method(
        &mut self,
        array: &ArrayTy,
        name: &str,
        args: &'a [Expr],
    ) -> Result<Option<Ty>> {
        let item = self.table.shallow(&array.item);
        let Some(dtype) = item.as_scalar().filter(|dtype| dtype.is_float() && !array.slice) else {
            return Ok(None);
        };
        let (params, result) = match name {
            "abs" => (vec![], item.clone()),
            _ => match float_method(dtype, name) {
                Some(found) => found,
                None => return Ok(None),
            },
        };
        if result != item || !(params.is_empty() || matches!(name, "powi" | "powf" | "clamp")) {
            return Ok(None);
        }
        self.method_args(args, &params, Ty::array(item, array.rank, Access::Owned))
    }

    /// Refuses methods that pick a `&mut` out of an iterator, which has to be kept then.
    fn refuse_references(&self, expr: &Expr, iter: &Ty, name: &str) -> Result<()> {
        const PICKING: [&str; 9] =
            ["find", "min", "max", "last", "nth", "min_by", "max_by", "min_by_key", "max_by_key"];
        let picks = PICKING.contains(&name);
        match self.item_of(iter) {
            Some(item) if picks && self.has_reference(&item) => {
                Err(self.picks_reference(expr, name))
            }
            _ => Ok(()),
        }
    }

    fn picks_reference(&self, at: &Expr, name: &str) -> CompileError {
        let message = format!(
            "`{name}` picks a `&mut` out of the items, which a kernel does not keep: find the index with `position` and write to `a[index]`"
        );
        self.unit.error(at.span, message)
    }

    /// Whether a `&mut` is part of values of this type.
    fn has_reference(&self, ty: &Ty) -> bool {
        match self.table.shallow(ty) {
            Ty::RefMut(_) => true,
            Ty::Tuple(items) => items.iter().any(|item| self.has_reference(item)),
            Ty::Option(item) => self.has_reference(&item),
            _ => false,
        }
    }

    /// Methods of ranges and iterators; `None` if there is none of this name.
    fn iterator_method(&mut self, own: &Ty, name: &str, args: &'a [Expr]) -> Result<Option<Ty>> {
        let Some(item) = self.item_of(own) else { return Ok(None) };
        let same = |ty: &Ty| match ty {
            Ty::Range(_) => ty.clone(),
            _ => Ty::iter(item.clone()),
        };
        let plain = self.peel(&item);
        Ok(Some(match (name, args) {
            ("iter" | "into_iter" | "by_ref", []) => Ty::iter(item),
            ("copied" | "cloned", []) => Ty::iter(plain),
            ("rev", []) => Ty::iter(item),
            ("contains", [value]) if matches!(own, Ty::Range(_)) => {
                self.expect(value, &plain)?;
                Ty::BOOL
            }
            ("clone", []) => same(own),
            ("step_by" | "skip" | "take", [count]) => {
                self.expect(count, &Ty::USIZE)?;
                Ty::iter(item)
            }
            ("enumerate", []) => Ty::iter(Ty::Tuple(vec![Ty::USIZE, item])),
            ("zip", [other]) => {
                let ty = self.expr(other)?;
                let Some(other_item) = self.item_of(&ty) else {
                    return Err(self.not_iterable(other, &ty));
                };
                Ty::iter(Ty::Tuple(vec![item, other_item]))
            }
            ("map", [closure]) => Ty::iter(self.closure_arg(closure, &[item])?),
            ("filter" | "find" | "take_while" | "skip_while", [closure]) => {
                let result = self.closure_arg(closure, std::slice::from_ref(&item))?;
                self.unify(&result, &Ty::BOOL, closure.span)?;
                if name == "find" { Ty::option(plain) } else { Ty::iter(item) }
            }
            ("for_each", [closure]) => {
                self.closure_arg(closure, &[item])?;
                Ty::UNIT
            }
            ("all" | "any", [closure]) => {
                let result = self.closure_arg(closure, &[item])?;
                self.unify(&result, &Ty::BOOL, closure.span)?;
                Ty::BOOL
            }
            ("position" | "rposition", [closure]) => {
                self.closure_arg(closure, &[item])?;
                Ty::option(Ty::USIZE)
            }
            ("filter_map" | "find_map", [closure]) => {
                let result = self.closure_arg(closure, &[item])?;
                let found = self.table.any();
                self.unify(&result, &Ty::option(found.clone()), closure.span)?;
                if self.has_reference(&found) {
                    return Err(self.picks_reference(closure, name));
                }
                if name == "filter_map" { Ty::iter(found) } else { Ty::option(found) }
            }
            ("last", []) => Ty::option(plain),
            ("nth", [index]) => {
                self.expect(index, &Ty::USIZE)?;
                Ty::option(plain)
            }
            ("min_by" | "max_by", [closure]) => {
                let result = self.closure_arg(closure, &[item.clone(), item])?;
                self.unify(&result, &Ty::ordering(), closure.span)?;
                Ty::option(plain)
            }
            ("min_by_key" | "max_by_key", [closure]) => {
                self.closure_arg(closure, &[item])?;
                Ty::option(plain)
            }
            ("fold", [init, closure]) => {
                let acc = self.value(init)?;
                let result = self.closure_arg(closure, &[acc.clone(), item])?;
                self.unify(&acc, &result, closure.span)?;
                acc
            }
            ("sum" | "product", []) => plain,
            ("min" | "max", []) => Ty::option(plain),
            ("count" | "len", []) => Ty::USIZE,
            ("is_empty", []) => Ty::BOOL,
            _ => return Ok(None),
        }))
    }
}

/// Parameters and result of a method of `f32` or `f64`.
fn float_method(dtype: Dtype, name: &str) -> Option<(Vec<Ty>, Ty)> {
    let own = Ty::Scalar(dtype);
    Some(match name {
        "sqrt" | "cbrt" | "exp" | "exp2" | "exp_m1" | "ln" | "log2" | "log10" | "ln_1p" | "sin"
        | "cos" | "tan" | "asin" | "acos" | "atan" | "sinh" | "cosh" | "tanh" | "asinh"
        | "acosh" | "atanh" | "floor" | "ceil" | "round" | "round_ties_even" | "trunc"
        | "fract" | "signum" | "recip" | "to_degrees" | "to_radians" | "next_up" | "next_down" => {
            (vec![], own)
        }
        "powf" | "log" | "atan2" | "hypot" | "copysign" | "min" | "max" | "midpoint"
        | "rem_euclid" | "div_euclid" => (vec![own.clone()], own),
        "powi" => (vec![Ty::Scalar(Dtype::I32)], own),
        "mul_add" | "clamp" => (vec![own.clone(), own.clone()], own),
        "sin_cos" => (vec![], Ty::Tuple(vec![own.clone(), own])),
        "is_nan" | "is_infinite" | "is_finite" | "is_normal" | "is_subnormal"
        | "is_sign_positive" | "is_sign_negative" => (vec![], Ty::BOOL),
        "to_bits" => (vec![], Ty::Scalar(dtype.to_unsigned())),
        _ => return None,
    })
}

/// What to write instead of some methods that programs often have.
fn instead(method: &str) -> &'static str {
    match method {
        "collect" | "to_vec" => {
            "; allocate with `Array1::zeros(n)` and fill it, or use `Array1::from_shape_fn`"
        }
        "dot" => "; write the product as loops",
        "sort" | "sort_unstable" | "sort_by" | "binary_search" => {
            "; write it as loops, or call a plain function that takes the slice of numbers"
        }
        "push" | "pop" => "; allocate an array that is large enough, and count",
        _ => "",
    }
}
