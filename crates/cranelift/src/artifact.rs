//! Compiled code and the memory it lives in.

use crate::isa::Machine;
use crate::module::{Loops, compile_module};
use cranelift_jit::JITModule;
use mambo_compiler::abi::Entry;
use mambo_compiler::backend::{Artifact, LoopOutcome};
use mambo_ir::Module;
use std::fmt;
use std::mem::ManuallyDrop;

/// The memory of one compiled module, given back when the value is dropped.
pub(crate) struct CodeMemory {
    jit: ManuallyDrop<JITModule>,
}

impl CodeMemory {
    pub(crate) fn new(jit: JITModule) -> Self {
        CodeMemory { jit: ManuallyDrop::new(jit) }
    }

    pub(crate) fn jit(&mut self) -> &mut JITModule {
        &mut self.jit
    }
}

impl Drop for CodeMemory {
    fn drop(&mut self) {
        // SAFETY: `jit` is taken once, here. Its code cannot be running: whoever calls the
        // entry keeps the artifact that owns this memory alive (the contract of `Artifact`).
        unsafe { ManuallyDrop::take(&mut self.jit).free_memory() };
    }
}

/// A compiled module.
pub(crate) struct Compiled {
    pub(crate) entry: Entry,
    pub(crate) code_size: usize,
    /// The source of the code, compiled again for [`Artifact::assembly`].
    pub(crate) module: Module,
    pub(crate) machine: &'static Machine,
    pub(crate) loops: Loops,
    pub(crate) outcomes: Vec<LoopOutcome>,
    pub(crate) asks_context: bool,
    /// Held for its drop.
    pub(crate) _memory: CodeMemory,
}

// SAFETY: the memory is not touched between the end of the compilation and the drop, and the
// code in it is immutable; a `JITModule` may move to another thread.
unsafe impl Sync for Compiled {}

const _: () = {
    const fn assert_send<T: Send>() {}
    assert_send::<Compiled>();
};

impl fmt::Debug for Compiled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compiled")
            .field("function", &self.module.entry().name)
            .field("code_size", &self.code_size)
            .finish_non_exhaustive()
    }
}

impl Artifact for Compiled {
    fn entry(&self) -> Entry {
        self.entry
    }

    fn code_size(&self) -> usize {
        self.code_size
    }

    fn loops(&self) -> &[LoopOutcome] {
        &self.outcomes
    }

    fn asks_context(&self) -> bool {
        self.asks_context
    }

    fn assembly(&self) -> String {
        let mut listing = String::new();
        match compile_module(self.machine, &self.module, self.loops, Some(&mut listing)) {
            Ok(_) => listing,
            Err(failure) => failure.reason,
        }
    }
}
