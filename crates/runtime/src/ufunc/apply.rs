//! One call of a universal function: the shape its operands have together, the walk over them,
//! and the inner loops, each compiled for how the operands lie along it.
//!
//! Where all operands are contiguous alike, the whole call is one inner loop, and nothing is
//! allocated but results.

use super::broadcast::{Clash, fits, join, stride};
use super::operand::{MAX_OPERANDS, Operand, Operands, Order, RawOperand, Raws};
use super::target::{Results, Target};
use crate::arg::Arguments;
use crate::context::CallContext;
use crate::dispatcher::{Describe, Dispatcher, Resolve, Route, Wanted};
use crate::error::{Error, ShapeError};
use crate::walk::Walk;
use mambo_compiler::inner_loop::{Form, InnerLoop, Operand as LoopOperand};
use mambo_ir::kernel::Pattern;
use mambo_ir::{Dtype, Signature, Type};
use std::mem::MaybeUninit;
use std::ops::ControlFlow;

/// What a universal function is called through: the kernel of scalars, for one choice of types.
#[derive(Clone, Copy)]
struct Callee {
    dispatcher: &'static Dispatcher,
    describe: Describe,
    resolve: Option<Resolve>,
}

/// The types of the kernel's arguments, then those of the elements of the inputs, which tell
/// loops of one kernel apart; and the type of its result.
fn describe<P: Arguments, R: Results, L: Operands>() -> (Vec<Type>, Type) {
    let (mut types, result) = describe_kernel::<P, R>();
    L::element_types(&mut types);
    (types, result)
}

fn describe_kernel<P: Arguments, R: Results>() -> (Vec<Type>, Type) {
    let mut types = Vec::new();
    P::describe(&mut types);
    (types, R::result_type())
}

impl Dispatcher {
    /// Calls the universal function of the kernel from `P` to `R` with these inputs.
    ///
    /// For generated code only, as [`Dispatcher::call`]; the elements of the inputs must cast
    /// to `P`, item by item.
    ///
    /// # Errors
    /// If the inputs do not broadcast together, or the kernel cannot be compiled or panics.
    #[doc(hidden)]
    pub fn call_ufunc<P: Arguments, R: Results, L: Operands>(
        &'static self,
        resolve: Option<Resolve>,
        inputs: L,
    ) -> Result<R::In<L::Dim>, Error> {
        let mut raws = Raws::new();
        inputs.raws(&mut raws);
        let outputs = raws.as_slice().len();
        let dims = join(raws.as_slice()).map_err(|clash| {
            self.shape_error(raws.as_slice(), clash, &Roles { masked: false, outputs })
        })?;
        let mut results = R::allocate::<L::Dim>(&dims, order_of(raws.as_slice()));
        R::places::<L::Dim>(&mut results, &mut raws);
        let callee = Callee { dispatcher: self, describe: describe::<P, R, L>, resolve };
        callee.run(raws.as_slice(), &Roles { masked: false, outputs }, &dims)?;
        // SAFETY: every element of the common shape, which the results have, is written.
        Ok(unsafe { R::written::<L::Dim>(results) })
    }

    /// The same, written to `target`, to the shape of which the inputs are broadcast.
    ///
    /// # Errors
    /// As for [`Dispatcher::call_ufunc`], or if an input does not broadcast to the target.
    #[doc(hidden)]
    pub fn call_ufunc_into<P: Arguments, R: Results, L: Operands>(
        &'static self,
        resolve: Option<Resolve>,
        inputs: L,
        mut target: impl Target<R>,
    ) -> Result<(), Error> {
        let mut raws = Raws::new();
        inputs.raws(&mut raws);
        let outputs = raws.as_slice().len();
        target.places(&mut raws);
        let callee = Callee { dispatcher: self, describe: describe::<P, R, L>, resolve };
        callee.run_into(raws.as_slice(), &Roles { masked: false, outputs })
    }

    /// The same where `mask` is true; other elements of the target stay as they are.
    ///
    /// # Errors
    /// As for [`Dispatcher::call_ufunc_into`], the mask being an input too.
    #[doc(hidden)]
    pub fn call_ufunc_masked<P: Arguments, R: Results, L: Operands>(
        &'static self,
        resolve: Option<Resolve>,
        inputs: L,
        mask: impl Operand<Elem = bool>,
        mut target: impl Target<R>,
    ) -> Result<(), Error> {
        let mut raws = Raws::new();
        raws.push(mask.raw());
        inputs.raws(&mut raws);
        let outputs = raws.as_slice().len();
        target.places(&mut raws);
        let callee = Callee { dispatcher: self, describe: describe::<P, R, L>, resolve };
        callee.run_into(raws.as_slice(), &Roles { masked: true, outputs })
    }

    /// Compiles the universal function for contiguous operands of the types of the kernel.
    ///
    /// # Errors
    /// If the kernel cannot be compiled for these types.
    #[doc(hidden)]
    pub fn compile_ufunc<P: Arguments, R: Results>(
        &self,
        resolve: Option<Resolve>,
    ) -> Result<(), Error> {
        let instance = self.instance(describe_kernel::<P, R>, resolve);
        let Signature { args, result, .. } = &instance.signature;
        let contiguous = |ty: &Type| {
            let form = Form::Contiguous;
            let dtype = match ty {
                Type::Scalar(dtype) => *dtype,
                Type::Complex(part) => part.to_complex()?,
                _ => return None,
            };
            Some(LoopOperand { dtype, form })
        };
        let outputs = match result {
            Type::Tuple(items) => items.iter().filter_map(contiguous).collect(),
            one => contiguous(one).into_iter().collect(),
        };
        let inputs = args.iter().filter_map(contiguous).collect();
        let inner_loop = Some(InnerLoop { mask: None, inputs, outputs });
        self.compiled(Wanted { instance, inner_loop }).map(|_| ())
    }

    #[cold]
    fn shape_error(&self, operands: &[RawOperand<'_>], clash: Clash, roles: &Roles) -> Error {
        let (first, second) = clash.operands;
        let name = |operand: usize| match operand.checked_sub(usize::from(roles.masked)) {
            None => "the mask".to_string(),
            Some(_) if operand >= roles.outputs && operands.len() == roles.outputs + 1 => {
                "the output".to_string()
            }
            Some(_) if operand >= roles.outputs => format!("output {}", operand - roles.outputs),
            Some(input) => format!("`{}`", self.param_name(input)),
        };
        let len = |operand: usize| {
            let dims = operands[operand].dims;
            dims.len().checked_sub(clash.from_last).map(|at| (at, dims[at]))
        };
        let verb = if first >= roles.outputs { "cannot be broadcast to" } else { "and" };
        let (a, b) = if first >= roles.outputs { (second, first) } else { (first, second) };
        let end = if first >= roles.outputs { "" } else { " cannot be broadcast together" };
        let along = match (len(a), len(b)) {
            (Some((x, n)), Some((y, m))) if x == y => {
                format!("their lengths along axis {x} are {n} and {m}")
            }
            (Some((x, n)), Some((y, m))) => {
                format!("axis {x} of length {n} meets axis {y} of length {m}")
            }
            _ => "there are too many axes".to_string(),
        };
        let message = format!(
            "{} of shape {:?} {verb} {} of shape {:?}{end}: {along}; axes match from the last \
             one if they have the same length, or one of them 1",
            name(a),
            operands[a].dims,
            name(b),
            operands[b].dims,
        );
        Error::Shape(ShapeError { kernel: self.source().name.into(), message })
    }

    /// The name of an argument of the kernel, as written.
    fn param_name(&self, number: usize) -> String {
        let named =
            self.source().kernel().ok().and_then(|kernel| match kernel.params.get(number) {
                Some(Pattern::Bind { local, .. }) => {
                    Some(kernel.locals.get(*local as usize)?.name.clone())
                }
                _ => None,
            });
        named.unwrap_or_else(|| format!("argument {number}"))
    }
}

/// What the operands of a call are: a mask, if there is one, then inputs, then outputs.
struct Roles {
    masked: bool,
    /// Where the outputs begin.
    outputs: usize,
}

/// The order of results: F if all that has axes is.
fn order_of(inputs: &[RawOperand<'_>]) -> Order {
    let mut wide = inputs.iter().filter(|input| input.dims.len() > 1).peekable();
    let all_f = wide.peek().is_some()
        && wide.all(|input| lie_as(input.dims.iter().zip(input.strides)) && !is_contiguous(input));
    if all_f { Order::F } else { Order::C }
}

/// Whether elements lie side by side, the first of these axes fastest.
fn lie_as<'a>(axes: impl Iterator<Item = (&'a usize, &'a isize)>) -> bool {
    let mut step = 1;
    for (&len, &stride) in axes {
        if len != 1 && stride != step {
            return false;
        }
        step *= len as isize;
    }
    true
}

/// Whether the elements lie side by side, the last axis fastest.
#[inline]
fn is_contiguous(operand: &RawOperand<'_>) -> bool {
    lie_as(operand.dims.iter().zip(operand.strides).rev())
}

impl Callee {
    fn run_into(&self, operands: &[RawOperand<'_>], roles: &Roles) -> Result<(), Error> {
        let target = roles.outputs;
        for number in (0..operands.len()).filter(|number| *number != target) {
            let fitting = fits(operands, number, target);
            let same = number < target || operands[number].dims == operands[target].dims;
            let clash = match fitting {
                Err(clash) => Some(clash),
                Ok(()) if !same => Some(Clash { operands: (target, number), from_last: 1 }),
                Ok(()) => None,
            };
            if let Some(clash) = clash {
                return Err(self.dispatcher.shape_error(operands, clash, roles));
            }
        }
        self.run(operands, roles, operands[target].dims)
    }

    /// Writes every element of the outputs, which have the shape `dims`.
    fn run(&self, operands: &[RawOperand<'_>], roles: &Roles, dims: &[usize]) -> Result<(), Error> {
        let whole = |(number, operand): (usize, &RawOperand<'_>)| {
            operand.dims.is_empty() && number < roles.outputs
                || operand.dims == dims && is_contiguous(operand)
        };
        if operands.iter().enumerate().all(whole) {
            let forms = |number: usize| match operands[number].dims.is_empty() {
                true if number < roles.outputs => Form::Held,
                _ => Form::Contiguous,
            };
            let len = dims.iter().product();
            if len == 0 {
                return Ok(());
            }
            let route = self.route(operands, roles, forms)?;
            let mut turns = Turns::new(operands, forms, |_| 1);
            turns.begin(operands, |_| 0, len);
            return Running::new(route).call(&turns.slots);
        }
        self.walk(operands, roles, dims)
    }

    #[inline(never)]
    fn walk(
        &self,
        operands: &[RawOperand<'_>],
        roles: &Roles,
        dims: &[usize],
    ) -> Result<(), Error> {
        let walk = Walk::new(dims, operands.len(), |number, axis| {
            stride(&operands[number], axis, dims.len())
        });
        let steps = walk.inner_steps();
        let forms = |number: usize| match steps[number] {
            0 if number < roles.outputs => Form::Held,
            // Along an axis of length 1, where an output has no stride.
            0 => Form::Contiguous,
            step if step == operands[number].dtype.size() as isize => Form::Contiguous,
            _ => Form::Strided,
        };
        let route = self.route(operands, roles, forms)?;
        let stride_of = |number: usize| steps[number] / operands[number].dtype.size() as isize;
        let mut turns = Turns::new(operands, forms, stride_of);
        let mut running = Running::new(route);
        let end = walk.each(|at, len| {
            turns.begin(operands, |number| at[number], len);
            match running.call(&turns.slots) {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => ControlFlow::Break(error),
            }
        });
        match end {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(error) => Err(error),
        }
    }

    /// The loop for operands of these forms.
    fn route(
        &self,
        operands: &[RawOperand<'_>],
        roles: &Roles,
        forms: impl Fn(usize) -> Form,
    ) -> Result<&'static Route, Error> {
        // Calls of the kernel itself take no arrays, and their bits are 0.
        let mut bits = 1 << 63 | u64::from(roles.masked) << 62;
        for number in 0..operands.len() {
            bits |= (forms(number) as u64) << (2 * number);
        }
        self.dispatcher.loop_route(self.describe, self.resolve, bits, |mut instance| {
            let first = usize::from(roles.masked);
            let args = &mut instance.signature.args;
            // The element types of the inputs told the key; the kernel has its own.
            args.truncate(args.len() - (roles.outputs - first));
            let operand =
                |number: usize| LoopOperand { dtype: operands[number].dtype, form: forms(number) };
            let inner_loop = InnerLoop {
                mask: roles.masked.then(|| forms(0)),
                inputs: (first..roles.outputs).map(operand).collect(),
                outputs: (roles.outputs..operands.len()).map(operand).collect(),
            };
            Wanted { instance, inner_loop: Some(inner_loop) }
        })
    }
}

/// The slots of the inner loops of a call.
struct Turns {
    slots: [u64; 3 * MAX_OPERANDS],
    forms: [Form; MAX_OPERANDS],
}

impl Turns {
    fn new(
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
    fn begin(&mut self, operands: &[RawOperand<'_>], at: impl Fn(usize) -> isize, len: usize) {
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

/// Slots of a value of this type.
fn slots_of(dtype: Dtype) -> usize {
    usize::from(dtype.parts()) * dtype.part().slots()
}

/// The slots of the value at an address.
///
/// # Safety
/// There must be an element of this type that may be read.
unsafe fn load(dtype: Dtype, from: *const u8, into: &mut [u64]) {
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
struct Running {
    route: &'static Route,
    context: MaybeUninit<CallContext>,
}

impl Running {
    fn new(route: &'static Route) -> Self {
        Running { route, context: MaybeUninit::uninit() }
    }

    /// Runs the loop with these slots.
    fn call(&mut self, slots: &[u64]) -> Result<(), Error> {
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
