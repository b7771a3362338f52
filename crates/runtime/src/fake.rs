//! A backend for tests: its code is a function written by hand, and it counts.

use crate::dispatcher::{Dispatcher, Eager};
use mambo_compiler::CompileError;
use mambo_compiler::abi::Entry;
use mambo_compiler::backend::{Artifact, Backend, BackendError, LoopOutcome};
use mambo_compiler::build::Built;
use mambo_compiler::source::{Instance, KernelSource};
use mambo_ir::function::Source;
use mambo_ir::{Function, Module, Site};
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// A kernel: its code, its panic sites, and how often it was compiled.
#[derive(Clone, Default)]
struct Written {
    code: Option<Entry>,
    sites: Vec<Site>,
    compiled: usize,
}

static KERNELS: Mutex<Option<HashMap<String, Written>>> = Mutex::new(None);

/// How many compilations run at this moment, and the most that ever did.
static RUNNING: AtomicUsize = AtomicUsize::new(0);
static MOST_RUNNING: AtomicUsize = AtomicUsize::new(0);

fn with_kernel<R>(name: &str, look: impl FnOnce(&mut Written) -> R) -> R {
    let mut kernels = KERNELS.lock().unwrap();
    look(kernels.get_or_insert_default().entry(name.into()).or_default())
}

/// How often the kernel was compiled.
pub(crate) fn times_compiled(name: &str) -> usize {
    with_kernel(name, |kernel| kernel.compiled)
}

/// The most compilations that were under way at once.
pub(crate) fn most_running() -> usize {
    MOST_RUNNING.load(Ordering::SeqCst)
}

/// A dispatcher for a kernel with this code; without code, the backend refuses it.
pub(crate) fn dispatcher(
    name: &'static str,
    code: Option<Entry>,
    sites: Vec<Site>,
    eager: Option<Eager>,
) -> &'static Dispatcher {
    with_kernel(name, |kernel| *kernel = Written { code, sites, compiled: 0 });
    let source = Box::leak(Box::new(KernelSource {
        name,
        file: "kernels.rs",
        tree: &[],
        debug_assertions: true,
        parallel: false,
        captures: Vec::new,
        types: Vec::new,
        callees: Vec::new,
    }));
    Box::leak(Box::new(Dispatcher::with_build(source, || &Fake, eager, build)))
}

/// A module with an empty entry of this name.
pub(crate) fn module(name: &str, sites: Vec<Site>) -> Module {
    Module {
        functions: vec![Function::new(name)],
        sites,
        sources: vec![Source { kernel: name.into(), file: "kernels.rs".into() }],
        ..Module::default()
    }
}

/// Stands for the journey up to the backend.
fn build(
    source: &'static KernelSource,
    _: &Instance,
    dump: &mut dyn FnMut(&str, &Module),
) -> Result<Built, CompileError> {
    let module = module(source.name, with_kernel(source.name, |kernel| kernel.sites.clone()));
    dump("lower", &module);
    Ok(Built { module, loops: Vec::new() })
}

#[derive(Debug)]
struct Fake;

#[derive(Debug)]
struct Code(Entry);

impl Backend for Fake {
    fn name(&self) -> &'static str {
        "fake"
    }

    /// Takes a while, so that others who ask meanwhile have to wait.
    fn compile(&self, module: &Module) -> Result<Box<dyn Artifact>, BackendError> {
        let running = RUNNING.fetch_add(1, Ordering::SeqCst) + 1;
        MOST_RUNNING.fetch_max(running, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(20));
        RUNNING.fetch_sub(1, Ordering::SeqCst);
        let function = &module.entry().name;
        let code = with_kernel(function, |kernel| {
            kernel.compiled += 1;
            kernel.code
        });
        match code {
            Some(entry) => Ok(Box::new(Code(entry))),
            None => Err(BackendError {
                backend: "fake",
                function: function.clone(),
                reason: "no code was written for it".into(),
            }),
        }
    }
}

impl Artifact for Code {
    fn entry(&self) -> Entry {
        self.0
    }

    fn code_size(&self) -> usize {
        64
    }

    fn loops(&self) -> &[LoopOutcome] {
        &[]
    }

    fn assembly(&self) -> String {
        "ret".into()
    }
}
