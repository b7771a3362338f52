//! Replaces calls of functions of the module by their bodies, callees first.
//!
//! A function whose only `return` is its end is spliced in; another becomes a scope that its
//! `return`s break out of. Recursive functions stay, and so do those that allocate: what they
//! allocate is freed when they end. Functions that nobody calls any more are dropped, and the
//! rest are numbered anew.

use crate::passes::clone::Copy;
use crate::passes::substitution::Substitution;
use crate::passes::{InlinePolicy, PassOptions, walk};
use mambo_ir::Module;
use mambo_ir::function::{Block, FuncId, Function, Inst, Op, Terminator};

/// Inlines calls; see the head of the file.
pub fn inline_calls(module: &mut Module, options: &PassOptions) {
    if module.functions.is_empty() {
        return;
    }
    let graph = CallGraph::of(module);
    for &caller in &graph.callees_first {
        let mut func = std::mem::replace(&mut module.functions[caller], Function::new(""));
        let fastmath = func.fastmath;
        let inlines = |callee: FuncId| {
            // What one function allows with its floats must not be done to the other's.
            callee.index() != caller
                && module.functions[callee.index()].fastmath == fastmath
                && graph.inlines(module, options, callee.index())
        };
        let mut replaced = Substitution::default();
        for block in walk::blocks_in(&func, func.entry) {
            inline_in_block(&mut func, block, module, &inlines, &mut replaced);
        }
        replaced.apply_everywhere(&mut func);
        module.functions[caller] = func;
    }
    drop_unreachable(module);
}

struct CallGraph {
    /// The functions that can be reached, each after those it calls.
    callees_first: Vec<usize>,
    /// How many calls there are of each function.
    calls: Vec<usize>,
    /// Whether a function can call itself.
    recursive: Vec<bool>,
}

impl CallGraph {
    fn of(module: &Module) -> Self {
        let count = module.functions.len();
        let mut graph = CallGraph {
            callees_first: Vec::new(),
            calls: vec![0; count],
            recursive: module.functions.iter().map(|func| func.recursive).collect(),
        };
        graph.visit(module, 0, &mut vec![State::New; count]);
        graph
    }

    fn visit(&mut self, module: &Module, number: usize, states: &mut [State]) {
        states[number] = State::Open;
        for callee in callees(&module.functions[number]) {
            self.calls[callee] += 1;
            match states[callee] {
                State::New => self.visit(module, callee, states),
                // The function at which a cycle closes is enough to break it.
                State::Open => self.recursive[callee] = true,
                State::Done => {}
            }
        }
        states[number] = State::Done;
        self.callees_first.push(number);
    }

    fn inlines(&self, module: &Module, options: &PassOptions, callee: usize) -> bool {
        let func = &module.functions[callee];
        let mut allocates = false;
        walk::each_inst(func, func.entry, &mut |inst| {
            allocates |= matches!(func.inst(inst).op, Op::Alloc { .. });
        });
        if self.recursive[callee] || allocates {
            return false;
        }
        match options.inline.get(callee).copied().unwrap_or_default() {
            InlinePolicy::Always => true,
            InlinePolicy::Never => false,
            InlinePolicy::Auto => {
                self.calls[callee] == 1 || walk::size(func, func.entry) <= options.inline_limit
            }
        }
    }
}

#[derive(Clone, Copy)]
enum State {
    New,
    Open,
    Done,
}

/// The functions that a function calls, once for each call.
fn callees(func: &Function) -> Vec<usize> {
    let mut callees = Vec::new();
    walk::each_inst(func, func.entry, &mut |inst| {
        if let Op::Call { callee, .. } = func.inst(inst).op {
            callees.push(callee.index());
        }
    });
    callees
}

fn inline_in_block(
    func: &mut Function,
    block: Block,
    module: &Module,
    inlines: &dyn Fn(FuncId) -> bool,
    replaced: &mut Substitution,
) {
    let insts = std::mem::take(&mut func.block_mut(block).insts);
    let mut out = Vec::with_capacity(insts.len());
    for inst in insts {
        match func.inst(inst).op {
            Op::Call { callee, .. } if inlines(callee) => {
                inline(func, inst, &module.functions[callee.index()], replaced, &mut out);
            }
            _ => out.push(inst),
        }
    }
    func.block_mut(block).insts = out;
}

/// Puts the body of `callee` in the place of a call.
fn inline(
    func: &mut Function,
    call: Inst,
    callee: &Function,
    replaced: &mut Substitution,
    out: &mut Vec<Inst>,
) {
    let Op::Call { args, .. } = func.inst(call).op.clone() else { return };
    let mut copy = Copy::from(callee);
    for (&param, &arg) in callee.params().iter().zip(&args) {
        copy.map(param, arg);
    }
    let entry = callee.block(callee.entry);
    let insts: Vec<Inst> = entry.insts.iter().map(|&inst| copy.inst(func, inst)).collect();
    let end = copy.end(entry.end.clone());

    let mut early = false;
    for &inst in &entry.insts {
        for inner in callee.inst(inst).op.blocks() {
            early |= walk::any_end(callee, inner, &|end| matches!(end, Terminator::Return(_)));
        }
    }
    if let (Terminator::Return(values), false) = (&end, early) {
        out.extend(insts);
        let results = func.inst(call).results.clone();
        replaced.replace_all(&results, values);
        return;
    }
    let body = func.new_block();
    func.block_mut(body).insts = insts;
    func.block_mut(body).end = match end {
        Terminator::Return(values) => Terminator::Yield(values),
        end => end,
    };
    for block in walk::blocks_in(func, body) {
        let end = &mut func.block_mut(block).end;
        if let Terminator::Return(values) = end {
            *end = Terminator::Break { target: body, values: std::mem::take(values) };
        }
    }
    func.inst_mut(call).op = Op::Scope { body };
    out.push(call);
}

fn drop_unreachable(module: &mut Module) {
    let kept = CallGraph::of(module).callees_first;
    let mut numbers = vec![None; module.functions.len()];
    let mut next = 0;
    for (number, new) in numbers.iter_mut().enumerate() {
        if kept.contains(&number) {
            *new = Some(FuncId(next));
            next += 1;
        }
    }
    let mut number = 0;
    module.functions.retain(|_| {
        number += 1;
        numbers[number - 1].is_some()
    });
    for func in &mut module.functions {
        for info in &mut func.insts {
            if let Op::Call { callee, .. } = &mut info.op
                && let Some(Some(new)) = numbers.get(callee.index())
            {
                *callee = *new;
            }
        }
    }
}
