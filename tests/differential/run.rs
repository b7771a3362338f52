//! Compiles a kernel and runs it in every way there is.

use crate::arguments::{Argument, GUARD};
use crate::callees;
use crate::fence::{Fenced, Place};
use crate::host::Host;
use mambo_compiler::backend::{Artifact, Backend, LoopOutcome};
use mambo_compiler::build::build;
use mambo_compiler::source::{Capture, Instance, KernelSource};
use mambo_cranelift::Cranelift;
use mambo_frontend::{JitOptions, lower_source};
use mambo_ir::function::{Op, ValueType};
use mambo_ir::interpret::{Limits, Memory, Operand, Trap, interpret_within};
use mambo_ir::kernel::Options;
use mambo_ir::vector::{VectorLoop, VectorOp};
use mambo_ir::{Const, Dtype, FastMath, Function, Module, Signature, Type};
use mambo_x86::{Simd, X86};
use std::fmt;

/// How many instructions a run may take; longer ones are not compared.
const FUEL: u64 = 60_000;
const LIMITS: Limits = Limits { fuel: FUEL, depth: 100, bytes: 1 << 24 };

/// How a run ended and what it left.
#[derive(Clone, PartialEq)]
pub(crate) struct Outcome {
    /// The results, or the panic as its place and message.
    pub(crate) result: Result<Vec<Value>, String>,
    /// All memory of all array arguments.
    pub(crate) arrays: Vec<Vec<Const>>,
}

/// A result.
#[derive(Clone, PartialEq)]
pub(crate) enum Value {
    Scalar(Const),
    Array { dims: Vec<usize>, elements: Vec<Const> },
}

/// Two ways of running a kernel differ, or one of them cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The kernel was not accepted.
    Rejected(String),
    /// The compiler panicked.
    Panicked(String),
    /// A module did what it must never do.
    Fault(String),
    /// Two ways of running it do not agree.
    Mismatch(String),
}

impl Failure {
    /// Whether this is the same kind of failure, so that a smaller case shows the same bug.
    pub(crate) fn is_like(&self, other: &Failure) -> bool {
        match (self, other) {
            (Failure::Rejected(a), Failure::Rejected(b)) => first_words(a) == first_words(b),
            (Failure::Panicked(a), Failure::Panicked(b)) => first_words(a) == first_words(b),
            (Failure::Fault(_), Failure::Fault(_)) => true,
            (Failure::Mismatch(a), Failure::Mismatch(b)) => first_words(a) == first_words(b),
            _ => false,
        }
    }
}

impl Failure {
    /// One line about it.
    pub(crate) fn summary(&self) -> String {
        let (kind, text) = match self {
            Failure::Rejected(text) => ("not accepted", text),
            Failure::Panicked(text) => ("the compiler failed", text),
            Failure::Fault(text) => ("fault", text),
            Failure::Mismatch(text) => ("mismatch", text),
        };
        let line: String = text.lines().next().unwrap_or_default().chars().take(160).collect();
        format!("{kind}: {line}")
    }
}

/// What a message says before numbers and names make it particular.
fn first_words(text: &str) -> Vec<&str> {
    let is_word = |word: &&str| word.chars().all(|c| c.is_ascii_alphabetic());
    text.split_whitespace().filter(is_word).take(6).collect()
}

/// What is known of a kernel that was compiled.
pub(crate) struct Compiled {
    lowered: Module,
    optimized: Module,
    artifact: Box<dyn Artifact>,
    /// The code of the module before the passes.
    plain: Option<Box<dyn Artifact>>,
    /// The code with vector loops, by the instructions they are made of.
    wide: Wide,
    /// Whether the passes may change bits, so that the module after them is the oracle.
    relaxed: bool,
}

/// Code for different vectors.
type Wide = Vec<(&'static Vectors, Box<dyn Artifact>)>;

/// A way to run vector loops.
#[derive(Debug)]
pub(crate) struct Vectors {
    pub(crate) name: &'static str,
    /// What the processor must have.
    simd: Option<Simd>,
    backend: Cranelift,
}

/// All ways there are. Without a cache, everything that can be written past it is.
pub(crate) static VECTORS: [Vectors; 5] = [
    Vectors::of_leaves("AVX-512", Simd::Avx512, {
        static LEAVES: X86 = X86::new(Simd::Avx512).with_cache(0);
        &LEAVES
    }),
    Vectors::of_leaves("AVX-512 at 256 bits", Simd::Avx512At256, {
        static LEAVES: X86 = X86::new(Simd::Avx512At256).with_cache(0);
        &LEAVES
    }),
    Vectors::of_leaves("AVX2", Simd::Avx2, {
        static LEAVES: X86 = X86::new(Simd::Avx2).with_cache(0);
        &LEAVES
    }),
    Vectors { name: "128 bits", simd: None, backend: Cranelift::new().with_lanes() },
    Vectors { name: "128 bits, any host", simd: None, backend: Cranelift::baseline().with_lanes() },
];

impl Vectors {
    const fn of_leaves(name: &'static str, simd: Simd, leaves: &'static X86) -> Vectors {
        Vectors { name, simd: Some(simd), backend: Cranelift::new().with_loops(leaves) }
    }

    pub(crate) fn is_supported(&self) -> bool {
        self.simd.is_none_or(Simd::is_supported)
    }

    /// Whether loops become leaves, which is worth it for more of them than registers of 128 bits.
    pub(crate) fn has_leaves(&self) -> bool {
        self.simd.is_some()
    }

    /// Whether elements of 1 and 2 bytes can be loaded and stored under masks.
    pub(crate) fn masks_narrow(&self) -> bool {
        self.simd.is_some_and(|simd| simd != Simd::Avx2)
    }
}

/// Compiles a kernel; with `plain`, also without the passes.
///
/// # Errors
/// If it is not accepted, or the compiler fails.
pub(crate) fn compile(text: &str, signature: &Signature, plain: bool) -> Result<Compiled, Failure> {
    compile_with(text, signature, plain, FastMath::default())
}

/// The same for a kernel that allows something with its floats.
///
/// # Errors
/// If it is not accepted, or the compiler fails.
pub(crate) fn compile_with(
    text: &str,
    signature: &Signature,
    plain: bool,
    fastmath: FastMath,
) -> Result<Compiled, Failure> {
    let options = Options { fastmath, ..Options::default() };
    let source = source_with(text, JitOptions { options, ..JitOptions::default() })?;
    let kernel = source.kernel().map_err(|error| Failure::Rejected(error.to_string()))?;
    let captures = kernel.captures.iter().map(|text| constant(text)).collect();
    let instance = Instance { signature: signature.clone(), captures, types: vec![] };
    callees::enter(&kernel.callees);
    let mut lowered = None;
    let optimized = build(source, &instance, &mut |name, module| {
        if name == "lower" {
            lowered = Some(module.clone());
        }
    })
    .map_err(|error| Failure::Rejected(error.to_string()))?
    .module;
    let lowered = lowered.expect("the first dump");
    let backend = Cranelift::new();
    let code = |module: &Module| {
        backend.compile(module).map_err(|error| Failure::Panicked(error.to_string()))
    };
    let artifact = code(&optimized)?;
    let plain = if plain { Some(code(&lowered)?) } else { None };
    let wide = if has_vector_loops(&optimized) { wide(&optimized)? } else { Vec::new() };
    let relaxed = !fastmath.is_empty();
    Ok(Compiled { lowered, optimized, artifact, plain, wide, relaxed })
}

fn has_vector_loops(module: &Module) -> bool {
    let is_vector_loop = |function: &Function| {
        let insts = function.reachable_insts();
        insts.iter().any(|&inst| matches!(function.inst(inst).op, Op::VectorLoop { .. }))
    };
    module.functions.iter().any(is_vector_loop)
}

/// The code of a module for all vectors that the processor has.
fn wide(module: &Module) -> Result<Wide, Failure> {
    let supported = VECTORS.iter().filter(|vectors| vectors.is_supported());
    supported
        .map(|vectors| {
            let compiled = vectors.backend.compile(module);
            Ok((vectors, compiled.map_err(|error| Failure::Panicked(error.to_string()))?))
        })
        .collect()
}

/// The kernel of a function.
pub(crate) fn source(text: &str) -> Result<&'static KernelSource, Failure> {
    source_with(text, JitOptions::default())
}

fn source_with(text: &str, options: JitOptions) -> Result<&'static KernelSource, Failure> {
    let (lowered, errors) = lower_source(text, &options);
    let Some(lowered) = lowered.filter(|_| errors.is_empty()) else {
        return Err(Failure::Rejected(format!("{errors:?}")));
    };
    let kernel = lowered.kernel;
    Ok(Box::leak(Box::new(KernelSource {
        name: String::leak(kernel.name.clone()),
        file: "kernel.rs",
        tree: Vec::leak(kernel.encode()),
        debug_assertions: true,
        parallel: false,
        captures: Vec::new,
        types: Vec::new,
        callees: callees::current,
    })))
}

/// The value of a constant of a primitive type, such as `f64::NAN`.
fn constant(text: &str) -> Option<Capture> {
    let text: String = text.split_whitespace().collect();
    let (ty, name) = text.split_once("::")?;
    macro_rules! limits {
        ($($int:ident)*; $($float:ident)*) => {
            match (ty, name) {
                $((stringify!($int), "MIN") => $int::MIN.into(),)*
                $((stringify!($int), "MAX") => $int::MAX.into(),)*
                $((stringify!($float), "NAN") => $float::NAN.into(),)*
                $((stringify!($float), "INFINITY") => $float::INFINITY.into(),)*
                $((stringify!($float), "NEG_INFINITY") => $float::NEG_INFINITY.into(),)*
                _ => return None,
            }
        };
    }
    let value: Const = limits!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize; f32 f64);
    Some(Capture { ty: value.dtype().into(), scalars: vec![value] })
}

impl Compiled {
    /// Runs the kernel in every way. Whether the runs were compared: too long ones are not.
    ///
    /// # Errors
    /// If they do not agree.
    pub(crate) fn compare(&self, args: &[Argument]) -> Result<Option<Outcome>, Failure> {
        let oracle = if self.relaxed { &self.optimized } else { &self.lowered };
        let Some(expected) = interpret(oracle, args, "the oracle")? else {
            return Ok(None);
        };
        let optimized = interpret(&self.optimized, args, "the module after the passes")?;
        let agree = |name: &str, found: Outcome| match found == expected {
            true => Ok(()),
            false => Err(Failure::Mismatch(format!(
                "{name} differs from the interpreter\n\
                 interpreter: {expected:?}\n{name}: {found:?}"
            ))),
        };
        if let Some(optimized) = optimized {
            agree("interpreter after passes", optimized)?;
        }
        agree("cranelift after passes", call(&self.optimized, &*self.artifact, args)?)?;
        for (vectors, artifact) in &self.wide {
            let found = call(&self.optimized, &**artifact, args)?;
            agree(&format!("vectors of {}", vectors.name), found)?;
        }
        if let Some(plain) = &self.plain {
            agree("cranelift without passes", call(&self.lowered, &**plain, args)?)?;
        }
        Ok(Some(expected))
    }

    /// What became of the vector loops in each way.
    pub(crate) fn loops(&self) -> impl Iterator<Item = (&'static Vectors, &[LoopOutcome])> {
        self.wide.iter().map(|(vectors, artifact)| (*vectors, artifact.loops()))
    }

    /// How many loops and costly branches run in the lanes of vector loops.
    pub(crate) fn regions(&self) -> usize {
        self.plans()
            .map(|plan| {
                let mut regions = 0;
                plan.each_inst(&mut |inst| {
                    regions += usize::from(matches!(inst.op, VectorOp::Region(_)));
                });
                regions
            })
            .sum()
    }

    /// How often vector loops look for the least or the greatest.
    pub(crate) fn bests(&self) -> usize {
        self.plans().map(|plan| plan.bests.len()).sum()
    }

    fn plans(&self) -> impl Iterator<Item = &VectorLoop> {
        self.optimized.functions.iter().flat_map(|func| {
            let insts = func.reachable_insts().into_iter();
            insts.filter_map(|inst| match &func.inst(inst).op {
                Op::VectorLoop { plan, .. } => Some(&**plan),
                _ => None,
            })
        })
    }

    /// Both modules as text.
    pub(crate) fn modules(&self) -> String {
        format!("as lowered:\n{}\nafter the passes:\n{}", self.lowered, self.optimized)
    }
}

/// `None` if the run is too long to be compared.
fn interpret(module: &Module, args: &[Argument], name: &str) -> Result<Option<Outcome>, Failure> {
    let mut memory = Memory::new();
    let mut buffers = Vec::new();
    let args: Vec<Operand> = leaves(args)
        .into_iter()
        .map(|arg| match arg {
            Argument::Array(array) => {
                let view = array.lend(&mut memory);
                buffers.extend(view.as_view().map(|view| (array.dtype, view.buffer())));
                view
            }
            Argument::Scalar(value) => Operand::Scalar(*value),
            Argument::Parts(_) => unreachable!("leaves have no parts"),
        })
        .collect();
    let result = match interpret_within(module, &mut memory, &args, LIMITS) {
        Ok(results) => Ok(results
            .into_iter()
            .map(|result| match result {
                Operand::Scalar(value) => Ok(Value::Scalar(same(value))),
                Operand::View(view) => {
                    let elements = memory.read(&view).ok_or_else(|| {
                        Failure::Fault(format!("{name}: an array returned is not all set"))
                    })?;
                    let elements = elements.into_iter().map(same).collect();
                    Ok(Value::Array { dims: view.dims().to_vec(), elements })
                }
            })
            .collect::<Result<_, Failure>>()?),
        Err(Trap::Panic { site, operands }) => Err(panic_text(module, site.index(), &operands)),
        Err(Trap::OutOfFuel) => return Ok(None),
        Err(fault) => return Err(Failure::Fault(format!("{name}: {fault}"))),
    };
    let arrays =
        buffers.into_iter().map(|(dtype, buffer)| constants(dtype, memory.bytes(buffer))).collect();
    Ok(Some(Outcome { result, arrays }))
}

fn call(module: &Module, artifact: &dyn Artifact, args: &[Argument]) -> Result<Outcome, Failure> {
    let mut host = Host::new();
    let mut slots = Vec::new();
    let mut buffers = Vec::new();
    for arg in leaves(args) {
        match arg {
            Argument::Scalar(value) => slots.extend_from_slice(value.slots()),
            Argument::Array(array) => {
                let (bytes, guard) = (array.bytes(), GUARD * array.dtype.size());
                let (front, rest) = bytes.split_at(guard);
                let (inside, back) = rest.split_at(rest.len() - guard);
                // All arrays are now at the one end, now at the other.
                let at_start = (array.elements.len() + buffers.len()) % 2 == 0;
                let place = if at_start { Place::Start } else { Place::End };
                let mut fenced = Fenced::new(inside, place);
                let base = fenced.address() - guard;
                slots.push((base + array.offset * array.dtype.size()) as u64);
                slots.extend(array.dims.iter().map(|dim| *dim as u64));
                slots.extend(array.strides.iter().map(|stride| *stride as u64));
                buffers.push((array.dtype, front.to_vec(), fenced, back.to_vec()));
            }
            Argument::Parts(_) => unreachable!("leaves have no parts"),
        }
    }
    let types = &module.entry().results;
    let count = types.iter().map(|ty| ty.slots()).sum();
    let result = match host.call(artifact, &slots, count) {
        Ok(results) => Ok(values(&host, types, &results)),
        Err((site, operands)) => Err(panic_text(module, site, &operands)),
    };
    let arrays = buffers
        .into_iter()
        .map(|(dtype, front, fenced, back)| {
            constants(dtype, &[front, fenced.bytes(), back].concat())
        })
        .collect();
    Ok(Outcome { result, arrays })
}

/// The results in `slots`.
fn values(host: &Host, types: &[ValueType], slots: &[u64]) -> Vec<Value> {
    let mut slots = slots.iter().copied();
    types
        .iter()
        .map(|ty| match ty {
            ValueType::Scalar(dtype) => {
                let written: Vec<u64> = slots.clone().take(dtype.slots()).collect();
                let value = Const::from_slots(*dtype, &mut slots);
                assert_eq!(written, value.slots(), "a {dtype} is not zero-extended");
                Value::Scalar(same(value))
            }
            ValueType::View(view) => {
                let mut next = || slots.next().expect("a slot for each part");
                let base = next();
                let dims: Vec<usize> = (0..view.rank).map(|_| next() as usize).collect();
                let strides: Vec<isize> = (0..view.rank).map(|_| next() as isize).collect();
                let elements = host.elements(view.dtype, base, &dims, &strides);
                Value::Array { dims, elements: elements.into_iter().map(same).collect() }
            }
        })
        .collect()
}

fn leaves(args: &[Argument]) -> Vec<&Argument> {
    let mut leaves = Vec::new();
    args.iter().for_each(|arg| arg.leaves(&mut leaves));
    leaves
}

fn constants(dtype: Dtype, bytes: &[u8]) -> Vec<Const> {
    bytes
        .chunks(dtype.size())
        .map(|chunk| {
            let mut raw = [0; 16];
            raw[..chunk.len()].copy_from_slice(chunk);
            same(Const::from_bits(dtype, u128::from_le_bytes(raw)))
        })
        .collect()
}

/// `value`, or the one NaN that stands for all: Rust does not say which sign and payload the
/// NaN of an operation has, and x86 takes them from one operand or the other as instructions
/// are selected.
fn same(value: Const) -> Const {
    match value.dtype() {
        Dtype::F32 if f32::from_bits(value.bits() as u32).is_nan() => Const::f32(f32::NAN),
        Dtype::F64 if f64::from_bits(value.bits() as u64).is_nan() => Const::f64(f64::NAN),
        _ => value,
    }
}

fn panic_text(module: &Module, site: usize, operands: &[u64]) -> String {
    let site = &module.sites[site];
    format!("{} at {:?}", site.kind.message(operands), site.span)
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.result {
            Ok(values) => write!(f, "{values:?}")?,
            Err(panic) => write!(f, "panics: {panic}")?,
        }
        for array in &self.arrays {
            write!(f, "\n    array left: ")?;
            f.debug_list().entries(array.iter().map(Shown)).finish()?;
        }
        Ok(())
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Scalar(value) => write!(f, "{value}"),
            Value::Array { dims, elements } => {
                write!(f, "{dims:?}")?;
                f.debug_list().entries(elements.iter().map(Shown)).finish()
            }
        }
    }
}

struct Shown<'a>(&'a Const);

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// The signature of a kernel with these parameters.
pub(crate) fn signature(params: impl IntoIterator<Item = Type>, result: &Type) -> Signature {
    Signature { args: params.into_iter().collect(), generics: vec![], result: result.clone() }
}
