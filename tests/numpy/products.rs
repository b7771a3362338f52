//! Kernels that do what generalized universal functions of NumPy do, and one face for all of them:
//! products of matrices and vectors.

use crate::elements::Drawn;
use crate::functions::Given;
use mambo::{CoreAxes, Error, Target};
use ndarray::ArrayD;

macro_rules! kernels {
    ($($module:ident $ty:ident)*) => {$(
        mod $module {
            use mambo::prelude::*;

            #[guvectorize("(m?,n),(n,p?)->(m?,p?)")]
            pub(crate) fn matmul(a: ArrayView2<$ty>, b: ArrayView2<$ty>, mut c: ArrayViewMut2<$ty>) {
                for i in 0..a.nrows() {
                    for j in 0..b.ncols() {
                        let mut sum = 0 as $ty;
                        for k in 0..a.ncols() {
                            sum += a[[i, k]] * b[[k, j]];
                        }
                        c[[i, j]] = sum;
                    }
                }
            }

            #[guvectorize("(n),(n)->()")]
            pub(crate) fn vecdot(a: ArrayView1<$ty>, b: ArrayView1<$ty>, c: &mut $ty) {
                *c = 0 as $ty;
                for k in 0..a.len() {
                    *c += a[k] * b[k];
                }
            }

            #[guvectorize("(m,n),(n)->(m)")]
            pub(crate) fn matvec(a: ArrayView2<$ty>, b: ArrayView1<$ty>, mut c: ArrayViewMut1<$ty>) {
                for i in 0..a.nrows() {
                    let mut sum = 0 as $ty;
                    for k in 0..a.ncols() {
                        sum += a[[i, k]] * b[k];
                    }
                    c[i] = sum;
                }
            }

            /// Row after row, as outputs are zero before.
            #[guvectorize("(n),(n,p)->(p)")]
            pub(crate) fn vecmat(a: ArrayView1<$ty>, b: ArrayView2<$ty>, mut c: ArrayViewMut1<$ty>) {
                for j in 0..b.ncols() {
                    c[j] = 0 as $ty;
                }
                for k in 0..a.len() {
                    for j in 0..b.ncols() {
                        c[j] += a[k] * b[[k, j]];
                    }
                }
            }
        }
    )*};
}
kernels!(of_i32 i32 of_i64 i64 of_u8 u8 of_f32 f32 of_f64 f64);

/// A function of two operands with cores.
pub(crate) trait Core {
    type Elem: Drawn;
    /// What NumPy calls it.
    const NAME: &'static str;
    /// The core dimensions of the inputs and the output.
    const DIMS: [&'static str; 3];
    /// Whether inputs may lack those that they do not share.
    const OPTIONAL: bool;
    fn call(
        a: impl Given<Self::Elem>,
        b: impl Given<Self::Elem>,
    ) -> Result<ArrayD<Self::Elem>, Error>;
    fn into(
        a: impl Given<Self::Elem>,
        b: impl Given<Self::Elem>,
        out: impl Target<Self::Elem>,
    ) -> Result<(), Error>;
    fn along(
        axes: CoreAxes,
        a: impl Given<Self::Elem>,
        b: impl Given<Self::Elem>,
    ) -> Result<ArrayD<Self::Elem>, Error>;
    fn along_into(
        axes: CoreAxes,
        a: impl Given<Self::Elem>,
        b: impl Given<Self::Elem>,
        out: impl Target<Self::Elem>,
    ) -> Result<(), Error>;
}

/// Stand for functions of numbers of one type.
macro_rules! markers {
    ($($marker:ident)*) => {$(pub(crate) struct $marker<T>(std::marker::PhantomData<T>);)*};
}
markers!(Matmul Vecdot Matvec Vecmat);

macro_rules! core {
    ($marker:ident of $ty:ident = $module:ident $kernel:ident, $dims:expr, $optional:literal) => {
        impl Core for $marker<$ty> {
            type Elem = $ty;
            const NAME: &'static str = stringify!($kernel);
            const DIMS: [&'static str; 3] = $dims;
            const OPTIONAL: bool = $optional;
            fn call(a: impl Given<$ty>, b: impl Given<$ty>) -> Result<ArrayD<$ty>, Error> {
                $module::$kernel::try_call(a, b)
            }
            fn into(
                a: impl Given<$ty>,
                b: impl Given<$ty>,
                out: impl Target<$ty>,
            ) -> Result<(), Error> {
                $module::$kernel::try_into(a, b, out)
            }
            fn along(
                axes: CoreAxes,
                a: impl Given<$ty>,
                b: impl Given<$ty>,
            ) -> Result<ArrayD<$ty>, Error> {
                $module::$kernel::try_along(axes, a, b)
            }
            fn along_into(
                axes: CoreAxes,
                a: impl Given<$ty>,
                b: impl Given<$ty>,
                out: impl Target<$ty>,
            ) -> Result<(), Error> {
                $module::$kernel::try_along_into(axes, a, b, out)
            }
        }
    };
}

macro_rules! cores {
    ($($module:ident $ty:ident)*) => {$(
        core!(Matmul of $ty = $module matmul, ["mn", "np", "mp"], true);
        core!(Vecdot of $ty = $module vecdot, ["n", "n", ""], false);
        core!(Matvec of $ty = $module matvec, ["mn", "n", "m"], false);
        core!(Vecmat of $ty = $module vecmat, ["n", "np", "p"], false);
    )*};
}
cores!(of_i32 i32 of_i64 i64 of_u8 u8 of_f32 f32 of_f64 f64);
