//! Drops what nobody uses: pure instructions, loads and small arrays, results and carried
//! values, and whole `if`s, loops and scopes that do nothing but end.
//!
//! A `loop` is kept even if it does nothing, because it may not end.

use crate::passes::definitions::Definitions;
use crate::passes::effects::is_observable_whole;
use crate::passes::walk;
use mambo_ir::function::{Block, Function, Inst, Op, Terminator, Value};

/// Drops dead code; see the head of the file.
pub fn eliminate_dead_code(func: &mut Function) {
    let definitions = Definitions::of(func);
    let mut marker = Marker {
        func,
        definitions,
        live: vec![false; func.values.len()],
        needed: vec![false; func.insts.len()],
        sources: vec![Vec::new(); func.values.len()],
        holder: vec![None; func.blocks.len()],
        pending: Vec::new(),
    };
    marker.holders(func.entry);
    marker.flows(func.entry);
    marker.roots(func.entry);
    marker.spread();
    let (live, needed) = (marker.live, marker.needed);
    sweep(func, func.entry, &live, &needed);
}

struct Marker<'a> {
    func: &'a Function,
    definitions: Definitions,
    live: Vec<bool>,
    /// Instructions that must stay.
    needed: Vec<bool>,
    /// What becomes the value of a result of an instruction with blocks, or of a parameter.
    sources: Vec<Vec<Value>>,
    /// The instruction that a block belongs to.
    holder: Vec<Option<Inst>>,
    pending: Vec<Value>,
}

impl Marker<'_> {
    fn holders(&mut self, block: Block) {
        for &inst in &self.func.block(block).insts {
            for inner in self.func.inst(inst).op.blocks() {
                self.holder[inner.index()] = Some(inst);
                self.holders(inner);
            }
        }
    }

    fn flow(&mut self, to: &[Value], from: &[Value]) {
        for (to, &from) in to.iter().zip(from) {
            self.sources[to.index()].push(from);
        }
    }

    /// Finds out where the values of parameters and results come from.
    fn flows(&mut self, entry: Block) {
        let func = self.func;
        walk::each_inst(func, entry, &mut |inst| {
            let info = func.inst(inst);
            match &info.op {
                Op::For { init, body, .. } => {
                    let params = &func.block(*body).params[1..];
                    self.flow(params, init);
                    // The places of carried values and results are the same.
                    self.flow(params, &info.results);
                    self.flow(&info.results, params);
                }
                Op::Loop { init, body } => self.flow(&func.block(*body).params, init),
                _ => {}
            }
        });
        walk::each_block(func, entry, &mut |block| {
            let end = &func.block(block).end;
            let (target, again) = match end {
                Terminator::Yield(_) => (block, true),
                Terminator::Continue { target, .. } => (*target, true),
                Terminator::Break { target, .. } => (*target, false),
                _ => return,
            };
            let Some(inst) = self.holder[target.index()] else { return };
            let info = func.inst(inst);
            match &info.op {
                Op::For { .. } if again => {
                    self.flow(&func.block(target).params[1..], end.operands())
                }
                Op::Loop { .. } if again => self.flow(&func.block(target).params, end.operands()),
                _ => self.flow(&info.results, end.operands()),
            }
        });
    }

    /// Marks what can be noticed from outside.
    fn roots(&mut self, entry: Block) {
        let func = self.func;
        let mut insts = Vec::new();
        walk::each_inst(func, entry, &mut |inst| insts.push(inst));
        for inst in insts {
            if is_observable_whole(func, &self.definitions, inst) {
                self.need(inst);
            }
        }
        walk::each_block(func, entry, &mut |block| {
            let end = &func.block(block).end;
            if matches!(end, Terminator::Return(_) | Terminator::Panic { .. }) {
                self.pending.extend_from_slice(end.operands());
            }
        });
    }

    /// Marks an instruction, what it computes with and what it stands in.
    fn need(&mut self, inst: Inst) {
        if std::mem::replace(&mut self.needed[inst.index()], true) {
            return;
        }
        let op = &self.func.inst(inst).op;
        match op {
            // The initial values are needed if the carried values are.
            Op::For { start, end, .. } => self.pending.extend([*start, *end]),
            Op::Loop { .. } => {}
            _ => op.for_each_operand(|value| self.pending.push(value)),
        }
    }

    fn spread(&mut self) {
        while let Some(value) = self.pending.pop() {
            if std::mem::replace(&mut self.live[value.index()], true) {
                continue;
            }
            self.pending.extend_from_slice(&self.sources[value.index()]);
            if let Some(inst) = self.definitions.inst(value) {
                self.need(inst);
            }
        }
    }
}

fn sweep(func: &mut Function, block: Block, live: &[bool], needed: &[bool]) {
    let mut insts = std::mem::take(&mut func.block_mut(block).insts);
    insts.retain(|inst| needed[inst.index()]);
    for &inst in &insts {
        for inner in func.inst(inst).op.blocks().collect::<Vec<_>>() {
            sweep(func, inner, live, needed);
        }
        narrow(func, inst, live);
    }
    func.block_mut(block).insts = insts;
}

/// Drops the results and carried values of an instruction with blocks that nobody uses.
fn narrow(func: &mut Function, inst: Inst, live: &[bool]) {
    let is_live = |value: &Value| live[value.index()];
    let flags = |values: &[Value]| values.iter().map(is_live).collect::<Vec<bool>>();
    let results = flags(&func.inst(inst).results);
    match &mut func.inst_mut(inst).op {
        Op::If { then, otherwise, .. } => {
            let arms = [*then, *otherwise];
            for arm in arms {
                if let Terminator::Yield(values) = &mut func.block_mut(arm).end {
                    keep(values, &results);
                }
            }
            keep(&mut func.inst_mut(inst).results, &results);
        }
        Op::Scope { body } => {
            let body = *body;
            if let Terminator::Yield(values) = &mut func.block_mut(body).end {
                keep(values, &results);
            }
            narrow_ends(func, body, &results, &[]);
            keep(&mut func.inst_mut(inst).results, &results);
        }
        Op::For { init, body, .. } => {
            let body = *body;
            keep(init, &results);
            if let Terminator::Yield(values) = &mut func.block_mut(body).end {
                keep(values, &results);
            }
            narrow_ends(func, body, &results, &results);
            let mut carried = func.block_mut(body).params.split_off(1);
            keep(&mut carried, &results);
            func.block_mut(body).params.extend(carried);
            keep(&mut func.inst_mut(inst).results, &results);
        }
        Op::Loop { body, .. } => {
            let body = *body;
            let params = flags(&func.block(body).params);
            if let Op::Loop { init, .. } = &mut func.inst_mut(inst).op {
                keep(init, &params);
            }
            if let Terminator::Yield(values) = &mut func.block_mut(body).end {
                keep(values, &params);
            }
            narrow_ends(func, body, &results, &params);
            keep(&mut func.block_mut(body).params, &params);
            keep(&mut func.inst_mut(inst).results, &results);
        }
        _ => {}
    }
}

/// Narrows the values of each `break` and `continue` of `body`.
fn narrow_ends(func: &mut Function, body: Block, breaks: &[bool], continues: &[bool]) {
    if breaks.iter().chain(continues).all(|&live| live) {
        return;
    }
    for block in walk::blocks_in(func, body) {
        match &mut func.block_mut(block).end {
            Terminator::Break { target, values } if *target == body => keep(values, breaks),
            Terminator::Continue { target, values } if *target == body => keep(values, continues),
            _ => {}
        }
    }
}

fn keep(values: &mut Vec<Value>, flags: &[bool]) {
    let mut flags = flags.iter();
    values.retain(|_| flags.next().copied().unwrap_or(true));
}
