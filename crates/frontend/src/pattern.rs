//! Patterns.

use crate::expr::member_name;
use crate::literal::Signed;
use crate::lowering::{Lowering, is_all_caps, name_of, starts_upper};
use crate::path::{ENUM, is_variant, names, order_of};
use crate::scope::Binding;
use crate::start::{first_token, start_of, start_of_path};
use mambo_ir::kernel::{Expr, LocalId, Pattern};
use proc_macro2::Span;
use quote::ToTokens;
use syn::Pat;

/// Whether a pattern may fail to match; where it may not, every name is bound, since a
/// constant could not stand there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Context {
    /// Parameters, `let`, `for`.
    Irrefutable,
    /// `match`, `if let`, `while let`, `let … else`.
    Refutable,
}

/// The names bound by the pattern being lowered.
struct Binder {
    context: Context,
    bound: Vec<(String, LocalId)>,
    /// Names bound by the first alternative of the `|` patterns around this point, which the
    /// other alternatives bind again.
    shared: Vec<(String, LocalId)>,
}

impl Lowering {
    /// A pattern, whose names are bound in the current scope from here on.
    pub(crate) fn pattern(&mut self, source: &Pat, context: Context) -> Pattern {
        let mut binder = Binder { context, bound: Vec::new(), shared: Vec::new() };
        let pattern = self.sub_pattern(source, &mut binder);
        for (name, local) in binder.bound {
            self.scopes.bind(name, Binding::Local(local));
        }
        pattern
    }

    /// The pattern of a `match` arm and its guard.
    pub(crate) fn guarded_pattern(&mut self, source: &Pat) -> (Pattern, Option<Expr>) {
        match source {
            Pat::Guard(guarded) => {
                let pattern = self.pattern(&guarded.pat, Context::Refutable);
                (pattern, Some(self.expr(&guarded.guard)))
            }
            other => (self.pattern(other, Context::Refutable), None),
        }
    }

    fn sub_pattern(&mut self, source: &Pat, binder: &mut Binder) -> Pattern {
        let at = start_of_pattern(source);
        let pattern = self.deeper(at, |this| this.pattern_here(source, at, binder));
        pattern.unwrap_or(Pattern::Wild)
    }

    fn sub_patterns<'a>(
        &mut self,
        sources: impl IntoIterator<Item = &'a Pat>,
        binder: &mut Binder,
    ) -> Vec<Pattern> {
        sources.into_iter().map(|source| self.sub_pattern(source, binder)).collect()
    }

    fn pattern_here(&mut self, source: &Pat, at: Span, binder: &mut Binder) -> Pattern {
        match source {
            Pat::Wild(_) => Pattern::Wild,
            Pat::Rest(_) => Pattern::Rest,
            Pat::Paren(paren) => self.sub_pattern(&paren.pat, binder),
            Pat::Ident(ident) => self.ident_pattern(ident, binder),
            Pat::Tuple(tuple) => Pattern::Tuple(self.sub_patterns(&tuple.elems, binder)),
            Pat::Slice(slice) => Pattern::Array(self.sub_patterns(&slice.elems, binder)),
            Pat::Reference(reference) => {
                Pattern::Ref(Box::new(self.sub_pattern(&reference.pat, binder)))
            }
            Pat::Lit(literal) => self.literal_pattern(&literal.lit),
            Pat::Path(path) => self.path_pattern(path),
            Pat::Range(range) => Pattern::Range {
                start: range.start.as_ref().map(|bound| self.range_bound(bound)),
                end: range.end.as_ref().map(|bound| self.range_bound(bound)),
                inclusive: matches!(range.limits, syn::RangeLimits::Closed(_)),
            },
            Pat::Or(or) => self.or_pattern(or, at, binder),
            Pat::TupleStruct(source) => self.tuple_struct_pattern(source, at, binder),
            Pat::Struct(source) => self.struct_pattern(source, binder),
            other => self.unsupported_pattern(other, at),
        }
    }

    fn unsupported_pattern(&mut self, source: &Pat, at: Span) -> Pattern {
        let message = match source {
            Pat::Macro(_) => {
                "macros are not expanded in the patterns of a kernel: write the \
                              pattern"
            }
            Pat::Const(_) => {
                "inline `const` patterns are not part of the kernel language: name \
                              the value with `const NAME: T = ..;`"
            }
            Pat::Type(_) => {
                "a type cannot stand inside a pattern: write it after the whole \
                             pattern of a `let`"
            }
            _ => {
                "this pattern is not part of the kernel language: bind a name and test it with \
                  `if`"
            }
        };
        self.error(at, message);
        Pattern::Wild
    }

    fn ident_pattern(&mut self, source: &syn::PatIdent, binder: &mut Binder) -> Pattern {
        self.attributes(&source.attrs);
        let at = source.ident.span();
        if let Some(by_ref) = &source.by_ref {
            self.error(
                by_ref.span,
                "`ref` is not part of the kernel language: bind the value itself, or match on \
                 `&x`",
            );
        }
        let name = name_of(&source.ident);
        let plain = source.mutability.is_none() && source.subpat.is_none();
        if plain && let Some(constant) = self.name_pattern(&name, at, binder.context) {
            return constant;
        }
        let sub = source.subpat.as_ref().map(|(_, sub)| Box::new(self.sub_pattern(sub, binder)));
        let local = self.bind_name(name, at, source.mutability.is_some(), binder);
        Pattern::Bind { local, sub }
    }

    /// What a bare name means if it does not bind.
    fn name_pattern(&mut self, name: &str, at: Span, context: Context) -> Option<Pattern> {
        match self.scopes.find(name, |_| None) {
            Some(Binding::Const(item)) => {
                let capture = self.const_capture(item);
                return Some(Pattern::Capture(capture, self.fresh_id()));
            }
            Some(Binding::Local(_)) => return None,
            Some(Binding::Ordering(order)) => return Some(Pattern::Ordering(order)),
            None => {}
        }
        if name == "None" {
            return Some(Pattern::None);
        }
        if context == Context::Irrefutable || !starts_upper(name) {
            return None;
        }
        if let Some(order) = self.bare_ordering(name, at) {
            return Some(Pattern::Ordering(order));
        }
        if !is_all_caps(name) {
            self.error(at, ENUM);
            return Some(Pattern::Wild);
        }
        let ident = syn::Ident::new(name, at);
        let capture = self.host.capture(syn::parse_quote!(#ident));
        Some(Pattern::Capture(capture, self.fresh_id()))
    }

    fn bind_name(&mut self, name: String, at: Span, mutable: bool, binder: &mut Binder) -> LocalId {
        if let Some((_, local)) = binder.bound.iter().find(|(bound, _)| *bound == name) {
            let local = *local;
            self.error(
                at,
                format_args!("`{name}` is bound twice in one pattern: rename one of them"),
            );
            return local;
        }
        let shared = binder.shared.iter().find(|(bound, _)| *bound == name);
        let local = match shared {
            Some((_, local)) => *local,
            None => self.fresh_local(&name, mutable),
        };
        binder.bound.push((name, local));
        local
    }

    /// `a | b`: every alternative binds the names of the first.
    fn or_pattern(&mut self, source: &syn::PatOr, at: Span, binder: &mut Binder) -> Pattern {
        let outer = binder.bound.len();
        let mut cases = source.cases.iter();
        let mut patterns: Vec<Pattern> =
            cases.next().map(|first| self.sub_pattern(first, binder)).into_iter().collect();
        let first = binder.bound.split_off(outer);
        let shared = binder.shared.len();
        binder.shared.extend(first.iter().cloned());
        for case in cases {
            patterns.push(self.sub_pattern(case, binder));
            let others = binder.bound.split_off(outer);
            let lacks = |these: &[(String, LocalId)], those: &[(String, LocalId)]| {
                let missing = these.iter().find(|(name, _)| those.iter().all(|(n, _)| n != name));
                missing.map(|(name, _)| name.clone())
            };
            if let Some(name) = lacks(&first, &others).or_else(|| lacks(&others, &first)) {
                self.error(
                    at,
                    format_args!(
                        "`{name}` is not bound by every alternative: bind the same names on both \
                         sides of `|`"
                    ),
                );
            }
        }
        binder.shared.truncate(shared);
        binder.bound.extend(first);
        Pattern::Or(patterns)
    }

    fn literal_pattern(&mut self, source: &syn::Lit) -> Pattern {
        match self.literal(source) {
            Some(Signed { negative, value }) => Pattern::Literal { negative, value },
            None => Pattern::Wild,
        }
    }

    fn range_bound(&mut self, source: &syn::Expr) -> Box<Pattern> {
        Box::new(match source {
            syn::Expr::Lit(literal) => self.literal_pattern(&literal.lit),
            syn::Expr::Path(path) => match path.path.get_ident() {
                Some(ident) if path.qself.is_none() => self.range_name(ident),
                _ => self.path_pattern(path),
            },
            other => {
                self.error(
                    start_of(other),
                    "the ends of a range pattern are literals or constants: name the value with \
                     `const NAME: T = ..;`",
                );
                Pattern::Wild
            }
        })
    }

    /// A name at the end of a range, which is a constant however it is written.
    fn range_name(&mut self, ident: &syn::Ident) -> Pattern {
        let capture = match self.scopes.find(&name_of(ident), |_| None) {
            Some(Binding::Const(item)) => self.const_capture(item),
            _ => self.host.capture(syn::parse_quote!(#ident)),
        };
        Pattern::Capture(capture, self.fresh_id())
    }

    fn path_pattern(&mut self, source: &syn::ExprPath) -> Pattern {
        let at = start_of_path(&source.path);
        if let Some(qself) = &source.qself {
            self.error(
                qself.lt_token.span,
                "constants of a trait are not named with `<T as Trait>::` in a kernel: write \
                 `T::NAME`",
            );
            return Pattern::Wild;
        }
        match names(&source.path).iter().map(String::as_str).collect::<Vec<_>>()[..] {
            [.., "Option", "None"] => return Pattern::None,
            [.., "Ordering", name] if let Some(order) = order_of(name) => {
                return Pattern::Ordering(order);
            }
            [.., owner, name] if is_variant(owner, name) => {
                self.error(at, ENUM);
                return Pattern::Wild;
            }
            _ => {}
        }
        let capture = self.host.capture(syn::Expr::Path(source.clone()));
        Pattern::Capture(capture, self.fresh_id())
    }

    fn tuple_struct_pattern(
        &mut self,
        source: &syn::PatTupleStruct,
        at: Span,
        binder: &mut Binder,
    ) -> Pattern {
        let names = names(&source.path);
        match names.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["Some"] | [.., "Option", "Some"] => {
                let mut inner = self.sub_patterns(&source.elems, binder);
                if inner.len() != 1 {
                    self.error(at, "`Some` holds one value: write one pattern inside");
                    return Pattern::Wild;
                }
                return Pattern::Some(Box::new(inner.remove(0)));
            }
            ["Ok" | "Err"] | [.., "Result", _] => {
                self.error(
                    at,
                    "`Result` is not part of the kernel language: match on an `Option` or on a \
                     number",
                );
                self.sub_patterns(&source.elems, binder);
                return Pattern::Wild;
            }
            _ => {}
        }
        let ty = self.struct_type(source.qself.as_ref(), &source.path);
        let mut fields = Vec::new();
        for (i, elem) in source.elems.iter().enumerate() {
            if let Pat::Rest(rest) = elem {
                if i + 1 != source.elems.len() {
                    self.error(
                        rest.dot2_token.spans[0],
                        "`..` in front of other fields of a tuple structure is not part of the \
                         kernel language: number the fields, `Name { 2: x, .. }`",
                    );
                }
                continue;
            }
            fields.push((i.to_string(), self.sub_pattern(elem, binder)));
        }
        ty.map_or(Pattern::Wild, |ty| Pattern::Struct { ty, fields })
    }

    fn struct_pattern(&mut self, source: &syn::PatStruct, binder: &mut Binder) -> Pattern {
        let ty = self.struct_type(source.qself.as_ref(), &source.path);
        let mut fields = Vec::new();
        for field in &source.fields {
            self.attributes(&field.attrs);
            let name = member_name(&field.member);
            let pattern = match (&field.colon_token, &*field.pat) {
                // The name of a field binds even where a constant has the same name.
                (None, Pat::Ident(ident)) if ident.by_ref.is_none() => {
                    let mutable = ident.mutability.is_some();
                    let local = self.bind_name(name.clone(), ident.ident.span(), mutable, binder);
                    Pattern::Bind { local, sub: None }
                }
                (_, pattern) => self.sub_pattern(pattern, binder),
            };
            fields.push((name, pattern));
        }
        ty.map_or(Pattern::Wild, |ty| Pattern::Struct { ty, fields })
    }
}

/// The first token of a pattern.
fn start_of_pattern(source: &Pat) -> Span {
    match source {
        Pat::Ident(ident) => ident.ident.span(),
        Pat::Wild(wild) => wild.underscore_token.span,
        Pat::Tuple(tuple) => tuple.paren_token.span.open(),
        Pat::Slice(slice) => slice.bracket_token.span.open(),
        Pat::Lit(literal) => literal.lit.span(),
        other => first_token(other.to_token_stream()),
    }
}
