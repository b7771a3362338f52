//! Elements at a distance from one another, loaded and stored one by one: processors take no
//! longer for that than for gathers and scatters, some of them less than half as long, and it is
//! for elements of any size.

use super::build::broadcast;
use super::{Kept, Place, Select, Selector};
use crate::opcode::*;
use crate::register::Width;
use crate::scalar::Arithmetic;
use crate::vcode::{self, INT, VectorInst};
use mambo_ir::vector::{NESTED, VectorOp};
use regalloc2::{Operand, VReg};

/// Bytes of the registers that elements go into one by one.
const CHUNK: usize = 16;

/// Lanes whose addresses are made from one.
const BLOCK: usize = 4;

/// Where an element is.
#[derive(Clone, Copy)]
struct Spot {
    base: VReg,
    /// Added to it, so many times.
    index: Option<(VReg, u8)>,
    displacement: i32,
}

impl Spot {
    fn registers(self) -> impl Iterator<Item = VReg> {
        [Some(self.base), self.index.map(|(index, _)| index)].into_iter().flatten()
    }

    /// The place, with its operands from this number on.
    fn place(self, at: usize) -> vcode::Place {
        let displacement = self.displacement;
        match self.index {
            None => vcode::Place::Base { base: at, displacement },
            Some((_, scale)) => {
                vcode::Place::Indexed { base: at, index: at + 1, scale, displacement }
            }
        }
    }
}

impl Selector<'_> {
    /// Whether the lanes of an access are at a distance from one another.
    pub(super) fn is_apart(&self, number: u32) -> bool {
        let access = self.plan.accesses[number as usize];
        let size = self.plan.access_dtype(number).size() as i64;
        self.byte_step(&access).is_none_or(|step| step != 0 && step.abs() != size)
    }

    /// Whether lanes can be masked off wherever the loop touches memory.
    pub(super) fn masks_lanes(&self) -> bool {
        let mut small = false;
        self.plan.each_inst(&mut |inst| {
            small |= match inst.op {
                VectorOp::Load { access, .. } => self.is_apart(access) && self.size < 4,
                VectorOp::Store { access, .. } => {
                    self.is_apart(access) && self.plan.access_dtype(access).size() < 4
                }
                _ => false,
            };
        });
        self.target.evex && !small
    }

    /// Instructions that elements at a distance take in one copy.
    pub(super) fn apart_work(&self) -> usize {
        let mut work = 0;
        self.plan.each_inst(&mut |inst| {
            if let VectorOp::Load { access, .. } | VectorOp::Store { access, .. } = inst.op
                && self.is_apart(access)
                && self.interleaving(access).is_none()
            {
                work += self.lanes;
            }
        });
        work
    }

    /// Where each lane of an access is.
    fn spots(&mut self, number: u32, copy: &Place) -> Select<Vec<Spot>> {
        let access = self.plan.accesses[number as usize];
        let element = self.plan.element(access.base);
        let own = i128::from(access.offset) * element.size() as i128
            + i128::from(access.part) * element.part().size() as i128;
        let fit = |bytes: i128| {
            i32::try_from(bytes).map_err(|_| "a distance of more than 2 GiB".to_string())
        };
        let base = self.inner_base(number, NESTED)?;
        if let Some(step) = self.byte_step(&access) {
            let base = self.moved(number, base, copy, 0);
            let spot = |lane: usize| {
                let far = (copy.ahead + lane) as i128 * i128::from(step);
                Ok(Spot { base, index: None, displacement: fit(own + far)? })
            };
            return (0..self.lanes).map(spot).collect();
        }
        let displacement = fit(own)?;
        let step = self.step_bytes(number);
        let mut base = self.moved(number, base, copy, copy.ahead);
        let mut spots = Vec::with_capacity(self.lanes);
        for lane in 0..self.lanes {
            if lane > 0 && lane % BLOCK == 0 {
                let four = self.steps(number, 4)?;
                let next = self.code.vreg(INT);
                self.arithmetic(Arithmetic::Add, next, base, four);
                base = next;
            }
            let index = match lane % BLOCK {
                0 => None,
                3 => Some((self.steps(number, 3)?, 1)),
                times => Some((step, times as u8)),
            };
            spots.push(Spot { base, index, displacement });
        }
        Ok(spots)
    }

    /// Three or four times the bytes between turns.
    fn steps(&mut self, number: u32, times: u8) -> Select<VReg> {
        let step = self.step_bytes(number);
        self.kept(Kept::Steps(number, times), |this| {
            if times == 4 {
                return Ok(this.shifted_left(step, 2));
            }
            let twice = this.shifted_left(step, 1);
            let result = this.code.vreg(INT);
            this.arithmetic(Arithmetic::Add, result, twice, step);
            Ok(result)
        })
    }

    /// Loads the lanes of an access one by one.
    pub(super) fn load_one_by_one(
        &mut self,
        number: u32,
        size: usize,
        copy: &Place,
    ) -> Select<VReg> {
        let insert = [&VPINSRB, &VPINSRW, &VPINSRD, &VPINSRQ][size.trailing_zeros() as usize];
        let spots = self.spots(number, copy)?;
        let mut chunks = Vec::new();
        for spots in spots.chunks(CHUNK / size) {
            let registers: Vec<VReg> = spots[0].registers().collect();
            let place = |at| spots[0].place(at);
            let mut chunk = self.loaded(broadcast(size), Width::W128, &place, &registers, None);
            for (lane, &spot) in spots.iter().enumerate().skip(1) {
                let result = self.new_vector();
                let mut operands = vec![Operand::reg_def(result), Operand::reg_use(chunk)];
                operands.extend(spot.registers().map(Operand::reg_use));
                let inst = VectorInst {
                    left: Some(1),
                    place: spot.place(2),
                    immediate: Some(lane as u8),
                    ..self.form(insert, Width::W128)
                };
                self.push(inst, &operands);
                chunk = result;
            }
            chunks.push(chunk);
        }
        let half = self.either(&VINSERTI128, &VINSERTI32X4);
        for (opcode, width) in [(half, Width::W256), (&VINSERTI64X4, Width::W512)] {
            if chunks.len() > 1 {
                let pairs = chunks.chunks(2);
                chunks = pairs.map(|two| self.two_by(opcode, width, two[0], two[1], 1)).collect();
            }
        }
        Ok(chunks[0])
    }

    /// Stores the lanes of an access one by one.
    pub(super) fn store_one_by_one(
        &mut self,
        number: u32,
        size: usize,
        lanes: VReg,
        copy: &Place,
    ) -> Select {
        let extract = [&VPEXTRB, &VPEXTRW, &VPEXTRD, &VPEXTRQ][size.trailing_zeros() as usize];
        let spots = self.spots(number, copy)?;
        let mut chunks = vec![lanes];
        let half = self.either(&VEXTRACTI128, &VEXTRACTI32X4);
        let halves = [(64, &VEXTRACTI64X4, Width::W512), (32, half, Width::W256)];
        for (bytes, opcode, width) in halves {
            if self.lanes * size >= bytes {
                let split =
                    |this: &mut Self, whole| [whole, this.out_of(opcode, width, whole, Some(1))];
                chunks = chunks.into_iter().flat_map(|whole| split(self, whole)).collect();
            }
        }
        for (chunk, spots) in chunks.into_iter().zip(spots.chunks(CHUNK / size)) {
            for (lane, &spot) in spots.iter().enumerate() {
                let mut operands = vec![Operand::reg_use(chunk)];
                operands.extend(spot.registers().map(Operand::reg_use));
                let inst = VectorInst {
                    place: spot.place(1),
                    immediate: Some(lane as u8),
                    ..self.form(extract, Width::W128)
                };
                self.push(inst, &operands);
            }
        }
        Ok(())
    }
}
