//! What the tests of the backend share: a host that lends memory, and a way to build, compile
//! and call a module.

#![allow(dead_code, reason = "every test binary uses a part of it")]

use mambo_compiler::abi::Context;
use mambo_compiler::backend::{Artifact, Backend};
use mambo_cranelift::Cranelift;
use mambo_ir::builder::Builder;
use mambo_ir::function::{Function, Source, Terminator, Value, ValueType, ViewType};
use mambo_ir::site::MAX_OPERAND_SLOTS;
use mambo_ir::verify::verify;
use mambo_ir::{Dtype, Layout, Module, Site, SiteKind, Span};
use std::alloc::{Layout as MemoryLayout, alloc, alloc_zeroed, dealloc};
use std::mem::MaybeUninit;

/// A panic: its site and operands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Panicked {
    pub(crate) site: u32,
    pub(crate) operands: Box<[u64]>,
}

/// The context with what the host knows beside it.
#[repr(C)]
pub(crate) struct Host {
    pub(crate) context: Context,
    /// Allocations that are not freed.
    pub(crate) live: Vec<(*mut u8, MemoryLayout)>,
    /// Bytes allocated in all.
    pub(crate) allocated: u64,
    /// Further allocations fail.
    pub(crate) exhausted: bool,
}

impl Host {
    pub(crate) fn new() -> Self {
        let marker = 0_u8;
        Host {
            context: Context {
                stack_limit: (&raw const marker as usize).saturating_sub(256 << 10),
                allocate,
                free,
                written: 0,
                operands: [MaybeUninit::uninit(); MAX_OPERAND_SLOTS],
            },
            live: Vec::new(),
            allocated: 0,
            exhausted: false,
        }
    }

    /// Calls the entry with argument slots; gives `results` slots back.
    pub(crate) fn call(
        &mut self,
        artifact: &dyn Artifact,
        args: &[u64],
        results: usize,
    ) -> Result<Vec<u64>, Panicked> {
        let mut slots = vec![0xAAAA_AAAA_AAAA_AAAA_u64; results];
        self.context.written = 0;
        // SAFETY: the tests pass what the entry's parameters say, and the context is the first
        // field of `self`, whose provenance covers all of it.
        let status = unsafe {
            (artifact.entry())((&raw mut *self).cast(), args.as_ptr(), slots.as_mut_ptr())
        };
        match status {
            0 => Ok(slots),
            _ => {
                // SAFETY: compiled code is all that wrote to the context.
                let operands = unsafe { Context::written_operands(&raw const self.context) }.into();
                Err(Panicked { site: status - 1, operands })
            }
        }
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        for (pointer, layout) in self.live.drain(..) {
            // SAFETY: allocated by `allocate` with this layout and not freed.
            unsafe { dealloc(pointer, layout) };
        }
    }
}

unsafe extern "C" fn allocate(
    context: *mut Context,
    bytes: u64,
    align: u64,
    zeroed: u32,
) -> *mut u8 {
    // SAFETY: the context is the first field of a `Host` that nothing else borrows now.
    let host = unsafe { &mut *context.cast::<Host>() };
    let Ok(layout) = MemoryLayout::from_size_align(bytes as usize, align as usize) else {
        return std::ptr::null_mut();
    };
    if host.exhausted || bytes == 0 || bytes > 1 << 32 {
        return std::ptr::null_mut();
    }
    // SAFETY: the size is not 0.
    let pointer = unsafe {
        if zeroed != 0 {
            alloc_zeroed(layout)
        } else {
            let pointer = alloc(layout);
            std::ptr::write_bytes(pointer, 0xCD, layout.size());
            pointer
        }
    };
    host.live.push((pointer, layout));
    host.allocated += bytes;
    pointer
}

unsafe extern "C" fn free(context: *mut Context, pointer: *mut u8) {
    // SAFETY: as in `allocate`.
    let host = unsafe { &mut *context.cast::<Host>() };
    let index = host.live.iter().position(|&(live, _)| live == pointer);
    let (pointer, layout) = host.live.swap_remove(index.expect("what is freed is allocated"));
    // SAFETY: allocated with this layout and forgotten now.
    unsafe { dealloc(pointer, layout) };
}

/// A function with parameters and results of these types.
pub(crate) fn function(
    name: &str,
    params: &[ValueType],
    results: &[ValueType],
    build: impl FnOnce(&mut Builder<'_>, &[Value]),
) -> Function {
    let mut function = Function::new(name);
    function.results = results.to_vec();
    let mut builder = Builder::new(&mut function);
    let entry = builder.current();
    let params: Vec<_> =
        params.iter().map(|&param| builder.add_param(entry, param, None)).collect();
    build(&mut builder, &params);
    function
}

/// A module with one function.
pub(crate) fn module(
    params: &[ValueType],
    results: &[ValueType],
    build: impl FnOnce(&mut Builder<'_>, &[Value]),
) -> Module {
    Module {
        functions: vec![function("test", params, results, build)],
        sites: vec![
            site(SiteKind::Index { array: "a".into(), axis: 0, rank: 1 }),
            site(SiteKind::Allocation { dtype: Dtype::F64 }),
            site(SiteKind::Recursion),
            site(SiteKind::HostPanic),
            site(SiteKind::DivideByZero),
            site(message(&[Dtype::F32, Dtype::I8, Dtype::Bool])),
            site(message(&[Dtype::Usize])),
            site(message(&[Dtype::I64, Dtype::I64])),
        ],
        sources: sources(),
        ..Module::default()
    }
}

pub(crate) fn sources() -> Vec<Source> {
    vec![Source { kernel: "test".into(), file: "test.rs".into() }]
}

fn message(holes: &[Dtype]) -> SiteKind {
    SiteKind::Message {
        parts: vec![String::new(); holes.len() + 1],
        holes: holes.iter().map(|&dtype| (dtype, String::new())).collect(),
    }
}

pub(crate) fn site(kind: SiteKind) -> Site {
    Site { kind, span: Span::default(), source: 0 }
}

pub(crate) fn compile(module: &Module) -> Box<dyn Artifact> {
    verify(module).unwrap_or_else(|error| panic!("{error}"));
    Cranelift::new().compile(module).unwrap_or_else(|error| panic!("{error}"))
}

/// Compiles and calls a module.
pub(crate) fn run(module: &Module, args: &[u64], results: usize) -> Result<Vec<u64>, Panicked> {
    Host::new().call(&*compile(module), args, results)
}

pub(crate) fn scalar(dtype: Dtype) -> ValueType {
    ValueType::Scalar(dtype)
}

pub(crate) fn view(dtype: Dtype, rank: u8, layout: Layout, mutable: bool) -> ValueType {
    ValueType::View(ViewType { dtype, rank, layout, mutable })
}

/// The slots of a view.
pub(crate) fn slots<T>(base: *const T, dims: &[usize], strides: &[isize]) -> Vec<u64> {
    let mut slots = vec![base as u64];
    slots.extend(dims.iter().map(|&dim| dim as u64));
    slots.extend(strides.iter().map(|&stride| stride as u64));
    slots
}

pub(crate) fn return_(builder: &mut Builder<'_>, values: &[Value]) {
    builder.end(Terminator::Return(values.to_vec()));
}

/// Numbers that look random, the same in every run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}
