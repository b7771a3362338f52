//! What names places of an array: integers, slices and arrays of them, along one axis or several.

use ndarray::{ArrayBase, ArrayD, ArrayViewD, Data, Dimension, IxDyn};

/// An integer that names a place of an axis, counted from the end if it is negative.
pub trait PlaceNumber: Copy {
    /// As `isize`; what is too large for that is the largest one, which is no place.
    #[doc(hidden)]
    fn place(self) -> isize;
}

macro_rules! place_numbers {
    ($($ty:ident)*) => {$(
        impl PlaceNumber for $ty {
            #[inline]
            fn place(self) -> isize {
                isize::try_from(self).unwrap_or(isize::MAX)
            }
        }
    )*};
}
place_numbers!(i8 i16 i32 i64 isize u8 u16 u32 u64 usize);

/// Numbers of places along one axis: an integer, or a slice or array of integers.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not name places of an axis",
    label = "not an integer, and not integers in a slice or an array",
    note = "write an index, `&[0, 2, -1]` or an array of indices for the first axis, and a tuple of those for the first axes"
)]
pub trait PlaceNumbers {
    /// All of them.
    #[doc(hidden)]
    fn numbers(&self) -> ArrayD<isize>;
}

fn listed<I: PlaceNumber>(numbers: &[I]) -> ArrayD<isize> {
    ArrayD::from_shape_fn(IxDyn(&[numbers.len()]), |at| numbers[at[0]].place())
}

impl<I: PlaceNumber> PlaceNumbers for I {
    fn numbers(&self) -> ArrayD<isize> {
        ArrayD::from_elem(IxDyn(&[]), self.place())
    }
}

impl<I: PlaceNumber> PlaceNumbers for &[I] {
    fn numbers(&self) -> ArrayD<isize> {
        listed(self)
    }
}

impl<I: PlaceNumber, const N: usize> PlaceNumbers for &[I; N] {
    fn numbers(&self) -> ArrayD<isize> {
        listed(*self)
    }
}

impl<I: PlaceNumber, const N: usize> PlaceNumbers for [I; N] {
    fn numbers(&self) -> ArrayD<isize> {
        listed(self)
    }
}

impl<I: PlaceNumber> PlaceNumbers for &Vec<I> {
    fn numbers(&self) -> ArrayD<isize> {
        listed(self)
    }
}

impl<S: Data<Elem: PlaceNumber>, D: Dimension> PlaceNumbers for ArrayBase<S, D> {
    fn numbers(&self) -> ArrayD<isize> {
        let array: ArrayViewD<'_, S::Elem> = self.view().into_dyn();
        array.mapv(PlaceNumber::place)
    }
}

impl<S: Data<Elem: PlaceNumber>, D: Dimension> PlaceNumbers for &ArrayBase<S, D> {
    fn numbers(&self) -> ArrayD<isize> {
        (**self).numbers()
    }
}

/// Places of an array: along its first axis, or, as a tuple, along as many of its axes, which
/// are broadcast together.
pub trait Places {
    /// The numbers along each axis.
    #[doc(hidden)]
    fn axes(&self) -> Vec<ArrayD<isize>>;
}

impl<N: PlaceNumbers> Places for N {
    fn axes(&self) -> Vec<ArrayD<isize>> {
        vec![self.numbers()]
    }
}

macro_rules! places_of_several {
    ($($name:ident $index:tt),+) => {
        impl<$($name: PlaceNumbers),+> Places for ($($name,)+) {
            fn axes(&self) -> Vec<ArrayD<isize>> {
                vec![$(self.$index.numbers()),+]
            }
        }
    };
}
places_of_several!(A 0);
places_of_several!(A 0, B 1);
places_of_several!(A 0, B 1, C 2);
places_of_several!(A 0, B 1, C 2, D 3);
places_of_several!(A 0, B 1, C 2, D 3, E 4);
places_of_several!(A 0, B 1, C 2, D 3, E 4, F 5);
