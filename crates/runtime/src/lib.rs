//! The runtime of Mambo: from a call of a kernel to the code of its signature and back.
//!
//! * [`Dispatcher`]: one a kernel; finds or compiles the code for a call and runs it.
//! * [`Arg`], [`Ret`], [`Described`], [`Captured`], [`HostFn`]: which Rust types cross between
//!   the host and compiled code, and how. All stand on [`Plain`] (values made of scalars) and
//!   ndarray's arrays.
//! * [`Number`], [`Real`], [`Integer`], [`Elementwise`]: bounds for generic kernels.
//! * [`Kernel`]: a kernel as a type. [`Error`]: what can go wrong.
//!
//! A type flattens into 64-bit slots depth first: a scalar is one slot, of 128 bits
//! two; tuples, structures and `[T; N]` are their items; `Option` is a `bool` and the value;
//! arrays and views are address, lengths, strides; references to plain types and slices of them
//! are the same for each scalar, with an axis for every `[T; N]` and slice around it. Because the slots of a type are a type too, a call packs them on its stack
//! without a buffer.
//!
//! Where to begin reading: `dispatcher.rs`. Invariant: this crate knows no concrete backend.

mod arg;
mod backend;
mod compiled;
mod complex;
mod context;
#[cfg(test)]
mod counting;
mod describe;
mod dispatcher;
mod dump;
mod elementwise;
mod error;
#[cfg(test)]
mod fake;
mod gufunc;
mod host;
mod kernel;
mod number;
mod plain;
mod probe;
mod rank;
mod ret;
mod scalar;
mod slots;
mod stack;
#[cfg(test)]
mod tests;
mod threads;
mod ufunc;
mod walk;

pub use arg::Arg;
pub use backend::BackendSource;
pub use describe::{Captured, Described};
pub use dispatcher::{Dispatcher, Stats};
pub use elementwise::Elementwise;
pub use error::{Error, Panic, Payload, ShapeError};
pub use gufunc::axes::CoreAxes;
pub use gufunc::operand::{CoreOperand, CoreOperands, CoreParam, CoreResults};
pub use gufunc::rank::{CoreOf, Grown};
pub use host::{HostArg, HostFn};
pub use kernel::Kernel;
pub use mambo_compiler::CompileError;
pub use mambo_compiler::backend::{BackendError, LoopShape};
pub use mambo_compiler::explain::{Explanation, LoopExplanation, SignatureExplanation, Vectorized};
pub use mambo_compiler::report::{AccessKind, AccessReport, Obstacle, Reason, VectorPlan};
pub use mambo_ir::{Layout, Signature, Type};
pub use num_complex::Complex;
pub use number::{Integer, Number, Real};
pub use plain::{Leaves, Plain};
pub use rank::Rank;
pub use ret::Ret;
pub use scalar::{Element, Scalar};
pub use ufunc::axes::ReduceAxes;
pub use ufunc::cast::CastsTo;
pub use ufunc::operand::{Axes, Followed, Item, Join, NoAxes, Operand, Operands};
pub use ufunc::places::{PlaceNumber, PlaceNumbers, Places};
pub use ufunc::reduce::Reduction;
pub use ufunc::target::{Results, Target};

/// What generated code uses; not for people, and without promises.
#[doc(hidden)]
pub mod generated {
    pub use crate::arg::Arguments;
    pub use crate::context::Allocations;
    pub use crate::describe::reference_type;
    pub use crate::dispatcher::{Eager, Resolve, Resolved};
    pub use crate::gufunc::layout::{CoreDim, CoreLayout};
    pub use crate::gufunc::operand::{AnyIn, CoreIn, CoreOut, InPlace, core_param};
    pub use crate::probe::{HostProbe, Known, Probe, TypeProbe, UnknownType};
    pub use crate::rank::Layouts;
    pub use crate::slots::{Cons, End, SlotBlock};
    pub use crate::ufunc::reduce::Folds;
    pub use mambo_compiler::backend::Backend;
    pub use mambo_compiler::source::{Callee, Capture, Instance, KernelSource};
    pub use mambo_ir::signature::StructType;
}
