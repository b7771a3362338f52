//! The expansion of `#[vectorize]`.
//!
//! ```text
//! fn add<T: Number, In0, In1>(x: In0, y: In1) -> <T as Results>::In<..> where .. { .. }
//! enum add {}
//! impl add {
//!     fn rust<T: Number>(x: T, y: T) -> T { /* the function as written, inside */ }
//!     fn try_call(..) -> Result<..> { .. }     // the same for arrays, with errors
//!     fn into(.., out: Out) { .. }             // and masked, try_into, try_masked
//!     fn reduce(array, axes) -> .. { .. }      // and its like, of two numbers of one type
//!     fn signatures() -> Vec<Signature> { .. } // and what every kernel has
//! }
//! impl Kernel for add { /* the tree of the function of numbers */ }
//! ```
//!
//! A parameter of a type of the program's takes whatever casts to it safely; one of a type
//! parameter takes just that.

use crate::eager::eager;
use crate::face::Face;
use crate::folding::{Folding, check_folding};
use crate::jit::{function, resolved, source};
use mambo_frontend::{lower, parse_vectorize_options};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

/// The most arguments of a universal function.
const MAX_INPUTS: usize = 8;

/// Expands the attribute with these options over this item.
pub(crate) fn expand(options: TokenStream, item: TokenStream) -> TokenStream {
    let function = match function("#[vectorize]", &item) {
        Ok(function) => function,
        Err(tokens) => return tokens,
    };
    let (options, mut errors) = parse_vectorize_options(options);
    let (lowered, more) = lower(&function, &options);
    errors.extend(more);
    let eager = eager(&function, &options.eager, &mut errors);
    let inputs = function.sig.inputs.len();
    if inputs == 0 || inputs > MAX_INPUTS {
        let message = format!(
            "a universal function takes 1 to {MAX_INPUTS} arguments, and this one has {inputs}"
        );
        errors.push(syn::Error::new(function.sig.ident.span(), message));
    }
    let face = Face::new(&function);
    if let Some(face) = &face {
        check_folding(face, &options, &mut errors);
    }
    match (lowered, face) {
        (Some(lowered), Some(face)) if errors.is_empty() => {
            let source = source(&function, &lowered, options.parallel);
            let resolved = resolved(&function, &lowered);
            let generic = resolved.is_some();
            let folding = Folding::new(&face, &options, generic).map(|folding| folding.functions());
            Ufunc { face: &face, generic }.kernel(
                &source,
                resolved.as_ref(),
                eager.as_ref(),
                folding.as_ref(),
            )
        }
        (_, face) => {
            let errors = errors.into_iter().map(syn::Error::into_compile_error);
            let rest = face.map(|face| face.broken());
            quote!(#(#errors)* #function #rest)
        }
    }
}

/// A function of numbers, seen from outside as one of arrays.
struct Ufunc<'a> {
    face: &'a Face<'a>,
    generic: bool,
}

/// A function that calls the loops: how it is named and what it takes beside the inputs.
struct Door {
    name: &'static str,
    docs: &'static str,
    /// Further parameters, with bounds for their types.
    more: &'static [(&'static str, &'static str)],
    /// The function of the dispatcher.
    calls: &'static str,
}

const INTO: Door = Door {
    name: "into",
    docs: "Writes the results to `out`, to the shape of which the inputs are broadcast.",
    more: &[("out", "Out")],
    calls: "call_ufunc_into",
};

const MASKED: Door = Door {
    name: "masked",
    docs: "Writes the results to `out` where `mask` is true, and leaves the rest as it is.",
    more: &[("mask", "Mask"), ("out", "Out")],
    calls: "call_ufunc_masked",
};

impl Ufunc<'_> {
    fn kernel(
        &self,
        source: &TokenStream,
        resolved: Option<&TokenStream>,
        eager: Option<&TokenStream>,
        folding: Option<&TokenStream>,
    ) -> TokenStream {
        let function = self.called();
        let (rust, try_call) = (self.face.rust(), self.try_call());
        let (into, masked) = (self.door(&INTO), self.door(&MASKED));
        let resolve = self.face.resolve_function(resolved);
        let compile = eager.map(|_| self.compile());
        let eager = match eager {
            Some(eager) => quote!(::core::option::Option::Some(|| { #eager })),
            None => quote!(::core::option::Option::None),
        };
        let (outer, at) = (self.outer(), self.at());
        let functions = quote!(#rust #try_call #into #masked #outer #at #folding #resolve #compile);
        let ty = self.face.type_of_functions(&functions, source, &eager, &self.face.pointer());
        quote!(#function #ty)
    }

    /// The types of the inputs.
    fn inputs(&self) -> Vec<Ident> {
        (0..self.face.types.len()).map(|i| format_ident!("In{i}")).collect()
    }

    fn list(items: &[Ident]) -> TokenStream {
        items.iter().rev().fold(
            quote!(::mambo::__private::End),
            |rest, item| quote!(::mambo::__private::Cons<#item, #rest>),
        )
    }

    fn values(&self) -> TokenStream {
        self.face.names.iter().rev().fold(
            quote!(::mambo::__private::End),
            |rest, name| quote!(::mambo::__private::Cons(#name, #rest)),
        )
    }

    /// What holds all results.
    fn output(&self) -> TokenStream {
        let (result, list) = (&self.face.result, Self::list(&self.inputs()));
        quote_spanned! {result.span()=>
            <#result as ::mambo::__private::Results>::In<
                <#list as ::mambo::__private::Operands>::Dim
            >
        }
    }

    /// Generic parameters and where clause of a function of arrays.
    fn generics(&self, more: &[(&str, &str)]) -> (TokenStream, TokenStream) {
        let generics = &self.face.function.sig.generics;
        let own = generics.params.iter();
        let inputs = self.inputs();
        let further = more.iter().map(|(_, ty)| Ident::new(ty, Span::mixed_site()));
        let params = quote!(<#(#own,)* #(#inputs,)* #(#further),*>);
        let written = generics.where_clause.as_ref().map(|clause| {
            let predicates = clause.predicates.iter();
            quote!(#(#predicates,)*)
        });
        let bounds =
            inputs.iter().zip(&self.face.types).map(|(input, ty)| self.face.takes(input, ty));
        let list = Self::list(&inputs);
        let result = &self.face.result;
        let targets = more.iter().map(|(_, ty)| {
            let name = Ident::new(ty, Span::mixed_site());
            match *ty {
                "Mask" => quote!(#name: ::mambo::__private::Operand<Elem = bool>),
                _ => quote!(#name: ::mambo::__private::Target<#result>),
            }
        });
        let clause = quote! {
            where #written #(#bounds,)* #list: ::mambo::__private::Operands, #(#targets),*
        };
        (params, clause)
    }

    /// A signature with these parameters beside the inputs.
    fn signature(&self, name: &Ident, more: &[(&str, &str)], output: &TokenStream) -> TokenStream {
        let (params, clause) = self.generics(more);
        let (names, inputs) = (&self.face.names, self.inputs());
        let further = more.iter().map(|(name, ty)| {
            let (name, ty) =
                (Ident::new(name, Span::mixed_site()), Ident::new(ty, Span::mixed_site()));
            quote!(#name: #ty)
        });
        let unsafety = self.face.unsafety();
        quote! {
            #unsafety fn #name #params(#(#names: #inputs,)* #(#further),*) -> #output #clause
        }
    }

    /// The function that is called: `try_call`, or a panic.
    fn called(&self) -> TokenStream {
        let (name, vis) = (self.face.name(), &self.face.function.vis);
        let attrs = self.face.outside_attrs();
        let inline = self.face.inline();
        let signature = self.signature(name, &[], &self.output());
        let names = &self.face.names;
        let call = self.face.guarded(quote!(#name::try_call(#(#names),*)));
        let body = self.face.or_raise(&call);
        quote! {
            #(#attrs)*
            // It may be used through its type alone.
            #[allow(dead_code, clippy::too_many_arguments, clippy::type_complexity)]
            #inline
            #vis #signature { #body }
        }
    }

    fn try_call(&self) -> TokenStream {
        let (vis, output) = (&self.face.function.vis, self.output());
        let output = quote!(::core::result::Result<#output, ::mambo::Error>);
        let signature = self.signature(&format_ident!("try_call"), &[], &output);
        let call = self.dispatch("call_ufunc", &[]);
        quote! {
            /// Calls the universal function; what does not go together, and a panic of the
            /// kernel, is an error.
            ///
            /// # Errors
            /// If the shapes do not broadcast, if the kernel panics, or cannot be compiled for
            /// these types.
            #[allow(clippy::too_many_arguments, clippy::type_complexity)]
            #[inline]
            #vis #signature { #call }
        }
    }

    /// A function of the dispatcher, for the types of the kernel.
    fn dispatch(&self, calls: &str, more: &[(&str, &str)]) -> TokenStream {
        let (name, result) = (self.face.name(), &self.face.result);
        let calls = Ident::new(calls, Span::mixed_site());
        let (params, resolve) = (self.face.arg_types(), self.face.resolve(self.generic));
        let values = self.values();
        let further = more.iter().map(|(name, _)| Ident::new(name, Span::mixed_site()));
        quote! {
            <#name as ::mambo::__private::Kernel>::dispatcher()
                .#calls::<#params, #result, _>(#resolve, #values #(, #further)*)
        }
    }

    /// A function that writes to what it is given, and its sister that returns errors.
    fn door(&self, door: &Door) -> TokenStream {
        let vis = &self.face.function.vis;
        let (name, fallible) = (format_ident!("{}", door.name), format_ident!("try_{}", door.name));
        let docs = door.docs;
        let unit = quote!(());
        let signature = self.signature(&name, door.more, &unit);
        let result = quote!(::core::result::Result<(), ::mambo::Error>);
        let fallible_signature = self.signature(&fallible, door.more, &result);
        let names = &self.face.names;
        let further = door.more.iter().map(|(name, _)| Ident::new(name, Span::mixed_site()));
        let call = self.face.guarded(quote!(Self::#fallible(#(#names,)* #(#further),*)));
        let body = self.face.or_raise(&call);
        let dispatch = self.dispatch(door.calls, door.more);
        quote! {
            #[doc = #docs]
            ///
            /// # Panics
            /// If the shapes do not go together, and where the kernel does.
            #[allow(clippy::too_many_arguments)]
            #[inline]
            #vis #signature { #body }

            #[doc = #docs]
            ///
            /// # Errors
            /// If the shapes do not go together, if the kernel panics, or cannot be compiled.
            #[allow(clippy::too_many_arguments)]
            #[inline]
            #vis #fallible_signature { #dispatch }
        }
    }

    /// `outer`, of a function of two arguments.
    fn outer(&self) -> Option<TokenStream> {
        let [x, y] = self.face.types[..] else { return None };
        let (vis, unsafety) = (&self.face.function.vis, self.face.unsafety());
        let (name, result) = (self.face.name(), &self.face.result);
        let inputs = self.inputs();
        let (first, second) = (&inputs[0], &inputs[1]);
        let generics = &self.face.function.sig.generics;
        let own = generics.params.iter();
        let own_clause = generics.where_clause.iter().flat_map(|clause| clause.predicates.iter());
        let bounds = [self.face.takes(first, x), self.face.takes(second, y)];
        let params = quote!(<#(#own,)* #first, #second>);
        let output = quote! {
            <#result as ::mambo::__private::Results>::In<
                <#first::Dim as ::mambo::__private::Followed<#second::Dim>>::Output
            >
        };
        let clause = quote! {
            where
                #(#own_clause,)* #(#bounds,)*
                #first::Dim: ::mambo::__private::Followed<#second::Dim>
        };
        let names = &self.face.names;
        let args = quote!(#(#names: #inputs),*);
        let (params_list, resolve) = (self.face.arg_types(), self.face.resolve(self.generic));
        let call = self.face.guarded(quote!(Self::try_outer(#(#names),*)));
        let body = self.face.or_raise(&call);
        Some(quote! {
            /// The function of each element of the first argument with each of the second: the
            /// axes of the result are those of the first, then those of the second.
            ///
            /// # Panics
            /// Where the kernel does.
            #[allow(clippy::type_complexity)]
            #vis #unsafety fn outer #params(#args) -> #output #clause { #body }

            /// The function of each element of the first argument with each of the second.
            ///
            /// # Errors
            /// If the kernel panics, or cannot be compiled.
            #[allow(clippy::type_complexity)]
            #vis #unsafety fn try_outer #params(
                #args
            ) -> ::core::result::Result<#output, ::mambo::Error> #clause {
                <#name as ::mambo::__private::Kernel>::dispatcher()
                    .call_ufunc_outer::<#params_list, #result, _, _>(#resolve, #(#names),*)
            }
        })
    }

    /// `at`, of a function that returns what it takes first.
    fn at(&self) -> Option<TokenStream> {
        let result = &self.face.result;
        let (first, second) = match self.face.types[..] {
            [first] => (first, None),
            [first, second] => (first, Some(second)),
            _ => return None,
        };
        if first != result {
            return None;
        }
        let (vis, unsafety) = (&self.face.function.vis, self.face.unsafety());
        let name = self.face.name();
        let generics = &self.face.function.sig.generics;
        let own = generics.params.iter();
        let own_clause = generics.where_clause.iter().flat_map(|clause| clause.predicates.iter());
        let more = Ident::new("In1", Span::mixed_site());
        let bound = second.map(|ty| self.face.takes(&more, ty)).into_iter();
        let (more_param, more_arg) = match second {
            Some(_) => (quote!(, #more), quote!(, other: #more)),
            None => (quote!(), quote!()),
        };
        let (given, lent) = match second {
            Some(_) => (quote!(, other), quote!(, &other)),
            None => (quote!(), quote!()),
        };
        let list = self.face.arg_types();
        let calls = match second {
            Some(_) => quote!(call_ufunc_at_two::<#list, #result, _, _, #more>),
            None => quote!(call_ufunc_at_one::<#list, #result, _, _>),
        };
        let resolve = self.face.resolve(self.generic);
        let params = quote!(<#(#own,)* Out, Places #more_param>);
        let args = quote!(out: Out, places: Places #more_arg);
        let clause = quote! {
            where
                #(#own_clause,)* #(#bound,)*
                Out: ::mambo::__private::Target<#result>,
                Places: ::mambo::__private::Places
        };
        let call = self.face.guarded(quote!(Self::try_at(out, places #given)));
        let body = self.face.or_raise(&call);
        Some(quote! {
            /// Applies the function to the elements of `out` that `places` names, one after the
            /// other: what is named twice is changed twice.
            ///
            /// # Panics
            /// If there is no such place, and where the kernel does.
            #vis #unsafety fn at #params(#args) #clause { #body }

            /// Applies the function to the elements of `out` that `places` names.
            ///
            /// # Errors
            /// If there is no such place, if the kernel panics, or cannot be compiled.
            #vis #unsafety fn try_at #params(
                #args
            ) -> ::core::result::Result<(), ::mambo::Error> #clause {
                <#name as ::mambo::__private::Kernel>::dispatcher()
                    .#calls(#resolve, out, &places #lent)
            }
        })
    }

    /// The function that compiles one choice of generic parameters without a call.
    fn compile(&self) -> TokenStream {
        let (name, result) = (self.face.name(), &self.face.result);
        let (params, _, clause) = self.face.split();
        let (resolve, args) = (self.face.resolve(self.generic), self.face.arg_types());
        quote! {
            #[doc(hidden)]
            fn __mambo_compile #params(
                _: &[::core::option::Option<::mambo::__private::Layout>],
            ) -> ::core::result::Result<(), ::mambo::Error> #clause {
                <#name as ::mambo::__private::Kernel>::dispatcher()
                    .compile_ufunc::<#args, #result>(#resolve)
            }
        }
    }
}
