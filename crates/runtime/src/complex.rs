//! Complex numbers as arguments, results and constants: two floats side by side.

use crate::arg::{Arg, references};
use crate::context::Allocations;
use crate::describe::{Described, reference_type};
use crate::plain::{LeafView, Leaves, Plain, leaf_view};
use crate::rank::Layouts;
use crate::ret::{Ret, plain_results};
use crate::scalar::{Element, Scalar};
use crate::slots::{End, SlotBlock};
use mambo_ir::Type;
use num_complex::Complex;

macro_rules! complex_numbers {
    ($($part:ident),*) => {$(
        // SAFETY: two scalars, two slots.
        unsafe impl Plain for Complex<$part> {
            type Slots = [u64; 2];
            fn plain_type() -> Type {
                Type::Complex(<$part as Element>::DTYPE)
            }
            #[inline]
            fn to_slots(&self) -> [u64; 2] {
                [self.re.to_slot(), self.im.to_slot()]
            }
            #[inline]
            fn from_slots([re, im]: [u64; 2]) -> Self {
                Complex::new($part::from_slot(re), $part::from_slot(im))
            }
        }

        // SAFETY: a complex number is one element of two parts, which `num_complex` lays out
        // as `[T; 2]`.
        unsafe impl Leaves for Complex<$part> {
            type Views<Axes: SlotBlock> = LeafView<Axes>;
            #[inline]
            unsafe fn views<Axes: SlotBlock>(
                this: *mut Self,
                lengths: Axes,
                steps: Axes,
            ) -> LeafView<Axes> {
                leaf_view(this, lengths, steps)
            }
        }
    )*};
}
complex_numbers!(f32, f64);
references!([] Complex<f32>);
references!([] Complex<f64>);
plain_results!([] Complex<f32>, [] Complex<f64>);
