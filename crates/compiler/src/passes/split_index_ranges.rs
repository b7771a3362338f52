//! Splits innermost `for` loops so that most turns need no bounds check.
//!
//! A check of an index that is the loop's index plus something invariant, against a length
//! that is invariant, holds up to a limit that can be computed before the loop:
//!
//! ```text
//! for i in start..end { check i + c < len; … }
//! ⇒ middle = min(end, len.saturating_sub(c))
//!   for i in start..middle { … }
//!   for i in max(start, middle)..end { check i + c < len; … }
//! ```
//!
//! So does one of an index that is small by how it is computed, a byte or a remainder: it holds
//! for all turns or none (`middle` is `end` or `start`).
//!
//! The second loop has all its checks and is rarely entered, so everything happens as before
//! and in the same order. A loop that runs in reverse runs its checked part first.

use crate::passes::clone::Copy;
use crate::passes::definitions::Definitions;
use crate::passes::{PassOptions, walk};
use mambo_ir::function::{
    Binary, Block, Compare, Function, Inst, Op, Terminator, Value, ValueType,
};
use mambo_ir::{Const, Dtype, Span};

/// The largest step of a loop that is split.
const LARGEST_STEP: u64 = 1 << 20;

/// Splits loops; see the head of the file.
pub fn split_index_ranges(func: &mut Function, options: &PassOptions) {
    let definitions = Definitions::of(func);
    for block in walk::blocks_in(func, func.entry) {
        let insts = std::mem::take(&mut func.block_mut(block).insts);
        let mut out = Vec::with_capacity(insts.len());
        for inst in insts {
            match Plan::of(func, &definitions, inst, options) {
                Some(plan) => split(func, inst, &plan, &mut out),
                None => out.push(inst),
            }
        }
        func.block_mut(block).insts = out;
    }
}

/// An index that is never greater is checked once before the loop: an array it goes to is
/// often as long.
const SMALL_INDEX: i128 = 1 << 16;

/// Up to which index of the loop a check holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Limit {
    /// Below the length.
    Length(Value),
    /// Below the length less a value.
    LengthLess(Value, Value),
    /// Below the length plus a constant, which the index is never below.
    LengthPlus(Value, u64),
    /// Up to a value that is taken the index from, if it is below the length.
    From { value: Value, len: Value },
}

/// A check that holds for every turn if the length is above a constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Reach {
    greatest: i128,
    len: Value,
}

/// How a loop is split.
#[derive(Debug)]
struct Plan {
    limits: Vec<Limit>,
    reaches: Vec<Reach>,
    /// The checks that hold below the limits, if the lengths are above those that they reach.
    checks: Vec<Inst>,
}

impl Plan {
    fn of(
        func: &Function,
        definitions: &Definitions,
        inst: Inst,
        options: &PassOptions,
    ) -> Option<Self> {
        let Op::For { start, step, body, .. } = func.inst(inst).op else { return None };
        let index = func.block(body).params[0];
        let wide = matches!(func.dtype(index), Dtype::Usize | Dtype::U64);
        if step > LARGEST_STEP || step > 1 && !wide {
            return None;
        }
        let mut inside = vec![false; func.values.len()];
        let (mut innermost, mut checks, mut size) = (true, Vec::new(), 0);
        for block in walk::blocks_in(func, body) {
            func.block(block).params.iter().for_each(|param| inside[param.index()] = true);
            for &inst in &func.block(block).insts {
                let info = func.inst(inst);
                size += 1;
                info.results.iter().for_each(|result| inside[result.index()] = true);
                innermost &= !matches!(info.op, Op::For { .. } | Op::Loop { .. });
                if let Op::CheckIndex { index, len, .. } = info.op {
                    checks.push((inst, index, len));
                }
            }
        }
        if !innermost || size > options.split_size {
            return None;
        }
        let start = definitions.int(func, start);
        let shape = Shape { func, definitions, index, start, inside };
        let mut plan = Plan { limits: Vec::new(), reaches: Vec::new(), checks: Vec::new() };
        for (check, index, len) in checks {
            if let Some(limit) = shape.limit(index, len) {
                plan.checks.push(check);
                if !plan.limits.contains(&limit) {
                    plan.limits.push(limit);
                }
            } else if let Some(reach) = shape.reach(index, len) {
                plan.checks.push(check);
                if !plan.reaches.contains(&reach) {
                    plan.reaches.push(reach);
                }
            }
        }
        (!plan.checks.is_empty()).then_some(plan)
    }
}

/// What an index looks like, seen from a loop.
struct Shape<'a> {
    func: &'a Function,
    definitions: &'a Definitions,
    /// The index of the loop.
    index: Value,
    /// Its least value, if constant.
    start: Option<i128>,
    /// The values that may differ from turn to turn.
    inside: Vec<bool>,
}

impl Shape<'_> {
    fn limit(&self, index: Value, len: Value) -> Option<Limit> {
        let outside = |value: Value| !self.inside[value.index()];
        if !outside(len) {
            return None;
        }
        if self.is_loop_index(index) {
            return Some(Limit::Length(len));
        }
        match *self.definitions.op(self.func, index)? {
            Op::Binary(Binary::Add, a, b) if self.is_loop_index(a) && outside(b) => {
                Some(Limit::LengthLess(len, b))
            }
            Op::Binary(Binary::Add, a, b) if self.is_loop_index(b) && outside(a) => {
                Some(Limit::LengthLess(len, a))
            }
            Op::Binary(Binary::Sub, a, b) if self.is_loop_index(a) => {
                let by = self.definitions.int(self.func, b)?;
                (self.start? >= by).then_some(Limit::LengthPlus(len, by as u64))
            }
            Op::Binary(Binary::Sub, a, b) if self.is_loop_index(b) && outside(a) => {
                Some(Limit::From { value: a, len })
            }
            _ => None,
        }
    }

    fn reach(&self, index: Value, len: Value) -> Option<Reach> {
        let greatest = self.greatest(index)?;
        let once = !self.inside[len.index()] && greatest < SMALL_INDEX;
        once.then_some(Reach { greatest, len })
    }

    /// What an unsigned value is never above, by how it is computed.
    fn greatest(&self, value: Value) -> Option<i128> {
        let dtype = self.func.dtype(value);
        if !dtype.is_unsigned_int() || dtype.is_int128() {
            return None;
        }
        let constant = |value| self.definitions.int(self.func, value);
        if let Some(value) = constant(value) {
            return Some(value);
        }
        let of_type = crate::passes::ranges::limits(dtype).1;
        let Some(op) = self.definitions.op(self.func, value) else { return Some(of_type) };
        let narrowed = match *op {
            Op::Cast(from) if self.func.dtype(from) == Dtype::Bool => Some(1),
            Op::Cast(from) => self.greatest(from),
            Op::Binary(Binary::And | Binary::Min, a, b) => {
                Some(self.greatest(a)?.min(self.greatest(b)?))
            }
            Op::Binary(Binary::Rem, _, b) => constant(b).map(|by| by - 1),
            Op::Binary(Binary::Div, a, b) => {
                let by = constant(b).filter(|by| *by > 0)?;
                Some(self.greatest(a)? / by)
            }
            Op::Binary(Binary::Shr, a, b) => {
                let by = constant(b)?.rem_euclid(i128::from(dtype.bits()));
                Some(self.greatest(a)? >> by)
            }
            Op::Select(_, a, b) => Some(self.greatest(a)?.max(self.greatest(b)?)),
            _ => None,
        };
        Some(narrowed.map_or(of_type, |greatest| greatest.clamp(0, of_type)))
    }

    /// Whether `value` is the index of the loop as a `usize`.
    fn is_loop_index(&self, value: Value) -> bool {
        if value == self.index {
            return self.func.dtype(value) == Dtype::Usize;
        }
        let from = self.func.dtype(self.index);
        let never_negative = !from.is_signed_int() || self.start.is_some_and(|start| start >= 0);
        never_negative
            && self.func.dtype(value) == Dtype::Usize
            && matches!(self.definitions.op(self.func, value), Some(Op::Cast(of)) if *of == self.index)
    }
}

/// Appends instructions to a list.
struct Writer<'a> {
    func: &'a mut Function,
    out: &'a mut Vec<Inst>,
    span: Span,
}

impl Writer<'_> {
    fn insert(&mut self, op: Op, ty: Dtype) -> Value {
        let inst = self.func.new_inst(op, &[ty.into()], self.span);
        self.out.push(inst);
        self.func.inst(inst).results[0]
    }

    fn constant(&mut self, value: Const) -> Value {
        self.insert(Op::Const(value), value.dtype())
    }

    fn binary(&mut self, op: Binary, a: Value, b: Value) -> Value {
        let ty = self.func.dtype(a);
        self.insert(Op::Binary(op, a, b), ty)
    }

    fn limit(&mut self, limit: Limit) -> Value {
        match limit {
            Limit::Length(len) => len,
            Limit::LengthLess(len, by) => self.binary(Binary::SaturatingSub, len, by),
            Limit::LengthPlus(len, by) => {
                let by = self.constant(Const::from_bits(Dtype::Usize, by.into()));
                self.binary(Binary::SaturatingAdd, len, by)
            }
            Limit::From { value, len } => {
                let one = self.constant(Const::index(1));
                let zero = self.constant(Const::index(0));
                let after = self.binary(Binary::SaturatingAdd, value, one);
                let below = self.insert(Op::Compare(Compare::Lt, value, len), Dtype::Bool);
                self.insert(Op::Select(below, after, zero), Dtype::Usize)
            }
        }
    }

    /// The least of some limits as an index of the loop.
    fn least(&mut self, limits: &[Limit], dtype: Dtype) -> Value {
        let mut limit = self.limit(limits[0]);
        for &other in &limits[1..] {
            let other = self.limit(other);
            limit = self.binary(Binary::Min, limit, other);
        }
        let (_, greatest) = crate::passes::ranges::limits(dtype);
        if greatest < i128::from(u64::MAX) {
            let greatest = self.constant(Const::int(Dtype::Usize, greatest));
            limit = self.binary(Binary::Min, limit, greatest);
        }
        if dtype != Dtype::Usize {
            limit = self.insert(Op::Cast(limit), dtype);
        }
        limit
    }

    /// The end of the turns without checks, and the start of those with them.
    fn middle(&mut self, plan: &Plan, start: Value, end: Value, step: u64) -> (Value, Value) {
        let dtype = self.func.dtype(start);
        let mut middle = end;
        if !plan.limits.is_empty() {
            let limit = self.least(&plan.limits, dtype);
            middle = self.binary(Binary::Min, end, limit);
        }
        for &Reach { greatest, len } in &plan.reaches {
            let greatest = self.constant(Const::int(Dtype::Usize, greatest));
            let fits = self.insert(Op::Compare(Compare::Lt, greatest, len), Dtype::Bool);
            middle = self.insert(Op::Select(fits, middle, start), dtype);
        }
        if step > 1 {
            // So that nothing below is near the end of the type.
            let far = self.constant(Const::int(dtype, i64::MAX.into()));
            middle = self.binary(Binary::Min, middle, far);
        }
        let rest = self.binary(Binary::Max, start, middle);
        if step == 1 {
            return (middle, rest);
        }
        // The first index at or above the middle.
        let length = self.binary(Binary::Sub, rest, start);
        let less = self.constant(Const::int(dtype, i128::from(step) - 1));
        let step = self.constant(Const::int(dtype, i128::from(step)));
        let length = self.binary(Binary::Add, length, less);
        let turns = self.binary(Binary::Div, length, step);
        let length = self.binary(Binary::Mul, turns, step);
        (middle, self.binary(Binary::Add, start, length))
    }
}

fn split(func: &mut Function, inst: Inst, plan: &Plan, out: &mut Vec<Inst>) {
    let info = func.inst(inst).clone();
    let Op::For { start, end, step, inclusive, reverse, init, body } = info.op else { return };
    let mut writer = Writer { func, out, span: info.span };
    let (middle, rest) = writer.middle(plan, start, end, step);

    let checked = Copy::within().block(func, body);
    for block in walk::blocks_in(func, body) {
        func.block_mut(block).insts.retain(|inst| !plan.checks.contains(inst));
    }
    let types: Vec<ValueType> = info.results.iter().map(|&result| func.ty(result)).collect();
    let breaks = walk::has_break(func, body);
    let whole = breaks.then(|| func.new_block());

    let (first_body, second_body) = if reverse { (checked, body) } else { (body, checked) };
    let range = |init: Vec<Value>, part: Block| Op::For {
        start: if part == body { start } else { rest },
        end: if part == body { middle } else { end },
        step,
        inclusive: inclusive && part != body,
        reverse,
        init,
        body: part,
    };
    let first = func.new_inst(range(init, first_body), &types, info.span);
    let carried = func.inst(first).results.clone();
    let second = func.new_inst(range(carried, second_body), &[], info.span);
    match whole {
        None => {
            func.inst_mut(second).results = info.results;
            func.inst_mut(inst).results.clear();
            out.extend([first, second]);
        }
        Some(whole) => {
            let results: Vec<Value> = types.iter().map(|&ty| func.new_value(ty, None)).collect();
            func.inst_mut(second).results.clone_from(&results);
            break_out(func, first_body, whole);
            func.block_mut(whole).insts = vec![first, second];
            func.block_mut(whole).end = Terminator::Yield(results);
            func.inst_mut(inst).op = Op::Scope { body: whole };
            out.push(inst);
        }
    }
}

/// Makes the `break`s of `body` leave `whole`.
fn break_out(func: &mut Function, body: Block, whole: Block) {
    for block in walk::blocks_in(func, body) {
        if let Terminator::Break { target, .. } = &mut func.block_mut(block).end
            && *target == body
        {
            *target = whole;
        }
    }
}
