//! One function to machine code, with as much effort as it is worth.
//!
//! Where leaves run the loops, what is left of them are a few turns: code of the same quality
//! for these, but not moved about and merged once more, compiles 10 % faster.

use crate::isa::Machine;
use crate::lower::{Run, Runs};
use cranelift_codegen::Context;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::isa::TargetIsa;
use cranelift_jit::JITModule;
use cranelift_module::{FuncId, Module as _, ModuleReloc};
use mambo_ir::Span;
use mambo_ir::function::{Block, Function, Op};

/// Compiles a function and places it in the module.
///
/// # Errors
/// If the code generator fails: how.
pub(crate) fn define(
    jit: &mut JITModule,
    isa: &dyn TargetIsa,
    id: FuncId,
    context: &mut Context,
) -> Result<(), String> {
    let compiled = context.compile(isa, &mut ControlPlane::default());
    compiled.map_err(|error| format!("{:?}", error.inner))?;
    let code = context.compiled_code().expect("it is compiled");
    let align = u64::from(code.buffer.alignment)
        .max(u64::from(isa.function_alignment().minimum))
        .max(isa.symbol_alignment());
    let relocations: Vec<ModuleReloc> = code
        .buffer
        .relocs()
        .iter()
        .map(|reloc| ModuleReloc::from_mach_reloc(reloc, &context.func, id))
        .collect();
    let placed = jit.define_function_bytes(id, align, code.buffer.data(), &relocations);
    placed.map_err(|error| error.to_string())
}

/// The description of the machine by which function `index` is compiled: with less effort if its
/// loops are leaves and only the last turns are left here.
pub(crate) fn isa_for<'a>(
    machine: &'a Machine,
    function: &Function,
    index: usize,
    runs: &Runs,
) -> &'a dyn TargetIsa {
    let led: Vec<Span> = runs
        .iter()
        .filter(|((of, _), run)| *of == index && matches!(run, Run::Leaf(_)))
        .map(|((_, inst), _)| function.inst(*inst).span)
        .collect();
    match !led.is_empty() && only_remainders(function, function.entry, &led) {
        true => &*machine.quick,
        false => &*machine.isa,
    }
}

/// Whether all loops in a block are what leaves for loops at these places have left, none of
/// them in another, which may have short ones that leaves do nothing for.
fn only_remainders(function: &Function, block: Block, led: &[Span]) -> bool {
    function.block(block).insts.iter().all(|&inst| {
        let info = function.inst(inst);
        let is_loop = matches!(info.op, Op::For { .. } | Op::Loop { .. });
        match is_loop {
            true => {
                led.contains(&info.span) && !info.op.blocks().any(|block| has_loop(function, block))
            }
            false => info.op.blocks().all(|block| only_remainders(function, block, led)),
        }
    })
}

fn has_loop(function: &Function, block: Block) -> bool {
    function.block(block).insts.iter().any(|&inst| {
        let op = &function.inst(inst).op;
        matches!(op, Op::For { .. } | Op::Loop { .. })
            || op.blocks().any(|block| has_loop(function, block))
    })
}
