//! Loops inside the loop, as regions: those whose turns are the same in all lanes are counted,
//! others run under a mask until all lanes are done.

use super::affine::Affine;
use super::body::{BodyPlanner, Plan, Shape};
use super::{Range, count, index};
use crate::passes::walk;
use crate::report::{Obstacle, Reason, RegionKind, RegionReport};
use mambo_ir::function::{Binary, Block, Compare, Function, Inst, InstInfo, Op, Terminator, Value};
use mambo_ir::vector::{NESTED, Region, VectorOp};
use mambo_ir::{Dtype, Span};

/// A loop inside while its body is being converted.
pub(super) struct Frame {
    body: Block,
    /// What it carries.
    slots: Vec<Slot>,
    /// The slot of each result of the loop.
    results: Vec<usize>,
    /// The index, if it differs by lane, and the slot it is carried in.
    index: Option<LaneIndex>,
    /// Where lanes go on: all those that run, where there is no mask.
    again: Vec<Option<Value>>,
    /// Whether all lanes do the same turns.
    counted: bool,
    span: Span,
}

/// The index of a loop whose bounds differ by lane; its step is 1.
#[derive(Clone, Copy)]
struct LaneIndex {
    slot: usize,
    end: Value,
}

/// A value that a loop inside carries.
struct Slot {
    param: Value,
    init: Value,
    /// Whether it is used behind the loop.
    used: bool,
    /// What it becomes, and in which lanes, if not in all that run.
    next: Vec<(Option<Value>, Value)>,
}

impl BodyPlanner<'_> {
    pub(super) fn inner_loop(&mut self, inst: Inst) -> Plan {
        let info = self.pre.func.inst(inst).clone();
        let Some(range) = Range::of(self.pre.func, inst) else {
            let Op::Loop { init, body } = &info.op else { return Ok(()) };
            return self.while_loop(&info, init, *body);
        };
        if self.finished.contains(&(range.start, range.end)) {
            self.pass_through(&info, &range.init);
            return Ok(());
        }
        let depth = self.frames.iter().filter(|frame| frame.counted).count();
        let range = self.whole_range(&range, &info)?;
        let bounds = (self.shape(range.start), self.shape(range.end));
        let (Some(Shape::Uniform(start)), Some(Shape::Uniform(end))) = bounds else {
            return self.lane_loop(&info, &range);
        };
        let range = Range { start, end, ..range };
        let turns = count(&mut self.pre, &range);
        if self.split.contains(&inst) && self.mask.is_none() {
            return self.left_to_plain_loop(&info, &range, turns);
        }
        if depth == NESTED {
            return Err(Obstacle { reason: Reason::InnerLoop, span: info.span });
        }
        let line = index(&mut self.pre, &range, turns).inside(depth);
        self.counted_loop(&info, &range, turns, line)
    }

    /// A loop whose checks were left to a second one behind it, but whose end differs by lane:
    /// where the second one has nothing to do, the end is that of both.
    fn whole_range(&mut self, range: &Range, info: &InstInfo) -> Plan<Range> {
        let rest = self.split.iter().find_map(|&rest| {
            let behind = Range::of(self.pre.func, rest)?;
            let same = self.pre.func.inst(rest).span == info.span && behind.start == range.end;
            let whole = same && behind.step == range.step && !behind.reverse && !range.reverse;
            whole.then_some(behind)
        });
        let uniform =
            |this: &Self, value: Value| matches!(this.shape(value), Some(Shape::Uniform(_)));
        let Some(rest) = rest.filter(|rest| {
            self.mask.is_none() && uniform(self, rest.end) && !uniform(self, range.end)
        }) else {
            return Ok(range.clone());
        };
        let (near, far) = (self.lanes(range.end, info.span)?, self.lanes(rest.end, info.span)?);
        let whole = self.each(Op::Compare(Compare::Ge, near, far), Dtype::Bool, info.span);
        self.require(whole, None, info.span)?;
        self.finished.push((range.end, rest.end));
        Ok(Range { end: rest.end, ..range.clone() })
    }

    /// A loop that is mostly not entered: where it is, the plain loop does everything.
    fn left_to_plain_loop(&mut self, info: &InstInfo, range: &Range, turns: Value) -> Plan {
        let zero = self.pre.int(Dtype::Usize, 0);
        let none = self.pre.insert(Op::Compare(Compare::Eq, turns, zero), Dtype::Bool);
        self.only_if(none);
        self.pass_through(info, &range.init);
        Ok(())
    }

    /// What a loop without turns gives.
    fn pass_through(&mut self, info: &InstInfo, init: &[Value]) {
        for (&result, &init) in info.results.iter().zip(init) {
            if let Some(shape) = self.shape(init) {
                self.shapes.insert(result, shape);
            }
        }
    }

    /// A loop whose turns are the same in all lanes.
    fn counted_loop(&mut self, info: &InstInfo, range: &Range, turns: Value, line: Affine) -> Plan {
        let params = self.pre.func.block(range.body).params.clone();
        self.shapes.insert(params[0], Shape::Line(line));
        let leaves = walk::has_break(self.pre.func, range.body);
        let mut frame = self.frame(info, range.body, &params[1..], &range.init, true)?;
        frame.results = (0..info.results.len()).collect();
        let mask = self.mask;
        let times = self.input(turns);
        let everywhere = mask.is_none() && !leaves;
        self.run_inside(info, frame, mask, everywhere, Some(times))
    }

    /// A loop whose bounds differ by lane.
    fn lane_loop(&mut self, info: &InstInfo, range: &Range) -> Plan {
        if range.reverse || range.inclusive || range.step != 1 {
            return Err(Obstacle { reason: Reason::InnerLoop, span: info.span });
        }
        let span = info.span;
        let params = self.pre.func.block(range.body).params.clone();
        let (start, end) = (self.lanes(range.start, span)?, self.lanes(range.end, span)?);
        let some = self.each(Op::Compare(Compare::Lt, start, end), Dtype::Bool, span);
        let mask = self.both(self.mask, some, span);
        let mut frame = self.frame(info, range.body, &params[1..], &range.init, false)?;
        frame.results = (0..info.results.len()).collect();
        let param = self.new_value(self.plan.dtype(start));
        frame.index = Some(LaneIndex { slot: frame.slots.len(), end });
        frame.slots.push(Slot { param, init: start, used: false, next: Vec::new() });
        self.shapes.insert(params[0], Shape::Lanes(param));
        self.run_inside(info, frame, Some(mask), false, None)
    }

    /// A loop that lanes leave one by one.
    fn while_loop(&mut self, info: &InstInfo, init: &[Value], body: Block) -> Plan {
        let params = self.pre.func.block(body).params.clone();
        let mut frame = self.frame(info, body, &params, init, false)?;
        // A result is kept where the value is carried that it mostly is.
        let left = first_break(self.pre.func, body).unwrap_or_default();
        for (at, &result) in info.results.iter().enumerate() {
            let carried = left.get(at).and_then(|value| params.iter().position(|p| p == value));
            let slot = match carried.filter(|slot| !frame.results.contains(slot)) {
                Some(slot) => slot,
                None => {
                    let Some(dtype) = self.pre.func.ty(result).as_scalar() else {
                        return Err(self.carried_obstacle(result, info.span));
                    };
                    let init = self.constant_lanes(0, dtype, info.span);
                    let param = self.new_value(dtype);
                    frame.slots.push(Slot { param, init, used: true, next: Vec::new() });
                    frame.slots.len() - 1
                }
            };
            frame.slots[slot].used = true;
            frame.results.push(slot);
        }
        let mask = self.mask;
        self.run_inside(info, frame, mask, false, None)
    }

    /// What a loop inside carries.
    fn frame(
        &mut self,
        info: &InstInfo,
        body: Block,
        params: &[Value],
        init: &[Value],
        counted: bool,
    ) -> Plan<Frame> {
        let mut slots = Vec::new();
        let carried = matches!(info.op, Op::For { .. });
        for (at, (&param, &init)) in params.iter().zip(init).enumerate() {
            let init = self.lanes(init, info.span)?;
            let lanes = self.new_value(self.plan.dtype(init));
            self.shapes.insert(param, Shape::Lanes(lanes));
            let used = carried && walk::is_used(self.pre.func, self.body, info.results[at]);
            slots.push(Slot { param: lanes, init, used, next: Vec::new() });
        }
        let (results, index, again) = (Vec::new(), None, Vec::new());
        Ok(Frame { body, slots, results, index, again, counted, span: info.span })
    }

    /// Converts the body of a loop inside. With `everywhere`, all lanes do all turns.
    fn run_inside(
        &mut self,
        info: &InstInfo,
        frame: Frame,
        mask: Option<Value>,
        everywhere: bool,
        times: Option<u32>,
    ) -> Plan {
        let span = info.span;
        let outer = self.mask;
        let before = std::mem::take(&mut self.plan.insts);
        let known = self.known.clone();
        let active = self.new_value(Dtype::Bool);
        self.mask = (!everywhere).then_some(active);
        let body = frame.body;
        self.frames.push(frame);
        if let Some(values) = self.block(body)? {
            self.go_on(&values)?;
        }
        let Some(mut frame) = self.frames.pop() else { return Ok(()) };
        let again = self.again(&frame, everywhere || times.is_some() && !leaves(&frame, active));
        let next: Vec<Value> =
            frame.slots.iter_mut().map(|slot| self.next_of(slot, span)).collect();
        let insts = std::mem::replace(&mut self.plan.insts, before);
        self.known = known;
        self.mask = outer;
        let results: Vec<Value> =
            frame.slots.iter().map(|slot| self.new_value(self.plan.dtype(slot.param))).collect();
        for (&result, &slot) in info.results.iter().zip(&frame.results) {
            self.shapes.insert(result, Shape::Lanes(results[slot]));
        }
        let region = Region {
            mask,
            times,
            results,
            active,
            params: frame.slots.iter().map(|slot| slot.param).collect(),
            init: frame.slots.iter().map(|slot| slot.init).collect(),
            insts,
            next,
            again,
        };
        self.push(VectorOp::Region(Box::new(region)), None, span);
        let kind = if times.is_some() { RegionKind::Counted } else { RegionKind::Masked };
        self.report.regions.push(RegionReport { span, kind });
        Ok(())
    }

    /// The lanes that go on; `None` if all that run do.
    fn again(&mut self, frame: &Frame, all: bool) -> Option<Value> {
        if all {
            return None;
        }
        let mut again = None;
        for mask in &frame.again {
            let mask = (*mask)?;
            again = Some(match again {
                None => mask,
                Some(other) => {
                    self.each(Op::Binary(Binary::Or, other, mask), Dtype::Bool, frame.span)
                }
            });
        }
        let mut again = again?;
        if let Some(LaneIndex { slot, end }) = frame.index
            && let Some(&(_, next)) = frame.slots[slot].next.last()
        {
            let more = self.each(Op::Compare(Compare::Lt, next, end), Dtype::Bool, frame.span);
            again = self.each(Op::Binary(Binary::And, again, more), Dtype::Bool, frame.span);
        }
        Some(again)
    }

    /// What a slot becomes. Lanes that do not run keep what is used behind the loop.
    fn next_of(&mut self, slot: &mut Slot, span: Span) -> Value {
        let mut next = slot.used.then_some(slot.param);
        for &(mask, value) in &slot.next {
            next = Some(match (next, mask) {
                (Some(other), _) if other == value => other,
                (Some(other), Some(mask)) => {
                    let dtype = self.plan.dtype(value);
                    self.each(Op::Select(mask, value, other), dtype, span)
                }
                (None, _) | (_, None) => value,
            });
        }
        next.unwrap_or(slot.param)
    }

    pub(super) fn both(&mut self, mask: Option<Value>, other: Value, span: Span) -> Value {
        match mask {
            Some(mask) => self.each(Op::Binary(Binary::And, mask, other), Dtype::Bool, span),
            None => other,
        }
    }

    // The ways out of a turn.

    pub(super) fn is_innermost(&self, body: Block) -> bool {
        self.frames.last().is_some_and(|frame| frame.body == body)
    }

    /// Leaves the innermost loop.
    pub(super) fn leave(&mut self, values: &[Value]) -> Plan {
        let Some(frame) = self.frames.last() else { return Ok(()) };
        let slots = frame.results.clone();
        self.becomes(values.iter().copied().zip(slots).collect())
    }

    /// Goes on with the next turn of the innermost loop.
    pub(super) fn go_on(&mut self, values: &[Value]) -> Plan {
        self.becomes(values.iter().copied().zip(0..).collect())?;
        let mask = self.mask;
        let Some(frame) = self.frames.last() else { return Ok(()) };
        if let Some(LaneIndex { slot, .. }) = frame.index {
            let (param, span) = (frame.slots[slot].param, frame.span);
            let dtype = self.plan.dtype(param);
            let one = self.constant_lanes(1, dtype, span);
            let next = self.each(Op::Binary(Binary::Add, param, one), dtype, span);
            if let Some(frame) = self.frames.last_mut() {
                frame.slots[slot].next.push((mask, next));
            }
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.again.push(mask);
        }
        Ok(())
    }

    fn becomes(&mut self, values: Vec<(Value, usize)>) -> Plan {
        let (mask, span) = (self.mask, self.pre.span);
        for (value, slot) in values {
            let lanes = self.lanes(value, span)?;
            if let Some(frame) = self.frames.last_mut() {
                frame.slots[slot].next.push((mask, lanes));
            }
        }
        Ok(())
    }
}

/// Whether lanes leave a loop before its last turn.
fn leaves(frame: &Frame, active: Value) -> bool {
    frame.again != [Some(active)]
}

/// What the first `break` out of a loop hands on.
fn first_break(func: &Function, body: Block) -> Option<Vec<Value>> {
    walk::blocks_in(func, body).into_iter().find_map(|block| match &func.block(block).end {
        Terminator::Break { target, values } if *target == body => Some(values.clone()),
        _ => None,
    })
}
