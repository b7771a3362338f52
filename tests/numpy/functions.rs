//! Kernels that do what functions of NumPy do, and one face for all of them.

use crate::elements::{Drawn, Values};
use crate::laid::Laid;
use mambo::prelude::*;
use mambo::{CastsTo, Element, Error, Operand, Places, Target};
use ndarray::{ArrayD, IxDyn};

/// What an argument for a `T` may be here.
pub(crate) trait Given<T: Element>: Operand<Dim = IxDyn, Elem: CastsTo<T>> {}

impl<T: Element, A: Operand<Dim = IxDyn, Elem: CastsTo<T>>> Given<T> for A {}

/// A function of two numbers of one type.
pub(crate) trait Function {
    type In: Drawn;
    type Out: Drawn;
    /// What NumPy calls it.
    const NAME: &'static str;
    /// Which elements show the same bits on both sides.
    const VALUES: Values;
    fn call(a: impl Given<Self::In>, b: impl Given<Self::In>) -> Result<ArrayD<Self::Out>, Error>;
    fn into(
        a: impl Given<Self::In>,
        b: impl Given<Self::In>,
        out: impl Target<Self::Out>,
    ) -> Result<(), Error>;
    fn masked(
        a: impl Given<Self::In>,
        b: impl Given<Self::In>,
        mask: impl Operand<Elem = bool>,
        out: impl Target<Self::Out>,
    ) -> Result<(), Error>;
    fn outer(a: impl Given<Self::In>, b: impl Given<Self::In>) -> Result<ArrayD<Self::Out>, Error>;
}

/// Along which axes to reduce.
#[derive(Debug)]
pub(crate) enum Along {
    All,
    One(isize),
    Several(Vec<isize>),
}

/// How to reduce.
#[derive(Debug)]
pub(crate) struct Reducing<T> {
    pub(crate) along: Along,
    pub(crate) keepdims: bool,
    pub(crate) initial: Option<T>,
    pub(crate) mask: Option<Laid<bool>>,
}

impl<T> Reducing<T> {
    /// Whether an axis is reduced, of so many.
    pub(crate) fn reduces(&self, axis: usize, rank: usize) -> bool {
        let is_it = |named: &isize| named.rem_euclid(rank as isize) == axis as isize;
        match &self.along {
            Along::All => true,
            Along::One(named) => is_it(named),
            Along::Several(named) => named.iter().any(is_it),
        }
    }
}

/// In which order a function may be applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// From the first element to the last.
    Given,
    /// Any.
    Any,
    /// Any, and from an identity on.
    Identity,
}

/// A function that returns what it takes.
pub(crate) trait Folding<T: Drawn>: Function<In = T, Out = T> {
    /// Which elements show the same bits in any order that both sides may choose.
    const FOLDED: Values;
    const ORDER: Order;
    fn reduce(array: impl Given<T>, how: &Reducing<T>) -> Result<ArrayD<T>, Error>;
    fn reduce_into(
        array: impl Given<T>,
        how: &Reducing<T>,
        out: impl Target<T>,
    ) -> Result<(), Error>;
    fn accumulate(array: impl Given<T>, axis: isize) -> Result<ArrayD<T>, Error>;
    fn accumulate_into(array: impl Given<T>, axis: isize, out: impl Target<T>)
    -> Result<(), Error>;
    fn reduceat(array: impl Given<T>, starts: &[usize], axis: isize) -> Result<ArrayD<T>, Error>;
    fn reduceat_into(
        array: impl Given<T>,
        starts: &[usize],
        axis: isize,
        out: impl Target<T>,
    ) -> Result<(), Error>;
    fn at(out: impl Target<T>, places: impl Places, other: impl Given<T>) -> Result<(), Error>;
}

macro_rules! kernels_of_integers {
    ($($module:ident $ty:ident)*) => {$(
        #[allow(dead_code, reason = "kernels are used by the types of their names")]
        mod $module {
            use mambo::prelude::*;

            #[vectorize(identity = 0)]
            pub(crate) fn add(x: $ty, y: $ty) -> $ty {
                x + y
            }

            #[vectorize]
            pub(crate) fn subtract(x: $ty, y: $ty) -> $ty {
                x - y
            }

            #[vectorize(identity = 1)]
            pub(crate) fn multiply(x: $ty, y: $ty) -> $ty {
                x * y
            }

            #[vectorize(reorderable)]
            pub(crate) fn maximum(x: $ty, y: $ty) -> $ty {
                if x > y { x } else { y }
            }

            #[vectorize]
            pub(crate) fn less(x: $ty, y: $ty) -> bool {
                x < y
            }
        }
    )*};
}
kernels_of_integers!(of_i8 i8 of_i16 i16 of_i32 i32 of_i64 i64);
kernels_of_integers!(of_u8 u8 of_u16 u16 of_u32 u32 of_u64 u64);

macro_rules! kernels_of_floats {
    ($($module:ident $complex:ident $ty:ident)*) => {$(
        #[allow(dead_code, reason = "kernels are used by the types of their names")]
        mod $module {
            use mambo::prelude::*;

            #[vectorize(identity = 0)]
            pub(crate) fn add(x: $ty, y: $ty) -> $ty {
                x + y
            }

            #[vectorize]
            pub(crate) fn subtract(x: $ty, y: $ty) -> $ty {
                x - y
            }

            #[vectorize(identity = 1)]
            pub(crate) fn multiply(x: $ty, y: $ty) -> $ty {
                x * y
            }

            #[vectorize]
            pub(crate) fn divide(x: $ty, y: $ty) -> $ty {
                x / y
            }

            #[vectorize(reorderable)]
            pub(crate) fn maximum(x: $ty, y: $ty) -> $ty {
                if x >= y || x.is_nan() { x } else { y }
            }

            #[vectorize]
            pub(crate) fn less(x: $ty, y: $ty) -> bool {
                x < y
            }
        }

        #[allow(dead_code, reason = "kernels are used by the types of their names")]
        mod $complex {
            use mambo::prelude::*;

            #[vectorize(identity = Complex::new(0.0, 0.0))]
            pub(crate) fn add(x: Complex<$ty>, y: Complex<$ty>) -> Complex<$ty> {
                x + y
            }

            #[vectorize]
            pub(crate) fn subtract(x: Complex<$ty>, y: Complex<$ty>) -> Complex<$ty> {
                x - y
            }

            #[vectorize]
            pub(crate) fn multiply(x: Complex<$ty>, y: Complex<$ty>) -> Complex<$ty> {
                x * y
            }
        }
    )*};
}
kernels_of_floats!(of_f32 of_c64 f32 of_f64 of_c128 f64);

#[vectorize(identity = true)]
fn logical_and(x: bool, y: bool) -> bool {
    x && y
}

/// A marker of a kernel that does what `$name` does in NumPy.
macro_rules! function {
    ($marker:ident of $ty:ty = $name:literal $($kernel:ident)::+, $out:ty, $values:ident) => {
        impl Function for $marker<$ty> {
            type In = $ty;
            type Out = $out;
            const NAME: &'static str = $name;
            const VALUES: Values = Values::$values;
            fn call(a: impl Given<$ty>, b: impl Given<$ty>) -> Result<ArrayD<$out>, Error> {
                $($kernel)::+::try_call(a, b)
            }
            fn into(
                a: impl Given<$ty>,
                b: impl Given<$ty>,
                out: impl Target<$out>,
            ) -> Result<(), Error> {
                $($kernel)::+::try_into(a, b, out)
            }
            fn masked(
                a: impl Given<$ty>,
                b: impl Given<$ty>,
                mask: impl Operand<Elem = bool>,
                out: impl Target<$out>,
            ) -> Result<(), Error> {
                $($kernel)::+::try_masked(a, b, mask, out)
            }
            fn outer(a: impl Given<$ty>, b: impl Given<$ty>) -> Result<ArrayD<$out>, Error> {
                $($kernel)::+::try_outer(a, b)
            }
        }
    };
}

/// Tells a reduction what is left to tell, and runs it.
macro_rules! told {
    ($reduction:expr, $how:ident, |$told:ident| $run:expr) => {{
        let reduction = $reduction;
        let reduction = match $how.initial {
            Some(value) => reduction.initial(value),
            None => reduction,
        };
        match &$how.mask {
            None => {
                let $told = reduction;
                $run
            }
            Some(mask) => {
                let $told = reduction.mask(mask.view());
                $run
            }
        }
    }};
}

/// The axes of a reduction that keeps as many as are known at run time only.
macro_rules! along {
    ($reduction:expr, $how:ident, |$told:ident| $run:expr) => {{
        let reduction = $reduction;
        let reduction = if $how.keepdims { reduction.keepdims() } else { reduction };
        told!(reduction, $how, |$told| $run)
    }};
}

macro_rules! folding {
    ($marker:ident of $ty:ty = $name:literal $($kernel:ident)::+, $values:ident, $folded:ident, $order:ident) => {
        function!($marker of $ty = $name $($kernel)::+, $ty, $values);

        impl Folding<$ty> for $marker<$ty> {
            const FOLDED: Values = Values::$folded;
            const ORDER: Order = Order::$order;
            fn reduce(array: impl Given<$ty>, how: &Reducing<$ty>) -> Result<ArrayD<$ty>, Error> {
                use $($kernel)::+ as kernel;
                match &how.along {
                    Along::All if !how.keepdims => {
                        let number = told!(kernel::reduction(array, ..), how, |told| told.try_run());
                        number.map(|number| ArrayD::from_elem(IxDyn(&[]), number))
                    }
                    Along::All => {
                        let kept = kernel::reduction(array, ..).keepdims();
                        told!(kept, how, |told| told.try_run())
                    }
                    Along::One(axis) => {
                        along!(kernel::reduction(array, *axis), how, |told| told.try_run())
                    }
                    Along::Several(axes) => {
                        along!(kernel::reduction(array, &axes[..]), how, |told| told.try_run())
                    }
                }
            }
            fn reduce_into(
                array: impl Given<$ty>,
                how: &Reducing<$ty>,
                out: impl Target<$ty>,
            ) -> Result<(), Error> {
                use $($kernel)::+ as kernel;
                match &how.along {
                    Along::All if !how.keepdims => {
                        told!(kernel::reduction(array, ..), how, |told| told.try_into(out))
                    }
                    Along::All => {
                        let kept = kernel::reduction(array, ..).keepdims();
                        told!(kept, how, |told| told.try_into(out))
                    }
                    Along::One(axis) => {
                        along!(kernel::reduction(array, *axis), how, |told| told.try_into(out))
                    }
                    Along::Several(axes) => {
                        along!(kernel::reduction(array, &axes[..]), how, |told| told.try_into(out))
                    }
                }
            }
            fn accumulate(array: impl Given<$ty>, axis: isize) -> Result<ArrayD<$ty>, Error> {
                $($kernel)::+::try_accumulate(array, axis)
            }
            fn accumulate_into(
                array: impl Given<$ty>,
                axis: isize,
                out: impl Target<$ty>,
            ) -> Result<(), Error> {
                $($kernel)::+::try_accumulate_into(array, axis, out)
            }
            fn reduceat(
                array: impl Given<$ty>,
                starts: &[usize],
                axis: isize,
            ) -> Result<ArrayD<$ty>, Error> {
                $($kernel)::+::try_reduceat(array, starts, axis)
            }
            fn reduceat_into(
                array: impl Given<$ty>,
                starts: &[usize],
                axis: isize,
                out: impl Target<$ty>,
            ) -> Result<(), Error> {
                $($kernel)::+::try_reduceat_into(array, starts, axis, out)
            }
            fn at(
                out: impl Target<$ty>,
                places: impl Places,
                other: impl Given<$ty>,
            ) -> Result<(), Error> {
                $($kernel)::+::try_at(out, places, other)
            }
        }
    };
}

/// Stand for functions of numbers of one type.
macro_rules! markers {
    ($($marker:ident)*) => {$(pub(crate) struct $marker<T>(std::marker::PhantomData<T>);)*};
}
markers!(Add Subtract Multiply Divide Maximum Less LogicalAnd);

macro_rules! functions_of_integers {
    ($($module:ident $ty:ident)*) => {$(
        folding!(Add of $ty = "add" $module::add, Any, Any, Identity);
        folding!(Subtract of $ty = "subtract" $module::subtract, Any, Any, Given);
        folding!(Multiply of $ty = "multiply" $module::multiply, Any, Any, Identity);
        folding!(Maximum of $ty = "maximum" $module::maximum, Any, Any, Any);
        function!(Less of $ty = "less" $module::less, bool, Any);
    )*};
}
functions_of_integers!(of_i8 i8 of_i16 i16 of_i32 i32 of_i64 i64);
functions_of_integers!(of_u8 u8 of_u16 u16 of_u32 u32 of_u64 u64);

macro_rules! functions_of_floats {
    ($($module:ident $complex:ident $ty:ident)*) => {$(
        folding!(Add of $ty = "add" $module::add, Any, Whole, Identity);
        folding!(Subtract of $ty = "subtract" $module::subtract, Any, Any, Given);
        folding!(Multiply of $ty = "multiply" $module::multiply, Any, Powers, Identity);
        folding!(Divide of $ty = "divide" $module::divide, Any, Any, Given);
        folding!(Maximum of $ty = "maximum" $module::maximum, OneZero, OneZero, Any);
        function!(Less of $ty = "less" $module::less, bool, Any);
        folding!(Add of Complex<$ty> = "add" $complex::add, Any, Whole, Identity);
        folding!(Subtract of Complex<$ty> = "subtract" $complex::subtract, Any, Any, Given);
        // NumPy may round the parts of a product once.
        function!(Multiply of Complex<$ty> = "multiply" $complex::multiply, Complex<$ty>, Whole);
    )*};
}
functions_of_floats!(of_f32 of_c64 f32 of_f64 of_c128 f64);

folding!(LogicalAnd of bool = "logical_and" logical_and, Any, Any, Identity);
