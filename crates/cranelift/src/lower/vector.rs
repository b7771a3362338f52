//! Vector loops: a call of the leaf that another code generator made for the loop, or the loop
//! in line ([`super::lanes`]), or nothing.
//!
//! How a leaf takes its arguments is said at [`mambo_compiler::backend::LoopCode`].
//! A loop that is not run does none of its turns, which leaves them to the plain loop behind it.

use super::{Lowering, Run};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    self as clif, BlockArg, InstBuilder, MemFlagsData, StackSlotData, StackSlotKind, types,
};
use cranelift_module::Module as _;
use mambo_compiler::backend::takes_registers;
use mambo_ir::function::{Binary, Compare, Inst, Op, Terminator, Value};
use mambo_ir::vector::{Step, VectorLoop};

/// Fewer turns are done by the plain loop, for which this would be a detour.
const FEWEST_TURNS: i64 = 8;

impl Lowering<'_, '_> {
    pub(super) fn vector_loop(&mut self, inst: Inst) {
        let func = self.func;
        let info = func.inst(inst);
        let Op::VectorLoop { count, args, init, plan } = &info.op else { return };
        let none = self.b.ins().iconst(types::I64, 0);
        let init_values = self.scalars(init);
        let Some(&run) = self.unit.runs.get(&(self.index, inst)) else {
            self.bind_loop_results(&info.results, none, &init_values);
            return;
        };
        self.leftovers[info.results[0].index()] = true;
        // Leaves give up before the first turn where lanes are too far apart.
        let far = plan.accesses.iter().any(|access| matches!(access.step, Step::Input(_)));
        let far = far && matches!(run, Run::Leaf(_));
        if !plan.is_checked() && !far {
            self.complete.push(info.results[0]);
        }
        let count = self.scalar(*count);
        let on = self.b.create_block();
        let join = self.b.create_block();
        self.b.append_block_param(join, types::I64);
        for &value in &init_values {
            let ty = self.b.func.dfg.value_type(value);
            self.b.append_block_param(join, ty);
        }
        let enough =
            self.b.ins().icmp_imm_u(IntCC::UnsignedGreaterThanOrEqual, count, FEWEST_TURNS);
        let skip: Vec<BlockArg> =
            [none].iter().chain(&init_values).map(|&value| BlockArg::from(value)).collect();
        self.b.ins().brif(enough, on, &[], join, &skip);
        self.b.switch_to_block(on);
        let done = match run {
            Run::Leaf(leaf) => self.call_leaf(leaf, plan, count, args, init),
            Run::Lanes => self.lanes(plan, count, args, init),
        };
        self.b.ins().jump(join, &done);
        self.b.switch_to_block(join);
        let results = self.b.block_params(join).to_vec();
        self.bind_loop_results(&info.results, results[0], &results[1..]);
    }

    /// Whether an instruction computes with how far a vector loop came.
    pub(super) fn is_leftover(&self, op: &Op) -> bool {
        let func = self.func;
        let mut found = false;
        if op.is_pure(|value| func.ty(value)) {
            op.for_each_operand(|value| found |= self.leftovers[value.index()]);
        }
        for block in op.blocks() {
            if let Terminator::Yield(values) = &func.block(block).end {
                found |= values.first().is_some_and(|first| self.leftovers[first.index()]);
            }
        }
        found
    }

    /// Whether a condition asks if a vector loop did less than it could, of one that never does.
    pub(super) fn is_complete(&self, cond: Value) -> bool {
        let Some(Op::Binary(Binary::And, less, _)) = self.def(cond) else { return false };
        match self.def(*less) {
            Some(Op::Compare(Compare::Lt, done, _)) => self.complete.contains(done),
            Some(Op::Compare(Compare::Gt, _, done)) => self.complete.contains(done),
            _ => false,
        }
    }

    fn bind_loop_results(&mut self, results: &[Value], done: clif::Value, carried: &[clif::Value]) {
        self.bind(results[0], done);
        for (&result, &value) in results[1..].iter().zip(carried) {
            self.bind(result, value);
        }
    }

    /// Calls the leaf: how many turns it did, then what it carries.
    fn call_leaf(
        &mut self,
        leaf: cranelift_module::FuncId,
        plan: &VectorLoop,
        count: clif::Value,
        args: &[Value],
        init: &[Value],
    ) -> Vec<BlockArg> {
        let callee = self.leaf(leaf);
        if takes_registers(plan) {
            let init: Vec<clif::Value> =
                init.iter().map(|&value| self.slot(value, self.func.dtype(value))).collect();
            let block = (!init.is_empty()).then(|| self.slots(&init));
            let mut flat: Vec<clif::Value> = block.into_iter().chain([count]).collect();
            for &arg in args {
                flat.push(match self.func.ty(arg).as_scalar() {
                    Some(dtype) if dtype.is_float() => self.scalar(arg),
                    _ => self.leaf_slot(arg),
                });
            }
            return self.leaf_results(callee, &flat, plan, block, 0);
        }
        let mut slots = vec![count];
        slots.extend(args.iter().chain(init).map(|&value| self.leaf_slot(value)));
        let block = self.slots(&slots);
        self.leaf_results(callee, &[block], plan, Some(block), 1 + args.len())
    }

    /// A value as 64 bits.
    fn leaf_slot(&mut self, value: Value) -> clif::Value {
        match self.func.ty(value).as_scalar() {
            Some(dtype) => self.slot(value, dtype),
            None => self.parts(value).base,
        }
    }

    /// The address of a block on the stack with these slots.
    fn slots(&mut self, slots: &[clif::Value]) -> clif::Value {
        let size = StackSlotData::new(StackSlotKind::ExplicitSlot, 8 * slots.len() as u32, 3);
        let block = self.b.create_sized_stack_slot(size);
        for (at, &slot) in slots.iter().enumerate() {
            self.b.ins().stack_store(types::I64, slot, block, 8 * at as i32);
        }
        self.b.ins().stack_addr(types::I64, block, 0)
    }

    /// Calls a leaf; what it carries begins at a slot of `block`.
    fn leaf_results(
        &mut self,
        callee: clif::FuncRef,
        args: &[clif::Value],
        plan: &VectorLoop,
        block: Option<clif::Value>,
        first: usize,
    ) -> Vec<BlockArg> {
        let call = self.b.ins().call(callee, args);
        let mut results = vec![BlockArg::from(self.b.inst_results(call)[0])];
        for (at, dtype) in plan.carried().enumerate() {
            let Some(block) = block else { break };
            let ty = super::clif_type(dtype);
            let offset = 8 * (first + at) as i32;
            let loaded = self.b.ins().load(ty, MemFlagsData::trusted(), block, offset);
            results.push(BlockArg::from(loaded));
        }
        results
    }

    fn leaf(&mut self, leaf: cranelift_module::FuncId) -> clif::FuncRef {
        if let Some(&callee) = self.callees.get(&leaf) {
            return callee;
        }
        let callee = self.jit.declare_func_in_func(leaf, self.b.func);
        self.callees.insert(leaf, callee);
        callee
    }
}
