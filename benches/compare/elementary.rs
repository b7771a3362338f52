//! The cases of elementary functions, in both types of floats.

use crate::case::{Case, Entry, Shape, Streams, Tolerance, Work};
use crate::elementary_kernels::{double, single};
use crate::limit::Traffic;

/// Whether a case is one of these.
pub(crate) fn is_case(name: &str) -> bool {
    NAMES.contains(&name.strip_suffix("-f32").unwrap_or(name))
}

/// A number from `low` to `high`.
macro_rules! between {
    ($t:ident $low:expr, $high:expr) => {
        |bits| ($low + ($high - $low) * (bits >> 11) as f64 / (1u64 << 53) as f64) as $t
    };
}

macro_rules! cases {
    ($(
        $name:literal $kernel:ident($($arg:ident),*) from $low:expr, $high:expr
        $(, amounts to $size:literal)?;
    )*) => {
        /// The names of the cases, without the suffix of those of `f32`.
        const NAMES: &[&str] = &[$($name),*];

        pub(crate) fn all() -> Vec<Box<dyn Entry>> {
            let mut all: Vec<Box<dyn Entry>> = Vec::new();
            $(
                // Results that are sums are as far apart as the greatest of what is summed.
                let size = 1.0 $(* $size)?;
                all.push(cases!(@ f64 double "" 1e-12 * size, $name $kernel($($arg),*) $low, $high));
                all.push(cases!(@ f32 single "-f32" 1e-5 * size, $name $kernel($($arg),*) $low, $high));
            )*
            all
        }
    };
    (
        @ $t:ident $module:ident $suffix:literal $tolerance:expr,
        $name:literal $kernel:ident($($arg:ident),*) $low:expr, $high:expr
    ) => {{
        unsafe extern "C" {
            #[link_name = concat!("native_", $name, "_", stringify!($t))]
            fn native(s: $t, a: *const $t, b: *const $t, c: *mut $t, n: usize, w: usize) -> $t;
        }
        Box::new(Case::<$t> {
            name: concat!($name, $suffix),
            scalar: 0.0,
            shape: Shape::Flat,
            traffic: if [$(stringify!($arg)),*].len() == 2 { Traffic::Triad } else { Traffic::Copy },
            input: between!($t $low, $high),
            work: |_| Work::default(),
            mambo: |s: &mut Streams<$t>| {
                $module::$kernel($(&s.$arg,)* &mut s.c);
                s.scalar
            },
            native,
            native_tolerance: Tolerance::Relative($tolerance),
            numba_tolerance: Tolerance::Relative($tolerance),
        })
    }};
}

cases! {
    "exp" exp(a) from -10.0, 10.0;
    "ln" ln(a) from 0.0, 100.0;
    "sin" sin(a) from -10.0, 10.0;
    "cos" cos(a) from -10.0, 10.0;
    "tan" tan(a) from -10.0, 10.0;
    "tanh" tanh(a) from -5.0, 5.0;
    "pow" pow(a, b) from 0.1, 10.0;
    "atan2" atan2(a, b) from -1.0, 1.0;
    "cbrt" cbrt(a) from -100.0, 100.0;
    "erf" erf(a) from -3.0, 3.0;
    "cosd" cosd(a) from 0.0, 360.0;
    "exp-neg" exp_neg(a) from 0.0, 10.0;
    "sigmoid" sigmoid(a) from -10.0, 10.0;
    "black-scholes" black_scholes(a, b) from 10.0, 100.0, amounts to 10.0;
    "dojo" dojo(a) from -10.0, 10.0;
}
