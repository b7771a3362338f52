//! Loops over ranges.
//!
//! A `for` tests its range once before the first turn and then at the bottom, with one
//! addition and one comparison a turn: it stops when the next index equals the one after the
//! last, a comparison that is right even where that one wraps around.
//!
//! A short body without branches and calls is copied, so that a turn of the loop is four of
//! the range and the processor is not held up by jumps; what is left over runs in the plain
//! loop behind it.

use super::function::{Frame, Next, OnYield};
use super::{Lowering, clif_type};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self as clif, BlockArg, InstBuilder};
use mambo_ir::function::{Binary, Block, Op, Terminator, Unary, Value};

/// Turns of the range in one of an unrolled loop.
const COPIES: i64 = 4;

/// The most instructions of a body that is copied.
const SHORT_BODY: usize = 24;

/// The index of a `for`.
#[derive(Clone, Copy)]
pub(super) struct Counter {
    /// The block of the body; its first parameter is the index.
    header: clif::Block,
    exit: clif::Block,
    step: clif::Value,
    /// The index that would come after the last.
    stop: clif::Value,
    reverse: bool,
    pub(super) body: Block,
}

/// The index of an unrolled loop while one of its copies is lowered.
#[derive(Clone, Copy)]
pub(super) struct Copied {
    /// The index as the body names it.
    pub(super) index: Value,
    /// The index of the first copy.
    pub(super) first: clif::Value,
    /// The distance of this copy from the first.
    pub(super) offset: i64,
}

fn with_index(index: clif::Value, carried: &[BlockArg]) -> Vec<BlockArg> {
    let mut args = vec![BlockArg::from(index)];
    args.extend_from_slice(carried);
    args
}

impl<'a> Lowering<'a, '_> {
    pub(super) fn counted_loop(
        &mut self,
        (start, end, step): (Value, Value, u64),
        inclusive: bool,
        reverse: bool,
        init: &[Value],
        body: Block,
        results: &'a [Value],
    ) {
        let params = &self.func.block(body).params[..];
        let index_type = clif_type(self.func.dtype(start));
        let header = self.b.create_block();
        self.b.append_block_param(header, index_type);
        self.append_params(header, &params[1..]);
        let exit = self.new_block(results);

        let rest = self.leftovers[start.index()] || self.leftovers[end.index()];
        let unroll = step == 1 && !inclusive && !rest && self.is_short(body, start, end);
        let (first, step, stop) = self.range(start, end, step, inclusive, reverse);
        let init_args = self.args(init, &params[1..]);
        if !self.never_empty(start, end, inclusive) {
            let nonempty = self.nonempty(start, end, inclusive);
            let past = self.args(init, results);
            let on = self.b.create_block();
            self.branch_if(nonempty, &(on, Vec::new()), &(exit, past));
            self.b.switch_to_block(on);
        }
        self.depth += 1;
        if unroll {
            let turns = self.turns(start, end);
            let counter = Counter { header, exit, step, stop, reverse, body };
            self.unrolled_turns(counter, first, turns, &init_args);
        } else {
            let into = with_index(first, &init_args);
            self.jump(header, &into);
        }

        self.frames.push(Frame::new(body, exit, results, Next::Latch(None)));
        self.enter(header, 0, params);
        let counter = Counter { header, exit, step, stop, reverse, body };
        self.block(body, OnYield::Bottom(counter));
        let frame = self.frames.pop().expect("the frame is still there");
        if let Some(latch) = frame.latch() {
            self.b.switch_to_block(latch);
            let args: Vec<_> =
                self.b.block_params(latch).iter().map(|&value| BlockArg::from(value)).collect();
            self.bottom(counter, &args);
        }
        self.depth -= 1;
        self.go_on(exit, results);
    }

    /// Whether a body is worth copying: short, without branches and calls, and not known to
    /// run only a few times.
    fn is_short(&self, body: Block, start: Value, end: Value) -> bool {
        let known = |value| self.known(value).and_then(mambo_ir::Const::as_int);
        if let (Some(start), Some(end)) = (known(start), known(end))
            && end - start < 2 * i128::from(COPIES)
        {
            return false;
        }
        let info = self.func.block(body);
        matches!(info.end, Terminator::Yield(_))
            && info.insts.len() <= SHORT_BODY
            && info.insts.iter().all(|&inst| self.is_straight(&self.func.inst(inst).op))
    }

    /// Whether an instruction takes a few machine instructions in a row.
    fn is_straight(&self, op: &Op) -> bool {
        match op {
            Op::Unary(op, a) => {
                !self.func.dtype(*a).is_float()
                    || matches!(op, Unary::Neg | Unary::Abs | Unary::Sqrt)
                    || (self.unit.machine.rounds
                        && matches!(
                            op,
                            Unary::Floor
                                | Unary::Ceil
                                | Unary::Trunc
                                | Unary::Round
                                | Unary::RoundTiesEven
                        ))
            }
            Op::Binary(op, a, _) => {
                !self.func.dtype(*a).is_float() || !(*op == Binary::Rem || op.is_elementary())
            }
            Op::MulAdd(..) => self.unit.machine.fuses,
            Op::Const(_)
            | Op::Compare(..)
            | Op::Select(..)
            | Op::Cast(_)
            | Op::Bitcast(_)
            | Op::Dim { .. }
            | Op::Stride { .. }
            | Op::Load { .. }
            | Op::Store { .. }
            | Op::View { .. } => true,
            _ => false,
        }
    }

    /// The number of indices of an exclusive range of step 1 that is not empty.
    fn turns(&mut self, start: Value, end: Value) -> clif::Value {
        let (start, end) = (self.scalar(start), self.scalar(end));
        self.b.ins().isub(end, start)
    }

    /// As many turns as make up whole turns of the unrolled loop; then on to the plain loop or
    /// the exit.
    fn unrolled_turns(
        &mut self,
        counter: Counter,
        first: clif::Value,
        turns: clif::Value,
        init: &[BlockArg],
    ) {
        let func = self.func;
        let info = func.block(counter.body);
        let (&index, carried) = info.params.split_first().expect("a body has an index");
        let ty = clif_type(func.dtype(index));
        let whole = self.b.ins().band_imm_s(turns, -COPIES);
        // The code generator would do the masking again in every turn rather than keep its
        // result in a register; it does not do so for a minimum, though this one is the same.
        let whole = self.b.ins().umin(whole, turns);
        let stop = if counter.reverse {
            self.b.ins().isub(first, whole)
        } else {
            self.b.ins().iadd(first, whole)
        };
        let header = self.b.create_block();
        self.b.append_block_param(header, ty);
        self.append_params(header, carried);
        let into = with_index(first, init);
        self.branch_if(whole, &(header, into.clone()), &(counter.header, into));

        self.enter(header, 0, &info.params);
        let first = self.scalar(index);
        let sign = if counter.reverse { -1 } else { 1 };
        let mut values = Vec::new();
        for copy in 0..COPIES {
            let offset = sign * copy;
            if copy > 0 {
                let flat: Vec<clif::Value> = std::mem::take(&mut values);
                let mut flat = &flat[..];
                for &param in carried {
                    self.bind_flat(param, &mut flat);
                }
                let here = self.b.ins().iadd_imm_s(first, offset);
                self.bind(index, here);
            }
            self.copied = Some(Copied { index, first, offset });
            for &inst in &info.insts {
                self.inst(inst);
            }
            for (&value, &param) in info.end.operands().iter().zip(carried) {
                self.flatten(value, func.ty(param), &mut values);
            }
        }
        self.copied = None;
        let args: Vec<_> = values.into_iter().map(BlockArg::from).collect();
        let next = self.b.ins().iadd_imm_s(first, sign * COPIES);
        let more = self.b.ins().icmp(IntCC::NotEqual, next, stop);
        let left_over = self.b.create_block();
        self.branch_if(more, &(header, with_index(next, &args)), &(left_over, Vec::new()));
        self.b.switch_to_block(left_over);
        let more = self.b.ins().icmp(IntCC::NotEqual, next, counter.stop);
        let rest = with_index(next, &args);
        self.branch_if(more, &(counter.header, rest), &(counter.exit, args));
    }

    /// The bottom of a `for`: to the next turn, or out, with what is carried.
    pub(super) fn bottom(&mut self, counter: Counter, carried: &[BlockArg]) {
        let index = self.b.block_params(counter.header)[0];
        let next = if counter.reverse {
            self.b.ins().isub(index, counter.step)
        } else {
            self.b.ins().iadd(index, counter.step)
        };
        let more = self.b.ins().icmp(IntCC::NotEqual, next, counter.stop);
        let again = with_index(next, carried);
        self.branch_if(more, &(counter.header, again), &(counter.exit, carried.to_vec()));
    }

    /// The first index of a range that is not empty, the step, and the index that would come
    /// after the last; all wrapped to the type of the index.
    fn range(
        &mut self,
        start: Value,
        end: Value,
        step: u64,
        inclusive: bool,
        reverse: bool,
    ) -> (clif::Value, clif::Value, clif::Value) {
        let dtype = self.func.dtype(start);
        let ty = super::clif_type(dtype);
        let mask = u64::MAX >> (64 - dtype.bits());
        let (start, end) = (self.scalar(start), self.scalar(end));
        let step_value = self.b.ins().iconst(ty, (step & mask) as i64);
        let last = if step == 1 && inclusive {
            end
        } else if step == 1 {
            let one = self.b.ins().iconst(ty, 1);
            self.b.ins().isub(end, one)
        } else if step > mask {
            start
        } else {
            let mut span = self.b.ins().isub(end, start);
            if !inclusive {
                let one = self.b.ins().iconst(ty, 1);
                span = self.b.ins().isub(span, one);
            }
            let turns = self.b.ins().udiv(span, step_value);
            let distance = self.b.ins().imul(turns, step_value);
            self.b.ins().iadd(start, distance)
        };
        if reverse {
            let stop = self.b.ins().isub(start, step_value);
            (last, step_value, stop)
        } else if step == 1 && !inclusive {
            (start, step_value, end)
        } else {
            let stop = self.b.ins().iadd(last, step_value);
            (start, step_value, stop)
        }
    }

    fn nonempty(&mut self, start: Value, end: Value, inclusive: bool) -> clif::Value {
        let code = match (self.func.dtype(start).is_signed_int(), inclusive) {
            (true, false) => IntCC::SignedLessThan,
            (true, true) => IntCC::SignedLessThanOrEqual,
            (false, false) => IntCC::UnsignedLessThan,
            (false, true) => IntCC::UnsignedLessThanOrEqual,
        };
        let (start, end) = (self.scalar(start), self.scalar(end));
        self.b.ins().icmp(code, start, end)
    }

    fn never_empty(&self, start: Value, end: Value, inclusive: bool) -> bool {
        let known = |value| self.known(value).and_then(mambo_ir::Const::as_int);
        match (known(start), known(end)) {
            (Some(start), Some(end)) => start < end || (inclusive && start == end),
            _ => false,
        }
    }
}
