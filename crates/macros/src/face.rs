//! The two items a kernel is: the function that is called, and the type of the same name.

use crate::generics::{turbofish, with_defaults};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, FnArg, ItemFn, Meta, Pat, ReturnType, Safety, Signature, Type};

/// A function seen from outside.
pub(crate) struct Face<'a> {
    pub(crate) function: &'a ItemFn,
    /// Names of the parameters, invented where a pattern is written.
    pub(crate) names: Vec<Ident>,
    pub(crate) types: Vec<&'a Type>,
    pub(crate) result: Type,
}

impl<'a> Face<'a> {
    /// Nothing for a signature that no kernel can have, which the frontend has reported.
    pub(crate) fn new(function: &'a ItemFn) -> Option<Self> {
        let sig = &function.sig;
        if sig.variadic.is_some() || sig.asyncness.is_some() || sig.abi.is_some() {
            return None;
        }
        let mut names = Vec::new();
        let mut types = Vec::new();
        for (i, input) in sig.inputs.iter().enumerate() {
            let FnArg::Typed(input) = input else { return None };
            names.push(match &*input.pat {
                Pat::Ident(pat) if pat.subpat.is_none() => pat.ident.clone(),
                _ => Ident::new(&format!("arg{i}"), Span::mixed_site()),
            });
            types.push(&*input.ty);
        }
        let result = match &sig.output {
            ReturnType::Type(_, ty) => (**ty).clone(),
            ReturnType::Default => syn::parse_quote!(()),
        };
        Some(Face { function, names, types, result })
    }

    pub(crate) fn name(&self) -> &'a Ident {
        &self.function.sig.ident
    }

    /// The list of the types of the arguments.
    pub(crate) fn arg_types(&self) -> TokenStream {
        self.types.iter().rev().fold(
            quote!(::mambo::__private::End),
            |rest, ty| quote!(::mambo::__private::Cons<#ty, #rest>),
        )
    }

    /// The list of the arguments. Each stands at the place of its type, so that an error
    /// about the type does.
    fn arg_values(&self) -> TokenStream {
        let args = self.names.iter().zip(&self.types);
        args.rev().fold(quote!(::mambo::__private::End), |rest, (name, ty)| {
            let mut name = name.clone();
            name.set_span(ty.span().resolved_at(name.span()));
            quote_spanned!(ty.span()=> ::mambo::__private::Cons(#name, #rest))
        })
    }

    /// The signature with another name, and names for parameters.
    fn signature(&self, name: Ident, output: TokenStream) -> TokenStream {
        let (names, types) = (&self.names, &self.types);
        let unsafety = self.unsafety();
        let (params, _, clause) = self.split();
        quote!(#unsafety fn #name #params(#(#names: #types),*) -> #output #clause)
    }

    /// Generic parameters and where clause as written.
    pub(crate) fn split(&self) -> (TokenStream, TokenStream, TokenStream) {
        let generics = &self.function.sig.generics;
        let params = &generics.params;
        let params = if params.is_empty() { TokenStream::new() } else { quote!(<#params>) };
        (params, turbofish(generics), generics.where_clause.to_token_stream())
    }

    /// What an operand for a parameter of this type may be: anything that casts to it safely;
    /// for a type parameter, which it tells, just that.
    pub(crate) fn takes(&self, operand: &Ident, ty: &Type) -> TokenStream {
        let generics = &self.function.sig.generics;
        let is_param = matches!(ty, Type::Path(path)
            if generics.type_params().any(|param| path.path.is_ident(&param.ident)));
        let elem = if is_param {
            quote_spanned!(ty.span()=> Elem = #ty)
        } else {
            quote_spanned!(ty.span()=> Elem: ::mambo::__private::CastsTo<#ty>)
        };
        quote_spanned!(ty.span()=> #operand: ::mambo::__private::Operand<#elem>)
    }

    pub(crate) fn unsafety(&self) -> Option<TokenStream> {
        match &self.function.sig.safety {
            Safety::Unsafe(token) => Some(token.to_token_stream()),
            _ => None,
        }
    }

    /// An expression that is `unsafe` if the kernel is.
    pub(crate) fn guarded(&self, call: TokenStream) -> TokenStream {
        if self.unsafety().is_some() { quote!(unsafe { #call }) } else { call }
    }

    /// The whole expansion.
    pub(crate) fn kernel(
        &self,
        source: &TokenStream,
        resolved: Option<&TokenStream>,
        eager: Option<&TokenStream>,
    ) -> TokenStream {
        let function = self.dispatching_function();
        let (rust, try_call) = (self.rust(), self.try_call(resolved.is_some()));
        let resolve = self.resolve_function(resolved);
        let compile = eager.map(|_| self.compile(resolved.is_some()));
        let eager = match eager {
            Some(eager) => quote!(::core::option::Option::Some(|| { #eager })),
            None => quote!(::core::option::Option::None),
        };
        let functions = quote!(#rust #try_call #resolve #compile);
        let ty = self.type_of_functions(&functions, source, &eager, &self.pointer());
        quote!(#function #ty)
    }

    /// The function that says what the kernel names for its generic parameters.
    pub(crate) fn resolve_function(&self, resolved: Option<&TokenStream>) -> Option<TokenStream> {
        let (params, _, clause) = self.split();
        resolved.map(|resolved| {
            quote! {
                #[doc(hidden)]
                fn __mambo_resolve #params() -> ::mambo::__private::Resolved #clause {
                    #resolved
                }
            }
        })
    }

    /// What stands beside a function with mistakes, so that its mistakes are the only ones:
    /// the type, with functions that call the plain function.
    pub(crate) fn broken(&self) -> TokenStream {
        let (name, names, vis) = (self.name(), &self.names, &self.function.vis);
        let (_, turbofish, _) = self.split();
        let result = &self.result;
        let call = self.guarded(quote!(#name #turbofish(#(#names),*)));
        let rust = self.signature(format_ident!("rust"), result.to_token_stream());
        let try_call = self.signature(
            format_ident!("try_call"),
            quote!(::core::result::Result<#result, ::mambo::Error>),
        );
        let functions = quote! {
            /// The plain function.
            #vis #rust { #call }
            /// The plain function.
            #vis #try_call { ::core::result::Result::Ok(#call) }
        };
        let text = name.to_string();
        let source = quote! {{
            static __MAMBO_SOURCE: ::mambo::__private::KernelSource = ::mambo::__private::KernelSource {
                name: #text,
                file: ::core::file!(),
                tree: &[],
                debug_assertions: false,
                parallel: false,
                captures: ::std::vec::Vec::new,
                types: ::std::vec::Vec::new,
                callees: ::std::vec::Vec::new,
            };
            &__MAMBO_SOURCE
        }};
        // The types of the parameters may be what is wrong; no pointer is made of them.
        let none = quote!(::core::option::Option::None);
        self.type_of_functions(&functions, &source, &none, &quote!(fn()))
    }

    /// The function that is called: `try_call`, or a panic.
    fn dispatching_function(&self) -> TokenStream {
        let (name, names, vis) = (self.name(), &self.names, &self.function.vis);
        let attrs = self.outside_attrs();
        let inline = self.inline();
        let signature = self.signature(name.clone(), self.result.to_token_stream());
        let (_, turbofish, _) = self.split();
        let call = self.guarded(quote!(#name::try_call #turbofish(#(#names),*)));
        let body = self.or_raise(&call);
        quote! {
            #(#attrs)*
            #inline
            #vis #signature { #body }
        }
    }

    /// The value of a fallible call, or a panic.
    pub(crate) fn or_raise(&self, call: &TokenStream) -> TokenStream {
        // At the name, so that the host's panic is in the file of the kernel.
        let error = Ident::new("error", self.name().span().resolved_at(Span::mixed_site()));
        let raise = quote_spanned!(error.span()=> #error.raise());
        quote! {
            match #call {
                ::core::result::Result::Ok(value) => value,
                ::core::result::Result::Err(#error) => #raise,
            }
        }
    }

    /// The attributes of the function that is called.
    pub(crate) fn outside_attrs(&self) -> impl Iterator<Item = TokenStream> {
        self.function.attrs.iter().map(outside)
    }

    pub(crate) fn inline(&self) -> Option<TokenStream> {
        let written = self.function.attrs.iter().any(|attr| attr.path().is_ident("inline"));
        (!written).then(|| quote!(#[inline]))
    }

    /// `name::rust`, with the function as written inside, so that recursion stays plain.
    pub(crate) fn rust(&self) -> TokenStream {
        let (name, names, vis) = (self.name(), &self.names, &self.function.vis);
        let (_, turbofish, _) = self.split();
        let signature = self.signature(format_ident!("rust"), self.result.to_token_stream());
        let lints = self.lints();
        let ItemFn { sig, block, .. } = self.function;
        let sig = Signature { constness: None, ..sig.clone() };
        // The function hides a parameter of the same name.
        let args: Vec<Ident> =
            (0..names.len()).map(|i| Ident::new(&format!("arg{i}"), Span::mixed_site())).collect();
        let call = self.guarded(quote!(#name #turbofish(#(#args),*)));
        let inner = self.function.attrs.iter().filter(|attr| is_lint(attr));
        quote! {
            /// The plain function, as rustc compiled it.
            #(#lints)*
            #[inline]
            #vis #signature {
                #(let #args = #names;)*
                {
                    #(#inner)*
                    #[inline]
                    #sig #block
                    #call
                }
            }
        }
    }

    /// `name::try_call`.
    fn try_call(&self, generic: bool) -> TokenStream {
        let (name, vis) = (self.name(), &self.function.vis);
        let result = &self.result;
        let output = quote!(::core::result::Result<#result, ::mambo::Error>);
        let signature = self.signature(format_ident!("try_call"), output);
        let lints = self.lints();
        let (resolve, args) = (self.resolve(generic), self.arg_values());
        // At the result, so that an error about its type is there.
        let call = Ident::new("call", result.span().resolved_at(Span::call_site()));
        quote! {
            /// Calls the kernel; a panic of the kernel is an error.
            ///
            /// # Errors
            /// If the kernel panics, or cannot be compiled for these types.
            #(#lints)*
            #[inline]
            #vis #signature {
                <#name as ::mambo::__private::Kernel>::dispatcher()
                    .#call(#resolve, #args)
            }
        }
    }

    /// The function that resolves what the kernel names for its generic parameters, if it has
    /// any.
    pub(crate) fn resolve(&self, generic: bool) -> TokenStream {
        let name = self.name();
        let (_, turbofish, _) = self.split();
        if generic {
            quote!(::core::option::Option::Some(#name::__mambo_resolve #turbofish))
        } else {
            quote!(::core::option::Option::None)
        }
    }

    /// The function that compiles one choice of generic parameters without a call.
    fn compile(&self, generic: bool) -> TokenStream {
        let (name, result) = (self.name(), &self.result);
        let (params, _, clause) = self.split();
        let (resolve, args) = (self.resolve(generic), self.arg_types());
        quote! {
            #[doc(hidden)]
            fn __mambo_compile #params(
                layouts: &[::core::option::Option<::mambo::__private::Layout>],
            ) -> ::core::result::Result<(), ::mambo::Error> #clause {
                <#name as ::mambo::__private::Kernel>::dispatcher()
                    .compile::<#args, #result>(#resolve, layouts)
            }
        }
    }

    /// The type of the same name, with `functions` and those every kernel has.
    pub(crate) fn type_of_functions(
        &self,
        functions: &TokenStream,
        source: &TokenStream,
        eager: &TokenStream,
        pointer: &TokenStream,
    ) -> TokenStream {
        let (name, vis) = (self.name(), &self.function.vis);
        let cfgs: Vec<&Attribute> =
            self.function.attrs.iter().filter(|attr| attr.path().is_ident("cfg")).collect();
        let docs = format!("The functions of the kernel [`{name}`](fn@{name}).");
        let every = [
            (
                "The signatures compiled so far.",
                "signatures",
                quote!(::std::vec::Vec<::mambo::Signature>),
            ),
            (
                "The optimised intermediate form of each signature compiled so far.",
                "ir",
                quote!(::std::string::String),
            ),
            (
                "The machine code of each signature compiled so far, as assembly text.",
                "asm",
                quote!(::std::string::String),
            ),
            (
                "What became of the loops of each signature compiled so far, and why.",
                "explain",
                quote!(::mambo::Explanation),
            ),
            ("Figures of what is compiled so far.", "stats", quote!(::mambo::Stats)),
        ];
        let every = every.into_iter().map(|(docs, function, result)| {
            let function = format_ident!("{function}");
            quote! {
                #[doc = #docs]
                #vis fn #function() -> #result {
                    <Self as ::mambo::__private::Kernel>::#function()
                }
            }
        });
        quote! {
            #(#cfgs)*
            #[doc = #docs]
            #[allow(non_camel_case_types, dead_code)]
            #vis enum #name {}

            #(#cfgs)*
            #[allow(dead_code, clippy::all, clippy::pedantic, unsafe_op_in_unsafe_fn)]
            impl #name {
                #functions
                #(#every)*
                /// Compiles the signatures that the attribute lists, which the first call
                /// does otherwise.
                ///
                /// # Errors
                /// If one of them cannot be compiled.
                #vis fn warm_up() -> ::core::result::Result<(), ::mambo::Error> {
                    <Self as ::mambo::__private::Kernel>::warm_up()
                }
            }

            #(#cfgs)*
            #[allow(clippy::all, clippy::pedantic)]
            impl ::mambo::__private::Kernel for #name {
                const SOURCE: &'static ::mambo::__private::KernelSource = #source;
                type Pointer = #pointer;
                fn dispatcher() -> &'static ::mambo::__private::Dispatcher {
                    static __MAMBO_DISPATCHER: ::mambo::__private::Dispatcher =
                        ::mambo::__private::Dispatcher::new(
                            <#name as ::mambo::__private::Kernel>::SOURCE,
                            ::mambo::__private::backend,
                            #eager,
                        );
                    &__MAMBO_DISPATCHER
                }
            }
        }
    }

    /// The type of a pointer to the function, of one instantiation if it is generic.
    pub(crate) fn pointer(&self) -> TokenStream {
        let (types, result) = (&self.types, &self.result);
        let unsafety = self.unsafety();
        let generics = &self.function.sig.generics;
        let lifetimes: Vec<_> = generics.lifetimes().map(|param| &param.lifetime).collect();
        let binder = (!lifetimes.is_empty()).then(|| quote!(for<#(#lifetimes),*>));
        let pointer = quote!(#binder #unsafety fn(#(#types),*) -> #result);
        if generics.params.is_empty() { pointer } else { with_defaults(generics, pointer) }
    }

    /// Lints set for the function, for generated ones: what was expected may not come up.
    fn lints(&self) -> impl Iterator<Item = TokenStream> {
        self.function.attrs.iter().filter(|attr| is_lint(attr)).map(outside)
    }
}

fn is_lint(attr: &Attribute) -> bool {
    ["allow", "warn", "deny", "forbid", "expect"].iter().any(|name| attr.path().is_ident(name))
}

/// An attribute of the function for one that is generated.
fn outside(attr: &Attribute) -> TokenStream {
    match &attr.meta {
        Meta::List(list) if attr.path().is_ident("expect") => {
            let lints = &list.tokens;
            quote!(#[allow(#lints)])
        }
        _ => attr.to_token_stream(),
    }
}
