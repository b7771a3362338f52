//! Ranks of operands and results, with and without core dimensions.

use crate::ufunc::operand::{Axes, NoAxes};
use ndarray::{Ix0, Ix1, Ix2, Ix3, Ix4, Ix5, Ix6, IxDyn};

/// The axes of an operand of which the last `N` are core dimensions.
#[diagnostic::on_unimplemented(
    message = "an operand with the axes `{Self}` has no {N} core dimensions",
    label = "has too few axes",
    note = "the layout of a generalized universal function says how many axes each operand has at least"
)]
pub trait CoreOf<const N: usize>: Axes {
    /// The others: loop dimensions.
    type Loop: Axes;
}

/// Loop dimensions, and `N` core dimensions behind them.
pub trait Grown<const N: usize>: Axes {
    /// All of them.
    type Dim: Axes;
}

macro_rules! cores {
    ($($n:literal: $($from:ident $left:ident),*;)*) => {$($(
        impl CoreOf<$n> for $from {
            type Loop = $left;
        }
        impl Grown<$n> for $left {
            type Dim = $from;
        }
    )*)*};
}
cores! {
    0: NoAxes NoAxes, Ix0 Ix0, Ix1 Ix1, Ix2 Ix2, Ix3 Ix3, Ix4 Ix4, Ix5 Ix5, Ix6 Ix6, IxDyn IxDyn;
    1: Ix1 NoAxes, Ix2 Ix1, Ix3 Ix2, Ix4 Ix3, Ix5 Ix4, Ix6 Ix5, IxDyn IxDyn;
    2: Ix2 NoAxes, Ix3 Ix1, Ix4 Ix2, Ix5 Ix3, Ix6 Ix4, IxDyn IxDyn;
    3: Ix3 NoAxes, Ix4 Ix1, Ix5 Ix2, Ix6 Ix3, IxDyn IxDyn;
    4: Ix4 NoAxes, Ix5 Ix1, Ix6 Ix2, IxDyn IxDyn;
    5: Ix5 NoAxes, Ix6 Ix1, IxDyn IxDyn;
    6: Ix6 NoAxes, IxDyn IxDyn;
}

/// Results of more than 6 axes have a dynamic number of them. An `Ix0` beside the number of axes
/// of an output is that of an array of no axes, as an input was.
macro_rules! grown {
    ($($n:literal: $($from:ident $to:ident),*;)*) => {$($(
        impl Grown<$n> for $from {
            type Dim = $to;
        }
    )*)*};
}
grown! {
    1: Ix0 Ix1, Ix6 IxDyn;
    2: Ix0 Ix2, Ix5 IxDyn, Ix6 IxDyn;
    3: Ix0 Ix3, Ix4 IxDyn, Ix5 IxDyn, Ix6 IxDyn;
    4: Ix0 Ix4, Ix3 IxDyn, Ix4 IxDyn, Ix5 IxDyn, Ix6 IxDyn;
    5: Ix0 Ix5, Ix2 IxDyn, Ix3 IxDyn, Ix4 IxDyn, Ix5 IxDyn, Ix6 IxDyn;
    6: Ix0 Ix6, Ix1 IxDyn, Ix2 IxDyn, Ix3 IxDyn, Ix4 IxDyn, Ix5 IxDyn, Ix6 IxDyn;
}
