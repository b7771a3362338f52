//! A backend for tests: its code is a function written by hand, and it counts.

use crate::backend::BackendSource;
use mambo_compiler::CompileError;
use mambo_compiler::abi::Entry;
use mambo_compiler::backend::{Artifact, Backend, BackendError};
use mambo_compiler::source::{Instance, KernelSource};
use mambo_ir::function::Source;
use mambo_ir::{Function, Module, Site};
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many modules were compiled, by the name of the entry.
pub(crate) static COMPILED: Mutex<Option<HashMap<String, usize>>> = Mutex::new(None);

/// The code of kernels, by name.
pub(crate) static CODE: Mutex<Option<HashMap<&'static str, Entry>>> = Mutex::new(None);

/// Panic sites of kernels, by name.
pub(crate) static SITES: Mutex<Option<HashMap<&'static str, Vec<Site>>>> = Mutex::new(None);

/// How many compilations run at this moment, and the most that ever did.
pub(crate) static RUNNING: AtomicUsize = AtomicUsize::new(0);

#[derive(Debug)]
struct Fake;

#[derive(Debug)]
struct Written(Entry);

impl Backend for Fake {
    fn name(&self) -> &'static str {
        "fake"
    }

    fn compile(&self, module: &Module) -> Result<Box<dyn Artifact>, BackendError> {
        RUNNING.fetch_add(1, Ordering::SeqCst);
        std::thread::sleep(std::time::Duration::from_millis(5));
        RUNNING.fetch_sub(1, Ordering::SeqCst);
        let name = &module.entry().name;
        *COMPILED.lock().unwrap().get_or_insert_default().entry(name.clone()).or_default() += 1;
        let code = CODE.lock().unwrap().get_or_insert_default().get(name.as_str()).copied();
        match code {
            Some(entry) => Ok(Box::new(Written(entry))),
            None => Err(BackendError {
                backend: "fake",
                function: name.clone(),
                reason: "no code was written for it".into(),
            }),
        }
    }
}

impl Artifact for Written {
    fn entry(&self) -> Entry {
        self.0
    }
    fn code_size(&self) -> usize {
        64
    }
    fn assembly(&self) -> String {
        "nop".into()
    }
}

pub(crate) const BACKEND: BackendSource = || &Fake;

/// A module with an empty entry of this name.
pub(crate) fn module(name: &str, sites: Vec<Site>) -> Module {
    Module {
        functions: vec![Function::new(name)],
        sites,
        sources: vec![Source { kernel: name.into(), file: "kernels.rs".into() }],
        ..Module::default()
    }
}

/// What stands for the journey up to the backend.
pub(crate) fn build(
    source: &KernelSource,
    instance: &Instance,
    dump: &mut dyn FnMut(&str, &Module),
) -> Result<Module, CompileError> {
    let _ = instance;
    let sites = SITES.lock().unwrap().get_or_insert_default().get(source.name).cloned();
    let module = module(source.name, sites.unwrap_or_default());
    dump("lower", &module);
    Ok(module)
}
