//! Lowers slices, and those of structures, tuples and fixed-size arrays in particular. All
//! leaves of one slice have the same first axis; its length is asked of the first.

use super::place::describe;
use super::value::{Iter, Leaf, Memory, Place, SliceVal, Val, slice_leaves};
use super::{Lower, Result};
use crate::infer::ty::{ArrayTy, Ty};
use mambo_ir::Layout;
use mambo_ir::function::{Binary, Compare, Op, Value, ValueType, ViewType};
use mambo_ir::kernel::Expr;
use mambo_ir::signature::Access;

impl<'u> Lower<'_, 'u> {
    /// The length of a slice.
    pub(super) fn slice_len(&mut self, slice: &Val) -> Result<Value> {
        match slice {
            Val::Array(array) => Ok(self.b.dim(array.view, 0)),
            Val::Slice(slice) => Ok(self.b.dim(slice.leaves[0], 0)),
            _ => self.error(self.span, "a slice is expected here"),
        }
    }

    /// Elements `start..start + count` of a slice; not checked.
    pub(super) fn slice_part(
        &mut self,
        slice: &Val,
        start: Value,
        count: Value,
        mutable: bool,
    ) -> Result<Val> {
        match slice {
            Val::Array(array) => {
                let stride = self.b.stride(array.view, 0);
                Ok(Val::array(self.subview_1d(array.view, start, count, stride, mutable)))
            }
            Val::Slice(slice) => {
                let leaves = slice.leaves.iter().zip(slice_leaves(&slice.item));
                let leaves = leaves
                    .map(|(view, leaf)| self.leaf_part(*view, &[], (start, count), &leaf, mutable))
                    .collect();
                Ok(Val::Slice(SliceVal { leaves, ..slice.clone() }))
            }
            _ => self.error(self.span, "a slice is expected here"),
        }
    }

    /// A fixed-size array in memory as a slice.
    pub(super) fn whole_slice(&mut self, memory: &Memory) -> Result<SliceVal> {
        let Ty::Fixed(item, len) = &memory.ty else {
            return self.error(self.span, "an array is expected here");
        };
        if memory.leaves.is_empty() {
            return self.error(
                self.span,
                format!("`{item}` holds no number, so that a slice of it has no length in a kernel: pass the length instead"),
            );
        }
        let (start, count) = (self.b.index(0), self.b.index(*len));
        let leaves = memory.leaves.iter().zip(slice_leaves(item));
        let leaves = leaves
            .map(|(view, leaf)| self.leaf_part(*view, &memory.prefix, (start, count), &leaf, true))
            .collect();
        Ok(SliceVal { item: (**item).clone(), leaves })
    }

    /// `count` elements from `start` on, of the array behind `prefix`, of one leaf.
    fn leaf_part(
        &mut self,
        view: Value,
        prefix: &[Value],
        (start, count): (Value, Value),
        leaf: &Leaf,
        mutable: bool,
    ) -> Value {
        let from = self.b.func.view_type(view);
        let zero = self.b.index(0);
        let mut offset = prefix.to_vec();
        offset.push(start);
        offset.resize(from.rank as usize, zero);
        let mut dims = vec![count];
        dims.extend(leaf.dims[1..].iter().map(|&dim| self.b.index(dim as usize)));
        let first = prefix.len() as u8;
        let strides = (first..from.rank).map(|axis| self.b.stride(view, axis)).collect();
        let own = leaf.view_type(from.mutable && mutable);
        // Memory of the stack has leaves of their own, which nothing lies between.
        let layout = if from.layout == Layout::C { Layout::C } else { own.layout };
        let ty = ValueType::View(ViewType { layout, ..own });
        self.b.insert_one(Op::View { view, offset, dims, strides }, ty)
    }

    /// Appends the leaves of a slice that is handed to a kernel.
    pub(super) fn slice_argument(
        &mut self,
        value: Val,
        array: &ArrayTy,
        out: &mut Vec<Value>,
    ) -> Result<()> {
        let Val::Slice(slice) = self.lent(value)? else {
            return self.error(self.span, "a slice is expected here");
        };
        for (view, leaf) in slice.leaves.into_iter().zip(slice_leaves(&array.item)) {
            let ty = leaf.view_type(array.access != Access::Shared);
            if ty.mutable && !self.b.func.view_type(view).mutable {
                return self.error(self.span, super::CONSTANT);
            }
            out.push(self.coerce(view, ValueType::View(ty)));
        }
        Ok(())
    }

    /// A method of a slice of values that are not numbers; `None` if it may be one of iterators.
    pub(super) fn values_method(
        &mut self,
        expr: &'u Expr,
        receiver: &'u Expr,
        slice: SliceVal,
        name: &str,
        args: &'u [Expr],
    ) -> Result<Option<Val>> {
        let len = self.b.dim(slice.leaves[0], 0);
        let zero = self.b.index(0);
        Ok(Some(match (name, args) {
            ("len", []) => Val::Scalar(len),
            ("is_empty", []) => Val::Scalar(self.b.compare(Compare::Eq, len, zero)),
            ("iter" | "iter_mut", []) => {
                Val::iter(Iter::Items { slice, mutable: name == "iter_mut" })
            }
            ("fill", [value]) => {
                let value = self.expr(value)?;
                let value = self.loaded(value)?;
                self.simple_loop(len, |lower, index| {
                    lower.write_memory(&slice.element(index), value);
                });
                Val::UNIT
            }
            ("swap", [a, b]) => {
                let (a, b) = (self.scalar_expr(a)?, self.scalar_expr(b)?);
                let array = describe(self.unit, receiver);
                for index in [a, b] {
                    self.check_index(index, len, &array, 0, 1);
                }
                let [a, b] = [a, b].map(|index| Place::Memory(slice.element(index)));
                self.swap_places(&a, &b)?;
                Val::UNIT
            }
            ("reverse", []) => {
                self.reverse_values(&slice, len)?;
                Val::UNIT
            }
            ("first" | "last", []) => {
                let some = self.b.compare(Compare::Ne, len, zero);
                let one = self.b.index(1);
                let index =
                    if name == "first" { zero } else { self.b.binary(Binary::Sub, len, one) };
                self.optional_value(&slice, some, index)?
            }
            ("get", [index]) => {
                let index = self.scalar_expr(index)?;
                let some = self.b.compare(Compare::Lt, index, len);
                self.optional_value(&slice, some, index)?
            }
            ("copy_from_slice" | "clone_from_slice", [other]) => {
                let other = self.expr(other)?;
                let Val::Slice(other) = self.lent(other)? else {
                    return self.error(expr.span, "a slice is expected here");
                };
                let source_len = self.b.dim(other.leaves[0], 0);
                self.check_lengths(name, source_len, len);
                self.simple_loop(len, |lower, index| {
                    let value = lower.read_memory(&other.element(index));
                    lower.write_memory(&slice.element(index), value);
                });
                Val::UNIT
            }
            ("windows" | "chunks" | "chunks_mut" | "chunks_exact" | "chunks_exact_mut", [size]) => {
                Val::iter(self.windows(Val::Slice(slice), name, size)?)
            }
            ("split_at" | "split_at_mut", [at]) => {
                let at = self.scalar_expr(at)?;
                self.split_at(&Val::Slice(slice), at, receiver, name == "split_at_mut")?
            }
            _ => match instead(name) {
                Some(instead) => {
                    let item = &slice.item;
                    let message = format!(
                        "`[{item}]` has no method `{name}` in the kernel language: {instead}"
                    );
                    return self.error(expr.span, message);
                }
                None => return Ok(None),
            },
        }))
    }

    fn reverse_values(&mut self, slice: &SliceVal, len: Value) -> Result<()> {
        let (one, two) = (self.b.index(1), self.b.index(2));
        let half = self.b.binary(Binary::Div, len, two);
        self.counted_loop(half, vec![], vec![], |lower, left, _| {
            let last = lower.b.binary(Binary::Sub, len, one);
            let right = lower.b.binary(Binary::Sub, last, left);
            let [left, right] = [left, right].map(|index| Place::Memory(slice.element(index)));
            lower.swap_places(&left, &right)?;
            Ok(vec![])
        })?;
        Ok(())
    }

    /// `Some(slice[index])` if `some`; the element is read only then.
    fn optional_value(&mut self, slice: &SliceVal, some: Value, index: Value) -> Result<Val> {
        let read = |lower: &mut Self| Ok(lower.read_memory(&slice.element(index)));
        let none = |lower: &mut Self| Ok(lower.anything(&slice.item));
        let item = self.branch(some, &[], &slice.item, read, none)?;
        Ok(Val::Option { some, item: Box::new(item) })
    }

    /// `windows`, `chunks` and their kin of a slice.
    pub(super) fn windows(&mut self, slice: Val, name: &str, size: &'u Expr) -> Result<Iter> {
        let size = self.scalar_expr(size)?;
        let (zero, one) = (self.b.index(0), self.b.index(1));
        let valid = self.b.compare(Compare::Ne, size, zero);
        let message = if name == "windows" {
            "window size must be non-zero"
        } else {
            "chunk size must be non-zero"
        };
        self.assert_message(valid, message);
        let count = self.slice_len(&slice)?;
        let slice = Box::new(slice);
        if name == "windows" {
            let less = self.b.binary(Binary::Sub, size, one);
            let len = self.b.binary(Binary::SaturatingSub, count, less);
            return Ok(Iter::Windows { slice, size, step: one, len, cut: false, mutable: false });
        }
        let cut = !name.starts_with("chunks_exact");
        let len = if cut {
            self.quotient_up(count, size)
        } else {
            self.b.binary(Binary::Div, count, size)
        };
        let mutable = name.ends_with("_mut");
        Ok(Iter::Windows { slice, size, step: size, len, cut, mutable })
    }
}

/// What to write instead of methods that only slices of numbers have.
fn instead(method: &str) -> Option<&'static str> {
    Some(match method {
        "clone" => "use the slice itself",
        "to_vec" | "to_owned" => "copy the elements to a slice that the caller lends",
        "contains" => "ask with `iter().any(..)`",
        "rotate_left" | "rotate_right" => "`reverse` both parts, and then the whole",
        "copy_within" => "copy the elements in a loop",
        "partition_point" => "search in a loop",
        _ => return None,
    })
}
