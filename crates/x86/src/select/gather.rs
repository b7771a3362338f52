//! Elements at a place of their own in each lane: gathers and scatters.
//!
//! Processors gather elements of four and eight bytes. A smaller one comes with the four or eight
//! bytes around it, from a multiple of so many: these are on its page, so that they may be read
//! wherever it may, and it is shifted out of them.

use super::arithmetic::add;
use super::memory::Apart;
use super::{Lanes, Mask, Place, Select, Selector};
use crate::opcode::*;
use crate::register::Width;
use crate::scalar::Arithmetic;
use crate::vcode::{INT, Kind};
use mambo_ir::Dtype;
use mambo_ir::function::{Binary, Value};
use regalloc2::VReg;

impl Selector<'_> {
    pub(super) fn gather(
        &mut self,
        base: u32,
        part: u8,
        index: Value,
        mask: Option<Value>,
        copy: &Place,
    ) -> Select<Lanes> {
        let mask = self.mask_of(mask)?;
        let element = self.plan.element(base);
        let dtype = element.part();
        let index = self.vector(index)?;
        let by = element.size().trailing_zeros() as u8;
        let index = self.shift_by(Binary::Shl, index, by, Dtype::I64)?;
        let base = self.base(base);
        let displacement = i32::from(part) * dtype.size() as i32;
        let apart = Apart { base, index, displacement };
        let lanes = self.load_apart(apart, dtype.size(), mask, copy)?;
        Ok(self.as_lanes(lanes, dtype))
    }

    pub(super) fn load_apart(
        &mut self,
        apart: Apart,
        size: usize,
        mask: Option<Mask>,
        copy: &Place,
    ) -> Select<VReg> {
        if size < 4 {
            return self.load_small_apart(apart, size, mask, copy);
        }
        let (opcode, width) = self.apart(size, [&VPGATHERQQ, &VPGATHERQD, &VPGATHERDD])?;
        let mask = self.spent(mask, size, copy)?;
        Ok(self.gathered(opcode, width, apart, mask))
    }

    fn load_small_apart(
        &mut self,
        apart: Apart,
        size: usize,
        mask: Option<Mask>,
        copy: &Place,
    ) -> Select<VReg> {
        let around = self.index_size();
        let (opcode, width) = self.apart(around, [&VPGATHERQQ, &VPGATHERQD, &VPGATHERDD])?;
        let index_dtype = if around == 8 { Dtype::U64 } else { Dtype::U32 };
        let first = self.offset(apart.base, apart.displacement);
        let [low, base] = [around as i32 - 1, -(around as i32)].map(|bits| {
            let result = self.code.vreg(INT);
            self.by_constant(Kind::ArithmeticConstant(Arithmetic::And, bits), result, first);
            result
        });
        let low = self.spread(low, around);
        let place = self.two(add(around), width, apart.index, low);
        let low = self.lanes_of(around as u64 - 1, around);
        let inside = self.bits(Binary::And, width, place, low);
        let index = self.bits(Binary::Xor, width, place, inside);
        let mask = self.spent(mask, around, copy)?;
        let whole = Apart { base, index, displacement: 0 };
        let loaded = self.gathered(opcode, width, whole, mask);
        let count = self.shift_by(Binary::Shl, inside, 3, index_dtype)?;
        let shift = if around == 8 { &VPSRLVQ } else { &VPSRLVD };
        let element = self.two(shift, width, loaded, count);
        self.narrow(element, around, size)
    }

    /// The opcode for lanes apart, and its width.
    fn apart(
        &self,
        size: usize,
        opcodes: [&'static Opcode; 3],
    ) -> Select<(&'static Opcode, Width)> {
        match (size, self.index_size()) {
            (8, 8) => Ok((opcodes[0], self.width(8))),
            (4, 8) => Ok((opcodes[1], self.width(8))),
            (4, 4) => Ok((opcodes[2], self.width(4))),
            _ => Err("elements of 1 and 2 bytes at a distance".into()),
        }
    }

    pub(super) fn store_apart(
        &mut self,
        apart: Apart,
        size: usize,
        lanes: VReg,
        mask: Option<Mask>,
        copy: &Place,
    ) -> Select {
        if !self.target.evex {
            return Err("stores at a distance".into());
        }
        let (opcode, width) = self.apart(size, [&VPSCATTERQQ, &VPSCATTERQD, &VPSCATTERDD])?;
        let mask = self.spent(mask, size, copy)?;
        self.scattered(opcode, width, apart, lanes, mask);
        Ok(())
    }
}
