//! The short way of a call: few operands that lie alike, side by side or the same for all
//! elements, go straight to the inner loop, if it is compiled and not shared among threads.
//!
//! All of it is inlined where the call is written, so that nothing is left of lists and checks
//! but the comparison of lengths.

use super::apply::{describe, is_contiguous};
use super::callee::load;
use super::operand::{Operands, RawOperand, Raws};
use super::target::{Results, Target};
use crate::arg::Arguments;
use crate::dispatcher::{Dispatcher, Resolve};
use crate::error::Error;
use mambo_compiler::abi::Context;
use mambo_compiler::inner_loop::Form;
use std::mem::MaybeUninit;

/// The most operands that go the short way.
const MOST: usize = 4;

/// Operands of a call, gathered.
#[derive(Debug)]
pub struct Alike<'a> {
    dims: &'a [usize],
    slots: [u64; 3 * MOST],
    used: usize,
    /// The key of the loop.
    bits: u64,
    number: u32,
}

impl<'a> Alike<'a> {
    #[inline(always)]
    fn new(dims: &'a [usize]) -> Self {
        Alike { dims, slots: [0; 3 * MOST], used: 0, bits: 1 << 63, number: 0 }
    }

    /// Adds an operand; whether it lies as all others.
    #[inline(always)]
    pub(crate) fn push(&mut self, raw: &RawOperand<'_>, is_input: bool) -> bool {
        if self.used + 3 > self.slots.len() {
            return false;
        }
        let form = if raw.dims.is_empty() && is_input {
            let slots = usize::from(raw.dtype.parts()) * raw.dtype.part().slots();
            // SAFETY: a number may be read.
            unsafe { load(raw.dtype, raw.address, &mut self.slots[self.used..]) };
            self.used += slots;
            Form::Held
        } else {
            if raw.dims != self.dims || !is_contiguous(raw) {
                return false;
            }
            self.slots[self.used] = raw.address as u64;
            self.slots[self.used + 1] = self.dims.iter().product::<usize>() as u64;
            self.slots[self.used + 2] = 1;
            self.used += 3;
            Form::Contiguous
        };
        self.bits |= (form as u64) << (2 * self.number);
        self.number += 1;
        true
    }
}

impl Dispatcher {
    /// Runs the loop over these operands, if they lie alike and it is compiled.
    #[inline(always)]
    pub(super) fn run_alike<P: Arguments, R: Results, L: Operands>(
        &'static self,
        resolve: Option<Resolve>,
        inputs: &L,
        target: &mut impl Target<R>,
    ) -> Option<Result<(), Error>> {
        if self.source().parallel {
            return None;
        }
        let mut places = Raws::new();
        target.places(&mut places);
        let outputs = places.as_slice();
        let mut alike = Alike::new(outputs[0].dims);
        if !inputs.alike(&mut alike) {
            return None;
        }
        for output in outputs {
            if output.in_cells || !alike.push(output, false) {
                return None;
            }
        }
        let route = self.find(describe::<P, R, L>, resolve, alike.bits)?;
        if route.asks_context {
            return None;
        }
        let mut context = MaybeUninit::<Context>::uninit();
        let mut results = [0u64; 0];
        // SAFETY: the slots are those of the loop's signature; the operands are borrowed for the
        // call, outputs mutably. There are no results, and nothing is asked of the context.
        let status = unsafe {
            (route.entry)(context.as_mut_ptr(), alike.slots.as_ptr(), results.as_mut_ptr())
        };
        if status != 0 {
            // SAFETY: the code does not ask for the context, so it has panicked.
            return Some(Err(unsafe { route.failure(status, context.as_ptr()) }));
        }
        Some(Ok(()))
    }
}
