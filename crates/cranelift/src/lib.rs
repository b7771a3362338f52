//! The Cranelift backend: any verified [`mambo_ir::Module`] to machine code of the host.
//!
//! [`Cranelift`] is the [`Backend`]; everything else is inside:
//!
//! * `isa`: the host, described once a process;
//! * `module`: the functions of a module, compiled into memory of their own;
//! * `lower`: one function to Cranelift's form: control flow, scalars, memory, calls, among
//!   them those of the leaves that a [`LoopBackend`] makes for vector loops, and vector loops
//!   in line at 128 bits;
//! * `math`: what compiled code calls from the standard library;
//! * `artifact`: compiled code and its memory.
//!
//! Promises: integer and float arithmetic, conversions and comparisons give the bits that
//! rustc's code gives (the payload of a NaN aside); no reachable path ends in a trap; a panic
//! is a status, as [`mambo_compiler::abi`] says. This crate knows nothing of signatures,
//! caches or array libraries.

mod artifact;
mod define;
mod isa;
mod lower;
mod math;
mod module;

use artifact::Compiled;
use isa::Machine;
use mambo_compiler::backend::{Artifact, Backend, BackendError, LoopBackend};
use mambo_ir::Module;
use module::{Code, Failure, Loops, compile_module};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The backend.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cranelift {
    baseline: bool,
    loops: Loops,
}

impl Cranelift {
    /// Code for the host, with every feature of its processor; plain loops do all turns of vector
    /// loops.
    pub const fn new() -> Self {
        Cranelift { baseline: false, loops: Loops { leaves: None, lanes: false } }
    }

    /// Code for any processor of the host's architecture.
    pub const fn baseline() -> Self {
        Cranelift { baseline: true, ..Cranelift::new() }
    }

    /// The same, with vector loops in leaves made by `leaves`.
    pub const fn with_loops(mut self, leaves: &'static dyn LoopBackend) -> Self {
        self.loops.leaves = Some(leaves);
        self
    }

    /// The same, with vector loops that no leaf is made for in registers of 128 bits.
    pub const fn with_lanes(mut self) -> Self {
        self.loops.lanes = true;
        self
    }

    fn machine(self) -> Result<&'static Machine, String> {
        if self.baseline { isa::baseline() } else { isa::native() }
    }
}

impl Backend for Cranelift {
    fn name(&self) -> &'static str {
        "cranelift"
    }

    fn compile(&self, module: &Module) -> Result<Box<dyn Artifact>, BackendError> {
        let machine = self.machine().map_err(|reason| {
            let function = module.functions.first().map_or_else(String::new, |f| f.name.clone());
            BackendError { backend: self.name(), function, reason }
        })?;
        match self.compile_for(machine, module, self.loops) {
            Err(error) if self.loops.lanes => {
                let plain = Loops { lanes: false, ..self.loops };
                let mut compiled = self.compile_for(machine, module, plain)?;
                if plain.leaves.is_none() {
                    compiled.outcomes = module::left_to_plain_loops(module, &error.reason);
                }
                Ok(Box::new(compiled))
            }
            other => Ok(Box::new(other?)),
        }
    }
}

impl Cranelift {
    fn compile_for(
        &self,
        machine: &'static Machine,
        module: &Module,
        loops: Loops,
    ) -> Result<Compiled, BackendError> {
        let error = |function, reason| BackendError { backend: self.name(), function, reason };
        // A bug of the code generator must not take the host down.
        let outcome =
            catch_unwind(AssertUnwindSafe(|| compile_module(machine, module, loops, None)));
        match outcome {
            Ok(Ok(Code { entry, size, loops: outcomes, asks_context, memory })) => Ok(Compiled {
                entry,
                code_size: size,
                module: module.clone(),
                machine,
                loops,
                outcomes,
                asks_context,
                _memory: memory,
            }),
            Ok(Err(Failure { function, reason })) => Err(error(function, reason)),
            Err(payload) => {
                let name = module.functions.first().map_or_else(String::new, |f| f.name.clone());
                Err(error(name, panic_text(&*payload)))
            }
        }
    }
}

/// What a panic of a code generator said.
pub(crate) fn panic_text(payload: &(dyn Any + Send)) -> String {
    let text = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied());
    format!("the code generator panicked: {}", text.unwrap_or("no message"))
}
