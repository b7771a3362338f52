//! The arguments of `#[jit(…)]`, `#[vectorize(…)]` and `#[guvectorize(…)]`.

use crate::core_layout::{TextLayout, parse_layout};
use crate::diagnostics::Diagnostics;
use crate::signature_text::{TextSignature, parse_text_signature};
use mambo_ir::kernel::{Inline, Options};
use mambo_ir::{Dtype, FastMath};
use proc_macro2::{Span, TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Expr, Ident, Lit, LitStr, Token};

/// The options there are, for messages.
const KNOWN: &str = "`inline = \"always\"`, `inline = \"never\"`, `boundscheck = true`, \
                     `boundscheck = false`, `fastmath` and `fastmath(reassoc, …)`; types such as `f32, f64` and signatures such as \
                     `\"f64(f64[:])\"` are compiled at start";

/// Those of universal functions, for messages.
const KNOWN_OF_UFUNCS: &str = "`identity = 0`, `reorderable`, `target = \"cpu\"`, \
                               `target = \"parallel\"`, ";

/// That of generalized universal functions, for messages.
const KNOWN_OF_GUFUNCS: &str = "`target = \"cpu\"`, `target = \"parallel\"`, ";

/// What `fastmath(…)` may name, for messages.
const FLAGS: &str = "`reassoc`, `contract`, `nnan`, `ninf`, `nsz`, `arcp` and `afn`";

/// What `#[jit(…)]` says.
#[derive(Clone, Debug, Default)]
pub struct JitOptions {
    /// Options that change the code.
    pub options: Options,
    /// Signatures to compile before the first call.
    pub eager: Vec<EagerSignature>,
    /// Where `boundscheck = false` stands, if it does.
    pub boundscheck: Option<Span>,
    /// What a universal function leaves as it is, if that is said.
    pub identity: Option<Expr>,
    /// Where `reorderable` stands, if it does.
    pub reorderable: Option<Span>,
    /// Whether calls of a universal function are shared among all cores.
    pub parallel: bool,
    /// The layout of a generalized universal function.
    pub layout: Option<TextLayout>,
    /// The lengths of core dimensions that only its outputs have.
    pub sizes: Vec<(Ident, Expr)>,
}

/// A signature to compile before the first call.
#[derive(Clone, Debug)]
pub enum EagerSignature {
    /// `f64`: the generic parameter, or each of them, is this type.
    Type(Box<syn::Type>),
    /// `"f64(f64[:], f64[:])"`: Numba's spelling of all arguments and the result.
    Text(TextSignature),
}

/// Reads the arguments of `#[jit(…)]`, going on after mistakes.
pub fn parse_jit_options(tokens: TokenStream) -> (JitOptions, Vec<syn::Error>) {
    parse(tokens, OptionReader::default())
}

/// Reads the arguments of `#[vectorize(…)]`, going on after mistakes.
pub fn parse_vectorize_options(tokens: TokenStream) -> (JitOptions, Vec<syn::Error>) {
    parse(tokens, OptionReader { of: Of::Ufunc, ..OptionReader::default() })
}

/// Reads the arguments of `#[guvectorize(…)]`, going on after mistakes.
pub fn parse_guvectorize_options(tokens: TokenStream) -> (JitOptions, Vec<syn::Error>) {
    parse(tokens, OptionReader { of: Of::Gufunc, ..OptionReader::default() })
}

fn parse(tokens: TokenStream, mut reader: OptionReader) -> (JitOptions, Vec<syn::Error>) {
    let parsed = (|input: ParseStream<'_>| {
        while !input.is_empty() {
            let read = reader.item(input);
            let good = read.is_ok();
            if let Err(error) = read {
                reader.diagnostics.parse_error(error);
            }
            reader.skip_to_comma(input, good)?;
        }
        Ok(())
    })
    .parse2(tokens);
    if let Err(error) = parsed {
        reader.diagnostics.parse_error(error);
    }
    (reader.result, reader.diagnostics.into_errors())
}

/// Whose options are read.
#[derive(Clone, Copy, Default, PartialEq)]
enum Of {
    #[default]
    Jit,
    Ufunc,
    Gufunc,
}

#[derive(Default)]
struct OptionReader {
    result: JitOptions,
    diagnostics: Diagnostics,
    /// Options seen.
    seen: Vec<String>,
    of: Of,
}

impl OptionReader {
    fn item(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        if input.peek(Lit) {
            return self.text(input);
        }
        if is_option(input) {
            let name: Ident = input.call(syn::ext::IdentExt::parse_any)?;
            return self.option(&name, input);
        }
        let ty = input.parse().map_err(|error: syn::Error| {
            let message = format!("expected a type, a signature or an option: there are {KNOWN}");
            syn::Error::new(error.span(), message)
        })?;
        self.result.eager.push(EagerSignature::Type(Box::new(ty)));
        Ok(())
    }

    fn text(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let literal: Lit = input.parse()?;
        let Lit::Str(literal) = literal else {
            let message = "a signature is a string in Numba's spelling: write `\"f64(f64[:])\"`";
            return Err(syn::Error::new(literal.span(), message));
        };
        let is_layout = self.of == Of::Gufunc
            && self.result.layout.is_none()
            && literal.value().trim_start().starts_with('(')
            && !literal.value().contains('[');
        if is_layout {
            self.result.layout = Some(parse_layout(&literal)?);
        } else {
            self.result.eager.push(EagerSignature::Text(parse_text_signature(&literal)?));
        }
        Ok(())
    }

    fn option(&mut self, name: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        let text = name.to_string();
        let known = match text.as_str() {
            "target" => self.of != Of::Jit,
            "identity" | "reorderable" => self.of == Of::Ufunc,
            name => matches!(name, "inline" | "boundscheck" | "fastmath"),
        };
        if !known && self.is_size(&text) {
            input.parse::<Token![=]>()?;
            self.result.sizes.push((name.clone(), input.parse()?));
            return Ok(());
        }
        if !known {
            let own = match self.of {
                Of::Jit => "",
                Of::Ufunc => KNOWN_OF_UFUNCS,
                Of::Gufunc => KNOWN_OF_GUFUNCS,
            };
            let message = format!("unknown option `{text}`: there are {own}{KNOWN}");
            return Err(syn::Error::new(name.span(), message));
        }
        if self.seen.contains(&text) {
            let message = format!("`{text}` is given twice: remove one of them");
            return Err(syn::Error::new(name.span(), message));
        }
        if text == "fastmath" && !input.peek(Token![=]) {
            self.fastmath(input)?;
            self.seen.push(text);
            return Ok(());
        }
        if text == "reorderable" {
            self.result.reorderable = Some(name.span());
            self.seen.push(text);
            return Ok(());
        }
        if !input.peek(Token![=]) {
            let example = match text.as_str() {
                "inline" => "inline = \"always\"",
                "target" => "target = \"cpu\"",
                "identity" => "identity = 0",
                _ => "boundscheck = true",
            };
            let message = format!("`{text}` takes a value: write `{example}`");
            return Err(syn::Error::new(name.span(), message));
        }
        input.parse::<Token![=]>()?;
        match text.as_str() {
            "inline" => self.inline(input)?,
            "target" => self.result.parallel = is_parallel(input)?,
            "identity" => self.result.identity = Some(input.parse()?),
            "fastmath" => self.fastmath_or_not(input)?,
            _ => self.boundscheck(name, input)?,
        }
        self.seen.push(text);
        Ok(())
    }

    /// Whether this names a core dimension that only outputs have.
    fn is_size(&self, name: &str) -> bool {
        let dims = self.result.layout.iter().flat_map(|layout| &layout.dims);
        dims.into_iter().any(|dim| dim.of_outputs && dim.name == name)
    }

    /// `fastmath`, or `fastmath(…)` with names.
    fn fastmath(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        if !input.peek(syn::token::Paren) {
            self.result.options.fastmath = FastMath::ALL;
            return Ok(());
        }
        let names;
        syn::parenthesized!(names in input);
        let listed = names.parse_terminated(Ident::parse, Token![,])?;
        if listed.is_empty() {
            let message =
                format!("`fastmath(…)` allows nothing: name one of {FLAGS}, or write `fastmath`");
            return Err(syn::Error::new(names.span(), message));
        }
        for name in listed {
            let Some(flag) = FastMath::named(&name.to_string()) else {
                let message = format!("`{name}` is not something to allow: there are {FLAGS}");
                return Err(syn::Error::new(name.span(), message));
            };
            let allowed = &mut self.result.options.fastmath;
            *allowed = allowed.with(flag);
        }
        Ok(())
    }

    /// `fastmath = true` or `false`.
    fn fastmath_or_not(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let at = input.span();
        let value: syn::LitBool = input.parse().map_err(|_| {
            syn::Error::new(at, "`fastmath` is `true` or `false`: write one of them, or name what to allow as in `fastmath(reassoc)`")
        })?;
        self.result.options.fastmath =
            if value.value { FastMath::ALL } else { FastMath::default() };
        Ok(())
    }

    fn inline(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let at = input.span();
        let value = input.parse::<LitStr>().map(|value| value.value()).unwrap_or_default();
        self.result.options.inline = match value.as_str() {
            "always" => Inline::Always,
            "never" => Inline::Never,
            _ => {
                let message = "`inline` is `\"always\"` or `\"never\"`: leave it out to let the \
                               compiler decide";
                return Err(syn::Error::new(at, message));
            }
        };
        Ok(())
    }

    fn boundscheck(&mut self, name: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        let at = input.span();
        let value: syn::LitBool = input.parse().map_err(|_| {
            syn::Error::new(at, "`boundscheck` is `true` or `false`: write one of them")
        })?;
        if !value.value {
            self.result.options.unchecked = true;
            self.result.boundscheck = Some(name.span());
        }
        Ok(())
    }

    /// Goes behind the next comma; after a good item there must be nothing before it.
    fn skip_to_comma(&mut self, input: ParseStream<'_>, good: bool) -> syn::Result<()> {
        let mut complained = !good;
        while !input.is_empty() {
            if input.parse::<Option<Token![,]>>()?.is_some() {
                return Ok(());
            }
            if !complained {
                complained = true;
                let message = "expected a comma: separate types, signatures and options by commas";
                self.diagnostics.error(input.span(), message);
            }
            input.parse::<TokenTree>()?;
        }
        Ok(())
    }
}

/// `target = "cpu"` or `"parallel"`: one core or all of them, with the same bits.
fn is_parallel(input: ParseStream<'_>) -> syn::Result<bool> {
    let at = input.span();
    let value = input.parse::<LitStr>().map(|value| value.value()).unwrap_or_default();
    match value.as_str() {
        "cpu" => Ok(false),
        "parallel" => Ok(true),
        _ => {
            let message = "`target` is `\"cpu\"` or `\"parallel\"`: write one of them";
            Err(syn::Error::new(at, message))
        }
    }
}

/// Whether an item is an option, known or not, rather than a type.
fn is_option(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    let Ok(name) = ahead.call(<Ident as syn::ext::IdentExt>::parse_any) else { return false };
    if ahead.peek(Token![=]) {
        return true;
    }
    let name = name.to_string();
    let type_like = name.parse::<Dtype>().is_ok()
        || name.starts_with(char::is_uppercase)
        || matches!(name.as_str(), "dyn" | "impl" | "fn" | "crate" | "self" | "super");
    !type_like && !ahead.peek(Token![::])
}
