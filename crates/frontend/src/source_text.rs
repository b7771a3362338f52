//! Kernels from source text, for tools and tests.

use crate::function::{Lowered, lower};
use crate::options::JitOptions;
use proc_macro2::{Span, TokenStream, TokenTree};
use std::str::FromStr;

/// Brackets, and prefix operators in a row, nest at most this deep in source text: the parser
/// is recursive.
const MAX_NESTING: usize = 256;

/// Parses the text of one function.
///
/// # Errors
/// If the text is no function, or nests too deep to be parsed.
pub fn parse_function(source: &str) -> syn::Result<syn::ItemFn> {
    let tokens = TokenStream::from_str(source).map_err(|error| {
        let message = "this is no sequence of Rust tokens: close every bracket and quote";
        syn::Error::new(error.span(), message)
    })?;
    check_nesting(tokens.clone())?;
    syn::parse2(tokens)
}

/// Lowers the text of one function, as [`lower`] does its syntax tree.
///
/// ```
/// use mambo_frontend::{JitOptions, lower_source};
///
/// let source = "fn area(r: f64) -> f64 { std::f64::consts::PI * r * r }";
/// let (lowered, errors) = lower_source(source, &JitOptions::default());
/// assert!(errors.is_empty());
/// assert_eq!(lowered.unwrap().kernel.captures, ["std::f64::consts::PI"]);
///
/// let (lowered, errors) = lower_source("fn f(x: String) {}", &JitOptions::default());
/// assert!(lowered.is_none());
/// assert_eq!(errors.len(), 1);
/// ```
pub fn lower_source(source: &str, attribute: &JitOptions) -> (Option<Lowered>, Vec<syn::Error>) {
    match parse_function(source) {
        Ok(function) => lower(&function, attribute),
        Err(error) => (None, error.into_iter().collect()),
    }
}

/// Refuses what would overflow the parser's stack.
fn check_nesting(tokens: TokenStream) -> syn::Result<()> {
    let too_deep = |at: Span| {
        syn::Error::new(at, "this nests too deep to be parsed: split it into several statements")
    };
    let mut open = vec![(tokens, 0)];
    while let Some((tokens, depth)) = open.pop() {
        let mut run = 0;
        for token in tokens {
            run += 1;
            match token {
                TokenTree::Group(group) if depth == MAX_NESTING => {
                    return Err(too_deep(group.span_open()));
                }
                TokenTree::Group(group) => {
                    open.push((group.stream(), depth + 1));
                    run = 0;
                }
                TokenTree::Literal(_) => run = 0,
                TokenTree::Punct(punct) if matches!(punct.as_char(), ',' | ';') => run = 0,
                other if run > 2 * MAX_NESTING => return Err(too_deep(other.span())),
                _ => {}
            }
        }
    }
    Ok(())
}
