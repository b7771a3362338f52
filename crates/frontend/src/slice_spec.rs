//! `s![…]` of ndarray.

use crate::expr::peeled;
use crate::lowering::Lowering;
use crate::start::{start_of, start_of_path};
use mambo_ir::kernel::{Expr, ExprKind, SliceElem};
use syn::parse::ParseStream;

/// Whether a macro call is `s![…]` or `ndarray::s![…]`.
pub(crate) fn is_slice_spec(source: &syn::Macro) -> bool {
    source.path.segments.last().is_some_and(|last| last.ident == "s")
}

/// One axis as written.
struct Axis {
    value: syn::Expr,
    step: Option<syn::Expr>,
}

fn parse_axes(input: ParseStream<'_>) -> syn::Result<Vec<Axis>> {
    let mut axes = Vec::new();
    while !input.is_empty() {
        let value = input.parse()?;
        let step = match input.parse::<Option<syn::Token![;]>>()? {
            Some(_) => Some(input.parse()?),
            None => None,
        };
        axes.push(Axis { value, step });
        if !input.is_empty() {
            input.parse::<syn::Token![,]>()?;
        }
    }
    Ok(axes)
}

impl Lowering {
    /// The argument of `slice` and its kin.
    pub(crate) fn slice_spec(&mut self, source: &syn::Macro) -> Expr {
        let at = start_of_path(&source.path);
        match source.parse_body_with(parse_axes) {
            Ok(axes) => {
                let axes = axes.iter().map(|axis| self.axis(axis)).collect();
                self.node(ExprKind::SliceSpec(axes), at)
            }
            Err(error) => {
                self.diagnostics.parse_error(error);
                self.dummy(at)
            }
        }
    }

    fn axis(&mut self, axis: &Axis) -> SliceElem {
        match peeled(&axis.value) {
            syn::Expr::Range(range) => SliceElem::Range {
                start: range.start.as_ref().map(|start| self.expr(start)),
                end: range.end.as_ref().map(|end| self.expr(end)),
                inclusive: matches!(range.limits, syn::RangeLimits::Closed(_)),
                step: axis.step.as_ref().map(|step| self.expr(step)),
            },
            syn::Expr::Path(path)
                if path.path.segments.last().is_some_and(|last| last.ident == "NewAxis") =>
            {
                SliceElem::NewAxis
            }
            _ => {
                if let Some(step) = &axis.step {
                    self.error(start_of(step), "only a range has a step: write `start..end;step`");
                }
                SliceElem::Index(self.expr(&axis.value))
            }
        }
    }
}
