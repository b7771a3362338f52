//! Replaces `for` loops of few constant turns by their turns, one after the other.
//!
//! A turn that `continue` may leave becomes a scope; a loop that `break` may leave becomes a
//! scope around its turns.

use crate::passes::clone::Copy;
use crate::passes::definitions::Definitions;
use crate::passes::substitution::Substitution;
use crate::passes::trip_count::Turns;
use crate::passes::{PassOptions, walk};
use mambo_ir::Const;
use mambo_ir::function::{Block, Function, Inst, Op, Terminator, Value, ValueType};

/// Unrolls short loops, inner ones first; see the head of the file.
pub fn unroll_short_loops(func: &mut Function, options: &PassOptions) {
    let definitions = Definitions::of(func);
    let entry = func.entry;
    Unroller { func, definitions, options, replaced: Substitution::default() }.block(entry);
}

struct Unroller<'a> {
    func: &'a mut Function,
    definitions: Definitions,
    options: &'a PassOptions,
    replaced: Substitution,
}

impl Unroller<'_> {
    fn block(&mut self, block: Block) {
        let insts = std::mem::take(&mut self.func.block_mut(block).insts);
        let mut out = Vec::with_capacity(insts.len());
        for inst in insts {
            self.replaced.apply(self.func, inst);
            let op = self.func.inst(inst).op.clone();
            for inner in op.blocks() {
                self.block(inner);
            }
            match (&op, Turns::of(self.func, &self.definitions, &op)) {
                (Op::For { init, body, .. }, Some(turns)) if self.is_short(*body, &turns) => {
                    self.unroll(inst, init.clone(), *body, turns, &mut out);
                }
                _ => out.push(inst),
            }
        }
        self.func.block_mut(block).insts = out;
        self.replaced.apply_end(&mut self.func.block_mut(block).end);
    }

    fn is_short(&self, body: Block, turns: &Turns) -> bool {
        let Ok(count) = usize::try_from(turns.count) else { return false };
        count <= self.options.unroll_turns
            && count * walk::size(self.func, body) <= self.options.unroll_size
    }

    fn unroll(
        &mut self,
        inst: Inst,
        init: Vec<Value>,
        body: Block,
        turns: Turns,
        out: &mut Vec<Inst>,
    ) {
        let results = self.func.inst(inst).results.clone();
        if !walk::has_break(self.func, body) {
            let carried = self.turns(body, body, init, turns, out);
            self.replaced.replace_all(&results, &carried);
            return;
        }
        let whole = self.func.new_block();
        let mut insts = Vec::new();
        let carried = self.turns(body, whole, init, turns, &mut insts);
        self.func.block_mut(whole).insts = insts;
        self.func.block_mut(whole).end = Terminator::Yield(carried);
        self.func.inst_mut(inst).op = Op::Scope { body: whole };
        out.push(inst);
    }

    /// Copies the body once for each turn; its `break`s go to `whole`. The values carried out
    /// of the last turn are returned.
    fn turns(
        &mut self,
        body: Block,
        whole: Block,
        init: Vec<Value>,
        turns: Turns,
        out: &mut Vec<Inst>,
    ) -> Vec<Value> {
        let plain = matches!(self.func.block(body).end, Terminator::Yield(_))
            && !walk::has_break(self.func, body)
            && !walk::has_continue(self.func, body);
        let mut carried = init;
        for turn in 0..turns.count {
            let index = self.index(body, turns.index(turn), out);
            let mut copy = Copy::within();
            let params = self.func.block(body).params.clone();
            copy.map(params[0], index);
            for (&param, &value) in params[1..].iter().zip(&carried) {
                copy.map(param, value);
            }
            carried = if plain {
                self.plain_turn(body, copy, out)
            } else {
                let types = carried.iter().map(|&value| self.func.ty(value)).collect::<Vec<_>>();
                self.scope_turn(body, whole, copy, &types, out)
            };
        }
        carried
    }

    fn index(&mut self, body: Block, index: i128, out: &mut Vec<Inst>) -> Value {
        let dtype = self.func.dtype(self.func.block(body).params[0]);
        let op = Op::Const(Const::int(dtype, index));
        let inst = self.func.new_inst(op, &[dtype.into()], Default::default());
        self.definitions.record(self.func, inst);
        out.push(inst);
        self.func.inst(inst).results[0]
    }

    fn plain_turn(&mut self, body: Block, mut copy: Copy<'_>, out: &mut Vec<Inst>) -> Vec<Value> {
        for inst in self.func.block(body).insts.clone() {
            let inst = copy.inst(self.func, inst);
            self.definitions.record(self.func, inst);
            out.push(inst);
        }
        copy.end(self.func.block(body).end.clone()).operands().to_vec()
    }

    fn scope_turn(
        &mut self,
        body: Block,
        whole: Block,
        mut copy: Copy<'_>,
        types: &[ValueType],
        out: &mut Vec<Inst>,
    ) -> Vec<Value> {
        let turn = self.func.new_block();
        copy.map_block(body, turn);
        let insts = self.func.block(body).insts.clone();
        let insts = insts.into_iter().map(|inst| copy.inst(self.func, inst)).collect();
        let end = copy.end(self.func.block(body).end.clone());
        self.func.block_mut(turn).insts = insts;
        self.func.block_mut(turn).end = end;
        for block in walk::blocks_in(self.func, turn) {
            let end = &mut self.func.block_mut(block).end;
            match end {
                Terminator::Break { target, .. } if *target == turn => *target = whole,
                Terminator::Continue { target, values } if *target == turn => {
                    *end = Terminator::Break { target: turn, values: std::mem::take(values) };
                }
                _ => {}
            }
        }
        let inst = self.func.new_inst(Op::Scope { body: turn }, types, Default::default());
        out.push(inst);
        self.func.inst(inst).results.clone()
    }
}
