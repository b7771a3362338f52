//! Compiles the loops that kernels are compared with by rustc for this CPU, which a package
//! cannot ask for one of its modules: `scalar/loops.rs` with vectorisation off, for the benchmark
//! `loops`, and `native/loops.rs` with vectorisation on, for the program `compare`.

use std::env;
use std::path::PathBuf;
use std::process::Command;

fn main() {
    let scalar = object("scalar", &["-Cno-vectorize-loops", "-Cno-vectorize-slp"]);
    println!("cargo::rustc-link-arg-benches={}", scalar.display());
    let native = object("native", &[]);
    println!("cargo::rustc-link-arg-bin=compare={}", native.display());
}

/// Compiles `FOLDER/loops.rs` to an object file.
fn object(folder: &str, options: &[&str]) -> PathBuf {
    let source = format!("{folder}/loops.rs");
    println!("cargo::rerun-if-changed={folder}");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let object = out.join(format!("{folder}_loops.o"));
    let rustc = env::var_os("RUSTC").expect("cargo sets RUSTC");
    let status = Command::new(rustc)
        .args(["--crate-type=lib", "--edition=2024", "--emit=obj"])
        .arg(format!("--crate-name={folder}_loops"))
        .args(["-Copt-level=3", "-Ccodegen-units=1", "-Ctarget-cpu=native"])
        .args(options)
        .args([&source, "-o"])
        .arg(&object)
        .status()
        .expect("rustc runs");
    assert!(status.success(), "{source} does not compile");
    object
}
