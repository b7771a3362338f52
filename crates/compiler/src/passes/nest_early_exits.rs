//! Turns early exits into nested branches, so that control flow has one way in and one out.
//!
//! ```text
//! scope { if c { break v } else { yield }; rest; yield w }
//! ⇒ scope { r = if c { yield v } else { rest; yield w }; yield r }
//! ```
//!
//! The same is done for `continue` in the body of a loop. Exits out of inner loops stay.

use crate::passes::substitution::Substitution;
use crate::passes::walk;
use mambo_ir::function::{Block, Function, Inst, Op, Terminator, Value, ValueType};

/// How deep branches are nested.
const DEEPEST: usize = 32;

/// Nests early exits; see the head of the file.
pub fn nest_early_exits(func: &mut Function) {
    let mut replaced = Substitution::default();
    for block in walk::blocks_in(func, func.entry) {
        for inst in func.block(block).insts.clone() {
            let types = |func: &Function, values: &[Value]| {
                values.iter().map(|&value| func.ty(value)).collect::<Vec<_>>()
            };
            let info = func.inst(inst);
            let (body, types) = match &info.op {
                Op::Scope { body } => (*body, types(func, &info.results)),
                Op::For { body, init, .. } | Op::Loop { body, init } => (*body, types(func, init)),
                _ => continue,
            };
            let loops = !matches!(info.op, Op::Scope { .. });
            let mut nester = Nester { func, body, loops, types, replaced: &mut replaced };
            if nester.has_exit(body) {
                nester.nest(body, 0);
            }
        }
    }
    replaced.apply_everywhere(func);
}

struct Nester<'a> {
    func: &'a mut Function,
    /// The body whose exits are nested.
    body: Block,
    /// Whether the exits are by `continue`; else they are by `break`.
    loops: bool,
    /// The types of what an exit hands on.
    types: Vec<ValueType>,
    replaced: &'a mut Substitution,
}

impl Nester<'_> {
    fn is_exit(&self, end: &Terminator) -> bool {
        match end {
            Terminator::Break { target, .. } => !self.loops && *target == self.body,
            Terminator::Continue { target, .. } => self.loops && *target == self.body,
            _ => false,
        }
    }

    fn has_exit(&self, block: Block) -> bool {
        walk::any_end(self.func, block, &|end| self.is_exit(end))
    }

    /// Nests the exits in a block after which the body ends.
    fn nest(&mut self, block: Block, depth: usize) {
        if self.is_exit(&self.func.block(block).end) {
            let values = self.func.block(block).end.operands().to_vec();
            self.func.block_mut(block).end = Terminator::Yield(values);
        }
        let insts = &self.func.block(block).insts;
        let found = (0..insts.len()).find_map(|at| {
            let Op::If { then, otherwise, .. } = self.func.inst(insts[at]).op else { return None };
            let yields = |arm| matches!(self.func.block(arm).end, Terminator::Yield(_));
            let exits = self.has_exit(then) || self.has_exit(otherwise);
            let nests = exits && !(yields(then) && yields(otherwise));
            let rest = if yields(then) { then } else { otherwise };
            nests.then_some((at, insts[at], [then, otherwise], rest))
        });
        if let Some((at, branch, arms, rest)) = found
            && depth < DEEPEST
        {
            self.move_into(block, at, branch, rest);
            for arm in arms {
                self.nest(arm, depth + 1);
            }
        }
    }

    /// Moves what follows a branch into the arm that leads there.
    fn move_into(&mut self, block: Block, at: usize, branch: Inst, arm: Block) {
        let rest = self.func.block_mut(block).insts.split_off(at + 1);
        if let Terminator::Yield(values) = self.func.block(arm).end.clone() {
            let results = self.func.inst(branch).results.clone();
            self.replaced.replace_all(&results, &values);
            let end =
                std::mem::replace(&mut self.func.block_mut(block).end, Terminator::Unreachable);
            self.func.block_mut(arm).insts.extend(rest);
            self.func.block_mut(arm).end = end;
        }
        let results: Vec<Value> =
            self.types.clone().into_iter().map(|ty| self.func.new_value(ty, None)).collect();
        self.func.inst_mut(branch).results.clone_from(&results);
        self.func.block_mut(block).end = Terminator::Yield(results);
    }
}
