//! The expansion of `#[jit]`.
//!
//! ```text
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
use crate::generics::{mentions, stands_in, type_params};
use mambo_frontend::{Lowered, lower, parse_jit_options};
use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Generics, ItemFn};

/// Expands the attribute with these options over this item.
pub(crate) fn expand(options: TokenStream, item: TokenStream) -> TokenStream {
    let function = match function("#[jit]", &item) {
        Ok(function) => function,
        Err(tokens) => return tokens,
    };
    let (options, mut errors) = parse_jit_options(options);
    let (lowered, more) = lower(&function, &options);
    errors.extend(more);
    let eager = eager(&function, &options.eager, &mut errors);
    let face = Face::new(&function);
    match (lowered, face) {
        (Some(lowered), Some(face)) if errors.is_empty() => {
            let source = source(&function, &lowered, options.parallel);
            let resolved = resolved(&function, &lowered);
            face.kernel(&source, resolved.as_ref(), eager.as_ref())
        }
        (_, face) => {
            let errors = errors.into_iter().map(syn::Error::into_compile_error);
            let rest = face.map(|face| face.broken());
            quote!(#(#errors)* #function #rest)
        }
    }
}

/// The function that an attribute stands above; or what there is, with an error.
pub(crate) fn function(attribute: &str, item: &TokenStream) -> Result<ItemFn, TokenStream> {
    syn::parse2(item.clone()).map_err(|error: syn::Error| {
        let message = format!("{error}: `{attribute}` stands above a function with a body");
        let error = syn::Error::new(error.span(), message).into_compile_error();
        quote!(#error #item)
    })
}

/// The value of `Kernel::SOURCE`.
pub(crate) fn source(function: &ItemFn, lowered: &Lowered, parallel: bool) -> TokenStream {
    let generics = &function.sig.generics;
    let Lowered { kernel, captures, types, callees: called } = lowered;
    let name = &kernel.name;
    let tree = Literal::byte_string(&kernel.encode());
    let captures = list(captures.iter().map(|expr| capture(generics, expr, false)));
    let types = list(types.iter().map(|ty| host_type(function, ty, false)));
    let callees = callees(generics, called);
    quote! {{
        fn __mambo_captures() -> ::std::vec::Vec<::core::option::Option<::mambo::__private::Capture>> {
            #captures
        }
        fn __mambo_types() -> ::std::vec::Vec<::core::option::Option<::mambo::__private::Type>> {
            #[allow(unused_imports)]
            use ::mambo::__private::UnknownType as _;
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
            parallel: #parallel,
            captures: __mambo_captures,
            types: __mambo_types,
            callees: __mambo_callees,
        };
        &__MAMBO_SOURCE
    }}
}

/// The value of what a generic kernel names, for its own parameters; nothing if it is not
/// generic.
pub(crate) fn resolved(function: &ItemFn, lowered: &Lowered) -> Option<TokenStream> {
    let generics = &function.sig.generics;
    if type_params(generics).is_empty() && generics.const_params().next().is_none() {
        return None;
    }
    let Lowered { captures, types, .. } = lowered;
    let params = list(type_params(generics).into_iter().map(|param| {
        let span = param.span();
        describe(function, param, span)
    }));
    let captures = list(captures.iter().map(|expr| capture(generics, expr, true)));
    let types = list(types.iter().map(|ty| host_type(function, ty, true)));
    Some(quote! {
        #[allow(unused_imports)]
        use ::mambo::__private::UnknownType as _;
        ::mambo::__private::Resolved { generics: #params, captures: #captures, types: #types }
    })
}

/// The description of a type. One that stands in the signature has its error there.
fn describe(function: &ItemFn, ty: &impl ToTokens, span: Span) -> TokenStream {
    let sig = &function.sig;
    let (inputs, output) = (&sig.inputs, &sig.output);
    if stands_in(ty, &quote!(#inputs #output)) {
        quote_spanned!(span=> ::mambo::__private::TypeProbe::<#ty>::new().describe())
    } else {
        quote_spanned!(span=> <#ty as ::mambo::__private::Described>::describe())
    }
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
fn host_type(function: &ItemFn, ty: &syn::Type, known: bool) -> TokenStream {
    optional(&function.sig.generics, ty, known, |span| describe(function, ty, span))
}

fn optional(
    generics: &Generics,
    tokens: &(impl ToTokens + Spanned),
    known: bool,
    value: impl FnOnce(Span) -> TokenStream,
) -> TokenStream {
    if !known && mentions(generics, tokens) {
        return quote!(::core::option::Option::None);
    }
    let value = value(tokens.span());
    quote!(::core::option::Option::Some(#value))
}
