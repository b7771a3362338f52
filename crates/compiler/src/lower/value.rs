//! What an expression lowers to: scalars of the typed form, grouped as the source groups them.

use crate::infer::ty::Ty;
use mambo_ir::Dtype;
use mambo_ir::function::{Value, ValueType, ViewType};
use mambo_ir::kernel::{LocalId, NodeId};
use mambo_ir::signature::{Access, Layout};

/// The value of an expression.
#[derive(Clone, Debug)]
pub(super) enum Val {
    /// A scalar.
    Scalar(Value),
    /// A tuple, structure or complex number: its fields.
    Group(Vec<Val>),
    /// An `Option`; the item holds anything if it is `None`.
    Option { some: Value, item: Box<Val> },
    /// An array, view or slice.
    Array(ArrayVal),
    /// A slice of values that are not numbers.
    Slice(SliceVal),
    /// A value that lives in memory of the stack or of the caller: fixed-size arrays, and
    /// bindings whose address is taken.
    Memory(Memory),
    /// `&mut` of a place.
    Place(Place),
    /// A range of integers.
    Range(RangeVal),
    /// An iterator.
    Iter(Box<Iter>),
    /// A closure, by the node where it is written.
    Closure(NodeId),
}

/// An array, view or slice.
#[derive(Clone, Copy, Debug)]
pub(super) struct ArrayVal {
    pub(super) view: Value,
    /// Whether it is a whole allocation of this call, which may be returned as it is.
    pub(super) fresh: bool,
}

/// A slice of structures, tuples or fixed-size arrays: a view of each scalar leaf of theirs,
/// the first axis of which is that of the slice.
#[derive(Clone, Debug)]
pub(super) struct SliceVal {
    pub(super) item: Ty,
    pub(super) leaves: Vec<Value>,
}

impl SliceVal {
    /// The element `index`; not checked.
    pub(super) fn element(&self, index: Value) -> Memory {
        Memory {
            ty: self.item.clone(),
            leaves: self.leaves.clone(),
            prefix: vec![index],
            part: 0,
            fresh: false,
        }
    }
}

/// A typed place in memory: one view for every scalar leaf of the outermost type, and the
/// indices that lead to this part of it.
#[derive(Clone, Debug)]
pub(super) struct Memory {
    pub(super) ty: Ty,
    pub(super) leaves: Vec<Value>,
    pub(super) prefix: Vec<Value>,
    /// Which part of an element this is, if it is one of a complex number.
    pub(super) part: u8,
    /// Whether nothing else refers to it, so that a binding may take it over.
    pub(super) fresh: bool,
}

/// Something that can be assigned.
#[derive(Clone, Debug)]
pub(super) enum Place {
    /// A binding, or a field of it.
    Local { local: LocalId, path: Vec<usize> },
    /// An element of an array, or one part of a complex one.
    Element { view: Value, indices: Vec<Value>, part: Option<u8> },
    /// A part of a value in memory.
    Memory(Memory),
    /// A whole array or part of one.
    Array(ArrayVal),
    /// Not a place: the value of an expression, kept for a moment.
    Temporary(Box<Val>),
}

/// `start..end`.
#[derive(Clone, Copy, Debug)]
pub(super) struct RangeVal {
    pub(super) start: Option<Value>,
    pub(super) end: Option<Value>,
    pub(super) inclusive: bool,
    pub(super) dtype: Dtype,
}

/// An iterator whose items can be had by number.
#[derive(Clone, Debug)]
pub(super) enum Iter {
    /// A range as written; loops over it keep its bounds.
    Range {
        range: RangeVal,
        step: u64,
        reverse: bool,
    },
    /// The elements of an array in logical order.
    Elements {
        view: Value,
        mutable: bool,
    },
    /// The elements of an array with their indices.
    Indexed {
        view: Value,
        mutable: bool,
    },
    /// The subviews along an axis.
    Along {
        view: Value,
        axis: u8,
        mutable: bool,
    },
    /// The one-dimensional lanes along the last (rows) or first (columns) axis.
    Lanes {
        view: Value,
        axis: u8,
        mutable: bool,
    },
    /// `windows(n)`, `chunks(n)` and `chunks_exact(n)` of a slice: lanes of `size`, `step`
    /// apart, the last one shorter if the slice ends before it.
    Windows {
        slice: Box<Val>,
        size: Value,
        step: Value,
        len: Value,
        cut: bool,
        mutable: bool,
    },
    /// The elements of a fixed-size array.
    Fixed {
        memory: Memory,
        len: usize,
        mutable: bool,
    },
    /// The elements of a slice of values that are not numbers.
    Items {
        slice: SliceVal,
        mutable: bool,
    },
    Zip(Box<Iter>, Box<Iter>),
    Enumerate(Box<Iter>),
    Rev(Box<Iter>),
    /// Every `step`-th item.
    StepBy {
        iter: Box<Iter>,
        step: Value,
    },
    Skip {
        iter: Box<Iter>,
        count: Value,
    },
    Take {
        iter: Box<Iter>,
        count: Value,
    },
    Map {
        iter: Box<Iter>,
        closure: NodeId,
    },
    /// The items for which the closure is true. They have no numbers: [`Lower::each_item`]
    /// goes through them.
    ///
    /// [`Lower::each_item`]: super::Lower::each_item
    Filter {
        iter: Box<Iter>,
        closure: NodeId,
    },
    /// What the closure gives for the items, where it gives something.
    FilterMap {
        iter: Box<Iter>,
        closure: NodeId,
    },
    /// The items before the first for which the closure is false.
    TakeWhile {
        iter: Box<Iter>,
        closure: NodeId,
    },
    /// The items from the first for which the closure is false. A loop over them begins with
    /// [`Lower::started`], which makes memory for whether that one has `passed`.
    ///
    /// [`Lower::started`]: super::Lower::started
    SkipWhile {
        iter: Box<Iter>,
        closure: NodeId,
        passed: Option<Value>,
    },
    /// `skip` and `step_by` of items made by closures that do more than give a value: items
    /// left out are made too, and so have no numbers either.
    Thinned {
        iter: Box<Iter>,
        by: Thinning,
    },
}

/// Which items, by their numbers, stay.
#[derive(Clone, Copy, Debug)]
pub(super) enum Thinning {
    /// Those from this one on.
    Skip(Value),
    /// The multiples of this.
    StepBy(Value),
}

impl Iter {
    /// The adapter that leaves items out, so that those after it have no numbers.
    pub(super) fn thinned_by(&self) -> Option<&'static str> {
        match self {
            Iter::Filter { .. } => Some("filter"),
            Iter::FilterMap { .. } => Some("filter_map"),
            Iter::TakeWhile { .. } => Some("take_while"),
            Iter::SkipWhile { .. } => Some("skip_while"),
            Iter::Thinned { by: Thinning::Skip(_), .. } => Some("skip"),
            Iter::Thinned { by: Thinning::StepBy(_), .. } => Some("step_by"),
            Iter::Map { iter, .. } | Iter::Rev(iter) => iter.thinned_by(),
            _ => None,
        }
    }

    /// Whether items are left out, so that they have no numbers.
    pub(super) fn filters(&self) -> bool {
        self.thinned_by().is_some()
    }

    /// Whether the items end before their numbers do.
    pub(super) fn ends_early(&self) -> bool {
        match self {
            Iter::TakeWhile { .. } => true,
            Iter::Map { iter, .. }
            | Iter::Rev(iter)
            | Iter::Filter { iter, .. }
            | Iter::FilterMap { iter, .. }
            | Iter::SkipWhile { iter, .. } => iter.ends_early(),
            _ => false,
        }
    }
}

impl Val {
    pub(super) const UNIT: Val = Val::Group(Vec::new());

    pub(super) fn array(view: Value) -> Val {
        Val::Array(ArrayVal { view, fresh: false })
    }

    pub(super) fn iter(iter: Iter) -> Val {
        Val::Iter(Box::new(iter))
    }

    /// Appends the values of the typed form this value consists of, as far as control flow has
    /// to carry them: what lives in memory or is known by its node is not among them.
    pub(super) fn leaves(&self, out: &mut Vec<Value>) {
        match self {
            Val::Scalar(value) => out.push(*value),
            Val::Group(items) => items.iter().for_each(|item| item.leaves(out)),
            Val::Option { some, item } => {
                out.push(*some);
                item.leaves(out);
            }
            Val::Array(array) => out.push(array.view),
            Val::Slice(slice) => out.extend(&slice.leaves),
            Val::Memory(memory) | Val::Place(Place::Memory(memory)) if memory.fresh => {
                out.extend(&memory.leaves);
            }
            Val::Place(Place::Array(array)) if array.fresh => out.push(array.view),
            Val::Range(range) => out.extend(range.start.iter().chain(&range.end)),
            _ => {}
        }
    }

    /// This value with its leaves replaced by the next ones of `leaves`.
    pub(super) fn rebuild(&self, leaves: &mut impl Iterator<Item = Value>) -> Val {
        let mut next = || leaves.next().expect("a leaf for each leaf");
        match self {
            Val::Scalar(_) => Val::Scalar(next()),
            Val::Group(items) => {
                Val::Group(items.iter().map(|item| item.rebuild(leaves)).collect())
            }
            Val::Option { item, .. } => {
                let some = next();
                Val::Option { some, item: Box::new(item.rebuild(leaves)) }
            }
            Val::Array(array) => Val::Array(ArrayVal { view: next(), ..*array }),
            Val::Slice(slice) => Val::Slice(SliceVal {
                leaves: slice.leaves.iter().map(|_| next()).collect(),
                ..slice.clone()
            }),
            Val::Memory(memory) if memory.fresh => Val::Memory(Memory {
                leaves: memory.leaves.iter().map(|_| next()).collect(),
                ..memory.clone()
            }),
            // A reference that was handed out is like any other.
            Val::Place(Place::Memory(memory)) if memory.fresh => {
                Val::Place(Place::Memory(Memory {
                    leaves: memory.leaves.iter().map(|_| next()).collect(),
                    fresh: false,
                    ..memory.clone()
                }))
            }
            Val::Place(Place::Array(array)) if array.fresh => {
                Val::Place(Place::Array(ArrayVal { view: next(), fresh: false }))
            }
            Val::Range(range) => Val::Range(RangeVal {
                start: range.start.map(|_| next()),
                end: range.end.map(|_| next()),
                ..*range
            }),
            other => other.clone(),
        }
    }
}

/// A scalar of a type, with all its like in arrays of the type.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    pub(super) dtype: Dtype,
    pub(super) dims: Vec<u32>,
    /// Whether the host has other leaves between the elements of this one.
    pub(super) interleaved: bool,
}

impl Leaf {
    /// The view of the leaf in memory of the host.
    pub(super) fn view_type(&self, mutable: bool) -> ViewType {
        let layout = if self.interleaved { Layout::Strided } else { Layout::C };
        ViewType { dtype: self.dtype, rank: self.dims.len() as u8, layout, mutable }
    }
}

/// The scalar leaves of a type, depth first.
pub(super) fn memory_leaves(ty: &Ty) -> Vec<Leaf> {
    leaves_along(ty, Vec::new())
}

/// The scalar leaves of a slice of `item`: the first axis stands for that of the slice, whose
/// length only the views know.
pub(super) fn slice_leaves(item: &Ty) -> Vec<Leaf> {
    leaves_along(item, vec![0])
}

/// The scalar leaves of values of type `ty` that lie along axes of lengths `dims`.
fn leaves_along(ty: &Ty, dims: Vec<u32>) -> Vec<Leaf> {
    fn walk(ty: &Ty, at: &Leaf, out: &mut Vec<Leaf>) {
        // Parts of an item lie side by side.
        let part = || Leaf { interleaved: !at.dims.is_empty(), ..at.clone() };
        match ty {
            Ty::Scalar(_) | Ty::Complex(_) => {
                out.extend(ty.as_element().map(|dtype| Leaf { dtype, ..at.clone() }));
            }
            Ty::Tuple(items) => items.iter().for_each(|item| walk(item, &part(), out)),
            Ty::Struct(ty) => ty.fields.iter().for_each(|(_, field)| walk(field, &part(), out)),
            Ty::Option(item) => {
                out.push(Leaf { dtype: Dtype::Bool, ..part() });
                walk(item, &part(), out);
            }
            Ty::Fixed(item, len) => {
                let mut items = at.clone();
                items.dims.push(*len as u32);
                walk(item, &items, out);
            }
            _ => {}
        }
    }
    let mut out = Vec::new();
    walk(ty, &Leaf { dtype: Dtype::Bool, dims, interleaved: false }, &mut out);
    out
}

/// The types of the fields of a tuple, structure or complex number.
pub(super) fn field_types(ty: &Ty) -> Vec<Ty> {
    match ty {
        Ty::Complex(part) => vec![(**part).clone(); 2],
        Ty::Tuple(items) => items.clone(),
        Ty::Struct(ty) => ty.fields.iter().map(|(_, ty)| ty.clone()).collect(),
        _ => Vec::new(),
    }
}

/// The types of the results of a function that returns a `ty`.
pub(super) fn result_types(ty: &Ty) -> Vec<ValueType> {
    match ty {
        Ty::Scalar(dtype) => vec![(*dtype).into()],
        Ty::Tuple(_) | Ty::Struct(_) | Ty::Complex(_) => {
            field_types(ty).iter().flat_map(result_types).collect()
        }
        Ty::Option(item) => {
            let mut types = vec![Dtype::Bool.into()];
            types.extend(result_types(item));
            types
        }
        Ty::Fixed(item, len) => {
            let item = result_types(item);
            item.iter().copied().cycle().take(item.len() * len).collect()
        }
        Ty::Array(array) => vec![ValueType::View(ViewType {
            dtype: array.item.as_element().unwrap_or(Dtype::F64),
            rank: array.rank,
            layout: Layout::C,
            mutable: array.access != Access::Shared,
        })],
        _ => Vec::new(),
    }
}
