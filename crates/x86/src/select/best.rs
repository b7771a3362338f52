//! Bests: each lane of each copy keeps one of its own, in a register for each field; in the end
//! the best of all is taken.

use super::{Mask, Partials, Place, Select, Selector};
use crate::register::Width;
use crate::vcode;
use mambo_ir::Dtype;
use mambo_ir::function::{Binary, Compare, Value};
use mambo_ir::vector::Best;
use regalloc2::VReg;

impl Selector<'_> {
    /// What the fields of all bests are at first, in every lane.
    pub(super) fn first_bests(&mut self) -> Select<Vec<VReg>> {
        let fields = self.plan.carried().enumerate().skip(self.plan.reductions.len());
        let fields: Vec<(usize, Dtype)> = fields.collect();
        fields.into_iter().map(|(at, dtype)| self.initial(at, dtype, self.target.width)).collect()
    }

    /// The initial value of what is carried, in every lane.
    pub(super) fn initial(&mut self, at: usize, dtype: Dtype, width: Width) -> Select<VReg> {
        if dtype == Dtype::Bool {
            return Err("bools that are carried".into());
        }
        let slot = self.slot(at);
        let place = |at| vcode::Place::Base { base: at, displacement: slot };
        let block = self.block()?;
        Ok(self.loaded(super::build::broadcast(dtype.size()), width, &place, &[block], None))
    }

    pub(super) fn better(
        &mut self,
        best: u32,
        value: Value,
        copy: &Place,
        partials: &Partials,
    ) -> Select<Mask> {
        let so_far = &partials[self.plan.field(best, Best::VALUE)];
        let so_far = so_far[copy.ahead / self.lanes % so_far.len()];
        let value = self.vector(value)?;
        let Best { compare, fields } = &self.plan.bests[best as usize];
        Ok(self.compare_vectors(*compare, value, so_far, fields[Best::VALUE as usize]))
    }

    pub(super) fn replace(
        &mut self,
        field: usize,
        value: Value,
        mask: Value,
        copy: &Place,
        partials: &mut Partials,
    ) -> Select {
        let size = self.plan.dtype(value).size();
        let (value, mask) = (self.vector(value)?, self.mask(mask)?);
        let at = copy.ahead / self.lanes % partials[field].len();
        let before = partials[field][at];
        let mut after = self.choose_vectors(mask, value, before, size)?;
        if let Some(register) = copy.tail {
            after = self.choose_vectors(Mask { register, size }, after, before, size)?;
        }
        partials[field][at] = after;
        Ok(())
    }

    /// Writes the best of all copies and lanes to its slots.
    pub(super) fn take_best(&mut self, number: u32, partials: &Partials) -> Select {
        let best = &self.plan.bests[number as usize];
        let first = self.plan.field(number, Best::VALUE);
        let fields = &partials[first..first + best.fields.len()];
        let mut copies: Vec<Vec<VReg>> =
            (0..fields[0].len()).map(|at| fields.iter().map(|field| field[at]).collect()).collect();
        while copies.len() > 1 {
            let upper = copies.split_off(copies.len() / 2);
            for (own, other) in copies.iter_mut().zip(upper) {
                *own = self.better_one(best, own, &other)?;
            }
        }
        let mut lanes = copies.swap_remove(0);
        let mut count = self.lanes / 2;
        while count > 0 {
            let sizes = best.fields.iter().map(|field| field.size());
            let upper: Vec<VReg> = lanes
                .iter()
                .zip(sizes)
                .map(|(&lane, size)| self.upper(lane, count * size))
                .collect();
            lanes = self.better_one(best, &lanes, &upper)?;
            count /= 2;
        }
        lanes.into_iter().enumerate().try_for_each(|(at, lane)| self.store_slot(first + at, lane))
    }

    /// The better one of two in each lane.
    fn better_one(&mut self, best: &Best, a: &[VReg], b: &[VReg]) -> Select<Vec<VReg>> {
        let [value, turn] = [Best::VALUE, Best::TURN].map(|field| field as usize);
        let of = |this: &mut Self, compare: Compare, field: usize| {
            this.compare_vectors(compare, b[field], a[field], best.fields[field])
        };
        let better = of(self, best.between_lanes(), value);
        let equal = of(self, Compare::Eq, value);
        let sooner = of(self, best.between_turns(), turn);
        let equal = self.combine_masks(Binary::And, equal, sooner)?;
        let better = self.combine_masks(Binary::Or, better, equal)?;
        (0..a.len())
            .map(|at| self.choose_vectors(better, b[at], a[at], best.fields[at].size()))
            .collect()
    }
}
