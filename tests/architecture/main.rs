//! What rooms must not know of each other, and what every file must have: the invariants of
//! `crates/README.md`, read off the repository.

use std::fs;
use std::path::{Path, PathBuf};

/// Which packages of this house a crate may name in its dependencies.
const EDGES: [(&str, &[&str]); 9] = [
    ("math", &[]),
    ("ir", &["mambo-math"]),
    ("frontend", &["mambo-ir"]),
    ("macros", &["mambo-frontend", "mambo-ir"]),
    ("compiler", &["mambo-ir", "mambo-math"]),
    ("cranelift", &["mambo-compiler", "mambo-ir", "mambo-math"]),
    ("x86", &["mambo-compiler", "mambo-ir"]),
    ("runtime", &["mambo-compiler", "mambo-ir", "mambo-math"]),
    ("mambo", &["mambo-cranelift", "mambo-macros", "mambo-math", "mambo-runtime", "mambo-x86"]),
];

/// What stands outside of this house and only one of its crates may name.
const OUTSIDE: [(&str, &[&str]); 6] = [
    ("ndarray", &["runtime", "mambo"]),
    ("cranelift-codegen", &["cranelift"]),
    ("cranelift-jit", &["cranelift"]),
    ("regalloc2", &["x86"]),
    ("syn", &["frontend", "macros"]),
    ("quote", &["frontend", "macros"]),
];

/// Where code meets memory or generated code.
const UNSAFE: [&str; 30] = [
    "crates/compiler/src/abi.rs",
    "crates/cranelift/src/artifact.rs",
    "crates/cranelift/src/math.rs",
    "crates/cranelift/src/module.rs",
    "crates/ir/src/interpret/hosts.rs",
    "crates/macros/src/data.rs",
    "crates/macros/src/face.rs",
    "crates/math/src/float.rs",
    "crates/runtime/src/arg.rs",
    "crates/runtime/src/complex.rs",
    "crates/runtime/src/context.rs",
    "crates/runtime/src/dispatcher.rs",
    "crates/runtime/src/host.rs",
    "crates/runtime/src/plain.rs",
    "crates/runtime/src/rank.rs",
    "crates/runtime/src/ret.rs",
    "crates/runtime/src/slots.rs",
    "crates/runtime/src/stack.rs",
    "crates/runtime/src/threads.rs",
    "crates/runtime/src/gufunc/items.rs",
    "crates/runtime/src/ufunc/alike.rs",
    "crates/runtime/src/ufunc/apply.rs",
    "crates/runtime/src/ufunc/callee.rs",
    "crates/runtime/src/ufunc/cast.rs",
    "crates/runtime/src/ufunc/fold.rs",
    "crates/runtime/src/ufunc/halves.rs",
    "crates/runtime/src/ufunc/operand.rs",
    "crates/runtime/src/ufunc/overlap.rs",
    "crates/runtime/src/ufunc/reduce.rs",
    "crates/runtime/src/ufunc/target.rs",
];

const MOST_LINES: usize = 1200;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_path_buf()
}

/// Every Rust file of the repository, with its path from the root.
fn sources() -> Vec<(String, String)> {
    fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder of the repository") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                collect(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let root = root();
    let mut found = Vec::new();
    for folder in ["crates", "benches", "examples", "tests"] {
        collect(&root.join(folder), &mut found);
    }
    found
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).expect("text");
            let name = path.strip_prefix(&root).expect("below the root").to_string_lossy();
            (name.replace('\\', "/"), text)
        })
        .collect()
}

/// The names in a section of a manifest.
fn dependencies(manifest: &str, section: &str) -> Vec<String> {
    manifest
        .lines()
        .skip_while(|line| line.trim() != format!("[{section}]"))
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split(['.', '=', ' ']).next())
        .filter(|name| !name.is_empty())
        .map(String::from)
        .collect()
}

fn manifest(krate: &str) -> String {
    fs::read_to_string(root().join("crates").join(krate).join("Cargo.toml")).expect("a manifest")
}

/// Fails with every finding at once.
fn nothing(found: Vec<String>) {
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn dependencies_point_one_way() {
    let mut found = Vec::new();
    for (krate, allowed) in EDGES {
        let manifest = manifest(krate);
        let own = dependencies(&manifest, "dependencies");
        assert!(
            manifest.contains("\n[dependencies]\n"),
            "the manifest of `{krate}` was not understood"
        );
        for name in own.iter().filter(|name| name.starts_with("mambo")) {
            if !allowed.contains(&name.as_str()) {
                found.push(format!("`{krate}` must not know `{name}`"));
            }
        }
        for (name, allowed) in OUTSIDE {
            if own.iter().any(|own| own == name) && !allowed.contains(&krate) {
                found.push(format!("`{krate}` must not know `{name}`"));
            }
        }
    }
    let crates = fs::read_dir(root().join("crates")).expect("crates");
    for krate in crates.map(|entry| entry.expect("an entry")) {
        let name = krate.file_name().to_string_lossy().into_owned();
        if krate.path().is_dir() && !EDGES.iter().any(|(known, _)| *known == name) {
            found.push(format!("the edges of the new crate `{name}` are not in this test"));
        }
    }
    nothing(found);
}

#[test]
fn files_say_what_they_are_and_stay_short() {
    let mut found = Vec::new();
    for (name, text) in sources() {
        // What these hold is text of kernels.
        if name.starts_with("tests/explain/kernels/")
            || name.starts_with("tests/messages/") && name != "tests/messages/main.rs"
        {
            continue;
        }
        if !text.starts_with("//!") {
            found.push(format!("{name} does not open with what it is"));
        }
        let lines = text.lines().count();
        if lines > MOST_LINES {
            found.push(format!("{name} has {lines} lines: split it by what it does"));
        }
        let stem = name.rsplit('/').next().unwrap_or_default().trim_end_matches(".rs");
        if ["utils", "util", "common", "helpers", "base", "misc", "core"].contains(&stem) {
            found.push(format!("{name} has a name that says nothing"));
        }
    }
    nothing(found);
}

/// Whether the keyword `unsafe` stands in code, not in a comment or text.
fn has_unsafe(text: &str) -> bool {
    let keyword = ["unsafe {", "unsafe fn", "unsafe impl", "unsafe extern", "unsafe trait"];
    text.lines()
        .map(|line| line.split("//").next().unwrap_or_default().replace("\"C\"", ""))
        .filter(|code| !code.contains(['"', '`']))
        .any(|code| keyword.iter().any(|keyword| code.contains(keyword)))
}

#[test]
fn unsafe_stands_only_where_code_meets_memory() {
    let mut found = Vec::new();
    let mut met = Vec::new();
    for (name, text) in sources() {
        let library = name.starts_with("crates/")
            && name.contains("/src/")
            && !name.contains("/src/tests/")
            && !text.contains("#![cfg(test)]");
        if library && has_unsafe(&text) {
            if UNSAFE.contains(&name.as_str()) {
                met.push(name);
            } else if !name.ends_with("/counting.rs") {
                found.push(format!("{name} has `unsafe` and is not on the list"));
            }
        }
    }
    for name in UNSAFE.iter().filter(|name| !met.iter().any(|met| met == *name)) {
        found.push(format!("{name} is on the list and has no `unsafe`"));
    }
    nothing(found);
}

#[test]
fn nothing_is_left_over() {
    let mut found = Vec::new();
    // Put together here, so that this file does not hold what it looks for.
    let macros = ["todo", "unimplemented", "dbg"].map(|name| format!("{name}!("));
    let attributes = ["ignore", "should_panic]"].map(|name| format!("#[{name}"));
    let paths = ["home", "root", "work", "tmp"].map(|folder| format!("\"/{folder}/"));
    for (name, text) in sources() {
        let checked = name.starts_with("crates/") && name.contains("/src/");
        for (number, line) in text.lines().enumerate() {
            let place = format!("{name}:{}", number + 1);
            let code = line.split("//").next().unwrap_or_default();
            if checked && macros.iter().any(|m| code.contains(m)) && !code.contains('`') {
                found.push(format!("{place}: {}", line.trim()));
            }
            let own = name.starts_with("tests/architecture");
            if !own && attributes.iter().any(|a| code.trim_start().starts_with(a)) {
                found.push(format!("{place}: {}", line.trim()));
            }
            if !own && paths.iter().any(|path| line.contains(path)) {
                found.push(format!("{place} names a path of one machine"));
            }
        }
    }
    nothing(found);
}
