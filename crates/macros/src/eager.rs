//! Signatures that are compiled before they are called.

use crate::generics::type_params;
use mambo_frontend::{EagerKind, EagerSignature, EagerType, TextSignature};
use mambo_ir::{Dtype, Layout};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use std::collections::HashMap;
use syn::spanned::Spanned;
use syn::{FnArg, GenericArgument, GenericParam, ItemFn, PathArguments, ReturnType, Type};

/// The body of the function that compiles the signatures the attribute lists, or nothing if
/// it lists none.
pub(crate) fn eager(
    function: &ItemFn,
    listed: &[EagerSignature],
    errors: &mut Vec<syn::Error>,
) -> Option<TokenStream> {
    if listed.is_empty() {
        return None;
    }
    let mut calls = TokenStream::new();
    for signature in listed {
        match compile_calls(function, signature) {
            Ok(call) => calls.extend(call),
            Err(error) => errors.push(error),
        }
    }
    Some(quote! {
        #calls
        ::core::result::Result::Ok(())
    })
}

fn compile_calls(function: &ItemFn, signature: &EagerSignature) -> syn::Result<TokenStream> {
    let generics = &function.sig.generics;
    if let Some(param) = generics.const_params().next() {
        return Err(syn::Error::new(
            param.ident.span(),
            "a kernel with a constant parameter is compiled on its first call: leave the listed \
             signatures out",
        ));
    }
    match signature {
        EagerSignature::Type(ty) => {
            let params = type_params(generics);
            if params.is_empty() {
                return Err(syn::Error::new(
                    ty.span(),
                    "this kernel has no generic parameter that could be this type: remove it, or \
                     write the whole signature, `\"f64(f64[:])\"`",
                ));
            }
            let types = params.iter().map(|_| ty);
            Ok(call(function, ty.span(), &quote!(::<#(#types),*>), &[]))
        }
        EagerSignature::Text(text) => text_calls(function, text),
    }
}

/// Calls the function that compiles one choice of generic parameters.
fn call(
    function: &ItemFn,
    span: Span,
    turbofish: &TokenStream,
    layouts: &[Option<Layout>],
) -> TokenStream {
    let name = &function.sig.ident;
    let layouts = layouts.iter().map(|layout| match layout {
        Some(layout) => {
            let variant = format_ident!("{layout:?}");
            quote!(::core::option::Option::Some(::mambo::__private::Layout::#variant))
        }
        None => quote!(::core::option::Option::None),
    });
    quote_spanned! {span=>
        #name::__mambo_compile #turbofish(&[#(#layouts),*])?;
    }
}

fn text_calls(function: &ItemFn, text: &TextSignature) -> syn::Result<TokenStream> {
    let generics = &function.sig.generics;
    let inputs = &function.sig.inputs;
    if inputs.len() != text.args.len() {
        // The frontend has said so.
        return Ok(TokenStream::new());
    }
    let names: Vec<&Ident> = generics
        .params
        .iter()
        .filter_map(|param| match param {
            GenericParam::Type(param) => Some(&param.ident),
            _ => None,
        })
        .collect();
    let mut matcher = Matcher { generics: names, bound: HashMap::new() };
    for (input, arg) in inputs.iter().zip(&text.args) {
        if let FnArg::Typed(input) = input {
            matcher.check(&input.ty, arg)?;
        }
    }
    if let Some(result) = &text.result {
        match &function.sig.output {
            ReturnType::Type(_, ty) => matcher.check(ty, result)?,
            ReturnType::Default => matcher.check(&syn::parse_quote!(()), result)?,
        }
    }
    let turbofish = matcher.turbofish(text.span)?;
    let exact: Vec<Option<Layout>> = text.args.iter().map(layout_of).collect();
    let contiguous: Vec<Option<Layout>> = exact
        .iter()
        .map(|layout| match layout {
            Some(Layout::Strided) => Some(Layout::C),
            other => *other,
        })
        .collect();
    // Arrays of any strides are mostly contiguous.
    let mut calls = call(function, text.span, &turbofish, &contiguous);
    if contiguous != exact {
        calls.extend(call(function, text.span, &turbofish, &exact));
    }
    Ok(calls)
}

fn layout_of(arg: &EagerType) -> Option<Layout> {
    match &arg.kind {
        EagerKind::Array { layout, .. } => Some(*layout),
        _ => None,
    }
}

/// Compares written types with those of a text signature, as far as their names tell, and
/// finds out what generic parameters stand for.
struct Matcher<'a> {
    generics: Vec<&'a Ident>,
    bound: HashMap<&'a Ident, TokenStream>,
}

impl Matcher<'_> {
    fn check(&mut self, ty: &Type, text: &EagerType) -> syn::Result<()> {
        match ty {
            Type::Paren(inner) => self.check(&inner.elem, text),
            Type::Group(inner) => self.check(&inner.elem, text),
            Type::Reference(reference) => match &*reference.elem {
                Type::Slice(slice) => self.check_array(&slice.elem, Some(1), text, ty),
                inner => self.check(inner, text),
            },
            Type::Tuple(tuple) => match &text.kind {
                EagerKind::Tuple(items) if items.len() == tuple.elems.len() => {
                    tuple.elems.iter().zip(items).try_for_each(|(ty, item)| self.check(ty, item))
                }
                _ => Err(mismatch(ty, text)),
            },
            Type::Path(path) => self.check_path(path, text, ty),
            _ => Ok(()),
        }
    }

    fn check_path(&mut self, path: &syn::TypePath, text: &EagerType, ty: &Type) -> syn::Result<()> {
        let Some(last) = path.path.segments.last() else { return Ok(()) };
        if let Some(param) = self.generics.iter().find(|param| path.path.is_ident(**param)) {
            let found = tokens_of(&text.kind);
            let known = self.bound.entry(param).or_insert_with(|| found.clone());
            return if known.to_string() == found.to_string() {
                Ok(())
            } else {
                Err(mismatch(ty, text))
            };
        }
        let name = last.ident.to_string();
        if let Ok(dtype) = name.parse::<Dtype>() {
            return match text.kind {
                EagerKind::Scalar(found) if found == dtype => Ok(()),
                _ => Err(mismatch(ty, text)),
            };
        }
        if name == "Complex" {
            return self.check_complex(&last.arguments, text, ty);
        }
        let Some(rank) = array_rank(&name, &last.arguments) else { return Ok(()) };
        let item = first_type(&last.arguments);
        item.map_or(Ok(()), |item| self.check_array(item, rank, text, ty))
    }

    /// `Complex<part>`; without its part it may be a structure of the program.
    fn check_complex(
        &mut self,
        arguments: &PathArguments,
        text: &EagerType,
        ty: &Type,
    ) -> syn::Result<()> {
        let Some(part) = first_type(arguments) else { return Ok(()) };
        match text.kind {
            EagerKind::Scalar(dtype) if dtype.is_complex() => {
                let part_text =
                    EagerType { kind: EagerKind::Scalar(dtype.part()), span: text.span };
                self.check(part, &part_text).map_err(|_| mismatch(ty, text))
            }
            _ => Err(mismatch(ty, text)),
        }
    }

    fn check_array(
        &mut self,
        item: &Type,
        rank: Option<u8>,
        text: &EagerType,
        ty: &Type,
    ) -> syn::Result<()> {
        let EagerKind::Array { dtype, rank: found, .. } = text.kind else {
            return Err(mismatch(ty, text));
        };
        if rank.is_some_and(|rank| rank != found) {
            return Err(mismatch(ty, text));
        }
        let item_text = EagerType { kind: EagerKind::Scalar(dtype), span: text.span };
        self.check(item, &item_text)
    }

    fn turbofish(&self, span: Span) -> syn::Result<TokenStream> {
        let types: Vec<&TokenStream> = self
            .generics
            .iter()
            .map(|param| {
                self.bound.get(param).ok_or_else(|| {
                    let message = format!(
                        "the signature does not say what `{param}` is: it must be the type or \
                         the element type of an argument"
                    );
                    syn::Error::new(span, message)
                })
            })
            .collect::<syn::Result<_>>()?;
        Ok(if types.is_empty() { TokenStream::new() } else { quote!(::<#(#types),*>) })
    }
}

/// The Rust type that a generic parameter stands for.
fn tokens_of(kind: &EagerKind) -> TokenStream {
    match kind {
        EagerKind::Scalar(dtype) => element_tokens(*dtype),
        EagerKind::Array { dtype, rank, .. } => {
            let (item, rank) = (element_tokens(*dtype), format_ident!("Ix{rank}"));
            quote!(::mambo::__private::ndarray::ArrayView::<
                'static, #item, ::mambo::__private::ndarray::#rank>)
        }
        EagerKind::Tuple(items) => {
            let items = items.iter().map(|item| tokens_of(&item.kind));
            quote!((#(#items,)*))
        }
    }
}

fn element_tokens(dtype: Dtype) -> TokenStream {
    let part = format_ident!("{}", dtype.part().name());
    if dtype.is_complex() { quote!(::mambo::Complex::<#part>) } else { quote!(#part) }
}

/// The first type among the arguments of a path.
fn first_type(arguments: &PathArguments) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(item) => Some(item),
        _ => None,
    })
}

/// If this is one of ndarray's types: its rank, if it is written.
fn array_rank(name: &str, arguments: &PathArguments) -> Option<Option<u8>> {
    const HOLDERS: [&str; 4] = ["ArrayViewMut", "ArrayView", "ArrayRef", "Array"];
    let rest = HOLDERS.iter().find_map(|holder| name.strip_prefix(holder))?;
    if !rest.is_empty() {
        return rest.parse().ok().map(Some);
    }
    let PathArguments::AngleBracketed(arguments) = arguments else { return Some(None) };
    let dimension = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(Type::Path(path)) => path.path.segments.last(),
        _ => None,
    });
    let rank = dimension.last().and_then(|last| {
        last.ident.to_string().strip_prefix("Ix").and_then(|rank| rank.parse().ok())
    });
    Some(rank)
}

fn mismatch(ty: &Type, text: &EagerType) -> syn::Error {
    let found = match &text.kind {
        EagerKind::Scalar(dtype) => format!("`{dtype}`"),
        EagerKind::Array { dtype, rank, .. } => format!("an array of `{dtype}` of rank {rank}"),
        EagerKind::Tuple(items) => format!("a tuple of {}", items.len()),
    };
    let written = quote!(#ty).to_string();
    let message = format!(
        "the signature has {found} here, and the kernel `{}`: write a signature of the kernel's \
         types",
        written.replace(" < ", "<").replace(" >", ">").replace(" ,", ",").replace("& ", "&")
    );
    syn::Error::new(text.span, message)
}
