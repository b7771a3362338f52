//! Regions: loops and branches inside the body, which all lanes of a group run through
//! together until none is active.

use super::{Group, Lanes, lane_type};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self as clif, BlockArg, InstBuilder, types};
use mambo_ir::Dtype;
use mambo_ir::function::Value;
use mambo_ir::vector::Region;

/// What a region carries from turn to turn.
struct Carried {
    active: Lanes,
    values: Vec<Lanes>,
    turn: Option<clif::Value>,
}

impl<'a> Group<'_, 'a, '_> {
    pub(super) fn region(&mut self, region: &'a Region) {
        let mut carried = self.first_turn(region);
        let after = self.host.b.create_block();
        if region.mask.is_some() {
            let any = self.any(&carried.active);
            self.go_on_if(any, after, &carried.values);
        }
        let times = region.times.map(|input| self.scalar_input(input));
        if let Some(times) = times {
            let some = self.host.b.ins().icmp_imm_s(IntCC::NotEqual, times, 0);
            self.go_on_if(some, after, &carried.values);
        }
        let head = self.host.b.create_block();
        let into = self.all_of(&carried);
        self.host.b.ins().jump(head, &into);
        self.arrive(head, &mut carried);
        self.values[region.active.index()] = Some(carried.active.clone());
        for (&param, lanes) in region.params.iter().zip(&carried.values) {
            self.values[param.index()] = Some(lanes.clone());
        }
        self.inner.extend(carried.turn);
        self.insts(&region.insts);
        if carried.turn.is_some() {
            self.inner.pop();
        }
        let next = self.next_turn(region, &carried);
        if region.repeats() {
            let mut more = next
                .turn
                .zip(times)
                .map(|(turn, times)| self.host.b.ins().icmp(IntCC::UnsignedLessThan, turn, times));
            if region.again.is_some() {
                let any = self.any(&next.active);
                more = Some(match more {
                    Some(more) => self.host.b.ins().band(more, any),
                    None => any,
                });
            }
            let (again, done) = (self.all_of(&next), self.results_of(&next.values));
            let more = more.expect("a region that repeats counts or asks");
            self.host.b.ins().brif(more, head, &again, after, &done);
        } else {
            let done = self.results_of(&next.values);
            self.host.b.ins().jump(after, &done);
        }
        let mut values = next.values;
        self.arrive_after(after, &mut values);
        for (&result, lanes) in region.results.iter().zip(values) {
            self.values[result.index()] = Some(lanes);
        }
    }

    fn first_turn(&mut self, region: &Region) -> Carried {
        let size = self.division.widest;
        let active = match region.mask {
            Some(mask) => self.mask(mask, size),
            None => {
                let all = self.bits(u64::MAX, size, lane_type(Dtype::Bool, size));
                Lanes { size, registers: vec![all; self.count(size)] }
            }
        };
        let values = region.init.iter().map(|&init| self.carried(init)).collect();
        let turn = region.times.map(|_| self.host.b.ins().iconst(types::I64, 0));
        Carried { active, values, turn }
    }

    /// A value as it goes from block to block.
    fn carried(&mut self, value: Value) -> Lanes {
        match self.plan.dtype(value) {
            Dtype::Bool => self.mask(value, self.division.widest),
            _ => self.value(value),
        }
    }

    fn next_turn(&mut self, region: &Region, carried: &Carried) -> Carried {
        let values = region.next.iter().map(|&next| self.carried(next)).collect();
        let mut active = carried.active.clone();
        if let Some(again) = region.again {
            let again = self.carried(again);
            for (register, again) in active.registers.iter_mut().zip(again.registers) {
                *register = self.host.b.ins().band(*register, again);
            }
        }
        let turn = carried.turn.map(|turn| self.host.b.ins().iadd_imm_s(turn, 1));
        Carried { active, values, turn }
    }

    /// Goes on here if a condition holds, else behind the region.
    fn go_on_if(&mut self, condition: clif::Value, after: clif::Block, values: &[Lanes]) {
        let on = self.host.b.create_block();
        let skip = self.results_of(values);
        self.host.b.ins().brif(condition, on, &[], after, &skip);
        self.host.b.switch_to_block(on);
    }

    /// Everything that the next turn takes.
    fn all_of(&self, carried: &Carried) -> Vec<BlockArg> {
        let own = carried.active.registers.iter().chain(&carried.turn);
        let mut args: Vec<BlockArg> = own.map(|&value| BlockArg::from(value)).collect();
        args.extend(self.results_of(&carried.values));
        args
    }

    /// Everything that is taken behind the region.
    fn results_of(&self, values: &[Lanes]) -> Vec<BlockArg> {
        let values = values.iter().flat_map(|lanes| &lanes.registers);
        let partials = self.partials.iter().flatten();
        values.chain(partials).map(|&value| BlockArg::from(value)).collect()
    }

    /// Goes on in a block that takes what [`Self::all_of`] gives.
    fn arrive(&mut self, block: clif::Block, carried: &mut Carried) {
        let b = &mut self.host.b;
        for value in carried.active.registers.iter_mut().chain(&mut carried.turn) {
            let ty = b.func.dfg.value_type(*value);
            *value = b.append_block_param(block, ty);
        }
        self.arrive_after(block, &mut carried.values);
    }

    /// The same of what [`Self::results_of`] gives.
    fn arrive_after(&mut self, block: clif::Block, values: &mut [Lanes]) {
        let b = &mut self.host.b;
        let registers = values.iter_mut().flat_map(|lanes| &mut lanes.registers);
        for register in registers.chain(self.partials.iter_mut().flatten()) {
            let ty = b.func.dfg.value_type(*register);
            *register = b.append_block_param(block, ty);
        }
        b.switch_to_block(block);
    }
}
