//! The compiled inner loops of a universal function, and how they are called.

use super::operand::{MAX_OPERANDS, RawOperand};
use crate::context::CallContext;
use crate::dispatcher::{Around, Describe, Dispatcher, Resolve, Route, Wanted};
use crate::error::Error;
use mambo_compiler::inner_loop::{Form, InnerLoop, Kind, Operand};
use mambo_ir::Dtype;
use std::mem::MaybeUninit;

/// What a universal function is called through: the kernel of scalars, for one choice of types.
#[derive(Clone, Copy)]
pub(crate) struct Callee {
    pub(crate) dispatcher: &'static Dispatcher,
    /// The types of the kernel and then those of the elements of the inputs.
    pub(crate) describe: Describe,
    pub(crate) resolve: Option<Resolve>,
    /// How many inputs `describe` tells of.
    pub(crate) inputs: usize,
    /// The type of the kernel's own values, where loops of a call differ in who has it.
    pub(crate) own: Option<Dtype>,
}

/// What the operands of a loop are: a mask, if there is one, then inputs, then outputs.
#[derive(Clone, Copy)]
pub(crate) struct Roles {
    pub(crate) kind: Kind,
    pub(crate) masked: bool,
    /// Where the outputs begin.
    pub(crate) outputs: usize,
}

impl Roles {
    /// A map of so many operands before its outputs, of which the mask is the first.
    pub(crate) fn map(masked: bool, outputs: usize) -> Self {
        Roles { kind: Kind::Map, masked, outputs }
    }
}

impl Callee {
    /// The loop for `count` operands like these.
    #[inline]
    pub(crate) fn route(
        &self,
        roles: Roles,
        count: usize,
        operand: impl Fn(usize) -> Operand,
    ) -> Result<&'static Route, Error> {
        // Calls of the kernel itself take no arrays, and their bits are 0.
        let mut bits = 1 << 63 | u64::from(roles.masked) << 62 | (roles.kind as u64) << 59;
        for number in 0..count {
            let Operand { dtype, form } = operand(number);
            let own = u64::from(self.own == Some(dtype));
            bits |= (form as u64) << (2 * number) | own << (2 * MAX_OPERANDS + number);
        }
        self.dispatcher.loop_route(self.describe, self.resolve, bits, |mut instance| {
            let args = &mut instance.signature.args;
            // The element types of the inputs told the key; the kernel has its own.
            args.truncate(args.len() - self.inputs);
            let first = usize::from(roles.masked);
            let inner_loop = InnerLoop {
                kind: roles.kind,
                mask: roles.masked.then(|| operand(0).form),
                inputs: (first..roles.outputs).map(&operand).collect(),
                outputs: (roles.outputs..count).map(&operand).collect(),
            };
            Wanted { instance, around: Around::Inner(inner_loop) }
        })
    }
}

/// The slots of the inner loops of a call.
pub(crate) struct Turns {
    pub(crate) slots: [u64; 3 * MAX_OPERANDS],
    forms: [Form; MAX_OPERANDS],
}

impl Turns {
    pub(crate) fn new(
        operands: &[RawOperand<'_>],
        forms: impl Fn(usize) -> Form,
        stride: impl Fn(usize) -> isize,
    ) -> Self {
        let mut turns = Turns { slots: [0; 3 * MAX_OPERANDS], forms: [Form::Held; MAX_OPERANDS] };
        let mut slot = 0;
        for (number, operand) in operands.iter().enumerate() {
            turns.forms[number] = forms(number);
            if turns.forms[number] == Form::Held {
                slot += slots_of(operand.dtype);
            } else {
                turns.slots[slot + 2] = match turns.forms[number] {
                    Form::Contiguous => 1,
                    _ => stride(number) as u64,
                };
                slot += 3;
            }
        }
        turns
    }

    /// Fills the slots for an inner loop that begins these bytes behind the first elements.
    pub(crate) fn begin(
        &mut self,
        operands: &[RawOperand<'_>],
        at: impl Fn(usize) -> isize,
        len: usize,
    ) {
        let mut slot = 0;
        for (number, operand) in operands.iter().enumerate() {
            let address = operand.address.wrapping_offset(at(number));
            if self.forms[number] == Form::Held {
                // SAFETY: the walk leads to elements of the operand, which may be read.
                unsafe { load(operand.dtype, address, &mut self.slots[slot..]) };
                slot += slots_of(operand.dtype);
            } else {
                self.slots[slot] = address as u64;
                self.slots[slot + 1] = len as u64;
                slot += 3;
            }
        }
    }
}

/// The slots of a nest of loops of a call: arrays of rows, and for inputs that are held, an
/// element for each row.
pub(crate) struct Nest {
    pub(crate) slots: [u64; 5 * MAX_OPERANDS],
}

impl Nest {
    /// For operands of these forms in a row; `strides` are those from row to row and in a row, in
    /// elements.
    pub(crate) fn new(
        count: usize,
        forms: impl Fn(usize) -> Form,
        strides: impl Fn(usize) -> (isize, isize),
    ) -> Self {
        let mut nest = Nest { slots: [0; 5 * MAX_OPERANDS] };
        let mut slot = 0;
        for number in 0..count {
            let (row, element) = strides(number);
            if forms(number) == Form::Held {
                nest.slots[slot + 2] = row as u64;
                slot += 3;
            } else {
                nest.slots[slot + 3] = row as u64;
                nest.slots[slot + 4] = element as u64;
                slot += 5;
            }
        }
        nest
    }

    /// Fills the slots for a nest that begins these bytes behind the first elements.
    pub(crate) fn begin(
        &mut self,
        operands: &[RawOperand<'_>],
        forms: impl Fn(usize) -> Form,
        at: &[isize],
        (rows, len): (usize, usize),
    ) {
        let mut slot = 0;
        for (number, operand) in operands.iter().enumerate() {
            self.slots[slot] = operand.address.wrapping_offset(at[number]) as u64;
            self.slots[slot + 1] = rows as u64;
            if forms(number) == Form::Held {
                slot += 3;
            } else {
                self.slots[slot + 2] = len as u64;
                slot += 5;
            }
        }
    }
}

/// Slots of a value of this type.
pub(crate) fn slots_of(dtype: Dtype) -> usize {
    usize::from(dtype.parts()) * dtype.part().slots()
}

/// The slots of the value at an address.
///
/// # Safety
/// There must be an element of this type that may be read.
#[inline]
pub(crate) unsafe fn load(dtype: Dtype, from: *const u8, into: &mut [u64]) {
    // SAFETY: by the contract of this function; elements of arrays are aligned.
    unsafe {
        match dtype {
            Dtype::C64 => {
                into[0] = u64::from(from.cast::<u32>().read());
                into[1] = u64::from(from.cast::<u32>().add(1).read());
            }
            _ => match dtype.size() {
                1 => into[0] = u64::from(from.read()),
                2 => into[0] = u64::from(from.cast::<u16>().read()),
                4 => into[0] = u64::from(from.cast::<u32>().read()),
                8 => into[0] = from.cast::<u64>().read(),
                _ => into[..2].copy_from_slice(&from.cast::<[u64; 2]>().read()),
            },
        }
    }
}

/// The code of an inner loop, with what it is lent.
pub(crate) struct Running {
    route: &'static Route,
    context: MaybeUninit<CallContext>,
}

impl Running {
    pub(crate) fn new(route: &'static Route) -> Self {
        Running { route, context: MaybeUninit::uninit() }
    }

    /// Runs the loop with these slots.
    pub(crate) fn call(&mut self, slots: &[u64]) -> Result<(), Error> {
        let entry = self.route.entry;
        let mut results = [0u64; 0];
        let mut run = |context: *mut _| {
            // SAFETY: the slots are those of the loop's signature; the operands are borrowed
            // for the call, outputs mutably, and the walk stays in them. There are no results.
            unsafe { entry(context, slots.as_ptr(), results.as_mut_ptr()) }
        };
        if !self.route.asks_context {
            let context = self.context.as_mut_ptr().cast();
            let status = run(context);
            if status != 0 {
                // SAFETY: the code does not ask for the context, so it has panicked.
                return Err(unsafe { self.route.failure(status, context) });
            }
            return Ok(());
        }
        let mut begun = CallContext::begin(&mut self.context);
        let status = run(begun.lend());
        if status != 0 {
            // SAFETY: the context was complete, with no operands at first.
            return Err(unsafe { self.route.failure(status, &raw const begun.get().lent) });
        }
        Ok(())
    }
}
