//! Bests: each lane of a group keeps one of its own; in the end the best of all is taken, one
//! lane after the other.

use super::{Group, Lanes, REGISTER};
use crate::lower::scalar::{float_code, int_code};
use cranelift_codegen::ir::{self as clif, InstBuilder};
use mambo_ir::Dtype;
use mambo_ir::function::{Compare, Value};
use mambo_ir::vector::Best;

impl Group<'_, '_, '_> {
    /// What a field is at first, in registers for all lanes.
    pub(super) fn first_field(&mut self, init: clif::Value, dtype: Dtype) -> Vec<clif::Value> {
        self.spread(init, dtype).registers
    }

    pub(super) fn better(&mut self, best: u32, value: Value) -> Lanes {
        let Best { compare, fields } = &self.plan.bests[best as usize];
        let dtype = fields[Best::VALUE as usize];
        let so_far = self.partials[self.plan.field(best, Best::VALUE)].clone();
        let value = self.value(value);
        let pairs = value.registers.into_iter().zip(so_far);
        let registers =
            pairs.map(|(value, so_far)| self.compare(*compare, [value, so_far], dtype)).collect();
        Lanes { size: dtype.size(), registers }
    }

    pub(super) fn replace(&mut self, field: usize, value: Value, mask: Value) {
        let size = self.size_of(self.plan.dtype(value));
        let mut new = self.value(value);
        if self.plan.dtype(value) == Dtype::Bool {
            new = self.resized(&new, size);
        }
        let mask = self.mask(mask, size);
        for (at, (mask, new)) in mask.registers.into_iter().zip(new.registers).enumerate() {
            let before = self.partials[field][at];
            self.partials[field][at] = self.chosen(mask, new, before);
        }
    }

    /// The fields of the best of all lanes.
    pub(super) fn taken_best(&mut self, number: u32) -> Vec<clif::Value> {
        let best = &self.plan.bests[number as usize];
        let first = self.plan.field(number, Best::VALUE);
        let of_lanes = best.fields.iter().enumerate().map(|(at, &dtype)| {
            let registers = self.partials[first + at].clone();
            let count = REGISTER / self.size_of(dtype);
            let lanes = registers
                .into_iter()
                .flat_map(|register| (0..count).map(move |lane| (register, lane)));
            lanes.map(|(register, lane)| self.extracted(register, lane, dtype)).collect::<Vec<_>>()
        });
        let of_lanes: Vec<Vec<clif::Value>> = of_lanes.collect();
        let lane = |at: usize| of_lanes.iter().map(|field| field[at]).collect::<Vec<_>>();
        (1..of_lanes[0].len()).fold(lane(0), |so_far, at| self.better_one(best, so_far, lane(at)))
    }

    fn better_one(
        &mut self,
        best: &Best,
        a: Vec<clif::Value>,
        b: Vec<clif::Value>,
    ) -> Vec<clif::Value> {
        let [value, turn] = [Best::VALUE, Best::TURN].map(|field| field as usize);
        let of = |this: &mut Self, compare: Compare, field: usize| {
            let dtype = best.fields[field];
            let ins = this.host.b.ins();
            match dtype.is_float() {
                true => ins.fcmp(float_code(compare), b[field], a[field]),
                false => ins.icmp(int_code(compare, dtype), b[field], a[field]),
            }
        };
        let better = of(self, best.between_lanes(), value);
        let equal = of(self, Compare::Eq, value);
        let sooner = of(self, best.between_turns(), turn);
        let equal = self.host.b.ins().band(equal, sooner);
        let better = self.host.b.ins().bor(better, equal);
        let fields = a.into_iter().zip(&b);
        fields.map(|(a, &b)| self.host.b.ins().select(better, b, a)).collect()
    }
}
