//! Plans innermost `for` loops whose turns may run side by side, as vector loops.
//!
//! ```text
//! %r = for start..end step s (%i, %c = init) { … }
//! ⇒ count = the number of turns
//!   %done, %v = vector count (…) reduce (init) { … }
//!   if done < count { %r = for start + done * s..end step s (%i, %c = %v) { … } } else { %v }
//! ```
//!
//! The vector loop does a prefix of the turns, as [`mambo_ir::vector`] says, and the plain loop
//! the rest: what does not fill a batch, and everything from a check that fails on, so that a
//! panic comes at its turn with all the writes before it.
//!
//! A loop that holds others is planned if these were not, for a reason that does not matter
//! across the turns of the outer loop: a `while`, a sum in order, an early `break`.
//!
//! * `affine`: what a value is to the loop: uniform, a line, or different in each turn;
//! * `body`: the body in lanes; `branch` and `nest`: branches, with masks, and loops inside;
//!   `lanes`, `memory`, `limit`: its values, accesses and checks; `reduction`, `best` and
//!   `reach`: what it carries;
//!   `order`: its instructions put in order;
//! * `dependence`: whether turns disturb one another;
//! * `elementary`: the body of `exp` and the like in lanes;
//! * `extent`: how much the loop writes with those around it;
//! * `gain`: whether vectors make it faster; `operation`: what has a vector form;
//! * `views`: parts of views that move with the turns;
//! * `partials`: reductions of floats by a plain loop, where no backend does the vector loop.

mod affine;
mod best;
mod body;
mod branch;
mod dependence;
mod elementary;
mod extent;
mod gain;
mod lanes;
mod limit;
mod memory;
mod nest;
mod operation;
mod order;
mod partials;
mod reach;
mod reduction;
mod views;

use crate::passes::definitions::Definitions;
use crate::passes::walk;
use crate::report::{LoopReport, Obstacle, Reason};
use affine::{Affine, Preheader};
use best::Part;
use body::{BodyPlanner, Planned};
use mambo_ir::function::{
    Binary, Block, Compare, Function, Inst, Op, Terminator, Value, ValueType,
};
use mambo_ir::vector::{Step, VectorLoop};
use mambo_ir::{Dtype, Span};
use partials::PlainPartials;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A loop of fewer turns is not worth it.
const FEWEST_TURNS: i128 = 8;

/// Plans loops; see the head of the file. Says what became of each.
pub fn vectorize_loops(func: &mut Function) -> Vec<LoopReport> {
    let mut planner = Planner {
        split: split_loops(func),
        around: extent::loops_around(func),
        reports: FxHashMap::default(),
    };
    let order: Vec<Inst> = func
        .reachable_insts()
        .into_iter()
        .filter(|&inst| matches!(func.inst(inst).op, Op::For { .. } | Op::Loop { .. }))
        .collect();
    // Inner loops first.
    for block in walk::blocks_in(func, func.entry).into_iter().rev() {
        let insts = std::mem::take(&mut func.block_mut(block).insts);
        let mut out = Vec::with_capacity(insts.len());
        for inst in insts {
            planner.inst(func, inst, &mut out);
        }
        func.block_mut(block).insts = out;
    }
    order.iter().filter_map(|inst| planner.reports.remove(inst)).collect()
}

/// What is known of all loops while they are planned.
struct Planner {
    /// The loops that others have left their checks to.
    split: Vec<Inst>,
    /// The loops around each one.
    around: FxHashMap<Inst, Vec<Inst>>,
    reports: FxHashMap<Inst, LoopReport>,
}

impl Planner {
    /// Plans an instruction if it is a loop, and appends what becomes of it.
    fn inst(&mut self, func: &mut Function, inst: Inst, out: &mut Vec<Inst>) {
        let span = func.inst(inst).span;
        if let Op::Loop { .. } = func.inst(inst).op {
            let outcome = Err(Obstacle { reason: Reason::While, span });
            self.reports.insert(inst, LoopReport { span, checks: 0, outcome });
        }
        let Some(range) = Range::of(func, inst).filter(|_| !self.split.contains(&inst)) else {
            out.push(inst);
            return;
        };
        let outcome = match self.plan(func, inst, &range, span) {
            Ok(planned) => {
                self.absorb(func, &range, span);
                let report = planned.planned.report.clone();
                replace(func, inst, &range, planned, out);
                Ok(report)
            }
            Err(obstacle) => {
                out.push(inst);
                Err(obstacle)
            }
        };
        self.reports.insert(inst, LoopReport { span, checks: 0, outcome });
    }

    /// Notes that the loops inside run in the lanes of the one at `span`.
    fn absorb(&mut self, func: &Function, range: &Range, span: Span) {
        walk::each_inst(func, range.body, &mut |inner| {
            if let Some(report) = self.reports.get_mut(&inner) {
                report.outcome = Err(Obstacle { reason: Reason::InLanes, span });
            }
        });
    }

    fn plan(
        &self,
        func: &mut Function,
        inst: Inst,
        range: &Range,
        span: Span,
    ) -> Result<Counted, Obstacle> {
        let mut definitions = Definitions::of(func);
        let constant = |value| definitions.int(func, value);
        if let (Some(start), Some(end)) = (constant(range.start), constant(range.end))
            && (end - start) / i128::from(range.step) < FEWEST_TURNS
        {
            return Err(Obstacle { reason: Reason::FewTurns, span });
        }
        if let Some(obstacle) = self.quick_obstacle(func, range.body) {
            return Err(obstacle);
        }
        let around = self.around.get(&inst).into_iter().flatten();
        let around: Vec<Range> = around.filter_map(|&outer| Range::of(func, outer)).collect();
        let mut pre = Preheader { func, definitions: &mut definitions, insts: Vec::new(), span };
        let count = count(&mut pre, range);
        let index = index(&mut pre, range, count);
        let planner = BodyPlanner::new(pre, count, range.body, &self.split);
        let planned = planner.plan(index, &range.init, &around)?;
        Ok(Counted { count, planned })
    }

    /// What rules a loop out at a glance, before anything is made for it.
    fn quick_obstacle(&self, func: &Function, body: Block) -> Option<Obstacle> {
        let mut found = None;
        walk::each_inst(func, body, &mut |inst| {
            let info = func.inst(inst);
            let reason = match info.op {
                Op::For { .. } | Op::Loop { .. } if self.may_be_inside(inst) => return,
                Op::For { .. } | Op::Loop { .. } | Op::VectorLoop { .. } => Reason::InnerLoop,
                Op::Call { .. } | Op::HostCall { .. } => Reason::Call,
                Op::Alloc { .. } | Op::Free(_) | Op::StackArray { .. } => Reason::Allocation,
                _ => return,
            };
            found.get_or_insert(Obstacle { reason, span: info.span });
        });
        found
    }

    /// Whether what stopped a loop does not matter where it runs in lanes.
    fn may_be_inside(&self, inst: Inst) -> bool {
        let Some(report) = self.reports.get(&inst) else { return self.split.contains(&inst) };
        matches!(&report.outcome, Err(obstacle) if matches!(
            obstacle.reason,
            Reason::While
                | Reason::EarlyExit
                | Reason::OrderedReduction(_)
                | Reason::Carried(_)
                | Reason::FewTurns
                | Reason::NoGain
        ))
    }
}

/// The loops that another one of the same place has left its checks to; they are rarely
/// entered.
fn split_loops(func: &Function) -> Vec<Inst> {
    let mut loops = Vec::new();
    for inst in func.reachable_insts() {
        let Op::For { body, .. } = func.inst(inst).op else { continue };
        let mut checks = 0;
        walk::each_inst(func, body, &mut |inner| {
            checks += usize::from(matches!(func.inst(inner).op, Op::CheckIndex { .. }));
        });
        loops.push((func.inst(inst).span, checks, inst));
    }
    let has_fewer = |(span, checks, _): &&(Span, usize, Inst)| {
        span.is_known() && loops.iter().any(|(other, fewer, _)| other == span && fewer < checks)
    };
    loops.iter().filter(has_fewer).map(|(_, _, inst)| *inst).collect()
}

/// The parts of a `for`.
#[derive(Clone)]
struct Range {
    start: Value,
    end: Value,
    step: u64,
    inclusive: bool,
    reverse: bool,
    init: Vec<Value>,
    body: Block,
}

impl Range {
    fn of(func: &Function, inst: Inst) -> Option<Self> {
        match func.inst(inst).op.clone() {
            Op::For { start, end, step, inclusive, reverse, init, body } => {
                Some(Range { start, end, step, inclusive, reverse, init, body })
            }
            _ => None,
        }
    }
}

/// A loop that can run in vectors, and its number of turns.
struct Counted {
    count: Value,
    planned: Planned,
}

/// The number of turns, as `usize`.
fn count(pre: &mut Preheader<'_>, range: &Range) -> Value {
    let dtype = pre.func.dtype(range.start);
    let compare = if range.inclusive { Compare::Le } else { Compare::Lt };
    let some = pre.insert(Op::Compare(compare, range.start, range.end), Dtype::Bool);
    let distance = pre.binary(Binary::Sub, range.end, range.start);
    let distance = match dtype.is_signed_int() {
        true => pre.cast(distance, dtype.to_unsigned()),
        false => distance,
    };
    let distance = pre.cast(distance, Dtype::Usize);
    let one = pre.int(Dtype::Usize, 1);
    let turns = match (range.inclusive, range.step) {
        (false, 1) => distance,
        (inclusive, step) => {
            let last = if inclusive { distance } else { pre.binary(Binary::Sub, distance, one) };
            let last = if step == 1 {
                last
            } else {
                let step = pre.int(Dtype::Usize, step as i64);
                pre.binary(Binary::Div, last, step)
            };
            pre.binary(Binary::SaturatingAdd, last, one)
        }
    };
    let zero = pre.int(Dtype::Usize, 0);
    pre.insert(Op::Select(some, turns, zero), Dtype::Usize)
}

/// The index of the loop as a line.
fn index(pre: &mut Preheader<'_>, range: &Range, count: Value) -> Affine {
    let dtype = pre.func.dtype(range.start);
    if !range.reverse {
        let (base, constant) = match pre.known(range.start) {
            Some(constant) => (None, constant),
            None => (Some(range.start), 0),
        };
        return Affine::index(base, constant, range.step as i64, dtype);
    }
    // The last index comes first.
    let one = pre.int(Dtype::Usize, 1);
    let before = pre.binary(Binary::Sub, count, one);
    let before = pre.cast(before, dtype);
    let step = pre.int(dtype, range.step as i64);
    let distance = pre.binary(Binary::Mul, before, step);
    let last = pre.binary(Binary::Add, range.start, distance);
    Affine::index(Some(last), 0, (range.step as i64).wrapping_neg(), dtype)
}

/// Puts the vector loop before the plain one.
fn replace(func: &mut Function, inst: Inst, range: &Range, counted: Counted, out: &mut Vec<Inst>) {
    let Counted { count, planned } = counted;
    let Planned { plan, count: allowed, args, init, parts, preheader, .. } = planned;
    let info = func.inst(inst).clone();
    out.extend(preheader);
    let types: Vec<ValueType> = info.results.iter().map(|&result| func.ty(result)).collect();
    let mut results = vec![ValueType::Scalar(Dtype::Usize)];
    results.extend(plan.carried().map(ValueType::from));
    let vector = Vector { count: allowed, args, init, results };
    let results = vector.insert(func, plan.clone(), info.span, out);
    let mut results = carried(func, &plan, range, &parts, results, info.span, out);
    if let Some(partials) = plan.partials() {
        let mut reductions = plan.reductions.iter().copied();
        let carried = parts.iter().map(|part| match part {
            Some(_) => None,
            None => reductions.next(),
        });
        let fallback = PlainPartials {
            range,
            total: count,
            count: allowed,
            partials,
            reductions: carried.collect(),
        };
        results = fallback.otherwise(func, results, info.span, out);
    }
    let (done, reductions) = (results[0], results[1..].to_vec());

    let mut definitions = Definitions::of(func);
    let mut pre =
        Preheader { func, definitions: &mut definitions, insts: Vec::new(), span: info.span };
    let rest = rest(&mut pre, range, count, done, reductions.clone());
    let mut insts = pre.insts;
    let remainder = func.new_inst(rest, &types, info.span);
    insts.push(remainder);
    let some =
        func.new_inst(Op::Compare(Compare::Lt, done, count), &[Dtype::Bool.into()], info.span);
    out.push(some);
    let cond = func.inst(some).results[0];
    let (then, otherwise) = (func.new_block(), func.new_block());
    let yielded = func.inst(remainder).results.clone();
    func.block_mut(then).insts = insts;
    func.block_mut(then).end = Terminator::Yield(yielded);
    func.block_mut(otherwise).end = Terminator::Yield(reductions);
    func.inst_mut(inst).op = Op::If { cond, then, otherwise };
    out.push(inst);
}

/// The turns done, and what the plain loop carries, given the results of the vector loop.
fn carried(
    func: &mut Function,
    plan: &VectorLoop,
    range: &Range,
    parts: &[Option<Part>],
    results: Vec<Value>,
    span: Span,
    out: &mut Vec<Inst>,
) -> Vec<Value> {
    let mut definitions = Definitions::of(func);
    let mut pre = Preheader { func, definitions: &mut definitions, insts: Vec::new(), span };
    let mut reductions = results[1..].iter();
    let mut values = vec![results[0]];
    values.extend(parts.iter().zip(&range.init).map(|(part, &init)| match *part {
        Some(part) => best::after(&mut pre, plan, part, init, &results[1..]),
        None => *reductions.next().expect("every other one is a reduction"),
    }));
    out.append(&mut pre.insts);
    values
}

/// The operands and result types of a vector loop.
struct Vector {
    count: Value,
    args: Vec<Value>,
    init: Vec<Value>,
    results: Vec<ValueType>,
}

impl Vector {
    /// Appends the loop, and gives its results. Strides that are known at run time only have
    /// values they mostly are: there are forms of the loop for these, the likeliest first.
    fn insert(
        &self,
        func: &mut Function,
        plan: VectorLoop,
        span: Span,
        out: &mut Vec<Inst>,
    ) -> Vec<Value> {
        let likely = likely_steps(&plan);
        let forms: Vec<Inst> = likely
            .iter()
            .map(|steps| self.new_loop(func, with_steps(&plan, steps), span))
            .collect();
        let mut inst = self.new_loop(func, plan, span);
        let mut before = Vec::new();
        for (steps, form) in likely.iter().zip(forms).rev() {
            let otherwise = self.block(func, before, inst);
            let then = self.block(func, Vec::new(), form);
            let cond;
            (cond, before) = self.are(func, steps, span);
            inst = func.new_inst(Op::If { cond, then, otherwise }, &self.results, span);
        }
        out.append(&mut before);
        out.push(inst);
        func.inst(inst).results.clone()
    }

    /// A block that ends with an instruction and yields its results.
    fn block(&self, func: &mut Function, before: Vec<Inst>, inst: Inst) -> Block {
        let block = func.new_block();
        let results = func.inst(inst).results.clone();
        let info = func.block_mut(block);
        info.insts = before;
        info.insts.push(inst);
        info.end = Terminator::Yield(results);
        block
    }

    /// Whether inputs that are steps have these values, and what computes that.
    fn are(&self, func: &mut Function, steps: &[(u32, i64)], span: Span) -> (Value, Vec<Inst>) {
        let mut definitions = Definitions::of(func);
        let mut pre = Preheader { func, definitions: &mut definitions, insts: Vec::new(), span };
        let mut all = None;
        for &(step, likely) in steps {
            let likely = pre.int(Dtype::Isize, likely);
            let step = self.args[step as usize];
            let is = pre.insert(Op::Compare(Compare::Eq, step, likely), Dtype::Bool);
            all = Some(match all {
                None => is,
                Some(all) => pre.binary(Binary::And, all, is),
            });
        }
        (all.expect("there are steps"), pre.insts)
    }

    fn new_loop(&self, func: &mut Function, plan: VectorLoop, span: Span) -> Inst {
        let (count, args, init) = (self.count, self.args.clone(), self.init.clone());
        let op = Op::VectorLoop { count, args, init, plan: Arc::new(plan) };
        func.new_inst(op, &self.results, span)
    }
}

/// Inputs that are steps, each with a value.
type Steps = Vec<(u32, i64)>;

/// The values that steps known at run time only are likely to have: all 1, or, where some are
/// those of several accesses, as many as there are of these, which lie between one another.
fn likely_steps(plan: &VectorLoop) -> Vec<Steps> {
    /// More than these are no longer picked from whole vectors.
    const MOST: i64 = 4;
    let mut accesses: BTreeMap<u32, i64> = BTreeMap::new();
    for access in &plan.accesses {
        if let Step::Input(input) = access.step {
            *accesses.entry(input).or_default() += 1;
        }
    }
    if accesses.is_empty() {
        return Vec::new();
    }
    let dense: Steps = accesses.keys().map(|&step| (step, 1)).collect();
    let between = |count: i64| if count <= MOST { count } else { 1 };
    let interleaved: Steps =
        accesses.iter().map(|(&step, &count)| (step, between(count))).collect();
    let mut likely = vec![dense];
    if interleaved != likely[0] {
        likely.push(interleaved);
    }
    likely
}

/// The loop with values for its steps.
fn with_steps(plan: &VectorLoop, steps: &[(u32, i64)]) -> VectorLoop {
    let mut plan = plan.clone();
    for access in &mut plan.accesses {
        if let Step::Input(input) = access.step
            && let Some(&(_, step)) = steps.iter().find(|(known, _)| *known == input)
        {
            access.step = Step::Const(step);
        }
    }
    plan
}

/// The plain loop over the turns that are left, of which there is at least one.
fn rest(pre: &mut Preheader<'_>, range: &Range, count: Value, done: Value, init: Vec<Value>) -> Op {
    let dtype = pre.func.dtype(range.start);
    let Range { start, end, step, inclusive, reverse, body, .. } = *range;
    let far = |pre: &mut Preheader<'_>, turns: Value| {
        let turns = pre.cast(turns, dtype);
        let distance = match step {
            1 => turns,
            _ => {
                let step = pre.int(dtype, step as i64);
                pre.binary(Binary::Mul, turns, step)
            }
        };
        pre.binary(Binary::Add, start, distance)
    };
    if !reverse {
        let start = far(pre, done);
        return Op::For { start, end, step, inclusive, reverse, init, body };
    }
    // In reverse the first indices are left.
    let left = pre.binary(Binary::Sub, count, done);
    let one = pre.int(Dtype::Usize, 1);
    let left = pre.binary(Binary::Sub, left, one);
    let end = far(pre, left);
    Op::For { start, end, step, inclusive: true, reverse, init, body }
}

/// The plain loop over the first `turns` turns, of which there is at least one.
fn first_turns(
    pre: &mut Preheader<'_>,
    range: &Range,
    count: Value,
    turns: Value,
    init: Vec<Value>,
    body: Block,
) -> Op {
    let dtype = pre.func.dtype(range.start);
    let one = pre.int(Dtype::Usize, 1);
    let far = |pre: &mut Preheader<'_>, turns: Value| {
        let before = pre.binary(Binary::Sub, turns, one);
        let turns = pre.cast(before, dtype);
        let step = pre.int(dtype, range.step as i64);
        let distance = pre.binary(Binary::Mul, turns, step);
        pre.binary(Binary::Add, range.start, distance)
    };
    let (mut start, mut end) = (range.start, far(pre, turns));
    if range.reverse {
        // The first turns are those of the last indices.
        end = far(pre, count);
        let left = pre.binary(Binary::Sub, count, turns);
        let left = pre.binary(Binary::Add, left, one);
        start = far(pre, left);
    }
    Op::For { start, end, step: range.step, inclusive: true, reverse: range.reverse, init, body }
}
