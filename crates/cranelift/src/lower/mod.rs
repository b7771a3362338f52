//! One function of the typed form to one function of Cranelift's form.
//!
//! A scalar is one value; a view is its address, its lengths and, if its layout is not
//! contiguous, its strides: those of contiguous arrays follow from the lengths.
//!
//! A function takes the context, then (if it has results that do not fit a register) an
//! address for them, then its parameters. It returns a status, and its result if that is one
//! scalar.

mod branch;
mod call;
mod function;
mod int128;
mod lanes;
mod loops;
mod memory;
mod regions;
mod scalar;
mod vector;

use crate::isa::Machine;
use cranelift_codegen::entity::EntitySet;
use cranelift_codegen::ir::{
    self as clif, AbiParam, AliasRegion, InstBuilder, MemFlagsData, Signature, types,
};
use cranelift_codegen::isa::CallConv;
use cranelift_frontend::FunctionBuilder;
use cranelift_jit::JITModule;
use cranelift_module::Module as _;
use function::Frame;
pub(crate) use lanes::shape as lanes_shape;
use loops::Copied;
use mambo_compiler::backend::takes_registers;
use mambo_ir::function::{Function, Inst, Op, Value, ValueType};
use mambo_ir::signature::MAX_RANK;
use mambo_ir::vector::VectorLoop;
use mambo_ir::{Const, Dtype, Layout, Module};
use rustc_hash::FxHashMap;
use std::cell::Cell;
use std::fmt;

/// What the functions of a module share.
pub(crate) struct Unit<'a> {
    pub(crate) module: &'a Module,
    pub(crate) machine: &'a Machine,
    /// The inner functions by [`mambo_ir::function::FuncId`].
    pub(crate) ids: &'a [cranelift_module::FuncId],
    /// How vector loops are run, by function and instruction: those that are not here do none
    /// of their turns.
    pub(crate) runs: &'a Runs,
    /// Whether the code made so far reads the context.
    pub(crate) asks_context: Cell<bool>,
}

/// See [`Unit::runs`].
pub(crate) type Runs = FxHashMap<(usize, Inst), Run>;

/// How a vector loop is run.
#[derive(Clone, Copy)]
pub(crate) enum Run {
    /// By a leaf that another code generator made.
    Leaf(cranelift_module::FuncId),
    /// In line, in registers of 128 bits.
    Lanes,
}

/// What is made of a function.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Body {
    /// Its code, called from inside the module.
    Inner,
    /// Its code, called by the host.
    Entry,
    /// A call of its code, called by the host.
    Wrapper,
}

impl fmt::Display for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Body::Inner => "called from inside",
            Body::Entry => "entry",
            Body::Wrapper => "entry, calls the function",
        })
    }
}

/// The signature of [`mambo_compiler::abi::Entry`].
pub(crate) fn entry_signature(jit: &JITModule) -> Signature {
    let mut signature = jit.make_signature();
    signature.params = vec![AbiParam::new(types::I64); 3];
    signature.returns = vec![AbiParam::new(types::I32)];
    signature
}

/// The signature of the leaf of a vector loop, as [`mambo_compiler::backend::LoopCode`] says.
pub(crate) fn leaf_signature(plan: &VectorLoop) -> Signature {
    let mut params = vec![types::I64];
    if takes_registers(plan) {
        params.extend(plan.carried().next().map(|_| types::I64));
        params.extend(plan.inputs.iter().map(|input| match input.as_scalar() {
            Some(dtype) if dtype.is_float() => clif_type(dtype),
            _ => types::I64,
        }));
    }
    let mut signature = Signature::new(CallConv::SystemV);
    signature.params = params.into_iter().map(AbiParam::new).collect();
    signature.returns = vec![AbiParam::new(types::I64)];
    signature
}

/// The signature for calls from inside.
pub(crate) fn inner_signature(function: &Function) -> Signature {
    let mut signature = Signature::new(CallConv::Fast);
    let mut params = vec![types::I64];
    if results_in_memory(function) {
        params.push(types::I64);
    }
    for &param in function.params() {
        flat_types(function.ty(param), &mut params);
    }
    signature.params = params.into_iter().map(AbiParam::new).collect();
    signature.returns.push(AbiParam::new(types::I32));
    if let Some(dtype) = register_result(function) {
        signature.returns.push(AbiParam::new(clif_type(dtype)));
    }
    signature
}

/// The one scalar a function returns, if that is its whole result.
fn register_result(function: &Function) -> Option<Dtype> {
    match function.results[..] {
        [ValueType::Scalar(dtype)] if !dtype.is_int128() => Some(dtype),
        _ => None,
    }
}

fn results_in_memory(function: &Function) -> bool {
    !function.results.is_empty() && register_result(function).is_none()
}

/// The Cranelift type of a scalar.
fn clif_type(dtype: Dtype) -> clif::Type {
    match dtype {
        Dtype::F32 => types::F32,
        Dtype::F64 => types::F64,
        _ => match dtype.size() {
            1 => types::I8,
            2 => types::I16,
            4 => types::I32,
            16 => types::I128,
            _ => types::I64,
        },
    }
}

/// Appends the types of the values that stand for one of type `ty`.
fn flat_types(ty: ValueType, types: &mut Vec<clif::Type>) {
    match ty {
        ValueType::Scalar(dtype) if dtype.is_int128() => types.extend([types::I64; 2]),
        ValueType::Scalar(dtype) => types.push(clif_type(dtype)),
        ValueType::View(view) => {
            let axes = if view.layout == Layout::Strided { 2 } else { 1 };
            types.resize(types.len() + 1 + axes * view.rank as usize, types::I64);
        }
    }
}

/// A view as Cranelift values. A stride that is known to be 1 is `None`.
#[derive(Clone, Copy)]
struct Parts {
    base: clif::Value,
    dims: [clif::Value; MAX_RANK],
    strides: [Option<clif::Value>; MAX_RANK],
    /// Memory that no view of another region overlaps.
    region: AliasRegion,
}

#[derive(Clone, Copy)]
enum Binding {
    Scalar(clif::Value),
    /// Index into `Lowering::views`.
    View(u32),
}

/// The state of the lowering of one function.
struct Lowering<'a, 'b> {
    jit: &'a mut JITModule,
    unit: &'a Unit<'a>,
    func: &'a Function,
    /// Its number in the module.
    index: usize,
    body: Body,
    b: FunctionBuilder<'b>,
    context: clif::Value,
    /// Where the results go, if they go to memory.
    out: Option<clif::Value>,
    bindings: Vec<Option<Binding>>,
    views: Vec<Parts>,
    /// The class of each view, and the regions of those met so far.
    classes: Vec<u32>,
    regions: FxHashMap<u32, AliasRegion>,
    /// The instruction that defined each value, if one did.
    defs: Vec<Option<Inst>>,
    /// The innermost loop each value varies in, counted from outside; 0 is none.
    depths: Vec<u32>,
    depth: u32,
    frames: Vec<Frame<'a>>,
    /// Values that follow from how far a vector loop came: loops over them have few turns.
    leftovers: Vec<bool>,
    /// The turns done by vector loops that always do as many as they can.
    complete: Vec<Value>,
    /// The copy of an unrolled body that is being lowered.
    copied: Option<Copied>,
    /// The blocks that something jumps to.
    entered: EntitySet<clif::Block>,
    reachable: bool,
    /// Returns the status it is given.
    fail: Option<clif::Block>,
    /// Arrays of fixed length that are too long for the stack.
    long_arrays: FxHashMap<Inst, clif::Value>,
    callees: FxHashMap<cranelift_module::FuncId, clif::FuncRef>,
    /// Whether an integer is used in more bits than it has.
    widens: Vec<bool>,
    /// Such integers in 64 bits, where a load has widened them with their sign or without one.
    widened: FxHashMap<(clif::Value, bool), clif::Value>,
    /// Vectors that hold a scalar in every lane, by that scalar.
    splats: FxHashMap<clif::Value, clif::Value>,
}

/// Lowers function number `index` of the module into `builder`.
pub(crate) fn lower<'a, 'b>(
    jit: &'a mut JITModule,
    unit: &'a Unit<'a>,
    index: usize,
    body: Body,
    mut builder: FunctionBuilder<'b>,
) -> Result<(), String> {
    let func = &unit.module.functions[index];
    let entry = builder.create_block();
    builder.append_block_params_for_function_params(entry);
    builder.switch_to_block(entry);
    let params = builder.block_params(entry).to_vec();
    let config = jit.target_config();
    let mut lowering = Lowering {
        jit,
        unit,
        func,
        index,
        body,
        b: builder,
        context: params[0],
        out: None,
        bindings: vec![None; func.values.len()],
        views: Vec::new(),
        classes: regions::classes(func),
        regions: FxHashMap::default(),
        defs: vec![None; func.values.len()],
        depths: vec![0; func.values.len()],
        depth: 0,
        frames: Vec::new(),
        leftovers: vec![false; func.values.len()],
        complete: Vec::new(),
        copied: None,
        entered: EntitySet::new(),
        reachable: true,
        fail: None,
        long_arrays: FxHashMap::default(),
        callees: FxHashMap::default(),
        widens: widened_values(func),
        widened: FxHashMap::default(),
        splats: FxHashMap::default(),
    };
    lowering.bind_params(&params);
    if body == Body::Wrapper {
        lowering.call_entry();
    } else {
        lowering.function()?;
    }
    lowering.finish_fail();
    let mut builder = lowering.b;
    builder.seal_all_blocks();
    builder.finalize(config);
    Ok(())
}

/// Whether each value is an integer that is used in more bits than it has.
fn widened_values(func: &Function) -> Vec<bool> {
    let mut widens = vec![false; func.values.len()];
    for info in &func.insts {
        if let (&Op::Cast(from), &[to]) = (&info.op, &info.results[..]) {
            let (to, own) = (func.dtype(to), func.dtype(from));
            widens[from.index()] |=
                own.is_int() && !to.is_int128() && (to.is_float() || to.size() > own.size());
        }
    }
    let narrow = |value: usize| func.values[value].ty.as_scalar().is_some_and(|ty| ty.size() < 8);
    (0..widens.len()).for_each(|value| widens[value] &= narrow(value));
    widens
}

impl<'a> Lowering<'a, '_> {
    fn bind_params(&mut self, params: &[clif::Value]) {
        let func = self.func;
        if self.body == Body::Inner {
            let mut rest = &params[1..];
            if results_in_memory(func) {
                self.out = Some(rest[0]);
                rest = &rest[1..];
            }
            for &param in func.params() {
                self.bind_flat(param, &mut rest);
            }
        } else {
            let (slots, results) = (params[1], params[2]);
            self.out = Some(results);
            let mut offset = 0;
            for &param in func.params() {
                self.bind_slots(param, slots, offset);
                offset += 8 * func.ty(param).slots() as i32;
            }
        }
    }

    /// The region of the memory of a view.
    fn region(&mut self, view: Value) -> AliasRegion {
        let class = self.classes[view.index()];
        if let Some(&region) = self.regions.get(&class) {
            return region;
        }
        let data = clif::AliasRegionData { user_id: class, description: "root".into() };
        let region = self.b.func.dfg.alias_regions.insert(data);
        self.regions.insert(class, region);
        region
    }

    /// Binds a value to Cranelift values in the order of [`flat_types`], taken from `flat`.
    fn bind_flat(&mut self, value: Value, flat: &mut &[clif::Value]) {
        let mut take = |n: usize| {
            let (taken, rest) = flat.split_at(n);
            *flat = rest;
            taken
        };
        match self.func.ty(value) {
            ValueType::Scalar(dtype) if dtype.is_int128() => {
                let halves = take(2);
                let scalar = self.b.ins().iconcat(halves[0], halves[1]);
                self.bind(value, scalar);
            }
            ValueType::Scalar(_) => {
                let scalar = take(1)[0];
                self.bind(value, scalar);
            }
            ValueType::View(ty) => {
                let rank = ty.rank as usize;
                let base = take(1)[0];
                let dims = take(rank);
                let strides = if ty.layout == Layout::Strided { take(rank) } else { &[] };
                self.bind_view(value, base, dims, strides);
            }
        }
    }

    /// Binds a value to what the slots at `address` hold.
    fn bind_slots(&mut self, value: Value, address: clif::Value, offset: i32) {
        let flags = MemFlagsData::trusted();
        match self.func.ty(value) {
            ValueType::Scalar(dtype) => {
                let scalar = self.b.ins().load(clif_type(dtype), flags, address, offset);
                self.bind(value, scalar);
            }
            ValueType::View(ty) => {
                let rank = ty.rank as usize;
                let slots = if ty.layout == Layout::Strided { 1 + 2 * rank } else { 1 + rank };
                let parts: Vec<_> = (0..slots)
                    .map(|i| self.b.ins().load(types::I64, flags, address, offset + 8 * i as i32))
                    .collect();
                let (dims, strides) = parts[1..].split_at(rank);
                self.bind_view(value, parts[0], dims, strides);
            }
        }
    }

    fn bind(&mut self, value: Value, scalar: clif::Value) {
        self.bindings[value.index()] = Some(Binding::Scalar(scalar));
    }

    /// Binds a view. `strides` are ignored for contiguous layouts.
    fn bind_view(
        &mut self,
        value: Value,
        base: clif::Value,
        dims: &[clif::Value],
        strides: &[clif::Value],
    ) {
        let region = self.region(value);
        let layout = self.func.view_type(value).layout;
        let mut parts = Parts { base, dims: [base; MAX_RANK], strides: [None; MAX_RANK], region };
        parts.dims[..dims.len()].copy_from_slice(dims);
        let mut contiguous = |this: &mut Self, axes: &mut dyn Iterator<Item = usize>| {
            let mut stride = None;
            for axis in axes {
                parts.strides[axis] = stride;
                stride = Some(match stride {
                    None => dims[axis],
                    Some(stride) => this.b.ins().imul(stride, dims[axis]),
                });
            }
        };
        match layout {
            Layout::C => contiguous(self, &mut (0..dims.len()).rev()),
            Layout::F => contiguous(self, &mut (0..dims.len())),
            Layout::Strided => {
                for (axis, &stride) in strides.iter().enumerate() {
                    parts.strides[axis] = Some(stride);
                }
            }
        }
        self.bindings[value.index()] = Some(Binding::View(self.views.len() as u32));
        self.views.push(parts);
    }

    fn scalar(&self, value: Value) -> clif::Value {
        match self.bindings[value.index()] {
            Some(Binding::Scalar(scalar)) => scalar,
            _ => panic!("{value} is used as a scalar but is not bound to one"),
        }
    }

    fn scalars(&self, values: &[Value]) -> Vec<clif::Value> {
        values.iter().map(|&value| self.scalar(value)).collect()
    }

    fn parts(&self, value: Value) -> &Parts {
        match self.bindings[value.index()] {
            Some(Binding::View(index)) => &self.views[index as usize],
            _ => panic!("{value} is used as a view but is not bound to one"),
        }
    }

    /// The stride of an axis as a value.
    fn stride(&mut self, view: Value, axis: usize) -> clif::Value {
        match self.parts(view).strides[axis] {
            Some(stride) => stride,
            None => self.b.ins().iconst(types::I64, 1),
        }
    }

    /// Appends what stands for `value` where one of type `ty` is expected.
    fn flatten(&mut self, value: Value, ty: ValueType, flat: &mut Vec<clif::Value>) {
        let ty = match ty {
            ValueType::View(ty) => ty,
            ValueType::Scalar(dtype) => {
                let scalar = self.scalar(value);
                self.push_halves(scalar, dtype, flat);
                return;
            }
        };
        let parts = *self.parts(value);
        let rank = ty.rank as usize;
        flat.push(parts.base);
        flat.extend_from_slice(&parts.dims[..rank]);
        if ty.layout == Layout::Strided {
            for axis in 0..rank {
                let stride = self.stride(value, axis);
                flat.push(stride);
            }
        }
    }

    /// Appends a scalar, in two halves if it is of 128 bits.
    fn push_halves(&mut self, scalar: clif::Value, dtype: Dtype, flat: &mut Vec<clif::Value>) {
        if dtype.is_int128() {
            let (low, high) = self.b.ins().isplit(scalar);
            flat.extend([low, high]);
        } else {
            flat.push(scalar);
        }
    }

    /// Writes `value` to the slots at `address`, as [`mambo_compiler::abi`] says.
    fn store_slots(&mut self, value: Value, address: clif::Value, offset: i32) {
        let flags = MemFlagsData::trusted();
        match self.func.ty(value) {
            ValueType::Scalar(dtype) => {
                let slot = self.slot(value, dtype);
                self.b.ins().store(flags, slot, address, offset);
            }
            ValueType::View(ty) => {
                let rank = ty.rank as usize;
                let parts = *self.parts(value);
                self.b.ins().store(flags, parts.base, address, offset);
                for axis in 0..rank {
                    let at = |slot: usize| offset + 8 * slot as i32;
                    self.b.ins().store(flags, parts.dims[axis], address, at(1 + axis));
                    let stride = self.stride(value, axis);
                    self.b.ins().store(flags, stride, address, at(1 + rank + axis));
                }
            }
        }
    }

    /// A scalar as the bits of its slot, or of its two.
    fn slot(&mut self, value: Value, dtype: Dtype) -> clif::Value {
        let scalar = self.scalar(value);
        match dtype {
            Dtype::F64 => scalar,
            Dtype::F32 => {
                let bits = self.b.ins().bitcast(types::I32, MemFlagsData::new(), scalar);
                self.b.ins().uextend(types::I64, bits)
            }
            _ if dtype.size() >= 8 => scalar,
            _ => self.b.ins().uextend(types::I64, scalar),
        }
    }

    /// The instruction that defined `value`.
    fn def(&self, value: Value) -> Option<&'a Op> {
        self.defs[value.index()].map(|inst| &self.func.inst(inst).op)
    }

    /// The constant that `value` is.
    fn known(&self, value: Value) -> Option<Const> {
        match self.def(value) {
            Some(Op::Const(constant)) => Some(*constant),
            _ => None,
        }
    }
}
