//! Calls: of functions of the module, of host functions, of the context's allocator and of
//! the standard library's mathematics.

use super::{Lowering, clif_type, results_in_memory};
use crate::math;
use cranelift_codegen::ir::{
    self as clif, AbiParam, InstBuilder, MemFlagsData, Signature, StackSlotData, StackSlotKind,
    types,
};
use cranelift_module::{Linkage, Module as _};
use mambo_ir::Dtype;
use mambo_ir::function::{FuncId, HostId, SiteId, Value};

impl Lowering<'_, '_> {
    /// The function `id` of the JIT, as this function refers to it.
    pub(super) fn callee(&mut self, id: cranelift_module::FuncId) -> clif::FuncRef {
        let (jit, func) = (&mut *self.jit, &mut *self.b.func);
        *self.callees.entry(id).or_insert_with(|| jit.declare_func_in_func(id, func))
    }

    /// Room for `slots` 64-bit slots on the stack.
    pub(super) fn stack_slots(&mut self, slots: usize) -> clif::Value {
        let size = 8 * slots.max(1) as u32;
        let data = StackSlotData::new(StackSlotKind::ExplicitSlot, size, 3);
        let slot = self.b.create_sized_stack_slot(data);
        self.b.ins().stack_addr(types::I64, slot, 0)
    }

    pub(super) fn call(&mut self, callee: FuncId, args: &[Value], results: &[Value]) {
        let target = &self.unit.module.functions[callee.index()];
        let out = results_in_memory(target).then(|| {
            let slots = target.results.iter().map(|ty| ty.slots()).sum();
            self.stack_slots(slots)
        });
        let mut flat = vec![self.context];
        flat.extend(out);
        for (&arg, &param) in args.iter().zip(target.params()) {
            self.flatten(arg, target.ty(param), &mut flat);
        }
        let callee = self.callee(self.unit.ids[callee.index()]);
        let call = self.b.ins().call(callee, &flat);
        let returned = self.b.inst_results(call).to_vec();
        self.propagate(returned[0]);
        match out {
            Some(out) => self.bind_results(results, out),
            None => {
                for (&result, &value) in results.iter().zip(&returned[1..]) {
                    self.bind(result, value);
                }
            }
        }
    }

    fn bind_results(&mut self, results: &[Value], address: clif::Value) {
        let mut offset = 0;
        for &result in results {
            self.bind_slots(result, address, offset);
            offset += 8 * self.func.ty(result).slots() as i32;
        }
    }

    pub(super) fn host_call(
        &mut self,
        callee: HostId,
        args: &[Value],
        results: &[Value],
        site: SiteId,
    ) {
        let host = &self.unit.module.hosts[callee.index()];
        let arg_slots = args.iter().map(|&arg| self.func.ty(arg).slots()).sum();
        let slots = self.stack_slots(arg_slots);
        let mut offset = 0;
        for &arg in args {
            self.store_slots(arg, slots, offset);
            offset += 8 * self.func.ty(arg).slots() as i32;
        }
        let out = self.stack_slots(host.results.iter().map(|ty| ty.slots()).sum());
        let env = self.b.ins().iconst(types::I64, host.env as i64);
        let trampoline = self.b.ins().iconst(types::I64, host.trampoline as i64);
        let signature = self.signature(&[types::I64; 3], Some(types::I32));
        let signature = self.b.import_signature(signature);
        let call = self.b.ins().call_indirect(signature, trampoline, &[env, slots, out]);
        let status = self.b.inst_results(call)[0];
        self.panic_if(status, site, &[]);
        self.bind_results(results, out);
    }

    /// A signature in the calling convention of the host.
    pub(super) fn signature(&self, params: &[clif::Type], result: Option<clif::Type>) -> Signature {
        let mut signature = self.jit.make_signature();
        signature.params = params.iter().map(|&ty| AbiParam::new(ty)).collect();
        signature.returns = result.into_iter().map(AbiParam::new).collect();
        signature
    }

    /// What the context holds at `offset`.
    pub(super) fn ask_context(&mut self, offset: usize) -> clif::Value {
        self.unit.asks_context.set(true);
        let flags = MemFlagsData::trusted();
        self.b.ins().load(types::I64, flags, self.context, offset as i32)
    }

    /// Calls a function that the context holds at `offset`.
    pub(super) fn call_context(
        &mut self,
        offset: usize,
        args: &[clif::Value],
        params: &[clif::Type],
        result: Option<clif::Type>,
    ) -> Option<clif::Value> {
        let address = self.ask_context(offset);
        let signature = self.signature(params, result);
        let signature = self.b.import_signature(signature);
        let call = self.b.ins().call_indirect(signature, address, args);
        self.b.inst_results(call).first().copied()
    }

    /// Calls a function of [`math`] that works on values of `dtype`.
    pub(super) fn call_math(
        &mut self,
        dtype: Dtype,
        function: &str,
        args: &[clif::Value],
    ) -> clif::Value {
        let params: Vec<_> = args.iter().map(|&arg| self.b.func.dfg.value_type(arg)).collect();
        let signature = self.signature(&params, Some(clif_type(dtype)));
        let id = self
            .jit
            .declare_function(&math::symbol(dtype, function), Linkage::Import, &signature)
            .expect("a function of the standard library has one signature");
        let callee = self.callee(id);
        let call = self.b.ins().call(callee, args);
        self.b.inst_results(call)[0]
    }
}
