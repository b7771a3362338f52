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

/// Whether the tokens of `part` stand in those of `whole`, one after the other.
pub(crate) fn stands_in(part: &impl ToTokens, whole: &impl ToTokens) -> bool {
    fn flatten(tokens: TokenStream, into: &mut Vec<String>) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => {
                    into.push(format!("{:?}", group.delimiter()));
                    flatten(group.stream(), into);
                    into.push("end".into());
                }
                other => into.push(other.to_string()),
            }
        }
    }
    let (mut needle, mut hay) = (Vec::new(), Vec::new());
    flatten(part.to_token_stream(), &mut needle);
    flatten(whole.to_token_stream(), &mut hay);
    !needle.is_empty() && hay.windows(needle.len()).any(|window| window == needle)
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
            if param.ident == predicate.bounded_ty.to_token_stream().to_string() =>
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

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    fn generics() -> Generics {
        let mut generics: Generics = parse_quote!(<'a, T: Number, I, D, const N: usize>);
        generics.where_clause = parse_quote!(where I: Integer, D: Dimension);
        generics
    }

    #[test]
    fn parameters_are_passed_on_without_lifetimes() {
        assert_eq!(turbofish(&generics()).to_string(), quote!(::<T, I, D, N>).to_string());
        assert!(turbofish(&parse_quote!(<'a>)).is_empty());
    }

    #[test]
    fn a_mention_is_the_whole_name() {
        assert!(mentions(&generics(), &quote!([0; { N + 1 }])));
        assert!(mentions(&generics(), &quote!(T::ZERO)));
        assert!(!mentions(&generics(), &quote!(NUMBER + a::<Tt>())));
        assert!(stands_in(&quote!(Point), &quote!(a: &Point, b: f64)));
        assert!(stands_in(&quote!(geometry::Point), &quote!([geometry::Point; 2])));
        assert!(!stands_in(&quote!(Po), &quote!(a: &Point)));
        assert!(!stands_in(&quote!(), &quote!(a: Point)));
    }

    #[test]
    fn defaults_fit_the_bounds() {
        let replaced = with_defaults(&generics(), quote!(fn([T; N], Array<I, D>) -> Tt));
        let text = replaced.to_string().replace(' ', "");
        assert_eq!(text, "fn([f64;1],Array<i64,::mambo::__private::ndarray::Ix1>)->Tt");
    }
}
