//! Lowers `&mut` that is handed on: to a callee, or out of the arms of a branch, which may
//! refer to different places. What goes is a view of each leaf.

use super::value::{ArrayVal, Leaf, Memory, Place, Val, memory_leaves};
use super::{Lower, Result};
use crate::infer::ty::Ty;
use mambo_ir::Layout;
use mambo_ir::function::{Op, Value, ValueType, ViewType};

impl Lower<'_, '_> {
    /// `value` of type `ty` as it leaves an arm, a block or a loop: plain parts as values of
    /// their own, references as views that control flow can carry.
    pub(super) fn handed_out(&mut self, value: Val, ty: &Ty) -> Result<Val> {
        match (ty, value) {
            (Ty::RefMut(_), Val::Place(Place::Array(array))) => {
                Ok(Val::Place(Place::Array(ArrayVal { fresh: true, ..array })))
            }
            (Ty::RefMut(to), Val::Place(place)) => {
                let mut leaves = Vec::new();
                self.reference(&place, to, &mut leaves)?;
                let ty = (**to).clone();
                let memory = Memory { ty, leaves, prefix: vec![], part: 0, fresh: true };
                Ok(Val::Place(Place::Memory(memory)))
            }
            (Ty::Tuple(types), Val::Group(items)) if !ty.is_plain() => {
                let items = items.into_iter().zip(types);
                let items = items.map(|(item, ty)| self.handed_out(item, ty));
                Ok(Val::Group(items.collect::<Result<_>>()?))
            }
            (Ty::Option(ty), Val::Option { some, item }) if !ty.is_plain() => {
                let item = Box::new(self.handed_out(*item, ty)?);
                Ok(Val::Option { some, item })
            }
            (Ty::Array(_), value) => self.lent(value),
            (_, value) => {
                let value = self.loaded(value)?;
                self.own(value)
            }
        }
    }

    /// `value` where a slice is expected: a fixed-size array is lent, not copied.
    pub(super) fn lent(&mut self, value: Val) -> Result<Val> {
        match self.loaded(value)? {
            Val::Memory(memory) if matches!(&memory.ty, Ty::Fixed(item, _) if item.as_element().is_none()) => {
                Ok(Val::Slice(self.whole_slice(&memory)?))
            }
            array @ Val::Memory(_) => Ok(Val::Array(self.array(array)?)),
            other => Ok(other),
        }
    }

    /// Appends a view for each leaf of a place that is handed on by `&mut`.
    pub(super) fn reference(&mut self, place: &Place, ty: &Ty, out: &mut Vec<Value>) -> Result<()> {
        match place {
            Place::Element { part: Some(_), .. } => self.part_of_complex(),
            Place::Element { view, indices, part: None } => {
                out.push(self.element_reference(*view, indices));
                Ok(())
            }
            Place::Memory(memory) => {
                let leaf = self.b.func.view_type(memory.leaves[0]).dtype;
                if leaf.is_complex() && matches!(ty, Ty::Scalar(_)) {
                    return self.part_of_complex();
                }
                for (view, leaf) in memory.leaves.iter().zip(memory_leaves(ty)) {
                    let reference = self.leaf_reference(*view, &memory.prefix, &leaf);
                    out.push(reference);
                }
                Ok(())
            }
            _ => self.error(self.span, "`&mut` of a binding or element is expected here"),
        }
    }

    fn part_of_complex(&self) -> Result<()> {
        self.error(
            self.span,
            "`&mut` of one part of a complex number cannot be handed on in a kernel: hand on the number, or copy the part",
        )
    }

    /// The part of a leaf behind `prefix`, as a callee gets it.
    fn leaf_reference(&mut self, view: Value, prefix: &[Value], leaf: &Leaf) -> Value {
        let from = self.b.func.view_type(view);
        let ty = leaf.view_type(from.mutable);
        if prefix.is_empty() && from == ty {
            return view;
        }
        let zero = self.b.index(0);
        let mut offset = prefix.to_vec();
        offset.resize(from.rank as usize, zero);
        let dims = leaf.dims.iter().map(|&dim| self.b.index(dim as usize)).collect();
        let strides =
            (0..ty.rank).map(|axis| self.b.stride(view, prefix.len() as u8 + axis)).collect();
        self.b.insert_one(Op::View { view, offset, dims, strides }, ValueType::View(ty))
    }

    fn element_reference(&mut self, view: Value, indices: &[Value]) -> Value {
        if indices.is_empty() {
            return view;
        }
        let ty = self.b.func.view_type(view);
        let ty = ViewType { rank: 0, layout: Layout::C, ..ty };
        let op = Op::View { view, offset: indices.to_vec(), dims: vec![], strides: vec![] };
        self.b.insert_one(op, ValueType::View(ty))
    }
}
