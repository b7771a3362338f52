//! The attributes of Mambo: `#[jit]`, `#[vectorize]`, `#[guvectorize]` and `#[derive(Data)]`.
//!
//! `#[jit]` keeps the function, hands its syntax tree to the frontend, and puts the encoded
//! kernel tree beside it, in a type of the same name that carries the associated functions
//! (`jit.rs` shows what comes out). What only rustc can resolve, it is asked to: `callee.rs`
//! says how it tells kernels from other functions without a registry.
//!
//! Promise: the function is emitted whatever mistakes it has, so that editors keep working.
//! This crate knows no types and no typed form; both are the business of the compiler.

mod callee;
mod core_operand;
mod data;
mod eager;
mod face;
mod folding;
mod generics;
mod guvectorize;
mod jit;
mod vectorize;

use proc_macro::TokenStream;

/// Compiles a function at run time, for the types it is called with and the processor at
/// hand. The function is called as before; see the documentation of `mambo`.
///
/// # Options
/// * `#[jit(f32, f64)]`: types for the generic parameters that `name::warm_up()`, or else the
///   first call, compiles for; further ones are compiled on first use.
/// * `#[jit("f64(f64[:], f64[:])")]`: the same, in Numba's spelling. An array `[:]` of any
///   strides is compiled for contiguous arrays and for strided ones.
/// * `inline = "always"` or `"never"`: whether kernels that call this one contain its code.
/// * `boundscheck = false`: trusts every index; only on an `unsafe fn`.
/// * `fastmath`: floats may give other bits than the plain function. All of it, or by name:
///   `fastmath(reassoc)` takes sums and products in another order, so that they run in vectors,
///   as one tree that is the same on every processor; `contract` fuses products and sums; `arcp`
///   multiplies with a reciprocal taken before the loop; `nsz`, `nnan` and `ninf` say that the
///   sign of zeros does not matter and that there are no NaNs and infinities; `afn` will let
///   functions be approximated.
#[proc_macro_attribute]
pub fn jit(options: TokenStream, item: TokenStream) -> TokenStream {
    jit::expand(options.into(), item.into()).into()
}

/// Makes a function of numbers one of arrays, element by element: a universal function, compiled
/// at run time for the types it is called with and the processor at hand. See the documentation
/// of `mambo`.
///
/// # Options
/// * `#[vectorize(f32, f64)]`: types for the generic parameters that `name::warm_up()`, or else
///   the first call, compiles for; further ones are compiled on first use.
/// * `#[vectorize("f64(f64, f64)")]`: the same, in Numba's spelling.
/// * `target = "cpu"` or `"parallel"`: on one core, or large calls on all, with the same bits.
/// * `inline`, `boundscheck` and `fastmath`, as for `#[jit]`.
#[proc_macro_attribute]
pub fn vectorize(options: TokenStream, item: TokenStream) -> TokenStream {
    vectorize::expand(options.into(), item.into()).into()
}

/// Makes a function of small arrays one of stacks of them: a generalized universal function,
/// compiled at run time for the types it is called with and the processor at hand. See the
/// documentation of `mambo`.
///
/// # Options
/// * `#[guvectorize("(m,n),(n,p)->(m,p)")]`: the core dimensions of each operand, which are its
///   last axes; there may be others before them, over which operands are broadcast. Lengths may be
///   fixed, as in `(3)`, and operands may lack dimensions like `(m?,n)`. Without an arrow the
///   function changes operands in place.
/// * `p = n * (n - 1) / 2`: the length of a dimension that only outputs have.
/// * Types and signatures, `target`, `inline`, `boundscheck` and `fastmath`, as for
///   `#[vectorize]`.
#[proc_macro_attribute]
pub fn guvectorize(options: TokenStream, item: TokenStream) -> TokenStream {
    guvectorize::expand(options.into(), item.into()).into()
}

/// Lets kernels take, hold and return a plain structure.
///
/// The fields are numbers, `bool`, tuples, `[T; N]`, or structures with this derive. The
/// structure may then be an argument, by value, by reference or in a slice, a result, and a
/// constant that kernels use.
#[proc_macro_derive(Data)]
pub fn data(item: TokenStream) -> TokenStream {
    data::expand(item.into()).unwrap_or_else(syn::Error::into_compile_error).into()
}
