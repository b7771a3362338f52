//! The rules of vector loops:
//!
//! * inputs are scalars or references, and the operands of the instruction fit them;
//! * accesses and gathers name inputs that are references, stores mutable ones; a step that is
//!   an input is of type `isize`;
//! * a value is defined once, in order, above its uses; lane by lane, types are those of the
//!   instructions on scalars; masks and requirements are `bool`;
//! * a reduction is of an operation with a neutral value, and its initial value and result are
//!   of its type;
//! * requirements come before all stores and reductions.

use super::types::{self, Checker};
use super::{Check, demand};
use crate::dtype::Dtype;
use crate::function::{Binary, Function, InstInfo, Module, Op, Value, ValueType};
use crate::span::Span;
use crate::vector::{Step, VectorInst, VectorLoop, VectorOp};

/// Checks the operands, the results and the loop itself.
pub(super) fn check(
    checker: &Checker<'_>,
    plan: &VectorLoop,
    count: Value,
    args: &[Value],
    init: &[Value],
) -> Check {
    checker.operand_is("the number of turns", count, Dtype::Usize)?;
    let types = |values: &[Value]| -> Vec<ValueType> {
        values.iter().map(|&value| checker.function.ty(value)).collect()
    };
    demand!(types(args) == plan.inputs, "the operands are of the types of the inputs");
    let carried: Vec<ValueType> =
        plan.reductions.iter().map(|reduction| reduction.dtype.into()).collect();
    demand!(types(init) == carried, "the initial values are of the types of the reductions");
    let mut results = vec![ValueType::Scalar(Dtype::Usize)];
    results.extend(carried);
    checker.results_are("vector loop", &results)?;
    Lanes { module: checker.module, plan, defined: 0, effects: false }.check()
}

struct Lanes<'a> {
    module: &'a Module,
    plan: &'a VectorLoop,
    /// How many values are defined so far.
    defined: usize,
    /// Whether a store or a reduction has been met.
    effects: bool,
}

impl Lanes<'_> {
    fn check(mut self) -> Check {
        for input in &self.plan.inputs {
            let fits = match input {
                ValueType::Scalar(dtype) => !dtype.is_int128(),
                ValueType::View(view) => view.rank == 0,
            };
            demand!(fits, "an input is a scalar of at most 64 bits or a reference, not {input}");
        }
        for access in &self.plan.accesses {
            self.reference(access.base, access.part, false)?;
            if let Step::Input(step) = access.step {
                let ty = self.plan.inputs.get(step as usize);
                demand!(ty == Some(&Dtype::Isize.into()), "a step is an input of type isize");
            }
        }
        for reduction in &self.plan.reductions {
            let allowed = match reduction.op {
                Binary::Add | Binary::Mul | Binary::Min | Binary::Max => {
                    reduction.dtype != Dtype::Bool
                }
                Binary::And | Binary::Or | Binary::Xor => !reduction.dtype.is_float(),
                _ => false,
            };
            demand!(
                allowed && !reduction.dtype.is_int128() && !reduction.dtype.is_complex(),
                "{:?} of {} is no reduction",
                reduction.op,
                reduction.dtype
            );
        }
        let plan = self.plan;
        plan.insts.iter().try_for_each(|inst| self.inst(inst))
    }

    fn inst(&mut self, inst: &VectorInst) -> Check {
        let mut operands = Ok(());
        inst.op.for_each_operand(|value| {
            if operands.is_ok() && value.index() >= self.defined {
                operands = Err(format!("{value} is used above its definition"));
            }
        });
        operands?;
        self.op(inst)?;
        if let Some(result) = inst.result {
            demand!(result.index() == self.defined, "values are defined in order");
            self.defined += 1;
        }
        Ok(())
    }

    fn op(&mut self, inst: &VectorInst) -> Check {
        let result = match inst.result {
            Some(value) => match self.plan.values.get(value.index()) {
                Some(&dtype) => Some(dtype),
                None => return Err(format!("{value} is not in the table of values")),
            },
            None => None,
        };
        match &inst.op {
            VectorOp::Each(op) => self.each(op, inst.result),
            VectorOp::Splat(input) => {
                let ty = self.plan.inputs.get(*input as usize).and_then(|ty| ty.as_scalar());
                demand!(ty.is_some() && ty == result, "a splat is of a scalar input of its type");
                Ok(())
            }
            VectorOp::Turn => {
                let fits = result.is_some_and(|dtype| dtype.is_int() && !dtype.is_int128());
                demand!(fits, "the number of the turn is an integer of at most 64 bits");
                Ok(())
            }
            VectorOp::Load { access, mask } => {
                let part = self.access(*access)?;
                demand!(result == Some(part), "a load is of the type of its access");
                self.mask(*mask)
            }
            VectorOp::Gather { base, part, index, mask } => {
                let dtype = self.reference(*base, *part, false)?;
                demand!(result == Some(dtype), "a gather is of the type of its base");
                demand!(self.plan.dtype(*index) == Dtype::Isize, "distances are isize");
                self.mask(*mask)
            }
            VectorOp::Store { access, value, mask } => {
                self.effects = true;
                let part = self.access(*access)?;
                let info = self.plan.accesses[*access as usize];
                self.reference(info.base, info.part, true)?;
                demand!(info.step != Step::Const(0), "lanes do not meet in one place");
                demand!(self.plan.dtype(*value) == part, "a store is of the type of its access");
                self.no_result(result)?;
                self.mask(*mask)
            }
            VectorOp::Accumulate { reduction, value, mask } => {
                self.effects = true;
                let known = self.plan.reductions.get(*reduction as usize);
                let Some(known) = known else { return Err("there is no such reduction".into()) };
                demand!(self.plan.dtype(*value) == known.dtype, "the value is of another type");
                self.no_result(result)?;
                self.mask(*mask)
            }
            VectorOp::Require(value) => {
                demand!(!self.effects, "requirements come before stores and reductions");
                self.no_result(result)?;
                self.mask(Some(*value))
            }
        }
    }

    /// Checks an instruction on scalars as if it stood in a function.
    fn each(&self, op: &Op, result: Option<Value>) -> Check {
        let on_scalars = matches!(
            op,
            Op::Const(_)
                | Op::Unary(..)
                | Op::Binary(..)
                | Op::Compare(..)
                | Op::MulAdd(..)
                | Op::Select(..)
                | Op::Cast(_)
                | Op::Bitcast(_)
        );
        demand!(on_scalars, "only instructions on scalars run in lanes");
        let mut function = Function::new("lane");
        for &dtype in &self.plan.values {
            demand!(!dtype.is_int128() && !dtype.is_complex(), "lanes are of at most 64 bits");
            function.new_value(dtype.into(), None);
        }
        let results: Vec<Value> = result.into_iter().collect();
        let inst = InstInfo { op: op.clone(), results, span: Span::default() };
        types::check(self.module, &function, &inst)
    }

    fn access(&self, access: u32) -> Result<Dtype, String> {
        let known = self.plan.accesses.get(access as usize);
        let Some(known) = known else { return Err(format!("there is no access {access}")) };
        self.reference(known.base, known.part, false)
    }

    fn reference(&self, input: u32, part: u8, mutable: bool) -> Result<Dtype, String> {
        let view = self.plan.inputs.get(input as usize).and_then(|ty| ty.as_view());
        let Some(view) = view else { return Err(format!("input {input} is no reference")) };
        demand!(part < view.dtype.parts(), "{} has no part {part}", view.dtype);
        demand!(!mutable || view.mutable, "a store goes through a mutable reference");
        Ok(view.dtype.part())
    }

    fn mask(&self, mask: Option<Value>) -> Check {
        let fits = mask.is_none_or(|mask| self.plan.dtype(mask) == Dtype::Bool);
        demand!(fits, "a mask is bool");
        Ok(())
    }

    fn no_result(&self, result: Option<Dtype>) -> Check {
        demand!(result.is_none(), "the instruction has no result");
        Ok(())
    }
}
