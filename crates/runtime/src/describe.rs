//! Types and constants of the host, in the compiler's words.

use crate::plain::{Leaves, Plain};
use crate::rank::Rank;
use crate::scalar::Element;
use crate::slots::as_slots;
use mambo_compiler::source::Capture;
use mambo_ir::signature::{Access, ArrayType};
use mambo_ir::{Const, Dtype, Layout, Type};
use ndarray::{ArrayBase, ArrayRef, OwnedRepr, ViewRepr};

/// A type that the compiler knows: what a generic parameter of a kernel may stand for.
///
/// Arrays are described as of layout C; a call puts in the layout it finds.
///
/// ```
/// use mambo_runtime::Described;
/// assert_eq!(<(f32, [u8; 4])>::describe().to_string(), "(f32, [u8; 4])");
/// ```
#[diagnostic::on_unimplemented(
    message = "the kernel compiler does not know the type `{Self}`",
    label = "not a type of the kernel language",
    note = "for a generic parameter write `T: Number`, `T: Real` or `T: Integer`; for a structure add `#[derive(mambo::Data)]`"
)]
pub trait Described {
    /// The type.
    fn describe() -> Type;
}

impl<T: Plain> Described for T {
    fn describe() -> Type {
        T::plain_type()
    }
}

/// An array of `T`, layout C.
pub(crate) fn array_type<T: Element>(rank: u8, access: Access, slice: bool) -> Type {
    Type::Array(ArrayType { dtype: T::DTYPE, rank, layout: Layout::C, access, slice })
}

/// A slice of `T`: an array if it is one of numbers.
fn slice_type<T: Plain>(mutable: bool) -> Type {
    let dtype = match T::plain_type() {
        Type::Scalar(dtype) => Some(dtype),
        Type::Complex(part) => part.to_complex(),
        _ => None,
    };
    let access = if mutable { Access::Mut } else { Access::Shared };
    match dtype {
        Some(dtype) => {
            Type::Array(ArrayType { dtype, rank: 1, layout: Layout::C, access, slice: true })
        }
        None => Type::Slice { mutable, item: Box::new(T::plain_type()) },
    }
}

impl<T: Leaves> Described for &[T] {
    fn describe() -> Type {
        slice_type::<T>(false)
    }
}

impl<T: Leaves> Described for &mut [T] {
    fn describe() -> Type {
        slice_type::<T>(true)
    }
}

impl<T: Element, D: Rank> Described for ArrayBase<OwnedRepr<T>, D> {
    fn describe() -> Type {
        array_type::<T>(D::RANK, Access::Owned, false)
    }
}

impl<T: Element, D: Rank> Described for ArrayBase<ViewRepr<&T>, D> {
    fn describe() -> Type {
        array_type::<T>(D::RANK, Access::Shared, false)
    }
}

impl<T: Element, D: Rank> Described for ArrayBase<ViewRepr<&mut T>, D> {
    fn describe() -> Type {
        array_type::<T>(D::RANK, Access::Mut, false)
    }
}

impl<T: Element, D: Rank> Described for &ArrayRef<T, D> {
    fn describe() -> Type {
        array_type::<T>(D::RANK, Access::Shared, false)
    }
}

impl<T: Element, D: Rank> Described for &mut ArrayRef<T, D> {
    fn describe() -> Type {
        array_type::<T>(D::RANK, Access::Mut, false)
    }
}

impl<S, D> Described for &ArrayBase<S, D>
where
    S: ndarray::Data,
    S::Elem: Element,
    D: Rank,
{
    fn describe() -> Type {
        array_type::<S::Elem>(D::RANK, Access::Shared, false)
    }
}

impl<S, D> Described for &mut ArrayBase<S, D>
where
    S: ndarray::DataMut,
    S::Elem: Element,
    D: Rank,
{
    fn describe() -> Type {
        array_type::<S::Elem>(D::RANK, Access::Mut, false)
    }
}

/// `&T` or `&mut T` of a plain type.
#[doc(hidden)]
pub fn reference_type<T: Plain>(mutable: bool) -> Type {
    Type::Ref { mutable, to: Box::new(T::plain_type()) }
}

/// A constant that kernels can use: their value is compiled into the code.
#[diagnostic::on_unimplemented(
    message = "a kernel cannot use a constant of type `{Self}`",
    label = "not a constant that kernels can hold",
    note = "constants may be numbers, `bool`, tuples, `[T; N]`, `&[T]` of them, and structures with `#[derive(mambo::Data)]`; pass anything else as an argument"
)]
pub trait Captured {
    /// The type and the scalars of the value.
    fn capture(&self) -> Capture;
}

impl<T: Plain> Captured for T {
    fn capture(&self) -> Capture {
        let ty = T::plain_type();
        let scalars = constants(&ty, as_slots(&self.to_slots()));
        Capture { ty, scalars }
    }
}

impl<T: Plain> Captured for &[T] {
    fn capture(&self) -> Capture {
        let item = T::plain_type();
        let scalars =
            self.iter().flat_map(|value| constants(&item, as_slots(&value.to_slots()))).collect();
        Capture { ty: Type::FixedArray(Box::new(item), self.len()), scalars }
    }
}

impl<T: Plain, const N: usize> Captured for &[T; N] {
    fn capture(&self) -> Capture {
        self.as_slice().capture()
    }
}

/// The slots of a plain value as constants of the types they have.
fn constants(ty: &Type, slots: &[u64]) -> Vec<Const> {
    let mut dtypes = Vec::with_capacity(slots.len());
    leaves(ty, &mut dtypes);
    let mut slots = slots.iter().copied();
    let scalars = dtypes.into_iter().map(|dtype| Const::from_slots(dtype, &mut slots)).collect();
    assert_eq!(slots.len(), 0, "a plain type has the slots of its scalars");
    scalars
}

/// The scalar types of a plain type, flattened depth first.
fn leaves(ty: &Type, into: &mut Vec<Dtype>) {
    match ty {
        Type::Scalar(dtype) => into.push(*dtype),
        Type::Complex(part) => into.extend([*part; 2]),
        Type::Tuple(items) => items.iter().for_each(|item| leaves(item, into)),
        Type::FixedArray(item, len) => (0..*len).for_each(|_| leaves(item, into)),
        Type::Struct(ty) => ty.fields.iter().for_each(|(_, field)| leaves(field, into)),
        Type::Option(item) => {
            into.push(Dtype::Bool);
            leaves(item, into);
        }
        Type::Array(_) | Type::Slice { .. } | Type::Ref { .. } => {}
    }
}
