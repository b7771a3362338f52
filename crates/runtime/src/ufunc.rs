//! Universal functions: a kernel of scalars, applied to every element of arrays that are
//! broadcast together.
//!
//! * [`operand`]: what the inputs may be, and the shape of what comes out, as types.
//! * [`cast`]: which element types become which on their way in.
//! * [`broadcast`]: the shape that operands have together.
//! * [`target`]: where results go, allocated or given.
//! * [`apply`]: one call: shapes, the walk, and the compiled inner loops.

pub(crate) mod apply;
pub(crate) mod broadcast;
pub(crate) mod cast;
pub(crate) mod operand;
pub(crate) mod target;
