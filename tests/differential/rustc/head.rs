//! The beginning of a program that runs kernels as rustc compiles them.

use ndarray::prelude::*;
use ndarray::{RawArrayViewMut, Dimension, ShapeBuilder};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Writes a value as the bits of its scalars.
trait Show {
    fn show(&self, line: &mut String);
}

macro_rules! show {
    ($bits:expr; $($ty:ty)*) => {$(
        impl Show for $ty {
            fn show(&self, line: &mut String) {
                let bits: fn($ty) -> u128 = $bits;
                line.push_str(&format!("{:x} ", bits(*self)));
            }
        }
    )*};
}

show!(|x| x as u128; bool u8 u16 u32 u64 u128 usize i128);
show!(|x| x as u8 as u128; i8);
show!(|x| x as u16 as u128; i16);
show!(|x| x as u32 as u128; i32);
show!(|x| x as u64 as u128; i64 isize);
show!(|x| if x.is_nan() { f32::NAN.to_bits() as u128 } else { x.to_bits() as u128 }; f32);
show!(|x| if x.is_nan() { f64::NAN.to_bits() as u128 } else { x.to_bits() as u128 }; f64);

impl Show for () {
    fn show(&self, _: &mut String) {}
}

impl<A: Show, B: Show> Show for (A, B) {
    fn show(&self, line: &mut String) {
        self.0.show(line);
        self.1.show(line);
    }
}

impl<A: Show, B: Show, C: Show> Show for (A, B, C) {
    fn show(&self, line: &mut String) {
        self.0.show(line);
        self.1.show(line);
        self.2.show(line);
    }
}

impl<T: Show, const N: usize> Show for [T; N] {
    fn show(&self, line: &mut String) {
        self.iter().for_each(|item| item.show(line));
    }
}

impl<T: Show, D: Dimension> Show for Array<T, D> {
    fn show(&self, line: &mut String) {
        self.shape().iter().for_each(|dim| line.push_str(&format!("{dim}, ")));
        self.iter().for_each(|item| item.show(line));
    }
}

fn show_all<T: Show>(items: &[T], line: &mut String) {
    items.iter().for_each(|item| item.show(line));
}

fn finish<T: Show>(line: &mut String, run: impl FnOnce() -> T) {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(value) => value.show(line),
        Err(_) => line.push_str("panic "),
    }
}

macro_rules! views {
    ($($raw:ident $shared:ident $mutable:ident $view:ident $view_mut:ident $rank:literal;)*) => {$(
        fn $raw<T>(
            elements: &mut [T],
            offset: usize,
            dims: [usize; $rank],
            strides: [isize; $rank],
        ) -> RawArrayViewMut<T, Dim<[usize; $rank]>> {
            if dims.contains(&0) {
                // SAFETY: there are no elements.
                return unsafe { RawArrayViewMut::from_shape_ptr(dims, elements.as_mut_ptr()) };
            }
            let mut lowest = offset as isize;
            let mut sizes = [0; $rank];
            for axis in 0..$rank {
                sizes[axis] = strides[axis].unsigned_abs();
                lowest += strides[axis].min(0) * (dims[axis] as isize - 1);
            }
            let base = elements.as_mut_ptr().wrapping_offset(lowest);
            // SAFETY: the test lends a view whose elements lie in `elements`.
            let mut view = unsafe { RawArrayViewMut::from_shape_ptr(dims.strides(sizes), base) };
            for axis in 0..$rank {
                if strides[axis] < 0 {
                    view.invert_axis(Axis(axis));
                }
            }
            view
        }

        fn $shared<T>(
            elements: &mut [T],
            offset: usize,
            dims: [usize; $rank],
            strides: [isize; $rank],
        ) -> $view<'_, T> {
            // An axis of stride 0 is one of length 1 that is repeated.
            let mut sizes = dims;
            for axis in 0..$rank {
                if strides[axis] == 0 {
                    sizes[axis] = dims[axis].min(1);
                }
            }
            // SAFETY: as above; nothing writes while the view is lent.
            let view = unsafe { $raw(elements, offset, sizes, strides).deref_into_view_mut() };
            Box::leak(Box::new(view)).broadcast(dims).unwrap()
        }

        fn $mutable<T>(
            elements: &mut [T],
            offset: usize,
            dims: [usize; $rank],
            strides: [isize; $rank],
        ) -> $view_mut<'_, T> {
            // SAFETY: as above; the elements are borrowed for as long as the view.
            unsafe { $raw(elements, offset, dims, strides).deref_into_view_mut() }
        }
    )*};
}

views! {
    raw0 shared0 mutable0 ArrayView0 ArrayViewMut0 0;
    raw1 shared1 mutable1 ArrayView1 ArrayViewMut1 1;
    raw2 shared2 mutable2 ArrayView2 ArrayViewMut2 2;
    raw3 shared3 mutable3 ArrayView3 ArrayViewMut3 3;
}
