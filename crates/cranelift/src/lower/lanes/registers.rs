//! Registers: lanes in and out, constants, masks and their sizes.

use super::{Group, Lanes, REGISTER, lane_type, register_type};
use crate::lower::clif_type;
use cranelift_codegen::ir::{self as clif, InstBuilder, MemFlagsData, types};
use mambo_ir::Dtype;
use mambo_ir::function::Value;

impl Group<'_, '_, '_> {
    /// The bits of a register as another type.
    pub(super) fn as_type(&mut self, register: clif::Value, ty: clif::Type) -> clif::Value {
        if self.host.b.func.dfg.value_type(register) == ty {
            return register;
        }
        let flags = MemFlagsData::new().with_endianness(clif::Endianness::Little);
        self.host.b.ins().bitcast(ty, flags, register)
    }

    /// A constant register.
    pub(super) fn constant(&mut self, bytes: &[u8; REGISTER], ty: clif::Type) -> clif::Value {
        let pooled = self.host.b.func.dfg.constants.insert((&bytes[..]).into());
        let integers = lane_type(Dtype::U8, ty.lane_type().bytes() as usize);
        let register = self.host.b.ins().vconst(integers, pooled);
        self.as_type(register, ty)
    }

    /// The same bits in every lane of `size` bytes.
    pub(super) fn bits(&mut self, bits: u64, size: usize, ty: clif::Type) -> clif::Value {
        let lane = &bits.to_le_bytes()[..size];
        self.constant(&std::array::from_fn(|at| lane[at % size]), ty)
    }

    /// Integers of a type, one a lane.
    pub(super) fn pattern(
        &mut self,
        numbers: impl Iterator<Item = u64>,
        dtype: Dtype,
    ) -> clif::Value {
        let size = dtype.size();
        let mut bytes = [0; REGISTER];
        for (lane, number) in bytes.chunks_exact_mut(size).zip(numbers) {
            lane.copy_from_slice(&number.to_le_bytes()[..size]);
        }
        self.constant(&bytes, register_type(dtype))
    }

    /// A scalar in every lane.
    pub(super) fn spread(&mut self, scalar: clif::Value, dtype: Dtype) -> Lanes {
        let (scalar, size) = match dtype {
            Dtype::Bool => {
                let scalar = self.host.b.ins().ineg(scalar);
                let size = self.division.widest;
                let lane = lane_type(dtype, size).lane_type();
                let scalar = match size {
                    1 => scalar,
                    _ => self.host.b.ins().sextend(lane, scalar),
                };
                (scalar, size)
            }
            _ => (scalar, dtype.size()),
        };
        let register = self.host.b.ins().splat(lane_type(dtype, size), scalar);
        Lanes { size, registers: vec![register; self.count(size)] }
    }

    /// Registers of a value whose lanes have a size.
    pub(super) fn count(&self, size: usize) -> usize {
        self.division.turns * size / REGISTER
    }

    // Lanes.

    /// The scalar in a lane of a register; a lane of a mask is 0 or 1.
    pub(super) fn extracted(
        &mut self,
        register: clif::Value,
        lane: usize,
        dtype: Dtype,
    ) -> clif::Value {
        let scalar = self.host.b.ins().extractlane(register, lane as u8);
        if dtype != Dtype::Bool {
            return scalar;
        }
        let scalar = match self.host.b.func.dfg.value_type(scalar) {
            types::I8 => scalar,
            _ => self.host.b.ins().ireduce(types::I8, scalar),
        };
        self.host.b.ins().band_imm_u(scalar, 1)
    }

    /// The scalar in a lane of a value.
    pub(super) fn lane(&mut self, lanes: &Lanes, turn: usize, dtype: Dtype) -> clif::Value {
        let each = REGISTER / lanes.size;
        self.extracted(lanes.registers[turn / each], turn % each, dtype)
    }

    /// A value of these scalars, a `bool` being a mask with lanes of `size` bytes.
    pub(super) fn assembled(
        &mut self,
        scalars: &[clif::Value],
        dtype: Dtype,
        size: usize,
    ) -> Lanes {
        let ty = lane_type(dtype, size);
        let registers = scalars.chunks_exact(REGISTER / size).map(|scalars| {
            let mut register = None;
            for (lane, &scalar) in scalars.iter().enumerate() {
                let mut scalar = scalar;
                if dtype == Dtype::Bool {
                    scalar = self.host.b.ins().ineg(scalar);
                    if size > 1 {
                        scalar = self.host.b.ins().sextend(ty.lane_type(), scalar);
                    }
                }
                let before = match register {
                    None if size >= 4 => {
                        register = Some(self.host.b.ins().scalar_to_vector(ty, scalar));
                        continue;
                    }
                    None => self.bits(0, size, ty),
                    Some(before) => before,
                };
                register = Some(self.host.b.ins().insertlane(before, scalar, lane as u8));
            }
            register.expect("a register has lanes")
        });
        let registers = registers.collect();
        Lanes { size, registers }
    }

    /// Applies an operation on scalars in each lane.
    pub(super) fn by_lane(
        &mut self,
        operands: &[(Lanes, Dtype)],
        result: Dtype,
        size: usize,
        mut apply: impl FnMut(&mut Self, &[clif::Value]) -> clif::Value,
    ) -> Lanes {
        let mut scalars = Vec::with_capacity(self.division.turns);
        for turn in 0..self.division.turns {
            let lane: Vec<clif::Value> =
                operands.iter().map(|(lanes, dtype)| self.lane(lanes, turn, *dtype)).collect();
            let scalar = apply(self, &lane);
            debug_assert_eq!(self.host.b.func.dfg.value_type(scalar), clif_type(result));
            scalars.push(scalar);
        }
        self.assembled(&scalars, result, size)
    }

    // Masks.

    /// A mask with lanes of `size` bytes.
    pub(super) fn mask(&mut self, value: Value, size: usize) -> Lanes {
        let lanes = self.value(value);
        self.resized(&lanes, size)
    }

    /// A mask with lanes of another size.
    pub(super) fn resized(&mut self, mask: &Lanes, size: usize) -> Lanes {
        let mut mask = mask.clone();
        while mask.size < size {
            mask = self.widened(&mask, true);
        }
        while mask.size > size {
            // All bits or none saturate to all or none.
            mask = match mask.size {
                8 => self.narrowed(&mask),
                _ => self.packed(&mask, true),
            };
        }
        mask
    }

    /// The lanes of `x` where a mask of their size is set, else those of `y`.
    pub(super) fn chosen(
        &mut self,
        mask: clif::Value,
        x: clif::Value,
        y: clif::Value,
    ) -> clif::Value {
        let ty = self.host.b.func.dfg.value_type(x);
        let mask = self.as_type(mask, ty);
        self.host.b.ins().bitselect(mask, x, y)
    }

    /// Whether a mask is set in every lane.
    pub(super) fn all(&mut self, mask: &Lanes) -> clif::Value {
        let both = |this: &mut Self, x, y| this.host.b.ins().band(x, y);
        let one = self.folded(&mask.registers, both);
        self.host.b.ins().vall_true(one)
    }

    /// Whether a mask is set in any lane.
    pub(super) fn any(&mut self, mask: &Lanes) -> clif::Value {
        let either = |this: &mut Self, x, y| this.host.b.ins().bor(x, y);
        let one = self.folded(&mask.registers, either);
        self.host.b.ins().vany_true(one)
    }

    fn folded(
        &mut self,
        registers: &[clif::Value],
        fold: impl Fn(&mut Self, clif::Value, clif::Value) -> clif::Value,
    ) -> clif::Value {
        let (&first, rest) = registers.split_first().expect("a value has registers");
        rest.iter().fold(first, |all, &register| fold(self, all, register))
    }

    // Sizes.

    /// Integers in lanes of twice the size.
    pub(super) fn widened(&mut self, lanes: &Lanes, signed: bool) -> Lanes {
        let mut registers = Vec::with_capacity(2 * lanes.registers.len());
        for &register in &lanes.registers {
            let b = &mut self.host.b;
            registers.extend(match signed {
                true => [b.ins().swiden_low(register), b.ins().swiden_high(register)],
                false => [b.ins().uwiden_low(register), b.ins().uwiden_high(register)],
            });
        }
        Lanes { size: 2 * lanes.size, registers }
    }

    /// Integers in lanes of half the size, which lose their upper bits.
    pub(super) fn narrowed(&mut self, lanes: &Lanes) -> Lanes {
        if lanes.size == 8 {
            return self.lower_words(lanes);
        }
        let ty = lane_type(Dtype::U8, lanes.size);
        let low = self.bits(u64::MAX >> (64 - 4 * lanes.size), lanes.size, ty);
        let registers =
            lanes.registers.iter().map(|&register| self.host.b.ins().band(register, low)).collect();
        self.packed(&Lanes { size: lanes.size, registers }, false)
    }

    /// Integers of 2 or 4 bytes in lanes of half the size; those that do not fit saturate.
    pub(super) fn packed(&mut self, lanes: &Lanes, signed: bool) -> Lanes {
        let registers = lanes.registers.chunks_exact(2).map(|pair| match signed {
            true => self.host.b.ins().snarrow(pair[0], pair[1]),
            false => self.host.b.ins().unarrow(pair[0], pair[1]),
        });
        let registers = registers.collect();
        Lanes { size: lanes.size / 2, registers }
    }

    /// The lower halves of lanes of 8 bytes.
    fn lower_words(&mut self, lanes: &Lanes) -> Lanes {
        let pairs = lanes.registers.chunks_exact(2).map(|pair| {
            let even = std::array::from_fn(|byte| (byte / 4 * 8 + byte % 4) as u8);
            self.shuffled(pair[0], pair[1], even, types::I32X4)
        });
        let registers = pairs.collect();
        Lanes { size: 4, registers }
    }

    /// The lower halves of two registers, one behind the other.
    pub(super) fn lower_halves(
        &mut self,
        x: clif::Value,
        y: clif::Value,
        ty: clif::Type,
    ) -> clif::Value {
        let halves = std::array::from_fn(|byte| (byte / 8 * 16 + byte % 8) as u8);
        self.shuffled(x, y, halves, ty)
    }

    /// The upper half of a register in the lower.
    pub(super) fn upper_half(&mut self, register: clif::Value) -> clif::Value {
        let ty = self.host.b.func.dfg.value_type(register);
        let upper = std::array::from_fn(|byte| (8 + byte % 8) as u8);
        self.shuffled(register, register, upper, ty)
    }

    /// The lanes of a register from the last to the first.
    pub(super) fn reversed(&mut self, register: clif::Value) -> clif::Value {
        let ty = self.host.b.func.dfg.value_type(register);
        let size = ty.lane_type().bytes() as usize;
        let last = REGISTER - size;
        let backwards = std::array::from_fn(|byte| (last - byte / size * size + byte % size) as u8);
        self.shuffled(register, register, backwards, ty)
    }

    /// Bytes of two registers, by their number.
    fn shuffled(
        &mut self,
        x: clif::Value,
        y: clif::Value,
        bytes: [u8; REGISTER],
        ty: clif::Type,
    ) -> clif::Value {
        let [x, y] = [x, y].map(|register| self.as_type(register, types::I8X16));
        let mask = self.host.b.func.dfg.immediates.push((&bytes[..]).into());
        let shuffled = self.host.b.ins().shuffle(x, y, mask);
        self.as_type(shuffled, ty)
    }
}
