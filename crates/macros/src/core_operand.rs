//! The parameters of a function over small arrays, held against the layout of its operands.

use crate::face::Face;
use mambo_frontend::TextLayout;
use proc_macro2::{Ident, Span};
use syn::spanned::Spanned;
use syn::{GenericArgument, PathArguments, Type};

/// The most operands before the arrow, and behind it.
const MAX: (usize, usize) = (8, 6);

/// A parameter, and the operand that it is for.
pub(crate) struct Parameter {
    pub(crate) name: Ident,
    pub(crate) ty: Type,
    /// The type of its elements, as written.
    pub(crate) elem: Type,
    /// How many core dimensions it has.
    pub(crate) rank: usize,
    pub(crate) written: bool,
}

/// What the name of a type tells.
struct Written<'a> {
    elem: &'a Type,
    /// How many axes, if that is in the name.
    rank: Option<usize>,
    mutable: bool,
    number: bool,
}

impl<'a> Written<'a> {
    fn of(ty: &'a Type) -> Self {
        let number = Written { elem: ty, rank: Some(0), mutable: false, number: true };
        match ty {
            Type::Paren(inner) => Written::of(&inner.elem),
            Type::Group(inner) => Written::of(&inner.elem),
            Type::Reference(reference) if reference.mutability.is_some() => {
                Written { elem: &reference.elem, mutable: true, ..number }
            }
            Type::Path(path) => {
                let Some(segment) = path.path.segments.last() else { return number };
                let name = segment.ident.to_string();
                let (mutable, rank) = match name.strip_prefix("ArrayView") {
                    Some(rest) => match rest.strip_prefix("Mut") {
                        Some(rank) => (true, rank),
                        None => (false, rest),
                    },
                    None => return number,
                };
                let PathArguments::AngleBracketed(args) = &segment.arguments else { return number };
                let mut types = args.args.iter().filter_map(|arg| match arg {
                    GenericArgument::Type(ty) => Some(ty),
                    _ => None,
                });
                let Some(elem) = types.next() else { return number };
                Written { elem, rank: rank.parse().ok(), mutable, number: false }
            }
            _ => number,
        }
    }
}

/// The parameters, or what is wrong with them.
pub(crate) fn parameters(
    face: &Face<'_>,
    layout: &TextLayout,
    errors: &mut Vec<syn::Error>,
) -> Vec<Parameter> {
    let mut say = |span: Span, message: String| errors.push(syn::Error::new(span, message));
    let text = layout.literal.value();
    if face.types.len() != layout.operands.len() {
        let message = format!(
            "the layout `{text}` has {} operands, and the function {} parameters: one for each, \
             outputs included",
            layout.operands.len(),
            face.types.len()
        );
        say(face.name().span(), message);
        return vec![];
    }
    if layout.inputs() > MAX.0 || layout.operands.len() - layout.inputs() > MAX.1 {
        let message = format!(
            "a generalized universal function has at most {} operands before the arrow and {} \
             behind it",
            MAX.0, MAX.1
        );
        say(layout.literal.span(), message);
    }
    if face.result != syn::parse_quote!(()) {
        let message = "a generalized universal function writes its results to its last parameters, \
                       and returns nothing";
        say(face.result.span(), message.into());
    }
    let mut parameters = Vec::new();
    for (number, (&ty, name)) in face.types.iter().zip(&face.names).enumerate() {
        let dims = &layout.operands[number];
        let own = Written::of(ty);
        let is_input = layout.arrow.is_some_and(|arrow| number < arrow);
        let is_output = layout.arrow.is_some_and(|arrow| number >= arrow);
        let wanted = |mutable: bool| match (dims.len(), mutable) {
            (0, false) => "a number".to_string(),
            (0, true) => "`&mut` of a number, or an `ArrayViewMut0`".to_string(),
            (rank, false) => format!("an `ArrayView{rank}`"),
            (rank, true) => format!("an `ArrayViewMut{rank}`"),
        };
        if is_input && own.mutable {
            let message = format!(
                "`{name}` is an input of the layout `{text}`, and so must be {}: to change it in \
                 place, leave out the arrow and what is behind it",
                wanted(false)
            );
            say(ty.span(), message);
        } else if is_output && !own.mutable {
            let message = format!(
                "`{name}` is an output of the layout `{text}`, and so must be {}",
                wanted(true)
            );
            say(ty.span(), message);
        } else if own.rank.is_some_and(|rank| rank != dims.len())
            || !own.mutable && !own.number && dims.is_empty()
        {
            let message = format!(
                "`{name}` has {} core dimensions in the layout `{text}`, and so must be {}",
                dims.len(),
                wanted(own.mutable)
            );
            say(ty.span(), message);
        }
        parameters.push(Parameter {
            name: name.clone(),
            ty: ty.clone(),
            elem: own.elem.clone(),
            rank: dims.len(),
            written: own.mutable,
        });
    }
    if layout.arrow.is_none() && !parameters.iter().any(|parameter| parameter.written) {
        let message = format!(
            "nothing is written: the layout `{text}` has no outputs, and no parameter is an \
             `ArrayViewMut` or `&mut`"
        );
        say(layout.literal.span(), message);
    }
    parameters
}
