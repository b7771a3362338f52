//! Moves what is the same in every turn of a loop to before the loop.
//!
//! Pure instructions move from anywhere in the body. Loads, checks, assertions and divisions
//! move only from the part of the body that certainly runs in the first turn before anything
//! else can be noticed: nothing is stored, called or checked before them that stays behind.
//! A load moves only if the loop writes nothing it may read.
//!
//! A `for` loop may have no turn at all. Where something moves that may not run then, the loop
//! is turned to `if start < end { moved; for … } else { initial values }`.

use crate::passes::definitions::{Definitions, is_movable};
use crate::passes::effects::{Written, is_observable_whole, root};
use crate::passes::trip_count::Turns;
use mambo_ir::Dtype;
use mambo_ir::function::{Block, Compare, Function, Inst, Op, Terminator, Value};

/// Hoists loop invariants; see the head of the file.
pub fn hoist_invariants(func: &mut Function) {
    let definitions = Definitions::of(func);
    let depth = vec![0; func.values.len()];
    let entry = func.entry;
    let mut hoister = Hoister { func, definitions, depth };
    hoister.measure(entry, 0);
    hoister.block(entry, 0);
}

struct Hoister<'a> {
    func: &'a mut Function,
    definitions: Definitions,
    /// How many loops each value is defined in.
    depth: Vec<u32>,
}

impl Hoister<'_> {
    fn measure(&mut self, block: Block, depth: u32) {
        for &param in &self.func.block(block).params {
            self.depth[param.index()] = depth;
        }
        for inst in self.func.block(block).insts.clone() {
            let info = self.func.inst(inst);
            for &result in &info.results {
                self.depth[result.index()] = depth;
            }
            let inner = depth + u32::from(is_loop(&info.op));
            for block in info.op.blocks().collect::<Vec<_>>() {
                self.measure(block, inner);
            }
        }
    }

    fn block(&mut self, block: Block, depth: u32) {
        let insts = std::mem::take(&mut self.func.block_mut(block).insts);
        let mut out = Vec::with_capacity(insts.len());
        for inst in insts {
            let op = self.func.inst(inst).op.clone();
            let inner = depth + u32::from(is_loop(&op));
            for block in op.blocks() {
                self.block(block, inner);
            }
            match op {
                Op::For { body, .. } | Op::Loop { body, .. } => {
                    self.pure(body, depth, &mut out);
                    let moved = self.certain(body, depth);
                    self.place(inst, moved, depth, &mut out);
                }
                _ => out.push(inst),
            }
        }
        self.func.block_mut(block).insts = out;
    }

    /// Whether every operand is defined outside a loop at this depth.
    fn is_invariant(&self, op: &Op, depth: u32) -> bool {
        let mut invariant = true;
        op.for_each_operand(|value| invariant &= self.depth[value.index()] <= depth);
        invariant
    }

    fn moves_to(&mut self, inst: Inst, depth: u32) {
        for &result in &self.func.inst(inst).results {
            self.depth[result.index()] = depth;
        }
    }

    /// Takes the invariant pure instructions out of a block and the blocks in it.
    fn pure(&mut self, block: Block, depth: u32, out: &mut Vec<Inst>) {
        let mut insts = std::mem::take(&mut self.func.block_mut(block).insts);
        insts.retain(|&inst| {
            let op = &self.func.inst(inst).op;
            if is_movable(self.func, &self.definitions, op) && self.is_invariant(op, depth) {
                self.moves_to(inst, depth);
                out.push(inst);
                return false;
            }
            for inner in op.blocks() {
                self.pure(inner, depth, out);
            }
            true
        });
        self.func.block_mut(block).insts = insts;
    }

    /// Takes out of the body of a loop what certainly runs in its first turn before anything
    /// that stays can be noticed.
    fn certain(&mut self, body: Block, depth: u32) -> Vec<Inst> {
        let written = Written::in_block(self.func, &self.definitions, body);
        let insts = std::mem::take(&mut self.func.block_mut(body).insts);
        let (mut moved, mut stays) = (Vec::new(), Vec::with_capacity(insts.len()));
        let mut certain = true;
        for inst in insts {
            if certain && self.may_move(inst, depth, &written) {
                self.moves_to(inst, depth);
                moved.push(inst);
                continue;
            }
            certain = certain && !is_observable_whole(self.func, &self.definitions, inst);
            stays.push(inst);
        }
        self.func.block_mut(body).insts = stays;
        moved
    }

    fn may_move(&self, inst: Inst, depth: u32, written: &Written) -> bool {
        let op = &self.func.inst(inst).op;
        let movable = match op {
            Op::CheckIndex { .. } | Op::Assert { .. } => true,
            Op::Load { view, .. } => !written.may_touch(root(self.func, &self.definitions, *view)),
            // Division is the one binary operation that is not pure.
            Op::Binary(..) => true,
            op => is_movable(self.func, &self.definitions, op),
        };
        movable && self.is_invariant(op, depth)
    }

    /// Puts a loop behind what was taken out of it.
    fn place(&mut self, inst: Inst, moved: Vec<Inst>, depth: u32, out: &mut Vec<Inst>) {
        let op = self.func.inst(inst).op.clone();
        let turns = Turns::of(self.func, &self.definitions, &op);
        let runs = matches!(op, Op::Loop { .. }) || turns.is_some_and(|turns| turns.count > 0);
        if moved.is_empty() || runs {
            out.extend(moved);
            out.push(inst);
            return;
        }
        let Op::For { start, end, inclusive, init, .. } = op else { return };
        let span = self.func.inst(inst).span;
        let compare = if inclusive { Compare::Le } else { Compare::Lt };
        let cond = Op::Compare(compare, start, end);
        let cond = self.func.new_inst(cond, &[Dtype::Bool.into()], span);
        out.push(cond);
        let cond = self.func.inst(cond).results[0];

        let results = self.func.inst(inst).results.clone();
        let fresh: Vec<Value> = results
            .iter()
            .map(|&result| {
                let info = self.func.values[result.index()].clone();
                self.func.new_value(info.ty, info.name)
            })
            .collect();
        self.func.inst_mut(inst).results = fresh.clone();
        let (then, otherwise) = (self.func.new_block(), self.func.new_block());
        let arm = self.func.block_mut(then);
        arm.insts = moved;
        arm.insts.push(inst);
        arm.end = Terminator::Yield(fresh);
        self.func.block_mut(otherwise).end = Terminator::Yield(init);

        let guard = self.func.new_inst(Op::If { cond, then, otherwise }, &[], span);
        self.func.inst_mut(guard).results = results;
        out.push(guard);
        self.depth.resize(self.func.values.len(), depth);
        self.definitions.record(self.func, inst);
        self.definitions.record(self.func, guard);
    }
}

fn is_loop(op: &Op) -> bool {
    matches!(op, Op::For { .. } | Op::Loop { .. })
}
