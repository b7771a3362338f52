//! Lowers `if`, `match`, blocks with labels, `break`, `continue` and `return`.

use super::value::Val;
use super::{Frame, Lower, Result};
use crate::infer::ty::Ty;
use mambo_ir::function::{Block as IrBlock, Op, Terminator, Value, ValueType};
use mambo_ir::kernel::{Arm, Block, Expr, ExprKind, LabelId};

/// One arm of a branch, built: where it ends, what it gives; nothing if it never ends.
struct ArmEnd {
    start: IrBlock,
    end: Option<(IrBlock, Vec<Value>)>,
    template: Val,
}

impl<'u> Lower<'_, 'u> {
    /// Runs one of two arms. `ty` is the type of their value, `carried` the bindings they may
    /// change.
    pub(super) fn branch(
        &mut self,
        cond: Value,
        carried: &[u32],
        ty: &Ty,
        then: impl FnOnce(&mut Self) -> Result<Val>,
        otherwise: impl FnOnce(&mut Self) -> Result<Val>,
    ) -> Result<Val> {
        let env = self.save(carried);
        let then = self.arm(carried, ty, then)?;
        self.restore(carried, &env);
        let otherwise = self.arm(carried, ty, otherwise)?;
        self.restore(carried, &env);

        let types = self.arm_types(&then, &otherwise);
        for arm in [&then, &otherwise] {
            self.end_arm(arm, &types);
        }
        let op = Op::If { cond, then: then.start, otherwise: otherwise.start };
        let ends = then.end.is_some() || otherwise.end.is_some();
        let template = match (then.end, otherwise.end) {
            (Some(_), None) => then.template,
            (None, _) => otherwise.template,
            (Some(_), Some(_)) => not_fresh(then.template),
        };
        let results = self.b.insert(op, &types).to_vec();
        if !ends {
            self.kill(Terminator::Unreachable);
            return Ok(self.anything(ty));
        }
        let mut results = results.into_iter();
        let value = template.rebuild(&mut results);
        self.set_carried(carried, &mut results);
        Ok(value)
    }

    /// Builds an arm in a block of its own.
    fn arm(
        &mut self,
        carried: &[u32],
        ty: &Ty,
        build: impl FnOnce(&mut Self) -> Result<Val>,
    ) -> Result<ArmEnd> {
        let start = self.b.func.new_block();
        let outer = self.enter_block(start);
        let value = build(self)?;
        let mut template = Val::UNIT;
        let mut end = None;
        if !self.dead {
            let mut leaves = Vec::new();
            if !matches!(ty, Ty::Never) && *ty != Ty::UNIT {
                template = self.handed_out(value, ty)?;
                template.leaves(&mut leaves);
            }
            leaves.extend(self.carried_leaves(carried));
            end = Some((self.b.current(), leaves));
        }
        self.leave_block(outer);
        Ok(ArmEnd { start, end, template })
    }

    fn arm_types(&self, then: &ArmEnd, otherwise: &ArmEnd) -> Vec<ValueType> {
        let types = |arm: &ArmEnd| -> Option<Vec<ValueType>> {
            let (_, leaves) = arm.end.as_ref()?;
            Some(leaves.iter().map(|leaf| self.b.func.ty(*leaf)).collect())
        };
        match (types(then), types(otherwise)) {
            (Some(a), Some(b)) => a.into_iter().zip(b).map(|(a, b)| Self::joined(a, b)).collect(),
            (Some(types), None) | (None, Some(types)) => types,
            (None, None) => Vec::new(),
        }
    }

    fn end_arm(&mut self, arm: &ArmEnd, types: &[ValueType]) {
        let Some((block, leaves)) = &arm.end else { return };
        let outer = self.b.switch_to(*block);
        let leaves = leaves.iter().zip(types).map(|(leaf, ty)| self.coerce(*leaf, *ty)).collect();
        self.b.end(Terminator::Yield(leaves));
        self.b.switch_to(outer);
    }

    pub(super) fn save(&self, carried: &[u32]) -> Vec<Option<Val>> {
        carried.iter().map(|local| self.env[*local as usize].clone()).collect()
    }

    pub(super) fn restore(&mut self, carried: &[u32], saved: &[Option<Val>]) {
        for (local, value) in carried.iter().zip(saved) {
            self.set_env(*local, value.clone());
        }
    }

    pub(super) fn if_expr(
        &mut self,
        expr: &'u Expr,
        cond: &'u Expr,
        then: &'u Block,
        otherwise: Option<&'u Expr>,
    ) -> Result<Val> {
        let mut others: Vec<&Expr> = otherwise.into_iter().collect();
        let conds = chain(cond);
        if conds.iter().skip(1).any(|cond| matches!(cond.kind, ExprKind::Let(..))) {
            others.push(cond);
            let carried = self.carried(self.assignments.within(&others, &[then]));
            return self.if_chain(self.ty(expr), &carried, &conds, then, otherwise);
        }
        let cond = self.condition(cond)?;
        let carried = self.carried(self.assignments.within(&others, &[then]));
        let run_then = |lower: &mut Self| lower.block(then);
        let run_otherwise = |lower: &mut Self| match otherwise {
            Some(otherwise) => lower.expr(otherwise),
            None => Ok(Val::UNIT),
        };
        self.branch(cond, &carried, self.ty(expr), run_then, run_otherwise)
    }

    /// An `if` whose conditions bind names one for the other. The first that fails leaves the
    /// inner scope, where the other arm follows.
    fn if_chain(
        &mut self,
        ty: &Ty,
        carried: &[u32],
        conds: &[&'u Expr],
        then: &'u Block,
        otherwise: Option<&'u Expr>,
    ) -> Result<Val> {
        self.scope(None, false, carried.to_vec(), ty, |lower| {
            let whole = lower.frames.len() - 1;
            lower.scope(None, false, carried.to_vec(), &Ty::UNIT, |lower| {
                lower.leave_unless(conds, lower.frames.len() - 1)?;
                let value = lower.block(then)?;
                if !lower.dead {
                    lower.leave(whole, value, ty)?;
                }
                Ok(Val::UNIT)
            })?;
            match otherwise {
                Some(otherwise) => lower.expr(otherwise),
                None => Ok(Val::UNIT),
            }
        })
    }

    /// Leaves the frame at `index` at the first condition that does not hold; what the
    /// conditions bind has its value from here on.
    pub(super) fn leave_unless(&mut self, conds: &[&'u Expr], index: usize) -> Result<()> {
        for cond in conds {
            let holds = self.condition(cond)?;
            let go_on = |_: &mut Self| Ok(Val::UNIT);
            let stop = |lower: &mut Self| {
                lower.leave(index, Val::UNIT, &Ty::UNIT)?;
                Ok(Val::UNIT)
            };
            self.branch(holds, &[], &Ty::UNIT, go_on, stop)?;
        }
        Ok(())
    }

    pub(super) fn match_expr(
        &mut self,
        expr: &'u Expr,
        value: &'u Expr,
        arms: &'u [Arm],
    ) -> Result<Val> {
        let value = self.matched_value(value)?;
        self.match_arms(self.ty(expr), &value, arms)
    }

    /// What a pattern is matched with: a place only behind `&mut`.
    pub(super) fn matched_value(&mut self, expr: &'u Expr) -> Result<Val> {
        let reference = matches!(self.ty(expr), Ty::RefMut(_));
        let value = self.expr(expr)?;
        if reference { Ok(value) } else { self.loaded(value) }
    }

    /// Tries the arms in order; there is always one that matches.
    fn match_arms(&mut self, ty: &'u Ty, value: &Val, arms: &'u [Arm]) -> Result<Val> {
        let Some((arm, rest)) = arms.split_first() else {
            self.kill(Terminator::Unreachable);
            return Ok(self.anything(ty));
        };
        let bind_and_run = |lower: &mut Self| {
            lower.bind(&arm.pattern, value.clone())?;
            lower.expr(&arm.body)
        };
        if rest.is_empty() || (arm.guard.is_none() && self.is_irrefutable(&arm.pattern)) {
            return bind_and_run(self);
        }
        let mut matched = self.test(&arm.pattern, value)?;
        if let Some(guard) = &arm.guard {
            let run_guard = |lower: &mut Self| {
                lower.bind(&arm.pattern, value.clone())?;
                Ok(Val::Scalar(lower.condition(guard)?))
            };
            let no = |lower: &mut Self| Ok(Val::Scalar(lower.b.constant(false)));
            let carried = self.carried(self.assignments.within(&[guard], &[]));
            let guarded = self.branch(matched, &carried, &Ty::BOOL, run_guard, no)?;
            matched = self.scalar(guarded)?;
        }
        let below: Vec<&Expr> = arms
            .iter()
            .flat_map(|arm| arm.guard.iter().chain(std::iter::once(&arm.body)))
            .collect();
        let carried = self.carried(self.assignments.within(&below, &[]));
        self.branch(matched, &carried, ty, bind_and_run, |lower| lower.match_arms(ty, value, rest))
    }

    /// `'label: { … }`.
    pub(super) fn labelled_block(
        &mut self,
        expr: &'u Expr,
        label: LabelId,
        body: &'u Block,
    ) -> Result<Val> {
        if !super::walk::breaks(label, body) {
            return self.block(body);
        }
        let carried = self.carried(self.assignments.within(&[], &[body]));
        self.scope(Some(label), false, carried, self.ty(expr), |lower| lower.block(body))
    }

    /// Runs `build` in a scope that `break`s of `label` (or `return`s of a closure) leave.
    pub(super) fn scope(
        &mut self,
        label: Option<LabelId>,
        closure: bool,
        carried: Vec<u32>,
        ty: &Ty,
        build: impl FnOnce(&mut Self) -> Result<Val>,
    ) -> Result<Val> {
        let body = self.b.func.new_block();
        let types = self.carried_types(&carried);
        let saved = self.save(&carried);
        self.frames.push(Frame {
            label,
            breaks: body,
            continues: None,
            carried: carried.clone(),
            types,
            result: None,
            closure,
        });
        let outer = self.enter_block(body);
        let value = build(self)?;
        if !self.dead {
            // Leaving at the end is a break like any other.
            self.leave(self.frames.len() - 1, value, ty)?;
        }
        let frame = self.frames.pop().expect("the frame pushed above");
        self.leave_block(outer);
        self.restore(&carried, &saved);
        self.finish_frame(frame, Op::Scope { body }, ty)
    }

    /// Inserts the instruction of a frame and gives out its results.
    pub(super) fn finish_frame(&mut self, frame: Frame, op: Op, ty: &Ty) -> Result<Val> {
        let ends = frame.result.is_some();
        let (template, mut types) = frame.result.unwrap_or((Val::UNIT, Vec::new()));
        types.extend(&frame.types);
        let results = self.b.insert(op, &types).to_vec();
        if !ends {
            self.kill(Terminator::Unreachable);
            return Ok(self.anything(ty));
        }
        let mut results = results.into_iter();
        let value = template.rebuild(&mut results);
        self.set_carried(&frame.carried, &mut results);
        Ok(value)
    }

    /// The types that bindings have while a loop or scope may change them.
    pub(super) fn carried_types(&self, carried: &[u32]) -> Vec<ValueType> {
        self.carried_leaves(carried)
            .into_iter()
            .map(|leaf| Self::loosened(self.b.func.ty(leaf)))
            .collect()
    }

    /// The values of bindings, each of its type of [`Self::carried_types`].
    pub(super) fn carried_values(&mut self, carried: &[u32], types: &[ValueType]) -> Vec<Value> {
        let leaves = self.carried_leaves(carried);
        leaves.into_iter().zip(types).map(|(leaf, ty)| self.coerce(leaf, *ty)).collect()
    }

    /// Breaks out of the frame at `index` with `value`.
    pub(super) fn leave(&mut self, index: usize, value: Val, ty: &Ty) -> Result<()> {
        let value = if *ty == Ty::UNIT || matches!(ty, Ty::Never) {
            Val::UNIT
        } else {
            self.handed_out(value, ty)?
        };
        let mut leaves = Vec::new();
        value.leaves(&mut leaves);
        let types: Vec<ValueType> = match &self.frames[index].result {
            Some((_, types)) => types.clone(),
            None => leaves.iter().map(|leaf| Self::loosened(self.b.func.ty(*leaf))).collect(),
        };
        let mut values: Vec<Value> =
            leaves.iter().zip(&types).map(|(leaf, ty)| self.coerce(*leaf, *ty)).collect();
        let template = not_fresh(value);
        self.frames[index].result.get_or_insert((template, types));
        let (carried, carried_types) =
            (self.frames[index].carried.clone(), self.frames[index].types.clone());
        values.extend(self.carried_values(&carried, &carried_types));
        let target = self.frames[index].breaks;
        self.kill(Terminator::Break { target, values });
        Ok(())
    }

    fn frame(&self, label: LabelId) -> usize {
        self.frames
            .iter()
            .rposition(|frame| frame.label == Some(label))
            .expect("the front end resolved the label")
    }

    pub(super) fn break_to(&mut self, label: LabelId, value: Option<&'u Expr>) -> Result<Val> {
        let (value, ty) = match value {
            Some(value) => (self.expr(value)?, self.ty(value).clone()),
            None => (Val::UNIT, Ty::UNIT),
        };
        let index = self.frame(label);
        self.leave(index, value, &ty)?;
        Ok(Val::UNIT)
    }

    pub(super) fn continue_to(&mut self, label: LabelId) -> Result<Val> {
        let index = self.frame(label);
        let frame = &self.frames[index];
        let (carried, types) = (frame.carried.clone(), frame.types.clone());
        let target = frame.continues.expect("the front end checked that this is a loop");
        let values = self.carried_values(&carried, &types);
        self.kill(Terminator::Continue { target, values });
        Ok(Val::UNIT)
    }

    pub(super) fn return_expr(&mut self, value: Option<&'u Expr>) -> Result<Val> {
        let (value, ty) = match value {
            Some(value) => (self.expr(value)?, self.ty(value).clone()),
            None => (Val::UNIT, Ty::UNIT),
        };
        match self.frames.iter().rposition(|frame| frame.closure) {
            Some(index) => self.leave(index, value, &ty)?,
            None => {
                let result = Ty::from_host(&self.unit.instance.signature.result);
                self.return_value(value, &result)?;
            }
        }
        Ok(Val::UNIT)
    }
}

/// The parts of a condition joined with `&&`, if one of them binds names; otherwise the whole.
pub(super) fn chain(cond: &Expr) -> Vec<&Expr> {
    fn parts<'e>(cond: &'e Expr, out: &mut Vec<&'e Expr>) {
        match &cond.kind {
            ExprKind::Logical { and: true, left, right } => {
                parts(left, out);
                parts(right, out);
            }
            _ => out.push(cond),
        }
    }
    let mut found = Vec::new();
    parts(cond, &mut found);
    if found.iter().any(|part| matches!(part.kind, ExprKind::Let(..))) {
        return found;
    }
    vec![cond]
}

/// `value` without the knowledge that its arrays are whole allocations.
pub(super) fn not_fresh(value: Val) -> Val {
    match value {
        Val::Array(array) => Val::Array(super::ArrayVal { fresh: false, ..array }),
        Val::Group(items) => Val::Group(items.into_iter().map(not_fresh).collect()),
        Val::Option { some, item } => Val::Option { some, item: Box::new(not_fresh(*item)) },
        other => other,
    }
}
