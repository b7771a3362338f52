//! Turns `loop`s that count into `for` loops.
//!
//! ```text
//! loop (i = a, ..) { if i < n { .. } else { break r } .. yield (i + 1, ..) }
//! ⇒ scope { for i in a..n { .. }; i = max(a, n); yield r }
//! ```
//!
//! The first thing such a loop does, pure instructions aside, is to leave unless a comparison
//! of a carried value with something invariant holds, and every way to the next turn adds the
//! same constant to that value. The range is chosen such that counting cannot wrap in it.
//! What the leaving arm hands out is computed after the loop, from the values at its end.

use crate::passes::clone::Copy;
use crate::passes::definitions::{Definitions, is_movable};
use crate::passes::ranges::{is_ranged, limits};
use crate::passes::simplify::{mirrored, negated};
use crate::passes::walk;
use mambo_ir::function::{
    Binary, Block, Compare, Function, Inst, Op, Terminator, Value, ValueType,
};
use mambo_ir::{Const, Dtype};

/// Turns counting loops into `for` loops; see the head of the file.
pub fn recognize_counted_loops(func: &mut Function) {
    let definitions = Definitions::of(func);
    for block in walk::blocks_in(func, func.entry) {
        for inst in func.block(block).insts.clone() {
            if let Some(counted) = Counted::of(func, &definitions, inst) {
                counted.rewrite(func, inst);
            }
        }
    }
}

/// The range that a loop counts through.
#[derive(Debug)]
enum Range {
    /// From the initial value up to below a limit.
    Up { limit: Value, step: u64 },
    /// From the initial value down to a constant, in steps of one.
    Down { last: i128 },
}

/// A loop that counts.
#[derive(Debug)]
struct Counted {
    body: Block,
    init: Vec<Value>,
    /// Which carried value is the counter.
    place: usize,
    counter: Value,
    range: Range,
    /// How many instructions of the body are before the `if` that leaves.
    before: usize,
    /// The `if` that leaves, and its arm that does.
    leave: Inst,
    leaving: Block,
}

impl Counted {
    fn of(func: &Function, definitions: &Definitions, inst: Inst) -> Option<Self> {
        let Op::Loop { init, body } = &func.inst(inst).op else { return None };
        let info = func.block(*body);
        let movable = |inst: Inst| is_movable(func, definitions, &func.inst(inst).op);
        let before = info.insts.iter().position(|&inst| !movable(inst))?;
        let leave = info.insts[before];
        let Op::If { cond, then, otherwise } = func.inst(leave).op else { return None };
        let leaves = |arm: Block| {
            let arm = func.block(arm);
            matches!(arm.end, Terminator::Break { target, .. } if target == *body)
                && arm.insts.iter().all(|&inst| movable(inst))
        };
        let (leaving, stays_if) = match (leaves(then), leaves(otherwise)) {
            (false, true) => (otherwise, true),
            (true, false) => (then, false),
            _ => return None,
        };
        let &Op::Compare(op, a, b) = definitions.op(func, cond)? else { return None };
        let op = if stays_if { op } else { negated(op) };
        if !is_ranged(func.dtype(a)) {
            return None;
        }
        let inside = defined_inside(func, *body);
        for (place, &counter) in info.params.iter().enumerate() {
            let (op, limit) = match (a == counter, b == counter) {
                (true, false) => (op, b),
                (false, true) => (mirrored(op), a),
                _ => continue,
            };
            if inside[limit.index()] {
                continue;
            }
            let Some(by) = change(func, definitions, *body, place, counter) else { continue };
            let Some(range) = range(func, definitions, op, limit, by) else { continue };
            let counted = Counted {
                body: *body,
                init: init.clone(),
                place,
                counter,
                range,
                before,
                leave,
                leaving,
            };
            return counted.is_computable(func).then_some(counted);
        }
        None
    }

    /// Whether the value of the counter after the loop is not needed, or simple.
    fn is_computable(&self, func: &Function) -> bool {
        if !matches!(self.range, Range::Up { step: 2.., .. }) {
            return true;
        }
        let mut needed: Vec<Value> = func.block(self.leaving).end.operands().to_vec();
        let before = &func.block(self.body).insts[..self.before];
        for &inst in before.iter().chain(&func.block(self.leaving).insts).rev() {
            let info = func.inst(inst);
            if info.results.iter().any(|result| needed.contains(result)) {
                info.op.for_each_operand(|value| needed.push(value));
            }
        }
        !needed.contains(&self.counter)
    }

    fn rewrite(self, func: &mut Function, inst: Inst) {
        let span = func.inst(inst).span;
        let whole = func.new_block();
        let mut insts = Vec::new();
        let mut insert = |func: &mut Function, op: Op, ty: Dtype| {
            let inst = func.new_inst(op, &[ty.into()], span);
            insts.push(inst);
            func.inst(inst).results[0]
        };
        let dtype = func.dtype(self.counter);
        let first = self.init[self.place];
        let (start, end, step, reverse, last) = match self.range {
            Range::Up { limit, step } => {
                let last = insert(func, Op::Binary(Binary::Max, first, limit), dtype);
                (first, limit, step, false, last)
            }
            Range::Down { last } => {
                let start = insert(func, Op::Const(Const::int(dtype, last)), dtype);
                let after = insert(func, Op::Const(Const::int(dtype, last - 1)), dtype);
                let after = insert(func, Op::Binary(Binary::Min, first, after), dtype);
                (start, first, 1, true, after)
            }
        };
        let mut init = self.init.clone();
        init.remove(self.place);
        let types: Vec<ValueType> = init.iter().map(|&value| func.ty(value)).collect();
        let op = Op::For { start, end, step, inclusive: reverse, reverse, init, body: self.body };
        let counted = func.new_inst(op, &types, span);
        insts.push(counted);

        // What the leaving arm hands out, in terms of the values at the end.
        let mut copy = Copy::within();
        let mut carried = func.inst(counted).results.clone();
        carried.insert(self.place, last);
        for (&param, &value) in func.block(self.body).params.iter().zip(&carried) {
            copy.map(param, value);
        }
        let mut tail = func.block(self.body).insts[..self.before].to_vec();
        tail.append(&mut func.block_mut(self.leaving).insts);
        insts.extend(tail.into_iter().map(|inst| copy.inst(func, inst)));
        let end = copy.end(func.block(self.leaving).end.clone());
        func.block_mut(whole).insts = insts;
        func.block_mut(whole).end = Terminator::Yield(end.operands().to_vec());
        func.block_mut(self.leaving).end = Terminator::Unreachable;

        self.adapt_body(func, whole);
        func.inst_mut(inst).op = Op::Scope { body: whole };
    }

    /// Makes the body of the `loop` that of a `for`.
    fn adapt_body(&self, func: &mut Function, whole: Block) {
        let params = &mut func.block_mut(self.body).params;
        let counter = params.remove(self.place);
        params.insert(0, counter);
        if let Terminator::Yield(values) = &mut func.block_mut(self.body).end {
            values.remove(self.place);
        }
        for block in walk::blocks_in(func, self.body) {
            match &mut func.block_mut(block).end {
                Terminator::Continue { target, values } if *target == self.body => {
                    values.remove(self.place);
                }
                Terminator::Break { target, .. } if *target == self.body => *target = whole,
                _ => {}
            }
        }
        // The arm that stays is taken in every turn.
        let Op::If { then, .. } = func.inst(self.leave).op else { return };
        let stays = Const::bool(then != self.leaving);
        let span = func.inst(self.leave).span;
        let constant = func.new_inst(Op::Const(stays), &[Dtype::Bool.into()], span);
        let value = func.inst(constant).results[0];
        if let Op::If { cond, .. } = &mut func.inst_mut(self.leave).op {
            *cond = value;
        }
        func.block_mut(self.body).insts.insert(self.before, constant);
    }
}

fn defined_inside(func: &Function, body: Block) -> Vec<bool> {
    let mut inside = vec![false; func.values.len()];
    for block in walk::blocks_in(func, body) {
        func.block(block).params.iter().for_each(|param| inside[param.index()] = true);
        for &inst in &func.block(block).insts {
            func.inst(inst).results.iter().for_each(|result| inside[result.index()] = true);
        }
    }
    inside
}

/// The constant that every way to the next turn adds to the counter.
fn change(
    func: &Function,
    definitions: &Definitions,
    body: Block,
    place: usize,
    counter: Value,
) -> Option<i128> {
    let mut changes = Vec::new();
    for block in walk::blocks_in(func, body) {
        let values = match &func.block(block).end {
            Terminator::Continue { target, values } if *target == body => values,
            Terminator::Yield(values) if block == body => values,
            _ => continue,
        };
        let &Op::Binary(op, a, by) = definitions.op(func, values[place])? else { return None };
        let by = definitions.int(func, by)?;
        changes.push(match op {
            Binary::Add if a == counter => by,
            Binary::Sub if a == counter => -by,
            _ => return None,
        });
    }
    let &by = changes.first()?;
    changes.iter().all(|&other| other == by).then_some(by)
}

/// The range of a loop that stays while `op` holds between the counter and `limit`.
fn range(
    func: &Function,
    definitions: &Definitions,
    op: Compare,
    limit: Value,
    by: i128,
) -> Option<Range> {
    let (least, greatest) = limits(func.dtype(limit));
    let constant = definitions.int(func, limit);
    match (op, by) {
        (Compare::Lt, 1) => Some(Range::Up { limit, step: 1 }),
        (Compare::Lt, 2..) => {
            let is_length = matches!(definitions.op(func, limit), Some(Op::Dim { .. }));
            let highest = if is_length { Some(i128::from(i64::MAX)) } else { constant };
            (highest? + by - 1 <= greatest).then_some(Range::Up { limit, step: by as u64 })
        }
        (Compare::Gt, -1) => Some(Range::Down { last: constant? + 1 }),
        (Compare::Ne, -1) if constant? == least => Some(Range::Down { last: least + 1 }),
        (Compare::Ge, -1) if constant? > least => Some(Range::Down { last: constant? }),
        _ => None,
    }
    .filter(|range| !matches!(range, Range::Down { last } if *last > greatest))
}
