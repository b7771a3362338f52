//! One compiled signature: from an instance to code, and from a status back to words.

use crate::backend::BackendSource;
use crate::dispatcher::{Around, Wanted};
use crate::dump::Dump;
use crate::error::{Error, Panic, Payload};
use crate::host;
use mambo_compiler::CompileError;
use mambo_compiler::backend::{Artifact, BackendError};
use mambo_compiler::build::Built;
use mambo_compiler::core_loop::build_core_loop;
use mambo_compiler::explain::SignatureExplanation;
use mambo_compiler::inner_loop::build_inner_loop;
use mambo_compiler::source::{Instance, KernelSource};
use mambo_ir::{Module, Signature, SiteKind};
use std::fmt::Write;
use std::time::{Duration, Instant};

/// The journey up to the backend: [`mambo_compiler::build::build`].
pub(crate) type Build = fn(
    &'static KernelSource,
    &Instance,
    &mut dyn FnMut(&str, &Module),
) -> Result<Built, CompileError>;

/// The code of one signature. Lives as long as the process, as kernels do.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) signature: Signature,
    pub(crate) module: Module,
    pub(crate) explanation: SignatureExplanation,
    pub(crate) artifact: Box<dyn Artifact>,
    pub(crate) time: Duration,
}

/// Why there is no code. The same for everyone who asks.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    Compile(CompileError),
    Backend(BackendError),
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Compile(error) => Error::Compile(error),
            Failure::Backend(error) => Error::Backend(error),
        }
    }
}

/// Compiles what is wanted of `source`, the `number`th of the kernel.
pub(crate) fn compile(
    source: &'static KernelSource,
    wanted: &Wanted,
    build: Build,
    backend: BackendSource,
    number: usize,
) -> Result<Compiled, Failure> {
    let start = Instant::now();
    let mut dump = Dump::from_environment(source.name, number);
    let Wanted { instance, around } = wanted;
    let mut dump_pass = |pass: &str, module: &Module| dump.pass(pass, module);
    let built = match around {
        Around::Nothing => build(source, instance, &mut dump_pass),
        Around::Inner(inner) => build_inner_loop(source, instance, inner, &mut dump_pass),
        Around::Core(core) => build_core_loop(source, instance, core, &mut dump_pass),
    };
    let built = built.map_err(Failure::Compile)?;
    let artifact = backend().compile(&built.module).map_err(Failure::Backend)?;
    let time = start.elapsed();
    dump.assembly(&*artifact);
    let signature = match around {
        Around::Nothing => instance.signature.clone(),
        Around::Inner(inner) => inner.signature(),
        Around::Core(core) => core.signature(),
    };
    let explanation = SignatureExplanation::new(signature.clone(), &built, artifact.loops());
    Ok(Compiled { signature, module: built.module, explanation, artifact, time })
}

impl Compiled {
    /// What a status that is not 0 means.
    pub(crate) fn failure(&self, status: u32, operands: &[u64]) -> Error {
        let Some(site) = self.module.sites.get(status as usize - 1) else {
            let message = format!("compiled code returned the unknown status {status}");
            let name = &self.module.entry().name;
            return Error::Compile(CompileError::whole(name, "", message));
        };
        let operands = match site.kind {
            SiteKind::HostPanic => match host::take_payload() {
                Some(payload) => return Error::HostPanic(Payload::new(payload)),
                None => operands,
            },
            _ => operands,
        };
        let source = self.module.sources.get(site.source as usize);
        let (kernel, file) =
            source.map_or_else(Default::default, |s| (s.kernel.clone(), s.file.clone()));
        let (line, column) = (site.span.line, site.span.column);
        let message = site.kind.message(operands);
        Error::Panic(Box::new(Panic { kernel, file, line, column, message }))
    }

    /// The optimised module as text, headed by the signature.
    pub(crate) fn write_ir(&self, into: &mut String) {
        let _ = writeln!(into, "; {}\n{}", self.signature, self.module);
    }

    /// The machine code as text, headed by the signature.
    pub(crate) fn write_assembly(&self, into: &mut String) {
        let _ = writeln!(into, "; {}\n{}", self.signature, self.artifact.assembly());
    }
}
