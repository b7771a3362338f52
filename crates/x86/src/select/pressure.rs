//! How much of the machine one copy of a body takes: instructions and registers.

use mambo_ir::function::Value;
use mambo_ir::vector::{VectorInst, VectorLoop, VectorOp};

/// What a copy of a body takes.
pub(super) struct Pressure {
    /// Its instructions, without what is kept.
    pub(super) work: usize,
    /// Those of them that are in regions.
    pub(super) rare: usize,
    /// The most values that are needed at once.
    pub(super) live: usize,
    /// Values that are made once, before the loop.
    pub(super) kept: usize,
}

/// Where each value is defined and used last, by the number of the instruction.
struct Ranges<'a> {
    stays: &'a [bool],
    at: usize,
    kept: usize,
    first: Vec<Option<usize>>,
    last: Vec<usize>,
}

impl Pressure {
    /// Of a loop; `stays` says which values are kept.
    pub(super) fn of(plan: &VectorLoop, stays: &[bool]) -> Self {
        let count = plan.values.len();
        let mut ranges =
            Ranges { stays, at: 0, kept: 0, first: vec![None; count], last: vec![0; count] };
        ranges.list(&plan.insts);
        let ranges_of: Vec<(usize, usize)> = ranges
            .first
            .iter()
            .zip(&ranges.last)
            .filter_map(|(first, last)| Some(((*first)?, *last)))
            .collect();
        let live =
            |at: usize| ranges_of.iter().filter(|(from, to)| *from <= at && at < *to).count();
        let most = (0..ranges.at).map(live).max().unwrap_or(0);
        let is_kept = |inst: &VectorInst| inst.result.is_some_and(|result| stays[result.index()]);
        let always = |inst: &&VectorInst| !matches!(inst.op, VectorOp::Region(_)) && !is_kept(inst);
        let work = ranges.at - ranges.kept;
        Pressure {
            work,
            rare: work - plan.insts.iter().filter(always).count(),
            live: most.max(1) + plan.carried().count(),
            kept: ranges.kept,
        }
    }
}

impl Ranges<'_> {
    fn list(&mut self, insts: &[VectorInst]) {
        for inst in insts {
            let from = self.at;
            if let VectorOp::Region(region) = &inst.op {
                region.params.iter().for_each(|&param| self.define(param));
                self.at += 1;
                self.list(&region.insts);
                // What comes from outside, or is carried, is needed to the end of every turn.
                let to = self.at;
                inst.op.for_each_operand(|value| {
                    if self.first[value.index()].is_none_or(|first| first <= from) {
                        self.last[value.index()] = to;
                    }
                });
                region.params.iter().chain(&region.next).for_each(|value| {
                    self.last[value.index()] = to;
                });
                region.results.iter().for_each(|&result| self.define(result));
                continue;
            }
            inst.op.for_each_operand(|value| self.last[value.index()] = from);
            if let Some(result) = inst.result {
                match self.stays[result.index()] {
                    true => self.kept += 1,
                    false => self.define(result),
                }
            }
            self.at += 1;
        }
    }

    fn define(&mut self, value: Value) {
        self.first[value.index()] = Some(self.at);
    }
}
