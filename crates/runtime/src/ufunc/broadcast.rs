//! The shape that operands have together: axes are matched from the last one, and an axis of
//! length 1, or one that is not there, is repeated.

use super::operand::RawOperand;
use std::borrow::Cow;

/// Two operands whose lengths along an axis do not go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Clash {
    /// The operands.
    pub(crate) operands: (usize, usize),
    /// The axis, counted from the last one, which is 1.
    pub(crate) from_last: usize,
}

/// The shape of all operands together.
pub(crate) fn join<'a>(operands: &[RawOperand<'a>]) -> Result<Cow<'a, [usize]>, Clash> {
    let mut widest: &'a [usize] = &[];
    let mut most = 0;
    for (number, operand) in operands.iter().enumerate() {
        if operand.dims.len() > widest.len() {
            (widest, most) = (operand.dims, number);
        }
    }
    if operands.iter().all(|operand| operand.dims.is_empty() || operand.dims == widest) {
        return Ok(Cow::Borrowed(widest));
    }
    let mut dims = widest.to_vec();
    // Who an axis has its length from.
    let mut from = vec![most; dims.len()];
    for (number, operand) in operands.iter().enumerate() {
        for (from_last, &len) in (1..).zip(operand.dims.iter().rev()) {
            let at = dims.len() - from_last;
            if dims[at] == 1 {
                (dims[at], from[at]) = (len, number);
            } else if len != 1 && len != dims[at] {
                return Err(Clash { operands: (from[at], number), from_last });
            }
        }
    }
    Ok(Cow::Owned(dims))
}

/// Whether the operand of this number can be repeated to the shape of `target`.
pub(crate) fn fits(operands: &[RawOperand<'_>], number: usize, target: usize) -> Result<(), Clash> {
    let (dims, into) = (operands[number].dims, operands[target].dims);
    if dims == into {
        return Ok(());
    }
    let clash = |from_last| Err(Clash { operands: (target, number), from_last });
    let mut into = into.iter().rev();
    for (from_last, &len) in (1..).zip(dims.iter().rev()) {
        match into.next() {
            Some(&wanted) if len == wanted || len == 1 => {}
            _ => return clash(from_last),
        }
    }
    Ok(())
}

/// Bytes between elements of an operand along an axis of the shape of `rank` axes that it is
/// repeated to.
pub(crate) fn stride(operand: &RawOperand<'_>, axis: usize, rank: usize) -> isize {
    let missing = rank - operand.dims.len();
    match axis.checked_sub(missing) {
        Some(own) if operand.dims[own] != 1 => operand.strides[own] * operand.dtype.size() as isize,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mambo_ir::Dtype;

    fn operand(dims: &'static [usize]) -> RawOperand<'static> {
        let strides = &[7isize, 5, 3, 1][4 - dims.len()..];
        RawOperand {
            address: std::ptr::null_mut(),
            dtype: Dtype::F32,
            in_cells: false,
            dims,
            strides,
        }
    }

    #[test]
    fn shapes_are_joined_from_the_last_axis() {
        let joined = |shapes: &[&'static [usize]]| {
            let operands: Vec<_> = shapes.iter().map(|dims| operand(dims)).collect();
            join(&operands).map(Cow::into_owned)
        };
        assert_eq!(joined(&[&[], &[]]), Ok(vec![]));
        assert_eq!(joined(&[&[], &[2, 3], &[2, 3]]), Ok(vec![2, 3]));
        assert_eq!(joined(&[&[5, 1, 3], &[4, 1], &[]]), Ok(vec![5, 4, 3]));
        assert_eq!(joined(&[&[1], &[0]]), Ok(vec![0]));
        let clash = |operands, from_last| Err(Clash { operands, from_last });
        assert_eq!(joined(&[&[2, 3], &[4]]), clash((0, 1), 1));
        assert_eq!(joined(&[&[3], &[4, 1], &[5, 3]]), clash((1, 2), 2));
        assert_eq!(joined(&[&[0], &[2]]), clash((0, 1), 1));
    }

    #[test]
    fn what_fits_is_repeated() {
        let fit = |dims, target| fits(&[operand(dims), operand(target)], 0, 1);
        assert_eq!(fit(&[3], &[2, 3]), Ok(()));
        assert_eq!(fit(&[2, 1], &[2, 3]), Ok(()));
        assert_eq!(fit(&[], &[0]), Ok(()));
        assert_eq!(fit(&[2, 3], &[3]), Err(Clash { operands: (1, 0), from_last: 2 }));
        assert_eq!(fit(&[2, 3], &[2, 1]), Err(Clash { operands: (1, 0), from_last: 1 }));
    }

    #[test]
    fn repeated_axes_have_no_stride() {
        let operand = operand(&[1, 4]);
        let strides: Vec<_> = (0..3).map(|axis| stride(&operand, axis, 3)).collect();
        assert_eq!(strides, [0, 0, 4]);
    }
}
