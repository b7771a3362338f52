//! What universal functions of two numbers have that return another of the same type:
//! `reduce`, `accumulate` and their like.

use crate::face::Face;
use mambo_frontend::JitOptions;
use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, Lit, Type};

/// A function that folds.
pub(crate) struct Folding<'a> {
    face: &'a Face<'a>,
    /// The type of arguments and result.
    ty: &'a Type,
    options: &'a JitOptions,
    generic: bool,
}

/// The type that a function takes two of and returns one of.
fn folded_type<'a>(face: &'a Face<'a>) -> Option<&'a Type> {
    let [first, second] = face.types[..] else { return None };
    (first == second && *first == face.result).then_some(first)
}

/// Reports options that a function which does not fold has no use for.
pub(crate) fn check_folding(face: &Face<'_>, options: &JitOptions, errors: &mut Vec<syn::Error>) {
    if folded_type(face).is_some() {
        return;
    }
    let identity = options.identity.as_ref().map(|identity| ("identity", identity.span()));
    let reorderable = options.reorderable.map(|span| ("reorderable", span));
    for (option, span) in identity.into_iter().chain(reorderable) {
        let message = format!(
            "`{option}` is for functions that reduce arrays: two arguments of one type, and a \
             result of that type"
        );
        errors.push(syn::Error::new(span, message));
    }
}

impl<'a> Folding<'a> {
    /// Nothing for a function that does not fold.
    pub(crate) fn new(face: &'a Face<'a>, options: &'a JitOptions, generic: bool) -> Option<Self> {
        folded_type(face).map(|ty| Folding { face, ty, options, generic })
    }

    /// `reduce`, `accumulate`, `reduceat`, and the builder.
    pub(crate) fn functions(&self) -> TokenStream {
        let (folds, reduce) = (self.folds(), self.reduce());
        let accumulate = self.one_axis(
            "accumulate",
            "What lies between the reductions along an axis: each element is the reduction of \
             all up to its place.",
            &quote!(),
            &quote!(),
        );
        let reduceat = self.one_axis(
            "reduceat",
            "The reductions of parts of an axis, each from one of `starts` to the next; where \
             the next is not greater, just the element there.",
            &quote!(starts: &[usize],),
            &quote!(starts,),
        );
        quote!(#folds #reduce #accumulate #reduceat)
    }

    /// Generic parameters with one more, and the predicates of the kernel.
    fn generics(&self) -> (TokenStream, TokenStream) {
        let generics = &self.face.function.sig.generics;
        let params = generics.params.iter();
        let predicates = generics.where_clause.iter().flat_map(|clause| clause.predicates.iter());
        (quote!(#(#params,)*), quote!(#(#predicates,)*))
    }

    /// What may be folded.
    fn source(&self) -> TokenStream {
        self.face.takes(&format_ident!("Source"), self.ty)
    }

    fn identity(&self) -> TokenStream {
        let ty = self.ty;
        let number = quote!(<#ty as ::mambo::Number>);
        let value = match &self.options.identity {
            None => return quote!(::core::option::Option::None),
            Some(Expr::Lit(ExprLit { lit: Lit::Int(int), .. })) => match int.base10_digits() {
                "0" => quote!(#number::ZERO),
                "1" => quote!(#number::ONE),
                _ => quote!(#int as #ty),
            },
            Some(other) => other.to_token_stream(),
        };
        quote!(::core::option::Option::Some(#value))
    }

    /// The function as one that folds.
    fn folds(&self) -> TokenStream {
        let (name, ty, (params, predicates)) = (self.face.name(), self.ty, self.generics());
        let (resolve, identity) = (self.face.resolve(self.generic), self.identity());
        let reorderable = self.options.reorderable.is_some();
        quote! {
            #[doc(hidden)]
            fn __mambo_folds<#params>() -> ::mambo::__private::Folds<#ty> where #predicates {
                ::mambo::__private::Folds::new(
                    <#name as ::mambo::__private::Kernel>::dispatcher(),
                    #resolve,
                    #identity,
                    #reorderable,
                )
            }
        }
    }

    fn reduce(&self) -> TokenStream {
        let (vis, ty, unsafety) = (&self.face.function.vis, self.ty, self.face.unsafety());
        let (params, predicates) = self.generics();
        let source = self.source();
        let (_, turbofish, _) = self.face.split();
        let results = quote! {
            <<Along as ::mambo::__private::ReduceAxes<Source::Dim>>::Dim
                as ::mambo::__private::Axes>::Holding<#ty>
        };
        let clause = quote! {
            where
                #predicates
                #source,
                Along: ::mambo::__private::ReduceAxes<Source::Dim>
        };
        let reduction = quote!(Self::__mambo_folds #turbofish().reduction(array, &axes));
        let fallible = self.face.guarded(quote!(Self::try_reduce(array, axes)));
        let body = self.face.or_raise(&fallible);
        quote! {
            /// Reduces an array along one axis, several or all (`..`).
            ///
            /// # Panics
            /// If an axis is not there or given twice, if there are several and the function may
            /// not be applied in any order, if there are no elements and no identity, and where
            /// the kernel does.
            #vis #unsafety fn reduce<#params Source, Along>(array: Source, axes: Along) -> #results
            #clause
            {
                #body
            }

            /// Reduces an array along one axis, several or all (`..`).
            ///
            /// # Errors
            /// Where `reduce` panics, or if the kernel cannot be compiled.
            #vis #unsafety fn try_reduce<#params Source, Along>(
                array: Source,
                axes: Along,
            ) -> ::core::result::Result<#results, ::mambo::Error>
            #clause
            {
                #reduction.try_run()
            }

            /// A reduction that can be told more, a value to begin with, a mask, to keep the
            /// axes, and is then run or written to an array.
            #vis #unsafety fn reduction<#params Source, Along>(
                array: Source,
                axes: Along,
            ) -> ::mambo::Reduction<
                #ty,
                Source,
                <Along as ::mambo::__private::ReduceAxes<Source::Dim>>::Dim,
            >
            #clause
            {
                #reduction
            }
        }
    }

    /// A function that makes an array of the same axes, and its sister that returns errors.
    fn one_axis(
        &self,
        name: &str,
        docs: &str,
        more: &TokenStream,
        given: &TokenStream,
    ) -> TokenStream {
        let (vis, ty, unsafety) = (&self.face.function.vis, self.ty, self.face.unsafety());
        let (params, predicates) = self.generics();
        let source = self.source();
        let (_, turbofish, _) = self.face.split();
        let name = format_ident!("{name}");
        let fallible_name = format_ident!("try_{name}");
        let into = format_ident!("{name}_into");
        let fallible_into = format_ident!("try_{name}_into");
        let results = quote!(<Source::Dim as ::mambo::__private::Axes>::Holding<#ty>);
        let clause = quote! {
            where
                #predicates
                #source
        };
        let fallible = self.face.guarded(quote!(Self::#fallible_name(array, #given axis)));
        let body = self.face.or_raise(&fallible);
        let body_into = self.face.guarded(quote!(Self::#fallible_into(array, #given axis, out)));
        let body_into = self.face.or_raise(&body_into);
        quote! {
            #[doc = #docs]
            ///
            /// # Panics
            /// If there is no such axis or place, and where the kernel does.
            #vis #unsafety fn #name<#params Source>(array: Source, #more axis: isize) -> #results
            #clause
            {
                #body
            }

            #[doc = #docs]
            ///
            /// # Errors
            /// If there is no such axis or place, if the kernel panics, or cannot be compiled.
            #vis #unsafety fn #fallible_name<#params Source>(
                array: Source,
                #more axis: isize,
            ) -> ::core::result::Result<#results, ::mambo::Error>
            #clause
            {
                Self::__mambo_folds #turbofish().#name(&array, #given axis)
            }

            #[doc = #docs]
            /// Written to `out`.
            ///
            /// # Panics
            /// If there is no such axis or place, if `out` has another shape, and where the
            /// kernel does.
            #vis #unsafety fn #into<#params Source, Out>(
                array: Source,
                #more axis: isize,
                out: Out,
            )
            #clause,
                Out: ::mambo::__private::Target<#ty>
            {
                #body_into
            }

            #[doc = #docs]
            /// Written to `out`.
            ///
            /// # Errors
            /// If there is no such axis or place, if `out` has another shape, if the kernel
            /// panics, or cannot be compiled.
            #vis #unsafety fn #fallible_into<#params Source, Out>(
                array: Source,
                #more axis: isize,
                out: Out,
            ) -> ::core::result::Result<(), ::mambo::Error>
            #clause,
                Out: ::mambo::__private::Target<#ty>
            {
                Self::__mambo_folds #turbofish().#into(&array, #given axis, out)
            }
        }
    }
}
