//! Operands that share memory with an output, which only cells allow.
//!
//! A call reads what was there before it, and where outputs share elements, later ones win:
//! what overlaps is copied, and outputs are copied back.

use super::operand::RawOperand;
use crate::error::Error;
use crate::walk::Walk;
use std::ops::ControlFlow;

/// Calls `run` with operands that do not disturb one another, of which those from `outputs` on
/// are written. If it reads each element before it writes the one at the same place, and no
/// other, operands that are element for element the same may stay.
pub(crate) fn keep_apart(
    operands: &[RawOperand<'_>],
    outputs: usize,
    same_may_stay: bool,
    run: impl FnOnce(&[RawOperand<'_>]) -> Result<(), Error>,
) -> Result<(), Error> {
    if !operands[outputs..].iter().any(|operand| operand.in_cells) {
        return run(operands);
    }
    let copies: Vec<Option<Copy>> = (0..operands.len())
        .map(|number| {
            let disturbs = disturbs(operands, outputs, number, same_may_stay);
            disturbs.then(|| Copy::of(&operands[number]))
        })
        .collect();
    let apart: Vec<RawOperand<'_>> = operands
        .iter()
        .zip(&copies)
        .map(|(operand, copy)| copy.as_ref().map_or(*operand, |copy| copy.raw(operand)))
        .collect();
    let result = run(&apart);
    for number in outputs..operands.len() {
        if copies[number].is_some() {
            copy_elements(&apart[number], &operands[number]);
        }
    }
    result
}

/// Whether this operand is to be copied.
fn disturbs(
    operands: &[RawOperand<'_>],
    outputs: usize,
    number: usize,
    same_may_stay: bool,
) -> bool {
    let own = &operands[number];
    let mut written = operands[outputs..].iter().filter(|output| output.in_cells);
    if number < outputs {
        let stays = |output| same_may_stay && is_same(own, output);
        return written.any(|output| shares(own, output) && !stays(output));
    }
    let mut earlier = operands[outputs..number].iter();
    own.in_cells && (repeats(own) || earlier.any(|output| shares(own, output)))
}

/// Elements of an operand side by side, the last axis fastest.
struct Copy {
    address: *mut u8,
    strides: Vec<isize>,
    /// What the address is in.
    _room: Vec<u128>,
}

impl Copy {
    fn of(operand: &RawOperand<'_>) -> Self {
        let mut strides = vec![0; operand.dims.len()];
        let mut count = 1;
        for (stride, &len) in strides.iter_mut().zip(operand.dims).rev() {
            *stride = count as isize;
            count *= len;
        }
        let bytes = count * operand.dtype.size();
        let mut room = vec![0u128; bytes.div_ceil(size_of::<u128>())];
        let copy = Copy { address: room.as_mut_ptr().cast(), strides, _room: room };
        copy_elements(operand, &copy.raw(operand));
        copy
    }

    fn raw<'a>(&'a self, operand: &RawOperand<'a>) -> RawOperand<'a> {
        RawOperand { address: self.address, in_cells: false, strides: &self.strides, ..*operand }
    }
}

/// Copies all elements to another operand of the same shape and type.
fn copy_elements(from: &RawOperand<'_>, to: &RawOperand<'_>) {
    let size = from.dtype.size();
    let walk =
        Walk::new(to.dims, 2, |operand, axis| [from, to][operand].strides[axis] * size as isize);
    let (step, to_step) = (walk.inner_steps()[0], walk.inner_steps()[1]);
    let _ = walk.each(|at, len| {
        for number in 0..len as isize {
            let from = from.address.wrapping_offset(at[0] + step * number);
            let to = to.address.wrapping_offset(at[1] + to_step * number);
            // SAFETY: the walk stays in both operands, one of which is a copy of its own, and
            // cells are not referred to while the call lasts.
            unsafe { to.copy_from_nonoverlapping(from, size) };
        }
        ControlFlow::<()>::Continue(())
    });
}

/// The first address of an operand, and the first behind it.
fn extent(operand: &RawOperand<'_>) -> (isize, isize) {
    let size = operand.dtype.size() as isize;
    let (mut first, mut last) = (operand.address as isize, operand.address as isize);
    for (&len, &stride) in operand.dims.iter().zip(operand.strides) {
        let span = (len as isize - 1) * stride * size;
        if len == 0 {
            return (first, first);
        }
        if span < 0 { first += span } else { last += span }
    }
    (first, last + size)
}

/// Whether two operands may have elements in common: whether the memory between the first and
/// the last of each meets.
fn shares(a: &RawOperand<'_>, b: &RawOperand<'_>) -> bool {
    let (a, b) = (extent(a), extent(b));
    a.0 < b.1 && b.0 < a.1 && a.0 < a.1 && b.0 < b.1
}

/// Whether each element of one is the element at the same place of the other.
fn is_same(a: &RawOperand<'_>, b: &RawOperand<'_>) -> bool {
    let mut axes = a.dims.iter().zip(a.strides.iter().zip(b.strides));
    (a.address, a.dtype, a.dims) == (b.address, b.dtype, b.dims)
        && axes.all(|(&len, (a, b))| len == 1 || a == b)
}

/// Whether two places of an operand may be one element.
fn repeats(operand: &RawOperand<'_>) -> bool {
    let axes = operand.dims.iter().zip(operand.strides).filter(|(len, _)| **len > 1);
    let mut axes: Vec<(usize, usize)> =
        axes.map(|(&len, stride)| (stride.unsigned_abs(), len)).collect();
    axes.sort_unstable();
    let mut reach = 0;
    axes.iter().any(|&(stride, len)| {
        let meets = stride <= reach;
        reach += stride * (len - 1);
        meets
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use mambo_ir::Dtype;

    fn operand(
        at: usize,
        dims: &'static [usize],
        strides: &'static [isize],
    ) -> RawOperand<'static> {
        let address = std::ptr::without_provenance_mut(4096 + 4 * at);
        RawOperand { address, dtype: Dtype::F32, in_cells: true, dims, strides }
    }

    #[test]
    fn what_shares_memory_is_seen() {
        let row = operand(10, &[5], &[1]);
        assert!(shares(&row, &operand(14, &[5], &[1])));
        assert!(!shares(&row, &operand(15, &[5], &[1])));
        assert!(!shares(&row, &operand(5, &[5], &[1])));
        assert!(shares(&row, &operand(19, &[3, 2], &[-5, 1])));
        assert!(!shares(&row, &operand(12, &[3, 0], &[1, 1])));
    }

    #[test]
    fn the_same_elements_at_the_same_places() {
        let row = operand(10, &[5, 1], &[1, 7]);
        assert!(is_same(&row, &operand(10, &[5, 1], &[1, 9])));
        assert!(!is_same(&row, &operand(10, &[5, 1], &[2, 7])));
        assert!(!is_same(&row, &operand(11, &[5, 1], &[1, 7])));
    }

    #[test]
    fn repeated_elements_are_seen() {
        assert!(!repeats(&operand(0, &[4, 5], &[5, 1])));
        assert!(!repeats(&operand(0, &[4, 5, 1], &[-1, 4, 0])));
        assert!(repeats(&operand(0, &[4, 5], &[1, 1])));
        assert!(repeats(&operand(0, &[4, 5], &[4, 1])));
        assert!(repeats(&operand(0, &[3], &[0])));
    }
}
