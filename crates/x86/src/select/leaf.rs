//! The function around the body:
//!
//! ```text
//! peel:  with AVX-512, the turns before the first whole vector of memory, under a mask
//! main:  as many turns as all copies of the body do, while there are so many; for arrays
//!        larger than the caches in a second form, behind the exit (see `stream`)
//! tail:  one vector at a time; with AVX-512 what is left under a mask
//! exit:  reductions, bests, the number of turns done
//! ```
//!
//! The copies of the body in the main loop are one batch of turns: an instruction is there for
//! all copies before the next one. A requirement that fails jumps to the exit with the number
//! of the first turn of its batch. Short bodies without requirements follow one another instead,
//! which evens out loads and stores: 5 % in the caches.

use super::fold::awaited_loads;
use super::interleave::store_groups;
use super::memory::Side;
use super::merge::merged_operations;
use super::pressure::Pressure;
use super::stream::Beyond;
use super::{Partials, Place, Select, Selector, Target, widest};
use crate::assembler::Assembler;
use crate::opcode::{KANDQ, KORQ, VPOR};
use crate::scalar::{Arithmetic, Condition};
use crate::vcode::{INT, Kind, Label, MASK, VCode, VECTOR, Writer};
use mambo_compiler::backend::{LoopShape, takes_registers};
use mambo_ir::Dtype;
use mambo_ir::function::{Op, Value};
use mambo_ir::vector::{Step, VectorInst, VectorLoop, VectorOp};
use regalloc2::{Operand, PReg, VReg};
use rustc_hash::FxHashMap;
use std::ops::RangeInclusive;

/// The registers of integers and addresses among the arguments: `rdi`, `rsi`, `rdx`, `rcx`,
/// `r8`, `r9`.
const ARGUMENTS: [usize; 6] = [7, 6, 2, 1, 8, 9];

/// The register of the result: `rax`.
const RESULT: usize = 0;

/// The largest distance in elements between lanes whose distances are of 32 bits.
const SHORT_STEP: i32 = 1 << 22;

/// Vectors of which there must be so many for it to pay to align them.
pub(super) const WORTH_ALIGNING: usize = 32;

/// The most instructions of all copies together.
const LONGEST_BATCH: usize = 56;

/// Instructions of a body of which the processor sees not much more than one turn at a time.
const LONG: usize = 45;

/// The same of half a turn.
const VERY_LONG: usize = 100;

/// Instructions of a body that is copied where there are few registers: what a copy then spills
/// costs less than the wait for its results. Not so if it mostly gathers elements one by one.
const LONG_FOR_FEW: usize = 30;

/// Instructions of a body whose copies follow one another. A mere copy of memory is better off
/// with its loads together: in some processes it is 10 % slower otherwise.
const SHORT: RangeInclusive<usize> = 3..=8;

/// Selected code and its constants.
pub(crate) struct Selected {
    pub(crate) code: VCode,
    pub(crate) pool: Assembler,
    pub(crate) shape: LoopShape,
}

/// Selects instructions for a loop. What is written goes past the caches if all accesses
/// together are longer than `cache` bytes.
///
/// # Errors
/// If the target has no way to do something in it: what.
pub(crate) fn select(plan: &VectorLoop, target: Target, cache: usize) -> Select<Selected> {
    let size = widest(plan);
    let lanes = target.width.bytes() as usize / size;
    let mut constants = vec![None; plan.values.len()];
    let mut stays = vec![false; plan.values.len()];
    plan.each_inst(&mut |inst| {
        let Some(result) = inst.result else { return };
        if let VectorOp::Each(Op::Const(constant)) = inst.op {
            constants[result.index()] = Some(constant);
        }
        stays[result.index()] =
            matches!(inst.op, VectorOp::Each(Op::Const(_)) | VectorOp::Splat(_));
    });
    let merged = if target.evex { merged_operations(plan) } else { FxHashMap::default() };
    let mut selector = Selector {
        plan,
        target,
        code: Writer::default(),
        pool: Assembler::new(),
        lanes,
        size,
        values: Vec::new(),
        copy: 0,
        stays,
        awaited: awaited_loads(plan, &merged),
        waiting: FxHashMap::default(),
        merged,
        constants,
        kept: FxHashMap::default(),
        moving: FxHashMap::default(),
        masks: FxHashMap::default(),
        inner: Vec::new(),
        inner_bases: FxHashMap::default(),
        block: None,
        arguments: Vec::new(),
        store_groups: store_groups(plan),
        streams: Vec::new(),
        rows: Vec::new(),
        row_vectors: FxHashMap::default(),
    };
    let copies = selector.copies();
    selector.values = vec![vec![None; plan.values.len()]; copies];
    selector.function(copies, cache)?;
    let words = target.width.bytes() as usize / 8;
    let shape = LoopShape {
        width: target.width.bytes() as u32 * 8,
        lanes: lanes as u32,
        unroll: copies as u32,
        masked_tail: selector.masks_lanes() && plan.partials().is_none(),
    };
    Ok(Selected { code: selector.code.finish(words), pool: selector.pool, shape })
}

/// Whether there are no branches in it.
fn is_straight(insts: &[VectorInst]) -> bool {
    let is_branch =
        |inst: &VectorInst| matches!(inst.op, VectorOp::Require(_) | VectorOp::Region(_));
    !insts.iter().any(is_branch)
}

/// Whether an instruction is done once, before the loop.
fn is_kept(inst: &VectorInst) -> bool {
    matches!(inst.op, VectorOp::Splat(_) | VectorOp::Each(Op::Const(_)))
}

/// What the blocks of the function share.
pub(super) struct Frame {
    pub(super) count: VReg,
    pub(super) copies: usize,
    exit: Label,
}

/// A loop of the machine: how many copies of the body it has, the number of turns that it must
/// not be above to go on, whether stores go past the caches, and whether rows are handed on.
pub(super) struct Machine {
    pub(super) copies: usize,
    pub(super) limit: VReg,
    pub(super) streaming: bool,
    pub(super) rows: bool,
}

/// How far the loop is: the number of turns done, and the partial results.
pub(super) type State = (VReg, Partials);

impl Selector<'_> {
    /// How often the body is copied in the main loop: enough to hide what instructions take,
    /// few enough for the registers.
    fn copies(&mut self) -> usize {
        if let Some(partials) = self.plan.partials() {
            return partials / self.lanes;
        }
        let Pressure { work, rare, live, kept } = Pressure::of(self.plan, &self.stays);
        let apart = self.apart_work();
        let work = work + apart;
        let registers = self.registers();
        let fits =
            |copies: usize| copies * live + kept <= registers && copies * work <= LONGEST_BATCH;
        // Copies wait for one another at the end of an inner loop that lanes leave.
        let most = if self.has_lane_loop() { 2 } else { 4 };
        let fitting = [4, 2].into_iter().find(|&copies| copies <= most && fits(copies));
        let copies = fitting.unwrap_or_else(|| self.copies_of_long(work - rare, rare, apart));
        self.rows = self.find_rows(copies, copies * live + kept);
        copies
    }

    /// Copies of a long body: with constants and spilled values read from memory by the
    /// instructions that use them, and few values that are needed at once, it pays to have other
    /// turns at hand while results are waited for. Much code for rare arguments takes that back.
    fn copies_of_long(&self, work: usize, rare: usize, apart: usize) -> usize {
        match work {
            _ if self.has_inner_loop() || 2 * rare > 3 * work => 1,
            LONG_FOR_FEW.. if !self.target.evex && 2 * apart <= work => 2,
            _ if !self.target.evex => 1,
            VERY_LONG.. => 4,
            LONG.. => 2,
            _ => 1,
        }
    }

    fn function(&mut self, copies: usize, cache: usize) -> Select {
        let [entry, exit] = [(); 2].map(|()| self.code.label());
        self.code.start(entry, &[]);
        let count = self.arguments();
        let zero = self.code.vreg(INT);
        self.code.push(Kind::Constant(0), &[Operand::reg_def(zero)]);
        let mut partials = Vec::new();
        for reduction in &self.plan.reductions {
            let neutral = self.neutral(reduction);
            partials.push(vec![neutral; copies]);
        }
        partials.extend(self.first_bests()?.into_iter().map(|field| vec![field; copies]));
        let frame = Frame { count, copies, exit };
        let state = (zero, partials);
        self.check_steps(&frame, &state);
        let state = self.peel(&frame, state)?;
        let (state, beyond) = self.main(&frame, state, cache)?;
        let state = match self.plan.partials() {
            Some(_) => state,
            None => self.tail(&frame, state)?,
        };
        self.jump(exit, &state);
        self.exit(exit, &state.1)?;
        // Out of the way of loops that the caches hold.
        match beyond {
            Some(beyond) => self.beyond_caches(&frame, beyond),
            None => Ok(()),
        }
    }

    /// Takes the arguments; gives the number of turns.
    fn arguments(&mut self) -> VReg {
        let count = self.code.vreg(INT);
        if !takes_registers(self.plan) {
            let block = self.code.vreg(INT);
            let argument = Operand::reg_fixed_def(block, PReg::new(ARGUMENTS[0], INT));
            self.code.push(Kind::Argument, &[argument]);
            let operands = [Operand::reg_def(count), Operand::reg_use(block)];
            self.code.push(Kind::LoadSlot(0), &operands);
            self.block = Some(block);
            return count;
        }
        if self.plan.carried().next().is_some() {
            self.block = Some(self.code.vreg(INT));
        }
        for input in &self.plan.inputs {
            let is_float = input.as_scalar().is_some_and(Dtype::is_float);
            self.arguments.push(self.code.vreg(if is_float { VECTOR } else { INT }));
        }
        let (mut integers, mut floats) = (ARGUMENTS.iter(), 0..);
        let all = self.block.iter().chain([&count]).chain(&self.arguments);
        let operands: Vec<Operand> = all
            .map(|&argument| {
                let number = match argument.class() {
                    INT => *integers.next().expect("the arguments fit"),
                    _ => floats.next().expect("the arguments fit"),
                };
                Operand::reg_fixed_def(argument, PReg::new(number, argument.class()))
            })
            .collect();
        self.code.push(Kind::Argument, &operands);
        count
    }

    // Blocks.

    /// Jumps to a block that takes the state.
    pub(super) fn jump(&mut self, to: Label, state: &State) {
        self.jump_with(to, state, &[]);
    }

    /// Jumps to a block that takes more than the state.
    fn jump_with(&mut self, to: Label, (index, partials): &State, more: &[VReg]) {
        let mut arguments = vec![*index];
        arguments.extend(partials.iter().flatten().chain(more));
        self.code.end(Kind::Jump, &[], &[(to, &arguments)]);
    }

    /// Starts a block that takes the state.
    pub(super) fn start(&mut self, label: Label, like: &Partials) -> State {
        self.start_with(label, like, &[])
    }

    /// Starts a block that takes more than the state.
    fn start_with(&mut self, label: Label, like: &Partials, more: &[VReg]) -> State {
        let index = self.code.vreg(INT);
        let partials: Partials = like
            .iter()
            .map(|registers| registers.iter().map(|_| self.code.vreg(VECTOR)).collect())
            .collect();
        let mut params = vec![index];
        params.extend(partials.iter().flatten().chain(more));
        self.code.start(label, &params);
        (index, partials)
    }

    /// Goes on here if the branch is taken, else at `otherwise`, which takes the state.
    pub(super) fn go_on_if(
        &mut self,
        kind: Kind,
        operands: &[VReg],
        otherwise: Label,
        state: &State,
    ) {
        let operands: Vec<Operand> = operands.iter().copied().map(Operand::reg_use).collect();
        let [on, leave] = [(); 2].map(|()| self.code.label());
        self.code.end(kind, &operands, &[(on, &[]), (leave, &[])]);
        self.code.start(leave, &[]);
        self.jump(otherwise, state);
        self.code.start(on, &[]);
    }

    /// Does nothing if lanes would be too far apart for distances of 32 bits.
    fn check_steps(&mut self, frame: &Frame, state: &State) {
        if self.size > 4 {
            return;
        }
        for access in &self.plan.accesses {
            let Step::Input(input) = access.step else { continue };
            let step = self.base(input);
            let shifted = self.offset(step, SHORT_STEP);
            let near = Kind::BranchCompareConstant(Condition::Below, 2 * SHORT_STEP);
            self.go_on_if(near, &[shifted], frame.exit, state);
        }
    }

    // The machine loops.

    /// The turns up to the first address at which a vector lies as memory does, if that is the
    /// same turn for all accesses.
    fn peel(&mut self, frame: &Frame, state: State) -> Select<State> {
        let (sides, enough) = self.to_align();
        if !self.masks_lanes()
            || self.plan.is_checked()
            || self.has_inner_loop()
            || self.plan.partials().is_some()
            || sides.is_empty()
        {
            return Ok(state);
        }
        let ready = self.code.label();
        let compare = Kind::BranchCompareConstant(Condition::GreaterEqual, enough as i32);
        self.go_on_if(compare, &[frame.count], ready, &state);
        let turns: Vec<VReg> = sides.iter().map(|&side| self.turns_to_alignment(side)).collect();
        let apart = Kind::BranchCompareConstant(Condition::NotEqual, 0);
        self.go_on_if(apart, &[turns[0]], ready, &state);
        for &other in &turns[1..] {
            let same = Kind::BranchCompare(Condition::Equal);
            self.go_on_if(same, &[turns[0], other], ready, &state);
        }
        self.batch();
        let tail = Some(self.first_lanes(turns[0]));
        let (index, mut partials) = state;
        let place = Place { index, ahead: 0, tail, streaming: false, rows: false };
        self.body(frame, 1, place, &mut partials)?;
        self.jump(ready, &(turns[0], partials.clone()));
        Ok(self.start(ready, &partials))
    }

    /// The turns until a place is at a multiple of the bytes of its vector.
    fn turns_to_alignment(&mut self, side: Side) -> VReg {
        let address = self.side_address(side);
        let size = self.plan.element(side.base).size();
        let [zero, negated, low, turns] = [(); 4].map(|()| self.code.vreg(INT));
        self.code.push(Kind::Constant(0), &[Operand::reg_def(zero)]);
        self.arithmetic(Arithmetic::Sub, negated, zero, address);
        let bytes = (self.lanes * size) as i32 - 1;
        self.by_constant(Kind::ArithmeticConstant(Arithmetic::And, bytes), low, negated);
        if size == 1 {
            return low;
        }
        self.by_constant(Kind::ShiftRight(size.trailing_zeros() as u8), turns, low);
        turns
    }

    pub(super) fn by_constant(&mut self, kind: Kind, result: VReg, a: VReg) {
        self.code.push(kind, &[Operand::reg_reuse_def(result, 1), Operand::reg_use(a)]);
    }

    fn main(
        &mut self,
        frame: &Frame,
        mut state: State,
        cache: usize,
    ) -> Select<(State, Option<Beyond>)> {
        let turns = (frame.copies * self.lanes) as i32 + self.turns_ahead() as i32;
        let limit = self.offset(frame.count, -turns);
        let rows = !self.rows.is_empty();
        let machine = Machine { copies: frame.copies, limit, streaming: false, rows };
        let [plain, after] = [(); 2].map(|()| self.code.label());
        let compare = Kind::BranchCompare(Condition::LessEqual);
        self.go_on_if(compare, &[state.0, limit], after, &state);
        let beyond = self.worth_streaming(cache).map(|worth| {
            let start = self.code.label();
            let short = match self.plan.extent {
                Some(_) => (WORTH_ALIGNING * self.lanes) as i32,
                None => worth,
            };
            let compare = Kind::BranchCompareConstant(Condition::Less, short);
            self.go_on_if(compare, &[frame.count], start, &state);
            self.jump(plain, &state);
            state = self.start(plain, &state.1);
            Beyond { start, worth, plain, after, like: state.1.clone() }
        });
        let done = self.machine_loop(frame, state, &machine)?;
        self.jump(after, &done);
        Ok((self.start(after, &done.1), beyond))
    }

    /// Copies of the body again and again.
    pub(super) fn machine_loop(
        &mut self,
        frame: &Frame,
        state: State,
        machine: &Machine,
    ) -> Select<State> {
        let Machine { copies, limit, streaming, rows } = *machine;
        let [head, back, leave] = [(); 3].map(|()| self.code.label());
        let first = if rows { self.first_of_rows(state.0)? } else { Vec::new() };
        self.jump_with(head, &state, &first);
        self.code.head(head);
        self.batch();
        let taken = if rows { self.take_rows() } else { Vec::new() };
        let (index, mut partials) = self.start_with(head, &state.1, &taken);
        let place = Place { index, ahead: 0, tail: None, streaming, rows };
        self.body(frame, copies, place, &mut partials)?;
        let handed = if rows { self.rows_for_next(copies, index)? } else { Vec::new() };
        let next = self.offset(index, (copies * self.lanes) as i32);
        let operands = [Operand::reg_use(next), Operand::reg_use(limit)];
        let compare = Kind::BranchCompare(Condition::LessEqual);
        self.code.end(compare, &operands, &[(back, &[]), (leave, &[])]);
        self.code.start(back, &[]);
        let state = (next, partials);
        self.jump_with(head, &state, &handed);
        self.code.start(leave, &[]);
        Ok(state)
    }

    /// One vector at a time, then, with AVX-512, the turns that do not fill one.
    fn tail(&mut self, frame: &Frame, state: State) -> Select<State> {
        let mut state = state;
        if frame.copies > 1 || !self.rows.is_empty() {
            let limit = self.offset(frame.count, -(self.lanes as i32));
            let after = self.code.label();
            let compare = Kind::BranchCompare(Condition::LessEqual);
            self.go_on_if(compare, &[state.0, limit], after, &state);
            let machine = Machine { copies: 1, limit, streaming: false, rows: false };
            let done = self.machine_loop(frame, state, &machine)?;
            self.jump(after, &done);
            state = self.start(after, &done.1);
        }
        if !self.masks_lanes() {
            return Ok(state);
        }
        let after = self.code.label();
        let compare = Kind::BranchCompare(Condition::Less);
        self.go_on_if(compare, &[state.0, frame.count], after, &state);
        let (index, mut partials) = state;
        let left = self.code.vreg(INT);
        self.arithmetic(Arithmetic::Sub, left, frame.count, index);
        self.batch();
        let tail = Some(self.first_lanes(left));
        let place = Place { index, ahead: 0, tail, streaming: false, rows: false };
        self.body(frame, 1, place, &mut partials)?;
        self.jump(after, &(frame.count, partials.clone()));
        Ok(self.start(after, &partials))
    }

    /// The first lanes, as many as a number below 256 says: only its low byte counts.
    pub(super) fn first_lanes(&mut self, number: VReg) -> VReg {
        let ones = self.code.vreg(INT);
        self.code.push(Kind::Constant(u64::MAX), &[Operand::reg_def(ones)]);
        let (mask, spare) = (self.code.vreg(MASK), self.code.vreg(INT));
        let operands = [
            Operand::reg_def(mask),
            Operand::reg_use(ones),
            Operand::reg_use(number),
            Operand::reg_temp(spare),
        ];
        self.code.push(Kind::MaskOfCount, &operands);
        if self.lanes == 64 {
            return mask;
        }
        let full = self.full_mask();
        self.masks(&KANDQ, mask, full)
    }

    // The body.

    /// Forgets what holds for one batch of turns only.
    pub(super) fn batch(&mut self) {
        self.moving.clear();
        self.masks.clear();
        self.waiting.clear();
        self.row_vectors.clear();
        self.values.iter_mut().for_each(|values| values.fill(None));
    }

    /// Some copies of the body, the first of which is at `place`.
    pub(super) fn body(
        &mut self,
        frame: &Frame,
        copies: usize,
        place: Place,
        partials: &mut Partials,
    ) -> Select {
        let insts = &self.plan.insts;
        if !is_straight(insts) {
            return self.insts(frame, copies, place, insts, partials);
        }
        let together = self.copies_together(copies);
        for first in (0..copies).step_by(together) {
            for inst in insts {
                for copy in first..copies.min(first + together) {
                    self.copy = copy;
                    let place = Place { ahead: copy * self.lanes, ..place };
                    self.inst(inst, &place, partials)?;
                }
            }
        }
        Ok(())
    }

    /// How many copies of a body without branches are done instruction by instruction before the
    /// next ones: one if it is short; few enough for the registers of AVX2 where partial results say
    /// how many copies there are in all, and take registers of their own.
    fn copies_together(&self, copies: usize) -> usize {
        let work = self.plan.insts.iter().filter(|inst| !is_kept(inst)).count();
        if SHORT.contains(&work) {
            return 1;
        }
        let carried = self.plan.carried().count();
        if carried == 0 || self.target.evex {
            return copies;
        }
        let live = Pressure::of(self.plan, &self.stays).live - carried;
        let free = self.registers().saturating_sub(copies * carried);
        (free / live.max(1)).clamp(1, copies)
    }

    fn registers(&self) -> usize {
        if self.target.evex { 32 } else { 16 }
    }

    /// Instructions in all copies, one after the other.
    pub(super) fn insts(
        &mut self,
        frame: &Frame,
        copies: usize,
        place: Place,
        insts: &[VectorInst],
        partials: &mut Partials,
    ) -> Select {
        for inst in insts {
            match &inst.op {
                VectorOp::Require(value) => {
                    self.require(frame, copies, place, *value, partials)?;
                }
                VectorOp::Region(region) => {
                    self.region(frame, copies, place, region, partials)?;
                }
                _ => {
                    for copy in 0..copies {
                        self.copy = copy;
                        let place = Place { ahead: copy * self.lanes, ..place };
                        self.inst(inst, &place, partials)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Leaves unless a value is true in all lanes of all copies.
    fn require(
        &mut self,
        frame: &Frame,
        copies: usize,
        place: Place,
        value: Value,
        partials: &Partials,
    ) -> Select {
        let mut failing = None;
        for copy in 0..copies {
            self.copy = copy;
            let holds = self.mask(value)?;
            let here = self.failing(holds, &place)?;
            failing = Some(match failing {
                None => here,
                Some(before) if self.target.evex => self.masks(&KORQ, before, here),
                Some(before) => self.two(&VPOR, self.width(self.size), before, here),
            });
        }
        let Some(failing) = failing else { return Ok(()) };
        let kind = if self.target.evex {
            Kind::BranchIfNone
        } else {
            Kind::BranchIfNoneVector(self.width(self.size))
        };
        self.go_on_if(kind, &[failing], frame.exit, &(place.index, partials.clone()));
        Ok(())
    }

    fn exit(&mut self, exit: Label, like: &Partials) -> Select {
        let (index, partials) = self.start(exit, like);
        for (number, partials) in partials[..self.plan.reductions.len()].iter().enumerate() {
            self.reduce(number, partials)?;
        }
        for number in 0..self.plan.bests.len() as u32 {
            self.take_best(number, &partials)?;
        }
        let result = Operand::reg_fixed_use(index, PReg::new(RESULT, INT));
        self.code.end(Kind::Return, &[result], &[]);
        Ok(())
    }
}
