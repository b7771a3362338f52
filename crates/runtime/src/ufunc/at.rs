//! A universal function applied to elements that indices name, as NumPy's `at`: one after the
//! other, so that what is named twice is changed twice.

use super::apply::describe_two;
use super::broadcast::{fits, stride};
use super::callee::{Callee, Roles, Running, Turns};
use super::operand::{Operand, RawOperand, Raws, element_type};
use super::overlap::keep_apart;
use super::places::Places;
use super::reduce::OwnElement;
use super::target::{Results, Target};
use crate::arg::Arguments;
use crate::dispatcher::{Dispatcher, Resolve};
use crate::error::{Error, ShapeError};
use crate::scalar::Element;
use crate::walk::Walk;
use mambo_compiler::inner_loop::{Form, Kind, Operand as LoopOperand};
use mambo_ir::Type;
use ndarray::{ArrayD, CowArray, IxDyn};

/// Elements that are named, one after the other.
struct Named {
    /// The shape of the indices together.
    dims: Vec<usize>,
    /// How many axes they name places of.
    axes: usize,
    /// Elements from the one that lies lowest, for each.
    offsets: Vec<usize>,
}

/// Places handed to a loop at once.
const CHUNK: usize = 512;

impl Dispatcher {
    /// Applies the universal function of one argument, of the type of its result, to the
    /// elements of `target` that `places` names.
    ///
    /// # Errors
    /// If a place is not there, or the kernel cannot be compiled or panics.
    #[doc(hidden)]
    pub fn call_ufunc_at_one<P, R, O, N>(
        &'static self,
        resolve: Option<Resolve>,
        target: O,
        places: &N,
    ) -> Result<(), Error>
    where
        P: Arguments,
        R: Results + Element,
        O: Target<R>,
        N: Places,
    {
        fn describe_one<P: Arguments, R: Results + Element>() -> (Vec<Type>, Type) {
            let (mut types, result) = super::apply::describe_kernel::<P, R>();
            types.push(element_type(R::DTYPE));
            (types, result)
        }
        let callee = Callee {
            dispatcher: self,
            describe: describe_one::<P, R>,
            resolve,
            inputs: 1,
            own: None,
        };
        self.ufunc_at(&callee, target, &places.axes(), None)
    }

    /// The same for two arguments, the second from `other`, which is broadcast to what is named.
    ///
    /// # Errors
    /// If a place is not there, if `other` does not broadcast, or the kernel cannot be compiled
    /// or panics.
    #[doc(hidden)]
    pub fn call_ufunc_at_two<P, R, O, N, B>(
        &'static self,
        resolve: Option<Resolve>,
        target: O,
        places: &N,
        other: &B,
    ) -> Result<(), Error>
    where
        P: Arguments,
        R: Results + Element,
        O: Target<R>,
        N: Places,
        B: Operand,
    {
        let callee = Callee {
            dispatcher: self,
            describe: describe_two::<P, R, OwnElement<R>, B>,
            resolve,
            inputs: 2,
            own: None,
        };
        self.ufunc_at(&callee, target, &places.axes(), Some(other.raw()))
    }

    fn ufunc_at<R>(
        &self,
        callee: &Callee,
        mut target: impl Target<R>,
        places: &[ArrayD<isize>],
        other: Option<RawOperand<'_>>,
    ) -> Result<(), Error> {
        let mut raws = Raws::new();
        other.into_iter().for_each(|other| raws.push(other));
        target.places(&mut raws);
        let output = raws.as_slice().len() - 1;
        let named = self.named(&raws.as_slice()[output], places)?;
        keep_apart(raws.as_slice(), output, false, |raws| {
            let (other, out) = (raws[..output].first(), &raws[output]);
            let dims = [&named.dims, &out.dims[named.axes..]].concat();
            if let Some(other) = other {
                self.check_other(other, &dims)?;
            }
            if dims.contains(&0) {
                return Ok(());
            }
            match out.dims.len() == named.axes {
                true => elements(callee, &named, other, out),
                false => rows(callee, &named, other, out),
            }
        })
    }

    fn check_other(&self, other: &RawOperand<'_>, dims: &[usize]) -> Result<(), Error> {
        let whole = RawOperand { dims, ..*other };
        if fits(&[*other, whole], 0, 1).is_ok() {
            return Ok(());
        }
        Err(self.at_error(format!(
            "the second operand of shape {:?} cannot be broadcast to what the indices name, which \
             has the shape {dims:?}",
            other.dims
        )))
    }

    #[cold]
    fn at_error(&self, message: String) -> Error {
        Error::Shape(ShapeError { kernel: self.source().name.into(), message })
    }

    /// The elements, or rows of elements, that are named.
    fn named(&self, out: &RawOperand<'_>, places: &[ArrayD<isize>]) -> Result<Named, Error> {
        if places.len() > out.dims.len() {
            return Err(self.at_error(format!(
                "there are indices for {} axes, and the array of shape {:?} has {}",
                places.len(),
                out.dims,
                out.dims.len()
            )));
        }
        let raws: Vec<RawOperand<'_>> =
            places.iter().map(|numbers| RawOperand::of_array(numbers)).collect();
        let dims = super::broadcast::join(&raws).map_err(|clash| {
            let (a, b) = clash.operands;
            self.at_error(format!(
                "indices of shapes {:?} and {:?}, for axes {a} and {b}, cannot be broadcast \
                 together",
                places[a].shape(),
                places[b].shape()
            ))
        })?;
        let mut offsets = vec![lowest(out); dims.iter().product()];
        for (axis, numbers) in places.iter().enumerate() {
            let all: CowArray<'_, isize, IxDyn> = match numbers.broadcast(IxDyn(&dims)) {
                Some(all) => all.into(),
                None => numbers.view().into(),
            };
            let len = out.dims[axis] as isize;
            for (offset, &number) in offsets.iter_mut().zip(&all) {
                let place = if number < 0 { number + len } else { number };
                if !(0..len).contains(&place) {
                    return Err(self.at_error(format!(
                        "index {number} is out of bounds for axis {axis} of length {len}"
                    )));
                }
                *offset = offset.wrapping_add_signed(place * out.strides[axis]);
            }
        }
        Ok(Named { dims: dims.into_owned(), axes: places.len(), offsets })
    }
}

/// Elements from the one that lies lowest in memory to the first one.
fn lowest(out: &RawOperand<'_>) -> usize {
    let axes = out.dims.iter().zip(out.strides);
    let back = axes.map(
        |(&len, &stride)| {
            if stride < 0 { len.saturating_sub(1) * stride.unsigned_abs() } else { 0 }
        },
    );
    back.sum()
}

/// Changes single elements, in the order of their places.
fn elements(
    callee: &Callee,
    named: &Named,
    other: Option<&RawOperand<'_>>,
    out: &RawOperand<'_>,
) -> Result<(), Error> {
    let rank = named.dims.len();
    let size = out.dtype.size();
    let base = RawOperand { address: out.address.wrapping_sub(lowest(out) * size), ..*out };
    let last = rank.checked_sub(1);
    let run = last.map_or(1, |last| named.dims[last]);
    let step = match (other, last) {
        (Some(other), Some(last)) => stride(other, last, rank),
        _ => 0,
    };
    let indices = RawOperand::at(named.offsets.as_ptr().cast_mut(), &[], &[]);
    let operands: Vec<RawOperand<'_>> =
        std::iter::once(indices).chain(other.copied()).chain([base]).collect();
    let output = operands.len() - 1;
    let forms = |number: usize| match number {
        1 if number < output && step == 0 => Form::Held,
        1 if number < output && step != operands[1].dtype.size() as isize => Form::Strided,
        _ => Form::Contiguous,
    };
    let roles = Roles { kind: Kind::Scatter, masked: false, outputs: output };
    let route = callee.route(roles, operands.len(), |number| LoopOperand {
        dtype: operands[number].dtype,
        form: forms(number),
    })?;
    let stride_of = |number: usize| step / operands[number].dtype.size() as isize;
    let mut turns = Turns::new(&operands, forms, stride_of);
    let mut running = Running::new(route);
    let mut at = vec![0; rank];
    for first in (0..named.offsets.len()).step_by(run) {
        let other_at = bytes_to(other, &at, rank);
        for start in (0..run).step_by(CHUNK) {
            let len = CHUNK.min(run - start);
            let bytes = |number: usize| match number {
                0 => ((first + start) * size_of::<usize>()) as isize,
                1 if number < output => other_at + step * start as isize,
                _ => 0,
            };
            turns.begin(&operands, bytes, len);
            running.call(&turns.slots)?;
        }
        next(&mut at, &named.dims, rank.saturating_sub(1));
    }
    Ok(())
}

/// Changes rows of elements, in the order of their places.
fn rows(
    callee: &Callee,
    named: &Named,
    other: Option<&RawOperand<'_>>,
    out: &RawOperand<'_>,
) -> Result<(), Error> {
    let size = out.dtype.size() as isize;
    let rank = named.dims.len() + out.dims.len() - named.axes;
    let base =
        RawOperand { address: out.address.wrapping_offset(-size * lowest(out) as isize), ..*out };
    let operands: Vec<RawOperand<'_>> =
        std::iter::once(base).chain(other.copied()).chain([base]).collect();
    let output = operands.len() - 1;
    let is_other = |number: usize| number == 1 && number < output;
    let walk =
        Walk::new(&out.dims[named.axes..], operands.len(), |number, axis| match is_other(number) {
            true => stride(&operands[number], named.dims.len() + axis, rank),
            false => out.strides[named.axes + axis] * size,
        });
    let steps = walk.inner_steps();
    let forms = |number: usize| match steps[number] {
        0 if is_other(number) => Form::Held,
        0 => Form::Contiguous,
        step if step == operands[number].dtype.size() as isize => Form::Contiguous,
        _ => Form::Strided,
    };
    let route = callee.route(Roles::map(false, output), operands.len(), |number| LoopOperand {
        dtype: operands[number].dtype,
        form: forms(number),
    })?;
    let stride_of = |number: usize| steps[number] / operands[number].dtype.size() as isize;
    let mut turns = Turns::new(&operands, forms, stride_of);
    let mut running = Running::new(route);
    let mut index = vec![0; named.dims.len()];
    for &offset in &named.offsets {
        let other_at = bytes_to(other, &index, rank);
        let row = |number: usize| if is_other(number) { other_at } else { offset as isize * size };
        walk.try_each(|at, len| {
            turns.begin(&operands, |number| row(number) + at[number], len);
            running.call(&turns.slots)
        })?;
        next(&mut index, &named.dims, named.dims.len());
    }
    Ok(())
}

/// Bytes from the first element of an operand to the one at an index of the shape of `rank` axes
/// that it is repeated to, of which the index tells the first.
fn bytes_to(other: Option<&RawOperand<'_>>, index: &[usize], rank: usize) -> isize {
    let Some(other) = other else { return 0 };
    let axes = index.iter().enumerate();
    axes.map(|(axis, &place)| stride(other, axis, rank) * place as isize).sum()
}

/// The next index, of the first so many axes.
fn next(at: &mut [usize], dims: &[usize], axes: usize) {
    for axis in (0..axes).rev() {
        at[axis] += 1;
        if at[axis] < dims[axis] {
            return;
        }
        at[axis] = 0;
    }
}
