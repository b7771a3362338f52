//! The function around the body:
//!
//! ```text
//! main:  as many turns as all copies of the body do, while there are so many
//! tail:  one vector at a time; with AVX-512 the last one under a mask
//! exit:  reductions, the number of turns done
//! ```
//!
//! A requirement that fails jumps to the exit with the number of the first turn of its copy.

use super::{Copy, Select, Selector, Target, widest};
use crate::assembler::Assembler;
use crate::opcode::KANDQ;
use crate::register::Width;
use crate::scalar::{Arithmetic, Condition};
use crate::vcode::{INT, Kind, Label, MASK, VCode, VECTOR, Writer};
use mambo_compiler::backend::LoopShape;
use mambo_ir::function::Op;
use mambo_ir::vector::{Step, VectorLoop, VectorOp};
use regalloc2::{Operand, PReg, VReg};
use std::collections::HashMap;

/// The register of the argument: `rdi`.
const ARGUMENT: usize = 7;

/// The largest distance in elements between lanes whose distances are of 32 bits.
const SHORT_STEP: i32 = 1 << 22;

/// Selected code and its constants.
pub(crate) struct Selected {
    pub(crate) code: VCode,
    pub(crate) pool: Assembler,
    pub(crate) shape: LoopShape,
}

/// Selects instructions for a loop.
///
/// # Errors
/// If the target has no way to do something in it: what.
pub(crate) fn select(plan: &VectorLoop, target: Target) -> Select<Selected> {
    let size = widest(plan);
    let lanes = target.width.bytes() as usize / size;
    let mut constants = vec![None; plan.values.len()];
    for inst in &plan.insts {
        if let (VectorOp::Each(Op::Const(constant)), Some(result)) = (&inst.op, inst.result) {
            constants[result.index()] = Some(*constant);
        }
    }
    let mut code = Writer::default();
    let block = code.vreg(INT);
    let mut selector = Selector {
        plan,
        target,
        code,
        pool: Assembler::new(),
        lanes,
        size,
        values: vec![None; plan.values.len()],
        constants,
        kept: HashMap::new(),
        moving: HashMap::new(),
        masks: HashMap::new(),
        block,
    };
    let copies = selector.copies();
    selector.function(copies)?;
    let words = target.width.bytes() as usize / 8;
    let shape = LoopShape {
        width: target.width.bytes() as u32 * 8,
        lanes: lanes as u32,
        unroll: copies as u32,
        masked_tail: target.evex && plan.granule().is_none(),
    };
    Ok(Selected { code: selector.code.finish(words), pool: selector.pool, shape })
}

/// What the blocks of the function share.
struct Frame {
    count: VReg,
    exit: Label,
}

impl Selector<'_> {
    /// How often the body is copied in the main loop: enough to hide what instructions take,
    /// few enough for the registers.
    fn copies(&self) -> usize {
        if let Some(granule) = self.plan.granule() {
            return granule / self.lanes;
        }
        let checked = self.plan.insts.iter().any(|inst| matches!(inst.op, VectorOp::Require(_)));
        let work = self
            .plan
            .insts
            .iter()
            .filter(|inst| !matches!(inst.op, VectorOp::Each(Op::Const(_)) | VectorOp::Splat(_)))
            .count();
        let (short, medium) = if self.target.evex { (12, 32) } else { (8, 14) };
        match work {
            _ if checked => 1,
            work if work <= short => 4,
            work if work <= medium => 2,
            _ => 1,
        }
    }

    fn function(&mut self, copies: usize) -> Select {
        let [entry, exit] = [(); 2].map(|()| self.code.label());
        self.code.start(entry, &[]);
        let argument = Operand::reg_fixed_def(self.block, PReg::new(ARGUMENT, INT));
        self.code.push(Kind::Argument, &[argument]);
        let count = self.code.vreg(INT);
        let block = Operand::reg_use(self.block);
        self.code.push(Kind::LoadSlot(0), &[Operand::reg_def(count), block]);
        let zero = self.code.vreg(INT);
        self.code.push(Kind::Constant(0), &[Operand::reg_def(zero)]);
        let mut partials = Vec::new();
        for reduction in &self.plan.reductions {
            let neutral = self.neutral(reduction)?;
            partials.push(vec![neutral; self.partial_registers(reduction, copies)]);
        }
        let frame = Frame { count, exit };
        self.check_steps(&frame, zero, &partials)?;
        let (index, partials) = self.main_loop(&frame, copies, zero, partials)?;
        let (index, partials) = if self.plan.granule().is_some() {
            (index, partials)
        } else {
            self.tail_loop(&frame, copies, index, partials)?
        };
        self.jump(exit, index, &partials);
        self.exit(exit, &partials)
    }

    /// Does nothing if lanes would be too far apart for distances of 32 bits.
    fn check_steps(&mut self, frame: &Frame, zero: VReg, partials: &[Vec<VReg>]) -> Select {
        if self.size > 4 {
            return Ok(());
        }
        for access in &self.plan.accesses {
            let Step::Input(input) = access.step else { continue };
            let step = self.base(input);
            let shifted = self.offset(step, SHORT_STEP);
            let [far, on] = [(); 2].map(|()| self.code.label());
            let branch = Kind::BranchCompareConstant(Condition::AboveEqual, 2 * SHORT_STEP);
            self.code.end(branch, &[Operand::reg_use(shifted)], &[(far, &[]), (on, &[])]);
            self.code.start(far, &[]);
            self.jump(frame.exit, zero, partials);
            self.code.start(on, &[]);
        }
        Ok(())
    }

    /// Jumps to a block that takes the number of turns done and the partial results.
    fn jump(&mut self, to: Label, index: VReg, partials: &[Vec<VReg>]) {
        let mut arguments = vec![index];
        arguments.extend(partials.iter().flatten());
        self.code.end(Kind::Jump, &[], &[(to, &arguments)]);
    }

    /// Starts a block that takes the number of turns done and the partial results.
    fn start(&mut self, label: Label, like: &[Vec<VReg>]) -> (VReg, Vec<Vec<VReg>>) {
        let index = self.code.vreg(INT);
        let partials: Vec<Vec<VReg>> = like
            .iter()
            .map(|registers| registers.iter().map(|_| self.code.vreg(VECTOR)).collect())
            .collect();
        let mut params = vec![index];
        params.extend(partials.iter().flatten());
        self.code.start(label, &params);
        (index, partials)
    }

    fn main_loop(
        &mut self,
        frame: &Frame,
        copies: usize,
        zero: VReg,
        partials: Vec<Vec<VReg>>,
    ) -> Select<(VReg, Vec<Vec<VReg>>)> {
        let turns = (copies * self.lanes) as i32;
        let limit = self.offset(frame.count, -turns);
        let [enter, skip, head, back, leave, after] = [(); 6].map(|()| self.code.label());
        let compare = Kind::BranchCompareConstant(Condition::GreaterEqual, turns);
        self.code.end(compare, &[Operand::reg_use(frame.count)], &[(enter, &[]), (skip, &[])]);
        self.code.start(enter, &[]);
        self.jump(head, zero, &partials);
        self.code.head(head);
        let (index, inner) = self.start(head, &partials);
        let mut copy = Copy { index, ahead: 0, tail: None, partials: inner };
        self.batch();
        for at in 0..copies {
            copy.ahead = at * self.lanes;
            self.body(frame, &mut copy)?;
        }
        let next = self.offset(index, turns);
        let compare = Kind::BranchCompare(Condition::LessEqual);
        let operands = [Operand::reg_use(next), Operand::reg_use(limit)];
        self.code.end(compare, &operands, &[(back, &[]), (leave, &[])]);
        self.code.start(back, &[]);
        self.jump(head, next, &copy.partials);
        self.code.start(leave, &[]);
        self.jump(after, next, &copy.partials);
        self.code.start(skip, &[]);
        self.jump(after, zero, &partials);
        Ok(self.start(after, &partials))
    }

    fn tail_loop(
        &mut self,
        frame: &Frame,
        copies: usize,
        index: VReg,
        partials: Vec<Vec<VReg>>,
    ) -> Select<(VReg, Vec<Vec<VReg>>)> {
        let masked = self.target.evex;
        if !masked && copies == 1 {
            return Ok((index, partials));
        }
        let lanes = self.lanes as i32;
        let limit = if masked { frame.count } else { self.offset(frame.count, -lanes) };
        let condition = if masked { Condition::Less } else { Condition::LessEqual };
        let compare = |index: VReg| {
            (Kind::BranchCompare(condition), [Operand::reg_use(index), Operand::reg_use(limit)])
        };
        let [enter, skip, head, back, leave, after] = [(); 6].map(|()| self.code.label());
        let (kind, operands) = compare(index);
        self.code.end(kind, &operands, &[(enter, &[]), (skip, &[])]);
        self.code.start(enter, &[]);
        self.jump(head, index, &partials);
        let (start, inner) = self.start(head, &partials);
        self.batch();
        let tail = if masked { Some(self.tail_mask(frame, start)) } else { None };
        let mut copy = Copy { index: start, ahead: 0, tail, partials: inner };
        self.body(frame, &mut copy)?;
        let next = self.offset(start, lanes);
        let (kind, operands) = compare(next);
        self.code.end(kind, &operands, &[(back, &[]), (leave, &[])]);
        self.code.start(back, &[]);
        self.jump(head, next, &copy.partials);
        self.code.start(leave, &[]);
        let done = if masked { frame.count } else { next };
        self.jump(after, done, &copy.partials);
        self.code.start(skip, &[]);
        self.jump(after, index, &partials);
        Ok(self.start(after, &partials))
    }

    /// The lanes of the turns that are left. There are at most 255, for only the low byte of
    /// the number counts.
    fn tail_mask(&mut self, frame: &Frame, index: VReg) -> VReg {
        let left = self.code.vreg(INT);
        self.arithmetic(Arithmetic::Sub, left, frame.count, index);
        let ones = self.code.vreg(INT);
        self.code.push(Kind::Constant(u64::MAX), &[Operand::reg_def(ones)]);
        let (mask, spare) = (self.code.vreg(MASK), self.code.vreg(INT));
        let operands = [
            Operand::reg_def(mask),
            Operand::reg_use(ones),
            Operand::reg_use(left),
            Operand::reg_temp(spare),
        ];
        self.code.push(Kind::MaskOfCount, &operands);
        if self.lanes == 64 {
            return mask;
        }
        let full = self.full_mask();
        self.masks(&KANDQ, mask, full)
    }

    /// Forgets what holds for one batch of turns only.
    fn batch(&mut self) {
        self.moving.clear();
        self.masks.clear();
    }

    /// One copy of the body.
    fn body(&mut self, frame: &Frame, copy: &mut Copy) -> Select {
        self.values.fill(None);
        let plan = self.plan;
        for inst in &plan.insts {
            let VectorOp::Require(value) = inst.op else {
                self.inst(inst, copy)?;
                continue;
            };
            let holds = self.mask(value)?;
            let failing = self.failing(holds, copy)?;
            let here = self.offset(copy.index, copy.ahead as i32);
            let kind = if self.target.evex {
                Kind::BranchIfNone
            } else {
                Kind::BranchIfNoneVector(self.width(self.size).max(Width::W128))
            };
            let [on, leave] = [(); 2].map(|()| self.code.label());
            self.code.end(kind, &[Operand::reg_use(failing)], &[(on, &[]), (leave, &[])]);
            self.code.start(leave, &[]);
            self.jump(frame.exit, here, &copy.partials);
            self.code.start(on, &[]);
        }
        Ok(())
    }

    fn exit(&mut self, exit: Label, like: &[Vec<VReg>]) -> Select {
        let (index, partials) = self.start(exit, like);
        let block = Operand::reg_use(self.block);
        self.code.push(Kind::StoreSlot(0), &[Operand::reg_use(index), block]);
        for (number, partials) in partials.iter().enumerate() {
            self.reduce(number, partials)?;
        }
        self.code.end(Kind::Return, &[], &[]);
        Ok(())
    }
}
