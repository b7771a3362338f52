//! Types as written.

use crate::lowering::{Lowering, name_of};
use crate::start::{first_token, start_of_path};
use mambo_ir::Dtype;
use mambo_ir::kernel::{ArrayHolder, TypeExpr};
use mambo_ir::signature::MAX_RANK;
use proc_macro2::Span;
use quote::ToTokens;
use syn::{GenericArgument, PathArguments, Type};

/// Types of the standard library and of ndarray that kernels do not have, and what to write
/// instead.
const REJECTED: [(&str, &str); 21] = [
    ("String", "strings are not part of the kernel language: pass numbers, or bytes as `&[u8]`"),
    ("str", "strings are not part of the kernel language: pass numbers, or bytes as `&[u8]`"),
    ("char", "characters are not part of the kernel language: use `u8` or `u32`"),
    ("f16", "half-precision floats are not part of the kernel language: use `f32`"),
    ("f128", "quadruple-precision floats are not part of the kernel language: use `f64`"),
    (
        "Vec",
        "`Vec` is not part of the kernel language: take `&[T]` or `&mut [T]`, and allocate \
             with `Array1`",
    ),
    ("VecDeque", "queues are not part of the kernel language: use an array and two indices"),
    ("Box", "`Box` is not part of the kernel language: use the value itself, or an `Array1`"),
    ("Rc", "shared pointers are not part of the kernel language: take `&T`"),
    ("Arc", "shared pointers are not part of the kernel language: take `&T`"),
    ("HashMap", "maps are not part of the kernel language: use arrays indexed by number"),
    ("BTreeMap", "maps are not part of the kernel language: use arrays indexed by number"),
    ("HashSet", "sets are not part of the kernel language: use an array of `bool`"),
    ("BTreeSet", "sets are not part of the kernel language: use an array of `bool`"),
    ("Result", "`Result` is not part of the kernel language: return an `Option` or a status"),
    ("RefCell", "cells are not part of the kernel language: take `&mut T`"),
    (
        "ArrayD",
        "arrays in a kernel have a fixed rank of 0 to 6: write `Array2`, say, and convert \
                with `into_dimensionality` outside",
    ),
    (
        "ArrayViewD",
        "arrays in a kernel have a fixed rank of 0 to 6: write `ArrayView2`, say, and \
                    convert with `into_dimensionality` outside",
    ),
    (
        "ArrayBase",
        "`ArrayBase` does not say how the array is held: write `Array`, `ArrayView`, \
                   `ArrayViewMut` or `&ArrayRef`",
    ),
    ("CowArray", "copy-on-write arrays are not part of the kernel language: take an `ArrayView`"),
    ("ArcArray", "shared arrays are not part of the kernel language: take an `ArrayView`"),
];

impl Lowering {
    /// A type.
    pub(crate) fn lower_type(&mut self, source: &Type) -> TypeExpr {
        let at = start_of_type(source);
        self.deeper(at, |this| this.type_here(source, at)).unwrap_or(TypeExpr::Infer)
    }

    fn type_here(&mut self, source: &Type, at: Span) -> TypeExpr {
        match source {
            Type::Group(group) => self.lower_type(&group.elem),
            Type::Paren(paren) => self.lower_type(&paren.elem),
            Type::Infer(_) => TypeExpr::Infer,
            Type::Path(path) if path.qself.is_some() => {
                TypeExpr::Host(self.host.host_type(source.clone()))
            }
            Type::Path(path) => self.path_type(&path.path),
            Type::Tuple(tuple) => {
                TypeExpr::Tuple(tuple.elems.iter().map(|item| self.lower_type(item)).collect())
            }
            Type::Array(array) => {
                let item = Box::new(self.lower_type(&array.elem));
                TypeExpr::FixedArray(item, Box::new(self.constant_length(&array.len)))
            }
            Type::Slice(slice) => TypeExpr::Slice(Box::new(self.lower_type(&slice.elem))),
            Type::Reference(reference) => TypeExpr::Ref {
                mutable: reference.mutability.is_some(),
                to: Box::new(self.lower_type(&reference.elem)),
            },
            other => self.unsupported_type(other, at),
        }
    }

    fn unsupported_type(&mut self, source: &Type, at: Span) -> TypeExpr {
        let message = match source {
            Type::ImplTrait(_) => {
                "`impl Trait` is not part of the kernel language: name the type with a generic \
                 parameter, `fn name<T: Trait>(x: T)`"
            }
            Type::TraitObject(_) => {
                "`dyn` types are not part of the kernel language: use a generic parameter"
            }
            Type::FnPtr(_) => {
                "function pointers are not part of the kernel language: call the function by its \
                 name, or write a closure in the kernel"
            }
            Type::Ptr(_) => {
                "raw pointers are not part of the kernel language: take `&T`, `&mut T` or a slice"
            }
            Type::Never(_) => {
                "a kernel returns to its caller: leave the type out, or write that of a value"
            }
            Type::Macro(_) => "macros are not expanded in the types of a kernel: write the type",
            _ => {
                "this type is not part of the kernel language: use numbers, tuples, arrays, \
                  slices or structures"
            }
        };
        self.error(at, message);
        TypeExpr::Infer
    }

    /// The type a path names.
    pub(crate) fn path_type(&mut self, path: &syn::Path) -> TypeExpr {
        let Some(last) = path.segments.last() else { return TypeExpr::Infer };
        let name = name_of(&last.ident);
        if path.segments.len() == 1
            && let Some(index) = self.generics.iter().position(|generic| *generic == name)
        {
            return TypeExpr::Generic(index as u32);
        }
        if let Ok(dtype) = name.parse::<Dtype>() {
            return TypeExpr::Scalar(dtype);
        }
        if let Some((_, message)) = REJECTED.iter().find(|(rejected, _)| *rejected == name) {
            self.error(last.ident.span(), message);
            return TypeExpr::Infer;
        }
        if name == "Self" {
            self.error(
                last.ident.span(),
                "a kernel is a free function and has no `Self`: name the type",
            );
            return TypeExpr::Infer;
        }
        if let Some((holder, rank)) = array_name(&name) {
            return self.array_type(last, holder, rank);
        }
        if name == "Option" {
            let mut types = type_args(last);
            let item = types.next().map_or(TypeExpr::Infer, |item| self.lower_type(item));
            return TypeExpr::Option(Box::new(item));
        }
        if let Some(part) = complex_part(&name) {
            return TypeExpr::Complex(Box::new(TypeExpr::Scalar(part)));
        }
        // Without a type argument it may be a structure of the host.
        if name == "Complex"
            && let Some(part) = type_args(last).next()
        {
            return TypeExpr::Complex(Box::new(self.lower_type(part)));
        }
        let path = syn::TypePath { attrs: Vec::new(), qself: None, path: path.clone() };
        TypeExpr::Host(self.host.host_type(Type::Path(path)))
    }

    fn array_type(
        &mut self,
        segment: &syn::PathSegment,
        holder: ArrayHolder,
        rank: Option<u8>,
    ) -> TypeExpr {
        let mut types = type_args(segment);
        let item = types.next().map_or(TypeExpr::Infer, |item| self.lower_type(item));
        let rank = rank.or_else(|| types.next().and_then(|dimension| self.rank(dimension)));
        if rank.is_some_and(|rank| rank as usize > MAX_RANK) {
            self.error(
                segment.ident.span(),
                format_args!(
                    "arrays in a kernel have 0 to {MAX_RANK} dimensions: fold two axes into one"
                ),
            );
        }
        TypeExpr::Array { holder, item: Box::new(item), rank }
    }

    /// The rank a dimension type means: `Ix2`, `Dim<[usize; 2]>`; `None` if it does not say.
    fn rank(&mut self, dimension: &Type) -> Option<u8> {
        let Type::Path(path) = dimension else { return None };
        let last = path.path.segments.last()?;
        let name = name_of(&last.ident);
        match name.as_str() {
            "IxDyn" => {
                self.error(
                    last.ident.span(),
                    "arrays in a kernel have a fixed rank of 0 to 6: write `Ix2`, say, and \
                     convert with `into_dimensionality` outside",
                );
                None
            }
            "Dim" => match type_args(last).next()? {
                Type::Array(array) => match &array.len {
                    syn::Expr::Lit(literal) => match &literal.lit {
                        syn::Lit::Int(len) => len.base10_parse().ok(),
                        _ => None,
                    },
                    _ => None,
                },
                _ => None,
            },
            _ => name.strip_prefix("Ix")?.parse().ok(),
        }
    }

    /// Whether functions of the type of this name are of the language, or at least an error
    /// of their own.
    pub(crate) fn is_language_type(&self, name: &str) -> bool {
        name.parse::<Dtype>().is_ok()
            || self.generics.iter().any(|generic| generic == name)
            || array_name(name).is_some()
            || name == "Option"
            || is_complex(name)
            || REJECTED.iter().any(|(rejected, _)| *rejected == name)
    }
}

/// Whether a type of this name is one of complex numbers.
pub(crate) fn is_complex(name: &str) -> bool {
    name == "Complex" || complex_part(name).is_some()
}

/// The parts of a complex type that says them by its name.
fn complex_part(name: &str) -> Option<Dtype> {
    match name {
        "Complex32" => Some(Dtype::F32),
        "Complex64" => Some(Dtype::F64),
        _ => None,
    }
}

/// What an array type of ndarray says by its name.
fn array_name(name: &str) -> Option<(ArrayHolder, Option<u8>)> {
    let (holder, rest) = [
        ("ArrayViewMut", ArrayHolder::ViewMut),
        ("ArrayView", ArrayHolder::View),
        ("ArrayRef", ArrayHolder::Ref),
        ("Array", ArrayHolder::Owned),
    ]
    .into_iter()
    .find_map(|(prefix, holder)| Some((holder, name.strip_prefix(prefix)?)))?;
    match rest {
        "" => Some((holder, None)),
        _ => Some((holder, Some(rest.parse().ok()?))),
    }
}

/// The type arguments of a segment, without lifetimes.
fn type_args(segment: &syn::PathSegment) -> impl Iterator<Item = &Type> {
    let arguments = match &segment.arguments {
        PathArguments::AngleBracketed(arguments) => Some(&arguments.args),
        _ => None,
    };
    arguments.into_iter().flatten().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// The first token of a type.
fn start_of_type(source: &Type) -> Span {
    match source {
        Type::Path(path) => match &path.qself {
            Some(qself) => qself.lt_token.span,
            None => start_of_path(&path.path),
        },
        Type::Reference(reference) => reference.and_token.span,
        Type::Tuple(tuple) => tuple.paren_token.span.open(),
        Type::Array(array) => array.bracket_token.span.open(),
        Type::Slice(slice) => slice.bracket_token.span.open(),
        other => first_token(other.to_token_stream()),
    }
}
