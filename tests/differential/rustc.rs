//! The same kernels as rustc compiles them: what lowering gives must be what Rust means.
//!
//! Many kernels are written into one program that calls each and prints what came of it. Panics
//! are compared as such, without their words, which are those of std and ndarray there.

use crate::arguments::{Argument, ArrayArgument};
use crate::callees::CALLEES;
use crate::case::Case;
use crate::run::{Outcome, Value};
use mambo_ir::signature::{Access, ArrayType};
use mambo_ir::{Const, Dtype, Type};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the program begins with.
const HEAD: &str = include_str!("rustc/head.rs");

/// What each call of each case came to, as rustc's code has it, in order.
///
/// # Panics
/// If rustc does not accept a kernel.
pub(crate) fn run(cases: &[&Case], name: &str) -> Vec<String> {
    let own = format!("rustc-{name}-{}", std::process::id());
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(own);
    std::fs::create_dir_all(&folder).expect("a folder for the program");
    let (source, program) = (folder.join("kernels.rs"), folder.join("kernels"));
    std::fs::write(&source, text(cases)).expect("the program can be written");
    let mut words = String::new();
    let compiled = libraries().into_iter().any(|library| {
        let output = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
            .args(["--edition=2024", "--crate-type=bin", "-Coverflow-checks=off"])
            .args(["-Cdebug-assertions=off", "--cap-lints=allow", "--color=never", "-o"])
            .args([&program, &source])
            .arg("-L")
            .arg(library.parent().expect("a file in a folder"))
            .arg("--extern")
            .arg(format!("ndarray={}", library.display()))
            .output()
            .expect("rustc can be started");
        words = String::from_utf8_lossy(&output.stderr).into_owned();
        output.status.success()
    });
    assert!(compiled, "rustc does not accept the kernels of {}:\n{words}", source.display());
    let output = Command::new(&program).output().expect("the program can be started");
    assert!(output.status.success(), "the program of {} fails", source.display());
    std::fs::remove_dir_all(&folder).expect("the folder can be removed");
    let lines = String::from_utf8(output.stdout).expect("the program prints text");
    lines.lines().map(str::to_owned).collect()
}

/// The libraries of ndarray that were built beside this program, the newest first.
fn libraries() -> Vec<PathBuf> {
    let program = std::env::current_exe().expect("the path of this program");
    let folder = program.parent().expect("a program in a folder");
    let entries = std::fs::read_dir(folder).expect("the folder of this program");
    let mut libraries: Vec<_> = entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let name = entry.file_name().into_string().ok()?;
            let is_library = name.starts_with("libndarray-") && name.ends_with(".rlib");
            let time = entry.metadata().ok()?.modified().ok()?;
            is_library.then(|| (time, entry.path()))
        })
        .collect();
    libraries.sort();
    libraries.into_iter().rev().map(|(_, path)| path).collect()
}

/// A line as the program would print it.
pub(crate) fn line(outcome: &Outcome) -> String {
    let mut line = String::new();
    match &outcome.result {
        Ok(values) => {
            for value in values {
                match value {
                    Value::Scalar(value) => {
                        let _ = write!(line, "{:x} ", value.bits());
                    }
                    Value::Array { dims, elements } => {
                        dims.iter().for_each(|dim| {
                            let _ = write!(line, "{dim}, ");
                        });
                        write_elements(elements, &mut line);
                    }
                }
            }
        }
        Err(_) => line.push_str("panic "),
    }
    for array in &outcome.arrays {
        line.push_str("| ");
        write_elements(array, &mut line);
    }
    line
}

fn write_elements(elements: &[Const], line: &mut String) {
    for element in elements {
        let _ = write!(line, "{:x} ", element.bits());
    }
}

/// The program.
fn text(cases: &[&Case]) -> String {
    let mut text = HEAD.to_owned();
    for (_, callee) in CALLEES {
        text.push_str(callee);
        text.push('\n');
    }
    let mut main = String::new();
    for (number, case) in cases.iter().enumerate() {
        text.push_str(&case.program.text(&format!("kernel{number}")));
        for (call, args) in case.calls.iter().enumerate() {
            let _ = writeln!(text, "fn call{number}_{call}() {{");
            write_call(&mut text, number, case, args);
            text.push_str("}\n");
            let _ = writeln!(main, "    call{number}_{call}();");
        }
    }
    let _ = write!(text, "fn main() {{\n    std::panic::set_hook(Box::new(|_| ()));\n{main}}}\n");
    text
}

fn write_call(text: &mut String, number: usize, case: &Case, args: &[Argument]) {
    let mut arrays = 0;
    let mut list = String::new();
    for (param, arg) in case.program.params.iter().zip(args) {
        let value = match arg {
            Argument::Array(array) => {
                let id = arrays;
                arrays += 1;
                let elements: Vec<_> = array.elements.iter().map(|e| constant(*e)).collect();
                let _ = writeln!(text, "    let mut a{id} = vec![{}];", elements.join(", "));
                array_text(&param.ty, array, id)
            }
            other => value_text(&param.ty, other),
        };
        let _ = write!(list, "{value}, ");
    }
    let _ = writeln!(text, "    let mut line = String::new();");
    let _ = writeln!(text, "    finish(&mut line, || kernel{number}({list}));");
    for id in 0..arrays {
        let _ = writeln!(text, "    line.push_str(\"| \"); show_all(&a{id}, &mut line);");
    }
    let _ = writeln!(text, "    println!(\"{{line}}\");");
}

fn value_text(ty: &Type, arg: &Argument) -> String {
    match (ty, arg) {
        (_, Argument::Scalar(value)) => constant(*value),
        (Type::Tuple(items), Argument::Parts(parts)) => {
            let parts: Vec<_> =
                items.iter().zip(parts).map(|(item, part)| value_text(item, part)).collect();
            format!("({},)", parts.join(", "))
        }
        (Type::FixedArray(item, _), Argument::Parts(parts)) => {
            let parts: Vec<_> = parts.iter().map(|part| value_text(item, part)).collect();
            format!("[{}]", parts.join(", "))
        }
        _ => unreachable!("arguments are of their types"),
    }
}

fn array_text(ty: &Type, array: &ArrayArgument, id: usize) -> String {
    let ArrayArgument { dims, strides, offset, .. } = array;
    match ty {
        Type::Ref { .. } => format!("&mut a{id}[{offset}]"),
        Type::Array(ArrayType { slice: true, access, .. }) => {
            let reference = if *access == Access::Mut { "&mut " } else { "&" };
            format!("{reference}a{id}[{offset}..{}]", offset + dims[0])
        }
        Type::Array(ArrayType { access, rank, .. }) => {
            let view = if *access == Access::Mut { "mutable" } else { "shared" };
            format!("{view}{rank}(&mut a{id}, {offset}, {dims:?}, {strides:?})")
        }
        _ => unreachable!("an array is no other argument"),
    }
}

/// A constant with exactly its bits.
fn constant(value: Const) -> String {
    let bits = value.bits();
    match value.dtype() {
        Dtype::Bool => format!("{}", bits != 0),
        Dtype::F32 => format!("f32::from_bits({bits:#x})"),
        Dtype::F64 => format!("f64::from_bits({bits:#x})"),
        dtype => format!("{bits:#x}_u128 as {dtype}"),
    }
}
