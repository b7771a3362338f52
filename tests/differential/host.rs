//! The host of compiled code: it lends memory, and reads results.

use mambo_compiler::abi::Context;
use mambo_compiler::backend::Artifact;
use mambo_ir::site::MAX_OPERAND_SLOTS;
use mambo_ir::{Const, Dtype};
use std::alloc::{Layout, alloc, alloc_zeroed, dealloc};
use std::mem::MaybeUninit;

/// The context with what the host knows beside it.
#[repr(C)]
pub(crate) struct Host {
    context: Context,
    /// Allocations that are not freed.
    live: Vec<(*mut u8, Layout)>,
}

impl Host {
    pub(crate) fn new() -> Self {
        let marker = 0_u8;
        let stack_limit = (&raw const marker as usize).saturating_sub(256 << 10);
        let operands = [MaybeUninit::uninit(); MAX_OPERAND_SLOTS];
        let context = Context { stack_limit, allocate, free, written: 0, operands };
        Host { context, live: Vec::new() }
    }

    /// Calls the entry: its result slots, or the number of a site and the operands.
    pub(crate) fn call(
        &mut self,
        artifact: &dyn Artifact,
        args: &[u64],
        results: usize,
    ) -> Result<Vec<u64>, (usize, Vec<u64>)> {
        let mut slots = vec![0xAAAA_AAAA_AAAA_AAAA_u64; results];
        // SAFETY: the slots are those of the parameters, whose views the interpreter found to
        // be valid; the context is the first field of `self`, whose provenance covers it all.
        let status = unsafe {
            (artifact.entry())((&raw mut *self).cast(), args.as_ptr(), slots.as_mut_ptr())
        };
        match status {
            0 => Ok(slots),
            // SAFETY: compiled code is all that wrote to the context.
            _ => Err((
                status as usize - 1,
                unsafe { Context::written_operands(&raw const self.context) }.to_vec(),
            )),
        }
    }

    /// The elements of an array that compiled code returned, in logical order.
    pub(crate) fn elements(
        &self,
        dtype: Dtype,
        base: u64,
        dims: &[usize],
        strides: &[isize],
    ) -> Vec<Const> {
        // The lowest element, where axes may run backwards.
        let reach = dims.iter().zip(strides).map(|(&dim, &stride)| match stride < 0 {
            true => dim.saturating_sub(1) * stride.unsigned_abs(),
            false => 0,
        });
        let lowest = base - (reach.sum::<usize>() * dtype.size()) as u64;
        let known = |(live, layout): &(*mut u8, Layout)| {
            *live as u64 == lowest && layout.size() >= dims.iter().product::<usize>() * dtype.size()
        };
        assert!(self.live.iter().any(known), "an array returned is not allocated");

        let count: usize = dims.iter().product();
        let mut index = vec![0_usize; dims.len()];
        (0..count)
            .map(|_| {
                let place: isize =
                    index.iter().zip(strides).map(|(at, stride)| *at as isize * stride).sum();
                let address = (base as usize).wrapping_add_signed(place * dtype.size() as isize);
                let mut raw = [0_u8; 16];
                // SAFETY: the array is one that compiled code allocated and has not freed, and
                // the index is in range.
                unsafe {
                    let element = std::ptr::with_exposed_provenance::<u8>(address);
                    std::ptr::copy_nonoverlapping(element, raw.as_mut_ptr(), dtype.size());
                }
                for axis in (0..dims.len()).rev() {
                    index[axis] += 1;
                    if index[axis] < dims[axis] {
                        break;
                    }
                    index[axis] = 0;
                }
                Const::from_bits(dtype, u128::from_le_bytes(raw))
            })
            .collect()
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        for (pointer, layout) in self.live.drain(..) {
            // SAFETY: allocated by `allocate` with this layout and not freed.
            unsafe { dealloc(pointer, layout) };
        }
    }
}

unsafe extern "C" fn allocate(
    context: *mut Context,
    bytes: u64,
    align: u64,
    zeroed: u32,
) -> *mut u8 {
    // SAFETY: the context is the first field of a `Host` that nothing else borrows now.
    let host = unsafe { &mut *context.cast::<Host>() };
    let layout = Layout::from_size_align(bytes.max(1) as usize, align as usize);
    let Some(layout) = layout.ok().filter(|_| bytes <= 1 << 24) else {
        return std::ptr::null_mut();
    };
    // SAFETY: the size is not 0.
    let pointer = unsafe {
        if zeroed != 0 {
            alloc_zeroed(layout)
        } else {
            let pointer = alloc(layout);
            std::ptr::write_bytes(pointer, 0xCD, layout.size());
            pointer
        }
    };
    host.live.push((pointer, layout));
    pointer
}

unsafe extern "C" fn free(context: *mut Context, pointer: *mut u8) {
    // SAFETY: as in `allocate`.
    let host = unsafe { &mut *context.cast::<Host>() };
    let index = host.live.iter().position(|&(live, _)| live == pointer);
    let (pointer, layout) = host.live.swap_remove(index.expect("what is freed is allocated"));
    // SAFETY: allocated with this layout and forgotten now.
    unsafe { dealloc(pointer, layout) };
}
