//! Reductions: partial results in registers, and their combination at the end. Those of `bool`
//! are lanes of the widest type of the loop, all bits of which are set or none.

use super::merge::simple;
use super::{Mask, Partials, Place, Select, Selector};
use crate::opcode::*;
use crate::register::Width;
use crate::vcode;
use mambo_ir::Dtype;
use mambo_ir::function::{Binary, Value};
use mambo_ir::vector::Reduction;
use regalloc2::VReg;

impl Selector<'_> {
    pub(super) fn neutral(&mut self, reduction: &Reduction) -> VReg {
        let neutral = reduction.neutral();
        match neutral.as_bool() {
            Some(holds) => self.lanes_of(u64::from(holds).wrapping_neg(), self.size),
            None => self.lanes_of(neutral.bits() as u64, reduction.dtype.size()),
        }
    }

    /// The type of the lanes of a reduction.
    fn lane_type(&self, dtype: Dtype) -> Dtype {
        match (dtype, self.size) {
            (Dtype::Bool, 1) => Dtype::U8,
            (Dtype::Bool, 2) => Dtype::U16,
            (Dtype::Bool, 4) => Dtype::U32,
            (Dtype::Bool, _) => Dtype::U64,
            _ => dtype,
        }
    }

    pub(super) fn accumulate(
        &mut self,
        number: u32,
        value: Value,
        mask: Option<Value>,
        copy: &Place,
        partials: &mut Partials,
    ) -> Select {
        let reduction = self.plan.reductions[number as usize];
        if reduction.dtype == Dtype::Bool {
            return self.accumulate_bool(number as usize, value, mask, copy, partials);
        }
        let size = reduction.dtype.size();
        let value = self.vector(value)?;
        let at = copy.ahead / self.lanes % partials[number as usize].len();
        let before = partials[number as usize][at];
        if self.target.evex
            && (mask.is_some() || copy.tail.is_some())
            && let Some(opcode) = simple(reduction.op, reduction.dtype)
        {
            let mask = mask.map(|mask| self.mask(mask)).transpose()?;
            if let Some(active) = self.active(mask, copy) {
                let width = self.width(size);
                let after = self.two_where(opcode, width, active, before, [before, value]);
                partials[number as usize][at] = after;
                return Ok(());
            }
        }
        let mut after = self.combine(reduction.op, before, value, reduction.dtype)?;
        if let Some(mask) = mask {
            let mask = self.mask(mask)?;
            after = self.choose_vectors(mask, after, before, size)?;
        }
        if let Some(tail) = copy.tail {
            let tail = Mask { register: tail, size };
            after = self.choose_vectors(tail, after, before, size)?;
        }
        partials[number as usize][at] = after;
        Ok(())
    }

    fn accumulate_bool(
        &mut self,
        number: usize,
        value: Value,
        mask: Option<Value>,
        copy: &Place,
        partials: &mut Partials,
    ) -> Select {
        let op = self.plan.reductions[number].op;
        let mut value = self.mask(value)?;
        let mask = mask.map(|mask| self.mask(mask)).transpose()?;
        let tail = copy.tail.map(|register| Mask { register, size: self.size });
        for active in [mask, tail].into_iter().flatten() {
            value = match op {
                Binary::And => {
                    let other = self.not_mask(active);
                    self.combine_masks(Binary::Or, value, other)?
                }
                _ => self.combine_masks(Binary::And, value, active)?,
            };
        }
        let lanes = self.mask_to_lanes(value, self.size, u64::MAX)?;
        let at = copy.ahead / self.lanes % partials[number].len();
        let width = self.width(self.size);
        partials[number][at] = self.bits(op, width, partials[number][at], lanes);
        Ok(())
    }

    /// Combines the partial results with the initial value and writes the result to its slot.
    pub(super) fn reduce(&mut self, number: usize, partials: &[VReg]) -> Select {
        let reduction = self.plan.reductions[number];
        let op = reduction.op;
        let dtype = self.lane_type(reduction.dtype);
        let mut registers = partials.to_vec();
        while registers.len() > 1 {
            let upper = registers.split_off(registers.len() / 2);
            for (at, other) in upper.into_iter().enumerate() {
                registers[at] = match registers.get(at) {
                    Some(&own) => self.combine(op, own, other, dtype)?,
                    None => unreachable!("the number of partial results is a power of two"),
                };
            }
        }
        let mut total = registers[0];
        let mut distance = self.lanes * dtype.size() / 2;
        while distance >= dtype.size() {
            let upper = self.upper(total, distance);
            total = self.combine(op, total, upper, dtype)?;
            distance /= 2;
        }
        let init = if reduction.dtype == Dtype::Bool {
            let one = self.lanes_of(1, dtype.size());
            total = self.bits(Binary::And, Width::W128, total, one);
            self.initial(number, Dtype::U8, Width::W128)?
        } else {
            self.initial(number, dtype, Width::W128)?
        };
        let result = self.combine(op, init, total, dtype)?;
        self.store_slot(number, result)
    }

    /// Where the slot is in the block of what is carried.
    pub(super) fn slot(&self, number: usize) -> i32 {
        let before = if self.arguments.is_empty() { 1 + self.plan.inputs.len() } else { 0 };
        8 * (before + number) as i32
    }

    /// Writes the first lane to a slot.
    pub(super) fn store_slot(&mut self, number: usize, result: VReg) -> Select {
        let slot = self.slot(number);
        let place = |at| vcode::Place::Base { base: at, displacement: slot };
        let block = self.block()?;
        if self.target.evex {
            let first = self.mask_bits(1);
            let opcode = &VMOVDQU64_STORE;
            self.stored(opcode, Width::W128, &place, &[block], result, Some(first));
        } else {
            let first = self.bytes((0..16).map(|at| if at < 8 { 0xFF } else { 0 }).collect());
            let opcode = &VPMASKMOVQ_STORE;
            self.masked_by_vector(opcode, Width::W128, &place, &[block], Some(result), first);
        }
        Ok(())
    }

    /// The lanes from so many bytes on, at the bottom.
    pub(super) fn upper(&mut self, lanes: VReg, distance: usize) -> VReg {
        match distance {
            32 => self.out_of(&VEXTRACTI64X4, Width::W512, lanes, Some(1)),
            16 => {
                let opcode = self.either(&VEXTRACTI128, &VEXTRACTI32X4);
                self.out_of(opcode, Width::W256, lanes, Some(1))
            }
            8 => self.one_by(&VPSHUFD, Width::W128, lanes, 0xEE),
            4 => self.one_by(&VPSHUFD, Width::W128, lanes, 0x55),
            2 => self.one_by(&VPSRLD_IMMEDIATE, Width::W128, lanes, 16),
            _ => self.one_by(&VPSRLW_IMMEDIATE, Width::W128, lanes, 8),
        }
    }
}
