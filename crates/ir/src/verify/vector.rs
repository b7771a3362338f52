//! The rules of vector loops:
//!
//! * inputs are scalars or references, and the operands of the instruction fit them;
//! * accesses and gathers name inputs that are references, stores mutable ones; a step that is
//!   an input is of type `isize`, an extent of type `usize`;
//! * a value is defined once, in order, above its uses; lane by lane, types are those of the
//!   instructions on scalars; masks and requirements are `bool`;
//! * a reduction is of an operation with a neutral value, and its initial value and result are
//!   of its type;
//! * a best compares for less or greater, and its fields begin with a value and the number of a
//!   turn; what it is asked and given is of their types;
//! * requirements come before all stores, reductions and bests;
//! * a region's values are seen inside of it only, but for its results, which have the types of
//!   what it carries; one that repeats writes nothing and does not reduce; the number of its
//!   turn, and accesses that move with it, are for regions whose most turns are known.

use super::types::{self, Checker};
use super::{Check, demand};
use crate::dtype::Dtype;
use crate::function::{Binary, Compare, Function, InstInfo, Module, Op, Value, ValueType};
use crate::span::Span;
use crate::vector::{Best, NESTED, Region, Step, VectorInst, VectorLoop, VectorOp};

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
    let carried: Vec<ValueType> = plan.carried().map(ValueType::from).collect();
    demand!(types(init) == carried, "the initial values are of the types of what is carried");
    let mut results = vec![ValueType::Scalar(Dtype::Usize)];
    results.extend(carried);
    checker.results_are("vector loop", &results)?;
    let lanes = Lanes {
        module: checker.module,
        plan,
        defined: 0,
        visible: vec![false; plan.values.len()],
        effects: false,
        repeats: false,
        counted: 0,
    };
    lanes.check()
}

fn best(best: &Best) -> Check {
    demand!(!matches!(best.compare, Compare::Eq | Compare::Ne), "a best is the least or greatest");
    let fits = match best.fields[..] {
        [value, turn, ..] => value != Dtype::Bool && turn.is_signed_int(),
        _ => false,
    };
    demand!(fits, "a best has a number and the number of its turn");
    let fits = |field: &Dtype| !field.is_int128() && !field.is_complex();
    demand!(best.fields.iter().all(fits), "what goes with a best has at most 64 bits");
    Ok(())
}

struct Lanes<'a> {
    module: &'a Module,
    plan: &'a VectorLoop,
    /// How many values are defined so far.
    defined: usize,
    /// Which of them may be used.
    visible: Vec<bool>,
    /// Whether a store or a reduction has been met.
    effects: bool,
    /// Whether this is inside of a region that repeats.
    repeats: bool,
    /// How many regions around it count their turns.
    counted: usize,
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
        if let Some(extent) = self.plan.extent {
            let ty = self.plan.inputs.get(extent as usize);
            demand!(ty == Some(&Dtype::Usize.into()), "an extent is an input of type usize");
        }
        for access in &self.plan.accesses {
            self.reference(access.base, access.part, false)?;
            for step in access.inner.into_iter().chain([access.step]) {
                if let Step::Input(step) = step {
                    let ty = self.plan.inputs.get(step as usize);
                    demand!(ty == Some(&Dtype::Isize.into()), "a step is an input of type isize");
                }
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
        self.plan.bests.iter().try_for_each(best)?;
        let plan = self.plan;
        plan.insts.iter().try_for_each(|inst| self.inst(inst))
    }

    fn inst(&mut self, inst: &VectorInst) -> Check {
        if let VectorOp::Region(region) = &inst.op {
            return self.region(region);
        }
        let mut operands = Ok(());
        inst.op.for_each_operand(|value| {
            if operands.is_ok() {
                operands = self.used(value);
            }
        });
        operands?;
        self.op(inst)?;
        inst.result.map_or(Ok(()), |result| self.define(result, true))
    }

    fn used(&self, value: Value) -> Check {
        let seen = self.visible.get(value.index()).is_some_and(|&visible| visible);
        demand!(seen, "{value} is used where it is not defined");
        Ok(())
    }

    fn define(&mut self, value: Value, visible: bool) -> Check {
        demand!(value.index() == self.defined, "values are defined in order");
        match self.visible.get_mut(self.defined) {
            Some(seen) => *seen = visible,
            None => return Err(format!("{value} is not in the table of values")),
        }
        self.defined += 1;
        Ok(())
    }

    fn region(&mut self, region: &Region) -> Check {
        let plan = self.plan;
        region.mask.iter().chain(&region.init).try_for_each(|&value| self.used(value))?;
        self.mask(region.mask)?;
        if let Some(times) = region.times {
            let ty = plan.inputs.get(times as usize);
            demand!(ty == Some(&Dtype::Usize.into()), "the turns of a region are usize");
        }
        region.results.iter().try_for_each(|&result| self.define(result, false))?;
        let from = self.defined;
        self.define(region.active, true)?;
        region.params.iter().try_for_each(|&param| self.define(param, true))?;
        let fits = |value: Value| plan.values.get(value.index());
        demand!(fits(region.active) == Some(&Dtype::Bool), "what is active is bool");
        let outer = (self.repeats, self.counted);
        self.repeats |= region.repeats();
        self.counted += usize::from(region.times.is_some());
        demand!(self.counted <= NESTED, "too many regions that count their turns are nested");
        region.insts.iter().try_for_each(|inst| self.inst(inst))?;
        (self.repeats, self.counted) = outer;
        region.next.iter().chain(&region.again).try_for_each(|&value| self.used(value))?;
        self.mask(region.again)?;
        let types = |values: &[Value]| values.iter().map(|&value| fits(value)).collect::<Vec<_>>();
        let carried = types(&region.params);
        let same = [&region.init, &region.next, &region.results]
            .into_iter()
            .all(|values| types(values) == carried);
        demand!(same, "a region carries values of the same types all the way");
        self.visible[from..self.defined].fill(false);
        region.results.iter().for_each(|result| self.visible[result.index()] = true);
        Ok(())
    }

    fn field(&self, best: u32, field: u32) -> Result<Dtype, String> {
        let best = self.plan.bests.get(best as usize);
        let field = best.and_then(|best| best.fields.get(field as usize));
        field.copied().ok_or_else(|| "there is no such best, or no such field".into())
    }

    /// Checks that what is noticed outside is not done again and again.
    fn effect(&mut self) -> Check {
        self.effects = true;
        demand!(!self.repeats, "a region that repeats neither stores nor reduces");
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
            VectorOp::InnerTurn(depth) => {
                let fits = result.is_some_and(|dtype| dtype.is_int() && !dtype.is_int128());
                demand!(fits, "the number of the turn is an integer of at most 64 bits");
                let counted = usize::from(*depth) < self.counted;
                demand!(counted, "the region around does not count its turns");
                Ok(())
            }
            VectorOp::Region(_) => Err("a region is checked on its own".into()),
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
                self.effect()?;
                let part = self.access(*access)?;
                let info = self.plan.accesses[*access as usize];
                self.reference(info.base, info.part, true)?;
                demand!(info.step != Step::Const(0), "lanes do not meet in one place");
                demand!(self.plan.dtype(*value) == part, "a store is of the type of its access");
                self.no_result(result)?;
                self.mask(*mask)
            }
            VectorOp::Accumulate { reduction, value, mask } => {
                self.effect()?;
                let known = self.plan.reductions.get(*reduction as usize);
                let Some(known) = known else { return Err("there is no such reduction".into()) };
                demand!(self.plan.dtype(*value) == known.dtype, "the value is of another type");
                self.no_result(result)?;
                self.mask(*mask)
            }
            VectorOp::Better { best, value } => {
                demand!(!self.repeats, "a region that repeats looks for no best");
                let field = self.field(*best, Best::VALUE)?;
                demand!(self.plan.dtype(*value) == field, "the value is of another type");
                demand!(result == Some(Dtype::Bool), "whether it is better is bool");
                Ok(())
            }
            VectorOp::Replace { best, field, value, mask } => {
                self.effect()?;
                let field = self.field(*best, *field)?;
                demand!(self.plan.dtype(*value) == field, "the value is of another type");
                self.no_result(result)?;
                self.mask(Some(*mask))
            }
            VectorOp::Require(value) => {
                demand!(!self.effects, "requirements come before all that is noticed");
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
        let fixed = known.inner[self.counted..].iter().all(|&step| step == Step::NONE);
        demand!(fixed, "the access moves with a region that counts its turns");
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
