//! Branches: both arms run, each under its mask, and a value of both is chosen by the
//! condition. An arm that costs much is a region, which is skipped where no lane takes it.

use super::best::Replacement;
use super::body::{BodyPlanner, Plan, Shape};
use super::order::writes;
use crate::passes::effects::Root;
use crate::report::{Obstacle, Reason, RegionKind, RegionReport};
use mambo_ir::function::{Binary, Block, Inst, Op, Terminator, Unary, Value};
use mambo_ir::vector::{Region, VectorInst, VectorOp, each_of};
use mambo_ir::{Dtype, Span};

/// What a branch that is mispredicted costs in simple instructions, and more.
const WORTH_SKIPPING: usize = 24;

/// What the branch itself costs.
const WORTH_SKIPPING_IF_RARE: usize = 4;

/// What a division, a square root, or a gather costs in simple instructions.
const SLOW_INSTRUCTION: usize = 8;

/// A converted arm.
struct Arm {
    /// The lanes that take it, and those of them that reach its end.
    mask: Value,
    last: Option<Value>,
    /// What it yields, if its end is reached.
    values: Option<Vec<Shape>>,
    /// What it does.
    insts: Vec<VectorInst>,
    /// How often each reduction had been added to at its end.
    versions: Vec<u32>,
    /// The number of its first use of memory.
    first_use: usize,
}

/// What there was before a branch.
struct Before<'a> {
    versions: &'a [u32],
    /// The lanes that come to it.
    outer: Option<Value>,
}

impl Arm {
    /// Whether all lanes that take it reach its end.
    fn is_whole(&self) -> bool {
        self.values.is_some() && self.last == Some(self.mask)
    }
}

impl BodyPlanner<'_> {
    /// Converts a branch; whether what follows is reached.
    pub(super) fn branch(
        &mut self,
        cond: Value,
        [then, otherwise]: [Block; 2],
        results: &[Value],
        span: Span,
    ) -> Plan<bool> {
        if self.is_guard(cond, then, otherwise) {
            return self.guarded(cond, then, results);
        }
        let outer = self.mask;
        let cond = self.lanes(cond, span)?;
        let not = self.each(Op::Unary(Unary::Not, cond), Dtype::Bool, span);
        let versions = self.versions();
        // The second arm of a branch of an elementary function is for rare arguments.
        let (first, second) = match self.in_elementary {
            true => (usize::MAX, WORTH_SKIPPING_IF_RARE),
            false => (WORTH_SKIPPING, WORTH_SKIPPING),
        };
        let mut yes = self.arm(then, cond, first, span)?;
        self.set_versions(&versions);
        self.mask = outer;
        let mut no = self.arm(otherwise, not, second, span)?;
        let joined = self.join_stores(&mut yes, &mut no, outer);
        self.plan.insts.append(&mut yes.insts);
        self.plan.insts.append(&mut no.insts);
        if let Some((access, yes, no)) = joined {
            let value = self.each(Op::Select(cond, yes, no), self.plan.dtype(yes), span);
            self.push(VectorOp::Store { access, value, mask: outer }, None, span);
        }
        match (yes.values.take(), no.values.take()) {
            (Some(a), Some(b)) => {
                let before = Before { versions: &versions, outer };
                self.merge(cond, (&yes, a), (&no, b), results, before, span)?;
                let whole = yes.last == Some(yes.mask) && no.last == Some(no.mask);
                self.mask = match (yes.last, no.last) {
                    _ if whole => outer,
                    (Some(a), Some(b)) => {
                        Some(self.each(Op::Binary(Binary::Or, a, b), Dtype::Bool, span))
                    }
                    _ => None,
                };
            }
            (Some(values), None) => self.go_on_with(&yes, values, results, otherwise, outer),
            (None, Some(values)) => self.go_on_with(&no, values, results, then, outer),
            (None, None) => return Ok(false),
        }
        Ok(true)
    }

    /// Whether a branch asks before a loop inside, in the same way in all turns, if there is
    /// anything to do.
    fn is_guard(&self, cond: Value, then: Block, otherwise: Block) -> bool {
        let func = &self.pre.func;
        let holds_loop =
            |inst: &Inst| matches!(func.inst(*inst).op, Op::For { .. } | Op::Loop { .. });
        self.mask.is_none()
            && matches!(self.shape(cond), Some(Shape::Uniform(_)))
            && func.block(otherwise).insts.is_empty()
            && func.block(then).insts.iter().any(holds_loop)
    }

    /// Leaves the case in which there is nothing to do to the plain loop.
    fn guarded(&mut self, cond: Value, then: Block, results: &[Value]) -> Plan<bool> {
        let Some(Shape::Uniform(holds)) = self.shape(cond) else { return Ok(false) };
        self.only_if(holds);
        let Some(values) = self.block(then)? else { return Ok(false) };
        for (&result, value) in results.iter().zip(values) {
            if let Some(shape) = self.shape(value) {
                self.shapes.insert(result, shape);
            }
        }
        Ok(true)
    }

    fn versions(&self) -> Vec<u32> {
        self.carried.iter().map(|carried| carried.version).collect()
    }

    fn set_versions(&mut self, versions: &[u32]) {
        for (carried, &version) in self.carried.iter_mut().zip(versions) {
            carried.version = version;
        }
    }

    /// Converts an arm; what it does is in a list of its own, which may be skipped if it costs
    /// at least `worth`.
    fn arm(&mut self, block: Block, cond: Value, worth: usize, span: Span) -> Plan<Arm> {
        let mask = self.both(self.mask, cond, span);
        let before = std::mem::take(&mut self.plan.insts);
        let known = self.known.clone();
        let first_use = self.uses.len();
        self.mask = Some(mask);
        let values = self.block(block)?;
        let values = values.map(|values| {
            values.into_iter().map(|value| self.shape(value)).collect::<Option<Vec<Shape>>>()
        });
        let Some(values) = values.map_or(Some(None), |values| values.map(Some)) else {
            return Err(Obstacle { reason: Reason::Carried(None), span });
        };
        let insts = std::mem::replace(&mut self.plan.insts, before);
        let (last, versions) = (self.mask, self.versions());
        let mut arm = Arm { mask, last, values, insts, versions, first_use };
        if arm.is_whole() && cost(&arm.insts) >= worth {
            self.known = known;
            self.skip_if_none(&mut arm, span);
        }
        Ok(arm)
    }

    /// Makes an arm a region.
    fn skip_if_none(&mut self, arm: &mut Arm, span: Span) {
        let before = std::mem::take(&mut self.plan.insts);
        let (mut results, mut init, mut next) = (Vec::new(), Vec::new(), Vec::new());
        for shape in arm.values.iter_mut().flatten() {
            let Shape::Lanes(value) = *shape else { continue };
            if !defines(&arm.insts, value) {
                continue;
            }
            let dtype = self.plan.dtype(value);
            init.push(self.constant_lanes(0, dtype, span));
            let result = self.new_value(dtype);
            results.push(result);
            next.push(value);
            *shape = Shape::Lanes(result);
        }
        let active = self.new_value(Dtype::Bool);
        let params = results.iter().map(|&result| self.new_value(self.plan.dtype(result)));
        let region = Region {
            mask: Some(arm.mask),
            times: None,
            active,
            params: params.collect(),
            results,
            init,
            insts: std::mem::take(&mut arm.insts),
            next,
            again: None,
        };
        self.push(VectorOp::Region(Box::new(region)), None, span);
        arm.insts = std::mem::replace(&mut self.plan.insts, before);
        let kind = if self.in_elementary { RegionKind::Rare } else { RegionKind::Skipped };
        self.report.regions.push(RegionReport { span, kind });
    }

    /// Goes on with what the only arm that reaches its end yields. If the other one panics, no
    /// lane has taken it.
    fn go_on_with(
        &mut self,
        arm: &Arm,
        values: Vec<Shape>,
        results: &[Value],
        other: Block,
        outer: Option<Value>,
    ) {
        let panics = matches!(self.pre.func.block(other).end, Terminator::Panic { .. });
        self.mask = if panics && arm.last == Some(arm.mask) { outer } else { arm.last };
        self.set_versions(&arm.versions);
        self.shapes.extend(results.iter().copied().zip(values));
    }

    /// Chooses between what the arms yield.
    fn merge(
        &mut self,
        cond: Value,
        (yes, a): (&Arm, Vec<Shape>),
        (no, b): (&Arm, Vec<Shape>),
        results: &[Value],
        Before { versions, outer }: Before<'_>,
        span: Span,
    ) -> Plan {
        let mut merged = vec![false; self.carried.len()];
        for ((&result, a), b) in results.iter().zip(a).zip(b) {
            if let (
                Shape::Carried { reduction, version: a },
                Shape::Carried { reduction: other, version: b },
            ) = (a, b)
            {
                let at = reduction as usize;
                if reduction != other || a != yes.versions[at] || b != no.versions[at] {
                    return Err(self.carried_obstacle(self.carried[at].param, span));
                }
                self.carried[at].version = a.max(b) + 1;
                merged[at] = true;
                let version = self.carried[at].version;
                self.shapes.insert(result, Shape::Carried { reduction, version });
                continue;
            }
            if let Shape::Carried { reduction, version } = b
                && yes.last == Some(yes.mask)
                && no.versions[reduction as usize] == version
            {
                let replacement = Replacement { cond, outer, mask: yes.mask };
                let shape = self.replaced((reduction, version), a, replacement, span)?;
                merged[reduction as usize] = true;
                self.shapes.insert(result, shape);
                continue;
            }
            let (a, b) = (self.lanes_of(a, span)?, self.lanes_of(b, span)?);
            let dtype = self.plan.dtype(a);
            let value = self.each(Op::Select(cond, a, b), dtype, span);
            self.shapes.insert(result, Shape::Lanes(value));
        }
        // What an arm has added must not be forgotten.
        for at in 0..self.carried.len() {
            let changed = yes.versions[at] != versions[at] || no.versions[at] != versions[at];
            if !merged[at] && changed {
                return Err(self.carried_obstacle(self.carried[at].param, span));
            }
        }
        Ok(())
    }

    /// Two arms that end by storing to one place store once, what the condition chooses: the
    /// access, and the value of each.
    fn join_stores(
        &mut self,
        yes: &mut Arm,
        no: &mut Arm,
        outer: Option<Value>,
    ) -> Option<(u32, Value, Value)> {
        if !yes.is_whole() || !no.is_whole() {
            return None;
        }
        let store = |arm: &Arm| match arm.insts.last()?.op {
            VectorOp::Store { access, value, mask } if mask == Some(arm.mask) => {
                Some((access, value))
            }
            _ => None,
        };
        let ((access, a), (other, b)) = (store(yes)?, store(no)?);
        // What the second arm reads must not be what the first one has written.
        let reads = self.uses[no.first_use..]
            .iter()
            .any(|used| !used.store && !matches!(used.root, Root::Frozen(_)));
        if access != other || reads {
            return None;
        }
        yes.insts.pop();
        no.insts.pop();
        self.report.accesses.pop();
        if let Some(report) = self.report.accesses.iter_mut().rfind(|access| access.store) {
            report.masked = outer.is_some();
        }
        Some((access, a, b))
    }

    /// Leaves a panic to the plain loop.
    pub(super) fn never(&mut self) -> Plan {
        let Some(mask) = self.mask else { return Ok(()) };
        let span = self.pre.span;
        let not = self.each(Op::Unary(Unary::Not, mask), Dtype::Bool, span);
        self.require(not, None, span)
    }
}

/// Whether a value is one of these instructions'.
fn defines(insts: &[VectorInst], value: Value) -> bool {
    insts.iter().any(|inst| match &inst.op {
        VectorOp::Region(region) => region.results.contains(&value),
        _ => inst.result == Some(value),
    })
}

/// What instructions cost, in simple ones. What is written is not worth a branch: a mask does.
fn cost(insts: &[VectorInst]) -> usize {
    let mut sum = 0;
    each_of(insts, &mut |inst| {
        sum += match inst.op {
            VectorOp::Each(Op::Binary(Binary::Div | Binary::Rem, ..))
            | VectorOp::Each(Op::Unary(Unary::Sqrt, _))
            | VectorOp::Gather { .. } => SLOW_INSTRUCTION,
            VectorOp::Each(Op::Const(_)) | VectorOp::Splat(_) => 0,
            _ if writes(inst) => 0,
            _ => 1,
        };
    });
    sum
}
