//! How far it reaches whether a lane has found a better value than its best so far.
//!
//! That may hold in more turns than in the plain loop. So it may decide on nothing but the best
//! and what goes with it, and these are replaced whenever it holds and something does that is
//! known without it.

use mambo_ir::Span;
use mambo_ir::function::{Binary, Op, Value};
use mambo_ir::vector::{Region, VectorInst, VectorLoop, VectorOp, each_of};
use rustc_hash::FxHashMap;

/// How far it reaches whether a lane has found a better value.
struct Reach<'a> {
    /// The bests that a value depends on, a bit for each.
    of: FxHashMap<Value, u64>,
    ops: FxHashMap<Value, &'a VectorOp>,
}

/// A best that decides on what it must not, and where.
pub(super) type Misused = Option<(u32, Span)>;

/// The first of the bests that decides on what it must not.
pub(super) fn misused(plan: &VectorLoop) -> Misused {
    if plan.bests.len() > u64::BITS as usize {
        return Some((u64::BITS, Span::default()));
    }
    Reach { of: FxHashMap::default(), ops: FxHashMap::default() }.list(&plan.insts)
}

impl<'a> Reach<'a> {
    fn list(&mut self, insts: &'a [VectorInst]) -> Misused {
        insts.iter().find_map(|inst| match &inst.op {
            VectorOp::Region(region) => self.region(region),
            _ => self.inst(inst),
        })
    }

    fn inst(&mut self, inst: &'a VectorInst) -> Misused {
        let depends = self.operands(inst);
        let misused = |bests: u64| (bests != 0).then(|| (bests.trailing_zeros(), inst.span));
        let mut own = 0;
        match inst.op {
            VectorOp::Better { best, .. } => {
                own = 1 << best;
                if let Some(misused) = misused(depends) {
                    return Some(misused);
                }
            }
            VectorOp::Replace { best, mask, .. } => {
                let others = misused(depends & !(1 << best));
                return others.or_else(|| misused(u64::from(!self.asks(mask, best)) << best));
            }
            VectorOp::Store { .. } | VectorOp::Accumulate { .. } => return misused(depends),
            _ => {}
        }
        if let Some(result) = inst.result {
            self.of.insert(result, depends | own);
            self.ops.insert(result, &inst.op);
        }
        None
    }

    /// Whether a mask holds where a better value was found, if something else does.
    fn asks(&self, mask: Value, best: u32) -> bool {
        let free = |value: Value| self.depends(value) == 0;
        match self.ops.get(&mask) {
            Some(VectorOp::Better { best: of, .. }) => *of == best,
            Some(VectorOp::Each(Op::Binary(Binary::And, a, b))) => {
                let (asks_a, asks_b) = (self.asks(*a, best), self.asks(*b, best));
                (asks_a || free(*a)) && (asks_b || free(*b)) && (asks_a || asks_b)
            }
            _ => false,
        }
    }

    fn region(&mut self, region: &'a Region) -> Misused {
        let mut all = region.mask.map_or(0, |mask| self.depends(mask));
        if region.repeats() {
            region.init.iter().for_each(|&init| all |= self.depends(init));
            each_of(&region.insts, &mut |inst| all |= self.operands(inst));
        }
        self.of.insert(region.active, all);
        for (&param, &init) in region.params.iter().zip(&region.init) {
            let depends = all | self.depends(init);
            self.of.insert(param, depends);
        }
        let misused = self.list(&region.insts);
        let next = region.next.iter().zip(&region.params);
        for (&result, (&next, &param)) in region.results.iter().zip(next) {
            let depends = self.depends(next) | self.depends(param);
            self.of.insert(result, depends);
        }
        misused
    }

    fn operands(&self, inst: &VectorInst) -> u64 {
        let mut all = 0;
        inst.op.for_each_operand(|value| all |= self.depends(value));
        all
    }

    fn depends(&self, value: Value) -> u64 {
        self.of.get(&value).copied().unwrap_or(0)
    }
}
