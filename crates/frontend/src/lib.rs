//! The front end: from the syntax tree of a function to the kernel tree.
//!
//! [`lower`] resolves names, numbers bindings, loops and expressions, and leaves what only
//! the host's compiler knows as numbered holes ([`Lowered`]). It raises every error of the
//! kernel language that can be seen without types, each at the token to blame and with what
//! to write instead, and goes on after each, so that several mistakes give several errors.
//!
//! Promises: no input makes it panic, and a tree that comes out nests at most
//! [`MAX_DEPTH`] expressions, so that it can be encoded, decoded and walked recursively.
//!
//! Where to begin reading: `function.rs` (the signature), then `block.rs` and `expr.rs`.

mod block;
mod call;
mod closure;
mod control;
mod core_layout;
mod diagnostics;
mod expr;
mod function;
mod items;
mod labels;
mod literal;
mod lowering;
mod macros;
mod message;
mod names;
mod options;
mod path;
mod pattern;
mod scope;
mod signature_text;
mod slice_spec;
mod source_text;
mod start;
mod types;
mod unsupported;
mod written;

pub use core_layout::{TextDim, TextLayout};
pub use function::{CalleePath, Lowered, lower};
pub use lowering::MAX_DEPTH;
pub use options::{
    EagerSignature, JitOptions, parse_guvectorize_options, parse_jit_options,
    parse_vectorize_options,
};
pub use signature_text::{EagerKind, EagerType, TextSignature};
pub use source_text::{lower_source, parse_function};
