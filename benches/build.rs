//! Compiles `scalar/loops.rs`, the loops that kernels are compared with, by rustc for this CPU
//! with vectorisation off: an option that a package cannot set for one of its modules.

use std::env;
use std::path::PathBuf;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=scalar/loops.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let object = out.join("scalar_loops.o");
    let rustc = env::var_os("RUSTC").expect("cargo sets RUSTC");
    let status = Command::new(rustc)
        .args(["--crate-type=lib", "--crate-name=scalar_loops", "--edition=2024", "--emit=obj"])
        .args(["-Copt-level=3", "-Ccodegen-units=1", "-Ctarget-cpu=native"])
        .args(["-Cno-vectorize-loops", "-Cno-vectorize-slp"])
        .args(["scalar/loops.rs", "-o"])
        .arg(&object)
        .status()
        .expect("rustc runs");
    assert!(status.success(), "scalar/loops.rs does not compile");
    println!("cargo::rustc-link-arg-benches={}", object.display());
}
