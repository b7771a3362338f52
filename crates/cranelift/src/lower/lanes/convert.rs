//! Conversions in lanes.

use super::{Group, Lanes, lane_type};
use cranelift_codegen::ir::{self as clif, InstBuilder, types};
use mambo_ir::Dtype;
use mambo_ir::function::Value;

impl Group<'_, '_, '_> {
    pub(super) fn cast(&mut self, a: Value, to: Dtype) -> Lanes {
        let from = self.plan.dtype(a);
        let lanes = self.value(a);
        match (from.is_float(), to.is_float()) {
            _ if to == Dtype::Bool => lanes,
            _ if from == Dtype::Bool => self.mask_to_number(a, to),
            (false, false) => self.with_size(lanes, to.size(), from.is_signed_int()),
            (false, true) => self.int_to_float(lanes, from, to),
            (true, false) => self.float_to_int(lanes, from, to),
            (true, true) if to.size() > from.size() => self.promoted(&lanes),
            (true, true) if to.size() < from.size() => self.demoted(&lanes),
            (true, true) => lanes,
        }
    }

    fn mask_to_number(&mut self, a: Value, to: Dtype) -> Lanes {
        let mask = self.mask(a, to.size());
        let one = match to {
            Dtype::F32 => u64::from(1f32.to_bits()),
            Dtype::F64 => 1f64.to_bits(),
            _ => 1,
        };
        let one = self.bits(one, to.size(), lane_type(to, to.size()));
        let each = mask.registers.iter().map(|&register| {
            let register = self.as_type(register, lane_type(to, to.size()));
            self.host.b.ins().band(register, one)
        });
        Lanes { size: to.size(), registers: each.collect() }
    }

    /// Integers in lanes of another size.
    fn with_size(&mut self, lanes: Lanes, size: usize, signed: bool) -> Lanes {
        let mut lanes = lanes;
        while lanes.size < size {
            lanes = self.widened(&lanes, signed);
        }
        while lanes.size > size {
            lanes = self.narrowed(&lanes);
        }
        lanes
    }

    fn convert_by_lane(&mut self, lanes: Lanes, from: Dtype, to: Dtype) -> Lanes {
        self.by_lane(&[(lanes, from)], to, to.size(), |this, lane| {
            this.host.cast(lane[0], from, to)
        })
    }

    fn int_to_float(&mut self, lanes: Lanes, from: Dtype, to: Dtype) -> Lanes {
        if from.size() == 8 {
            return self.convert_by_lane(lanes, from, to);
        }
        let signed = from.is_signed_int();
        let words = self.with_size(lanes, 4, signed);
        let signed = signed || from.size() < 4;
        if to == Dtype::F32 {
            let each = words.registers.iter().map(|&register| {
                let b = &mut self.host.b;
                match signed {
                    true => b.ins().fcvt_from_sint(types::F32X4, register),
                    false => b.ins().fcvt_from_uint(types::F32X4, register),
                }
            });
            return Lanes { size: 4, registers: each.collect() };
        }
        let mut registers = Vec::with_capacity(2 * words.registers.len());
        for &register in &words.registers {
            for half in [register, self.upper_half(register)] {
                let b = &mut self.host.b;
                registers.push(match signed {
                    true => {
                        let wide = b.ins().swiden_low(half);
                        b.ins().fcvt_from_sint(types::F64X2, wide)
                    }
                    false => {
                        let wide = b.ins().uwiden_low(half);
                        b.ins().fcvt_from_uint(types::F64X2, wide)
                    }
                });
            }
        }
        Lanes { size: 8, registers }
    }

    fn float_to_int(&mut self, lanes: Lanes, from: Dtype, to: Dtype) -> Lanes {
        let unsigned = to.size() == 4 && !to.is_signed_int();
        // The instructions behind the second need one that rounds.
        let unfit = from == Dtype::F64 && unsigned && !self.host.unit.machine.rounds;
        if to.size() == 8 || unfit {
            return self.convert_by_lane(lanes, from, to);
        }
        let words = match from {
            Dtype::F32 => {
                let each = lanes.registers.iter().map(|&register| {
                    let b = &mut self.host.b;
                    match unsigned {
                        true => b.ins().fcvt_to_uint_sat(types::I32X4, register),
                        false => b.ins().fcvt_to_sint_sat(types::I32X4, register),
                    }
                });
                Lanes { size: 4, registers: each.collect() }
            }
            _ => self.wide_float_to_words(&lanes, unsigned),
        };
        if to.size() == 4 {
            return words;
        }
        let bits = to.bits();
        let (least, greatest) = match to.is_signed_int() {
            true => (-(1_i64 << (bits - 1)), (1_i64 << (bits - 1)) - 1),
            false => (0, (1_i64 << bits) - 1),
        };
        let [least, greatest] =
            [least, greatest].map(|bound| self.bits(bound as u64, 4, types::I32X4));
        let each = words.registers.iter().map(|&register| {
            let register = self.host.b.ins().smax(register, least);
            self.host.b.ins().smin(register, greatest)
        });
        let clamped = Lanes { size: 4, registers: each.collect() };
        self.with_size(clamped, to.size(), false)
    }

    /// `f64` to integers of 32 bits. The pairs of instructions and the zero are what the code
    /// generator knows.
    fn wide_float_to_words(&mut self, lanes: &Lanes, unsigned: bool) -> Lanes {
        let pairs = lanes.registers.chunks_exact(2).map(|pair| {
            let [low, high] = [pair[0], pair[1]].map(|register| {
                let zero = self.bits(0, 8, types::I64X2);
                let b = &mut self.host.b;
                match unsigned {
                    true => {
                        let wide = b.ins().fcvt_to_uint_sat(types::I64X2, register);
                        b.ins().uunarrow(wide, zero)
                    }
                    false => {
                        let wide = b.ins().fcvt_to_sint_sat(types::I64X2, register);
                        b.ins().snarrow(wide, zero)
                    }
                }
            });
            self.lower_halves(low, high, types::I32X4)
        });
        Lanes { size: 4, registers: pairs.collect() }
    }

    fn promoted(&mut self, lanes: &Lanes) -> Lanes {
        let mut registers: Vec<clif::Value> = Vec::with_capacity(2 * lanes.registers.len());
        for &register in &lanes.registers {
            for half in [register, self.upper_half(register)] {
                registers.push(self.host.b.ins().fvpromote_low(half));
            }
        }
        Lanes { size: 8, registers }
    }

    fn demoted(&mut self, lanes: &Lanes) -> Lanes {
        let pairs = lanes.registers.chunks_exact(2).map(|pair| {
            let [low, high] =
                [pair[0], pair[1]].map(|register| self.host.b.ins().fvdemote(register));
            self.lower_halves(low, high, types::F32X4)
        });
        Lanes { size: 4, registers: pairs.collect() }
    }
}
