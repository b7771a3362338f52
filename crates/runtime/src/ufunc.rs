//! Universal functions: a kernel of scalars, applied to every element of arrays that are
//! broadcast together.
//!
//! * [`operand`]: what the inputs may be, and the shape of what comes out, as types.
//! * [`cast`]: which element types become which on their way in.
//! * [`broadcast`]: the shape that operands have together.
//! * [`axes`]: which axes an array is reduced along.
//! * [`places`]: which elements are named.
//! * [`target`]: where results go, allocated or given.
//! * [`apply`]: one call: shapes and the walk; [`alike`]: its short way.
//! * [`reduce`]: folds along axes, as NumPy's `reduce`, `accumulate` and `reduceat`.
//! * [`fold`]: one axis, one after the other or by halves.
//! * [`at`]: elements that indices name, one after the other.
//! * [`overlap`]: operands that share memory with an output.
//! * [`callee`]: the compiled inner loops, and how they are called.

pub(crate) mod alike;
pub(crate) mod apply;
pub(crate) mod at;
pub(crate) mod axes;
pub(crate) mod broadcast;
pub(crate) mod callee;
pub(crate) mod cast;
pub(crate) mod fold;
mod halves;
pub(crate) mod operand;
pub(crate) mod overlap;
pub(crate) mod places;
pub(crate) mod reduce;
pub(crate) mod target;
