//! Inputs and results of generalized universal functions, as lists, and what their kernels take.

use super::rank::CoreOf;
use crate::scalar::{Element, Scalar, for_each_scalar};
use crate::slots::{Cons, End};
use crate::ufunc::cast::{CastsTo, copy};
use crate::ufunc::fold::Copying;
use crate::ufunc::operand::{Axes, Join, Operand, Order, RawOperand, Raws};
use crate::ufunc::target::Target;
use mambo_ir::Dtype;
use ndarray::{ArrayView, ArrayViewMut, Ix0, Ix1, Ix2, Ix3, Ix4, Ix5, Ix6, IxDyn};
use num_complex::Complex;
use std::marker::PhantomData;

/// A parameter of a kernel for an operand with `N` core dimensions: a number for an input with
/// none, an `ArrayView` for others; an `ArrayViewMut` or, with none, `&mut` of a number for an
/// output.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the parameter of an operand with {N} core dimensions",
    label = "the layout says {N} core dimensions",
    note = "an input is a number, or an `ArrayView` of as many axes as core dimensions; an output is an `ArrayViewMut`, or `&mut` of a number"
)]
pub trait CoreParam<const N: usize> {
    /// The type of its elements.
    type Elem: Element;
}

impl<T: Scalar> CoreParam<0> for T {
    type Elem = T;
}

impl CoreParam<0> for Complex<f32> {
    type Elem = Self;
}

impl CoreParam<0> for Complex<f64> {
    type Elem = Self;
}

macro_rules! lent_numbers {
    ($($ty:ty),*) => {$(
        impl CoreParam<0> for &mut $ty {
            type Elem = $ty;
        }
    )*};
}
for_each_scalar!(lent_numbers);
lent_numbers!(Complex<f32>, Complex<f64>);

impl<T: Element> CoreParam<0> for ArrayViewMut<'_, T, Ix0> {
    type Elem = T;
}

macro_rules! view_params {
    ($($n:literal $dim:ident),*) => {$(
        impl<T: Element> CoreParam<$n> for ArrayView<'_, T, $dim> {
            type Elem = T;
        }
        impl<T: Element> CoreParam<$n> for ArrayViewMut<'_, T, $dim> {
            type Elem = T;
        }
    )*};
}
view_params!(1 Ix1, 2 Ix2, 3 Ix3, 4 Ix4, 5 Ix5, 6 Ix6);

/// Has errors about a parameter where its type is written.
#[doc(hidden)]
pub fn core_param<P: CoreParam<N, Elem = T>, T, const N: usize>() {}

/// An input of elements that become a `T`, the last `N` axes of which are its core.
#[doc(hidden)]
#[derive(Debug)]
pub struct CoreIn<A, T, const N: usize>(A, PhantomData<T>);

/// An input of any number of axes.
#[doc(hidden)]
#[derive(Debug)]
pub struct AnyIn<A, T>(A, PhantomData<T>);

/// An operand that the kernel writes in place.
#[doc(hidden)]
#[derive(Debug)]
pub struct InPlace<A, T>(A, PhantomData<T>);

impl<A, T, const N: usize> CoreIn<A, T, N> {
    /// An input.
    pub fn new(input: A) -> Self {
        CoreIn(input, PhantomData)
    }
}

impl<A, T> AnyIn<A, T> {
    /// An input.
    pub fn new(input: A) -> Self {
        AnyIn(input, PhantomData)
    }
}

impl<A, T> InPlace<A, T> {
    /// An operand.
    pub fn new(operand: A) -> Self {
        InPlace(operand, PhantomData)
    }
}

/// Where an operand is, and which elements the kernel takes, and how they are made, if they are
/// of another type.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    pub(super) raw: RawOperand<'a>,
    pub(super) cast: Option<(Dtype, Copying)>,
}

/// An item of a list of operands.
pub trait CoreOperand {
    /// Its loop dimensions.
    type Loop: Axes;
    /// Where it is.
    #[doc(hidden)]
    fn given(&mut self) -> Given<'_>;
}

fn given<A: Operand<Elem: CastsTo<T>>, T: Element>(input: &A) -> Given<'_> {
    let cast: Copying = copy::<A::Elem, T>;
    Given { raw: input.raw(), cast: (A::Elem::DTYPE != T::DTYPE).then_some((T::DTYPE, cast)) }
}

impl<A, T, const N: usize> CoreOperand for CoreIn<A, T, N>
where
    A: Operand<Elem: CastsTo<T>, Dim: CoreOf<N>>,
    T: Element,
{
    type Loop = <A::Dim as CoreOf<N>>::Loop;
    fn given(&mut self) -> Given<'_> {
        given(&self.0)
    }
}

impl<A, T> CoreOperand for AnyIn<A, T>
where
    A: Operand<Elem: CastsTo<T>>,
    T: Element,
{
    type Loop = IxDyn;
    fn given(&mut self) -> Given<'_> {
        given(&self.0)
    }
}

impl<A: Target<T>, T: Element> CoreOperand for InPlace<A, T> {
    type Loop = IxDyn;
    fn given(&mut self) -> Given<'_> {
        let mut raws = Raws::new();
        self.0.places(&mut raws);
        Given { raw: raws.as_slice()[0], cast: None }
    }
}

/// The operands of a call, as a list.
pub trait CoreOperands {
    /// Their loop dimensions together.
    type Loop: Axes;
    /// Where each is.
    #[doc(hidden)]
    fn given<'a>(&'a mut self, into: &mut Vec<Given<'a>>);
}

impl<A: CoreOperand> CoreOperands for Cons<A, End> {
    type Loop = A::Loop;
    fn given<'a>(&'a mut self, into: &mut Vec<Given<'a>>) {
        into.push(self.0.given());
    }
}

impl<A, B, R> CoreOperands for Cons<A, Cons<B, R>>
where
    A: CoreOperand,
    Cons<B, R>: CoreOperands,
    A::Loop: Join<<Cons<B, R> as CoreOperands>::Loop>,
{
    type Loop = <A::Loop as Join<<Cons<B, R> as CoreOperands>::Loop>>::Output;
    fn given<'a>(&'a mut self, into: &mut Vec<Given<'a>>) {
        into.push(self.0.given());
        self.1.given(into);
    }
}

/// A result of elements of type `T` with the axes `X`.
#[doc(hidden)]
#[derive(Debug)]
pub struct CoreOut<T, X>(PhantomData<(T, X)>);

/// Results of a call, as a list.
pub trait CoreResults {
    /// What holds them.
    type Held;
    /// Results of these shapes, all zero: a kernel may leave some unwritten.
    #[doc(hidden)]
    fn zeroed(shapes: &[Vec<usize>]) -> Self::Held;
    /// Where they are.
    #[doc(hidden)]
    fn places<'a>(held: &'a mut Self::Held, into: &mut Vec<RawOperand<'a>>);
}

impl CoreResults for End {
    type Held = End;
    fn zeroed(_: &[Vec<usize>]) -> End {
        End
    }
    fn places<'a>(_: &'a mut End, _: &mut Vec<RawOperand<'a>>) {}
}

impl<T: Element, X: Axes, R: CoreResults> CoreResults for Cons<CoreOut<T, X>, R> {
    type Held = Cons<X::Holding<T>, R::Held>;
    fn zeroed(shapes: &[Vec<usize>]) -> Self::Held {
        Cons(X::zeroed::<T>(&shapes[0], Order::C), R::zeroed(&shapes[1..]))
    }
    fn places<'a>(held: &'a mut Self::Held, into: &mut Vec<RawOperand<'a>>) {
        into.push(X::place_of::<T>(&mut held.0));
        R::places(&mut held.1, into);
    }
}
