//! Which backend a process has: Cranelift, with vector loops in leaves for the processor of the
//! host where there are such, else at 128 bits.

use mambo_cranelift::Cranelift;
use mambo_runtime::generated::Backend;
use std::sync::OnceLock;

/// The variable that says how wide vectors may be: `scalar`, `128`, `256` or `512`.
const SIMD: &str = "MAMBO_SIMD";

/// The backend of the process, chosen when it is first asked for.
pub(crate) fn of_process() -> &'static dyn Backend {
    static BACKEND: OnceLock<Cranelift> = OnceLock::new();
    BACKEND.get_or_init(|| with_simd(allowed_bits()))
}

/// The most bits that the environment allows.
///
/// # Panics
/// If the variable is set to something else than it may be.
fn allowed_bits() -> u32 {
    let Some(value) = std::env::var_os(SIMD) else { return u32::MAX };
    match value.to_str() {
        Some("scalar") => 0,
        Some(bits @ ("128" | "256" | "512")) => bits.parse().expect("digits"),
        _ => panic!("{SIMD} is {value:?}, but may be `scalar`, `128`, `256` or `512`"),
    }
}

#[cfg(target_arch = "x86_64")]
fn with_simd(bits: u32) -> Cranelift {
    use mambo_x86::{Simd, X86};
    static LOOPS: OnceLock<X86> = OnceLock::new();
    match Simd::widest(bits) {
        Some(simd) => with_lanes(bits).with_loops(LOOPS.get_or_init(|| X86::new(simd))),
        None => with_lanes(bits),
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn with_simd(bits: u32) -> Cranelift {
    with_lanes(bits)
}

fn with_lanes(bits: u32) -> Cranelift {
    match bits {
        ..128 => Cranelift::new(),
        _ => Cranelift::new().with_lanes(),
    }
}
