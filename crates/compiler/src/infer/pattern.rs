//! Binds the names of a pattern to the types of its parts.

use super::ty::Ty;
use super::{Infer, Result};
use mambo_ir::Span;
use mambo_ir::kernel::{Literal, Pattern};

impl<'a> Infer<'a> {
    /// Binds `pattern` to a value of type `ty`.
    pub(super) fn pattern(&mut self, pattern: &'a Pattern, ty: &Ty, span: Span) -> Result<()> {
        self.part_pattern(pattern, ty, false, span)
    }

    /// Binds `pattern` to a part of a value, which the names refer to if the value is behind
    /// `&mut`: the default binding modes of the Rust reference, section "Patterns".
    fn part_pattern(
        &mut self,
        pattern: &'a Pattern,
        ty: &Ty,
        by_mut: bool,
        span: Span,
    ) -> Result<()> {
        if let Pattern::Bind { local, sub } = pattern {
            let own = self.locals[*local as usize].clone();
            let bound = if by_mut { Ty::RefMut(Box::new(ty.clone())) } else { ty.clone() };
            self.unify(&own, &bound, span)?;
            return match sub {
                Some(sub) => self.part_pattern(sub, ty, by_mut, span),
                None => Ok(()),
            };
        }
        let ty = self.table.shallow(ty);
        let (ty, by_mut) = match &ty {
            Ty::RefMut(to) if !matches!(pattern, Pattern::Ref(_)) => (&**to, true),
            other => (other, by_mut),
        };
        match pattern {
            Pattern::Wild | Pattern::Rest | Pattern::Bind { .. } => Ok(()),
            Pattern::Tuple(items) => self.tuple_pattern(items, ty, by_mut, span),
            Pattern::Array(items) => {
                let item = match self.peel(ty) {
                    Ty::Fixed(item, len) => {
                        self.bind_rest(items, &item, len, by_mut, span)?;
                        *item
                    }
                    Ty::Array(array) => *array.item,
                    _ => {
                        let item = self.table.any();
                        let own = Ty::Fixed(Box::new(item.clone()), items.len());
                        self.unify(&own, ty, span)?;
                        item
                    }
                };
                items
                    .iter()
                    .filter(|each| !is_rest(each))
                    .try_for_each(|each| self.part_pattern(each, &item, by_mut, span))
            }
            Pattern::Struct { ty: id, fields } => {
                let own = self.structure(*id)?;
                self.unify(&own, ty, span)?;
                for (name, each) in fields {
                    let field = self.field_of(&own, name).ok_or_else(|| {
                        self.unit.error(span, format!("`{own}` has no field `{name}`"))
                    })?;
                    self.part_pattern(each, &field, by_mut, span)?;
                }
                Ok(())
            }
            Pattern::Ref(inner) => {
                let ty = self.peel(ty);
                self.pattern(inner, &ty, span)
            }
            Pattern::Literal { value, .. } => {
                let own = match value {
                    Literal::Bool(_) => Ty::BOOL,
                    Literal::Int(_, Some(dtype)) | Literal::Float(_, Some(dtype)) => {
                        Ty::Scalar(*dtype)
                    }
                    Literal::Int(_, None) => self.table.int(),
                    Literal::Float(_, None) => self.table.float(),
                };
                self.unify(&own, ty, span)
            }
            Pattern::Capture(id, _) => {
                let own = Ty::from_host(&self.unit.capture(*id, span)?.ty);
                self.unify(&own, ty, span)
            }
            Pattern::Range { start, end, .. } => [start, end]
                .into_iter()
                .flatten()
                .try_for_each(|bound| self.part_pattern(bound, ty, by_mut, span)),
            Pattern::Or(choices) => {
                choices.iter().try_for_each(|choice| self.part_pattern(choice, ty, by_mut, span))
            }
            Pattern::Some(inner) => {
                let item = self.table.any();
                self.unify(&Ty::option(item.clone()), ty, span)?;
                self.part_pattern(inner, &item, by_mut, span)
            }
            Pattern::None => {
                let item = self.table.any();
                self.unify(&Ty::option(item), ty, span)
            }
            Pattern::Ordering(_) => self.unify(&Ty::ordering(), ty, span),
        }
    }

    /// The type of the name in `[first, rest @ ..]`.
    fn bind_rest(
        &mut self,
        items: &[Pattern],
        item: &Ty,
        len: usize,
        by_mut: bool,
        span: Span,
    ) -> Result<()> {
        for pattern in items {
            if let (true, Pattern::Bind { local, .. }) = (is_rest(pattern), pattern) {
                if by_mut {
                    let message = "`name @ ..` behind `&mut` is not part of the kernel language: change the elements by index, or slice them with `[a..b]`";
                    return Err(self.unit.error(span, message.into()));
                }
                let rest = Ty::Fixed(Box::new(item.clone()), (len + 1).saturating_sub(items.len()));
                let own = self.locals[*local as usize].clone();
                self.unify(&own, &rest, span)?;
            }
        }
        Ok(())
    }

    fn tuple_pattern(
        &mut self,
        items: &'a [Pattern],
        ty: &Ty,
        by_mut: bool,
        span: Span,
    ) -> Result<()> {
        let rest = items.iter().position(|item| matches!(item, Pattern::Rest));
        let known = match self.peel(ty) {
            Ty::Tuple(known) => known,
            _ if rest.is_some() => {
                return Err(self.unit.error(
                    span,
                    "the length of this tuple is not known here; write out the pattern without `..`"
                        .into(),
                ));
            }
            _ => {
                let fresh: Vec<Ty> = items.iter().map(|_| self.table.any()).collect();
                self.unify(&Ty::Tuple(fresh.clone()), ty, span)?;
                fresh
            }
        };
        for (position, index) in tuple_positions(items, known.len()) {
            self.part_pattern(&items[position], &known[index], by_mut, span)?;
        }
        Ok(())
    }
}

/// Which item of a tuple of `len` items each pattern stands for; `..` stands for none.
pub(crate) fn tuple_positions(items: &[Pattern], len: usize) -> Vec<(usize, usize)> {
    positions(items.len(), items.iter().position(is_rest), len)
}

/// Whether a pattern is `..` or `name @ ..`.
pub(crate) fn is_rest(pattern: &Pattern) -> bool {
    match pattern {
        Pattern::Rest => true,
        Pattern::Bind { sub: Some(sub), .. } => matches!(**sub, Pattern::Rest),
        _ => false,
    }
}

/// Which of `len` parts each of `count` positions stands for; the position `rest` stands for
/// none, and those behind it for the last parts.
pub(super) fn positions(count: usize, rest: Option<usize>, len: usize) -> Vec<(usize, usize)> {
    let skipped = (len + 1).saturating_sub(count);
    (0..count)
        .filter(|position| Some(*position) != rest)
        .map(|position| match rest {
            Some(rest) if position > rest => (position, position - 1 + skipped),
            _ => (position, position),
        })
        .filter(|(_, index)| *index < len)
        .collect()
}
