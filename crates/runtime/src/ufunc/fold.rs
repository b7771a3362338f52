//! Folding an array along an axis with a universal function of two numbers, and keeping what
//! comes between: one after the other, or by halves.
//!
//! How it goes depends on lengths and on how the array lies in memory, and never on the
//! processor, so that the same call has the same bits everywhere:
//!
//! * Where other elements lie closer than those along the axis, whole rows of results are
//!   taken forward at once, an element of the axis at a time.
//! * Where the elements along the axis lie closest, and the function may be applied in any
//!   order, and there are more than a few, they are folded by halves (see `halves`): `a[i]` with
//!   `a[i + n / 2]`, and so on with what comes out. So the loops are wide, and errors of rounding
//!   grow with the logarithm of the length (N. J. Higham, *The accuracy of floating point
//!   summation*, 1993).
//! * Otherwise several rows are folded side by side, each in its order.

use super::callee::{Callee, Roles, Running};
use super::halves::Halves;
use super::operand::{MAX_OPERANDS, RawOperand};
use crate::error::Error;
use crate::threads::walk_parts;
use crate::walk::Walk;
use mambo_compiler::inner_loop::{Form, Kind, Operand, STRIP};
use mambo_ir::Dtype;
use std::ops::ControlFlow;

/// Elements of rows of results that stay in the nearest cache while they are taken forward.
const ROW: usize = 2048;

/// Along a shorter axis, rows of results are taken forward in any case.
const SHORT: usize = 16;

/// Rows that are folded side by side.
const ROWS: usize = 4;

/// Copies elements that cast to those of another type: from where, bytes to the next, to where,
/// bytes to the next, and how many.
pub(crate) type Copying = unsafe fn(*const u8, isize, *mut u8, isize, usize);

/// Elements of an array: where the first is, and how many steps of how many bytes there are.
#[derive(Clone, Debug)]
pub(crate) struct Strided {
    pub(crate) address: *mut u8,
    pub(crate) dims: Vec<usize>,
    pub(crate) steps: Vec<isize>,
}

impl Strided {
    pub(crate) fn of(raw: &RawOperand<'_>) -> Self {
        let size = raw.dtype.size() as isize;
        Strided {
            address: raw.address,
            dims: raw.dims.to_vec(),
            steps: raw.strides.iter().map(|stride| stride * size).collect(),
        }
    }

    /// Elements side by side from an address on.
    pub(crate) fn contiguous(address: *mut u8, dims: &[usize], size: usize) -> Self {
        let mut steps = vec![0; dims.len()];
        let mut step = size as isize;
        for (axis, &len) in dims.iter().enumerate().rev() {
            steps[axis] = step;
            step *= len.max(1) as isize;
        }
        Strided { address, dims: dims.to_vec(), steps }
    }

    /// Those at one place of an axis, which falls away.
    pub(crate) fn at(&self, axis: usize, index: usize) -> Self {
        let mut one = self.clone();
        one.dims.remove(axis);
        let step = one.steps.remove(axis);
        one.address = one.address.wrapping_offset(step * index as isize);
        one
    }

    /// Those of a part of an axis.
    pub(crate) fn part(&self, axis: usize, from: usize, len: usize) -> Self {
        let mut part = self.clone();
        part.dims[axis] = len;
        part.address = part.address.wrapping_offset(part.steps[axis] * from as isize);
        part
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.dims.contains(&0)
    }
}

/// Elements along one axis.
#[derive(Clone, Copy)]
pub(super) struct Line {
    pub(super) address: *mut u8,
    pub(super) step: isize,
    pub(super) len: usize,
}

impl Line {
    pub(super) fn moved(self, elements: usize) -> Self {
        let by = self.step.wrapping_mul(elements as isize);
        Line { address: self.address.wrapping_offset(by), ..self }
    }

    pub(super) fn of(self, len: usize) -> Self {
        Line { len, ..self }
    }
}

/// What folds: a universal function of two numbers, and the elements it is given.
#[derive(Clone, Copy)]
pub(crate) struct Folder {
    pub(crate) callee: Callee,
    /// The type of the function's arguments and of its result.
    pub(crate) own: Dtype,
    /// The type of the elements of the array.
    pub(crate) source: Dtype,
    /// Copies elements of the array where there is nothing to fold them with.
    pub(crate) copy: Copying,
    /// Whether the function may be applied in any order.
    pub(crate) reorderable: bool,
}

/// An inner loop with lines for operands.
pub(super) struct Lines {
    running: Running,
    sizes: [isize; MAX_OPERANDS],
    slots: [u64; 3 * MAX_OPERANDS],
}

impl Lines {
    fn call(&mut self, lines: &[Line]) -> Result<(), Error> {
        for (number, line) in lines.iter().enumerate() {
            self.slots[3 * number] = line.address as u64;
            self.slots[3 * number + 1] = line.len as u64;
            self.slots[3 * number + 2] = (line.step / self.sizes[number]) as u64;
        }
        self.running.call(&self.slots)
    }
}

/// The order in which an axis is folded.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    /// Rows of results, an element of the axis at a time.
    Across,
    /// Each result on its own, by halves.
    Halves,
    /// Each result on its own, in order.
    Along,
}

impl Folder {
    /// The loop for operands with these elements and steps, a mask first and outputs last.
    fn lines(
        &self,
        kind: Kind,
        masked: bool,
        operands: &[(Dtype, isize)],
        outputs: usize,
    ) -> Result<Lines, Error> {
        let mut sizes = [1; MAX_OPERANDS];
        for (size, (dtype, _)) in sizes.iter_mut().zip(operands) {
            *size = dtype.size() as isize;
        }
        let roles = Roles { kind, masked, outputs: operands.len() - outputs };
        let route = self.callee.route(roles, operands.len(), |number| {
            let (dtype, step) = operands[number];
            let side_by_side = step == dtype.size() as isize;
            Operand { dtype, form: if side_by_side { Form::Contiguous } else { Form::Strided } }
        })?;
        Ok(Lines { running: Running::new(route), sizes, slots: [0; 3 * MAX_OPERANDS] })
    }

    /// Calls a loop with these lines, and makes it before if need be: for operands with these
    /// elements and steps, the output last.
    pub(super) fn call_lines(
        &self,
        made: &mut Option<Lines>,
        kind: Kind,
        operands: &[(Dtype, isize)],
        lines: &[Line],
    ) -> Result<(), Error> {
        if made.is_none() {
            *made = Some(self.lines(kind, false, operands, 1)?);
        }
        made.as_mut().map_or(Ok(()), |made| made.call(lines))
    }

    /// The way to go where results lie these bytes apart in the array, `len` of them.
    fn way(&self, count: usize, step: isize, kept: isize, len: usize) -> Way {
        if count < SHORT && len > 1 || len >= SHORT && step.abs() > kept.abs() {
            Way::Across
        } else if self.reorderable && count >= STRIP {
            Way::Halves
        } else {
            Way::Along
        }
    }

    /// Copies elements to results of the same shape.
    pub(crate) fn copy(&self, from: &Strided, to: &Strided) {
        copy_all(self.copy, from, to);
    }

    /// Folds what is in `out` already, if it has `begun`, with the elements along an axis; from
    /// the first of them on otherwise, in which case there must be one and no mask.
    pub(crate) fn fold(
        &self,
        from: &Strided,
        mask: Option<&Strided>,
        axis: usize,
        out: &Strided,
        begun: bool,
    ) -> Result<(), Error> {
        if out.is_empty() || from.dims[axis] == 0 {
            return Ok(());
        }
        let (kept, step) = (from.at(axis, 0), from.steps[axis]);
        let mask_kept = mask.map(|mask| mask.at(axis, 0));
        let all = [Some(&kept), Some(out), mask_kept.as_ref()];
        let count = if mask.is_some() { 3 } else { 2 };
        // The output leads where it can.
        let order = |operand: usize| if count == 3 { [2, 0, 1][operand] } else { operand };
        let walk = Walk::new(&out.dims, count, |operand, axis| {
            all[order(operand)].map_or(0, |operand| operand.steps[axis])
        });
        let (x, o) = (count - 2, count - 1);
        let steps = walk.inner_steps();
        let way = match self.way(from.dims[axis], step, steps[x], walk.inner_len()) {
            Way::Halves if mask.is_some() => Way::Along,
            way => way,
        };
        let first = usize::from(!begun && way != Way::Halves);
        if first == 1 {
            self.copy(&kept, out);
        }
        let rest = Line { address: kept.address, step, len: from.dims[axis] };
        let rest = rest.moved(first).of(rest.len - first);
        let masked = mask_kept.as_ref().map(|kept| {
            let step = mask.map_or(0, |mask| mask.steps[axis]);
            (kept.address, step, steps[0])
        });
        let between = (steps[x], steps[o]);
        let run = |walk: &Walk| match way {
            Way::Across => {
                let mut across = Across::new(self, rest, between, masked)?;
                walk.try_each(|at, len| across.fold(at, x, out.address.wrapping_offset(at[o]), len))
            }
            Way::Halves => {
                let mut halves = Halves::new(self, step, rest.len);
                walk.try_each(|at, len| {
                    let from = Line { address: rest.address.wrapping_offset(at[x]), ..rest };
                    let to =
                        Line { address: out.address.wrapping_offset(at[o]), step: between.1, len };
                    halves.rows((from, between.0), to, begun)
                })
            }
            Way::Along => {
                let own = self.own.size() as isize;
                let loops = Along::loops(self, Kind::Fold, rest, own, masked)?;
                let mut along = Along::new(loops, rest, between, masked);
                let to = Line { address: out.address, step: own, len: 1 };
                walk.try_each(|at, len| along.run(at, x, to, len))
            }
        };
        // SAFETY: the array is borrowed for the call and `out` mutably or in cells, which no other
        // thread sees; parts of the walk write different results.
        unsafe { walk_parts(&walk, from.dims.iter().product(), self.is_parallel(), run) }
    }

    fn is_parallel(&self) -> bool {
        self.callee.dispatcher.source().parallel
    }

    /// Writes what is between the folds along an axis to `out`, which has the shape of `from`.
    pub(crate) fn scan(&self, from: &Strided, axis: usize, out: &Strided) -> Result<(), Error> {
        if out.is_empty() {
            return Ok(());
        }
        let (kept, kept_out) = (from.at(axis, 0), out.at(axis, 0));
        self.copy(&kept, &kept_out);
        let len = from.dims[axis] - 1;
        if len == 0 {
            return Ok(());
        }
        let (step, out_step) = (from.steps[axis], out.steps[axis]);
        let walk =
            Walk::new(&kept_out.dims, 2, |operand, axis| [&kept, &kept_out][operand].steps[axis]);
        let steps = walk.inner_steps();
        let rest = Line { address: kept.address, step, len: len + 1 }.moved(1).of(len);
        let to = Line { address: kept_out.address, step: out_step, len: len + 1 };
        let way = self.way(len, out_step, steps[1], walk.inner_len());
        let run = |walk: &Walk| {
            if way != Way::Across {
                let loops = Along::loops(self, Kind::Scan, rest, out_step, None)?;
                let mut along = Along::new(loops, rest, (steps[0], steps[1]), None);
                return walk.try_each(|at, len| along.run(at, 0, to, len));
            }
            let kinds = [(self.own, steps[1]), (self.source, steps[0]), (self.own, steps[1])];
            let mut lines = self.lines(Kind::Map, false, &kinds, 1)?;
            walk.try_each(|at, len| {
                strips(len).try_for_each(|(start, len)| {
                    (0..rest.len).try_for_each(|turn| {
                        let x = row(rest.moved(turn), at[0], steps[0], start, len);
                        let before = row(to.moved(turn), at[1], steps[1], start, len);
                        let after = row(to.moved(turn + 1), at[1], steps[1], start, len);
                        lines.call(&[before, x, after])
                    })
                })
            })
        };
        // SAFETY: as in `fold`.
        unsafe { walk_parts(&walk, from.dims.iter().product(), self.is_parallel(), run) }
    }
}

/// Copies elements to others of the same shape.
pub(crate) fn copy_all(copy: Copying, from: &Strided, to: &Strided) {
    let walk = Walk::new(&to.dims, 2, |operand, axis| [from, to][operand].steps[axis]);
    let (step, to_step) = (walk.inner_steps()[0], walk.inner_steps()[1]);
    let _ = walk.each(|at, len| {
        let (from, to) = (from.address.wrapping_offset(at[0]), to.address.wrapping_offset(at[1]));
        // SAFETY: the walk stays in the arrays, and the types are those of the copy.
        unsafe { copy(from, step, to, to_step, len) };
        ControlFlow::<()>::Continue(())
    });
}

/// The parts of a row: where each begins, and how long it is.
fn strips(len: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..len).step_by(ROW).map(move |start| (start, ROW.min(len - start)))
}

/// A part of the row that begins these bytes behind the first element of `line`.
fn row(line: Line, at: isize, step: isize, start: usize, len: usize) -> Line {
    Line { address: line.address.wrapping_offset(at), step, len }.moved(start)
}

/// A mask: its first element, and bytes to the next along the axis and along the rows.
type Masked = (*mut u8, isize, isize);

/// Takes rows of results forward.
struct Across {
    lines: Lines,
    rest: Line,
    between: (isize, isize),
    masked: Option<Masked>,
}

impl Across {
    fn new(
        folder: &Folder,
        rest: Line,
        between: (isize, isize),
        masked: Option<Masked>,
    ) -> Result<Self, Error> {
        let (own, from) = ((folder.own, between.1), (folder.source, between.0));
        let mut operands = vec![own, from, own];
        if let Some((_, _, between)) = masked {
            operands.insert(0, (Dtype::Bool, between));
        }
        let lines = folder.lines(Kind::Map, masked.is_some(), &operands, 1)?;
        Ok(Across { lines, rest, between, masked })
    }

    fn fold(&mut self, at: &[isize], x: usize, out: *mut u8, len: usize) -> Result<(), Error> {
        for (start, len) in strips(len) {
            let to = Line { address: out, step: self.between.1, len }.moved(start);
            for turn in 0..self.rest.len {
                let from = row(self.rest.moved(turn), at[x], self.between.0, start, len);
                match self.masked {
                    None => self.lines.call(&[to, from, to])?,
                    Some((address, step, between)) => {
                        let mask = Line { address, step, len }.moved(turn);
                        let mask = row(mask, at[0], between, start, len);
                        self.lines.call(&[mask, to, from, to])?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// Folds or scans rows in order, several side by side.
struct Along {
    one: Lines,
    several: Option<Lines>,
    rest: Line,
    between: (isize, isize),
    masked: Option<Masked>,
}

impl Along {
    fn new(
        (one, several): (Lines, Option<Lines>),
        rest: Line,
        between: (isize, isize),
        masked: Option<Masked>,
    ) -> Self {
        Along { one, several, rest, between, masked }
    }

    fn loops(
        folder: &Folder,
        kind: Kind,
        rest: Line,
        out_step: isize,
        masked: Option<Masked>,
    ) -> Result<(Lines, Option<Lines>), Error> {
        let (from, to) = ((folder.source, rest.step), (folder.own, out_step));
        if let Some((_, step, _)) = masked {
            let operands = [(Dtype::Bool, step), from, to];
            return Ok((folder.lines(kind, true, &operands, 1)?, None));
        }
        let rows = [[from; ROWS], [to; ROWS]].concat();
        let several = folder.lines(kind, false, &rows, ROWS)?;
        Ok((folder.lines(kind, false, &[from, to], 1)?, Some(several)))
    }

    /// Rows from where the walk is, the array being its operand `x` and `to` the one behind it.
    fn run(&mut self, at: &[isize], x: usize, to: Line, len: usize) -> Result<(), Error> {
        let from = |number: usize| {
            let by = at[x] + self.between.0 * number as isize;
            Line { address: self.rest.address.wrapping_offset(by), ..self.rest }
        };
        let into = |number: usize| {
            let by = at[x + 1] + self.between.1 * number as isize;
            Line { address: to.address.wrapping_offset(by), ..to }
        };
        let mut done = 0;
        if let Some(several) = &mut self.several {
            while len - done >= ROWS {
                let mut lines = [to; 2 * ROWS];
                for number in 0..ROWS {
                    lines[number] = from(done + number);
                    lines[ROWS + number] = into(done + number);
                }
                several.call(&lines)?;
                done += ROWS;
            }
        }
        for number in done..len {
            match self.masked {
                None => self.one.call(&[from(number), into(number)])?,
                Some((address, step, between)) => {
                    let by = at[0] + between * number as isize;
                    let address = address.wrapping_offset(by);
                    let mask = Line { address, step, len: self.rest.len };
                    self.one.call(&[mask, from(number), into(number)])?;
                }
            }
        }
        Ok(())
    }
}
