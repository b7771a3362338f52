//! Drops bounds checks and assertions that are proved to hold, and decides conditions.
//!
//! The facts at a place are the conditions of the `if`s around it, the checks and assertions
//! above it, and that the index of a `for` loop is in its range. What follows from them is
//! the business of the `ranges` prover.

use crate::passes::definitions::Definitions;
use crate::passes::ranges::Prover;
use mambo_ir::Dtype;
use mambo_ir::function::{Block, Function, Inst, Op, Terminator};

/// Drops checks that hold; see the head of the file.
pub fn eliminate_bounds_checks(func: &mut Function) {
    let definitions = Definitions::of(func);
    let mut search = Search {
        func,
        prover: Prover::new(func, &definitions),
        dead: vec![false; func.insts.len()],
        decided: Vec::new(),
    };
    search.block(func.entry);
    let Search { dead, decided, .. } = search;
    for block in &mut func.blocks {
        block.insts.retain(|inst| !dead[inst.index()]);
    }
    for (block, inst, holds) in decided {
        decide(func, block, inst, holds);
    }
}

struct Search<'a> {
    func: &'a Function,
    prover: Prover<'a>,
    dead: Vec<bool>,
    /// Instructions whose condition is known, with the block each is in.
    decided: Vec<(Block, Inst, bool)>,
}

impl Search<'_> {
    fn block(&mut self, block: Block) {
        let mark = self.prover.mark();
        let func = self.func;
        for &inst in &func.block(block).insts {
            match &func.inst(inst).op {
                Op::CheckIndex { index, len, .. } => {
                    if self.prover.is_less(*index, *len) {
                        self.dead[inst.index()] = true;
                    } else {
                        self.prover.assume_less(*index, *len);
                    }
                }
                Op::Assert { cond, .. } => match self.prover.decide(*cond) {
                    Some(true) => self.dead[inst.index()] = true,
                    Some(false) => self.decided.push((block, inst, false)),
                    None => self.prover.assume(*cond, true),
                },
                &Op::If { cond, then, otherwise } => {
                    if let Some(holds) = self.prover.decide(cond) {
                        self.decided.push((block, inst, holds));
                        self.block(if holds { then } else { otherwise });
                        continue;
                    }
                    for (arm, holds) in [(then, true), (otherwise, false)] {
                        let mark = self.prover.mark();
                        self.prover.assume(cond, holds);
                        self.block(arm);
                        self.prover.forget(mark);
                    }
                    let goes_on = |arm| matches!(func.block(arm).end, Terminator::Yield(_));
                    match (goes_on(then), goes_on(otherwise)) {
                        (true, false) => self.prover.assume(cond, true),
                        (false, true) => self.prover.assume(cond, false),
                        _ => {}
                    }
                }
                Op::For { start, end, inclusive, body, .. } => {
                    let mark = self.prover.mark();
                    let index = func.block(*body).params[0];
                    self.prover.assume_at_most(*start, index);
                    if *inclusive {
                        self.prover.assume_at_most(index, *end);
                    } else {
                        self.prover.assume_less(index, *end);
                    }
                    self.block(*body);
                    self.prover.forget(mark);
                }
                Op::Loop { body, .. } | Op::Scope { body } => self.block(*body),
                _ => {}
            }
        }
        self.prover.forget(mark);
    }
}

/// Gives an instruction a constant for its condition.
fn decide(func: &mut Function, block: Block, inst: Inst, holds: bool) {
    let span = func.inst(inst).span;
    let constant = func.new_inst(Op::Const(holds.into()), &[Dtype::Bool.into()], span);
    let value = func.inst(constant).results[0];
    if let Op::If { cond, .. } | Op::Assert { cond, .. } = &mut func.inst_mut(inst).op {
        *cond = value;
    }
    let insts = &mut func.block_mut(block).insts;
    let at = insts.iter().position(|&other| other == inst).unwrap_or(insts.len());
    insts.insert(at, constant);
}
