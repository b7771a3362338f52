//! Operand and result types of every instruction.

use super::{Check, callee, demand, sites, vector};
use crate::dtype::Dtype;
use crate::function::{
    Binary, Function, InstInfo, Module, Op, SiteId, Table, Unary, Value, ValueType, ViewType,
};
use crate::signature::Layout;
use crate::site::SiteKind;

/// Checks one instruction, whose operands and results are known to be in the tables.
pub(super) fn check(module: &Module, function: &Function, inst: &InstInfo) -> Check {
    Checker { module, function, results: &inst.results }.op(&inst.op)
}

pub(super) struct Checker<'a> {
    pub(super) module: &'a Module,
    pub(super) function: &'a Function,
    results: &'a [Value],
}

impl Checker<'_> {
    fn op(&self, op: &Op) -> Check {
        match op {
            Op::Const(value) => self.result_is(value.dtype()),
            Op::Table(table) => self.table(table),
            Op::Unary(op, a) => self.unary(*op, *a),
            Op::Binary(op, a, b) => self.binary(*op, *a, *b),
            Op::Compare(_, a, b) => {
                self.same(&[*a, *b])?;
                self.result_is(Dtype::Bool)
            }
            Op::MulAdd(a, b, c) => {
                let dtype = self.same(&[*a, *b, *c])?;
                demand!(dtype.is_float(), "`mul_add` takes floats, not {dtype}");
                self.result_is(dtype)
            }
            Op::Select(cond, a, b) => {
                self.operand_is("the condition", *cond, Dtype::Bool)?;
                let dtype = self.same(&[*a, *b])?;
                self.result_is(dtype)
            }
            Op::Cast(a) => self.cast(*a),
            Op::Bitcast(a) => self.bitcast(*a),
            Op::Dim { view, axis } => {
                self.axis(*view, *axis)?;
                self.result_is(Dtype::Usize)
            }
            Op::Stride { view, axis } => {
                self.axis(*view, *axis)?;
                self.result_is(Dtype::Isize)
            }
            Op::Load { view, indices, part } => {
                let dtype = self.element(*view, indices)?.dtype;
                demand!(*part < dtype.parts(), "{dtype} has no part {part}");
                self.result_is(dtype.part())
            }
            Op::Store { view, indices, part, value } => {
                let ty = self.element(*view, indices)?;
                demand!(ty.mutable, "a store goes through a mutable view");
                demand!(*part < ty.dtype.parts(), "{} has no part {part}", ty.dtype);
                self.operand_is("the stored value", *value, ty.dtype.part())?;
                self.no_result()
            }
            Op::View { view, offset, dims, strides } => self.view(*view, offset, dims, strides),
            Op::Alloc { dims, site, .. } => self.alloc(dims, *site),
            Op::Free(view) => {
                let ty = self.view_type(*view)?;
                demand!(ty.mutable && ty.layout == Layout::C, "`free` takes what `alloc` made");
                self.no_result()
            }
            Op::StackArray { dims } => self.stack_array(dims),
            Op::CheckIndex { index, len, site } => {
                self.operand_is("the index", *index, Dtype::Usize)?;
                self.operand_is("the length", *len, Dtype::Usize)?;
                let kind = sites::kind(self.module, *site)?;
                demand!(
                    matches!(kind, SiteKind::Index { .. }),
                    "`check_index` panics at an index site"
                );
                self.no_result()
            }
            Op::Assert { cond, site, operands } => {
                self.operand_is("the condition", *cond, Dtype::Bool)?;
                sites::check_panic(self.module, self.function, *site, operands)?;
                self.no_result()
            }
            Op::Call { callee: id, args } => {
                let Some(callee) = callee(self.module, *id) else {
                    return Err(format!("{id} is not in the table of functions"));
                };
                let Some(entry) = callee.blocks.get(callee.entry.index()) else {
                    return Err(format!("{id} has no entry block"));
                };
                let params: Option<Vec<ValueType>> = entry
                    .params
                    .iter()
                    .map(|param| callee.values.get(param.index()).map(|info| info.ty))
                    .collect();
                let Some(params) = params else {
                    return Err(format!("a parameter of {id} is not in its table of values"));
                };
                self.call(args, &params, &callee.results)
            }
            Op::HostCall { callee, args, site } => {
                let Some(host) = self.module.hosts.get(callee.index()) else {
                    return Err(format!("{callee} is not in the table of host functions"));
                };
                let kind = sites::kind(self.module, *site)?;
                demand!(*kind == SiteKind::HostPanic, "a host call panics at a host_panic site");
                self.call(args, &host.params, &host.results)
            }
            Op::If { cond, .. } => self.operand_is("the condition", *cond, Dtype::Bool),
            Op::For { start, end, step, init, .. } => {
                let dtype = self.same(&[*start, *end])?;
                demand!(
                    dtype.is_int() && !dtype.is_int128(),
                    "a `for` counts integers of at most 64 bits, not {dtype}"
                );
                demand!(*step >= 1, "the step of a `for` is at least 1");
                let init: Vec<ValueType> = init.iter().map(|&v| self.function.ty(v)).collect();
                self.results_are("carried values", &init)
            }
            Op::Loop { .. } | Op::Scope { .. } => Ok(()),
            Op::VectorLoop { count, args, init, plan } => {
                vector::check(self, plan, *count, args, init)
            }
        }
    }

    fn unary(&self, op: Unary, a: Value) -> Check {
        let dtype = self.scalar(a)?;
        let takes = match op {
            Unary::Neg => dtype != Dtype::Bool,
            Unary::Not => !dtype.is_float(),
            Unary::Abs => dtype.is_float() || dtype.is_signed_int(),
            Unary::CountOnes
            | Unary::LeadingZeros
            | Unary::TrailingZeros
            | Unary::SwapBytes
            | Unary::ReverseBits => dtype.is_int(),
            _ => dtype.is_float(),
        };
        demand!(takes, "{op:?} does not take {dtype}");
        match op {
            Unary::CountOnes | Unary::LeadingZeros | Unary::TrailingZeros => {
                self.result_is(Dtype::U32)
            }
            _ => self.result_is(dtype),
        }
    }

    fn binary(&self, op: Binary, a: Value, b: Value) -> Check {
        let dtype = match op {
            Binary::Shl | Binary::Shr | Binary::RotateLeft | Binary::RotateRight => {
                let count = self.scalar(b)?;
                demand!(count.is_int(), "the count of {op:?} is an integer, not {count}");
                self.scalar(a)?
            }
            Binary::Powi => {
                self.operand_is("the power", b, Dtype::I32)?;
                self.scalar(a)?
            }
            _ => self.same(&[a, b])?,
        };
        let takes = match op {
            Binary::Add
            | Binary::Sub
            | Binary::Mul
            | Binary::Div
            | Binary::Rem
            | Binary::Min
            | Binary::Max => dtype != Dtype::Bool,
            Binary::And | Binary::Or | Binary::Xor => !dtype.is_float(),
            Binary::Copysign => dtype.is_float(),
            _ if op.is_elementary() => dtype.is_float(),
            Binary::MulHigh => dtype.is_int() && !dtype.is_int128(),
            _ => dtype.is_int(),
        };
        demand!(takes, "{op:?} does not take {dtype}");
        match op {
            Binary::AddOverflows | Binary::SubOverflows | Binary::MulOverflows => {
                self.result_is(Dtype::Bool)
            }
            _ => self.result_is(dtype),
        }
    }

    fn cast(&self, a: Value) -> Check {
        self.scalar(a)?;
        let to = self.result_scalar()?;
        demand!(to != Dtype::Bool, "a cast is never to bool");
        Ok(())
    }

    fn bitcast(&self, a: Value) -> Check {
        let (from, to) = (self.scalar(a)?, self.result_scalar()?);
        demand!(from.bits() == to.bits(), "a bitcast keeps the width: {from} to {to}");
        Ok(())
    }

    fn view(&self, view: Value, offset: &[Value], dims: &[Value], strides: &[Value]) -> Check {
        let from = self.element(view, offset)?;
        let to = self.result_view()?;
        demand!(from.dtype == to.dtype, "a view keeps the type of the elements");
        demand!(from.mutable || !to.mutable, "a mutable view is of a mutable view");
        self.one_an_axis("length", dims, to.rank)?;
        self.one_an_axis("stride", strides, to.rank)?;
        dims.iter().try_for_each(|&dim| self.operand_is("a length", dim, Dtype::Usize))?;
        strides.iter().try_for_each(|&stride| self.operand_is("a stride", stride, Dtype::Isize))
    }

    fn alloc(&self, dims: &[Value], site: SiteId) -> Check {
        let ty = self.new_array()?;
        self.one_an_axis("length", dims, ty.rank)?;
        dims.iter().try_for_each(|&dim| self.operand_is("a length", dim, Dtype::Usize))?;
        let kind = sites::kind(self.module, site)?;
        demand!(
            *kind == SiteKind::Allocation { dtype: ty.dtype },
            "`alloc` panics at an allocation site of its element type"
        );
        Ok(())
    }

    fn table(&self, table: &Table) -> Check {
        let ty = self.result_view()?;
        demand!(ty.layout == Layout::C && !ty.mutable, "a table is of layout C and not mutable");
        demand!(table.dims.len() == ty.rank as usize, "one length an axis");
        let elements = table.dims.iter().fold(1u64, |n, &dim| n.saturating_mul(dim.into()));
        let expected = elements.saturating_mul(ty.dtype.parts().into());
        let found = table.scalars.len();
        demand!(expected == found as u64, "the table has {found} scalars, not {expected}");
        let part = ty.dtype.part();
        demand!(
            table.scalars.iter().all(|scalar| scalar.dtype() == part),
            "the scalars of the table are {part}"
        );
        Ok(())
    }

    fn stack_array(&self, dims: &[u32]) -> Check {
        let ty = self.new_array()?;
        demand!(dims.len() == ty.rank as usize, "one length an axis");
        Ok(())
    }

    fn call(&self, args: &[Value], params: &[ValueType], results: &[ValueType]) -> Check {
        demand!(
            args.len() == params.len(),
            "the call has {} arguments, the function {} parameters",
            args.len(),
            params.len()
        );
        for (&arg, &expected) in args.iter().zip(params) {
            let found = self.function.ty(arg);
            demand!(found == expected, "the argument is {found}, the parameter {expected}");
        }
        self.results_are("function", results)
    }

    fn axis(&self, view: Value, axis: u8) -> Check {
        let ty = self.view_type(view)?;
        demand!(axis < ty.rank, "axis {axis} of a view of rank {}", ty.rank);
        Ok(())
    }

    /// A view with one index an axis.
    fn element(&self, view: Value, indices: &[Value]) -> Result<ViewType, String> {
        let ty = self.view_type(view)?;
        self.one_an_axis("index", indices, ty.rank)?;
        indices.iter().try_for_each(|&index| self.operand_is("an index", index, Dtype::Usize))?;
        Ok(ty)
    }

    fn one_an_axis(&self, what: &str, values: &[Value], rank: u8) -> Check {
        demand!(
            values.len() == rank as usize,
            "one {what} an axis, here {} of a view of rank {rank}",
            values.len()
        );
        Ok(())
    }

    fn scalar(&self, value: Value) -> Result<Dtype, String> {
        let ty = self.function.ty(value);
        ty.as_scalar().ok_or_else(|| format!("a scalar is expected, {ty} found"))
    }

    fn view_type(&self, value: Value) -> Result<ViewType, String> {
        let ty = self.function.ty(value);
        ty.as_view().ok_or_else(|| format!("a view is expected, {ty} found"))
    }

    /// The type of scalars that must all be of one.
    fn same(&self, values: &[Value]) -> Result<Dtype, String> {
        let first = self.scalar(values[0])?;
        for &value in &values[1..] {
            let other = self.scalar(value)?;
            demand!(first == other, "operands are of one type, here {first} and {other}");
        }
        Ok(first)
    }

    pub(super) fn operand_is(&self, what: &str, value: Value, expected: Dtype) -> Check {
        let found = self.function.ty(value);
        demand!(found == expected.into(), "{what} is {expected}, here {found}");
        Ok(())
    }

    pub(super) fn results_are(&self, what: &str, expected: &[ValueType]) -> Check {
        let found = self.results.iter().map(|&result| self.function.ty(result));
        demand!(
            found.eq(expected.iter().copied()),
            "the results are those of the {what}, in number and type"
        );
        Ok(())
    }

    fn no_result(&self) -> Check {
        demand!(self.results.is_empty(), "the instruction has no result");
        Ok(())
    }

    fn result(&self) -> Result<ValueType, String> {
        match self.results {
            [result] => Ok(self.function.ty(*result)),
            _ => Err("the instruction has one result".into()),
        }
    }

    fn result_is(&self, expected: Dtype) -> Check {
        let found = self.result()?;
        demand!(found == expected.into(), "the result is {expected}, here {found}");
        Ok(())
    }

    fn result_scalar(&self) -> Result<Dtype, String> {
        let ty = self.result()?;
        ty.as_scalar().ok_or_else(|| format!("the result is a scalar, here {ty}"))
    }

    fn result_view(&self) -> Result<ViewType, String> {
        let ty = self.result()?;
        ty.as_view().ok_or_else(|| format!("the result is a view, here {ty}"))
    }

    /// The type of a new array.
    fn new_array(&self) -> Result<ViewType, String> {
        let ty = self.result_view()?;
        demand!(ty.layout == Layout::C && ty.mutable, "a new array is mutable, of layout C");
        Ok(ty)
    }
}
