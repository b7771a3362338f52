//! One call of a universal function: the shape its operands have together, the walk over them,
//! and the inner loops, each compiled for how the operands lie along it.
//!
//! Where all operands are contiguous alike, the whole call is one inner loop, and nothing is
//! allocated but results.

use super::broadcast::{Clash, fits, join, stride};
use super::callee::{Callee, Nest, Roles, Running, Turns};
use super::operand::{Followed, Operand, Operands, Order, RawOperand, Raws, element_type};
use super::overlap::keep_apart;
use super::target::{Results, Target};
use crate::arg::Arguments;
use crate::dispatcher::{Around, Describe, Dispatcher, Resolve, Wanted};
use crate::error::{Error, ShapeError};
use crate::scalar::Element;
use crate::threads::walk_parts;
use crate::walk::Walk;
use mambo_compiler::inner_loop::{Form, InnerLoop, Kind, Operand as LoopOperand};
use mambo_ir::kernel::Pattern;
use mambo_ir::{Signature, Type};

/// The types of the kernel's arguments, then those of the elements of the inputs, which tell
/// loops of one kernel apart; and the type of its result.
pub(crate) fn describe<P: Arguments, R: Results, L: Operands>() -> (Vec<Type>, Type) {
    let (mut types, result) = describe_kernel::<P, R>();
    L::element_types(&mut types);
    (types, result)
}

/// The same for two inputs, whose axes need not go together.
pub(crate) fn describe_two<P: Arguments, R: Results, A: Operand, B: Operand>() -> (Vec<Type>, Type)
{
    let (mut types, result) = describe_kernel::<P, R>();
    types.extend([element_type(A::Elem::DTYPE), element_type(B::Elem::DTYPE)]);
    (types, result)
}

pub(super) fn describe_kernel<P: Arguments, R: Results>() -> (Vec<Type>, Type) {
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
            self.shape_error(raws.as_slice(), clash, Roles::map(false, outputs))
        })?;
        let mut results = R::allocate::<L::Dim>(&dims, order_of(raws.as_slice()));
        R::places::<L::Dim>(&mut results, &mut raws);
        let callee = self.callee(describe::<P, R, L>, resolve, outputs);
        callee.run(raws.as_slice(), Roles::map(false, outputs), &dims)?;
        // SAFETY: every element of the common shape, which the results have, is written.
        Ok(unsafe { R::written::<L::Dim>(results) })
    }

    /// Calls the universal function of two arguments for each element of the first input with
    /// each of the second.
    ///
    /// # Errors
    /// If the kernel cannot be compiled or panics.
    #[doc(hidden)]
    #[expect(clippy::type_complexity, reason = "the rank of the results is told by both inputs")]
    pub fn call_ufunc_outer<P, R, A, B>(
        &'static self,
        resolve: Option<Resolve>,
        first: A,
        second: B,
    ) -> Result<R::In<<A::Dim as Followed<B::Dim>>::Output>, Error>
    where
        P: Arguments,
        R: Results,
        A: Operand<Dim: Followed<B::Dim>>,
        B: Operand,
    {
        let (own, other) = (first.raw(), second.raw());
        let dims = [own.dims, other.dims].concat();
        let widened = [own.dims, &vec![1; other.dims.len()]].concat();
        let strides = [own.strides, &vec![0; other.dims.len()]].concat();
        let mut raws = Raws::new();
        raws.push(RawOperand { dims: &widened, strides: &strides, ..own });
        raws.push(other);
        let mut results = R::allocate::<<A::Dim as Followed<B::Dim>>::Output>(&dims, Order::C);
        R::places::<<A::Dim as Followed<B::Dim>>::Output>(&mut results, &mut raws);
        let callee = self.callee(describe_two::<P, R, A, B>, resolve, 2);
        callee.run(raws.as_slice(), Roles::map(false, 2), &dims)?;
        // SAFETY: every element of the results' shape is written.
        Ok(unsafe { R::written::<<A::Dim as Followed<B::Dim>>::Output>(results) })
    }

    /// The same as [`Dispatcher::call_ufunc`], written to `target`, to the shape of which the inputs are broadcast.
    ///
    /// # Errors
    /// As for [`Dispatcher::call_ufunc`], or if an input does not broadcast to the target.
    #[doc(hidden)]
    #[inline(always)]
    pub fn call_ufunc_into<P: Arguments, R: Results, L: Operands>(
        &'static self,
        resolve: Option<Resolve>,
        inputs: L,
        mut target: impl Target<R>,
    ) -> Result<(), Error> {
        match self.run_alike::<P, R, L>(resolve, &inputs, &mut target) {
            Some(outcome) => outcome,
            None => self.run_into::<P, R, L>(resolve, &inputs, &mut target),
        }
    }

    #[inline(never)]
    fn run_into<P: Arguments, R: Results, L: Operands>(
        &'static self,
        resolve: Option<Resolve>,
        inputs: &L,
        target: &mut impl Target<R>,
    ) -> Result<(), Error> {
        let mut raws = Raws::new();
        inputs.raws(&mut raws);
        let outputs = raws.as_slice().len();
        target.places(&mut raws);
        let callee = self.callee(describe::<P, R, L>, resolve, outputs);
        callee.run_into(raws.as_slice(), Roles::map(false, outputs))
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
        let callee = self.callee(describe::<P, R, L>, resolve, outputs - 1);
        callee.run_into(raws.as_slice(), Roles::map(true, outputs))
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
        let around = Around::Inner(InnerLoop { kind: Kind::Map, mask: None, inputs, outputs });
        self.compiled(Wanted { instance, around }).map(|_| ())
    }

    fn callee(
        &'static self,
        describe: Describe,
        resolve: Option<Resolve>,
        inputs: usize,
    ) -> Callee {
        Callee { dispatcher: self, describe, resolve, inputs, own: None }
    }

    #[cold]
    fn shape_error(&self, operands: &[RawOperand<'_>], clash: Clash, roles: Roles) -> Error {
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

/// The order of results: F if all that has axes is.
fn order_of(inputs: &[RawOperand<'_>]) -> Order {
    let mut wide = inputs.iter().filter(|input| input.dims.len() > 1).peekable();
    let all_f = wide.peek().is_some()
        && wide.all(|input| lie_as(input.dims.iter().zip(input.strides)) && !is_contiguous(input));
    if all_f { Order::F } else { Order::C }
}

/// Whether elements lie side by side, the first of these axes fastest.
#[inline]
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
pub(super) fn is_contiguous(operand: &RawOperand<'_>) -> bool {
    lie_as(operand.dims.iter().zip(operand.strides).rev())
}

impl Callee {
    fn run_into(&self, operands: &[RawOperand<'_>], roles: Roles) -> Result<(), Error> {
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
        let dims = operands[target].dims;
        keep_apart(operands, target, true, |operands| self.run(operands, roles, dims))
    }

    /// Writes every element of the outputs, which have the shape `dims`.
    fn run(&self, operands: &[RawOperand<'_>], roles: Roles, dims: &[usize]) -> Result<(), Error> {
        let whole = |(number, operand): (usize, &RawOperand<'_>)| {
            operand.dims.is_empty() && number < roles.outputs
                || operand.dims == dims && is_contiguous(operand)
        };
        let parallel = self.dispatcher.source().parallel;
        if !parallel && operands.iter().enumerate().all(whole) {
            let forms = |number: usize| match operands[number].dims.is_empty() {
                true if number < roles.outputs => Form::Held,
                _ => Form::Contiguous,
            };
            let len = dims.iter().product();
            if len == 0 {
                return Ok(());
            }
            let route = self.route(roles, operands.len(), |number| LoopOperand {
                dtype: operands[number].dtype,
                form: forms(number),
            })?;
            let mut turns = Turns::new(operands, forms, |_| 1);
            turns.begin(operands, |_| 0, len);
            return Running::new(route).call(&turns.slots);
        }
        self.walk(operands, roles, dims)
    }

    #[inline(never)]
    fn walk(&self, operands: &[RawOperand<'_>], roles: Roles, dims: &[usize]) -> Result<(), Error> {
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
        let kind = if walk.row_steps().is_some() { Kind::Rows } else { roles.kind };
        let route = self.route(Roles { kind, ..roles }, operands.len(), |number| LoopOperand {
            dtype: operands[number].dtype,
            form: forms(number),
        })?;
        let stride_of =
            |steps: &[isize], number: usize| steps[number] / operands[number].dtype.size() as isize;
        let elements = dims.iter().product();
        let run = |part: &Walk| {
            let mut running = Running::new(route);
            if let Some(row_steps) = part.row_steps() {
                let strides = |number| (stride_of(row_steps, number), stride_of(steps, number));
                let mut nest = Nest::new(operands.len(), forms, strides);
                return part.try_each_nest(|at, rows, len| {
                    nest.begin(operands, forms, at, (rows, len));
                    running.call(&nest.slots)
                });
            }
            let mut turns = Turns::new(operands, forms, |number| stride_of(steps, number));
            part.try_each(|at, len| {
                turns.begin(operands, |number| at[number], len);
                running.call(&turns.slots)
            })
        };
        // SAFETY: the operands are borrowed for the call, outputs mutably or in cells, which no
        // other thread sees; parts of the walk write different elements, and what is read is not
        // written, or only where it is read.
        unsafe { walk_parts(&walk, elements, self.dispatcher.source().parallel, run) }
    }
}
