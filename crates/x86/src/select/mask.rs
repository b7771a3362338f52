//! Comparisons, masks, and choices by them.

use super::{Lanes, Mask, Select, Selector};
use crate::opcode::*;
use mambo_ir::Dtype;
use mambo_ir::function::{Binary, Compare, Value};
use regalloc2::VReg;

impl Selector<'_> {
    pub(super) fn compare(
        &mut self,
        op: Compare,
        a: Value,
        b: Value,
        dtype: Dtype,
    ) -> Select<Mask> {
        if dtype == Dtype::Bool {
            let (a, b) = (self.mask(a)?, self.mask(b)?);
            return self.compare_masks(op, a, b);
        }
        let (a, b) = (self.vector(a)?, self.vector(b)?);
        Ok(self.compare_vectors(op, a, b, dtype))
    }

    pub(super) fn compare_vectors(&mut self, op: Compare, a: VReg, b: VReg, dtype: Dtype) -> Mask {
        let size = dtype.size();
        let width = self.width(size);
        if dtype.is_float() {
            // Ordered and quiet, but that a NaN differs from all.
            let immediate = match op {
                Compare::Eq => 0,
                Compare::Ne => 4,
                Compare::Lt => 17,
                Compare::Le => 18,
                Compare::Gt => 30,
                Compare::Ge => 29,
            };
            let register = match (self.target.evex, dtype) {
                (true, Dtype::F32) => self.compared(&VCMPPS_MASK, width, a, b, Some(immediate)),
                (true, _) => self.compared(&VCMPPD_MASK, width, a, b, Some(immediate)),
                (false, Dtype::F32) => self.two_by(&VCMPPS, width, a, b, immediate),
                (false, _) => self.two_by(&VCMPPD, width, a, b, immediate),
            };
            return Mask { register, size };
        }
        if self.target.evex {
            let immediate = match op {
                Compare::Eq => 0,
                Compare::Lt => 1,
                Compare::Le => 2,
                Compare::Ne => 4,
                Compare::Ge => 5,
                Compare::Gt => 6,
            };
            let opcode = match (size, dtype.is_signed_int()) {
                (1, true) => &VPCMPB,
                (1, false) => &VPCMPUB,
                (2, true) => &VPCMPW,
                (2, false) => &VPCMPUW,
                (4, true) => &VPCMPD,
                (4, false) => &VPCMPUD,
                (_, true) => &VPCMPQ,
                (_, false) => &VPCMPUQ,
            };
            let register = self.compared(opcode, width, a, b, Some(immediate));
            return Mask { register, size };
        }
        self.compare_ints(op, a, b, dtype)
    }

    /// AVX2 compares integers for equal and, with sign, for greater.
    fn compare_ints(&mut self, op: Compare, a: VReg, b: VReg, dtype: Dtype) -> Mask {
        let size = dtype.size();
        let width = self.width(size);
        let (equal, greater) = match size {
            1 => (&VPCMPEQB, &VPCMPGTB),
            2 => (&VPCMPEQW, &VPCMPGTW),
            4 => (&VPCMPEQD, &VPCMPGTD),
            _ => (&VPCMPEQQ, &VPCMPGTQ),
        };
        let (mut a, mut b) = (a, b);
        if !dtype.is_signed_int() && !matches!(op, Compare::Eq | Compare::Ne) {
            // The order of integers without sign is that of those with the top bit flipped.
            let top = self.lanes_of(1 << (8 * size - 1), size);
            a = self.two(&VPXOR, width, a, top);
            b = self.two(&VPXOR, width, b, top);
        }
        let (register, negate) = match op {
            Compare::Eq => (self.two(equal, width, a, b), false),
            Compare::Ne => (self.two(equal, width, a, b), true),
            Compare::Gt => (self.two(greater, width, a, b), false),
            Compare::Le => (self.two(greater, width, a, b), true),
            Compare::Lt => (self.two(greater, width, b, a), false),
            Compare::Ge => (self.two(greater, width, b, a), true),
        };
        let mask = Mask { register, size };
        if negate { self.not_mask(mask) } else { mask }
    }

    fn compare_masks(&mut self, op: Compare, a: Mask, b: Mask) -> Select<Mask> {
        // `false` comes before `true`.
        Ok(match op {
            Compare::Ne => self.combine_masks(Binary::Xor, a, b)?,
            Compare::Eq => {
                let differ = self.combine_masks(Binary::Xor, a, b)?;
                self.not_mask(differ)
            }
            Compare::Lt => {
                let not = self.not_mask(a);
                self.combine_masks(Binary::And, not, b)?
            }
            Compare::Gt => {
                let not = self.not_mask(b);
                self.combine_masks(Binary::And, a, not)?
            }
            Compare::Le => {
                let not = self.not_mask(a);
                self.combine_masks(Binary::Or, not, b)?
            }
            Compare::Ge => {
                let not = self.not_mask(b);
                self.combine_masks(Binary::Or, a, not)?
            }
        })
    }

    pub(super) fn not_mask(&mut self, mask: Mask) -> Mask {
        let register = if self.target.evex {
            self.mask_not(mask.register)
        } else {
            let ones = self.lanes_of(u64::MAX, 8);
            let width = self.width(mask.size);
            self.two(&VPXOR, width, mask.register, ones)
        };
        Mask { register, ..mask }
    }

    pub(super) fn combine_masks(&mut self, op: Binary, a: Mask, b: Mask) -> Select<Mask> {
        if self.target.evex {
            let opcode = match op {
                Binary::And => &KANDQ,
                Binary::Or => &KORQ,
                Binary::Xor => &KXORQ,
                _ => return Err(format!("{op:?} of masks")),
            };
            let register = self.masks(opcode, a.register, b.register);
            return Ok(Mask { register, size: a.size });
        }
        let opcode = match op {
            Binary::And => &VPAND,
            Binary::Or => &VPOR,
            Binary::Xor => &VPXOR,
            _ => return Err(format!("{op:?} of masks")),
        };
        let other = self.mask_of_size(b, a.size)?;
        let register = self.two(opcode, self.width(a.size), a.register, other);
        Ok(Mask { register, size: a.size })
    }

    /// A mask for lanes of so many bytes.
    pub(super) fn mask_of_size(&mut self, mask: Mask, size: usize) -> Select<VReg> {
        if self.target.evex || mask.size == size {
            return Ok(mask.register);
        }
        if let Some(&known) = self.masks.get(&(mask, size)) {
            return Ok(known);
        }
        let register = if size > mask.size {
            self.widen(mask.register, mask.size, size, true)
        } else {
            self.narrow(mask.register, mask.size, size)?
        };
        self.masks.insert((mask, size), register);
        Ok(register)
    }

    /// Where lanes are not 0.
    pub(super) fn nonzero(&mut self, lanes: VReg, size: usize) -> Mask {
        let zero = self.zero();
        let dtype = [Dtype::U8, Dtype::U16, Dtype::U32, Dtype::U64][size.trailing_zeros() as usize];
        self.compare_vectors(Compare::Ne, lanes, zero, dtype)
    }

    /// `true` as 1 and `false` as 0 in lanes of so many bytes.
    pub(super) fn mask_to_lanes(&mut self, mask: Mask, size: usize, one: u64) -> Select<VReg> {
        let width = self.width(size);
        let one = self.lanes_of(one, size);
        let register = self.mask_of_size(mask, size)?;
        if !self.target.evex {
            return Ok(self.two(&VPAND, width, register, one));
        }
        let opcode = match size {
            1 => &VMOVDQU8,
            2 => &VMOVDQU16,
            4 => &VMOVDQU32,
            _ => &VMOVDQU64,
        };
        Ok(self.zeroed(opcode, width, register, one))
    }

    pub(super) fn choose(
        &mut self,
        cond: Value,
        a: Value,
        b: Value,
        dtype: Dtype,
    ) -> Select<Lanes> {
        let cond = self.mask(cond)?;
        if dtype == Dtype::Bool {
            let (a, b) = (self.mask(a)?, self.mask(b)?);
            let not = self.not_mask(cond);
            let a = self.combine_masks(Binary::And, cond, a)?;
            let b = self.combine_masks(Binary::And, not, b)?;
            return Ok(Lanes::Mask(self.combine_masks(Binary::Or, a, b)?));
        }
        let (a, b) = (self.vector(a)?, self.vector(b)?);
        self.choose_vectors(cond, a, b, dtype.size()).map(Lanes::Vector)
    }

    /// `a` where the mask is true, else `b`.
    pub(super) fn choose_vectors(
        &mut self,
        mask: Mask,
        a: VReg,
        b: VReg,
        size: usize,
    ) -> Select<VReg> {
        let width = self.width(size);
        let register = self.mask_of_size(mask, size)?;
        if !self.target.evex {
            return Ok(self.blended(&VPBLENDVB, width, register, b, a));
        }
        let opcode = match size {
            1 => &VPBLENDMB,
            2 => &VPBLENDMW,
            4 => &VPBLENDMD,
            _ => &VPBLENDMQ,
        };
        Ok(self.blended(opcode, width, register, b, a))
    }
}
