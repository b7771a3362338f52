//! Ranks of arrays, layout classes, and views as slots.

use crate::slots::SlotBlock;
use mambo_ir::Layout;
use ndarray::{
    ArrayView, ArrayViewMut, Axis, Dimension, Ix0, Ix1, Ix2, Ix3, Ix4, Ix5, Ix6, RawArrayView,
    RawArrayViewMut, ShapeBuilder,
};

mod sealed {
    pub trait Sealed {}
}

/// A number of axes that kernels know: `Ix0` to `Ix6`.
#[diagnostic::on_unimplemented(
    message = "arrays of dimension `{Self}` cannot go into a kernel",
    label = "the number of axes must be fixed, from 0 to 6",
    note = "for a dynamic one call `.into_dimensionality::<Ix2>()` (with the number you expect) before the kernel"
)]
pub trait Rank: sealed::Sealed + Dimension {
    /// The number of axes.
    const RANK: u8;

    /// Address, lengths and strides of a view.
    #[doc(hidden)]
    type Slots: SlotBlock;

    /// A view as slots; `layouts` takes its class.
    #[doc(hidden)]
    fn pack(
        address: usize,
        dims: &[usize],
        strides: &[isize],
        layouts: &mut Layouts,
    ) -> Self::Slots;

    /// Address, lengths and strides.
    #[doc(hidden)]
    fn unpack(slots: Self::Slots) -> (usize, Self, Self);
}

/// The layout classes of the arrays of a call, 2 bits each, the first lowest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layouts {
    pub(crate) bits: u64,
    pub(crate) count: u32,
}

/// The most arrays whose classes one call can tell.
pub(crate) const MAX_ARRAYS: u32 = 32;

impl Layouts {
    #[inline]
    pub(crate) fn push(&mut self, layout: Layout) {
        let class = match layout {
            Layout::C => 0,
            Layout::F => 1,
            Layout::Strided => 2,
        };
        debug_assert!(self.count < MAX_ARRAYS, "a kernel takes at most {MAX_ARRAYS} arrays");
        self.bits |= class << (2 * self.count);
        self.count += 1;
    }

    /// The class of the next array, in the order they were pushed.
    pub(crate) fn take(&mut self) -> Layout {
        let class = self.bits & 3;
        self.bits >>= 2;
        match class {
            0 => Layout::C,
            1 => Layout::F,
            _ => Layout::Strided,
        }
    }
}

/// The layout class, and the strides to pass: those of a contiguous array where the class
/// says so. Empty arrays may have had any.
///
/// Strides of axes of length 1 lead nowhere, but ndarray looks at them too when it adds up along
/// the axis of the shortest stride in another order than along others, so they have to be those
/// of a contiguous array unless there is no other axis.
#[inline]
pub(crate) fn classify<const N: usize>(
    dims: &[usize; N],
    strides: &[isize; N],
) -> (Layout, [isize; N]) {
    let single = N < 2 || dims.iter().all(|&dim| dim == 1);
    let mut normal = [1isize; N];
    let (mut contiguous, mut empty) = (true, false);
    let mut step = 1isize;
    for axis in (0..N).rev() {
        normal[axis] = step;
        contiguous &= strides[axis] == step || single && dims[axis] == 1;
        empty |= dims[axis] == 0;
        step = step.wrapping_mul(dims[axis] as isize);
    }
    if contiguous || empty {
        return (Layout::C, normal);
    }
    if N >= 2 {
        let mut step = 1isize;
        let mut contiguous = true;
        for axis in 0..N {
            normal[axis] = step;
            contiguous &= strides[axis] == step;
            step = step.wrapping_mul(dims[axis] as isize);
        }
        if contiguous {
            return (Layout::F, normal);
        }
    }
    (Layout::Strided, *strides)
}

macro_rules! ranks {
    ($($dim:ident $rank:literal),*) => {$(
        impl sealed::Sealed for $dim {}

        impl Rank for $dim {
            const RANK: u8 = $rank;
            type Slots = [u64; 1 + 2 * $rank];

            #[inline]
            fn pack(
                address: usize,
                dims: &[usize],
                strides: &[isize],
                layouts: &mut Layouts,
            ) -> Self::Slots {
                let dims: &[usize; $rank] = dims.try_into().expect("as many lengths as axes");
                let strides: &[isize; $rank] =
                    strides.try_into().expect("as many strides as axes");
                let (layout, strides) = classify(dims, strides);
                layouts.push(layout);
                let mut slots = [address as u64; 1 + 2 * $rank];
                for axis in 0..usize::from(Self::RANK) {
                    slots[1 + axis] = dims[axis] as u64;
                    slots[1 + $rank + axis] = strides[axis] as u64;
                }
                slots
            }

            #[inline]
            fn unpack(slots: Self::Slots) -> (usize, Self, Self) {
                let (mut dims, mut strides) = (Self::default(), Self::default());
                for axis in 0..usize::from(Self::RANK) {
                    dims[axis] = slots[1 + axis] as usize;
                    strides[axis] = slots[1 + $rank + axis] as usize;
                }
                (slots[0] as usize, dims, strides)
            }
        }
    )*};
}
ranks!(Ix0 0, Ix1 1, Ix2 2, Ix3 3, Ix4 4, Ix5 5, Ix6 6);

/// A view that slots describe, its axes turned so that no stride is negative.
struct Upright<T, D> {
    first: *mut T,
    dims: D,
    strides: D,
    /// Axes that were turned.
    turned: [bool; 6],
}

/// ndarray takes strides that are not negative; the axes are turned back afterwards.
fn upright<T, D: Rank>(slots: D::Slots) -> Upright<T, D> {
    let (address, dims, mut strides) = D::unpack(slots);
    let mut first = address as *mut T;
    let mut turned = [false; 6];
    for axis in 0..dims.ndim() {
        let stride = strides[axis] as isize;
        if stride < 0 {
            turned[axis] = true;
            strides[axis] = stride.unsigned_abs();
            if dims[axis] > 1 {
                first = first.wrapping_offset(stride.wrapping_mul(dims[axis] as isize - 1));
            }
        }
    }
    Upright { first, dims, strides, turned }
}

impl<T, D> Upright<T, D> {
    fn turned_axes(turned: [bool; 6]) -> impl Iterator<Item = Axis> {
        (0..6).filter(move |&axis| turned[axis]).map(Axis)
    }
}

/// The view that the slots describe.
///
/// # Safety
/// The slots must describe a view whose memory holds elements of type `T` for `'a`.
pub(crate) unsafe fn view<'a, T, D: Rank>(slots: D::Slots) -> ArrayView<'a, T, D> {
    let Upright { first, dims, strides, turned } = upright::<T, D>(slots);
    // SAFETY: the same elements as the slots describe, by the contract of this function.
    let mut view = unsafe { RawArrayView::from_shape_ptr(dims.strides(strides), first) };
    Upright::<T, D>::turned_axes(turned).for_each(|axis| view.invert_axis(axis));
    // SAFETY: as above.
    unsafe { view.deref_into_view() }
}

/// The view that the slots describe.
///
/// # Safety
/// As [`view`], and nothing else may use the elements during `'a`.
pub(crate) unsafe fn view_mut<'a, T, D: Rank>(slots: D::Slots) -> ArrayViewMut<'a, T, D> {
    let Upright { first, dims, strides, turned } = upright::<T, D>(slots);
    // SAFETY: the same elements as the slots describe, by the contract of this function.
    let mut view = unsafe { RawArrayViewMut::from_shape_ptr(dims.strides(strides), first) };
    Upright::<T, D>::turned_axes(turned).for_each(|axis| view.invert_axis(axis));
    // SAFETY: as above.
    unsafe { view.deref_into_view_mut() }
}
