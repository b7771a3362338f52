//! What a called function is: asked of rustc, without a registry.
//!
//! A kernel `foo` is a function and a type. For each called path the expansion names the type
//! `foo` where the function was found, with an empty type of its own to fall back to:
//!
//! ```text
//! {
//!     enum foo {}                               // found if there is no other
//!     let probe = {
//!         use path::to::*;                      // found first; `use self::*` for plain `foo`
//!         Probe::<foo>::new()
//!     };
//!     probe.callee("foo", path::to::foo, |f| f)
//! }
//! ```
//!
//! `Probe` has an inherent method `callee` for kernels and one of a trait for other types. A
//! kernel declared inside of a function is not seen by `use self::*`, and is called by address
//! like any other function. If it, or a plain function beside it, hides a kernel of the module,
//! that is found instead, and told by its path.

use crate::generics::mentions;
use mambo_frontend::CalleePath;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Generics, Path, PathArguments};

/// The body of the function `callees` of a kernel source.
pub(crate) fn callees(generics: &Generics, callees: &[CalleePath]) -> TokenStream {
    let each = callees.iter().map(|callee| one(generics, callee));
    quote! {
        #[allow(unused_imports)]
        use ::mambo::__private::HostProbe as _;
        ::std::vec::Vec::from([#(#each),*])
    }
}

fn one(generics: &Generics, callee: &CalleePath) -> TokenStream {
    let CalleePath { path, full } = callee;
    let Some(last) = path.segments.last() else { return TokenStream::new() };
    let name = &last.ident;
    let text = name.to_string();
    let import = glob(path);
    let typed = full.segments.last().is_some_and(|last| !last.arguments.is_none());
    let question = if mentions(generics, full) {
        quote_spanned!(name.span()=> callee_of_generic())
    } else if typed {
        quote_spanned!(name.span()=> callee_with_types(#text, #full))
    } else {
        quote_spanned!(name.span()=> callee(#text, #path, |f| f))
    };
    quote! {{
        #[allow(non_camel_case_types, dead_code)]
        enum #name {}
        let probe = {
            #import
            ::mambo::__private::Probe::<#name>::new()
        };
        probe.#question
    }}
}

/// Brings in the type beside the function; nothing for a function of a type.
fn glob(path: &Path) -> TokenStream {
    let mut prefix = path.clone();
    prefix.segments.pop();
    prefix.segments.pop_punct();
    let Some(last) = prefix.segments.last() else {
        return quote!(
            #[allow(unused_imports)]
            use self::*;
        );
    };
    let is_type = last.ident.to_string().starts_with(char::is_uppercase);
    let is_plain = prefix.segments.iter().all(|s| matches!(s.arguments, PathArguments::None));
    if is_type || !is_plain {
        return TokenStream::new();
    }
    let span = prefix.span();
    quote_spanned!(span=>
        #[allow(unused_imports)]
        use #prefix::*;
    )
}
