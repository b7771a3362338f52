//! Generic parameters: where they are mentioned, how they are passed on, what stands for them.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{GenericParam, Generics, TypeParam, TypeParamBound, WherePredicate};

/// The type parameters, in order.
pub(crate) fn type_params(generics: &Generics) -> Vec<&Ident> {
    generics.type_params().map(|param| &param.ident).collect()
}

/// `::<T, N>`: all but lifetimes, which are inferred.
pub(crate) fn turbofish(generics: &Generics) -> TokenStream {
    let names: Vec<&Ident> = generics
        .params
        .iter()
        .filter_map(|param| match param {
            GenericParam::Type(param) => Some(&param.ident),
            GenericParam::Const(param) => Some(&param.ident),
            GenericParam::Lifetime(_) => None,
        })
        .collect();
    if names.is_empty() { TokenStream::new() } else { quote!(::<#(#names),*>) }
}

/// Whether the tokens mention a type or constant parameter.
pub(crate) fn mentions(generics: &Generics, tokens: &impl ToTokens) -> bool {
    fn search(generics: &Generics, tokens: TokenStream) -> bool {
        tokens.into_iter().any(|token| match token {
            TokenTree::Ident(ident) => generics.params.iter().any(|param| match param {
                GenericParam::Type(param) => param.ident == ident,
                GenericParam::Const(param) => param.ident == ident,
                GenericParam::Lifetime(_) => false,
            }),
            TokenTree::Group(group) => search(generics, group.stream()),
            _ => false,
        })
    }
    !generics.params.is_empty() && search(generics, tokens.to_token_stream())
}

/// The tokens with each parameter replaced by a type or value that fits its usual bounds.
/// It serves to name one instantiation of a function, whichever.
pub(crate) fn with_defaults(generics: &Generics, tokens: TokenStream) -> TokenStream {
    tokens
        .into_iter()
        .map(|token| match token {
            TokenTree::Ident(ident) => match default_for(generics, &ident) {
                Some(default) => TokenTree::Group(Group::new(Delimiter::None, default)),
                None => TokenTree::Ident(ident),
            },
            TokenTree::Group(group) => {
                let mut inner =
                    Group::new(group.delimiter(), with_defaults(generics, group.stream()));
                inner.set_span(group.span());
                TokenTree::Group(inner)
            }
            other => other,
        })
        .collect()
}

fn default_for(generics: &Generics, ident: &Ident) -> Option<TokenStream> {
    generics.params.iter().find_map(|param| match param {
        GenericParam::Type(param) if param.ident == *ident => Some(default_type(generics, param)),
        GenericParam::Const(param) if param.ident == *ident => {
            let is_bool = param.ty.to_token_stream().to_string() == "bool";
            Some(if is_bool { quote!(true) } else { quote!(1) })
        }
        _ => None,
    })
}

/// A type that satisfies the bounds of a parameter, as far as their names tell.
fn default_type(generics: &Generics, param: &TypeParam) -> TokenStream {
    let in_where = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let in_where = in_where.filter_map(|predicate| match predicate {
        WherePredicate::Type(predicate)
            if predicate.bounded_ty.to_token_stream().to_string() == param.ident.to_string() =>
        {
            Some(&predicate.bounds)
        }
        _ => None,
    });
    let bounds: Vec<String> = std::iter::once(&param.bounds)
        .chain(in_where)
        .flatten()
        .filter_map(|bound| match bound {
            TypeParamBound::Trait(bound) => Some(bound.path.segments.last()?.ident.to_string()),
            _ => None,
        })
        .collect();
    let has = |name: &str| bounds.iter().any(|bound| bound == name);
    if has("Integer") || has("Ord") || has("Eq") || has("Hash") {
        quote!(i64)
    } else if has("Dimension") || has("Rank") {
        quote!(::mambo::__private::ndarray::Ix1)
    } else {
        quote!(f64)
    }
}
