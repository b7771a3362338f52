//! Regions: loops and branches inside the body. All copies run through one together, until no
//! lane of any of them is active.

use super::leaf::Frame;
use super::{Lanes, Mask, Partials, Place, Select, Selector};
use crate::opcode::{KANDQ, KORQ, VPAND, VPOR};
use crate::scalar::Condition;
use crate::vcode::{INT, Kind, Label, VECTOR};
use mambo_ir::Dtype;
use mambo_ir::function::Value;
use mambo_ir::vector::{Region, VectorInst, VectorOp, each_of};
use regalloc2::{Operand, VReg};

/// What a region carries: the active lanes and the values of each copy, and the number of the
/// turn.
#[derive(Clone)]
struct Carried {
    active: Vec<VReg>,
    values: Vec<Vec<VReg>>,
    turn: Option<VReg>,
}

impl Carried {
    fn registers(&self) -> Vec<VReg> {
        let values = self.values.iter().flatten();
        self.active.iter().chain(values).chain(&self.turn).copied().collect()
    }
}

impl Selector<'_> {
    pub(super) fn region(
        &mut self,
        frame: &Frame,
        copies: usize,
        place: Place,
        region: &Region,
        partials: &mut Partials,
    ) -> Select {
        let mut carried = self.enter_region(copies, &place, region)?;
        let after = self.code.label();
        let untouched = (carried.values.clone(), partials.clone());
        if region.mask.is_some() {
            self.skip_unless_any(&carried.active, after, &untouched);
        }
        if let (Some(input), Some(turn)) = (region.times, carried.turn) {
            let times = self.base(input);
            let go_on = Kind::BranchCompare(Condition::Below);
            self.skip_unless(go_on, &[turn, times], after, &untouched);
        }
        // What is made for one pass is not there where there was none.
        let known = (self.moving.clone(), self.masks.clone(), self.inner.clone());
        let inner_bases = self.inner_bases.clone();
        self.outer_addresses(region)?;
        let head = self.code.label();
        if region.repeats() {
            self.code.end(Kind::Jump, &[], &[(head, &carried.registers())]);
            self.code.head(head);
            carried = self.fresh(&carried);
            self.code.start(head, &carried.registers());
        }
        self.bind_params(copies, region, &carried);
        self.inner.extend(carried.turn);
        self.insts(frame, copies, place, &region.insts, partials)?;
        let next = self.next_turn(copies, region, &carried)?;
        if region.repeats() {
            self.repeat_region(region, head, &next);
        }
        (self.moving, self.masks, self.inner) = known;
        self.inner_bases = inner_bases;
        self.leave_region(region, after, &next.values, partials);
        Ok(())
    }

    /// Makes the addresses that do not move with this region, but with those around it.
    fn outer_addresses(&mut self, region: &Region) -> Select {
        let depth = self.inner.len();
        let mut accesses = Vec::new();
        each_of(&region.insts, &mut |inst| {
            if let VectorOp::Load { access, .. } = inst.op {
                accesses.push(access);
            }
        });
        accesses.into_iter().try_for_each(|access| self.inner_base(access, depth).map(|_| ()))
    }

    /// What a region carries into its first turn.
    fn enter_region(&mut self, copies: usize, place: &Place, region: &Region) -> Select<Carried> {
        let turn = region.times.map(|_| {
            let zero = self.code.vreg(INT);
            self.code.push(Kind::Constant(0), &[Operand::reg_def(zero)]);
            zero
        });
        let (mut active, mut values) = (Vec::new(), Vec::new());
        for copy in 0..copies {
            self.copy = copy;
            active.push(self.first_active(place, region.mask)?);
            let carried = |this: &mut Self, value: &Value| this.carried(*value);
            values.push(region.init.iter().map(|init| carried(self, init)).collect::<Select<_>>()?);
        }
        Ok(Carried { active, values, turn })
    }

    /// The lanes that are active at first: none that is no turn.
    fn first_active(&mut self, place: &Place, mask: Option<Value>) -> Select<VReg> {
        let mask = mask.map(|mask| self.mask(mask)).transpose()?;
        if !self.target.evex {
            return match mask {
                Some(mask) => self.mask_of_size(mask, self.size),
                None => Ok(self.lanes_of(u64::MAX, 8)),
            };
        }
        let turns = match place.tail {
            Some(tail) => tail,
            None => self.full_mask(),
        };
        Ok(match mask {
            Some(mask) => self.masks(&KANDQ, mask.register, turns),
            None => turns,
        })
    }

    /// A value as it goes from block to block.
    fn carried(&mut self, value: Value) -> Select<VReg> {
        match self.values[self.copy][value.index()] {
            Some(Lanes::Vector(register)) => Ok(register),
            Some(Lanes::Mask(mask)) if self.target.evex => Ok(mask.register),
            Some(Lanes::Mask(mask)) => self.mask_of_size(mask, self.size),
            None => Err(format!("{value} is not there")),
        }
    }

    /// A value that came from another block.
    fn arrived(&self, register: VReg, value: Value) -> Lanes {
        match self.plan.dtype(value) {
            Dtype::Bool => Lanes::Mask(Mask { register, size: self.size }),
            _ => Lanes::Vector(register),
        }
    }

    fn fresh(&mut self, like: &Carried) -> Carried {
        let mut new = |register: &VReg| self.code.vreg(register.class());
        Carried {
            active: like.active.iter().map(&mut new).collect(),
            values: like.values.iter().map(|of| of.iter().map(&mut new).collect()).collect(),
            turn: like.turn.as_ref().map(new),
        }
    }

    fn bind_params(&mut self, copies: usize, region: &Region, carried: &Carried) {
        for copy in 0..copies {
            let mask = Mask { register: carried.active[copy], size: self.size };
            self.values[copy][region.active.index()] = Some(Lanes::Mask(mask));
            for (&param, &register) in region.params.iter().zip(&carried.values[copy]) {
                self.values[copy][param.index()] = Some(self.arrived(register, param));
            }
        }
    }

    fn next_turn(&mut self, copies: usize, region: &Region, carried: &Carried) -> Select<Carried> {
        let mut next = Carried { active: Vec::new(), values: Vec::new(), turn: None };
        for copy in 0..copies {
            self.copy = copy;
            let values = region.next.iter().map(|&value| self.carried(value));
            next.values.push(values.collect::<Select<_>>()?);
            let active = carried.active[copy];
            next.active.push(match region.again {
                None => active,
                Some(again) => {
                    let again = self.carried(again)?;
                    match self.target.evex {
                        true => self.masks(&KANDQ, active, again),
                        false => self.two(&VPAND, self.width(self.size), active, again),
                    }
                }
            });
        }
        next.turn = carried.turn.map(|turn| self.offset(turn, 1));
        Ok(next)
    }

    /// Goes to the head again if there is another turn, and on here if there is not.
    fn repeat_region(&mut self, region: &Region, head: Label, next: &Carried) {
        let leave = self.code.label();
        if let (Some(input), Some(turn)) = (region.times, next.turn) {
            let operands = [turn, self.base(input)].map(Operand::reg_use);
            let more = Kind::BranchCompare(Condition::Below);
            let [on, done] = [(); 2].map(|()| self.code.label());
            self.code.end(more, &operands, &[(on, &[]), (done, &[])]);
            self.code.start(done, &[]);
            self.code.end(Kind::Jump, &[], &[(leave, &[])]);
            self.code.start(on, &[]);
        }
        if region.again.is_some() {
            let (kind, any) = self.none_of(&next.active);
            // The branch is taken where none is left.
            let [done, back] = [(); 2].map(|()| self.code.label());
            self.code.end(kind, &[Operand::reg_use(any)], &[(done, &[]), (back, &[])]);
            self.code.start(done, &[]);
            self.code.end(Kind::Jump, &[], &[(leave, &[])]);
            self.code.start(back, &[]);
        }
        self.code.end(Kind::Jump, &[], &[(head, &next.registers())]);
        self.code.start(leave, &[]);
    }

    /// A branch that is taken if no lane of these masks is set, and what it looks at.
    fn none_of(&mut self, masks: &[VReg]) -> (Kind, VReg) {
        let mut any = masks[0];
        for &other in &masks[1..] {
            any = match self.target.evex {
                true => self.masks(&KORQ, any, other),
                false => self.two(&VPOR, self.width(self.size), any, other),
            };
        }
        let kind = match self.target.evex {
            true => Kind::BranchIfNone,
            false => Kind::BranchIfNoneVector(self.width(self.size)),
        };
        (kind, any)
    }

    fn skip_unless_any(
        &mut self,
        active: &[VReg],
        after: Label,
        untouched: &(Vec<Vec<VReg>>, Partials),
    ) {
        let (kind, any) = self.none_of(active);
        let [on, skip] = [(); 2].map(|()| self.code.label());
        self.code.end(kind, &[Operand::reg_use(any)], &[(skip, &[]), (on, &[])]);
        self.code.start(skip, &[]);
        self.jump_after(after, &untouched.0, &untouched.1);
        self.code.start(on, &[]);
    }

    fn skip_unless(
        &mut self,
        kind: Kind,
        operands: &[VReg],
        after: Label,
        untouched: &(Vec<Vec<VReg>>, Partials),
    ) {
        let skip = self.code.label();
        let on = self.code.label();
        let operands: Vec<Operand> = operands.iter().copied().map(Operand::reg_use).collect();
        self.code.end(kind, &operands, &[(on, &[]), (skip, &[])]);
        self.code.start(skip, &[]);
        self.jump_after(after, &untouched.0, &untouched.1);
        self.code.start(on, &[]);
    }

    fn jump_after(&mut self, after: Label, values: &[Vec<VReg>], partials: &Partials) {
        let values = values.iter().flatten();
        let arguments: Vec<VReg> = values.chain(partials.iter().flatten()).copied().collect();
        self.code.end(Kind::Jump, &[], &[(after, &arguments)]);
    }

    /// Goes on behind the region with what it carried last.
    fn leave_region(
        &mut self,
        region: &Region,
        after: Label,
        values: &[Vec<VReg>],
        partials: &mut Partials,
    ) {
        self.jump_after(after, values, partials);
        let mut params = Vec::new();
        for (copy, values) in values.iter().enumerate() {
            for (&result, value) in region.results.iter().zip(values) {
                let register = self.code.vreg(value.class());
                params.push(register);
                self.values[copy][result.index()] = Some(self.arrived(register, result));
            }
        }
        for register in partials.iter_mut().flatten() {
            *register = self.code.vreg(VECTOR);
            params.push(*register);
        }
        self.code.start(after, &params);
    }

    /// Whether a lane may take much longer than others.
    pub(super) fn has_inner_loop(&self) -> bool {
        has_region(&self.plan.insts, Region::repeats)
    }

    /// Whether there is an inner loop whose turns are not the same in all lanes.
    pub(super) fn has_lane_loop(&self) -> bool {
        let differs = |region: &Region| region.times.is_none() || region.again.is_some();
        has_region(&self.plan.insts, |region| region.repeats() && differs(region))
    }
}

fn has_region(insts: &[VectorInst], is_sought: impl Fn(&Region) -> bool) -> bool {
    let mut found = false;
    each_of(insts, &mut |inst| {
        found |= matches!(&inst.op, VectorOp::Region(region) if is_sought(region));
    });
    found
}
