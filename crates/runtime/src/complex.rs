//! Complex numbers as arguments, results and constants: two floats side by side.

use crate::arg::{Arg, references};
use crate::context::Allocations;
use crate::describe::{Described, reference_type};
use crate::plain::{Leaves, Plain, one_leaf};
use crate::rank::Layouts;
use crate::ret::{Ret, plain_results};
use crate::scalar::{Element, Scalar};
use crate::slots::End;
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
        one_leaf!(unsafe Complex<$part>);
    )*};
}
complex_numbers!(f32, f64);
references!([] Complex<f32>);
references!([] Complex<f64>);
plain_results!([] Complex<f32>, [] Complex<f64>);
