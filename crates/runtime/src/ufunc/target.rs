//! Where results of universal functions go: arrays that are allocated, or given.

use super::operand::{Axes, Order, RawOperand, Raws};
use crate::ret::Ret;
use crate::scalar::{Element, Scalar, for_each_tuple};
use ndarray::{ArrayBase, ArrayRef, Data, DataMut, Dimension, MathCell, ViewRepr};
use num_complex::Complex;

/// What a universal function returns for one element: a number, `bool` or `Complex`, or a tuple
/// of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the result of a universal function",
    label = "not a number and not a tuple of numbers",
    note = "for an element a universal function returns a number, `bool`, `Complex`, or a tuple of up to 6 of them, which makes as many arrays"
)]
pub trait Results: Ret {
    /// What holds the results for all elements: an array or a number, or a tuple of them.
    type In<D: Axes>;
    #[doc(hidden)]
    type Unwritten<D: Axes>;
    #[doc(hidden)]
    fn allocate<D: Axes>(dims: &[usize], order: Order) -> Self::Unwritten<D>;
    #[doc(hidden)]
    fn places<'a, D: Axes>(unwritten: &'a mut Self::Unwritten<D>, into: &mut Raws<'a>);
    /// # Safety
    /// All elements must have been written.
    #[doc(hidden)]
    unsafe fn written<D: Axes>(unwritten: Self::Unwritten<D>) -> Self::In<D>;
}

macro_rules! one_result {
    ($([$($generics:tt)*] $ty:ty),*) => {$(
        impl<$($generics)*> Results for $ty {
            type In<D: Axes> = D::Holding<$ty>;
            type Unwritten<D: Axes> = D::Unwritten<$ty>;
            #[inline]
            fn allocate<D: Axes>(dims: &[usize], order: Order) -> D::Unwritten<$ty> {
                D::allocate(dims, order)
            }
            #[inline]
            fn places<'a, D: Axes>(unwritten: &'a mut D::Unwritten<$ty>, into: &mut Raws<'a>) {
                into.push(D::place::<$ty>(unwritten));
            }
            #[inline]
            unsafe fn written<D: Axes>(unwritten: D::Unwritten<$ty>) -> D::Holding<$ty> {
                // SAFETY: by the contract of this function.
                unsafe { D::written(unwritten) }
            }
        }
    )*};
}
one_result!([T: Scalar + Ret] T, [] Complex<f32>, [] Complex<f64>);

macro_rules! several_results {
    ($($name:ident $index:tt),+) => {
        impl<$($name: Results),+> Results for ($($name,)+) {
            type In<Dim: Axes> = ($($name::In<Dim>,)+);
            type Unwritten<Dim: Axes> = ($($name::Unwritten<Dim>,)+);
            #[inline]
            fn allocate<Dim: Axes>(dims: &[usize], order: Order) -> Self::Unwritten<Dim> {
                ($($name::allocate::<Dim>(dims, order),)+)
            }
            #[inline]
            fn places<'a, Dim: Axes>(
                unwritten: &'a mut Self::Unwritten<Dim>,
                into: &mut Raws<'a>,
            ) {
                $($name::places::<Dim>(&mut unwritten.$index, into);)+
            }
            #[inline]
            unsafe fn written<Dim: Axes>(unwritten: Self::Unwritten<Dim>) -> Self::In<Dim> {
                // SAFETY: by the contract of this function.
                unsafe { ($($name::written::<Dim>(unwritten.$index),)+) }
            }
        }
    };
}
for_each_tuple!(several_results);

/// Where a universal function writes results of type `R`: `&mut` of an array, or an
/// `ArrayViewMut`; for a tuple of results, a tuple of them. To write over an input, give cells of
/// both: what is read is what was there before the call.
///
/// ```
/// use mambo_runtime::Target;
/// let mut a = ndarray::arr1(&[1.0, 2.0, 3.0]);
/// let cells = a.cell_view();
/// fn takes(_: impl Target<f64>) {}
/// takes(cells.slice(ndarray::s![1..]));
/// takes(&mut a);
/// ```
///
/// # Safety
/// [`Target::places`] must describe elements of the types of `R` that may be written and that
/// nobody else uses as long as the target is borrowed, unless it says that they are in cells.
#[diagnostic::on_unimplemented(
    message = "results of type `{R}` cannot be written to `{Self}`",
    label = "not a mutable array of `{R}`",
    note = "give `&mut array` or an `ArrayViewMut` of elements of exactly the type of the result; for several results, a tuple of them"
)]
pub unsafe trait Target<R> {
    /// Where the elements are.
    #[doc(hidden)]
    fn places<'a>(&'a mut self, into: &mut Raws<'a>);
}

// SAFETY: a mutable borrow of an array that owns or borrows its elements alone.
unsafe impl<T: Element, S: DataMut<Elem = T>, D: Dimension> Target<T> for &mut ArrayBase<S, D> {
    #[inline]
    fn places<'a>(&'a mut self, into: &mut Raws<'a>) {
        // Elements that are shared are copied before they are written.
        let address = self.as_mut_ptr();
        into.push(RawOperand::at(address, self.shape(), self.strides()));
    }
}

// SAFETY: as above.
unsafe impl<T: Element, D: Dimension> Target<T> for &mut ArrayRef<T, D> {
    #[inline]
    fn places<'a>(&'a mut self, into: &mut Raws<'a>) {
        let address = self.as_mut_ptr();
        into.push(RawOperand::at(address, self.shape(), self.strides()));
    }
}

// SAFETY: a mutable view borrows its elements alone.
unsafe impl<T: Element, D: Dimension> Target<T> for ArrayBase<ViewRepr<&mut T>, D> {
    #[inline]
    fn places<'a>(&'a mut self, into: &mut Raws<'a>) {
        let address = self.as_mut_ptr();
        into.push(RawOperand::at(address, self.shape(), self.strides()));
    }
}

// SAFETY: cells may be written through a shared borrow.
unsafe impl<T: Element, D: Dimension> Target<T> for ArrayBase<ViewRepr<&MathCell<T>>, D> {
    #[inline]
    fn places<'a>(&'a mut self, into: &mut Raws<'a>) {
        into.push(RawOperand { in_cells: true, ..RawOperand::of_array(self) });
    }
}

// SAFETY: as above.
unsafe impl<T, S, D> Target<T> for &ArrayBase<S, D>
where
    T: Element,
    S: Data<Elem = MathCell<T>>,
    D: Dimension,
{
    #[inline]
    fn places<'a>(&'a mut self, into: &mut Raws<'a>) {
        into.push(RawOperand { in_cells: true, ..RawOperand::of_array(self) });
    }
}

macro_rules! several_targets {
    ($($name:ident $result:ident $index:tt),+) => {
        // SAFETY: each item keeps the contract.
        unsafe impl<$($name: Target<$result>, $result),+> Target<($($result,)+)> for ($($name,)+) {
            #[inline]
            fn places<'a>(&'a mut self, into: &mut Raws<'a>) {
                $(self.$index.places(into);)+
            }
        }
    };
}
several_targets!(A R 0);
several_targets!(A R 0, B S 1);
several_targets!(A R 0, B S 1, C T 2);
several_targets!(A R 0, B S 1, C T 2, D U 3);
several_targets!(A R 0, B S 1, C T 2, D U 3, E V 4);
several_targets!(A R 0, B S 1, C T 2, D U 3, E V 4, F W 5);
