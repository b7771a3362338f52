//! `mambo::math`: a kernel has the bits of the ordinary functions, by every way of naming them.

use crate::values::Sample;
use mambo::math;
use mambo::math::{erf, sinc as cardinal_sine};
use mambo::prelude::*;

macro_rules! each {
    ($($name:ident)*) => {
        /// One kernel for each, over all values of both types, alone and in a vector loop.
        #[test]
        fn functions_of_one_number() {
            $({
                #[jit]
                fn alone<T: Real>(x: T) -> T {
                    math::$name(x)
                }

                #[jit]
                fn in_a_loop<T: Real>(x: &[T], y: &mut [T]) {
                    for i in 0..x.len() {
                        y[i] = math::$name(x[i]);
                    }
                }

                fn of<T: Real + Sample + std::fmt::LowerExp>() {
                    let x = T::all();
                    let mut y = vec![T::ZERO; x.len()];
                    in_a_loop(&x, &mut y);
                    for (x, y) in x.into_iter().zip(y) {
                        let expected = format!("{:e}", math::$name(x));
                        assert_eq!(format!("{:e}", alone(x)), expected, "{}({x:e})", stringify!($name));
                        assert_eq!(format!("{y:e}"), expected, "{}({x:e}) in a loop", stringify!($name));
                    }
                }

                of::<f32>();
                of::<f64>();
            })*
        }
    };
}

each! {
    exp exp2 exp_m1 ln log2 log10 ln_1p cbrt sin cos tan asin acos atan sinh cosh tanh asinh acosh
    atanh to_degrees to_radians erf erfc gamma ln_gamma sigmoid softplus sinc
}

#[jit]
fn of_two<T: Real>(x: T, y: T) -> (T, T, T, T) {
    (math::pow(x, y), math::atan2(x, y), math::hypot(x, y), math::log_add_exp(x, y))
}

#[jit]
fn others<T: Real>(x: T, n: i32) -> (T, (T, T)) {
    (math::powi(x, n), math::sin_cos(x))
}

#[test]
fn functions_of_more() {
    for x in f64::all() {
        for y in f64::all() {
            check!(of_two(x, y));
            check!(of_two(x as f32, y as f32));
        }
        for n in [-3, 0, 1, 2, 3, 7] {
            check!(others(x, n));
            check!(others(x as f32, n));
        }
    }
}

#[jit]
fn named(x: f64, y: f32) -> (f64, f64, f64, f32, f32) {
    let half = math::erf(0.5);
    (
        erf(x) + half,
        cardinal_sine(x),
        mambo::math::erfc(x),
        math::erf::<f32>(y),
        ::mambo::math::gamma(y) - math::sigmoid(1.0),
    )
}

#[test]
fn names_are_those_of_rust() {
    for x in f64::all() {
        check!(named(x, x as f32));
    }
}

/// A kernel of the program hides the function that a glob brings.
mod hidden {
    use mambo::math::*;
    use mambo::prelude::*;

    #[jit]
    fn sinc(x: f64) -> f64 {
        sin(x) / x
    }

    #[jit]
    pub(super) fn both(x: f64) -> f64 {
        sinc(x) + erfc(x)
    }
}

#[test]
fn own_kernels_come_first() {
    assert_eq!(hidden::both(2.0), math::sin(2.0) / 2.0 + math::erfc(2.0));
}
