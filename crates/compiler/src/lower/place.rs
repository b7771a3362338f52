//! Reading and writing places: bindings, fields, elements, memory.

use super::value::{ArrayVal, Memory, Place, Val, field_types, memory_leaves};
use super::{Lower, Result};
use crate::infer::ty::Ty;
use mambo_ir::function::{Op, Table, Value, ValueType, ViewType};
use mambo_ir::kernel::{Expr, ExprKind};
use mambo_ir::{Const, Layout, SiteKind};
use std::sync::Arc;

/// How many elements of a fixed-size array are copied one by one rather than in a loop.
const UNROLLED_COPY: u32 = 16;

impl<'u> Lower<'_, 'u> {
    /// The place an expression names, its indices evaluated and checked.
    pub(super) fn place(&mut self, expr: &'u Expr) -> Result<Place> {
        let before = self.enter(expr.span);
        let place = match &expr.kind {
            ExprKind::Local(local) => match &self.env[*local as usize] {
                Some(Val::Memory(memory)) => {
                    Place::Memory(Memory { fresh: false, ..memory.clone() })
                }
                Some(Val::Place(place)) => place.clone(),
                Some(Val::Array(array)) => Place::Array(ArrayVal { ..*array }),
                Some(slice @ Val::Slice(_)) => Place::Temporary(Box::new(slice.clone())),
                Some(_) => Place::Local { local: *local, path: vec![] },
                None => return self.error(expr.span, "this binding has no value here"),
            },
            ExprKind::Field(base, name) => {
                let index = self.field_index(base, name)?;
                match self.place(base)? {
                    Place::Local { local, mut path } => {
                        path.push(index);
                        let field = Place::Local { local, path };
                        // A reference stands for what it refers to.
                        match self.read(&field)? {
                            Val::Place(place) => place,
                            _ => field,
                        }
                    }
                    Place::Memory(memory) => Place::Memory(memory_field(&memory, index)),
                    Place::Element { view, indices, part: None } => {
                        Place::Element { view, indices, part: Some(index as u8) }
                    }
                    Place::Temporary(value) => {
                        let field = self.fields(*value)?.swap_remove(index);
                        temporary(field)
                    }
                    _ => return self.error(expr.span, "this value has no fields"),
                }
            }
            ExprKind::Index(base, index) => self.index_place(expr, base, index)?,
            ExprKind::Deref(inner) => self.place(inner)?,
            _ => temporary(self.expr(expr)?),
        };
        self.enter(before);
        Ok(place)
    }

    /// The position of the field `name` of the type of `base`.
    pub(super) fn field_index(&self, base: &Expr, name: &str) -> Result<usize> {
        let mut ty = self.ty(base);
        while let Ty::RefMut(to) = ty {
            ty = to;
        }
        let index = match ty {
            Ty::Struct(ty) => ty.fields.iter().position(|(field, _)| field == name),
            Ty::Complex(_) => ["re", "im"].iter().position(|field| field == &name),
            _ => name.parse().ok(),
        };
        match index {
            Some(index) => Ok(index),
            None => self.error(base.span, format!("there is no field `{name}`")),
        }
    }

    /// The value at a place.
    pub(super) fn read(&mut self, place: &Place) -> Result<Val> {
        Ok(match place {
            Place::Local { local, path } => {
                let mut value = self.env[*local as usize].as_ref();
                for index in path {
                    value = match value {
                        Some(Val::Group(items)) => items.get(*index),
                        _ => None,
                    };
                }
                match value {
                    Some(value) => value.clone(),
                    None => return self.error(self.span, "this binding has no value here"),
                }
            }
            Place::Element { view, indices, part: None } => self.load(*view, indices),
            Place::Element { view, indices, part: Some(part) } => {
                Val::Scalar(self.b.load_part(*view, indices, *part))
            }
            Place::Memory(memory) => self.read_memory(memory),
            Place::Array(array) => Val::Array(*array),
            Place::Temporary(value) => (**value).clone(),
        })
    }

    /// Overwrites a place.
    pub(super) fn write(&mut self, place: &Place, value: Val) -> Result<()> {
        match place {
            Place::Local { local, path } => {
                let value = self.own(value)?;
                let before = self.env[*local as usize].clone();
                self.changed.push((*local, before));
                let mut slot = self.env[*local as usize].as_mut();
                for index in path {
                    slot = match slot {
                        Some(Val::Group(items)) => items.get_mut(*index),
                        _ => None,
                    };
                }
                match slot {
                    Some(slot) => *slot = value,
                    None => return self.error(self.span, "this place cannot be assigned"),
                }
            }
            Place::Element { view, indices, part: None } => self.store(*view, indices, value)?,
            Place::Element { view, indices, part: Some(part) } => {
                let value = self.scalar(value)?;
                self.b.store_part(*view, indices, *part, value);
            }
            Place::Memory(memory) => {
                let value = self.loaded(value)?;
                self.write_memory(memory, value);
            }
            Place::Array(_) | Place::Temporary(_) => {
                return self.error(
                    self.span,
                    "an array behind a reference cannot be replaced; use `.assign(&other)`",
                );
            }
        }
        Ok(())
    }

    /// Constant memory with these scalars.
    pub(super) fn table(&mut self, ty: &Ty, scalars: &[Const]) -> Memory {
        let shapes = memory_leaves(ty);
        let mut columns = vec![Vec::new(); shapes.len()];
        by_leaf(ty, &mut scalars.iter().copied(), &mut columns);
        let leaves = shapes
            .into_iter()
            .zip(columns)
            .map(|(leaf, scalars)| {
                let view = ViewType { layout: Layout::C, ..leaf.view_type(false) };
                let table = Op::Table(Arc::new(Table { dims: leaf.dims, scalars }));
                self.b.insert_one(table, ValueType::View(view))
            })
            .collect();
        Memory { ty: ty.clone(), leaves, prefix: vec![], part: 0, fresh: false }
    }

    /// New memory of the stack for a value of type `ty`.
    pub(super) fn new_memory(&mut self, ty: &Ty) -> Memory {
        let leaves = memory_leaves(ty)
            .into_iter()
            .map(|leaf| self.b.stack_array(leaf.dtype, &leaf.dims))
            .collect();
        Memory { ty: ty.clone(), leaves, prefix: vec![], part: 0, fresh: true }
    }

    /// The element `index` of a fixed-size array in memory; not checked.
    pub(super) fn memory_item(&mut self, memory: &Memory, index: Value) -> Memory {
        let Ty::Fixed(item, _) = &memory.ty else { return memory.clone() };
        let mut prefix = memory.prefix.clone();
        prefix.push(index);
        let leaves = memory.leaves.clone();
        Memory { ty: (**item).clone(), leaves, prefix, part: 0, fresh: false }
    }

    /// The value in memory; fixed-size arrays stay there.
    pub(super) fn read_memory(&mut self, memory: &Memory) -> Val {
        match &memory.ty {
            Ty::Scalar(_) => {
                Val::Scalar(self.b.load_part(memory.leaves[0], &memory.prefix, memory.part))
            }
            Ty::Complex(_) => self.load(memory.leaves[0], &memory.prefix),
            Ty::Option(_) => {
                let some = self.b.load(memory.leaves[0], &memory.prefix);
                let item = memory_some(memory);
                Val::Option { some, item: Box::new(self.read_memory(&item)) }
            }
            Ty::Tuple(_) | Ty::Struct(_) => {
                let fields = field_types(&memory.ty).len();
                Val::Group(
                    (0..fields).map(|i| self.read_memory(&memory_field(memory, i))).collect(),
                )
            }
            _ => Val::Memory(Memory { fresh: false, ..memory.clone() }),
        }
    }

    /// Overwrites memory with a value of its type.
    pub(super) fn write_memory(&mut self, memory: &Memory, value: Val) {
        match (&memory.ty, value) {
            (Ty::Scalar(_), Val::Scalar(value)) => {
                self.b.store_part(memory.leaves[0], &memory.prefix, memory.part, value);
            }
            (Ty::Complex(_), Val::Group(parts)) => {
                for (part, value) in parts.into_iter().enumerate() {
                    if let Val::Scalar(value) = value {
                        let leaf = memory.leaves[0];
                        self.b.store_part(leaf, &memory.prefix, part as u8, value);
                    }
                }
            }
            (Ty::Option(_), Val::Option { some, item }) => {
                self.b.store(memory.leaves[0], &memory.prefix, some);
                self.write_memory(&memory_some(memory), *item);
            }
            (Ty::Tuple(_) | Ty::Struct(_), Val::Group(items)) => {
                for (i, item) in items.into_iter().enumerate() {
                    self.write_memory(&memory_field(memory, i), item);
                }
            }
            (Ty::Fixed(item, len), Val::Memory(from)) => {
                let (len, item) = (*len, item.clone());
                let copy = |lower: &mut Self, index: Value| {
                    let source = lower.memory_item(&from, index);
                    let value = lower.read_memory(&source);
                    let target = lower.memory_item(memory, index);
                    lower.write_memory(&target, value);
                };
                if len as u32 <= UNROLLED_COPY && matches!(*item, Ty::Scalar(_)) {
                    for index in 0..len {
                        let index = self.b.index(index);
                        copy(self, index);
                    }
                } else {
                    let end = self.b.index(len);
                    self.simple_loop(end, copy);
                }
            }
            _ => {}
        }
    }

    /// `value` as memory of type `ty`.
    pub(super) fn memory(&mut self, value: Val, ty: &Ty) -> Result<Memory> {
        match self.loaded(value)? {
            Val::Memory(memory) => Ok(memory),
            other => {
                let memory = self.new_memory(ty);
                self.write_memory(&memory, other);
                Ok(memory)
            }
        }
    }

    /// `value` as one that nothing else refers to: fixed-size arrays are copied.
    pub(super) fn own(&mut self, value: Val) -> Result<Val> {
        Ok(match value {
            Val::Memory(memory) if !memory.fresh => {
                let copy = self.new_memory(&memory.ty);
                self.write_memory(&copy, Val::Memory(memory));
                Val::Memory(copy)
            }
            Val::Group(items) => {
                Val::Group(items.into_iter().map(|item| self.own(item)).collect::<Result<_>>()?)
            }
            other => other,
        })
    }

    /// `value` with an outer `&mut` read.
    pub(super) fn loaded(&mut self, value: Val) -> Result<Val> {
        match value {
            Val::Place(place) => {
                let value = self.read(&place)?;
                self.loaded(value)
            }
            other => Ok(other),
        }
    }

    /// `value` as a scalar.
    pub(super) fn scalar(&mut self, value: Val) -> Result<Value> {
        match self.loaded(value)? {
            Val::Scalar(value) => Ok(value),
            // What comes after a `return` or a panic in one expression has no value.
            _ if self.dead => Ok(self.b.constant(false)),
            _ => self.error(self.span, "a number is expected here"),
        }
    }

    /// The fields of a tuple or structure.
    pub(super) fn fields(&mut self, value: Val) -> Result<Vec<Val>> {
        match self.loaded(value)? {
            Val::Group(items) => Ok(items),
            _ => self.error(self.span, "a tuple or structure is expected here"),
        }
    }

    /// The two parts of an option.
    pub(super) fn option_parts(&mut self, value: Val) -> Result<(Value, Val)> {
        match self.loaded(value)? {
            Val::Option { some, item } => Ok((some, *item)),
            _ => self.error(self.span, "an option is expected here"),
        }
    }

    /// `value` as an array; a fixed-size array of scalars becomes a slice of its memory.
    pub(super) fn array(&mut self, value: Val) -> Result<ArrayVal> {
        match self.loaded(value)? {
            Val::Array(array) => Ok(array),
            Val::Memory(Memory { ty: Ty::Fixed(item, _), .. }) if !holds_elements(&item) => self
                .error(
                    self.span,
                    format!("an array of numbers is expected here, not one of `{item}`"),
                ),
            Val::Memory(memory) if matches!(memory.ty, Ty::Fixed(..)) => {
                Ok(ArrayVal { view: self.memory_view(&memory), fresh: false })
            }
            _ => self.error(self.span, "an array is expected here"),
        }
    }

    /// Checks `index < len` and panics with the name of `array` as written otherwise.
    pub(super) fn check_index(
        &mut self,
        index: Value,
        len: Value,
        array: &str,
        axis: u8,
        rank: u8,
    ) {
        if self.unit.kernel.options.unchecked {
            return;
        }
        let site = self.site(SiteKind::Index { array: array.into(), axis, rank });
        self.b.insert(Op::CheckIndex { index, len, site }, &[]);
    }

    fn index_place(&mut self, expr: &Expr, base: &'u Expr, index: &'u Expr) -> Result<Place> {
        if matches!(self.ty(index), Ty::Range(_)) {
            let array = self.place(base)?;
            let array = self.read(&array)?;
            let slice = self.lent(array)?;
            return Ok(temporary(self.slice_by_range(&slice, base, index)?));
        }
        let base_place = self.place(base)?;
        let indices = self.index_values(index)?;
        let name = describe(self.unit, base);
        let value = match base_place {
            Place::Memory(memory) => Val::Memory(memory),
            place => {
                let value = self.read(&place)?;
                self.loaded(value)?
            }
        };
        match value {
            Val::Memory(mut memory) => {
                for index in indices {
                    let Ty::Fixed(_, len) = memory.ty else {
                        return self.error(expr.span, "this value cannot be indexed");
                    };
                    let len = self.b.index(len);
                    self.check_index(index, len, &name, 0, 1);
                    memory = self.memory_item(&memory, index);
                }
                Ok(Place::Memory(memory))
            }
            Val::Slice(slice) => {
                let [index] = indices[..] else {
                    return self.error(expr.span, "a slice is indexed with one number");
                };
                let len = self.b.dim(slice.leaves[0], 0);
                self.check_index(index, len, &name, 0, 1);
                Ok(Place::Memory(slice.element(index)))
            }
            Val::Array(array) => {
                let rank = self.b.func.view_type(array.view).rank;
                if indices.len() != rank as usize {
                    let message = format!(
                        "the array has {rank} axes and is indexed with {} numbers",
                        indices.len()
                    );
                    return self.error(expr.span, message);
                }
                for (axis, index) in indices.iter().enumerate() {
                    let len = self.b.dim(array.view, axis as u8);
                    self.check_index(*index, len, &name, axis as u8, rank);
                }
                Ok(Place::Element { view: array.view, indices, part: None })
            }
            _ => self.error(expr.span, "this value cannot be indexed"),
        }
    }

    /// The indices of `a[i]`, `a[[i, j]]` or `a[(i, j)]`.
    pub(super) fn index_values(&mut self, index: &'u Expr) -> Result<Vec<Value>> {
        match &index.kind {
            ExprKind::Array(items) | ExprKind::Tuple(items) => {
                items.iter().map(|item| self.scalar_expr(item)).collect()
            }
            _ => {
                let value = self.expr(index)?;
                self.spread(value)
            }
        }
    }

    /// The scalars of a scalar, tuple or fixed-size array.
    pub(super) fn spread(&mut self, value: Val) -> Result<Vec<Value>> {
        match self.loaded(value)? {
            Val::Scalar(value) => Ok(vec![value]),
            Val::Group(items) => items.into_iter().map(|item| self.scalar(item)).collect(),
            Val::Memory(memory) => {
                let Ty::Fixed(_, len) = memory.ty else {
                    return self.error(self.span, "numbers are expected here");
                };
                (0..len)
                    .map(|index| {
                        let index = self.b.index(index);
                        let item = self.memory_item(&memory, index);
                        let item = self.read_memory(&item);
                        self.scalar(item)
                    })
                    .collect()
            }
            _ => self.error(self.span, "numbers are expected here"),
        }
    }
}

/// A field of a structure or complex number in memory.
pub(super) fn memory_field(memory: &Memory, index: usize) -> Memory {
    if let Ty::Complex(part) = &memory.ty {
        return Memory { ty: (**part).clone(), part: index as u8, ..memory.clone() };
    }
    let fields = field_types(&memory.ty);
    let skipped: usize = fields[..index].iter().map(|ty| memory_leaves(ty).len()).sum();
    let own = memory_leaves(&fields[index]).len();
    Memory {
        ty: fields[index].clone(),
        leaves: memory.leaves[skipped..skipped + own].to_vec(),
        prefix: memory.prefix.clone(),
        part: 0,
        fresh: false,
    }
}

/// What an option in memory holds if it is `Some`.
pub(super) fn memory_some(memory: &Memory) -> Memory {
    let Ty::Option(item) = &memory.ty else { unreachable!("only called for options") };
    Memory { ty: (**item).clone(), leaves: memory.leaves[1..].to_vec(), ..memory.clone() }
}

/// Whether this is an element of arrays, or a nest of fixed-size arrays of them.
fn holds_elements(ty: &Ty) -> bool {
    match ty {
        Ty::Fixed(item, _) => holds_elements(item),
        other => other.as_element().is_some(),
    }
}

/// Deals out the scalars of a value of type `ty` to its leaves.
fn by_leaf(ty: &Ty, scalars: &mut impl Iterator<Item = Const>, leaves: &mut [Vec<Const>]) {
    match ty {
        Ty::Fixed(item, len) => (0..*len).for_each(|_| by_leaf(item, scalars, leaves)),
        Ty::Option(item) => {
            leaves[0].extend(scalars.next());
            by_leaf(item, scalars, &mut leaves[1..]);
        }
        Ty::Tuple(_) | Ty::Struct(_) => {
            let mut first = 0;
            for field in field_types(ty) {
                let count = memory_leaves(&field).len();
                by_leaf(&field, scalars, &mut leaves[first..first + count]);
                first += count;
            }
        }
        Ty::Complex(_) => leaves[0].extend(scalars.by_ref().take(2)),
        _ => leaves[0].extend(scalars.next()),
    }
}

fn temporary(value: Val) -> Place {
    match value {
        Val::Place(place) => place,
        Val::Memory(memory) => Place::Memory(memory),
        Val::Array(array) => Place::Array(array),
        other => Place::Temporary(Box::new(other)),
    }
}

/// An expression as its author would recognise it in a message: `a`, `p.x`, `a.row(..)`.
pub(super) fn describe(unit: &crate::unit::Unit, expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Local(local) => unit.kernel.locals[*local as usize].name.clone(),
        ExprKind::Capture(id) => unit.kernel.captures[*id as usize].clone(),
        ExprKind::Field(base, name) => format!("{}.{name}", describe(unit, base)),
        ExprKind::Index(base, _) => format!("{}[..]", describe(unit, base)),
        ExprKind::Deref(inner) | ExprKind::Ref { to: inner, .. } => describe(unit, inner),
        ExprKind::MethodCall { receiver, name, .. } => {
            format!("{}.{name}(..)", describe(unit, receiver))
        }
        _ => "array".into(),
    }
}
