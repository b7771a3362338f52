//! Functions of one argument, and functions of two results.

use crate::Outcome;
use crate::choices::Draw;
use crate::elements::{Drawn, Values};
use crate::elementwise::{mask_for, output_shape, written};
use crate::laid::Laid;
use crate::places::draw_places;
use crate::random::Random;
use crate::request::{Request, Sent};
use ndarray::{ArrayD, ArrayViewD, ArrayViewMutD};

macro_rules! kernels {
    ($($module:ident $ty:ident)*) => {$(
        #[allow(dead_code, reason = "kernels are used by the types of their names")]
        mod $module {
            use mambo::prelude::*;

            pub(super) struct Kernels;

            #[vectorize]
            pub(crate) fn negative(x: $ty) -> $ty {
                -x
            }
        }
    )*};
}
kernels!(of_i8 i8 of_i32 i32 of_i64 i64);

macro_rules! kernels_of_floats {
    ($($module:ident $ty:ident)*) => {$(
        #[allow(dead_code, reason = "kernels are used by the types of their names")]
        mod $module {
            use mambo::prelude::*;

            pub(super) struct Kernels;

            #[vectorize]
            pub(crate) fn negative(x: $ty) -> $ty {
                -x
            }

            /// The fraction and the whole part, both with the sign of the number.
            #[vectorize]
            pub(crate) fn modf(x: $ty) -> ($ty, $ty) {
                let whole = x.trunc();
                let fraction = if x.is_infinite() { 0.0 } else { x - whole };
                (fraction.copysign(x), whole)
            }

            /// The quotient rounded down, and the remainder with the sign of the divisor.
            #[vectorize]
            pub(crate) fn divmod(x: $ty, y: $ty) -> ($ty, $ty) {
                let rest = x % y;
                let turns = y != 0.0 && rest != 0.0 && (y < 0.0) != (rest < 0.0);
                let exact = (x - rest) / y - if turns { 1.0 } else { 0.0 };
                let down = exact.floor();
                let near = if exact - down > 0.5 { down + 1.0 } else { down };
                let quotient = if exact != 0.0 { near } else { (0.0 as $ty).copysign(x / y) };
                let remainder = if turns { rest + y } else { rest };
                let signed = if rest != 0.0 { remainder } else { (0.0 as $ty).copysign(y) };
                if y == 0.0 { (x / y, rest) } else { (quotient, signed) }
            }
        }
    )*};
}
kernels_of_floats!(of_f32 f32 of_f64 f64);

/// Calls `draw` for two outputs of a kernel, given which inputs.
fn two<T: Drawn>(
    random: &mut Random,
    request: &mut Request,
    [a, b]: [&[usize]; 2],
    call: impl FnOnce(How<'_, T>) -> Result<Vec<Sent>, mambo::Error>,
) -> Outcome {
    let shape = output_shape(random, a, b);
    let way = random.below(3);
    if way == 0 {
        return call(How::Call);
    }
    let mask = (way == 1).then(|| mask_for(random, request, &shape));
    let mut outs = [0, 1].map(|_| Laid::<T>::draw_alone(random, &shape, Values::Any));
    request.array("out0", outs[0].view());
    request.array("out1", outs[1].view());
    let before = outs.clone();
    let [first, second] = &mut outs;
    let (first, second) = (first.view_mut(), second.view_mut());
    call(match &mask {
        Some(mask) => How::Masked(mask.view(), first, second),
        None => How::Into(first, second),
    })?;
    for (out, before) in outs.iter().zip(before) {
        assert!(out.kept_gaps(before), "what is not of the output was written");
    }
    Ok(outs.iter().map(|out| Sent::of(out.view())).collect())
}

/// Which operation, and where two results go.
enum How<'a, T> {
    Call,
    Into(ArrayViewMutD<'a, T>, ArrayViewMutD<'a, T>),
    Masked(ArrayViewD<'a, bool>, ArrayViewMutD<'a, T>, ArrayViewMutD<'a, T>),
}

fn sent<T: Drawn>((a, b): (ArrayD<T>, ArrayD<T>)) -> Vec<Sent> {
    vec![Sent::of(a.view()), Sent::of(b.view())]
}

/// `negative`: elements of another array, or those of its own that indices name.
macro_rules! draws_of_one {
    ($($module:ident $ty:ident)*) => {$(
        impl $module::Kernels {
            fn negative(random: &mut Random, request: &mut Request) -> Outcome {
                request.begin("negative", "call", $ty::NAME);
                let shape = random.shape();
                let x = Laid::<$ty>::draw(random, &shape, Values::Any);
                request.array("in0", x.view());
                if random.one_in(2) {
                    let result = $module::negative::try_call(x.view())?;
                    return Ok(vec![Sent::of(result.view())]);
                }
                let shape = output_shape(random, &shape, &[]);
                let out = Laid::<$ty>::draw_alone(random, &shape, Values::Any);
                request.array("out0", out.view());
                written(out, |out| $module::negative::try_into(x.view(), out.view_mut()))
            }

            fn negative_at(random: &mut Random, request: &mut Request) -> Outcome {
                request.begin("negative", "at", $ty::NAME);
                let shape = random.shape();
                let out = Laid::<$ty>::draw_alone(random, &shape, Values::Any);
                request.array("out", out.view());
                let places = draw_places(random, request, &shape);
                written(out, |out| match &places[..] {
                    [a] => $module::negative::try_at(out.view_mut(), a),
                    [a, b] => $module::negative::try_at(out.view_mut(), (a, b)),
                    [a, b, c] => $module::negative::try_at(out.view_mut(), (a, b, c)),
                    _ => panic!("indices are drawn for up to three axes"),
                })
            }
        }
    )*};
}
draws_of_one!(of_i8 i8 of_i32 i32 of_i64 i64 of_f32 f32 of_f64 f64);

macro_rules! draws_of_two {
    ($($module:ident $ty:ident)*) => {$(
        impl $module::Kernels {
            fn modf(random: &mut Random, request: &mut Request) -> Outcome {
                request.begin("modf", "call", $ty::NAME);
                let shape = random.shape();
                let x = Laid::<$ty>::draw(random, &shape, Values::Any);
                request.array("in0", x.view());
                two::<$ty>(random, request, [&shape, &[]], |how| match how {
                    How::Call => $module::modf::try_call(x.view()).map(sent),
                    How::Into(a, b) => {
                        $module::modf::try_into(x.view(), (a, b)).map(|()| Vec::new())
                    }
                    How::Masked(mask, a, b) => {
                        $module::modf::try_masked(x.view(), mask, (a, b)).map(|()| Vec::new())
                    }
                })
            }

            fn divmod(random: &mut Random, request: &mut Request) -> Outcome {
                request.begin("divmod", "call", $ty::NAME);
                let [a, b] = random.partners();
                let x = Laid::<$ty>::draw(random, &a, Values::Any);
                let y = Laid::<$ty>::draw(random, &b, Values::Any);
                request.array("in0", x.view());
                request.array("in1", y.view());
                two::<$ty>(random, request, [&a, &b], |how| match how {
                    How::Call => $module::divmod::try_call(x.view(), y.view()).map(sent),
                    How::Into(a, b) => {
                        $module::divmod::try_into(x.view(), y.view(), (a, b)).map(|()| Vec::new())
                    }
                    How::Masked(mask, a, b) => {
                        let done = $module::divmod::try_masked(x.view(), y.view(), mask, (a, b));
                        done.map(|()| Vec::new())
                    }
                })
            }
        }
    )*};
}
draws_of_two!(of_f32 f32 of_f64 f64);

/// What is drawn of these functions.
pub(crate) fn all() -> Vec<Draw> {
    macro_rules! draws {
        ($($module:ident: $($draw:ident)*;)*) => {
            vec![$($($module::Kernels::$draw,)*)*]
        };
    }
    draws! {
        of_i8: negative negative_at;
        of_i32: negative negative_at;
        of_i64: negative negative_at;
        of_f32: negative negative_at modf modf divmod divmod;
        of_f64: negative negative_at modf modf divmod divmod;
    }
}
