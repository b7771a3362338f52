//! Passes on modules written as text.
//!
//! A file of `passes/` is a module, with `; pass: name` in its head (several names run one
//! after the other), a line of `; ====`, and the module that is expected. With `MAMBO_BLESS=1`
//! in the environment what comes out becomes what is expected.

use libtest_mimic::{Arguments, Failed, Trial};
use mambo_compiler::passes::{self, PassOptions};
use mambo_ir::{Function, Module, text, verify};
use std::path::{Path, PathBuf};

const MARK: &str = "; ====";

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/passes");
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    let trials = files
        .into_iter()
        .map(|file| {
            let name = file.strip_prefix(&root).unwrap_or(&file).display().to_string();
            Trial::test(name, move || run(&file).map_err(Failed::from))
        })
        .collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the folder of the tests is there").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "mir") {
            files.push(path);
        }
    }
}

fn run(file: &Path) -> Result<(), String> {
    let whole = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    let (input, expected) = whole.split_once(MARK).unwrap_or((&whole, ""));
    let names = input
        .lines()
        .find_map(|line| line.strip_prefix("; pass: "))
        .ok_or("the head names no pass: `; pass: fold_constants`")?;
    let mut module = text::parse(input).map_err(|error| error.to_string())?;
    verify::verify(&module).map_err(|error| format!("the input: {error}"))?;
    for name in names.split_whitespace() {
        apply(name, &mut module)?;
        verify::verify(&module).map_err(|error| format!("after {name}: {error}\n{module}"))?;
    }
    let found = module.to_string();
    if found.trim() == expected.trim() {
        return Ok(());
    }
    if std::env::var_os("MAMBO_BLESS").is_some() {
        let blessed = format!("{}\n\n{MARK}\n{found}", input.trim_end());
        return std::fs::write(file, blessed).map_err(|error| error.to_string());
    }
    Err(format!("{} gives\n{found}\nbut expected is\n{expected}", names))
}

fn apply(name: &str, module: &mut Module) -> Result<(), String> {
    let options = PassOptions::default();
    let each = |module: &mut Module, pass: &dyn Fn(&mut Function)| {
        module.functions.iter_mut().for_each(pass);
    };
    match name {
        "inline_calls" => passes::inline_calls(module, &options),
        "fold_constants" => each(module, &passes::fold_constants),
        "merge_common_subexpressions" => each(module, &passes::merge_common_subexpressions),
        "eliminate_dead_code" => each(module, &passes::eliminate_dead_code),
        "hoist_invariants" => each(module, &passes::hoist_invariants),
        "recognize_counted_loops" => each(module, &passes::recognize_counted_loops),
        "eliminate_bounds_checks" => each(module, &passes::eliminate_bounds_checks),
        "split_index_ranges" => {
            each(module, &|func| passes::split_index_ranges(func, &options));
        }
        "vectorize_loops" => each(module, &|func| _ = passes::vectorize_loops(func)),
        "unroll_short_loops" => each(module, &|func| passes::unroll_short_loops(func, &options)),
        "nest_early_exits" => each(module, &passes::nest_early_exits),
        "promote_stack_arrays" => each(module, &passes::promote_stack_arrays),
        "optimize" => _ = passes::optimize(module, &options, &mut |_, _| {}),
        _ => return Err(format!("there is no pass `{name}`")),
    }
    Ok(())
}
