//! What universal functions take, and the rank of what comes out, known to rustc.

use super::alike::Alike;
use crate::scalar::{Element, Scalar};
use crate::slots::{Cons, End};
use mambo_ir::{Dtype, Type};
use ndarray::{
    Array, ArrayBase, ArrayRef, Data, DimAdd, DimMax, Dimension, MathCell, ShapeBuilder,
};
use num_complex::Complex;
use std::mem::MaybeUninit;

/// A mask, 8 inputs and the 6 results of the longest tuple.
pub(crate) const MAX_OPERANDS: usize = 15;

/// An argument of a universal function: a number, or an array of any rank, owned, viewed or
/// shared, or a reference to one.
///
/// # Safety
/// [`Operand::raw`] must describe readable elements of type [`Operand::Elem`] that live as long
/// as the operand is borrowed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a universal function",
    label = "not a number and not an array of numbers",
    note = "universal functions take numbers, `bool`, `Complex`, and ndarray's `&Array`, `ArrayView`, `&ArcArray` and `&ArrayRef` of them, of any rank"
)]
pub unsafe trait Operand {
    /// The type of its elements.
    type Elem: Element;
    /// Its axes.
    type Dim: Axes;
    /// Where its elements are.
    #[doc(hidden)]
    fn raw(&self) -> RawOperand<'_>;
}

/// What arrays hold a number as: itself, or a cell, of which several may share the memory.
#[diagnostic::on_unimplemented(
    message = "arrays of `{Self}` cannot be arguments of a universal function",
    label = "not an array of numbers",
    note = "universal functions take arrays of numbers, `bool` and `Complex`, and ndarray's cell views of them"
)]
pub trait Item {
    /// The number.
    type Value: Element;
}

impl<T: Scalar> Item for T {
    type Value = T;
}

impl Item for Complex<f32> {
    type Value = Self;
}

impl Item for Complex<f64> {
    type Value = Self;
}

impl<T: Element> Item for MathCell<T> {
    type Value = T;
}

/// Where the elements of an array are; a number has no axes.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct RawOperand<'a> {
    pub(crate) address: *mut u8,
    pub(crate) dtype: Dtype,
    /// Whether it may share elements with others though it is written.
    pub(crate) in_cells: bool,
    pub(crate) dims: &'a [usize],
    /// In elements.
    pub(crate) strides: &'a [isize],
}

impl<'a> RawOperand<'a> {
    pub(crate) fn of_array<T: Item, D: Dimension>(array: &'a ArrayRef<T, D>) -> Self {
        let address: *mut T::Value = array.as_ptr().cast_mut().cast();
        RawOperand::at(address, array.shape(), array.strides())
    }

    pub(crate) fn at<T: Element>(address: *mut T, dims: &'a [usize], strides: &'a [isize]) -> Self {
        let address = address.cast();
        RawOperand { address, dtype: T::DTYPE, in_cells: false, dims, strides }
    }

    pub(crate) fn of_number<T: Element>(number: *const T) -> Self {
        RawOperand::at(number.cast_mut(), &[], &[])
    }
}

/// The operands of a call: a mask, the inputs and the outputs.
#[doc(hidden)]
#[derive(Debug)]
pub struct Raws<'a> {
    items: [MaybeUninit<RawOperand<'a>>; MAX_OPERANDS],
    len: usize,
}

impl<'a> Raws<'a> {
    pub(crate) fn new() -> Self {
        Raws { items: [const { MaybeUninit::uninit() }; MAX_OPERANDS], len: 0 }
    }

    pub(crate) fn push(&mut self, raw: RawOperand<'a>) {
        self.items[self.len].write(raw);
        self.len += 1;
    }

    pub(crate) fn as_slice(&self) -> &[RawOperand<'a>] {
        // SAFETY: so many are written, from the front.
        unsafe { std::slice::from_raw_parts(self.items.as_ptr().cast(), self.len) }
    }
}

macro_rules! numbers {
    ($([$($generics:tt)*] $ty:ty),*) => {$(
        // SAFETY: a value is one element.
        unsafe impl<$($generics)*> Operand for $ty {
            type Elem = $ty;
            type Dim = NoAxes;
            #[inline]
            fn raw(&self) -> RawOperand<'_> {
                RawOperand::of_number(self)
            }
        }
    )*};
}
numbers!([T: Scalar] T, [] Complex<f32>, [] Complex<f64>);

// SAFETY: ndarray keeps pointer, shape and strides of an array in agreement.
unsafe impl<S: Data<Elem: Item>, D: Dimension> Operand for ArrayBase<S, D> {
    type Elem = <S::Elem as Item>::Value;
    type Dim = D;
    #[inline]
    fn raw(&self) -> RawOperand<'_> {
        RawOperand::of_array(self)
    }
}

// SAFETY: as above.
unsafe impl<S: Data<Elem: Item>, D: Dimension> Operand for &ArrayBase<S, D> {
    type Elem = <S::Elem as Item>::Value;
    type Dim = D;
    #[inline]
    fn raw(&self) -> RawOperand<'_> {
        RawOperand::of_array(self)
    }
}

// SAFETY: as above.
unsafe impl<T: Item, D: Dimension> Operand for &ArrayRef<T, D> {
    type Elem = T::Value;
    type Dim = D;
    #[inline]
    fn raw(&self) -> RawOperand<'_> {
        RawOperand::of_array(self)
    }
}

/// The axes of an operand or a result: those of an array, or none for a number.
pub trait Axes {
    /// What holds results of this shape: an array, or a number.
    type Holding<T>;
    /// The same before the results are written.
    #[doc(hidden)]
    type Unwritten<T>;
    /// Room for results.
    #[doc(hidden)]
    fn allocate<T>(dims: &[usize], order: Order) -> Self::Unwritten<T>;
    /// Where they are to be written.
    #[doc(hidden)]
    fn place<T: Element>(unwritten: &mut Self::Unwritten<T>) -> RawOperand<'_>;
    /// The results.
    ///
    /// # Safety
    /// All elements must have been written.
    #[doc(hidden)]
    unsafe fn written<T>(unwritten: Self::Unwritten<T>) -> Self::Holding<T>;
    /// Results that are all zero.
    #[doc(hidden)]
    fn zeroed<T: Element>(dims: &[usize], order: Order) -> Self::Holding<T>;
    /// Where results are.
    #[doc(hidden)]
    fn place_of<T: Element>(holding: &mut Self::Holding<T>) -> RawOperand<'_>;
}

/// The order of elements in memory of an array that is allocated.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The last axis fastest.
    C,
    /// The first axis fastest.
    F,
}

/// The axes of a number: none, and no array around it.
#[derive(Clone, Copy, Debug)]
pub enum NoAxes {}

impl Axes for NoAxes {
    type Holding<T> = T;
    type Unwritten<T> = MaybeUninit<T>;
    #[inline]
    fn allocate<T>(_: &[usize], _: Order) -> MaybeUninit<T> {
        MaybeUninit::uninit()
    }
    #[inline]
    fn place<T: Element>(unwritten: &mut MaybeUninit<T>) -> RawOperand<'_> {
        RawOperand::of_number(unwritten.as_mut_ptr())
    }
    #[inline]
    unsafe fn written<T>(unwritten: MaybeUninit<T>) -> T {
        // SAFETY: by the contract of this function.
        unsafe { unwritten.assume_init() }
    }
    fn zeroed<T: Element>(_: &[usize], _: Order) -> T {
        T::default()
    }
    fn place_of<T: Element>(holding: &mut T) -> RawOperand<'_> {
        RawOperand::of_number(&raw mut *holding)
    }
}

impl<D: Dimension> Axes for D {
    type Holding<T> = Array<T, D>;
    type Unwritten<T> = Array<MaybeUninit<T>, D>;
    #[inline]
    fn allocate<T>(dims: &[usize], order: Order) -> Array<MaybeUninit<T>, D> {
        Array::uninit(shape::<D>(dims).set_f(order == Order::F))
    }
    #[inline]
    fn place<T: Element>(unwritten: &mut Array<MaybeUninit<T>, D>) -> RawOperand<'_> {
        let address: *mut T = unwritten.as_mut_ptr().cast();
        RawOperand::at(address, unwritten.shape(), unwritten.strides())
    }
    #[inline]
    unsafe fn written<T>(unwritten: Array<MaybeUninit<T>, D>) -> Array<T, D> {
        // SAFETY: by the contract of this function.
        unsafe { unwritten.assume_init() }
    }
    fn zeroed<T: Element>(dims: &[usize], order: Order) -> Array<T, D> {
        Array::from_elem(shape::<D>(dims).set_f(order == Order::F), T::default())
    }
    fn place_of<T: Element>(holding: &mut Array<T, D>) -> RawOperand<'_> {
        let address = holding.as_mut_ptr();
        RawOperand::at(address, holding.shape(), holding.strides())
    }
}

fn shape<D: Dimension>(dims: &[usize]) -> D {
    let mut shape = D::zeros(dims.len());
    shape.slice_mut().copy_from_slice(dims);
    shape
}

/// The axes of operands broadcast together: the most of either.
pub trait Join<Other> {
    /// Those.
    type Output: Axes;
}

impl Join<NoAxes> for NoAxes {
    type Output = NoAxes;
}

impl<D: Dimension> Join<D> for NoAxes {
    type Output = D;
}

impl<D: Dimension> Join<NoAxes> for D {
    type Output = D;
}

impl<A: Dimension + DimMax<B>, B: Dimension> Join<B> for A {
    type Output = <A as DimMax<B>>::Output;
}

/// The axes of one operand, and those of another behind them.
pub trait Followed<Other> {
    /// All of them.
    type Output: Axes;
}

impl Followed<NoAxes> for NoAxes {
    type Output = NoAxes;
}

impl<D: Dimension> Followed<D> for NoAxes {
    type Output = D;
}

impl<D: Dimension> Followed<NoAxes> for D {
    type Output = D;
}

impl<A: Dimension + DimAdd<B>, B: Dimension> Followed<B> for A {
    type Output = <A as DimAdd<B>>::Output;
}

/// The inputs of a call, as a list.
pub trait Operands {
    /// Their axes together.
    type Dim: Axes;
    /// Where each is.
    #[doc(hidden)]
    fn raws<'a>(&'a self, into: &mut Raws<'a>);
    /// Adds each; whether all lie alike.
    #[doc(hidden)]
    fn alike(&self, into: &mut Alike<'_>) -> bool;
    /// The types of their elements.
    #[doc(hidden)]
    fn element_types(into: &mut Vec<Type>);
}

/// A type of elements, in the compiler's words.
pub(crate) fn element_type(dtype: Dtype) -> Type {
    if dtype.is_complex() { Type::Complex(dtype.part()) } else { Type::Scalar(dtype) }
}

impl<A: Operand> Operands for Cons<A, End> {
    type Dim = A::Dim;
    #[inline]
    fn raws<'a>(&'a self, into: &mut Raws<'a>) {
        into.push(self.0.raw());
    }
    #[inline(always)]
    fn alike(&self, into: &mut Alike<'_>) -> bool {
        into.push(&self.0.raw(), true)
    }
    fn element_types(into: &mut Vec<Type>) {
        into.push(element_type(A::Elem::DTYPE));
    }
}

impl<A, B, R> Operands for Cons<A, Cons<B, R>>
where
    A: Operand,
    Cons<B, R>: Operands,
    A::Dim: Join<<Cons<B, R> as Operands>::Dim>,
{
    type Dim = <A::Dim as Join<<Cons<B, R> as Operands>::Dim>>::Output;
    #[inline]
    fn raws<'a>(&'a self, into: &mut Raws<'a>) {
        into.push(self.0.raw());
        self.1.raws(into);
    }
    #[inline(always)]
    fn alike(&self, into: &mut Alike<'_>) -> bool {
        into.push(&self.0.raw(), true) && self.1.alike(into)
    }
    fn element_types(into: &mut Vec<Type>) {
        into.push(element_type(A::Elem::DTYPE));
        <Cons<B, R>>::element_types(into);
    }
}
