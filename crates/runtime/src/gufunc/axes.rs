//! Which axes of the operands are the core ones, if not the last.

/// Where the core dimensions of a generalized universal function are: the last axes of each
/// operand, unless it is said otherwise.
///
/// ```
/// use mambo_runtime::CoreAxes;
/// // A function of layout `(n)->()` along the first axis, which is kept with the length 1.
/// let first = CoreAxes::axis(0).keepdims();
/// // Matrices whose rows and columns are the first axes, and a result where they are the last.
/// let matrices = CoreAxes::axes([&[0, 1][..], &[0, 1], &[-2, -1]]);
/// # let _ = (first, matrices);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CoreAxes {
    pub(super) which: Which,
    pub(super) keepdims: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Which {
    /// The last of each operand.
    #[default]
    Last,
    /// One for all operands that have one.
    One(isize),
    /// Those of each operand.
    Each(Vec<Vec<isize>>),
}

impl CoreAxes {
    /// The core dimension of every operand that has one is this axis, counted from the end if
    /// it is negative. For layouts with one core dimension only.
    pub fn axis(axis: isize) -> Self {
        CoreAxes { which: Which::One(axis), keepdims: false }
    }

    /// The core dimensions of each operand, in their order; outputs may be left out if they have
    /// none.
    pub fn axes<'a>(each: impl IntoIterator<Item = &'a [isize]>) -> Self {
        let each = each.into_iter().map(<[isize]>::to_vec).collect();
        CoreAxes { which: Which::Each(each), keepdims: false }
    }

    /// Outputs keep the core dimensions of the first input, with the length 1. For layouts whose
    /// outputs have no core dimensions, and whose inputs have equally many.
    #[must_use]
    pub fn keepdims(self) -> Self {
        CoreAxes { keepdims: true, ..self }
    }
}
