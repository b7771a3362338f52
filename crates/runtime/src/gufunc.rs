//! Kernels over small arrays applied to stacks of them: generalized universal functions.
//!
//! The last axes of each operand are its *core*, which the kernel sees; the others are loop
//! dimensions, over which the operands are broadcast together.
//!
//! * [`layout`]: the core dimensions of each operand, as the attribute says them.
//! * [`axes`]: cores that are other axes than the last ones.
//! * [`rank`]: what is left of an operand's axes, and what results have, known to rustc.
//! * [`operand`]: inputs and results as lists.
//! * [`shape`]: what the shapes of the operands say together.
//! * [`apply`]: one call; [`items`]: the compiled loops, and how they are called.

pub(crate) mod apply;
pub(crate) mod axes;
pub(crate) mod items;
pub(crate) mod layout;
pub(crate) mod operand;
pub(crate) mod rank;
pub(crate) mod shape;
