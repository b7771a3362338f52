//! Lowers patterns: the test whether a value matches, and the bindings it makes.

use super::expr::literal_const;
use super::place::memory_field;
use super::value::{Place, Val};
use super::{Lower, Result};
use crate::infer::pattern::{is_rest, tuple_positions};
use crate::infer::ty::Ty;
use mambo_ir::function::{Binary, Compare, Value};
use mambo_ir::kernel::{LocalId, Pattern};

impl<'u> Lower<'_, 'u> {
    /// Whether a pattern matches every value.
    pub(super) fn is_irrefutable(&self, pattern: &Pattern) -> bool {
        match pattern {
            Pattern::Wild | Pattern::Rest => true,
            Pattern::Bind { sub, .. } => sub.as_ref().is_none_or(|sub| self.is_irrefutable(sub)),
            Pattern::Tuple(items) | Pattern::Array(items) => {
                items.iter().all(|item| self.is_irrefutable(item))
            }
            Pattern::Struct { fields, .. } => {
                fields.iter().all(|(_, field)| self.is_irrefutable(field))
            }
            Pattern::Ref(inner) => self.is_irrefutable(inner),
            _ => false,
        }
    }

    /// Whether `value` matches `pattern`.
    pub(super) fn test(&mut self, pattern: &'u Pattern, value: &Val) -> Result<Value> {
        if self.is_irrefutable(pattern) {
            return Ok(self.b.constant(true));
        }
        match pattern {
            Pattern::Bind { sub: Some(inner), .. } | Pattern::Ref(inner) => self.test(inner, value),
            Pattern::Tuple(items) => {
                let fields = self.fields(value.clone())?;
                self.test_all(
                    tuple_positions(items, fields.len())
                        .into_iter()
                        .map(|(position, index)| (&items[position], fields[index].clone())),
                )
            }
            Pattern::Struct { fields, .. } => {
                let values = self.fields(value.clone())?;
                let places = self.struct_places(pattern, fields)?;
                self.test_all(
                    fields.iter().zip(places).map(|((_, field), at)| (field, values[at].clone())),
                )
            }
            Pattern::Array(items) => {
                let values = self.array_items(value, items)?;
                self.test_all(values.into_iter())
            }
            Pattern::Literal { negative, value: literal } => {
                let own = self.scalar(value.clone())?;
                let dtype = self.b.func.dtype(own);
                let Some(constant) = literal_const(literal, *negative, Some(dtype)) else {
                    return self.error(self.span, "this literal does not fit its type");
                };
                let constant = self.b.constant(constant);
                Ok(self.b.compare(Compare::Eq, own, constant))
            }
            Pattern::Capture(id, _) => {
                let capture = self.unit.capture(*id, self.span)?;
                let constant = self.capture(&capture);
                self.equal(value, &constant)
            }
            Pattern::Range { start, end, inclusive } => {
                let own = self.scalar(value.clone())?;
                let upper = if *inclusive { Compare::Le } else { Compare::Lt };
                let mut all = self.b.constant(true);
                for (bound, compare) in [(start, Compare::Ge), (end, upper)] {
                    if let Some(bound) = bound {
                        let bound = self.bound_value(bound, own)?;
                        let holds = self.b.compare(compare, own, bound);
                        all = self.b.binary(Binary::And, all, holds);
                    }
                }
                Ok(all)
            }
            Pattern::Or(choices) => {
                let mut any = self.b.constant(false);
                for choice in choices {
                    let holds = self.test(choice, value)?;
                    any = self.b.binary(Binary::Or, any, holds);
                }
                Ok(any)
            }
            Pattern::Some(inner) => {
                let (some, item) = self.option_parts(value.clone())?;
                let inner = self.test(inner, &item)?;
                Ok(self.b.binary(Binary::And, some, inner))
            }
            Pattern::None => {
                let (some, _) = self.option_parts(value.clone())?;
                Ok(self.b.unary(mambo_ir::function::Unary::Not, some))
            }
            Pattern::Ordering(order) => {
                let sign = self.sign(value.clone())?;
                let equal = self.b.constant(0i8);
                let compare = match order {
                    0 => Compare::Eq,
                    1.. => Compare::Gt,
                    _ => Compare::Lt,
                };
                Ok(self.b.compare(compare, sign, equal))
            }
            Pattern::Wild | Pattern::Rest | Pattern::Bind { .. } => Ok(self.b.constant(true)),
        }
    }

    fn test_all(&mut self, parts: impl Iterator<Item = (&'u Pattern, Val)>) -> Result<Value> {
        let mut all = self.b.constant(true);
        for (pattern, value) in parts {
            let holds = self.test(pattern, &value)?;
            all = self.b.binary(Binary::And, all, holds);
        }
        Ok(all)
    }

    /// The value of a bound of a range pattern for scalars like `like`.
    fn bound_value(&mut self, bound: &'u Pattern, like: Value) -> Result<Value> {
        match bound {
            Pattern::Literal { negative, value } => {
                let dtype = self.b.func.dtype(like);
                match literal_const(value, *negative, Some(dtype)) {
                    Some(constant) => Ok(self.b.constant(constant)),
                    None => self.error(self.span, "this literal does not fit its type"),
                }
            }
            Pattern::Capture(id, _) => {
                let capture = self.unit.capture(*id, self.span)?;
                let value = self.capture(&capture);
                self.scalar(value)
            }
            _ => {
                self.error(self.span, "the bound of a range pattern must be a literal or constant")
            }
        }
    }

    /// Binds the names of a pattern that is known to match.
    pub(super) fn bind(&mut self, pattern: &'u Pattern, value: Val) -> Result<()> {
        match pattern {
            Pattern::Wild
            | Pattern::Rest
            | Pattern::Literal { .. }
            | Pattern::Capture(..)
            | Pattern::Range { .. }
            | Pattern::None
            | Pattern::Ordering(_) => Ok(()),
            Pattern::Bind { local, sub } => {
                if let Some(sub) = sub {
                    self.bind(sub, value.clone())?;
                }
                self.set_local(*local, value)
            }
            Pattern::Tuple(items) => {
                let fields = self.part_references(value)?;
                for (position, index) in tuple_positions(items, fields.len()) {
                    self.bind(&items[position], fields[index].clone())?;
                }
                Ok(())
            }
            Pattern::Struct { fields, .. } => {
                let values = self.part_references(value)?;
                let places = self.struct_places(pattern, fields)?;
                for ((_, field), at) in fields.iter().zip(places) {
                    self.bind(field, values[at].clone())?;
                }
                Ok(())
            }
            Pattern::Array(items) => {
                self.bind_rest(&value, items)?;
                for (pattern, value) in self.array_items(&value, items)? {
                    self.bind(pattern, value)?;
                }
                Ok(())
            }
            Pattern::Ref(inner) => {
                let value = self.loaded(value)?;
                self.bind(inner, value)
            }
            Pattern::Some(inner) => {
                let item = self.some_reference(value)?;
                self.bind(inner, item)
            }
            // Alternatives bind the same names; which one matched decides their values.
            Pattern::Or(choices) => self.bind_choices(choices, value),
        }
    }

    fn bind_choices(&mut self, choices: &'u [Pattern], value: Val) -> Result<()> {
        let Some((first, rest)) = choices.split_first() else { return Ok(()) };
        let mut locals = Vec::new();
        super::walk::bound(first, &mut locals);
        if locals.is_empty() || rest.is_empty() {
            return self.bind(first, value);
        }
        self.bind_choices(rest, value.clone())?;
        let others = self.save(&locals);
        let matched = self.test(first, &value)?;
        self.bind(first, value)?;
        for (local, other) in locals.iter().zip(others) {
            let own = self.env[*local as usize].clone();
            if let (Some(Val::Scalar(own)), Some(Val::Scalar(other))) = (own, other) {
                let either = self.b.select(matched, own, other);
                self.set_env(*local, Some(Val::Scalar(either)));
            } else {
                return self.error(self.span, "alternatives of a pattern may bind numbers only");
            }
        }
        Ok(())
    }

    /// The fields of a tuple, structure or complex number; through `&mut`, references to them.
    fn part_references(&mut self, value: Val) -> Result<Vec<Val>> {
        let fields = self.fields(value.clone())?;
        let Val::Place(whole) = value else { return Ok(fields) };
        let place = |number| match &whole {
            Place::Memory(memory) => Some(Place::Memory(memory_field(memory, number))),
            // An element with fields is a complex number.
            Place::Element { view, indices, part: None } => Some(Place::Element {
                view: *view,
                indices: indices.clone(),
                part: Some(number as u8),
            }),
            Place::Local { local, path } => {
                let path = path.iter().copied().chain([number]).collect();
                Some(Place::Local { local: *local, path })
            }
            _ => None,
        };
        let refer = |(number, field)| place(number).map_or(field, Val::Place);
        Ok(fields.into_iter().enumerate().map(refer).collect())
    }

    /// What `Some` holds; through `&mut`, a reference to it.
    fn some_reference(&mut self, value: Val) -> Result<Val> {
        match value {
            Val::Place(Place::Memory(memory)) => {
                Ok(Val::Place(Place::Memory(super::place::memory_some(&memory))))
            }
            Val::Place(Place::Local { .. }) => {
                self.error(self.span, "what this option holds cannot be referred to here")
            }
            other => Ok(self.option_parts(other)?.1),
        }
    }

    fn struct_places(&self, pattern: &Pattern, fields: &[(String, Pattern)]) -> Result<Vec<usize>> {
        let Pattern::Struct { ty, .. } = pattern else { return Ok(Vec::new()) };
        let ty = Ty::from_host(self.unit.host_type(*ty)?);
        let Some(names) = ty.field_names() else {
            return self.error(self.span, "this is not a structure");
        };
        fields
            .iter()
            .map(|(name, _)| match names.iter().position(|field| field == name) {
                Some(at) => Ok(at),
                None => self.error(self.span, format!("there is no field `{name}`")),
            })
            .collect()
    }

    /// Binds the name in `[first, rest @ ..]` to a copy of the elements between the others.
    fn bind_rest(&mut self, value: &Val, items: &'u [Pattern]) -> Result<()> {
        let Some(at) = items.iter().position(is_rest) else { return Ok(()) };
        let Pattern::Bind { local, .. } = items[at] else { return Ok(()) };
        let Val::Memory(memory) = self.loaded(value.clone())? else {
            return self.error(self.span, "only arrays of fixed size can be taken apart");
        };
        let ty = &self.types.locals[local as usize];
        let rest = self.new_memory(ty);
        let Ty::Fixed(_, len) = ty else {
            return self.error(self.span, "only arrays of fixed size can be taken apart");
        };
        for index in 0..*len {
            let from = self.b.index(at + index);
            let from = self.memory_item(&memory, from);
            let item = self.read_memory(&from);
            let index = self.b.index(index);
            let to = self.memory_item(&rest, index);
            self.write_memory(&to, item);
        }
        self.set_local(local, Val::Memory(rest))
    }

    /// The elements a pattern `[a, b]` names.
    fn array_items(
        &mut self,
        value: &Val,
        items: &'u [Pattern],
    ) -> Result<Vec<(&'u Pattern, Val)>> {
        let referred = matches!(value, Val::Place(_));
        let Val::Memory(memory) = self.loaded(value.clone())? else {
            return self.error(self.span, "only arrays of fixed size can be taken apart");
        };
        let Ty::Fixed(_, len) = memory.ty else {
            return self.error(self.span, "only arrays of fixed size can be taken apart");
        };
        let places = tuple_positions(items, len);
        Ok(places
            .into_iter()
            .map(|(position, index)| {
                let index = self.b.index(index);
                let part = self.memory_item(&memory, index);
                let item = match referred {
                    true => Val::Place(Place::Memory(part)),
                    false => self.read_memory(&part),
                };
                (&items[position], item)
            })
            .collect())
    }

    /// Gives a binding its first value.
    pub(super) fn set_local(&mut self, local: LocalId, value: Val) -> Result<()> {
        let ty = &self.types.locals[local as usize];
        let info = &self.unit.kernel.locals[local as usize];
        let value = match value {
            // A binding of type `&mut` refers; any other takes the value.
            Val::Place(place) if matches!(ty, Ty::RefMut(_)) => Val::Place(place),
            other if matches!(ty, Ty::Array(_)) => self.lent(other)?,
            other => {
                let value = self.loaded(other)?;
                self.own(value)?
            }
        };
        if let Val::Scalar(value) = &value {
            let name = &mut self.b.func.values[value.index()].name;
            name.get_or_insert_with(|| info.name.clone());
        }
        let in_memory = self.assignments.addressed.contains(&local)
            && ty.is_plain()
            && !matches!(value, Val::Memory(_));
        let value = if in_memory {
            let memory = self.new_memory(ty);
            self.write_memory(&memory, value);
            Val::Memory(memory)
        } else {
            value
        };
        let value = match value {
            Val::Memory(memory) => Val::Memory(super::Memory { fresh: false, ..memory }),
            other => options_not_fresh(other),
        };
        self.set_env(local, Some(value));
        Ok(())
    }
}

/// `value` without the knowledge that arrays in options are whole allocations: an option that is
/// kept may be looked into more than once, and an array taken out of it may not be freed then.
fn options_not_fresh(value: Val) -> Val {
    match value {
        Val::Option { .. } => super::control::not_fresh(value),
        Val::Group(items) => Val::Group(items.into_iter().map(options_not_fresh).collect()),
        other => other,
    }
}
