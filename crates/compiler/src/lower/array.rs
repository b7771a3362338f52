//! Lowers arrays as wholes: their methods, and making them.

use super::place::describe;
use super::value::{ArrayVal, Iter, Memory, Place, Val};
use super::{Lower, Result};
use crate::infer::ty::{ArrayTy, SLICE_METHODS, Ty};
use mambo_ir::function::{Binary, Compare, Op, Value, ValueType, ViewType};
use mambo_ir::kernel::{Expr, ExprKind, NodeId};
use mambo_ir::{Const, Dtype, Layout, SiteKind};

impl<'u> Lower<'_, 'u> {
    /// A method of an array, view or slice; `None` if it may be one of iterators.
    pub(super) fn array_method(
        &mut self,
        expr: &'u Expr,
        receiver: &'u Expr,
        array: ArrayVal,
        name: &str,
        args: &'u [Expr],
    ) -> Result<Option<Val>> {
        let view = array.view;
        let rank = self.b.func.view_type(view).rank;
        let last = rank.saturating_sub(1);
        let along = |axis, mutable| Val::iter(Iter::Along { view, axis, mutable });
        Ok(Some(match (name, args) {
            ("len", []) => Val::Scalar(self.element_count(view)),
            ("is_empty", []) => {
                let (count, zero) = (self.element_count(view), self.b.index(0));
                Val::Scalar(self.b.compare(Compare::Eq, count, zero))
            }
            ("nrows", []) => Val::Scalar(self.b.dim(view, 0)),
            ("ncols", []) => Val::Scalar(self.b.dim(view, 1)),
            ("ndim", []) => self.len_value(rank as usize),
            ("len_of", [axis]) => {
                let axis = self.axis(axis, rank)?;
                Val::Scalar(self.b.dim(view, axis))
            }
            ("dim", []) => match rank {
                1 => Val::Scalar(self.b.dim(view, 0)),
                _ => Val::Group((0..rank).map(|a| Val::Scalar(self.b.dim(view, a))).collect()),
            },
            ("shape" | "raw_dim", []) => Val::Memory(self.shape(view)),
            ("view" | "view_mut", []) => Val::array(view),
            ("t" | "reversed_axes", []) => Val::array(self.transpose(view)),
            ("to_owned" | "clone" | "to_vec", []) => match self.ty(expr) {
                Ty::Array(own) if name == "clone" && own.slice => Val::array(view),
                _ => Val::Array(self.copy_array(view)?),
            },
            ("row" | "row_mut", [index]) => {
                self.checked_lane(view, receiver, 0, index, name == "row_mut")?
            }
            ("column" | "column_mut", [index]) => {
                self.checked_lane(view, receiver, 1, index, name == "column_mut")?
            }
            ("index_axis" | "index_axis_mut" | "index_axis_move", [axis, index]) => {
                let axis = self.axis(axis, rank)?;
                self.checked_lane(view, receiver, axis, index, name != "index_axis")?
            }
            ("slice" | "slice_mut" | "slice_move", [spec]) => {
                Val::array(self.slice_spec(view, receiver, spec, name != "slice")?)
            }
            ("iter", []) => Val::iter(Iter::Elements { view, mutable: false }),
            ("iter_mut", []) => Val::iter(Iter::Elements { view, mutable: true }),
            ("indexed_iter" | "indexed_iter_mut", []) => {
                Val::iter(Iter::Indexed { view, mutable: name == "indexed_iter_mut" })
            }
            ("rows" | "rows_mut", []) => {
                Val::iter(Iter::Lanes { view, axis: last, mutable: name == "rows_mut" })
            }
            ("columns" | "columns_mut", []) => {
                Val::iter(Iter::Lanes { view, axis: 0, mutable: name == "columns_mut" })
            }
            ("outer_iter", []) => along(0, false),
            ("outer_iter_mut", []) => along(0, true),
            ("axis_iter" | "axis_iter_mut", [axis]) => {
                let axis = self.axis(axis, rank)?;
                along(axis, name == "axis_iter_mut")
            }
            ("fill", [value]) => {
                let value = self.expr(value)?;
                let value = self.loaded(value)?;
                self.fill(view, value)?;
                Val::UNIT
            }
            ("assign", [other]) => {
                let other = self.expr(other)?;
                self.assign_array(view, other)?;
                Val::UNIT
            }
            ("copy_from_slice" | "clone_from_slice", [other]) => {
                let other = self.expr(other)?;
                let source = self.array(other)?.view;
                let (len, source_len) = (self.b.dim(view, 0), self.b.dim(source, 0));
                self.check_lengths(name, source_len, len);
                self.assign_array(view, Val::array(source))?;
                Val::UNIT
            }
            ("swap", [a, b]) => {
                let (a, b) = (
                    self.element_place(view, receiver, a)?,
                    self.element_place(view, receiver, b)?,
                );
                self.swap_places(&a, &b)?;
                Val::UNIT
            }
            ("first" | "last", []) => {
                let (count, zero) = (self.element_count(view), self.b.index(0));
                let some = self.b.compare(Compare::Ne, count, zero);
                let dims = self.dims(view);
                let one = self.b.index(1);
                let at = |lower: &mut Self, dim| match name {
                    "first" => zero,
                    _ => lower.b.binary(Binary::Sub, dim, one),
                };
                let indices = dims.into_iter().map(|dim| at(self, dim)).collect();
                self.optional_element(view, some, indices)?
            }
            ("get", [index]) => {
                let indices = self.index_values(index)?;
                let mut within = self.b.constant(true);
                for (axis, index) in indices.iter().enumerate() {
                    let len = self.b.dim(view, axis as u8);
                    let fits = self.b.compare(Compare::Lt, *index, len);
                    within = self.b.binary(Binary::And, within, fits);
                }
                self.optional_element(view, within, indices)?
            }
            ("windows" | "chunks" | "chunks_mut" | "chunks_exact" | "chunks_exact_mut", [size]) => {
                Val::iter(self.windows(Val::array(view), name, size)?)
            }
            ("split_at" | "split_at_mut", [at]) => {
                let at = self.scalar_expr(at)?;
                self.split_at(&Val::array(view), at, receiver, name == "split_at_mut")?
            }
            ("mapv" | "map", [closure]) if !self.is_slice(receiver) => {
                let closure = self.closure_node(closure)?;
                let carried = self.carried_in_order(view, closure)?;
                self.map_array_into(view, self.ty(expr), &carried, |lower, item| {
                    lower.call_closure(closure, vec![item])
                })?
            }
            ("mapv_inplace", [closure]) => {
                let closure = self.closure_node(closure)?;
                let carried = self.carried_in_order(view, closure)?;
                let dims = self.dims(view);
                self.index_nest(&dims, &carried, &mut |lower, indices| {
                    let item = lower.load(view, indices);
                    let mapped = lower.call_closure(closure, vec![item])?;
                    lower.store(view, indices, mapped)
                })?;
                Val::UNIT
            }
            _ if self.is_slice(receiver) => {
                return self.slice_method(receiver, view, name, args);
            }
            _ => match self.reduction(expr, view, name, args)? {
                Some(value) => value,
                None => return self.elementwise_method(expr, view, name, args),
            },
        }))
    }

    /// A method of a fixed-size array.
    pub(super) fn fixed_method(
        &mut self,
        expr: &'u Expr,
        receiver: &'u Expr,
        memory: Memory,
        by_mut: bool,
        name: &str,
        args: &'u [Expr],
    ) -> Result<Option<Val>> {
        let Ty::Fixed(item, len) = &memory.ty else { return Ok(None) };
        let (of_scalars, len) = (matches!(**item, Ty::Scalar(_)), *len);
        let iter = |mutable| Val::iter(Iter::Fixed { memory: memory.clone(), len, mutable });
        Ok(Some(match (name, args) {
            ("len", []) => self.len_value(len),
            ("is_empty", []) => Val::Scalar(self.b.constant(len == 0)),
            ("clone" | "to_owned", []) => Val::Memory(memory),
            ("iter", []) => iter(false),
            ("iter_mut", []) => iter(true),
            ("into_iter", []) => iter(by_mut),
            ("as_slice" | "as_mut_slice", []) => self.lent(Val::Memory(memory))?,
            ("fill", [value]) => {
                let value = self.expr(value)?;
                let value = self.loaded(value)?;
                self.fill_memory(&memory, value);
                Val::UNIT
            }
            ("swap", [a, b]) => {
                let name = describe(self.unit, receiver);
                let part = |lower: &mut Self, index: &'u Expr| -> Result<Place> {
                    let index = lower.scalar_expr(index)?;
                    let bound = lower.b.index(len);
                    lower.check_index(index, bound, &name, 0, 1);
                    Ok(Place::Memory(lower.memory_item(&memory, index)))
                };
                let (a, b) = (part(self, a)?, part(self, b)?);
                self.swap_places(&a, &b)?;
                Val::UNIT
            }
            ("map", [closure]) => {
                let closure = self.closure_node(closure)?;
                let target = self.new_memory(self.ty(expr));
                for index in 0..len {
                    let index = self.b.index(index);
                    let item = self.memory_item(&memory, index);
                    let item = self.read_memory(&item);
                    let value = self.call_closure(closure, vec![item])?;
                    let value = self.loaded(value)?;
                    let part = self.memory_item(&target, index);
                    self.write_memory(&part, value);
                }
                Val::Memory(target)
            }
            _ if of_scalars && SLICE_METHODS.contains(&name) => {
                let view = self.memory_view(&memory);
                if let Some(found) = self.slice_method(receiver, view, name, args)? {
                    return Ok(Some(found));
                }
                let array = ArrayVal { view, fresh: false };
                return self.array_method(expr, receiver, array, name, args);
            }
            _ if item.as_element().is_none() && SLICE_METHODS.contains(&name) => {
                let slice = self.whole_slice(&memory)?;
                return self.values_method(expr, receiver, slice, name, args);
            }
            _ => return self.iterator_method(expr, iter(by_mut), name, args),
        }))
    }

    /// A float method on every element, which gives a new array.
    fn elementwise_method(
        &mut self,
        expr: &'u Expr,
        view: Value,
        name: &str,
        args: &'u [Expr],
    ) -> Result<Option<Val>> {
        let ty = self.ty(expr);
        if !matches!(ty, Ty::Array(_)) {
            return Ok(None);
        }
        let mapped = self.map_array_into(view, ty, &[], |lower, item| {
            let item = lower.scalar(item)?;
            match lower.scalar_method(expr, item, name, args)? {
                Some(value) => Ok(value),
                None => lower.error(expr.span, format!("numbers have no method `{name}`")),
            }
        })?;
        Ok(Some(mapped))
    }

    /// Sets every element of a fixed-size array.
    pub(super) fn fill_memory(&mut self, memory: &Memory, value: Val) {
        let Ty::Fixed(_, len) = memory.ty else { return };
        let end = self.b.index(len);
        self.simple_loop(end, |lower, index| {
            let part = lower.memory_item(memory, index);
            lower.write_memory(&part, value);
        });
    }

    /// Exchanges the values of two places.
    pub(super) fn swap_places(&mut self, a: &Place, b: &Place) -> Result<()> {
        let first = self.read(a)?;
        let first = self.own(first)?;
        let second = self.read(b)?;
        self.write(a, second)?;
        self.write(b, first)
    }

    /// The lengths of all axes.
    pub(super) fn dims(&mut self, view: Value) -> Vec<Value> {
        let rank = self.b.func.view_type(view).rank;
        (0..rank).map(|axis| self.b.dim(view, axis)).collect()
    }

    /// The shape as a fixed-size array.
    fn shape(&mut self, view: Value) -> Memory {
        let dims = self.dims(view);
        let memory = self.new_memory(&Ty::Fixed(Box::new(Ty::USIZE), dims.len()));
        for (axis, dim) in dims.into_iter().enumerate() {
            let index = self.b.index(axis);
            let part = self.memory_item(&memory, index);
            self.write_memory(&part, Val::Scalar(dim));
        }
        memory
    }

    fn checked_lane(
        &mut self,
        view: Value,
        array: &Expr,
        axis: u8,
        index: &'u Expr,
        mutable: bool,
    ) -> Result<Val> {
        let index = self.scalar_expr(index)?;
        let len = self.b.dim(view, axis);
        let rank = self.b.func.view_type(view).rank;
        self.check_index(index, len, &describe(self.unit, array), axis, rank);
        Ok(Val::array(self.index_axis(view, axis, index, mutable)))
    }

    fn element_place(&mut self, view: Value, array: &Expr, index: &'u Expr) -> Result<Place> {
        let indices = self.index_values(index)?;
        let rank = self.b.func.view_type(view).rank;
        for (axis, index) in indices.iter().enumerate() {
            let len = self.b.dim(view, axis as u8);
            self.check_index(*index, len, &describe(self.unit, array), axis as u8, rank);
        }
        Ok(Place::Element { view, indices, part: None })
    }

    /// `Some(view[indices])` if `some`; the element is read only then.
    fn optional_element(&mut self, view: Value, some: Value, indices: Vec<Value>) -> Result<Val> {
        let dtype = self.b.func.view_type(view).dtype;
        let ty = Ty::of_element(dtype);
        let read = |lower: &mut Self| Ok(lower.load(view, &indices));
        let none = |lower: &mut Self| Ok(lower.anything(&ty));
        let item = self.branch(some, &[], &ty, read, none)?;
        Ok(Val::Option { some, item: Box::new(item) })
    }

    /// A new array, zeroed or with elements to be set.
    pub(super) fn allocate(&mut self, dtype: Dtype, dims: Vec<Value>, zeroed: bool) -> ArrayVal {
        let ty = ViewType { dtype, rank: dims.len() as u8, layout: Layout::C, mutable: true };
        let site = self.site(SiteKind::Allocation { dtype });
        let view = self.b.insert_one(Op::Alloc { dims, zeroed, site }, ValueType::View(ty));
        ArrayVal { view, fresh: true }
    }

    /// Sets every element.
    pub(super) fn fill(&mut self, view: Value, value: Val) -> Result<()> {
        let dims = self.dims(view);
        self.index_nest(&dims, &[], &mut |lower, indices| lower.store(view, indices, value.clone()))
    }

    /// A new array with the elements of `view`.
    pub(super) fn copy_array(&mut self, view: Value) -> Result<ArrayVal> {
        let dims = self.dims(view);
        let dtype = self.b.func.view_type(view).dtype;
        let copy = self.allocate_like(view, dtype);
        self.index_nest(&dims, &[], &mut |lower, indices| {
            let item = lower.load(view, indices);
            lower.store(copy.view, indices, item)
        })?;
        Ok(copy)
    }

    /// A new array of `map` of every element of `view`, of the same element type.
    pub(super) fn map_array(
        &mut self,
        view: Value,
        map: impl FnMut(&mut Self, Val) -> Result<Val>,
    ) -> Result<Val> {
        let dtype = self.b.func.view_type(view).dtype;
        let rank = self.b.func.view_type(view).rank;
        let ty = Ty::array(Ty::of_element(dtype), rank, mambo_ir::signature::Access::Owned);
        self.map_array_into(view, &ty, &[], map)
    }

    /// The bindings that a closure over the elements of `view` changes. ndarray calls it in the
    /// order of memory, which is the logical one only for arrays of layout C.
    fn carried_in_order(&self, view: Value, closure: NodeId) -> Result<Vec<u32>> {
        let carried = self.carried_by_closures(&[closure]);
        let ty = self.b.func.view_type(view);
        if !carried.is_empty() && ty.rank > 1 && ty.layout != Layout::C {
            return self.error(
                self.span,
                "a closure that changes what it captures runs in the order of memory here, which is not known for this array; write a loop over its indices",
            );
        }
        Ok(carried)
    }

    /// A new array of type `ty` of `map` of every element of `view`; `map` may change the
    /// bindings `carried`.
    fn map_array_into(
        &mut self,
        view: Value,
        ty: &Ty,
        carried: &[u32],
        mut map: impl FnMut(&mut Self, Val) -> Result<Val>,
    ) -> Result<Val> {
        let Some(dtype) = (match ty {
            Ty::Array(array) => array.item.as_element(),
            _ => None,
        }) else {
            return self.error(self.span, "an array of a kernel holds numbers or bools");
        };
        let dims = self.dims(view);
        let target = self.allocate_like(view, dtype);
        self.index_nest(&dims, carried, &mut |lower, indices| {
            let item = lower.load(view, indices);
            let value = map(lower, item)?;
            lower.store(target.view, indices, value)
        })?;
        Ok(Val::Array(target))
    }

    pub(super) fn not_an_element<T>(&self, expr: &Expr, item: &Ty) -> Result<T> {
        let message = format!(
            "an array of a kernel holds numbers or bools, not `{item}`; use one array for each part"
        );
        self.error(expr.span, message)
    }

    /// `Array::name(args)`.
    pub(super) fn array_constructor(
        &mut self,
        expr: &'u Expr,
        name: &str,
        args: &'u [Expr],
    ) -> Result<Val> {
        let Ty::Array(ty) = self.ty(expr) else {
            return self.error(expr.span, "the type of this array is not known");
        };
        let Some(dtype) = ty.item.as_element() else {
            return self.not_an_element(expr, &ty.item);
        };
        let dims = match name {
            "eye" => {
                let n = self.scalar_expr(&args[0])?;
                vec![n, n]
            }
            "linspace" => vec![self.scalar_expr(&args[2])?],
            _ => self.index_values(&args[0])?,
        };
        match name {
            "zeros" | "default" => Ok(Val::Array(self.allocate(dtype, dims, true))),
            "ones" | "from_elem" => {
                let value = match args {
                    [_, value] => {
                        let value = self.expr(value)?;
                        self.loaded(value)?
                    }
                    _ => self.one_of(dtype),
                };
                let array = self.allocate(dtype, dims, false);
                self.fill(array.view, value)?;
                Ok(Val::Array(array))
            }
            "eye" => {
                let n = dims[0];
                let array = self.allocate(dtype, dims, true);
                let one = self.b.constant(Const::one(dtype.part()));
                self.simple_loop(n, |lower, i| lower.b.store(array.view, &[i, i], one));
                Ok(Val::Array(array))
            }
            "linspace" => self.linspace(dtype, dims, args),
            _ => {
                let closure = self.closure_node(&args[1])?;
                let array = self.allocate(dtype, dims.clone(), false);
                let carried = self.carried_by_closures(&[closure]);
                self.index_nest(&dims, &carried, &mut |lower, indices| {
                    let index = match indices {
                        [index] => Val::Scalar(*index),
                        _ => Val::Group(indices.iter().copied().map(Val::Scalar).collect()),
                    };
                    let value = lower.call_closure(closure, vec![index])?;
                    lower.store(array.view, indices, value)
                })?;
                Ok(Val::Array(array))
            }
        }
    }

    /// A new array of the elements of nested ones of fixed size.
    pub(super) fn array_of(&mut self, expr: &'u Expr, items: &'u Expr) -> Result<Val> {
        let Ty::Array(ArrayTy { item, rank, .. }) = self.ty(expr) else {
            return self.error(expr.span, "the type of this array is not known");
        };
        let Some(dtype) = item.as_element() else {
            return self.not_an_element(expr, item);
        };
        let mut written = Vec::new();
        if !written_items(items, *rank, &mut written) {
            let value = self.expr(items)?;
            let view = self.array(value)?.view;
            return Ok(Val::Array(self.copy_array(view)?));
        }
        let mut ty = self.value_ty(items);
        let mut lens = Vec::new();
        while let Ty::Fixed(item, len) = ty {
            lens.push(*len);
            ty = item;
        }
        let values: Vec<Val> =
            written.into_iter().map(|item| self.expr(item)).collect::<Result<_>>()?;
        let dims = lens.iter().map(|len| self.b.index(*len)).collect();
        let array = self.allocate(dtype, dims, false);
        for (number, value) in values.into_iter().enumerate() {
            let mut rest = number;
            let mut indices: Vec<Value> = Vec::new();
            for len in lens.iter().rev() {
                indices.push(self.b.index(rest % len));
                rest /= len;
            }
            indices.reverse();
            self.store(array.view, &indices, value)?;
        }
        Ok(Val::Array(array))
    }

    /// `n` numbers from start to end: `start + i * step`, as ndarray computes them.
    fn linspace(&mut self, dtype: Dtype, dims: Vec<Value>, args: &'u [Expr]) -> Result<Val> {
        let (start, end) = (self.scalar_expr(&args[0])?, self.scalar_expr(&args[1])?);
        let n = dims[0];
        let one = self.b.index(1);
        let several = self.b.compare(Compare::Gt, n, one);
        let gaps = self.b.binary(Binary::Sub, n, one);
        let gaps = self.b.cast(gaps, dtype);
        let span = self.b.binary(Binary::Sub, end, start);
        let step = self.b.binary(Binary::Div, span, gaps);
        let none = self.b.constant(Const::zero(dtype));
        let step = self.b.select(several, step, none);
        let array = self.allocate(dtype, dims, false);
        self.simple_loop(n, |lower, i| {
            let k = lower.b.cast(i, dtype);
            let offset = lower.b.binary(Binary::Mul, step, k);
            let value = lower.b.binary(Binary::Add, start, offset);
            lower.b.store(array.view, &[i], value);
        });
        Ok(Val::Array(array))
    }

    /// Frees the arrays among `locals` that belong to the block which ends here.
    pub(super) fn free_locals(&mut self, locals: &[u32]) {
        for local in locals {
            if self.assignments.mentioned.contains(local) {
                continue;
            }
            if let Some(Val::Array(ArrayVal { view, fresh: true })) = self.env[*local as usize] {
                let whole = self.allocations.get(&view).copied().unwrap_or(view);
                // The layout of an array that a callee made may not be known.
                if self.b.func.view_type(whole).layout == Layout::C {
                    self.b.insert(Op::Free(whole), &[]);
                }
            }
        }
    }
}

/// Collects the elements of an array written out to the last of `rank` brackets; false if it
/// is not.
fn written_items<'e>(expr: &'e Expr, rank: u8, out: &mut Vec<&'e Expr>) -> bool {
    match &expr.kind {
        _ if rank == 0 => {
            out.push(expr);
            true
        }
        ExprKind::Ref { mutable: false, to } => written_items(to, rank, out),
        ExprKind::Array(items) => items.iter().all(|item| written_items(item, rank - 1, out)),
        _ => false,
    }
}
