//! Reductions of universal functions of two numbers: which axes, from which value on, where a
//! mask is true, and what comes out; as NumPy's `reduce`, `accumulate` and `reduceat`.

use super::apply::describe;
use super::axes::ReduceAxes;
use super::broadcast::{fits, stride};
use super::callee::Callee;
use super::cast::{CastsTo, copy};
use super::fold::{Folder, Strided};
use super::operand::{Axes, NoAxes, Operand, Order, RawOperand, Raws};
use super::overlap::keep_apart;
use super::target::{Results, Target};
use crate::arg::Arguments;
use crate::dispatcher::{Dispatcher, Resolve};
use crate::error::{Error, ShapeError};
use crate::scalar::Element;
use crate::slots::{Cons, End};
use std::marker::PhantomData;

/// A universal function of two numbers that returns another of their type.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Folds<T> {
    dispatcher: &'static Dispatcher,
    resolve: Option<Resolve>,
    identity: Option<T>,
    reorderable: bool,
}

type Two<T> = Cons<T, Cons<T, End>>;

impl<T: Results + Element> Folds<T>
where
    Two<T>: Arguments,
{
    /// That of a kernel; it may be applied in any order if it has an identity.
    pub fn new(
        dispatcher: &'static Dispatcher,
        resolve: Option<Resolve>,
        identity: Option<T>,
        reorderable: bool,
    ) -> Self {
        let reorderable = reorderable || identity.is_some();
        Folds { dispatcher, resolve, identity, reorderable }
    }

    /// A reduction of an array, which can be told more and then be run.
    pub fn reduction<A, X>(self, array: A, axes: &X) -> Reduction<T, A, X::Dim>
    where
        A: Operand<Elem: CastsTo<T>>,
        X: ReduceAxes<A::Dim>,
    {
        Reduction {
            folds: self,
            array,
            axes: axes.list(),
            initial: None,
            mask: None,
            keepdims: false,
            dim: PhantomData,
        }
    }

    /// What lies between the folds along an axis.
    ///
    /// # Errors
    /// If there is no such axis, or the kernel panics.
    pub fn accumulate<A>(
        self,
        array: &A,
        axis: isize,
    ) -> Result<<A::Dim as Axes>::Holding<T>, Error>
    where
        A: Operand<Elem: CastsTo<T>>,
    {
        let raw = array.raw();
        let mut results = A::Dim::allocate::<T>(raw.dims, Order::C);
        self.scan::<A>(&raw, axis, &A::Dim::place::<T>(&mut results))?;
        // SAFETY: the scan has written every element.
        Ok(unsafe { A::Dim::written(results) })
    }

    /// The same, written to an array of the same shape.
    ///
    /// # Errors
    /// As for [`Folds::accumulate`], or if the shape is another.
    pub fn accumulate_into<A>(
        self,
        array: &A,
        axis: isize,
        mut out: impl Target<T>,
    ) -> Result<(), Error>
    where
        A: Operand<Elem: CastsTo<T>>,
    {
        let mut raws = Raws::new();
        raws.push(array.raw());
        out.places(&mut raws);
        self.same_shape("accumulation", raws.as_slice()[0].dims, &raws.as_slice()[1])?;
        keep_apart(raws.as_slice(), 1, true, |raws| self.scan::<A>(&raws[0], axis, &raws[1]))
    }

    fn scan<A>(&self, raw: &RawOperand<'_>, axis: isize, out: &RawOperand<'_>) -> Result<(), Error>
    where
        A: Operand<Elem: CastsTo<T>>,
    {
        let axis = self.axis(axis, raw.dims)?;
        self.folder::<A>().scan(&Strided::of(raw), axis, &Strided::of(out))
    }

    /// The folds of the parts of an axis that begin at `starts` and end where the next begins;
    /// the one element at its beginning where it does not begin later.
    ///
    /// # Errors
    /// If there is no such axis, or an index is not in it, or the kernel panics.
    pub fn reduceat<A>(
        self,
        array: &A,
        starts: &[usize],
        axis: isize,
    ) -> Result<<A::Dim as Axes>::Holding<T>, Error>
    where
        A: Operand<Elem: CastsTo<T>>,
    {
        let raw = array.raw();
        let axis = self.axis(axis, raw.dims)?;
        let mut dims = raw.dims.to_vec();
        dims[axis] = starts.len();
        let mut results = A::Dim::allocate::<T>(&dims, Order::C);
        self.parts::<A>(&raw, starts, axis, &A::Dim::place::<T>(&mut results))?;
        // SAFETY: each place of the axis has been written.
        Ok(unsafe { A::Dim::written(results) })
    }

    /// The same, written to an array of that shape.
    ///
    /// # Errors
    /// As for [`Folds::reduceat`], or if the shape is another.
    pub fn reduceat_into<A>(
        self,
        array: &A,
        starts: &[usize],
        axis: isize,
        mut out: impl Target<T>,
    ) -> Result<(), Error>
    where
        A: Operand<Elem: CastsTo<T>>,
    {
        let mut raws = Raws::new();
        raws.push(array.raw());
        out.places(&mut raws);
        let axis = self.axis(axis, raws.as_slice()[0].dims)?;
        let mut dims = raws.as_slice()[0].dims.to_vec();
        dims[axis] = starts.len();
        self.same_shape("reduction", &dims, &raws.as_slice()[1])?;
        keep_apart(raws.as_slice(), 1, false, |raws| {
            self.parts::<A>(&raws[0], starts, axis, &raws[1])
        })
    }

    fn parts<A>(
        &self,
        raw: &RawOperand<'_>,
        starts: &[usize],
        axis: usize,
        out: &RawOperand<'_>,
    ) -> Result<(), Error>
    where
        A: Operand<Elem: CastsTo<T>>,
    {
        let len = raw.dims[axis];
        if let Some((at, start)) = starts.iter().enumerate().find(|(_, start)| **start >= len) {
            return Err(self.error(format!(
                "index {at} of `reduceat` is {start}, and axis {axis} has the length {len}"
            )));
        }
        let (from, out, folder) = (Strided::of(raw), Strided::of(out), self.folder::<A>());
        for (number, &start) in starts.iter().enumerate() {
            let end = starts.get(number + 1).copied().unwrap_or(len).max(start + 1);
            let part = from.part(axis, start, end - start);
            folder.fold(&part, None, axis, &out.at(axis, number), false)?;
        }
        Ok(())
    }

    /// An error unless the output has this shape.
    fn same_shape(&self, what: &str, dims: &[usize], out: &RawOperand<'_>) -> Result<(), Error> {
        if out.dims == dims {
            return Ok(());
        }
        Err(self.error(format!("the {what} has the shape {dims:?}, and the output {:?}", out.dims)))
    }

    fn folder<A: Operand<Elem: CastsTo<T>>>(&self) -> Folder {
        let callee = Callee {
            dispatcher: self.dispatcher,
            describe: describe::<Two<T>, T, Cons<A, End>>,
            resolve: self.resolve,
            inputs: 1,
            own: Some(T::DTYPE),
        };
        Folder {
            callee,
            own: T::DTYPE,
            source: A::Elem::DTYPE,
            copy: copy::<A::Elem, T>,
            reorderable: self.reorderable,
        }
    }

    #[cold]
    fn error(&self, message: String) -> Error {
        Error::Shape(ShapeError { kernel: self.dispatcher.source().name.into(), message })
    }

    /// An axis, counted from the first one.
    fn axis(&self, axis: isize, dims: &[usize]) -> Result<usize, Error> {
        let rank = dims.len() as isize;
        let counted = if axis < 0 { axis + rank } else { axis };
        if (0..rank).contains(&counted) {
            return Ok(counted as usize);
        }
        let there_are = match rank {
            0 => "it has none".to_string(),
            1 => "it has axis 0, which is also -1".to_string(),
            _ => format!("its axes are 0 to {}, or {} to -1", rank - 1, -rank),
        };
        Err(self
            .error(format!("there is no axis {axis} in an array of shape {dims:?}: {there_are}")))
    }

    /// Which axes are reduced.
    fn reduced(&self, axes: Option<&[isize]>, dims: &[usize]) -> Result<Vec<bool>, Error> {
        let Some(axes) = axes else { return Ok(vec![true; dims.len()]) };
        let mut reduced = vec![false; dims.len()];
        for &axis in axes {
            let at = self.axis(axis, dims)?;
            if reduced[at] {
                return Err(self.error(format!("axis {at} is given twice: name each axis once")));
            }
            reduced[at] = true;
        }
        Ok(reduced)
    }
}

/// A reduction that is about to be run: see `name::reduction`.
#[derive(Debug)]
#[must_use = "a reduction does nothing until it is run"]
pub struct Reduction<T, A, X, M = bool> {
    folds: Folds<T>,
    array: A,
    axes: Option<Vec<isize>>,
    initial: Option<T>,
    mask: Option<M>,
    keepdims: bool,
    dim: PhantomData<fn() -> X>,
}

impl<T, A, X, M> Reduction<T, A, X, M>
where
    T: Results + Element,
    A: Operand<Elem: CastsTo<T>>,
    X: Axes,
    M: Operand<Elem = bool>,
    Two<T>: Arguments,
{
    /// Begins with this value, which is also the result where there are no elements.
    pub fn initial(self, value: T) -> Self {
        Reduction { initial: Some(value), ..self }
    }

    /// Takes only elements where this is true, once it is broadcast to the array; the kernel
    /// must have an identity, or there must be an [`initial`](Self::initial) value.
    pub fn mask<N: Operand<Elem = bool>>(self, mask: N) -> Reduction<T, A, X, N> {
        let Reduction { folds, array, axes, initial, keepdims, dim, .. } = self;
        Reduction { folds, array, axes, initial, mask: Some(mask), keepdims, dim }
    }

    /// Keeps the reduced axes, with the length 1.
    pub fn keepdims(self) -> Reduction<T, A, A::Dim, M> {
        let Reduction { folds, array, axes, initial, mask, .. } = self;
        Reduction { folds, array, axes, initial, mask, keepdims: true, dim: PhantomData }
    }

    /// The results.
    ///
    /// # Panics
    /// Where [`try_run`](Self::try_run) returns an error.
    #[track_caller]
    pub fn run(self) -> X::Holding<T> {
        self.try_run().unwrap_or_else(|error| error.raise())
    }

    /// The results.
    ///
    /// # Errors
    /// If an axis is not there or given twice, if there are several and the kernel does not
    /// allow any order, if there are no elements and nothing to begin with, if the mask does
    /// not broadcast to the array, or if the kernel panics.
    pub fn try_run(self) -> Result<X::Holding<T>, Error> {
        let raw = self.array.raw();
        let reduced = self.folds.reduced(self.axes.as_deref(), raw.dims)?;
        let mut results = X::allocate::<T>(&self.dims(raw.dims, &reduced), Order::C);
        let mask = self.mask.as_ref().map(Operand::raw);
        let out = Strided::of(&X::place::<T>(&mut results));
        self.reduce(&raw, mask.as_ref(), &reduced, &out)?;
        // SAFETY: the reduction has written every element.
        Ok(unsafe { X::written(results) })
    }

    /// Writes the results to `out`, which must have their shape.
    ///
    /// # Panics
    /// Where [`try_into`](Self::try_into) returns an error.
    #[track_caller]
    pub fn into(self, out: impl Target<T>) {
        self.try_into(out).unwrap_or_else(|error| error.raise());
    }

    /// Writes the results to `out`, which must have their shape.
    ///
    /// # Errors
    /// As for [`try_run`](Self::try_run), or if the shape is another.
    pub fn try_into(self, mut out: impl Target<T>) -> Result<(), Error> {
        let raw = self.array.raw();
        let reduced = self.folds.reduced(self.axes.as_deref(), raw.dims)?;
        let dims = self.dims(raw.dims, &reduced);
        let mut raws = Raws::new();
        let mask = self.mask.as_ref().map(Operand::raw);
        mask.into_iter().for_each(|mask| raws.push(mask));
        raws.push(raw);
        out.places(&mut raws);
        let outputs = 1 + usize::from(mask.is_some());
        self.folds.same_shape("reduction", &dims, &raws.as_slice()[outputs])?;
        keep_apart(raws.as_slice(), outputs, false, |raws| {
            let mask = mask.is_some().then(|| &raws[0]);
            self.reduce(&raws[outputs - 1], mask, &reduced, &Strided::of(&raws[outputs]))
        })
    }

    /// The shape of the results.
    fn dims(&self, dims: &[usize], reduced: &[bool]) -> Vec<usize> {
        let axes = dims.iter().zip(reduced);
        match self.keepdims {
            true => axes.map(|(&len, &reduced)| if reduced { 1 } else { len }).collect(),
            false => axes.filter(|(_, reduced)| !**reduced).map(|(&len, _)| len).collect(),
        }
    }

    fn reduce(
        &self,
        raw: &RawOperand<'_>,
        mask: Option<&RawOperand<'_>>,
        reduced: &[bool],
        out: &Strided,
    ) -> Result<(), Error> {
        let folds = &self.folds;
        let axes: Vec<usize> = (0..reduced.len()).filter(|axis| reduced[*axis]).collect();
        if axes.len() > 1 && !folds.reorderable {
            return Err(folds.error(
                "the order counts, and so it can be reduced along one axis at a time: if it may \
                 be applied in any order, say `#[vectorize(reorderable)]` or give an `identity`"
                    .into(),
            ));
        }
        let mut out = out.clone();
        if self.keepdims {
            for &axis in axes.iter().rev() {
                out = out.at(axis, 0);
            }
        }
        let mask = mask.map(|mask| self.mask_of(mask, raw)).transpose()?;
        let begin = self.begin(raw.dims, &axes)?;
        let nothing = axes.iter().any(|&axis| raw.dims[axis] == 0);
        if let Some(value) = begin {
            fill(value, &out);
        }
        if nothing || out.is_empty() {
            return Ok(());
        }
        let from = Strided::of(raw);
        let folder = folds.folder::<A>();
        match (&axes[..], mask) {
            ([], None) if begin.is_none() => {
                folder.copy(&from, &out);
                Ok(())
            }
            (_, None) if begin.is_none() => self.fold_axes(folder, from, axes, &out),
            (_, mask) => fold_begun(&folder, &from, mask.as_ref(), &axes, &out),
        }
    }

    /// What the results are before the first element, if there has to be something.
    fn begin(&self, dims: &[usize], axes: &[usize]) -> Result<Option<T>, Error> {
        let nothing = axes.iter().any(|&axis| dims[axis] == 0);
        if !nothing && self.mask.is_none() {
            return Ok(self.initial);
        }
        let begin = self.initial.or(self.folds.identity);
        let message = match (begin, nothing) {
            (Some(_), _) => return Ok(begin),
            (None, true) => format!(
                "there are no elements to reduce in an array of shape {dims:?} along axes \
                 {axes:?}, and no identity: declare one, or give an `initial` value"
            ),
            (None, false) => {
                "a reduction with a mask needs an identity or an `initial` value, for \
                              where the mask is false throughout"
                    .into()
            }
        };
        Err(self.folds.error(message))
    }

    /// Folds along one axis after the other, the longest first.
    fn fold_axes(
        &self,
        mut folder: Folder,
        mut from: Strided,
        mut axes: Vec<usize>,
        out: &Strided,
    ) -> Result<(), Error> {
        merge(&mut from, &mut axes);
        let own = describe_own::<T>(&folder);
        let mut room: Vec<u128>;
        let mut rooms = Vec::new();
        while axes.len() > 1 {
            let longest = (0..axes.len()).max_by_key(|&i| from.dims[axes[i]]).unwrap_or(0);
            let axis = axes.remove(longest);
            axes.iter_mut().filter(|other| **other > axis).for_each(|other| *other -= 1);
            let dims = from.at(axis, 0).dims;
            let size = folder.own.size();
            let bytes = dims.iter().product::<usize>() * size;
            room = vec![0; bytes.div_ceil(size_of::<u128>())];
            let to = Strided::contiguous(room.as_mut_ptr().cast(), &dims, size);
            folder.fold(&from, None, axis, &to, false)?;
            // What is read next has to live on.
            rooms.push(room);
            (from, folder) = (to, own);
        }
        folder.fold(&from, None, axes[0], out, false)
    }

    fn mask_of(&self, mask: &RawOperand<'_>, raw: &RawOperand<'_>) -> Result<Strided, Error> {
        if fits(&[*mask, *raw], 0, 1).is_err() {
            return Err(self.folds.error(format!(
                "the mask of shape {:?} cannot be broadcast to the array of shape {:?}",
                mask.dims, raw.dims
            )));
        }
        let rank = raw.dims.len();
        let steps = (0..rank).map(|axis| stride(mask, axis, rank)).collect();
        Ok(Strided { address: mask.address, dims: raw.dims.to_vec(), steps })
    }
}

/// The same for elements of the function's own type.
fn describe_own<T>(folder: &Folder) -> Folder
where
    T: Results + Element,
    Two<T>: Arguments,
{
    let callee =
        Callee { describe: describe::<Two<T>, T, Cons<OwnElement<T>, End>>, ..folder.callee };
    Folder { callee, source: folder.own, copy: copy::<T, T>, ..*folder }
}

/// Stands for arrays of elements of the function's own type.
pub(super) struct OwnElement<T>(T);

// SAFETY: it is one element.
unsafe impl<T: Element> Operand for OwnElement<T> {
    type Elem = T;
    type Dim = NoAxes;
    fn raw(&self) -> RawOperand<'_> {
        RawOperand::of_number(&self.0)
    }
}

/// Goes on from what is in `out`, along the last of the axes for each place of the others.
fn fold_begun(
    folder: &Folder,
    from: &Strided,
    mask: Option<&Strided>,
    axes: &[usize],
    out: &Strided,
) -> Result<(), Error> {
    match axes {
        [] => {
            // As along an axis of one element.
            let wide = |operand: &Strided| {
                let mut wide = operand.clone();
                wide.dims.push(1);
                wide.steps.push(0);
                wide
            };
            let axis = from.dims.len();
            folder.fold(&wide(from), mask.map(wide).as_ref(), axis, out, true)
        }
        [axis] => folder.fold(from, mask, *axis, out, true),
        [first, rest @ ..] => {
            let rest: Vec<usize> = rest.iter().map(|axis| axis - 1).collect();
            (0..from.dims[*first]).try_for_each(|index| {
                let mask = mask.map(|mask| mask.at(*first, index));
                fold_begun(folder, &from.at(*first, index), mask.as_ref(), &rest, out)
            })
        }
    }
}

/// Makes one axis of two that follow one another in memory and are both reduced.
fn merge(from: &mut Strided, axes: &mut Vec<usize>) {
    let mut at = 1;
    while at < axes.len() {
        let (outer, inner) = (axes[at - 1], axes[at]);
        let len = from.dims[inner];
        if outer + 1 == inner && from.steps[outer] == from.steps[inner] * len as isize {
            from.dims[inner] *= from.dims[outer];
            from.dims.remove(outer);
            from.steps.remove(outer);
            axes.remove(at - 1);
            axes[at - 1..].iter_mut().for_each(|axis| *axis -= 1);
        } else {
            at += 1;
        }
    }
}

/// Writes a value to all elements.
fn fill<T: Element>(value: T, out: &Strided) {
    let steps = vec![0; out.dims.len()];
    let address = (&raw const value).cast_mut().cast();
    let from = Strided { address, dims: out.dims.clone(), steps };
    super::fold::copy_all(copy::<T, T>, &from, out);
}
