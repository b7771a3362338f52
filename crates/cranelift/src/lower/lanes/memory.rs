//! Loads and stores of vector loops.
//!
//! A lane that is masked off loads from a place that holds zero, and stores to one that nobody
//! reads, so that no lane needs a branch.

use super::{Group, Input, Lanes, REGISTER, lane_type, register_type};
use crate::lower::clif_type;
use cranelift_codegen::ir::{
    self as clif, AliasRegion, InstBuilder, MemFlagsData, StackSlotData, StackSlotKind, types,
};
use mambo_ir::Dtype;
use mambo_ir::function::Value;
use mambo_ir::vector::{Access, Step, VectorLoop, VectorOp};

/// Addresses on the stack.
#[derive(Clone, Copy)]
pub(super) struct Spare {
    /// Of 8 bytes that are zero.
    zero: clif::Value,
    /// Of 8 bytes that nobody reads.
    unread: clif::Value,
}

/// Where the lanes of an access are.
struct Place {
    /// The address of the first.
    address: clif::Value,
    /// From one to the next.
    step: Distance,
    region: AliasRegion,
}

#[derive(Clone, Copy)]
enum Distance {
    Bytes(i64),
    Varying(clif::Value),
}

/// Whether an access loads or stores whole registers, or one element for all lanes.
pub(super) fn is_dense(plan: &VectorLoop, access: u32) -> bool {
    let Access { base, step, .. } = plan.accesses[access as usize];
    let element = plan.element(base);
    let apart = element.size() / element.part().size();
    matches!(step, Step::Const(step) if step.unsigned_abs() as usize * apart <= 1)
}

impl Group<'_, '_, '_> {
    /// Makes the spare places, if there are masks that need them.
    pub(super) fn spare(&mut self) {
        let mut masked = false;
        self.plan.each_inst(&mut |inst| {
            masked |= matches!(
                inst.op,
                VectorOp::Load { mask: Some(_), .. }
                    | VectorOp::Gather { mask: Some(_), .. }
                    | VectorOp::Store { mask: Some(_), .. }
            );
        });
        if masked {
            let b = &mut self.host.b;
            let [zero, unread] = [(); 2].map(|()| {
                let data = StackSlotData::new(StackSlotKind::ExplicitSlot, 8, 3);
                b.create_sized_stack_slot(data)
            });
            let nothing = b.ins().iconst(types::I64, 0);
            b.ins().stack_store(types::I64, nothing, zero, 0);
            let [zero, unread] = [zero, unread].map(|slot| b.ins().stack_addr(types::I64, slot, 0));
            self.spare = Some(Spare { zero, unread });
        }
    }

    pub(super) fn load(&mut self, access: u32, mask: Option<Value>) -> Lanes {
        let dtype = self.plan.access_dtype(access);
        let place = self.place(access);
        let size = dtype.size() as i64;
        let whole = match place.step {
            _ if mask.is_some() => None,
            Distance::Bytes(0) => {
                let scalar = self.load_scalar(place.address, 0, dtype, place.region);
                return self.spread(scalar, dtype);
            }
            Distance::Bytes(step) if step == size => Some(false),
            // Small lanes need an instruction for that.
            Distance::Bytes(step) if step == -size && (size >= 4 || self.shuffles()) => Some(true),
            _ => None,
        };
        let Some(backwards) = whole else { return self.load_lanes(&place, dtype, mask) };
        let flags = MemFlagsData::new().with_notrap().with_alias_region(Some(place.region));
        // Without that, the code generator would have `cmpps` read floats at any address. It does
        // not see through a change of type.
        let ty = register_type(dtype);
        let loaded = match self.host.unit.machine.reads_unaligned {
            true => ty,
            false => lane_type(Dtype::U8, dtype.size()),
        };
        let registers = (0..self.count(dtype.size())).map(|at| {
            let mut offset = (at * REGISTER) as i32;
            if backwards {
                offset = size as i32 - REGISTER as i32 - offset;
            }
            let register = self.host.b.ins().load(loaded, flags, place.address, offset);
            let register = self.as_type(register, ty);
            if backwards { self.reversed(register) } else { register }
        });
        let registers = registers.collect();
        self.loaded(Lanes { size: dtype.size(), registers }, dtype)
    }

    /// Whether the bytes of a register go anywhere in one instruction.
    fn shuffles(&self) -> bool {
        self.host.unit.machine.rounds
    }

    fn load_lanes(&mut self, place: &Place, dtype: Dtype, mask: Option<Value>) -> Lanes {
        let mask = mask.map(|mask| self.value(mask));
        let scalars = (0..self.division.turns).map(|turn| {
            let (address, offset) = self.lane_address(place, turn);
            self.load_lane(address, offset, dtype, place.region, mask.as_ref(), turn)
        });
        let scalars: Vec<clif::Value> = scalars.collect();
        self.assembled(&scalars, dtype, dtype.size())
    }

    /// What is loaded of a `bool` is a byte; its lanes become masks.
    fn loaded(&mut self, mut lanes: Lanes, dtype: Dtype) -> Lanes {
        if dtype == Dtype::Bool {
            for register in &mut lanes.registers {
                *register = self.host.b.ins().ineg(*register);
            }
        }
        lanes
    }

    fn load_scalar(
        &mut self,
        address: clif::Value,
        offset: i32,
        dtype: Dtype,
        region: AliasRegion,
    ) -> clif::Value {
        let flags = MemFlagsData::trusted().with_alias_region(Some(region));
        self.host.b.ins().load(clif_type(dtype), flags, address, offset)
    }

    /// The scalar of a lane.
    fn load_lane(
        &mut self,
        address: clif::Value,
        offset: i32,
        dtype: Dtype,
        region: AliasRegion,
        mask: Option<&Lanes>,
        turn: usize,
    ) -> clif::Value {
        let Some(mask) = mask else { return self.load_scalar(address, offset, dtype, region) };
        let zero = self.spare.expect("there are masks").zero;
        let address = self.address_if(mask, turn, address, offset, zero);
        self.load_scalar(address, 0, dtype, region)
    }

    /// An address, or another where a lane is masked off.
    fn address_if(
        &mut self,
        mask: &Lanes,
        turn: usize,
        address: clif::Value,
        offset: i32,
        otherwise: clif::Value,
    ) -> clif::Value {
        let active = self.lane(mask, turn, Dtype::Bool);
        let address = self.host.b.ins().iadd_imm_s(address, i64::from(offset));
        self.host.b.ins().select(active, address, otherwise)
    }

    pub(super) fn gather(
        &mut self,
        base: u32,
        part: u8,
        index: Value,
        mask: Option<Value>,
    ) -> Lanes {
        let element = self.plan.element(base);
        let (dtype, size) = (element.part(), element.size());
        let Input::Memory { base, region } = self.inputs[base as usize] else {
            unreachable!("a scalar has no elements")
        };
        let offset = i32::from(part) * dtype.size() as i32;
        let index = self.value(index);
        let mask = mask.map(|mask| self.value(mask));
        let scalars = (0..self.division.turns).map(|turn| {
            let by = self.lane(&index, turn, Dtype::Isize);
            let by = self.scaled(by, size as i64);
            let address = self.host.b.ins().iadd(base, by);
            self.load_lane(address, offset, dtype, region, mask.as_ref(), turn)
        });
        let scalars: Vec<clif::Value> = scalars.collect();
        self.assembled(&scalars, dtype, dtype.size())
    }

    pub(super) fn store(&mut self, access: u32, value: Value, mask: Option<Value>) {
        let dtype = self.plan.access_dtype(access);
        let place = self.place(access);
        let size = dtype.size();
        let value = match dtype {
            Dtype::Bool => self.mask(value, size),
            _ => self.value(value),
        };
        if matches!(place.step, Distance::Bytes(step) if step == size as i64) && mask.is_none() {
            let flags = MemFlagsData::new().with_notrap().with_alias_region(Some(place.region));
            for (at, &register) in value.registers.iter().enumerate() {
                let register = match dtype {
                    Dtype::Bool => {
                        let one = self.bits(1, 1, lane_type(dtype, 1));
                        self.host.b.ins().band(register, one)
                    }
                    _ => register,
                };
                let offset = (at * REGISTER) as i32;
                self.host.b.ins().store(flags, register, place.address, offset);
            }
            return;
        }
        let mask = mask.map(|mask| self.value(mask));
        let flags = MemFlagsData::trusted().with_alias_region(Some(place.region));
        for turn in 0..self.division.turns {
            let scalar = self.lane(&value, turn, dtype);
            let (mut address, mut offset) = self.lane_address(&place, turn);
            if let Some(mask) = &mask {
                let unread = self.spare.expect("there are masks").unread;
                address = self.address_if(mask, turn, address, offset, unread);
                offset = 0;
            }
            self.host.b.ins().store(flags, scalar, address, offset);
        }
    }

    // Addresses.

    /// Where the first lane of an access is.
    fn place(&mut self, access: u32) -> Place {
        let access = self.plan.accesses[access as usize];
        let element = self.plan.element(access.base);
        let size = element.size() as i64;
        let Input::Memory { base, region } = self.inputs[access.base as usize] else {
            unreachable!("a scalar has no elements")
        };
        let part = i64::from(access.part) * element.part().size() as i64;
        let offset = access.offset.wrapping_mul(size).wrapping_add(part);
        let step = self.distance(access.step, size);
        let mut address = self.moved(base, self.turn, step);
        for (depth, &inner) in access.inner.iter().enumerate() {
            if inner != Step::NONE {
                let distance = self.distance(inner, size);
                address = self.moved(address, self.inner[depth], distance);
            }
        }
        if offset != 0 {
            address = self.host.b.ins().iadd_imm_s(address, offset);
        }
        Place { address, step, region }
    }

    fn distance(&mut self, step: Step, size: i64) -> Distance {
        match step {
            Step::Const(step) => Distance::Bytes(step.wrapping_mul(size)),
            Step::Input(input) => {
                let step = self.scalar_input(input);
                Distance::Varying(self.scaled(step, size))
            }
        }
    }

    fn moved(&mut self, address: clif::Value, turn: clif::Value, by: Distance) -> clif::Value {
        let by = match by {
            Distance::Bytes(0) => return address,
            Distance::Bytes(bytes) => self.scaled(turn, bytes),
            Distance::Varying(bytes) => self.host.b.ins().imul(turn, bytes),
        };
        self.host.b.ins().iadd(address, by)
    }

    fn scaled(&mut self, number: clif::Value, by: i64) -> clif::Value {
        match by {
            1 => number,
            _ if by > 0 && (by as u64).is_power_of_two() => {
                self.host.b.ins().ishl_imm_u(number, i64::from(by.trailing_zeros()))
            }
            _ => self.host.b.ins().imul_imm_s(number, by),
        }
    }

    /// The address of a lane and the bytes to add to it.
    fn lane_address(&mut self, place: &Place, turn: usize) -> (clif::Value, i32) {
        let bytes = match place.step {
            Distance::Varying(step) => {
                let ahead = self.host.b.ins().imul_imm_s(step, turn as i64);
                return (self.host.b.ins().iadd(place.address, ahead), 0);
            }
            Distance::Bytes(step) => step.wrapping_mul(turn as i64),
        };
        match i32::try_from(bytes) {
            Ok(offset) => (place.address, offset),
            Err(_) => (self.host.b.ins().iadd_imm_s(place.address, bytes), 0),
        }
    }
}
