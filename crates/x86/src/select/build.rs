//! Instructions one by one, and constants, which are made before the loop and kept.

use super::memory::Apart;
use super::{Kept, Lanes, Mask, Select, Selector};
use crate::opcode::{self, Opcode};
use crate::register::Width;
use crate::vcode::{INT, Kind, MASK, Masking, Place, VECTOR, VectorInst};
use mambo_ir::{Const, Dtype};
use regalloc2::OperandConstraint::Any;
use regalloc2::{Operand, RegClass, VReg};

fn uses(register: VReg) -> Operand {
    Operand::reg_use(register)
}

fn def(register: VReg) -> Operand {
    Operand::reg_def(register)
}

/// The broadcast of an element of so many bytes.
pub(super) fn broadcast(size: usize) -> &'static Opcode {
    match size {
        1 => &opcode::VPBROADCASTB,
        2 => &opcode::VPBROADCASTW,
        4 => &opcode::VPBROADCASTD,
        _ => &opcode::VPBROADCASTQ,
    }
}

/// Where an input is in the block of slots.
pub(super) fn slot_of(input: u32) -> i32 {
    8 * (1 + input as i32)
}

impl Selector<'_> {
    pub(super) fn block(&self) -> Select<VReg> {
        self.block.ok_or_else(|| "a slot where there are none".into())
    }

    /// An opcode by whether there is AVX-512.
    pub(super) fn either(&self, vex: &'static Opcode, evex: &'static Opcode) -> &'static Opcode {
        if self.target.evex { evex } else { vex }
    }

    pub(super) fn form(&self, opcode: &'static Opcode, width: Width) -> VectorInst {
        VectorInst {
            opcode,
            width,
            evex: self.target.evex && opcode.evex.is_some(),
            masking: Masking::None,
            broadcast: false,
            reg: 0,
            left: None,
            place: Place::Register(1),
            immediate: None,
            blend: None,
        }
    }

    pub(super) fn push(&mut self, inst: VectorInst, operands: &[Operand]) {
        let (inst, mut operands) = match self.waiting.is_empty() {
            true => (inst, operands.to_vec()),
            false => self.take_waiting(inst, operands),
        };
        if let Place::Register(last) = inst.place
            && inst.reads_memory()
        {
            let operand = &mut operands[last];
            *operand = Operand::new(operand.vreg(), Any, operand.kind(), operand.pos());
        }
        self.code.push(Kind::Vector(inst), &operands);
    }

    pub(super) fn new_vector(&mut self) -> VReg {
        self.code.vreg(VECTOR)
    }

    /// `opcode result, a`.
    pub(super) fn one(&mut self, opcode: &'static Opcode, width: Width, a: VReg) -> VReg {
        let result = self.new_vector();
        let inst = self.form(opcode, width);
        self.push(inst, &[def(result), uses(a)]);
        result
    }

    /// `opcode result, a, immediate`.
    pub(super) fn one_by(
        &mut self,
        opcode: &'static Opcode,
        width: Width,
        a: VReg,
        immediate: u8,
    ) -> VReg {
        let result = self.new_vector();
        let inst = VectorInst { immediate: Some(immediate), ..self.form(opcode, width) };
        self.push(inst, &[def(result), uses(a)]);
        result
    }

    /// The same for an instruction whose result stands where others may be in memory.
    pub(super) fn out_of(
        &mut self,
        opcode: &'static Opcode,
        width: Width,
        a: VReg,
        immediate: Option<u8>,
    ) -> VReg {
        let result = self.new_vector();
        let inst =
            VectorInst { immediate, reg: 1, place: Place::Register(0), ..self.form(opcode, width) };
        self.push(inst, &[def(result), uses(a)]);
        result
    }

    /// `opcode result, a, b`.
    pub(super) fn two(&mut self, opcode: &'static Opcode, width: Width, a: VReg, b: VReg) -> VReg {
        let result = self.new_vector();
        self.two_into(opcode, width, result, a, b, None);
        result
    }

    /// `opcode result, a, b, immediate`.
    pub(super) fn two_by(
        &mut self,
        opcode: &'static Opcode,
        width: Width,
        a: VReg,
        b: VReg,
        immediate: u8,
    ) -> VReg {
        let result = self.new_vector();
        self.two_into(opcode, width, result, a, b, Some(immediate));
        result
    }

    fn two_into(
        &mut self,
        opcode: &'static Opcode,
        width: Width,
        result: VReg,
        a: VReg,
        b: VReg,
        immediate: Option<u8>,
    ) {
        let inst = VectorInst {
            left: Some(1),
            place: Place::Register(2),
            immediate,
            ..self.form(opcode, width)
        };
        self.push(inst, &[def(result), uses(a), uses(b)]);
    }

    /// `opcode accumulator, a, b`, which changes the accumulator.
    pub(super) fn onto(
        &mut self,
        opcode: &'static Opcode,
        width: Width,
        accumulator: VReg,
        a: VReg,
        b: VReg,
    ) -> VReg {
        let result = self.new_vector();
        let inst =
            VectorInst { left: Some(2), place: Place::Register(3), ..self.form(opcode, width) };
        self.push(inst, &[Operand::reg_reuse_def(result, 1), uses(accumulator), uses(a), uses(b)]);
        result
    }

    /// `a`, or `b` where the mask, a register or with AVX2 the signs of a vector, chooses it.
    pub(super) fn blended(
        &mut self,
        opcode: &'static Opcode,
        width: Width,
        mask: VReg,
        a: VReg,
        b: VReg,
    ) -> VReg {
        let result = self.new_vector();
        let by_register = mask.class() == MASK;
        let inst = VectorInst {
            masking: if by_register { Masking::Merging(3) } else { Masking::None },
            left: Some(1),
            place: Place::Register(2),
            blend: (!by_register).then_some(3),
            ..self.form(opcode, width)
        };
        self.push(inst, &[def(result), uses(a), uses(b), uses(mask)]);
        result
    }

    /// `opcode result {mask} {z}, a`: lanes outside of the mask become 0.
    pub(super) fn zeroed(
        &mut self,
        opcode: &'static Opcode,
        width: Width,
        mask: VReg,
        a: VReg,
    ) -> VReg {
        let result = self.new_vector();
        let inst = VectorInst { masking: Masking::Zeroing(2), ..self.form(opcode, width) };
        self.push(inst, &[def(result), uses(a), uses(mask)]);
        result
    }

    /// `opcode mask, a, b, immediate`.
    pub(super) fn compared(
        &mut self,
        opcode: &'static Opcode,
        width: Width,
        a: VReg,
        b: VReg,
        immediate: Option<u8>,
    ) -> VReg {
        let result = self.code.vreg(MASK);
        self.two_into(opcode, width, result, a, b, immediate);
        result
    }

    /// `opcode mask, a, b` of mask registers.
    pub(super) fn masks(&mut self, opcode: &'static Opcode, a: VReg, b: VReg) -> VReg {
        let result = self.code.vreg(MASK);
        self.two_into(opcode, Width::W128, result, a, b, None);
        result
    }

    pub(super) fn mask_not(&mut self, a: VReg) -> VReg {
        let result = self.code.vreg(MASK);
        let inst = self.form(&opcode::KNOTQ, Width::W128);
        self.push(inst, &[def(result), uses(a)]);
        result
    }

    // What is kept.

    /// What is made once, before the loop.
    pub(super) fn keep(
        &mut self,
        kept: Kept,
        class: RegClass,
        make: impl FnOnce(&mut Self, VReg) -> (Kind, Vec<Operand>),
    ) -> VReg {
        if let Some(&register) = self.kept.get(&kept) {
            return register;
        }
        let register = self.code.vreg(class);
        let (kind, operands) = make(self, register);
        self.code.push_first(kind, &operands);
        self.kept.insert(kept, register);
        register
    }

    /// What is made once, before the loop, by more than one instruction.
    pub(super) fn kept(
        &mut self,
        kept: Kept,
        make: impl FnOnce(&mut Self) -> Select<VReg>,
    ) -> Select<VReg> {
        if let Some(&register) = self.kept.get(&kept) {
            return Ok(register);
        }
        let outer = self.code.redirect(true);
        let register = make(self);
        self.code.redirect(outer);
        let register = register?;
        self.kept.insert(kept, register);
        Ok(register)
    }

    /// Bits in every lane.
    pub(super) fn lanes_of(&mut self, bits: u64, size: usize) -> VReg {
        let bits = if size == 8 { bits } else { bits & ((1 << (8 * size)) - 1) };
        let width = self.target.width;
        // Small lanes are repeated to four bytes, which can be broadcast.
        let pattern = match size {
            1 => bits * 0x0101_0101,
            2 => bits * 0x0001_0001,
            _ => bits,
        };
        let size = size.max(4);
        self.keep(Kept::Lanes(pattern, size), VECTOR, |this, register| {
            if pattern == 0 {
                let opcode = this.either(&opcode::VPXOR, &opcode::VPXORD);
                // Anything xor itself; the operand is the result's own register.
                let ones = VectorInst {
                    left: Some(0),
                    place: Place::Register(0),
                    ..this.form(opcode, width)
                };
                return (Kind::Vector(ones), vec![def(register)]);
            }
            let pooled = this.pool.pooled(&pattern.to_le_bytes()[..size]);
            let opcode = if size == 8 { &opcode::VPBROADCASTQ } else { &opcode::VPBROADCASTD };
            let inst = VectorInst { place: Place::Pool(pooled), ..this.form(opcode, width) };
            (Kind::Vector(inst), vec![def(register)])
        })
    }

    /// A vector of these bytes, repeated to a whole register.
    pub(super) fn bytes(&mut self, bytes: Vec<u8>) -> VReg {
        let whole = self.target.width.bytes() as usize;
        let bytes: Vec<u8> = bytes.iter().copied().cycle().take(whole).collect();
        let width = self.target.width;
        self.keep(Kept::Bytes(bytes.clone()), VECTOR, |this, register| {
            let pooled = this.pool.pooled(&bytes);
            let inst =
                VectorInst { place: Place::Pool(pooled), ..this.form(&opcode::VMOVUPS, width) };
            (Kind::Vector(inst), vec![def(register)])
        })
    }

    /// The mask of all lanes, or of the first `count`.
    pub(super) fn mask_bits(&mut self, bits: u64) -> VReg {
        let number = self.kept_gpr(bits);
        self.keep(Kept::MaskBits(bits), MASK, |_, register| {
            (Kind::MaskFrom, vec![def(register), uses(number)])
        })
    }

    fn kept_gpr(&mut self, value: u64) -> VReg {
        let register = self.code.vreg(INT);
        self.code.push_first(Kind::Constant(value), &[def(register)]);
        register
    }

    pub(super) fn full_mask(&mut self) -> VReg {
        let bits = if self.lanes == 64 { u64::MAX } else { (1 << self.lanes) - 1 };
        self.mask_bits(bits)
    }

    pub(super) fn zero(&mut self) -> VReg {
        self.lanes_of(0, 8)
    }

    pub(super) fn constant(&mut self, constant: Const) -> Select<Lanes> {
        let bits = constant.bits() as u64;
        if constant.dtype() == Dtype::Bool {
            return Ok(Lanes::Mask(self.constant_mask(bits != 0)));
        }
        Ok(Lanes::Vector(self.lanes_of(bits, constant.dtype().size())))
    }

    pub(super) fn constant_mask(&mut self, holds: bool) -> Mask {
        let size = self.size;
        let register = match (self.target.evex, holds) {
            (true, true) => self.full_mask(),
            (true, false) => self.mask_bits(0),
            (false, _) => self.lanes_of(if holds { u64::MAX } else { 0 }, 8),
        };
        Mask { register, size }
    }

    /// An input in every lane.
    pub(super) fn splat(&mut self, input: u32) -> Select<Lanes> {
        let dtype =
            self.plan.inputs[input as usize].as_scalar().ok_or("a reference has no lanes")?;
        let size = dtype.size();
        let width = self.target.width;
        let register = self.kept(Kept::Splat(input), |this| {
            let argument = this.arguments.get(input as usize).copied();
            Ok(match argument {
                Some(argument) if argument.class() == INT => this.spread(argument, size),
                Some(argument) => this.one(broadcast(size), width, argument),
                None => {
                    let place = move |base| Place::Base { base, displacement: slot_of(input) };
                    let block = this.block()?;
                    this.loaded(broadcast(size), width, &place, &[block], None)
                }
            })
        })?;
        if dtype != Dtype::Bool {
            return Ok(Lanes::Vector(register));
        }
        Ok(Lanes::Mask(self.nonzero(register, 1)))
    }

    /// A vector from memory; `mask` is a mask register.
    pub(super) fn loaded(
        &mut self,
        opcode: &'static Opcode,
        width: Width,
        place: &dyn Fn(usize) -> Place,
        address: &[VReg],
        mask: Option<VReg>,
    ) -> VReg {
        let result = self.new_vector();
        let mut operands = vec![def(result)];
        operands.extend(mask.map(uses));
        let masking = if mask.is_some() { Masking::Zeroing(1) } else { Masking::None };
        let place = place(operands.len());
        operands.extend(address.iter().copied().map(uses));
        self.push(VectorInst { masking, place, ..self.form(opcode, width) }, &operands);
        result
    }

    /// A vector to memory; `mask` is a mask register.
    pub(super) fn stored(
        &mut self,
        opcode: &'static Opcode,
        width: Width,
        place: &dyn Fn(usize) -> Place,
        address: &[VReg],
        value: VReg,
        mask: Option<VReg>,
    ) {
        let mut operands = vec![uses(value)];
        operands.extend(mask.map(uses));
        let masking = if mask.is_some() { Masking::Merging(1) } else { Masking::None };
        let place = place(operands.len());
        operands.extend(address.iter().copied().map(uses));
        self.push(VectorInst { masking, place, ..self.form(opcode, width) }, &operands);
    }

    /// A masked load or store of AVX2, whose mask is a vector in the place between.
    pub(super) fn masked_by_vector(
        &mut self,
        opcode: &'static Opcode,
        width: Width,
        place: &dyn Fn(usize) -> Place,
        address: &[VReg],
        stored: Option<VReg>,
        mask: VReg,
    ) -> VReg {
        let (value, first) = match stored {
            Some(value) => (value, uses(value)),
            None => {
                let result = self.new_vector();
                (result, def(result))
            }
        };
        let mut operands = vec![first, uses(mask)];
        operands.extend(address.iter().copied().map(uses));
        let inst = VectorInst { left: Some(1), place: place(2), ..self.form(opcode, width) };
        self.push(inst, &operands);
        value
    }

    /// A gather, which uses its mask up; lanes outside of it become 0.
    pub(super) fn gathered(
        &mut self,
        opcode: &'static Opcode,
        width: Width,
        apart: Apart,
        mask: VReg,
    ) -> VReg {
        let Apart { base, index, displacement } = apart;
        let zero = self.zero();
        let (result, rest) = (self.new_vector(), self.code.vreg(mask.class()));
        let masking = if self.target.evex { Masking::Merging(1) } else { Masking::None };
        let left = if self.target.evex { None } else { Some(1) };
        let place = Place::Gathered { base: 4, index: 5, displacement };
        let inst = VectorInst { masking, left, place, ..self.form(opcode, width) };
        self.push(
            inst,
            &[
                Operand::reg_reuse_def(result, 2),
                Operand::reg_reuse_def(rest, 3),
                uses(zero),
                uses(mask),
                Operand::reg_use_at_end(base),
                Operand::reg_use_at_end(index),
            ],
        );
        result
    }

    /// A scatter, which uses its mask up.
    pub(super) fn scattered(
        &mut self,
        opcode: &'static Opcode,
        width: Width,
        apart: Apart,
        value: VReg,
        mask: VReg,
    ) {
        let Apart { base, index, displacement } = apart;
        let rest = self.code.vreg(MASK);
        let place = Place::Gathered { base: 3, index: 4, displacement };
        let inst = VectorInst { masking: Masking::Merging(1), place, ..self.form(opcode, width) };
        self.push(
            inst,
            &[
                Operand::reg_use_at_end(value),
                Operand::reg_reuse_def(rest, 2),
                uses(mask),
                Operand::reg_use_at_end(base),
                Operand::reg_use_at_end(index),
            ],
        );
    }
}
