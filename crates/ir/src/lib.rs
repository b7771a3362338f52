//! The vocabulary of Mambo: what a kernel is before and after its types are known.
//!
//! * [`dtype`], [`constant`], [`signature`], [`span`], [`fast_math`]: element types, scalar
//!   values, the types of arguments and results, places in the source, what floats allow.
//! * [`kernel`]: the untyped tree the macro embeds beside a function.
//! * [`function`]: the typed, structured, static single assignment form every pass and
//!   backend works on, with its [`builder`], [`text`] form, [`verify`]er, scalar
//!   [`eval`]uation and [`interpret`]er.
//! * [`vector`]: loops in logical vectors, an instruction of that form.
//!
//! Invariant: this crate knows no target, no array library and no macro. Everything here is
//! plain data and can be written as text.

pub mod builder;
pub mod constant;
pub mod dtype;
pub mod eval;
pub mod fast_math;
pub mod function;
pub mod interpret;
pub mod kernel;
pub mod signature;
pub mod site;
pub mod span;
pub mod text;
pub mod vector;
pub mod verify;

pub use constant::Const;
pub use dtype::Dtype;
pub use fast_math::FastMath;
pub use function::{Function, Module};
pub use kernel::Kernel;
pub use signature::{Layout, Signature, Type};
pub use site::{Site, SiteKind};
pub use span::Span;
