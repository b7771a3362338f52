//! The machines that code is made for, described once a process.

use cranelift_codegen::isa::{self, OwnedTargetIsa};
use cranelift_codegen::settings::{self, Configurable};
use std::sync::OnceLock;

/// A machine as the code generator sees it.
pub(crate) struct Machine {
    /// The instruction set with its flags.
    pub(crate) isa: OwnedTargetIsa,
    /// The same, for code that is not worth much effort.
    pub(crate) quick: OwnedTargetIsa,
    /// Whether it rounds to integral floats in one instruction.
    pub(crate) rounds: bool,
    /// Whether it has a fused multiply-add.
    pub(crate) fuses: bool,
    /// Whether any instruction on vectors may take its operand from any address.
    pub(crate) reads_unaligned: bool,
}

/// The host with all its features.
pub(crate) fn native() -> Result<&'static Machine, String> {
    static MACHINE: OnceLock<Result<Machine, String>> = OnceLock::new();
    MACHINE.get_or_init(|| describe(|| host(true))).as_ref().map_err(String::clone)
}

/// The architecture of the host without optional features.
pub(crate) fn baseline() -> Result<&'static Machine, String> {
    static MACHINE: OnceLock<Result<Machine, String>> = OnceLock::new();
    MACHINE.get_or_init(|| describe(|| host(false))).as_ref().map_err(String::clone)
}

fn host(features: bool) -> Result<isa::Builder, String> {
    Ok(cranelift_native::builder_with_options(features)?)
}

/// The machine of a target.
pub(crate) fn describe(
    target: impl Fn() -> Result<isa::Builder, String>,
) -> Result<Machine, String> {
    let isa = finish(target()?, "speed")?;
    let quick = finish(target()?, "none")?;
    let has = |name: &str| {
        isa.isa_flags().iter().any(|flag| flag.name == name && flag.as_bool() == Some(true))
    };
    let x86 = isa.name() == "x64";
    let [rounds, fuses, reads_unaligned] =
        ["has_sse41", "has_fma", "has_avx"].map(|feature| !x86 || has(feature));
    Ok(Machine { isa, quick, rounds, fuses, reads_unaligned })
}

fn finish(target: isa::Builder, effort: &str) -> Result<OwnedTargetIsa, String> {
    let mut flags = settings::builder();
    let verifier = if cfg!(debug_assertions) { "true" } else { "false" };
    for (name, value) in [
        ("opt_level", effort),
        ("is_pic", "false"),
        ("use_colocated_libcalls", "false"),
        ("unwind_info", "false"),
        ("enable_verifier", verifier),
        ("log2_min_function_alignment", "6"),
        // Frames larger than a page touch each of their pages, so that running out of stack
        // always meets the guard page.
        ("enable_probestack", "true"),
        ("probestack_strategy", "inline"),
    ] {
        flags.set(name, value).map_err(|error| format!("flag {name}: {error}"))?;
    }
    target.finish(settings::Flags::new(flags)).map_err(|error| error.to_string())
}
