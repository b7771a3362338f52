//! The expansion of `#[jit]`.
//!
//! ```ignore
//! fn dot(a: &[f64], b: &[f64]) -> f64 { /* try_call, or panic */ }
//! enum dot {}
//! impl dot {
//!     fn rust(a: &[f64], b: &[f64]) -> f64 { /* the function as written, inside */ }
//!     fn try_call(a: &[f64], b: &[f64]) -> Result<f64, Error> { /* through the dispatcher */ }
//!     fn signatures() -> Vec<Signature> { .. }   // and ir, asm, stats, warm_up
//! }
//! impl Kernel for dot { /* the tree, the dispatcher, a function pointer type */ }
//! ```
//!
//! Items that are generated stand beside those of the user, so that names which are not
//! promised begin with `__mambo_`.

use crate::callee::callees;
use crate::eager::eager;
use crate::face::Face;
use crate::generics::{mentions, type_params};
use mambo_frontend::{Lowered, lower, parse_jit_options};
use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Generics, ItemFn};

/// Expands the attribute with these options over this item.
pub(crate) fn expand(options: TokenStream, item: TokenStream) -> TokenStream {
    let function: ItemFn = match syn::parse2(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            let error = syn::Error::new(
                error.span(),
                format!("{error}: `#[jit]` stands above a function with a body"),
            );
            let error = error.into_compile_error();
            return quote!(#error #item);
        }
    };
    let (options, mut errors) = parse_jit_options(options);
    let (lowered, more) = lower(&function, &options);
    errors.extend(more);
    let eager = eager(&function, &options.eager, &mut errors);
    let face = Face::new(&function);
    match (lowered, face) {
        (Some(lowered), Some(face)) if errors.is_empty() => {
            let source = source(&function, &lowered);
            let instance = instance(&function, &face, &lowered);
            face.kernel(&source, &instance, eager.as_ref())
        }
        (_, face) => {
            let errors = errors.into_iter().map(syn::Error::into_compile_error);
            let rest = face.map(|face| face.broken());
            quote!(#(#errors)* #function #rest)
        }
    }
}

/// The value of `Kernel::SOURCE`.
fn source(function: &ItemFn, lowered: &Lowered) -> TokenStream {
    let generics = &function.sig.generics;
    let Lowered { kernel, captures, types, callees: called } = lowered;
    let name = &kernel.name;
    let tree = Literal::byte_string(&kernel.encode());
    let captures = list(captures.iter().map(|expr| capture(generics, expr, false)));
    let types = list(types.iter().map(|ty| host_type(generics, ty, false)));
    let callees = callees(generics, called);
    quote! {{
        fn __mambo_captures() -> ::std::vec::Vec<::core::option::Option<::mambo::__private::Capture>> {
            #captures
        }
        fn __mambo_types() -> ::std::vec::Vec<::core::option::Option<::mambo::__private::Type>> {
            #types
        }
        fn __mambo_callees() -> ::std::vec::Vec<::mambo::__private::Callee> {
            #callees
        }
        static __MAMBO_SOURCE: ::mambo::__private::KernelSource = ::mambo::__private::KernelSource {
            name: #name,
            file: ::core::file!(),
            tree: #tree,
            debug_assertions: ::core::cfg!(debug_assertions),
            captures: __mambo_captures,
            types: __mambo_types,
            callees: __mambo_callees,
        };
        &__MAMBO_SOURCE
    }}
}

/// The body of the function that describes one instantiation of the kernel.
fn instance(function: &ItemFn, face: &Face<'_>, lowered: &Lowered) -> TokenStream {
    let name = &function.sig.ident;
    let generics = &function.sig.generics;
    let (args, result) = (face.arg_types(), face.result_type());
    let Lowered { captures, types, .. } = lowered;
    let generic = captures.iter().any(|expr| mentions(generics, expr))
        || types.iter().any(|ty| mentions(generics, ty));
    let (captures, types) = if generic {
        (
            list(captures.iter().map(|expr| capture(generics, expr, true))),
            list(types.iter().map(|ty| host_type(generics, ty, true))),
        )
    } else {
        let source = quote!(<#name as ::mambo::__private::Kernel>::SOURCE);
        (quote!((#source.captures)()), quote!((#source.types)()))
    };
    let params = list(type_params(generics).into_iter().map(
        |param| quote_spanned!(param.span()=> <#param as ::mambo::__private::Described>::describe()),
    ));
    quote!(::mambo::__private::instance::<#args, #result>(#params, #captures, #types))
}

fn list(items: impl Iterator<Item = TokenStream>) -> TokenStream {
    let items: Vec<TokenStream> = items.collect();
    if items.is_empty() {
        return quote!(::std::vec::Vec::new());
    }
    quote!(::std::vec::Vec::from([#(#items),*]))
}

/// The value of a constant; nothing where it depends on a parameter that is not `known`.
fn capture(generics: &Generics, expr: &syn::Expr, known: bool) -> TokenStream {
    optional(
        generics,
        expr,
        known,
        |span| quote_spanned!(span=> ::mambo::__private::Captured::capture(&(#expr))),
    )
}

/// The description of a type; nothing where it depends on a parameter that is not `known`.
fn host_type(generics: &Generics, ty: &syn::Type, known: bool) -> TokenStream {
    optional(
        generics,
        ty,
        known,
        |span| quote_spanned!(span=> <#ty as ::mambo::__private::Described>::describe()),
    )
}

fn optional(
    generics: &Generics,
    tokens: &(impl ToTokens + Spanned),
    known: bool,
    value: impl FnOnce(proc_macro2::Span) -> TokenStream,
) -> TokenStream {
    if !known && mentions(generics, tokens) {
        return quote!(::core::option::Option::None);
    }
    let value = value(tokens.span());
    quote!(::core::option::Option::Some(#value))
}
