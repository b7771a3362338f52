//! Calls of host functions: the one place where the interpreter leaves safe Rust.
//!
//! Arrays are copied to aligned memory for the call and back after it.

use super::{BufferId, Memory, Operand, View};
use crate::constant::Const;
use crate::function::{HostFunction, ValueType};

/// The trampoline of a host function.
type Trampoline = unsafe extern "C" fn(usize, *const u64, *mut u64) -> u32;

/// A copy of a buffer where the host can work on it.
struct Lent {
    buffer: BufferId,
    words: Vec<u128>,
}

/// Calls a host function. `Ok(None)` if it panicked.
///
/// # Errors
/// If an argument cannot be lent to the host.
pub(super) fn call(
    host: &HostFunction,
    memory: &mut Memory,
    args: &[Operand],
) -> Result<Option<Vec<Operand>>, &'static str> {
    if host.trampoline == 0 {
        return Err("the host function has no address");
    }
    let mut lent = Vec::new();
    let mut slots = Vec::new();
    for arg in args {
        match arg {
            Operand::Scalar(value) => slots.extend_from_slice(value.slots()),
            Operand::View(view) => lend(memory, view, &mut lent, &mut slots)?,
        }
    }
    let mut results = vec![0; host.results.iter().map(|ty| ty.slots()).sum()];
    // SAFETY: whoever made the module promises that the address is that of a trampoline as
    // `HostFunction` describes it; the slots are those of its parameters, the views among them
    // were checked to lie in `lent`, and there is a slot for each result.
    let status = unsafe {
        let trampoline = std::mem::transmute::<usize, Trampoline>(host.trampoline);
        trampoline(host.env, slots.as_ptr(), results.as_mut_ptr())
    };
    for lent in &lent {
        let bytes: Vec<u8> = lent.words.iter().flat_map(|word| word.to_ne_bytes()).collect();
        let len = memory.bytes(lent.buffer).len();
        memory.overwrite(lent.buffer, &bytes[..len]);
    }
    let mut results = results.into_iter();
    let result = |ty: &ValueType| {
        ty.as_scalar().map(|dtype| Operand::Scalar(Const::from_slots(dtype, &mut results)))
    };
    match status {
        0 => Ok(host.results.iter().map(result).collect()),
        _ => Ok(None),
    }
}

/// Appends the slots of a view.
fn lend(
    memory: &Memory,
    view: &View,
    lent: &mut Vec<Lent>,
    slots: &mut Vec<u64>,
) -> Result<(), &'static str> {
    if let Some(defect) = view.defect.filter(|_| !view.is_empty()) {
        return Err(defect.reason());
    }
    if memory.read(view).is_none() {
        return Err("the host is handed a view with elements that are gone or unset");
    }
    let at = lent.iter().position(|lent| lent.buffer == view.buffer).unwrap_or_else(|| {
        let words = memory.bytes(view.buffer).chunks(16).map(|chunk| {
            let mut word = [0; 16];
            word[..chunk.len()].copy_from_slice(chunk);
            u128::from_ne_bytes(word)
        });
        lent.push(Lent { buffer: view.buffer, words: words.collect() });
        lent.len() - 1
    });
    let size = memory.dtype(view.buffer).map_or(1, |dtype| dtype.size());
    let base = lent[at].words.as_mut_ptr().expose_provenance();
    let offset = if view.is_empty() { 0 } else { view.offset };
    slots.push(base.wrapping_add_signed(offset.wrapping_mul(size as isize)) as u64);
    slots.extend(view.dims().iter().map(|&dim| dim as u64));
    slots.extend(view.strides().iter().map(|&stride| stride as u64));
    Ok(())
}
