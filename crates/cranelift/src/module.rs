//! One module of the typed form to one piece of executable memory.
//!
//! Every function becomes a function of its own; the entry takes its arguments from slots
//! ([`mambo_compiler::abi::Entry`]). If the entry function is also called from inside, it is
//! compiled for calls from inside, and the entry is a wrapper around it.

use crate::artifact::CodeMemory;
use crate::define::{define, isa_for};
use crate::isa::Machine;
use crate::lower::{self, Body, Run, Runs, Unit};
use crate::math;
use cranelift_codegen::Context;
use cranelift_codegen::ir::UserFuncName;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use cranelift_jit::{JITBuilder, JITModule};
use cranelift_module::{Linkage, Module as _, ModuleError};
use mambo_compiler::abi::Entry;
use mambo_compiler::backend::{LoopBackend, LoopCode, LoopOutcome};
use mambo_ir::Module;
use mambo_ir::function::{FuncId, Op};
use mambo_ir::vector::VectorLoop;
use std::cell::Cell;
use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Executable code and where it begins.
pub(crate) struct Code {
    pub(crate) entry: Entry,
    pub(crate) size: usize,
    pub(crate) loops: Vec<LoopOutcome>,
    pub(crate) asks_context: bool,
    pub(crate) memory: CodeMemory,
}

/// Who runs the turns of vector loops, before the plain loops behind them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Loops {
    /// Leaves from another code generator.
    pub(crate) leaves: Option<&'static dyn LoopBackend>,
    /// Where there are none, this one, in registers of 128 bits.
    pub(crate) lanes: bool,
}

/// Why a module could not be compiled.
pub(crate) struct Failure {
    /// The function that failed.
    pub(crate) function: String,
    /// What went wrong.
    pub(crate) reason: String,
}

thread_local! {
    static CONTEXTS: Cell<Option<(Context, FunctionBuilderContext)>> = const { Cell::new(None) };
}

/// Compiles a module; with `listing`, writes its machine code as text too.
pub(crate) fn compile_module(
    machine: &Machine,
    module: &Module,
    loops: Loops,
    mut listing: Option<&mut String>,
) -> Result<Code, Failure> {
    let mut builder =
        JITBuilder::with_isa(machine.isa.clone(), cranelift_module::default_libcall_names());
    builder.symbol_lookup_fn(Box::new(math::address));
    let mut memory = CodeMemory::new(JITModule::new(builder));
    let jit = memory.jit();

    let mut outcomes = Vec::new();
    let entry_called = module.functions.iter().any(|function| {
        function.insts.iter().any(|inst| matches!(inst.op, Op::Call { callee: FuncId(0), .. }))
    });
    let failure = |index: usize, reason: String| Failure {
        function: module.functions[index].name.clone(),
        reason,
    };
    let mut ids = Vec::with_capacity(module.functions.len());
    for (index, function) in module.functions.iter().enumerate() {
        let signature = if index == 0 && !entry_called {
            lower::entry_signature(jit)
        } else {
            lower::inner_signature(function)
        };
        let name = format!("{}.{index}", function.name);
        let id = jit
            .declare_function(&name, Linkage::Local, &signature)
            .map_err(|error| failure(index, error.to_string()))?;
        ids.push(id);
    }
    let mut bodies: Vec<_> = (0..module.functions.len())
        .map(|index| match index {
            0 if !entry_called => (index, ids[index], Body::Entry),
            _ => (index, ids[index], Body::Inner),
        })
        .collect();
    if entry_called {
        let signature = lower::entry_signature(jit);
        let id = jit
            .declare_anonymous_function(&signature)
            .map_err(|error| failure(0, error.to_string()))?;
        bodies.push((0, id, Body::Wrapper));
    }

    let runs = runs(jit, module, loops, listing.as_deref_mut(), &mut outcomes)?;
    let unit = Unit { module, machine, ids: &ids, runs: &runs, asks_context: Cell::new(false) };
    // Their memory is used again: fresh memory costs more than compilation in it.
    let (mut context, mut builder_context) =
        CONTEXTS.take().unwrap_or_else(|| (Context::new(), FunctionBuilderContext::new()));
    jit.clear_context(&mut context);
    let mut entry = None;
    let mut size = 0;
    for (index, id, body) in bodies {
        let signature = jit.declarations().get_function_decl(id).signature.clone();
        context.func.signature = signature;
        context.func.name = UserFuncName::user(0, id.as_u32());
        context.set_disasm(listing.is_some());
        let builder = FunctionBuilder::new(&mut context.func, &mut builder_context);
        lower::lower(jit, &unit, index, body, builder).map_err(|reason| failure(index, reason))?;
        let isa = isa_for(machine, &module.functions[index], index, &runs);
        define(jit, isa, id, &mut context).map_err(|reason| failure(index, reason))?;
        if let Some(code) = context.compiled_code() {
            size += code.code_info().total_size as usize;
            if let (Some(text), Some(vcode)) = (&mut listing, &code.vcode) {
                let _ = writeln!(text, "; {} ({body})\n{vcode}", module.functions[index].name);
            }
        }
        jit.clear_context(&mut context);
        if body != Body::Inner {
            entry = Some(id);
        }
    }
    CONTEXTS.set(Some((context, builder_context)));
    jit.finalize_definitions().map_err(|error| failure(0, error.to_string()))?;
    let entry = entry.ok_or_else(|| failure(0, "the module has no entry".into()))?;
    let address = jit.get_finalized_function(entry);
    // SAFETY: the code at `address` was compiled with the signature of `Entry`, and is
    // executable now. Whoever calls it keeps the memory alive.
    let entry = unsafe { std::mem::transmute::<*const u8, Entry>(address) };
    let asks_context = unit.asks_context.get();
    Ok(Code { entry, size, loops: outcomes, asks_context, memory })
}

/// Alignment of a leaf, so that its loops lie as they were laid out.
const LEAF_ALIGN: u64 = 64;

/// Decides how each vector loop is run, and has its leaf made if leaves are to run it.
fn runs(
    jit: &mut JITModule,
    module: &Module,
    loops: Loops,
    mut listing: Option<&mut String>,
    outcomes: &mut Vec<LoopOutcome>,
) -> Result<Runs, Failure> {
    let mut runs = Runs::default();
    for (index, function) in module.functions.iter().enumerate() {
        for inst in function.reachable_insts() {
            let Op::VectorLoop { plan, .. } = &function.inst(inst).op else { continue };
            let span = function.inst(inst).span;
            let mut outcome = |code, narrowed| {
                outcomes.push(LoopOutcome { function: index, span, code, narrowed });
            };
            let leaf = loops.leaves.map(|leaves| leaf_code(leaves, plan));
            let refused = match leaf {
                Some(Ok(code)) => {
                    let name = format!("{}.{index}.{inst}", function.name);
                    let id = place_leaf(jit, &name, plan, &code.bytes)
                        .map_err(|reason| Failure { function: function.name.clone(), reason })?;
                    if let Some(text) = &mut listing {
                        let listing = code.listing();
                        let _ = writeln!(text, "; {name} (vector loop at {span})\n{listing}");
                    }
                    runs.insert((index, inst), Run::Leaf(id));
                    outcome(Ok(code.shape), None);
                    continue;
                }
                Some(Err(reason)) => Some(reason),
                None => None,
            };
            match (loops.lanes.then(|| lower::lanes_shape(plan)), refused) {
                (Some(Ok(shape)), refused) => {
                    runs.insert((index, inst), Run::Lanes);
                    outcome(Ok(shape), refused);
                }
                (_, Some(reason)) | (Some(Err(reason)), None) => outcome(Err(reason), None),
                (None, None) => {}
            }
        }
    }
    Ok(runs)
}

/// The leaf of a loop. A code generator that panics has refused it.
fn leaf_code(leaves: &dyn LoopBackend, plan: &VectorLoop) -> Result<LoopCode, String> {
    let compiled = catch_unwind(AssertUnwindSafe(|| leaves.compile(plan)));
    compiled.unwrap_or_else(|payload| Err(crate::panic_text(&*payload)))
}

/// Makes a leaf a function of the module.
fn place_leaf(
    jit: &mut JITModule,
    name: &str,
    plan: &VectorLoop,
    bytes: &[u8],
) -> Result<cranelift_module::FuncId, String> {
    let signature = lower::leaf_signature(plan);
    let text = |error: ModuleError| error.to_string();
    let id = jit.declare_function(name, Linkage::Local, &signature).map_err(text)?;
    jit.define_function_bytes(id, LEAF_ALIGN, bytes, &[]).map_err(text)?;
    Ok(id)
}

/// What becomes of vector loops whose turns are all left to plain loops for a reason.
pub(crate) fn left_to_plain_loops(module: &Module, reason: &str) -> Vec<LoopOutcome> {
    let mut outcomes = Vec::new();
    for (index, function) in module.functions.iter().enumerate() {
        let insts = function.reachable_insts().into_iter();
        let loops = insts.filter(|&inst| matches!(function.inst(inst).op, Op::VectorLoop { .. }));
        outcomes.extend(loops.map(|inst| LoopOutcome {
            function: index,
            span: function.inst(inst).span,
            code: Err(reason.to_owned()),
            narrowed: None,
        }));
    }
    outcomes
}
