//! Loads and stores: whole vectors, reversed ones, and single elements for all lanes.

use super::build::{broadcast, slot_of};
use super::fold::Waiting;
use super::{Kept, Lanes, Mask, Place, Select, Selector};
use crate::opcode::*;
use crate::register::Width;
use crate::scalar::Arithmetic;
use crate::vcode::{self, INT, Kind, MASK};
use mambo_ir::Dtype;
use mambo_ir::function::Value;
use mambo_ir::vector::{Access, NESTED, Step};
use regalloc2::{Operand, VReg};

/// Lanes at distances of `index` bytes from an address.
#[derive(Clone, Copy)]
pub(super) struct Apart {
    pub(super) base: VReg,
    pub(super) index: VReg,
    pub(super) displacement: i32,
}

/// Lanes side by side: how many elements from an input on.
#[derive(Clone, Copy)]
pub(super) struct Side {
    pub(super) base: u32,
    pub(super) offset: i64,
}

/// Where the lanes of an access are.
enum Address {
    /// Side by side, from the address on.
    Side { base: VReg, index: VReg, displacement: i32 },
    /// Side by side, backwards; the address is that of the last lane.
    Reversed { base: VReg, index: VReg, displacement: i32 },
    /// One element.
    One { base: VReg, displacement: i32 },
    /// Each at a place of its own.
    Apart(Apart),
}

fn place_of(address: &Address, scale: u8) -> (Vec<VReg>, Box<dyn Fn(usize) -> vcode::Place>) {
    match *address {
        Address::Side { base, index, displacement }
        | Address::Reversed { base, index, displacement } => (
            vec![base, index],
            Box::new(move |at| vcode::Place::Indexed {
                base: at,
                index: at + 1,
                scale,
                displacement,
            }),
        ),
        Address::One { base, displacement } | Address::Apart(Apart { base, displacement, .. }) => {
            (vec![base], Box::new(move |at| vcode::Place::Base { base: at, displacement }))
        }
    }
}

impl Selector<'_> {
    // Addresses.

    pub(super) fn base(&mut self, input: u32) -> VReg {
        if let Some(&argument) = self.arguments.get(input as usize) {
            return argument;
        }
        let block = self.block.expect("there is a block where there are no arguments");
        self.keep(Kept::Base(input), INT, |_, register| {
            let operands = vec![Operand::reg_def(register), Operand::reg_use(block)];
            (Kind::LoadSlot(slot_of(input)), operands)
        })
    }

    /// The bytes between turns, if known.
    pub(super) fn byte_step(&self, access: &Access) -> Option<i64> {
        let element = self.plan.element(access.base).size() as i64;
        match access.step {
            Step::Const(step) => step.checked_mul(element),
            Step::Input(_) => None,
        }
    }

    /// Whether the lanes of an access lie side by side.
    pub(super) fn is_side(&self, number: u32) -> bool {
        let access = self.plan.accesses[number as usize];
        let size = self.plan.access_dtype(number).size() as i64;
        self.byte_step(&access) == Some(size)
    }

    /// The accesses whose lanes lie side by side.
    pub(super) fn sides(&self) -> Vec<u32> {
        (0..self.plan.accesses.len() as u32).filter(|&number| self.is_side(number)).collect()
    }

    /// Where an access is whose lanes lie side by side.
    pub(super) fn side(&self, number: u32) -> Side {
        let Access { base, offset, .. } = self.plan.accesses[number as usize];
        Side { base, offset }
    }

    /// The address of a place in turn 0, as far as the low bits go.
    pub(super) fn side_address(&mut self, Side { base, offset }: Side) -> VReg {
        let element = self.plan.element(base).size() as i64;
        let base = self.base(base);
        let low = offset.wrapping_mul(element) & 0xFFF;
        if low == 0 { base } else { self.offset(base, low as i32) }
    }

    fn address(&mut self, number: u32, copy: &Place) -> Select<Address> {
        let access = self.plan.accesses[number as usize];
        let element = self.plan.element(access.base);
        let size = element.part().size() as i64;
        let own = (access.offset as i128) * element.size() as i128
            + i128::from(access.part) * i128::from(size);
        let fit = |bytes: i128| {
            i32::try_from(bytes).map_err(|_| "a distance of more than 2 GiB".to_string())
        };
        let base = self.inner_base(number, NESTED)?;
        let ahead = copy.ahead as i128;
        let last = self.lanes as i128 - 1;
        match self.byte_step(&access) {
            Some(0) => Ok(Address::One { base, displacement: fit(own)? }),
            Some(step) if step == size => {
                let displacement = fit(own + ahead * i128::from(size))?;
                Ok(Address::Side { base, index: copy.index, displacement })
            }
            Some(step) if step == -size => {
                let displacement = fit(own - (ahead + last) * i128::from(size))?;
                Ok(Address::Reversed { base, index: self.negated(copy), displacement })
            }
            Some(step) => {
                let displacement = fit(own + ahead * i128::from(step))?;
                let base = self.moved(number, base, copy, 0);
                let index = self.distances(number, Some(step))?;
                Ok(Address::Apart(Apart { base, index, displacement }))
            }
            None => {
                let base = self.moved(number, base, copy, copy.ahead);
                let index = self.distances(number, None)?;
                Ok(Address::Apart(Apart { base, index, displacement: fit(own)? }))
            }
        }
    }

    /// The base address of an access in these turns of the regions down to a depth.
    pub(super) fn inner_base(&mut self, number: u32, depth: usize) -> Select<VReg> {
        let access = self.plan.accesses[number as usize];
        let base = self.base(access.base);
        // Outer regions first: what they add is the same in all turns of the inner ones.
        let (mut base, mut steps) = (base, [Step::NONE; NESTED]);
        for (depth, &inner) in access.inner.iter().take(depth).enumerate() {
            steps[depth] = inner;
            if inner == Step::NONE {
                continue;
            }
            base = match self.inner_bases.get(&(access.base, steps)) {
                Some(&known) => known,
                None => self.moved_inside(number, depth, inner, base)?,
            };
            self.inner_bases.insert((access.base, steps), base);
        }
        Ok(base)
    }

    /// An address of an access, moved by the turns of the region of a depth.
    fn moved_inside(&mut self, number: u32, depth: usize, inner: Step, base: VReg) -> Select<VReg> {
        let turn = *self.inner.get(depth).ok_or("an access moves with no region")?;
        let element = self.plan.element(self.plan.accesses[number as usize].base).size();
        let step = self.kept(Kept::InnerStep(number, depth), |this| match inner {
            Step::Const(step) => Ok(this.gpr_constant(step.wrapping_mul(element as i64) as u64)),
            Step::Input(input) => {
                let step = this.base(input);
                Ok(this.shifted_left(step, element.trailing_zeros() as u8))
            }
        })?;
        let (distance, result) = (self.code.vreg(INT), self.code.vreg(INT));
        let operands =
            [Operand::reg_reuse_def(distance, 1), Operand::reg_use(turn), Operand::reg_use(step)];
        self.code.push(Kind::Multiply, &operands);
        self.arithmetic(Arithmetic::Add, result, distance, base);
        Ok(result)
    }

    pub(super) fn shifted_left(&mut self, a: VReg, by: u8) -> VReg {
        let result = self.code.vreg(INT);
        let operands = [Operand::reg_reuse_def(result, 1), Operand::reg_use(a)];
        self.code.push(Kind::ShiftLeft(by), &operands);
        result
    }

    /// The number of the turn, negated.
    fn negated(&mut self, copy: &Place) -> VReg {
        let key = (u32::MAX, 0);
        if let Some(&known) = self.moving.get(&key) {
            return known;
        }
        let (zero, result) = (self.gpr_constant(0), self.code.vreg(INT));
        self.arithmetic(Arithmetic::Sub, result, zero, copy.index);
        self.moving.insert(key, result);
        result
    }

    fn gpr_constant(&mut self, value: u64) -> VReg {
        let register = self.code.vreg(INT);
        self.code.push(Kind::Constant(value), &[Operand::reg_def(register)]);
        register
    }

    pub(super) fn arithmetic(&mut self, op: Arithmetic, result: VReg, a: VReg, b: VReg) {
        let operands =
            [Operand::reg_reuse_def(result, 1), Operand::reg_use(a), Operand::reg_use(b)];
        self.code.push(Kind::Arithmetic(op), &operands);
    }

    pub(super) fn offset(&mut self, a: VReg, by: i32) -> VReg {
        let result = self.code.vreg(INT);
        self.code.push(Kind::Offset(by), &[Operand::reg_def(result), Operand::reg_use(a)]);
        result
    }

    /// The address of an access in the first lane, `ahead` turns on.
    pub(super) fn moved(&mut self, number: u32, base: VReg, copy: &Place, ahead: usize) -> VReg {
        let key = (number, ahead);
        if let Some(&known) = self.moving.get(&key) {
            return known;
        }
        let step = self.step_bytes(number);
        let turn = if ahead == 0 { copy.index } else { self.offset(copy.index, ahead as i32) };
        let (distance, result) = (self.code.vreg(INT), self.code.vreg(INT));
        let operands =
            [Operand::reg_reuse_def(distance, 1), Operand::reg_use(turn), Operand::reg_use(step)];
        self.code.push(Kind::Multiply, &operands);
        self.arithmetic(Arithmetic::Add, result, distance, base);
        self.moving.insert(key, result);
        result
    }

    /// The bytes between turns in a register.
    pub(super) fn step_bytes(&mut self, number: u32) -> VReg {
        let access = self.plan.accesses[number as usize];
        let known = self.byte_step(&access);
        let element = self.plan.element(access.base).size();
        self.kept(Kept::ByteStep(number), |this| {
            let step = match (known, access.step) {
                (Some(step), _) => return Ok(this.gpr_constant(step as u64)),
                (None, Step::Input(input)) => this.base(input),
                (None, Step::Const(_)) => return Err("a distance of more than 2 GiB".into()),
            };
            Ok(this.shifted_left(step, element.trailing_zeros() as u8))
        })
        .expect("the distance is known or an input")
    }

    /// Bytes of the distances of lanes: as many as leave a vector of them in one register.
    pub(super) fn index_size(&self) -> usize {
        self.size
    }

    /// The distances of the lanes from the first, in bytes.
    fn distances(&mut self, number: u32, step: Option<i64>) -> Select<VReg> {
        let size = self.index_size();
        if size < 4 {
            return Err("elements of 1 and 2 bytes at a distance".into());
        }
        let (lanes, access) = (self.lanes as i64, self.plan.accesses[number as usize]);
        let lane_bytes = |step: i64| -> Vec<u8> {
            (0..lanes).flat_map(|lane| (lane * step).to_le_bytes()[..size].to_vec()).collect()
        };
        if let Some(step) = step {
            if size == 4 && i32::try_from(step.saturating_mul(lanes)).is_err() {
                return Err("a distance of more than 2 GiB".into());
            }
            return Ok(self.bytes(lane_bytes(step)));
        }
        let Step::Input(input) = access.step else { return Err("a distance".into()) };
        let element = self.plan.element(access.base).size() as i64;
        self.kept(Kept::Distances(number), |this| {
            let unit = this.bytes(lane_bytes(element));
            let step = this.base(input);
            let step = this.spread(step, size);
            Ok(this.multiply(step, unit, size))
        })
    }

    // Masks of memory.

    /// The lanes to touch, if not all: with AVX-512.
    pub(super) fn active(&mut self, mask: Option<Mask>, copy: &Place) -> Option<VReg> {
        match (mask, copy.tail) {
            (Some(mask), Some(tail)) => Some(self.masks(&KANDQ, mask.register, tail)),
            (Some(mask), None) => Some(mask.register),
            (None, tail) => tail,
        }
    }

    /// The same for lanes of so many bytes together: what is beyond them in a register, where a
    /// mask may hold anything, must not be touched.
    fn active_of(&mut self, bytes: usize, mask: Option<Mask>, copy: &Place) -> Option<VReg> {
        let active = self.active(mask, copy);
        if bytes >= 16 || copy.tail.is_some() {
            return active;
        }
        let full = self.full_mask();
        Some(active.map_or(full, |active| self.masks(&KANDQ, active, full)))
    }

    pub(super) fn mask_of(&self, mask: Option<Value>) -> Select<Option<Mask>> {
        mask.map(|mask| self.mask(mask)).transpose()
    }

    /// A mask for a gather or scatter, which uses it up.
    pub(super) fn spent(&mut self, mask: Option<Mask>, size: usize, copy: &Place) -> Select<VReg> {
        if self.target.evex {
            return Ok(match self.active(mask, copy) {
                Some(active) => active,
                None => self.full_mask(),
            });
        }
        match mask {
            Some(mask) => self.mask_of_size(mask, size),
            None => Ok(self.lanes_of(u64::MAX, 8)),
        }
    }

    // Loads.

    /// Loads an access; one that `waits` may do so when it is used.
    pub(super) fn load(
        &mut self,
        access: u32,
        mask: Option<Value>,
        waits: bool,
        copy: &Place,
    ) -> Select<Lanes> {
        let mask = self.mask_of(mask)?;
        let dtype = self.plan.access_dtype(access);
        let size = dtype.size();
        let masked = mask.is_some() || copy.tail.is_some();
        if !masked && self.is_apart(access) {
            let lanes = match self.interleaving(access) {
                Some(distance) => {
                    let apart = self.as_apart(access, copy)?;
                    self.load_interleaved(apart, distance, size)?
                }
                None => self.load_one_by_one(access, size, copy)?,
            };
            return Ok(self.as_lanes(lanes, dtype));
        }
        if copy.rows
            && !masked
            && let Some(lanes) = self.load_from_row(access, copy)?
        {
            return Ok(Lanes::Vector(lanes));
        }
        let address = self.address(access, copy)?;
        if let Address::Side { base, index, displacement } = address
            && waits
            && !masked
            && dtype != Dtype::Bool
            && self.lanes * size >= 16
        {
            let (opcode, scale) = (self.either(&VMOVUPS, &VMOVDQU64), size as u8);
            let width = self.width(size);
            let waiting = Waiting { opcode, width, base, index, scale, displacement };
            let register = self.new_vector();
            self.waiting.insert(register, waiting);
            return Ok(Lanes::Vector(register));
        }
        let lanes = match address {
            Address::Reversed { .. } if masked => {
                let apart = self.as_apart(access, copy)?;
                self.load_apart(apart, size, mask, copy)?
            }
            Address::Side { .. } | Address::Reversed { .. } => {
                let whole = self.load_whole(&address, size, mask, copy)?;
                match address {
                    Address::Reversed { .. } => self.reversed(whole, size)?,
                    _ => whole,
                }
            }
            Address::One { base, displacement } => {
                self.load_one(base, displacement, size, mask, copy)?
            }
            Address::Apart(apart) => self.load_apart(apart, size, mask, copy)?,
        };
        Ok(self.as_lanes(lanes, dtype))
    }

    /// What was loaded as a value of its type.
    pub(super) fn as_lanes(&mut self, loaded: VReg, dtype: Dtype) -> Lanes {
        match dtype {
            Dtype::Bool => Lanes::Mask(self.nonzero(loaded, 1)),
            _ => Lanes::Vector(loaded),
        }
    }

    /// An access of a known distance as one of lanes apart.
    pub(super) fn as_apart(&mut self, number: u32, copy: &Place) -> Select<Apart> {
        let access = self.plan.accesses[number as usize];
        let element = self.plan.element(access.base);
        let step = self.byte_step(&access).ok_or("a distance")?;
        let own = (access.offset as i128) * element.size() as i128
            + i128::from(access.part) * element.part().size() as i128
            + copy.ahead as i128 * i128::from(step);
        let displacement =
            i32::try_from(own).map_err(|_| "a distance of more than 2 GiB".to_string())?;
        let base = self.inner_base(number, NESTED)?;
        let base = self.moved(number, base, copy, 0);
        let index = self.distances(number, Some(step))?;
        Ok(Apart { base, index, displacement })
    }

    fn load_whole(
        &mut self,
        address: &Address,
        size: usize,
        mask: Option<Mask>,
        copy: &Place,
    ) -> Select<VReg> {
        let width = self.width(size);
        let bytes = self.lanes * size;
        let (registers, place) = place_of(address, size as u8);
        if self.target.evex {
            let active = self.active_of(bytes, mask, copy);
            let opcode = [&VMOVDQU8, &VMOVDQU16, &VMOVDQU32, &VMOVDQU64];
            let opcode = opcode[size.trailing_zeros() as usize];
            return Ok(self.loaded(opcode, width, &*place, &registers, active));
        }
        match mask {
            None if bytes >= 16 => Ok(self.loaded(&VMOVUPS, width, &*place, &registers, None)),
            None => {
                let mask = self.first_bytes(bytes);
                Ok(self.masked_by_vector(&VPMASKMOVD, width, &*place, &registers, None, mask))
            }
            Some(mask) => {
                let mask = self.mask_of_size(mask, size)?;
                let opcode = match size {
                    4 => &VPMASKMOVD,
                    8 => &VPMASKMOVQ,
                    _ => return Err("masked loads of 1 and 2 bytes".into()),
                };
                Ok(self.masked_by_vector(opcode, width, &*place, &registers, None, mask))
            }
        }
    }

    /// A vector of ones in the first bytes.
    fn first_bytes(&mut self, bytes: usize) -> VReg {
        self.bytes((0..16).map(|at| if at < bytes { 0xFF } else { 0 }).collect())
    }

    fn load_one(
        &mut self,
        base: VReg,
        displacement: i32,
        size: usize,
        mask: Option<Mask>,
        copy: &Place,
    ) -> Select<VReg> {
        let width = self.width(size);
        let opcode = [&VPBROADCASTB, &VPBROADCASTW, &VPBROADCASTD, &VPBROADCASTQ];
        let opcode = opcode[size.trailing_zeros() as usize];
        let place = |at| vcode::Place::Base { base: at, displacement };
        if self.target.evex {
            // Every turn of the tail reads the element, so it is there; a mask may hide it.
            let active = mask.map(|mask| match copy.tail {
                Some(tail) => self.masks(&KANDQ, mask.register, tail),
                None => mask.register,
            });
            return Ok(self.loaded(opcode, width, &place, &[base], active));
        }
        if mask.is_some() {
            return Err("masked loads of one element".into());
        }
        Ok(self.loaded(opcode, width, &place, &[base], None))
    }

    /// The lanes in the other order.
    fn reversed(&mut self, lanes: VReg, size: usize) -> Select<VReg> {
        let (width, bytes) = (self.width(size), (self.lanes * size).min(16));
        let mut order = vec![0x80; 16];
        for (at, byte) in order.iter_mut().take(bytes).enumerate() {
            *byte = (bytes - size - at / size * size + at % size) as u8;
        }
        let order = self.bytes(order);
        let turned = self.two(&VPSHUFB, width, lanes, order);
        Ok(match width {
            Width::W128 => turned,
            Width::W256 => self.one_by(&VPERMQ_IMMEDIATE, width, turned, 0x4E),
            Width::W512 => self.two_by(&VSHUFI64X2, width, turned, turned, 0x1B),
        })
    }

    // Stores.

    pub(super) fn store(
        &mut self,
        access: u32,
        value: Value,
        mask: Option<Value>,
        copy: &Place,
    ) -> Select {
        if mask.is_none() && self.store_of_group(access, copy)? {
            return Ok(());
        }
        let mask = self.mask_of(mask)?;
        let dtype = self.plan.access_dtype(access);
        let size = dtype.size();
        let lanes = if dtype == Dtype::Bool {
            let value = self.mask(value)?;
            self.mask_to_lanes(value, 1, 1)?
        } else {
            self.vector(value)?
        };
        let masked = mask.is_some() || copy.tail.is_some();
        if !masked && self.is_apart(access) {
            return self.store_one_by_one(access, size, lanes, copy);
        }
        let address = self.address(access, copy)?;
        match address {
            Address::Side { .. } => self.store_whole(access, &address, size, lanes, mask, copy),
            Address::Reversed { .. } if !masked => {
                let lanes = self.reversed(lanes, size)?;
                self.store_whole(access, &address, size, lanes, None, copy)
            }
            Address::Reversed { .. } => {
                let apart = self.as_apart(access, copy)?;
                self.store_apart(apart, size, lanes, mask, copy)
            }
            Address::Apart(apart) => self.store_apart(apart, size, lanes, mask, copy),
            Address::One { .. } => Err("stores of all lanes to one element".into()),
        }
    }

    fn store_whole(
        &mut self,
        number: u32,
        address: &Address,
        size: usize,
        lanes: VReg,
        mask: Option<Mask>,
        copy: &Place,
    ) -> Select {
        let stream = copy.streaming && mask.is_none() && matches!(address, Address::Side { .. });
        let stream = stream && self.streams.contains(&number);
        let width = self.width(size);
        let bytes = self.lanes * size;
        let (registers, place) = place_of(address, size as u8);
        if stream {
            self.stored(&VMOVNTPD, width, &*place, &registers, lanes, None);
            return Ok(());
        }
        if self.target.evex {
            let active = self.active_of(bytes, mask, copy);
            let opcode = [&VMOVDQU8_STORE, &VMOVDQU16_STORE, &VMOVDQU32_STORE, &VMOVDQU64_STORE];
            let opcode = opcode[size.trailing_zeros() as usize];
            self.stored(opcode, width, &*place, &registers, lanes, active);
            return Ok(());
        }
        let (opcode, mask) = match mask {
            None if bytes >= 16 => {
                self.stored(&VMOVUPS_STORE, width, &*place, &registers, lanes, None);
                return Ok(());
            }
            None => (&VPMASKMOVD_STORE, self.first_bytes(bytes)),
            Some(mask) => {
                let mask = self.mask_of_size(mask, size)?;
                match size {
                    4 => (&VPMASKMOVD_STORE, mask),
                    8 => (&VPMASKMOVQ_STORE, mask),
                    _ => return Err("masked stores of 1 and 2 bytes".into()),
                }
            }
        };
        self.masked_by_vector(opcode, width, &*place, &registers, Some(lanes), mask);
        Ok(())
    }

    // Numbers of turns.

    /// The numbers of the turns of a copy.
    pub(super) fn turn(&mut self, dtype: Dtype, copy: &Place) -> Select<VReg> {
        let size = dtype.size();
        let width = self.width(size);
        let key = (u32::MAX - 1, size);
        let first = match self.moving.get(&key) {
            Some(&known) => known,
            None => {
                let first = self.spread(copy.index, size);
                self.moving.insert(key, first);
                first
            }
        };
        let lanes = self.lanes as u64;
        let ahead = copy.ahead as u64;
        let numbers = (ahead..ahead + lanes).flat_map(|n| n.to_le_bytes()[..size].to_vec());
        let numbers = self.bytes(numbers.collect());
        Ok(self.two(super::arithmetic::add(size), width, first, numbers))
    }

    /// The number of the turn of the region of a depth, in every lane.
    pub(super) fn inner_turn(&mut self, depth: u8, dtype: Dtype) -> Select<VReg> {
        let turn = self.inner.get(usize::from(depth)).copied();
        let turn = turn.ok_or("the region does not count its turns")?;
        Ok(self.spread(turn, dtype.size()))
    }

    /// The low bytes of a general-purpose register in every lane of this many.
    pub(super) fn spread(&mut self, register: VReg, size: usize) -> VReg {
        let width = self.target.width;
        let wide = [&VPBROADCASTB_GPR, &VPBROADCASTW_GPR, &VPBROADCASTD_GPR, &VPBROADCASTQ_GPR];
        let at = size.trailing_zeros() as usize;
        if self.target.evex {
            return self.one(wide[at], width, register);
        }
        let low = self.one(&VMOVQ_GPR, Width::W128, register);
        self.one(broadcast(size), width, low)
    }

    /// A mask register of a vector of bools that is being required: where it does not hold.
    pub(super) fn failing(&mut self, holds: Mask, copy: &Place) -> Select<VReg> {
        if !self.target.evex {
            let whole = self.mask_of_size(holds, self.size)?;
            let ones = self.lanes_of(u64::MAX, 8);
            let width = self.width(self.size);
            return Ok(self.two(&VPXOR, width, whole, ones));
        }
        let full = self.full_mask();
        let active = match copy.tail {
            Some(tail) => self.masks(&KANDQ, tail, full),
            None => full,
        };
        let result = self.masks(&KANDNQ, holds.register, active);
        debug_assert_eq!(result.class(), MASK);
        Ok(result)
    }
}
