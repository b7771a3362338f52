//! Panic sites against the instructions that name them.

use super::{Check, demand};
use crate::dtype::Dtype;
use crate::function::{Function, Module, SiteId, Value};
use crate::signature::MAX_RANK;
use crate::site::{MAX_OPERANDS, SiteKind};

/// Rules of a site by itself.
pub(super) fn check_form(kind: &SiteKind) -> Check {
    match kind {
        SiteKind::Message { parts, holes } => {
            demand!(
                parts.len() == holes.len() + 1,
                "a message has one more part than holes, here {} and {}",
                parts.len(),
                holes.len()
            );
            demand!(holes.len() <= MAX_OPERANDS, "a message has at most {MAX_OPERANDS} holes");
        }
        SiteKind::AssertCompare { operator, .. } => {
            demand!(
                matches!(operator.as_str(), "==" | "!="),
                "an assert_compare compares with `==` or `!=`"
            );
        }
        _ => {}
    }
    Ok(())
}

/// The kind of a site in the table.
pub(super) fn kind(module: &Module, site: SiteId) -> Result<&SiteKind, String> {
    match module.sites.get(site.index()) {
        Some(site) => Ok(&site.kind),
        None => Err(format!("{site} is not in the table of sites")),
    }
}

/// An `assert` or `panic`: its operands are what the message of the site needs.
pub(super) fn check_panic(
    module: &Module,
    function: &Function,
    site: SiteId,
    operands: &[Value],
) -> Check {
    let mut found = Vec::with_capacity(operands.len());
    for &operand in operands {
        match function.ty(operand).as_scalar() {
            Some(dtype) => found.push(dtype),
            None => return Err("operands of a panic are scalars".into()),
        }
    }
    let fits = match kind(module, site)? {
        SiteKind::Index { .. } | SiteKind::Shape { .. } => found == [Dtype::Usize; 2],
        SiteKind::Slice { .. } => {
            found.len() == 3
                && found.iter().all(|dtype| matches!(dtype, Dtype::Usize | Dtype::Isize))
        }
        SiteKind::DivideByZero
        | SiteKind::RemainderByZero
        | SiteKind::DivideOverflow
        | SiteKind::RemainderOverflow
        | SiteKind::Recursion => found.is_empty(),
        SiteKind::Message { holes, .. } => found.iter().eq(holes.iter().map(|(dtype, _)| dtype)),
        SiteKind::AssertCompare { dtype, .. } => found == [*dtype; 2],
        SiteKind::Allocation { .. } => {
            found.len() <= MAX_RANK && found.iter().all(|&dtype| dtype == Dtype::Usize)
        }
        SiteKind::HostPanic => return Err("only a host call panics at a host_panic site".into()),
    };
    demand!(fits, "operands of a panic are those that the message of its site shows");
    Ok(())
}
