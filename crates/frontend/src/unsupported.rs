//! Expressions of Rust that are not of the kernel language, each with its advice.

use crate::lowering::Lowering;
use crate::start::start_of;
use mambo_ir::kernel::Expr;
use syn::Expr as Source;

impl Lowering {
    /// Raises the error for an expression that is not of the language.
    pub(crate) fn unsupported(&mut self, source: &Source) -> Expr {
        let (at, message) = match source {
            Source::Async(e) => (
                e.async_token.span,
                "`async` blocks are not part of the kernel language: do the waiting outside and \
                 pass the data in",
            ),
            Source::Await(e) => (
                e.await_token.span,
                "a kernel cannot wait for a future: `.await` it outside and pass the value in",
            ),
            Source::TryBlock(e) => (
                e.try_token.span,
                "`try` blocks are not part of the kernel language: use a labelled block and \
                 `break` out of it",
            ),
            Source::Unsafe(e) => (
                e.unsafe_token.span,
                "`unsafe` blocks are not part of the kernel language: index safely, and switch \
                 checks off with `#[jit(boundscheck = false)]` on an `unsafe fn`",
            ),
            Source::Yield(e) => (
                e.yield_token.span,
                "generators are not part of the kernel language: write results to an array",
            ),
            Source::RawAddr(e) => (
                e.and_token.span,
                "raw pointers are not part of the kernel language: write `&x` or `&mut x`",
            ),
            Source::Const(e) => (
                e.const_token.span,
                "inline `const` blocks are not part of the kernel language: name the value with \
                 `const NAME: T = ..;`",
            ),
            Source::Infer(e) => (
                e.underscore_token.span,
                "`_` can stand only on the left of an assignment: write a value",
            ),
            Source::Let(e) => (
                e.let_token.span,
                "`let` is a condition of `if` and `while` only, alone or joined to others with `&&`: \
                 write an `if` inside",
            ),
            Source::Closure(e) => (
                e.inputs_begin.span,
                "a closure cannot be stored, returned or handed to a function: bind it with `let \
                 name = |..| ..`, or pass it to a method",
            ),
            other => (
                start_of(other),
                "this syntax is not part of the kernel language: write it with ordinary \
                 expressions and statements",
            ),
        };
        self.error_expr(at, message)
    }
}
