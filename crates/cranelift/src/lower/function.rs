//! Control flow: blocks, branches, endless loops and the ways out of a function.

use super::branch::Edge;
use super::loops::Counter;
use super::{Body, Lowering, flat_types, register_result, results_in_memory};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self as clif, BlockArg, InstBuilder, MemFlagsData, types};
use mambo_compiler::abi::Context;
use mambo_ir::SiteKind;
use mambo_ir::function::{Block, Inst, Op, SiteId, Terminator, Unary, Value};
use mambo_ir::site::MAX_OPERAND_SLOTS;
use std::mem::offset_of;

/// A block that `break` or `continue` can name.
pub(super) struct Frame<'a> {
    /// Its body.
    body: Block,
    /// Where it ends, taking its results.
    exit: clif::Block,
    results: &'a [Value],
    /// Where its next turn starts, taking what it carries.
    next: Next,
}

impl<'a> Frame<'a> {
    pub(super) fn new(body: Block, exit: clif::Block, results: &'a [Value], next: Next) -> Self {
        Frame { body, exit, results, next }
    }

    /// The block that the body of a `for` continued at, if it did.
    pub(super) fn latch(&self) -> Option<clif::Block> {
        match self.next {
            Next::Latch(latch) => latch,
            _ => None,
        }
    }
}

#[derive(Clone, Copy)]
pub(super) enum Next {
    /// A scope has no turns.
    Never,
    /// The body of a `loop`.
    Header(clif::Block),
    /// The end of a turn of a `for`, if anything but the end of the body goes there.
    Latch(Option<clif::Block>),
}

/// Where the `yield` at the end of a block goes.
#[derive(Clone, Copy)]
pub(super) enum OnYield<'a> {
    /// To a block that takes the values as these results.
    Join(clif::Block, &'a [Value]),
    /// To the next turn of the innermost frame, which is a `loop`.
    Turn,
    /// To the bottom of a `for`.
    Bottom(Counter),
    /// Nowhere: the body of the function.
    Never,
}

impl<'a> Lowering<'a, '_> {
    /// The whole function.
    pub(super) fn function(&mut self) -> Result<(), String> {
        if self.func.recursive {
            self.check_stack()?;
        }
        self.allocate_long_arrays();
        self.block(self.func.entry, OnYield::Never);
        Ok(())
    }

    /// Panics if the stack is used up.
    fn check_stack(&mut self) -> Result<(), String> {
        let sites = &self.unit.module.sites;
        let site = sites
            .iter()
            .position(|site| site.kind == SiteKind::Recursion)
            .ok_or("the function is recursive but the module has no site for that")?;
        let pointer = self.b.ins().get_stack_pointer(types::I64);
        let limit = self.ask_context(offset_of!(Context, stack_limit));
        let deep = self.b.ins().icmp(IntCC::UnsignedLessThan, pointer, limit);
        self.panic_if(deep, SiteId(site as u32), &[]);
        Ok(())
    }

    /// A block, from where the builder is. Afterwards the builder is nowhere.
    pub(super) fn block(&mut self, block: Block, on_yield: OnYield<'a>) {
        let func = self.func;
        let info = func.block(block);
        for &inst in &info.insts {
            self.inst(inst);
            if !self.reachable {
                return;
            }
        }
        match &info.end {
            Terminator::Yield(values) => self.end_with_yield(values, on_yield),
            Terminator::Break { target, values } => {
                let (exit, args) = self.break_edge(*target, values);
                self.jump(exit, &args);
            }
            Terminator::Continue { target, values } => {
                let (next, args) = self.continue_edge(*target, values);
                self.jump(next, &args);
            }
            Terminator::Return(values) => self.return_values(values),
            Terminator::Panic { site, operands } => {
                let operands = self.operand_slots(operands);
                self.panic(*site, &operands);
            }
            Terminator::Unreachable => {
                // The verifier accepts this only below an instruction that never ends.
                self.b.ins().trap(clif::TrapCode::unwrap_user(1));
            }
        }
        self.reachable = false;
    }

    pub(super) fn inst(&mut self, inst: Inst) {
        let func = self.func;
        let info = func.inst(inst);
        let results = &info.results;
        for &result in results {
            self.defs[result.index()] = Some(inst);
        }
        match &info.op {
            Op::If { cond, otherwise, .. } if self.is_complete(*cond) => {
                self.only_arm(*otherwise, results);
            }
            Op::If { cond, then, otherwise } => self.branch(*cond, *then, *otherwise, results),
            Op::For { start, end, step, inclusive, reverse, init, body } => {
                let range = (*start, *end, *step);
                self.counted_loop(range, *inclusive, *reverse, init, *body, results);
            }
            Op::Loop { init, body } => self.endless_loop(init, *body, results),
            Op::Scope { body } => self.scope(*body, results),
            Op::Call { callee, args } => self.call(*callee, args, results),
            Op::HostCall { callee, args, site } => self.host_call(*callee, args, results, *site),
            Op::VectorLoop { .. } => self.vector_loop(inst),
            Op::CheckIndex { index, len, site } => self.check_index(*index, *len, *site),
            Op::Assert { cond, site, operands } => self.assert(*cond, *site, operands),
            Op::Table(_)
            | Op::Load { .. }
            | Op::Store { .. }
            | Op::View { .. }
            | Op::Dim { .. }
            | Op::Stride { .. }
            | Op::Alloc { .. }
            | Op::Free(_)
            | Op::StackArray { .. } => self.memory_op(inst),
            _ => {
                let value = self.scalar_op(inst);
                self.bind(results[0], value);
            }
        }
        let depth = self.variance(&info.op);
        let leftover = self.is_leftover(&info.op);
        for &result in results {
            self.depths[result.index()] = depth;
            self.leftovers[result.index()] |= leftover;
        }
    }

    /// The innermost loop that the results of an instruction can vary in.
    fn variance(&self, op: &Op) -> u32 {
        if !op.is_pure(|value| self.func.ty(value)) {
            return self.depth;
        }
        let mut depth = 0;
        op.for_each_operand(|value| depth = depth.max(self.depths[value.index()]));
        depth
    }

    /// An `if` of which one arm runs always.
    fn only_arm(&mut self, arm: Block, results: &'a [Value]) {
        let exit = self.new_block(results);
        self.block(arm, OnYield::Join(exit, results));
        self.go_on(exit, results);
    }

    fn end_with_yield(&mut self, values: &[Value], on_yield: OnYield<'a>) {
        match on_yield {
            OnYield::Join(join, results) => {
                let args = self.args(values, results);
                self.jump(join, &args);
            }
            OnYield::Turn => {
                let target = self.frames.last().map(|frame| frame.body);
                let target = target.expect("a loop has a frame");
                let (next, args) = self.continue_edge(target, values);
                self.jump(next, &args);
            }
            OnYield::Bottom(counter) => {
                let params = &self.func.block(counter.body).params[1..];
                let args = self.args(values, params);
                match self.frames.last().and_then(Frame::latch) {
                    Some(latch) => self.jump(latch, &args),
                    None => self.bottom(counter, &args),
                }
            }
            OnYield::Never => unreachable!("the body of a function does not yield"),
        }
    }

    pub(super) fn break_edge(&mut self, target: Block, values: &[Value]) -> Edge {
        let frame = self.frame(target);
        let (exit, results) = (self.frames[frame].exit, self.frames[frame].results);
        (exit, self.args(values, results))
    }

    pub(super) fn continue_edge(&mut self, target: Block, values: &[Value]) -> Edge {
        let frame = self.frame(target);
        let params = &self.func.block(target).params[..];
        match self.frames[frame].next {
            Next::Header(header) => (header, self.args(values, params)),
            Next::Latch(latch) => {
                let params = &params[1..];
                let latch = latch.unwrap_or_else(|| self.new_block(params));
                self.frames[frame].next = Next::Latch(Some(latch));
                (latch, self.args(values, params))
            }
            Next::Never => unreachable!("a scope is not continued"),
        }
    }

    fn frame(&self, body: Block) -> usize {
        self.frames
            .iter()
            .rposition(|frame| frame.body == body)
            .expect("a break names an enclosing body")
    }

    /// `values` as arguments of a block that takes values of the types of `params`.
    pub(super) fn args(&mut self, values: &[Value], params: &[Value]) -> Vec<BlockArg> {
        let mut flat = Vec::with_capacity(values.len());
        for (&value, &param) in values.iter().zip(params) {
            self.flatten(value, self.func.ty(param), &mut flat);
        }
        flat.into_iter().map(BlockArg::from).collect()
    }

    /// A block that takes values of the types of `params`.
    pub(super) fn new_block(&mut self, params: &[Value]) -> clif::Block {
        let block = self.b.create_block();
        let mut types = Vec::new();
        for &param in params {
            flat_types(self.func.ty(param), &mut types);
        }
        for ty in types {
            self.b.append_block_param(block, ty);
        }
        block
    }

    pub(super) fn jump(&mut self, target: clif::Block, args: &[BlockArg]) {
        self.entered.insert(target);
        self.b.ins().jump(target, args);
    }

    /// Goes on at a block made by [`Self::new_block`] for `results`, if anything jumps there.
    pub(super) fn go_on(&mut self, join: clif::Block, results: &[Value]) {
        self.reachable = self.entered.contains(join);
        if self.reachable {
            self.enter(join, 0, results);
        }
    }

    /// Starts a block, whose parameters after the first `skip` are `params`.
    pub(super) fn enter(&mut self, block: clif::Block, skip: usize, params: &[Value]) {
        self.b.switch_to_block(block);
        let flat = self.b.block_params(block)[skip..].to_vec();
        let mut flat = &flat[..];
        for &param in params {
            self.bind_flat(param, &mut flat);
            self.depths[param.index()] = self.depth;
        }
    }

    fn scope(&mut self, body: Block, results: &'a [Value]) {
        let exit = self.new_block(results);
        self.frames.push(Frame { body, exit, results, next: Next::Never });
        self.block(body, OnYield::Join(exit, results));
        self.frames.pop();
        self.go_on(exit, results);
    }

    fn endless_loop(&mut self, init: &[Value], body: Block, results: &'a [Value]) {
        let params = &self.func.block(body).params[..];
        let (header, exit) = (self.new_block(params), self.new_block(results));
        let args = self.args(init, params);
        self.jump(header, &args);
        self.depth += 1;
        self.frames.push(Frame { body, exit, results, next: Next::Header(header) });
        self.enter(header, 0, params);
        self.block(body, OnYield::Turn);
        self.frames.pop();
        self.depth -= 1;
        self.go_on(exit, results);
    }

    pub(super) fn append_params(&mut self, block: clif::Block, params: &[Value]) {
        let mut types = Vec::new();
        for &param in params {
            flat_types(self.func.ty(param), &mut types);
        }
        for ty in types {
            self.b.append_block_param(block, ty);
        }
    }

    fn return_values(&mut self, values: &[Value]) {
        self.free_long_arrays();
        let ok = self.b.ins().iconst(types::I32, 0);
        if self.body == Body::Inner && register_result(self.func).is_some() {
            let result = self.scalar(values[0]);
            self.b.ins().return_(&[ok, result]);
            return;
        }
        if let Some(out) = self.out {
            let mut offset = 0;
            for &value in values {
                self.store_slots(value, out, offset);
                offset += 8 * self.func.ty(value).slots() as i32;
            }
        }
        self.b.ins().return_(&[ok]);
    }

    fn check_index(&mut self, index: Value, len: Value, site: SiteId) {
        let known = |value| self.known(value).and_then(mambo_ir::Const::as_int);
        if let (Some(index), Some(len)) = (known(index), known(len))
            && index < len
        {
            return;
        }
        let operands = [self.scalar(index), self.scalar(len)];
        let outside =
            self.b.ins().icmp(IntCC::UnsignedGreaterThanOrEqual, operands[0], operands[1]);
        self.panic_if(outside, site, &operands);
    }

    fn assert(&mut self, cond: Value, site: SiteId, operands: &[Value]) {
        if self.known(cond).and_then(mambo_ir::Const::as_bool) == Some(true) {
            return;
        }
        let mut holds = true;
        let mut cond = cond;
        while let Some(Op::Unary(Unary::Not, inner)) = self.def(cond) {
            cond = *inner;
            holds = !holds;
        }
        let cond = self.scalar(cond);
        let panic = self.b.create_block();
        self.b.set_cold_block(panic);
        let on = self.b.create_block();
        if holds {
            self.b.ins().brif(cond, on, &[], panic, &[]);
        } else {
            self.b.ins().brif(cond, panic, &[], on, &[]);
        }
        self.b.switch_to_block(panic);
        let operands = self.operand_slots(operands);
        self.panic(site, &operands);
        self.b.switch_to_block(on);
    }

    /// Panics if `cond` is not 0; `operands` are slots.
    pub(super) fn panic_if(&mut self, cond: clif::Value, site: SiteId, operands: &[clif::Value]) {
        let panic = self.b.create_block();
        self.b.set_cold_block(panic);
        let on = self.b.create_block();
        self.b.ins().brif(cond, panic, &[], on, &[]);
        self.b.switch_to_block(panic);
        self.panic(site, operands);
        self.b.switch_to_block(on);
    }

    fn operand_slots(&mut self, operands: &[Value]) -> Vec<clif::Value> {
        let mut slots = Vec::with_capacity(operands.len());
        for &operand in operands {
            let dtype = self.func.dtype(operand);
            let slot = self.slot(operand, dtype);
            self.push_halves(slot, dtype, &mut slots);
        }
        slots
    }

    /// Writes the operands of a panic and leaves.
    fn panic(&mut self, site: SiteId, operands: &[clif::Value]) {
        let first = offset_of!(Context, operands) as i32;
        for (i, &operand) in operands.iter().take(MAX_OPERAND_SLOTS).enumerate() {
            let offset = first + 8 * i as i32;
            self.b.ins().store(MemFlagsData::trusted(), operand, self.context, offset);
        }
        let written = operands.len().min(MAX_OPERAND_SLOTS) as i64;
        let written = self.b.ins().iconst(types::I64, written);
        let offset = offset_of!(Context, written) as i32;
        self.b.ins().store(MemFlagsData::trusted(), written, self.context, offset);
        let status = self.b.ins().iconst(types::I32, i64::from(site.0) + 1);
        let fail = self.fail();
        self.b.ins().jump(fail, &[BlockArg::from(status)]);
    }

    /// Leaves with `status` unless it is 0.
    pub(super) fn propagate(&mut self, status: clif::Value) {
        let fail = self.fail();
        let on = self.b.create_block();
        self.b.ins().brif(status, fail, &[BlockArg::from(status)], on, &[]);
        self.b.switch_to_block(on);
    }

    fn fail(&mut self) -> clif::Block {
        match self.fail {
            Some(fail) => fail,
            None => {
                let fail = self.b.create_block();
                self.b.set_cold_block(fail);
                self.b.append_block_param(fail, types::I32);
                self.fail = Some(fail);
                fail
            }
        }
    }

    pub(super) fn finish_fail(&mut self) {
        let Some(fail) = self.fail else { return };
        self.b.switch_to_block(fail);
        let status = self.b.block_params(fail)[0];
        let mut values = vec![status];
        if let Some(dtype) = register_result(self.func)
            && self.body == Body::Inner
        {
            values.push(self.zero(dtype));
        }
        self.b.ins().return_(&values);
    }

    /// The wrapper that calls the function with the arguments of the host.
    pub(super) fn call_entry(&mut self) {
        let func = self.func;
        let out = self.out.expect("an entry has room for results");
        let mut args = vec![self.context];
        if results_in_memory(func) {
            args.push(out);
        }
        for &param in func.params() {
            self.flatten(param, func.ty(param), &mut args);
        }
        let callee = self.callee(self.unit.ids[0]);
        let call = self.b.ins().call(callee, &args);
        let returned = self.b.inst_results(call).to_vec();
        self.propagate(returned[0]);
        if let Some(dtype) = register_result(func) {
            let slot = self.widen(returned[1], dtype);
            self.b.ins().store(MemFlagsData::trusted(), slot, out, 0);
        }
        let ok = self.b.ins().iconst(types::I32, 0);
        self.b.ins().return_(&[ok]);
    }
}
