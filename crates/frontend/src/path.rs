//! Paths as values, and the kinds of names a path can end in.

use crate::lowering::{Lowering, name_of, starts_upper};
use crate::scope::Binding;
use crate::start::start_of_path;
use crate::types::is_complex;
use mambo_ir::Dtype;
use mambo_ir::kernel::{Expr, ExprKind, Literal, TypeId};
use proc_macro2::Span;

impl Lowering {
    /// A path as a value: a binding, `None` or a host constant.
    pub(crate) fn path_expr(&mut self, source: &syn::ExprPath) -> Expr {
        if let Some(qself) = &source.qself {
            return self.error_expr(
                qself.lt_token.span,
                "constants of a trait are not named with `<T as Trait>::` in a kernel: write \
                 `T::NAME`",
            );
        }
        let path = &source.path;
        let at = start_of_path(path);
        let names = names(path);
        if let [name] = &names[..] {
            if let Some(order) = self.bare_ordering(name, at) {
                return self.ordering(order, at);
            }
            if let Some(kind) = self.single_name(name) {
                return self.node(kind, at);
            }
            if *name == self.kernel_name {
                return self.error_expr(
                    at,
                    "a kernel is not a value: call it, or write a closure that calls it",
                );
            }
        }
        match names.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["self" | "Self"] | ["Self", ..] => {
                return self.error_expr(
                    at,
                    "a kernel is a free function and has no `self` or `Self`: pass the value in as a \
                     parameter",
                );
            }
            [.., "Option", "None"] => return self.node(ExprKind::Option(None), at),
            [.., owner, function]
                if !starts_upper(function)
                    && (self.is_language_type(owner) || starts_upper(owner)) =>
            {
                return self.error_expr(
                    at,
                    "a function is not a value in a kernel: write a closure that calls it, such \
                     as `|x| f64::sqrt(x)`",
                );
            }
            [.., "Ordering", name] if let Some(order) = order_of(name) => {
                return self.ordering(order, at);
            }
            [.., owner, variant] if is_variant(owner, variant) => {
                return self.error_expr(at, ENUM);
            }
            _ => {}
        }
        let capture = self.host.capture(syn::Expr::Path(source.clone()));
        self.node(ExprKind::Capture(capture), at)
    }

    /// The ordering that a name without a path means: by a `use` of the body, or by one above
    /// the function. The second is left to rustc to check, as the value of a constant.
    pub(crate) fn bare_ordering(&mut self, name: &str, at: Span) -> Option<i8> {
        match self.find(name) {
            Some(Binding::Ordering(order)) => Some(order),
            Some(_) => None,
            None => {
                let order = order_of(name)?;
                let ident = syn::Ident::new(name, at);
                self.host.capture(syn::parse_quote!({
                    let order: ::core::cmp::Ordering = #ident;
                    order as i8
                }));
                Some(order)
            }
        }
    }

    /// `Ordering::Less` and its like: how 1 compares.
    fn ordering(&mut self, order: i8, at: Span) -> Expr {
        let with = u128::from(1_u8.wrapping_sub(order as u8));
        let number = |value| ExprKind::Literal(Literal::Int(value, Some(Dtype::U8)));
        let receiver = Box::new(self.node(number(1), at));
        let args = vec![self.node(number(with), at)];
        let name = "cmp".to_owned();
        self.node(ExprKind::MethodCall { receiver, name, types: Vec::new(), args }, at)
    }

    fn single_name(&mut self, name: &str) -> Option<ExprKind> {
        match self.find(name) {
            Some(Binding::Local(local)) => Some(ExprKind::Local(local)),
            Some(Binding::Const(item)) => Some(ExprKind::Capture(self.const_capture(item))),
            Some(Binding::Ordering(_)) => None,
            None if name == "None" => Some(ExprKind::Option(None)),
            None => None,
        }
    }

    /// The structure a path names; `None`, with an error, if it is none.
    pub(crate) fn struct_type(
        &mut self,
        qself: Option<&syn::QSelf>,
        path: &syn::Path,
    ) -> Option<TypeId> {
        let at = start_of_path(path);
        if qself.is_some() {
            self.error(at, "a structure is not named through a trait in a kernel: write its name");
            return None;
        }
        let names = names(path);
        match names.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["Self", ..] => {
                self.error(at, "a kernel is a free function and has no `Self`: name the type");
                None
            }
            [.., owner, name] if starts_upper(owner) && starts_upper(name) => {
                self.error(at, ENUM);
                None
            }
            [.., name] if is_complex(name) => Some(self.complex_structure(path)),
            [.., name] if self.is_language_type(name) => {
                self.error(at, "this type has no fields: write the name of a structure");
                None
            }
            _ => {
                let ty = syn::TypePath { attrs: Vec::new(), qself: None, path: path.clone() };
                Some(self.host.host_type(syn::Type::Path(ty)))
            }
        }
    }

    /// A complex number as a structure. If its parts are not written, they are found as those of
    /// float literals are: `f64` without other evidence.
    fn complex_structure(&mut self, path: &syn::Path) -> TypeId {
        let mut path = path.clone();
        if let Some(last) = path.segments.last_mut()
            && last.ident == "Complex"
            && !names_a_type(&last.arguments)
        {
            last.arguments = syn::PathArguments::AngleBracketed(syn::parse_quote!(<f64>));
        }
        let ty = syn::TypePath { attrs: Vec::new(), qself: None, path };
        self.host.host_type(syn::Type::Path(ty))
    }
}

/// Said wherever the variant of an enum is named.
pub(crate) const ENUM: &str = "enums other than `Option` are not part of the kernel language: \
                               use integer constants and `match` on them";

/// The variants of `std::cmp::Ordering`.
pub(crate) const ORDERINGS: [(&str, i8); 3] = [("Less", -1), ("Equal", 0), ("Greater", 1)];

/// The ordering of this name.
pub(crate) fn order_of(name: &str) -> Option<i8> {
    ORDERINGS.iter().find(|(known, _)| *known == name).map(|(_, order)| *order)
}

/// The names of a path's segments.
pub(crate) fn names(path: &syn::Path) -> Vec<String> {
    path.segments.iter().map(|segment| name_of(&segment.ident)).collect()
}

/// Whether a path ending in these two names means the variant of an enum.
pub(crate) fn is_variant(owner: &str, name: &str) -> bool {
    starts_upper(owner) && starts_upper(name) && !crate::lowering::is_all_caps(name)
}

/// Whether type arguments are there, and more than `_`.
fn names_a_type(arguments: &syn::PathArguments) -> bool {
    match arguments {
        syn::PathArguments::AngleBracketed(arguments) => arguments
            .args
            .iter()
            .any(|argument| !matches!(argument, syn::GenericArgument::Type(syn::Type::Infer(_)))),
        _ => false,
    }
}
