//! What says along which axes an array is reduced, and how many are left, known to rustc.

use super::operand::{Axes, NoAxes};
use ndarray::{Axis, Dimension, IxDyn, RemoveAxis};
use std::ops::RangeFull;

type Smaller<D> = <D as Dimension>::Smaller;

/// The axes that an array is reduced along: one, as `0`, `-1` for the last one or `Axis(0)`;
/// several, as `[0, 2]`, or a slice of them; or all, as `..`, which makes a number.
///
/// ```
/// use mambo_runtime::{Axes, ReduceAxes};
/// use ndarray::{Ix1, Ix3};
/// fn leaves<X: ReduceAxes<Ix3, Dim = Ix1>>(_: X) {}
/// leaves([0, -1]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say along which axes to reduce",
    label = "not an axis, a list of axes, or `..`",
    note = "write `0`, `-1` or `Axis(0)` for one axis, `[0, 2]` for several, `..` for all; an array needs as many"
)]
pub trait ReduceAxes<D: Axes> {
    /// The axes that are left.
    type Dim: Axes;
    /// The axes, counted from the end if negative; none is all of them.
    #[doc(hidden)]
    fn list(&self) -> Option<Vec<isize>>;
}

impl<D: Axes> ReduceAxes<D> for RangeFull {
    type Dim = NoAxes;
    fn list(&self) -> Option<Vec<isize>> {
        None
    }
}

impl<D: RemoveAxis> ReduceAxes<D> for isize {
    type Dim = Smaller<D>;
    fn list(&self) -> Option<Vec<isize>> {
        Some(vec![*self])
    }
}

impl<D: RemoveAxis> ReduceAxes<D> for Axis {
    type Dim = Smaller<D>;
    fn list(&self) -> Option<Vec<isize>> {
        Some(vec![self.0 as isize])
    }
}

impl<D: RemoveAxis> ReduceAxes<D> for [isize; 1] {
    type Dim = Smaller<D>;
    fn list(&self) -> Option<Vec<isize>> {
        Some(self.to_vec())
    }
}

impl<D: RemoveAxis<Smaller: RemoveAxis>> ReduceAxes<D> for [isize; 2] {
    type Dim = Smaller<Smaller<D>>;
    fn list(&self) -> Option<Vec<isize>> {
        Some(self.to_vec())
    }
}

impl<D: RemoveAxis<Smaller: RemoveAxis<Smaller: RemoveAxis>>> ReduceAxes<D> for [isize; 3] {
    type Dim = Smaller<Smaller<Smaller<D>>>;
    fn list(&self) -> Option<Vec<isize>> {
        Some(self.to_vec())
    }
}

impl<D: Dimension> ReduceAxes<D> for &[isize] {
    type Dim = IxDyn;
    fn list(&self) -> Option<Vec<isize>> {
        Some(self.to_vec())
    }
}
