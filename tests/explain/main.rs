//! What `explain()` says of loops, file by file.
//!
//! A file of `kernels/` is a kernel, with the types of its arguments in its first line, a line
//! of `// ====`, and the report that is expected as comments. Leaves are made for AVX-512, but
//! not run, so that the reports are the same on every machine. With `MAMBO_BLESS=1` in the
//! environment what comes out becomes what is expected.

use libtest_mimic::{Arguments, Failed, Trial};
use mambo_compiler::backend::{Backend, LoopBackend, LoopOutcome};
use mambo_compiler::build::build;
use mambo_compiler::explain::SignatureExplanation;
use mambo_compiler::source::{Instance, KernelSource};
use mambo_cranelift::Cranelift;
use mambo_frontend::{JitOptions, lower_source};
use mambo_ir::function::Op;
use mambo_ir::kernel::Options;
use mambo_ir::signature::{Access, ArrayType};
use mambo_ir::{Dtype, FastMath, Layout, Signature, Type};
use mambo_x86::{Simd, X86};
use std::path::{Path, PathBuf};

const MARK: &str = "// ====\n";

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("explain/kernels");
    let mut files: Vec<PathBuf> = std::fs::read_dir(root)
        .expect("the folder of the kernels is there")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    let trials = files
        .into_iter()
        .map(|file| {
            let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            Trial::test(name, move || run(&file).map_err(Failed::from))
        })
        .collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn run(file: &Path) -> Result<(), String> {
    let whole = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    let (text, expected) = whole.split_once(MARK).unwrap_or((&whole, ""));
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let found: String = explain(text, &name)?.lines().map(|line| format!("// {line}\n")).collect();
    if found == expected {
        return Ok(());
    }
    if std::env::var_os("MAMBO_BLESS").is_some() {
        let blessed = format!("{}\n\n{MARK}{found}", text.trim_end());
        return std::fs::write(file, blessed).map_err(|error| error.to_string());
    }
    Err(format!("the report is\n{found}\nbut expected is\n{expected}"))
}

/// The report for a kernel, headed by `// args: …` and perhaps `// fastmath`.
fn explain(text: &str, file: &str) -> Result<String, String> {
    let head = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
    let args = head("// args: ").ok_or("the head names no arguments: `// args: f64, &[f64]`")?;
    let result = head("// result: ").map_or(Ok(Type::UNIT), argument)?;
    let fastmath = if head("// fastmath").is_some() { FastMath::ALL } else { FastMath::default() };
    let options =
        JitOptions { options: Options { fastmath, ..Options::default() }, ..JitOptions::default() };
    let (lowered, errors) = lower_source(text, &options);
    let lowered = lowered.filter(|_| errors.is_empty()).ok_or_else(|| format!("{errors:?}"))?;
    let source = Box::leak(Box::new(KernelSource {
        name: String::leak(lowered.kernel.name.clone()),
        file: String::leak(file.into()),
        tree: Vec::leak(lowered.kernel.encode()),
        debug_assertions: true,
        parallel: false,
        captures: Vec::new,
        types: Vec::new,
        callees: Vec::new,
    }));
    let args = args.split(", ").map(argument).collect::<Result<_, _>>()?;
    let signature = Signature { args, generics: vec![], result };
    let instance = Instance { signature: signature.clone(), captures: vec![], types: vec![] };
    let built = build(source, &instance, &mut |_, _| {}).map_err(|error| error.to_string())?;
    Cranelift::new().compile(&built.module).map_err(|error| error.to_string())?;
    let mut outcomes = Vec::new();
    for (index, function) in built.module.functions.iter().enumerate() {
        for inst in function.reachable_insts() {
            let Op::VectorLoop { plan, .. } = &function.inst(inst).op else { continue };
            let code = X86::new(Simd::Avx512).compile(plan).map(|code| code.shape);
            let span = function.inst(inst).span;
            outcomes.push(LoopOutcome { function: index, span, code, narrowed: None });
        }
    }
    Ok(SignatureExplanation::new(signature, &built, &outcomes).to_string())
}

/// The type of an argument: a scalar, `&[T]`, `&mut [T]`, `ArrayView2<T>` or
/// `ArrayViewMut1<T>` of layout C, or with `, S>` of any strides.
fn argument(text: &str) -> Result<Type, String> {
    let dtype = |text: &str| text.parse::<Dtype>().map_err(|_| format!("`{text}` is no type"));
    let slice = |item: &str, access: Access| {
        let dtype = dtype(item.trim_end_matches(']'))?;
        Ok(Type::Array(ArrayType { dtype, rank: 1, layout: Layout::C, access, slice: true }))
    };
    if let Some(item) = text.strip_prefix("&mut [") {
        return slice(item, Access::Mut);
    }
    if let Some(item) = text.strip_prefix("&[") {
        return slice(item, Access::Shared);
    }
    let Some(array) = text.strip_prefix("ArrayView") else { return Ok(dtype(text)?.into()) };
    let (access, array) = match array.strip_prefix("Mut") {
        Some(array) => (Access::Mut, array),
        None => (Access::Shared, array),
    };
    let (rank, item) = array.split_at(1);
    let rank = rank.parse().map_err(|_| format!("`{text}` has no rank"))?;
    let item = item.trim_matches(['<', '>']);
    let (item, layout) = match item.strip_suffix(";S") {
        Some(item) => (item, Layout::Strided),
        None => (item, Layout::C),
    };
    let dtype = dtype(item)?;
    Ok(Type::Array(ArrayType { dtype, rank, layout, access, slice: false }))
}
