//! The main loop for more than the caches hold. What is only written goes past them, from the
//! first turn on at which it lies as memory does. Where vectors that are loaded overlap, as those
//! of a stencil do, half of them is loaded at a time instead: most whole ones would be in two
//! lines of memory, and that costs more than what is written does.

use super::leaf::{Frame, Machine, State};
use super::{Partials, Place, Select, Selector};
use crate::register::Width;
use crate::scalar::{Arithmetic, Condition};
use crate::vcode::{INT, Kind, Label};
use mambo_ir::vector::VectorOp;
use regalloc2::{Operand, VReg};

/// The least bytes that are loaded or stored together.
const LEAST: usize = 4;

/// Where the loop for more than the caches hold begins, which takes the state; from how many
/// turns on it is worth it; the plain loop; and where all go on.
pub(super) struct Beyond {
    pub(super) start: Label,
    pub(super) worth: i32,
    pub(super) plain: Label,
    pub(super) after: Label,
    pub(super) like: Partials,
}

impl Selector<'_> {
    /// Runs the loop if all it touches is larger than the caches, and goes on behind it; else the
    /// plain loop does.
    pub(super) fn beyond_caches(&mut self, frame: &Frame, beyond: Beyond) -> Select {
        let Beyond { start, worth, plain, after, like } = beyond;
        let state = self.start(start, &like);
        if let Some(extent) = self.plan.extent {
            let extent = self.base(extent);
            let compare = Kind::BranchCompareConstant(Condition::GreaterEqual, worth);
            self.go_on_if(compare, &[extent], plain, &state);
        }
        let done = match self.overlaps() {
            true => self.in_halves(frame, state)?,
            false => self.streamed(frame, state, [plain, after])?,
        };
        self.jump(after, &done);
        Ok(())
    }

    /// Whether vectors are loaded that overlap, and half of them may be done at a time.
    fn overlaps(&self) -> bool {
        let lanes = self.lanes as i64;
        let accesses: Vec<_> =
            self.sides().iter().map(|&number| self.plan.accesses[number as usize]).collect();
        let overlap = accesses.iter().any(|a| {
            accesses.iter().any(|b| a.base == b.base && (a.offset - b.offset) % lanes != 0)
        });
        overlap && self.target.width == Width::W512 && self.plan.carried().next().is_none()
    }

    fn in_halves(&mut self, frame: &Frame, state: State) -> Select<State> {
        let lanes = self.lanes;
        self.lanes /= 2;
        let limit = self.offset(frame.count, -((frame.copies * self.lanes) as i32));
        let machine = Machine { copies: frame.copies, limit, streaming: false, rows: false };
        let done = self.machine_loop(frame, state, &machine);
        self.lanes = lanes;
        done
    }

    /// The loop whose stores go past the caches.
    fn streamed(
        &mut self,
        frame: &Frame,
        state: State,
        [plain, after]: [Label; 2],
    ) -> Select<State> {
        let state = self.align_streams(frame, state)?;
        // What is left may be less than the plain loop does at a time.
        let limit = self.offset(frame.count, -((frame.copies * self.lanes) as i32));
        let compare = Kind::BranchCompare(Condition::LessEqual);
        self.go_on_if(compare, &[state.0, limit], after, &state);
        for number in self.streams.clone() {
            let low = self.misalignment(number, state.0);
            let aligned = Kind::BranchCompareConstant(Condition::Equal, 0);
            self.go_on_if(aligned, &[low], plain, &state);
        }
        // Memory is what such a loop waits for: one copy does.
        let limit = self.offset(frame.count, -(self.lanes as i32));
        let machine = Machine { copies: 1, limit, streaming: true, rows: false };
        let done = self.machine_loop(frame, state, &machine)?;
        self.code.push(Kind::Fence, &[]);
        Ok(done)
    }

    /// Does the turns up to the first at which what is written lies as memory does: under a mask,
    /// or half a vector, as allocators align.
    fn align_streams(&mut self, frame: &Frame, state: State) -> Select<State> {
        let (number, ready) = (self.streams[0], self.code.label());
        if !self.masks_lanes() {
            return self.align_by_half(frame, state, number);
        }
        let low = self.misalignment(number, state.0);
        let apart = Kind::BranchCompareConstant(Condition::NotEqual, 0);
        self.go_on_if(apart, &[low], ready, &state);
        let size = self.plan.access_dtype(number).size();
        let [vector, bytes, shifted, next] = [(); 4].map(|()| self.code.vreg(INT));
        let constant = Kind::Constant((self.lanes * size) as u64);
        self.code.push(constant, &[Operand::reg_def(vector)]);
        self.arithmetic(Arithmetic::Sub, bytes, vector, low);
        let turns = if size == 1 { bytes } else { shifted };
        if size > 1 {
            let shift = Kind::ShiftRight(size.trailing_zeros() as u8);
            self.by_constant(shift, turns, bytes);
        }
        self.batch();
        let tail = Some(self.first_lanes(turns));
        let (index, mut partials) = state;
        let place = Place { index, ahead: 0, tail, streaming: false, rows: false };
        self.body(frame, 1, place, &mut partials)?;
        self.arithmetic(Arithmetic::Add, next, index, turns);
        self.jump(ready, &(next, partials.clone()));
        Ok(self.start(ready, &partials))
    }

    /// Does half a vector where one that is written begins half a vector off, if all that is in
    /// memory has elements enough in it for an instruction. Partial results are of whole vectors,
    /// and masks say something about whole registers.
    fn align_by_half(&mut self, frame: &Frame, state: State, number: u32) -> Select<State> {
        let (ready, half) = (self.code.label(), self.lanes / 2);
        let mut numbers = 0..self.plan.accesses.len() as u32;
        let is_less = |number| half * self.plan.access_dtype(number).size() < LEAST;
        if numbers.any(is_less) || self.plan.carried().next().is_some() || self.has_masks() {
            return Ok(state);
        }
        let off = half * self.plan.access_dtype(number).size();
        let low = self.misalignment(number, state.0);
        let by_half = Kind::BranchCompareConstant(Condition::Equal, off as i32);
        self.go_on_if(by_half, &[low], ready, &state);
        self.batch();
        let (index, mut partials) = state;
        let place = Place { index, ahead: 0, tail: None, streaming: false, rows: false };
        self.lanes = half;
        let done = self.body(frame, 1, place, &mut partials);
        self.lanes = 2 * half;
        done?;
        self.batch();
        let next = self.offset(index, half as i32);
        self.jump(ready, &(next, partials.clone()));
        Ok(self.start(ready, &partials))
    }

    /// Whether memory is read or written under a mask.
    fn has_masks(&self) -> bool {
        let mut found = false;
        self.plan.each_inst(&mut |inst| {
            found |= matches!(
                inst.op,
                VectorOp::Load { mask: Some(_), .. }
                    | VectorOp::Store { mask: Some(_), .. }
                    | VectorOp::Gather { mask: Some(_), .. }
                    | VectorOp::Region(_)
            );
        });
        found
    }

    /// How many bytes the address of an access in some turn is above a multiple of the bytes of
    /// its vector.
    fn misalignment(&mut self, number: u32, turn: VReg) -> VReg {
        let address = self.side_address(self.side(number));
        let size = self.plan.access_dtype(number).size();
        let [distance, there, low] = [(); 3].map(|()| self.code.vreg(INT));
        self.by_constant(Kind::ShiftLeft(size.trailing_zeros() as u8), distance, turn);
        self.arithmetic(Arithmetic::Add, there, distance, address);
        let bytes = (self.lanes * size) as i32 - 1;
        self.by_constant(Kind::ArithmeticConstant(Arithmetic::And, bytes), low, there);
        low
    }

    /// The accesses that are written side by side, in every turn, and not read.
    fn written_only(&self) -> Vec<u32> {
        let mut read = Vec::new();
        self.plan.each_inst(&mut |inst| match inst.op {
            VectorOp::Load { access, .. } => read.push(self.plan.accesses[access as usize].base),
            VectorOp::Gather { base, .. } => read.push(base),
            _ => {}
        });
        let reads = |number: u32| read.contains(&self.plan.accesses[number as usize].base);
        let mut streams = Vec::new();
        for inst in &self.plan.insts {
            if let VectorOp::Store { access, mask: None, .. } = inst.op {
                let bytes = self.lanes * self.plan.access_dtype(access).size();
                if self.is_side(access)
                    && !reads(access)
                    && bytes >= 16
                    && !streams.contains(&access)
                {
                    streams.push(access);
                }
            }
        }
        streams
    }

    /// The turns from which on stores go past the caches.
    pub(super) fn worth_streaming(&mut self, cache: usize) -> Option<i32> {
        self.streams = self.written_only();
        if self.streams.is_empty()
            || self.plan.is_checked()
            || self.has_inner_loop()
            || self.plan.partials().is_some()
        {
            return None;
        }
        let numbers = 0..self.plan.accesses.len() as u32;
        let bytes: usize = numbers.map(|number| self.plan.access_dtype(number).size()).sum();
        i32::try_from(cache / bytes).ok()
    }
}
