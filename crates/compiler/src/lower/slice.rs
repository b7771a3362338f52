//! Lowers views of parts of arrays: rows, axes, ranges, `s![…]`, transposition.

use super::place::describe;
use super::value::{Memory, RangeVal, Val};
use super::{Lower, Result};
use crate::infer::ty::Ty;
use crate::source::{Callee, KernelSource};
use mambo_ir::function::{Binary, Compare, Op, Unary, Value, ValueType, ViewType};
use mambo_ir::kernel::{Expr, ExprKind, Literal, SliceElem};
use mambo_ir::{Dtype, Layout, SiteKind, Type};

/// What a slice does to one axis.
struct AxisSlice {
    /// Index of the first element taken.
    offset: Value,
    /// Length and stride of what stays; nothing if the axis is taken away.
    kept: Option<(Value, Value)>,
    /// What that means for the layout.
    cut: Cut,
}

/// What a slice does to the layout.
#[derive(Clone, Copy, PartialEq)]
enum Cut {
    /// Takes the axis away.
    Gone,
    /// Leaves it as it is.
    Full,
    /// Leaves a part of it in steps of 1.
    Part,
    /// Leaves it in other steps, or makes a new one.
    Steps,
}

impl<'u> Lower<'_, 'u> {
    /// The same view with another type: less known of the layout, or read only.
    pub(super) fn retype_view(&mut self, view: Value, ty: ViewType) -> Value {
        let zero = self.b.index(0);
        let offset = vec![zero; ty.rank as usize];
        let dims = (0..ty.rank).map(|axis| self.b.dim(view, axis)).collect();
        let strides = (0..ty.rank).map(|axis| self.b.stride(view, axis)).collect();
        self.b.insert_one(Op::View { view, offset, dims, strides }, ValueType::View(ty))
    }

    /// A contiguous array as one axis.
    pub(super) fn flat_view(&mut self, view: Value) -> Value {
        let ty = self.b.func.view_type(view);
        let count = self.element_count(view);
        let zero = self.b.index(0);
        let one = self.b.constant(1isize);
        let op = Op::View {
            view,
            offset: vec![zero; ty.rank as usize],
            dims: vec![count],
            strides: vec![one],
        };
        self.b.insert_one(op, ValueType::View(ViewType { rank: 1, ..ty }))
    }

    /// The subview at `index` of `axis`, which is taken away; not checked.
    pub(super) fn index_axis(
        &mut self,
        view: Value,
        axis: u8,
        index: Value,
        mutable: bool,
    ) -> Value {
        let ty = self.b.func.view_type(view);
        let zero = self.b.index(0);
        let offset = (0..ty.rank).map(|a| if a == axis { index } else { zero }).collect();
        let others: Vec<u8> = (0..ty.rank).filter(|a| *a != axis).collect();
        let dims = others.iter().map(|a| self.b.dim(view, *a)).collect();
        let strides = others.iter().map(|a| self.b.stride(view, *a)).collect();
        let layout = match ty.layout {
            Layout::C if axis == 0 => Layout::C,
            Layout::F if axis == ty.rank - 1 && ty.rank == 2 => Layout::C,
            Layout::F if axis == ty.rank - 1 => Layout::F,
            _ if ty.rank == 1 => Layout::C,
            _ => Layout::Strided,
        };
        let ty = ViewType { rank: ty.rank - 1, layout, mutable: ty.mutable && mutable, ..ty };
        self.b.insert_one(Op::View { view, offset, dims, strides }, ValueType::View(ty))
    }

    /// Elements `start..start + len` of an array of one axis, `stride` apart; not checked.
    pub(super) fn subview_1d(
        &mut self,
        view: Value,
        start: Value,
        len: Value,
        stride: Value,
        mutable: bool,
    ) -> Value {
        let ty = self.b.func.view_type(view);
        let op = Op::View { view, offset: vec![start], dims: vec![len], strides: vec![stride] };
        let ty = ViewType { mutable: ty.mutable && mutable, ..ty };
        self.b.insert_one(op, ValueType::View(ty))
    }

    /// The view with its axes in reverse order.
    pub(super) fn transpose(&mut self, view: Value) -> Value {
        let ty = self.b.func.view_type(view);
        if ty.rank < 2 {
            return view;
        }
        let zero = self.b.index(0);
        let axes = || (0..ty.rank).rev();
        let dims = axes().map(|a| self.b.dim(view, a)).collect();
        let strides = axes().map(|a| self.b.stride(view, a)).collect();
        let layout = match ty.layout {
            Layout::C => Layout::F,
            Layout::F => Layout::C,
            Layout::Strided => Layout::Strided,
        };
        let offset = vec![zero; ty.rank as usize];
        let ty = ViewType { layout, ..ty };
        self.b.insert_one(Op::View { view, offset, dims, strides }, ValueType::View(ty))
    }

    /// A fixed-size array of scalars as a view of its memory.
    pub(super) fn memory_view(&mut self, memory: &Memory) -> Value {
        let view = memory.leaves[0];
        if memory.prefix.is_empty() {
            return view;
        }
        let prefix = memory.prefix.clone();
        prefix.into_iter().fold(view, |view, index| self.index_axis(view, 0, index, true))
    }

    /// `slice[start..end]`.
    pub(super) fn slice_by_range(
        &mut self,
        slice: &Val,
        base: &Expr,
        range: &'u Expr,
    ) -> Result<Val> {
        let len = self.slice_len(slice)?;
        let (start, count) = self.range_of(len, base, range)?;
        self.slice_part(slice, start, count, true)
    }

    /// Where a range of elements of a slice starts, checked, and how many there are.
    pub(super) fn range_of(
        &mut self,
        len: Value,
        base: &Expr,
        range: &'u Expr,
    ) -> Result<(Value, Value)> {
        let range_value = self.expr(range)?;
        let Val::Range(range) = self.loaded(range_value)? else {
            return self.error(range.span, "a range is expected here");
        };
        let RangeVal { start, end, inclusive, .. } = range;
        let start = match start {
            Some(start) => start,
            None => self.b.index(0),
        };
        let end = match (end, inclusive) {
            (Some(end), false) => end,
            (Some(end), true) => {
                // The largest index must fail the check, not wrap to an empty slice.
                let one = self.b.index(1);
                self.b.binary(Binary::SaturatingAdd, end, one)
            }
            (None, _) => len,
        };
        self.check_slice(start, end, len, &describe(self.unit, base), 0);
        Ok((start, self.b.binary(Binary::Sub, end, start)))
    }

    /// Checks `start <= end && end <= len`.
    pub(super) fn check_slice(
        &mut self,
        start: Value,
        end: Value,
        len: Value,
        array: &str,
        axis: u8,
    ) {
        let ordered = self.b.compare(Compare::Le, start, end);
        let within = self.b.compare(Compare::Le, end, len);
        let valid = self.b.binary(Binary::And, ordered, within);
        self.assert(valid, SiteKind::Slice { array: array.into(), axis }, vec![start, end, len]);
    }

    /// `array.slice(s![…])`.
    pub(super) fn slice_spec(
        &mut self,
        view: Value,
        array: &Expr,
        spec: &'u Expr,
        mutable: bool,
    ) -> Result<Value> {
        let ExprKind::SliceSpec(elems) = &spec.kind else {
            return self.error(spec.span, "write the slice as `s![…]` in the call");
        };
        let name = describe(self.unit, array);
        let ty = self.b.func.view_type(view);
        let (mut offset, mut dims, mut strides) = (Vec::new(), Vec::new(), Vec::new());
        let mut cuts = Vec::new();
        let mut axis = 0;
        for elem in elems {
            let part = match elem {
                SliceElem::NewAxis => {
                    dims.push(self.b.index(1));
                    strides.push(self.b.constant(0isize));
                    cuts.push(Cut::Steps);
                    continue;
                }
                SliceElem::Index(index) => self.slice_index(view, axis, index, &name)?,
                SliceElem::Range { start, end, inclusive, step } => {
                    let bounds = (start.as_ref(), end.as_ref(), *inclusive);
                    self.slice_range(view, axis, bounds, step.as_ref(), &name)?
                }
            };
            offset.push(part.offset);
            if let Some((len, stride)) = part.kept {
                dims.push(len);
                strides.push(stride);
            }
            cuts.push(part.cut);
            axis += 1;
        }
        let mut layout = sliced_layout(ty, &cuts, dims.len());
        if dims.len() > 1 && self.looks_at_strides()? {
            self.still_short_axes(&dims, &mut strides);
            layout = Layout::Strided;
        }
        let ty = ViewType { rank: dims.len() as u8, layout, mutable: ty.mutable && mutable, ..ty };
        Ok(self.b.insert_one(Op::View { view, offset, dims, strides }, ValueType::View(ty)))
    }

    /// Gives axes without a second element the stride 0, as ndarray's slices have it.
    fn still_short_axes(&mut self, dims: &[Value], strides: &mut [Value]) {
        let (one, still) = (self.b.index(1), self.b.constant(0isize));
        for (dim, stride) in dims.iter().zip(strides) {
            let short = self.b.compare(Compare::Le, *dim, one);
            *stride = self.b.select(short, still, *stride);
        }
    }

    /// Whether the strides of axes without a second element matter: they decide the order in
    /// which [`SUMMING`] methods add, of this kernel or of what it calls.
    pub(super) fn looks_at_strides(&mut self) -> Result<bool> {
        if let Some(known) = self.looks_at_strides {
            return Ok(known);
        }
        let unit = self.unit;
        let looks = sums_along_axes(unit.source, &mut Vec::new())?;
        self.looks_at_strides = Some(looks);
        Ok(looks)
    }

    /// `i` in `s![…]`: negative ones count from the end.
    fn slice_index(
        &mut self,
        view: Value,
        axis: u8,
        index: &'u Expr,
        name: &str,
    ) -> Result<AxisSlice> {
        let len = self.b.dim(view, axis);
        let rank = self.b.func.view_type(view).rank;
        let index = self.index_from_end(index, len)?;
        self.check_index(index, len, name, axis, rank);
        Ok(AxisSlice { offset: index, kept: None, cut: Cut::Gone })
    }

    /// `start..end;step` in `s![…]`, as ndarray defines it.
    fn slice_range(
        &mut self,
        view: Value,
        axis: u8,
        (start, end, inclusive): (Option<&'u Expr>, Option<&'u Expr>, bool),
        step: Option<&'u Expr>,
        name: &str,
    ) -> Result<AxisSlice> {
        let len = self.b.dim(view, axis);
        let stride = self.b.stride(view, axis);
        let full = start.is_none() && end.is_none() && step.is_none();
        let zero = self.b.index(0);
        if full {
            return Ok(AxisSlice { offset: zero, kept: Some((len, stride)), cut: Cut::Full });
        }
        let start = match start {
            Some(start) => self.index_from_end(start, len)?,
            None => zero,
        };
        let end = match end {
            Some(end) => {
                let end = self.index_from_end(end, len)?;
                let one = self.b.index(1);
                if inclusive { self.b.binary(Binary::Add, end, one) } else { end }
            }
            None => len,
        };
        // An end before the start gives an empty slice; beyond the array it panics.
        let end = self.b.binary(Binary::Max, end, start);
        self.check_slice(start, end, len, name, axis);
        let count = self.b.binary(Binary::Sub, end, start);
        let Some(step) = step else {
            return Ok(AxisSlice { offset: start, kept: Some((count, stride)), cut: Cut::Part });
        };
        let step = self.scalar_expr(step)?;
        let step = self.b.cast(step, Dtype::Isize);
        let none = self.b.constant(0isize);
        let moves = self.b.compare(Compare::Ne, step, none);
        self.assert_message(moves, "slice step size must be nonzero");
        let size = self.b.unary(Unary::Abs, step);
        let size = self.b.cast(size, Dtype::Usize);
        let one = self.b.index(1);
        let less = self.b.binary(Binary::Sub, size, one);
        let padded = self.b.binary(Binary::Add, count, less);
        let kept = self.b.binary(Binary::Div, padded, size);
        let backwards = self.b.compare(Compare::Lt, step, none);
        let last = self.b.binary(Binary::Sub, end, one);
        let first = self.b.select(backwards, last, start);
        let empty = self.b.compare(Compare::Eq, count, zero);
        let offset = self.b.select(empty, zero, first);
        let stride = self.b.binary(Binary::Mul, stride, step);
        Ok(AxisSlice { offset, kept: Some((kept, stride)), cut: Cut::Steps })
    }

    /// An index of which negative values count from the end.
    fn index_from_end(&mut self, index: &'u Expr, len: Value) -> Result<Value> {
        let negative_literal = matches!(&index.kind, ExprKind::Unary(_, operand)
            if matches!(operand.kind, ExprKind::Literal(_)));
        if let ExprKind::Literal(Literal::Int(value, _)) = &index.kind {
            return Ok(self.b.index(*value as usize));
        }
        let value = self.scalar_expr(index)?;
        let dtype = self.b.func.dtype(value);
        let plain = self.b.cast(value, Dtype::Usize);
        if !dtype.is_signed_int() && dtype != Dtype::Usize {
            return Ok(plain);
        }
        let shifted = self.b.binary(Binary::Add, plain, len);
        if negative_literal {
            return Ok(shifted);
        }
        // ndarray takes a `usize` as the `isize` of its bits.
        let value = self.b.cast(value, Dtype::Isize);
        let zero = self.b.constant(0isize);
        let negative = self.b.compare(Compare::Lt, value, zero);
        Ok(self.b.select(negative, shifted, plain))
    }

    /// The number in `Axis(n)`.
    pub(super) fn axis(&mut self, axis: &'u Expr, rank: u8) -> Result<u8> {
        let number = match &axis.kind {
            ExprKind::Struct { fields, .. } => match &fields[..] {
                [(_, number)] => self.unit.constant_len(number).ok(),
                _ => None,
            },
            _ => None,
        };
        match number {
            Some(number) if number < rank as usize => Ok(number as u8),
            Some(number) => self.error(
                axis.span,
                format!("the array has {rank} axes, counted from 0; there is no axis {number}"),
            ),
            None => self.error(axis.span, "the axis must be written as `Axis(0)` with a literal"),
        }
    }

    /// `split_at`: the two parts of a slice.
    pub(super) fn split_at(
        &mut self,
        slice: &Val,
        at: Value,
        array: &Expr,
        mutable: bool,
    ) -> Result<Val> {
        let len = self.slice_len(slice)?;
        self.check_slice(at, len, len, &describe(self.unit, array), 0);
        let zero = self.b.index(0);
        let rest = self.b.binary(Binary::Sub, len, at);
        let left = self.slice_part(slice, zero, at, mutable)?;
        let right = self.slice_part(slice, at, rest, mutable)?;
        Ok(Val::Group(vec![left, right]))
    }

    /// The type of a reference to array elements, for messages.
    pub(super) fn is_slice(&self, expr: &Expr) -> bool {
        matches!(self.value_ty(expr), Ty::Array(array) if array.slice)
    }
}

/// Methods that go by the axis of the shortest stride.
const SUMMING: [&str; 3] = ["sum_axis", "product_axis", "mean_axis"];

/// Whether a kernel calls one of [`SUMMING`], or a kernel that does, or hands arrays to the host.
fn sums_along_axes(
    source: &'static KernelSource,
    seen: &mut Vec<*const KernelSource>,
) -> Result<bool> {
    if seen.contains(&std::ptr::from_ref(source)) {
        return Ok(false);
    }
    seen.push(source);
    if super::walk::calls_method(&source.kernel()?.body, &SUMMING) {
        return Ok(true);
    }
    for callee in (source.callees)() {
        let sums = match callee {
            Callee::Kernel(callee) => sums_along_axes(callee, seen)?,
            Callee::Host(host) => host
                .params
                .iter()
                .any(|param| matches!(param, Type::Array(array) if array.rank > 1)),
            Callee::Elementary(_) | Callee::Hides(_) | Callee::Unresolved => false,
        };
        if sums {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What is known of the layout of a slice: contiguous if only the slowest axis is cut, in
/// steps of 1, or taken away from the front.
fn sliced_layout(ty: ViewType, cuts: &[Cut], rank: usize) -> Layout {
    if rank == 0 {
        return Layout::C;
    }
    let contiguous = |cuts: &mut dyn Iterator<Item = &Cut>| {
        let mut rest = cuts.skip_while(|cut| **cut == Cut::Gone);
        rest.next().is_some_and(|cut| matches!(cut, Cut::Full | Cut::Part))
            && rest.all(|cut| *cut == Cut::Full)
    };
    match ty.layout {
        Layout::C if contiguous(&mut cuts.iter()) => Layout::C,
        Layout::F if contiguous(&mut cuts.iter().rev()) => {
            if rank == 1 {
                Layout::C
            } else {
                Layout::F
            }
        }
        _ => Layout::Strided,
    }
}
