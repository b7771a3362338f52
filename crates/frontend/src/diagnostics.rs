//! The collector of errors: lowering never stops at one.

use proc_macro2::Span;
use std::fmt::Display;

/// Errors in the order they were found.
#[derive(Default)]
pub(crate) struct Diagnostics {
    errors: Vec<syn::Error>,
}

impl Diagnostics {
    /// Records an error at one token.
    pub(crate) fn error(&mut self, at: Span, message: impl Display) {
        self.errors.push(syn::Error::new(at, message));
    }

    /// Records an error of syn's parser, one entry for each of its messages.
    pub(crate) fn parse_error(&mut self, error: syn::Error) {
        self.errors.extend(error);
    }

    /// All of them.
    pub(crate) fn into_errors(self) -> Vec<syn::Error> {
        self.errors
    }
}
