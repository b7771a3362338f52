//! One call of a generalized universal function: its operands cast and taken apart, its results
//! allocated or given, and the walk over its items.

use super::axes::CoreAxes;
use super::items::{Callee, Items, compile_contiguous};
use super::layout::CoreLayout;
use super::operand::{CoreOperands, CoreResults, Given};
use super::shape::{Parted, Shapes};
use crate::arg::Arguments;
use crate::dispatcher::{Dispatcher, Resolve};
use crate::error::{Error, ShapeError};
use crate::ufunc::fold::{Strided, copy_all};
use crate::ufunc::operand::{RawOperand, Raws};
use crate::ufunc::overlap::keep_apart;
use crate::ufunc::target::Target;
use mambo_ir::Type;

/// The types of the kernel's arguments; it returns nothing.
fn describe<P: Arguments>() -> (Vec<Type>, Type) {
    let mut types = Vec::new();
    P::describe(&mut types);
    (types, Type::UNIT)
}

impl Dispatcher {
    /// Calls the generalized universal function of the kernel that takes `P` with these inputs.
    ///
    /// For generated code only, as [`Dispatcher::call`]: the elements of the operands must become
    /// those of `P`, item by item, and the layout must be that of `P`.
    ///
    /// # Errors
    /// If the operands do not go together, or the kernel cannot be compiled or panics.
    #[doc(hidden)]
    pub fn call_gufunc<P: Arguments, I: CoreOperands, O: CoreResults>(
        &'static self,
        resolve: Option<Resolve>,
        layout: &'static CoreLayout,
        axes: &CoreAxes,
        mut inputs: I,
    ) -> Result<O::Held, Error> {
        let mut given = Vec::new();
        inputs.given(&mut given);
        let inputs = Cast::all(&given);
        let mut raws: Vec<RawOperand<'_>> = inputs.iter().map(Cast::raw).collect();
        let call = Call { callee: self.core_callee::<P>(resolve), layout, axes };
        let shapes = call.result_shapes(&raws)?;
        let mut results = O::zeroed(&shapes);
        O::places(&mut results, &mut raws);
        call.run(&raws)?;
        Ok(results)
    }

    /// The same, written to `target`.
    ///
    /// # Errors
    /// As for [`Dispatcher::call_gufunc`], or if the shape of a target is another.
    #[doc(hidden)]
    pub fn call_gufunc_into<P: Arguments, I: CoreOperands, R, O: Target<R>>(
        &'static self,
        resolve: Option<Resolve>,
        layout: &'static CoreLayout,
        axes: &CoreAxes,
        mut inputs: I,
        mut target: O,
    ) -> Result<(), Error> {
        let mut given = Vec::new();
        inputs.given(&mut given);
        let inputs = Cast::all(&given);
        let mut raws: Vec<RawOperand<'_>> = inputs.iter().map(Cast::raw).collect();
        let mut places = Raws::new();
        target.places(&mut places);
        raws.extend_from_slice(places.as_slice());
        let call = Call { callee: self.core_callee::<P>(resolve), layout, axes };
        keep_apart(&raws, layout.inputs, false, |raws| call.run(raws))
    }

    /// Calls the function of a layout without an arrow: the kernel writes what it is lent.
    ///
    /// # Errors
    /// As for [`Dispatcher::call_gufunc`].
    #[doc(hidden)]
    pub fn call_gufunc_in_place<P: Arguments, I: CoreOperands>(
        &'static self,
        resolve: Option<Resolve>,
        layout: &'static CoreLayout,
        axes: &CoreAxes,
        mut operands: I,
    ) -> Result<(), Error> {
        let mut given = Vec::new();
        operands.given(&mut given);
        let operands = Cast::all(&given);
        let raws: Vec<RawOperand<'_>> = operands.iter().map(Cast::raw).collect();
        let call = Call { callee: self.core_callee::<P>(resolve), layout, axes };
        // What is written goes last, as it is kept apart from what is read.
        let (read, written): (Vec<usize>, Vec<usize>) =
            (0..raws.len()).partition(|number| !layout.written[*number]);
        let order = [&read[..], &written].concat();
        let sorted: Vec<RawOperand<'_>> = order.iter().map(|&number| raws[number]).collect();
        keep_apart(&sorted, read.len(), false, |sorted| {
            let mut raws = raws.clone();
            order.iter().zip(sorted).for_each(|(&number, raw)| raws[number] = *raw);
            call.run(&raws)
        })
    }

    /// Compiles the loop for operands that are contiguous, and lengths that are not built in.
    ///
    /// # Errors
    /// If the kernel cannot be compiled for these types.
    #[doc(hidden)]
    pub fn compile_gufunc<P: Arguments>(
        &'static self,
        resolve: Option<Resolve>,
        layout: &'static CoreLayout,
    ) -> Result<(), Error> {
        compile_contiguous(&self.core_callee::<P>(resolve), layout)
    }

    fn core_callee<P: Arguments>(&'static self, resolve: Option<Resolve>) -> Callee {
        Callee { dispatcher: self, describe: describe::<P>, resolve }
    }
}

/// A call, before its operands.
struct Call<'a> {
    callee: Callee,
    layout: &'static CoreLayout,
    axes: &'a CoreAxes,
}

impl Call<'_> {
    #[cold]
    fn fault(&self, fault: String) -> Error {
        let kernel = self.callee.dispatcher.source().name.into();
        Error::Shape(ShapeError { kernel, message: fault })
    }

    /// The shapes of the results for these inputs.
    fn result_shapes(&self, inputs: &[RawOperand<'_>]) -> Result<Vec<Vec<usize>>, Error> {
        let find = || {
            let mut shapes = Shapes::new(self.layout, self.axes, inputs)?;
            let parted = part_all(&mut shapes, inputs)?;
            let loops = shapes.loops(&looped(inputs, &parted), &vec![false; inputs.len()])?;
            (inputs.len()..self.layout.operands.len())
                .map(|output| shapes.output(output, &loops))
                .collect::<Result<_, _>>()
        };
        find().map_err(|fault| self.fault(fault))
    }

    /// Calls the kernel for every item of all operands.
    fn run(&self, raws: &[RawOperand<'_>]) -> Result<(), Error> {
        let find = || {
            let mut shapes = Shapes::new(self.layout, self.axes, &raws[..self.layout.inputs])?;
            let parted = part_all(&mut shapes, raws)?;
            let loops = shapes.loops(&looped(raws, &parted), self.layout.written)?;
            Ok((parted, loops, shapes.sizes()))
        };
        let (parted, loops, sizes) = find().map_err(|fault| self.fault(fault))?;
        let items =
            Items { layout: self.layout, raws, parted: &parted, loops: &loops, sizes: &sizes };
        items.run(&self.callee)
    }
}

fn part_all(shapes: &mut Shapes<'_>, raws: &[RawOperand<'_>]) -> Result<Vec<Parted>, String> {
    raws.iter().enumerate().map(|(number, raw)| shapes.part(number, raw)).collect()
}

fn looped<'a>(raws: &'a [RawOperand<'a>], parted: &'a [Parted]) -> Vec<RawOperand<'a>> {
    raws.iter().zip(parted).map(|(raw, parted)| parted.looped(raw)).collect()
}

/// An input of elements of the type that the kernel takes.
enum Cast<'a> {
    /// As it was given.
    Same(RawOperand<'a>),
    /// Cast to memory of its own.
    Made { raw: RawOperand<'a>, strides: Vec<isize>, _room: Vec<u128> },
}

impl<'a> Cast<'a> {
    fn all(given: &[Given<'a>]) -> Vec<Self> {
        given.iter().map(Cast::new).collect()
    }

    fn new(given: &Given<'a>) -> Self {
        let Some((dtype, copy)) = given.cast else { return Cast::Same(given.raw) };
        let (dims, size) = (given.raw.dims, dtype.size());
        let count: usize = dims.iter().product();
        let mut room = vec![0u128; (count * size).div_ceil(size_of::<u128>())];
        let address = room.as_mut_ptr().cast();
        let to = Strided::contiguous(address, dims, size);
        copy_all(copy, &Strided::of(&given.raw), &to);
        let strides = to.steps.iter().map(|step| step / size as isize).collect();
        let raw = RawOperand { address, dtype, strides: &[], ..given.raw };
        Cast::Made { raw, strides, _room: room }
    }

    fn raw(&self) -> RawOperand<'_> {
        match self {
            Cast::Same(raw) => *raw,
            Cast::Made { raw, strides, .. } => RawOperand { strides, ..*raw },
        }
    }
}
