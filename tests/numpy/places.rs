//! `at`: elements that indices name.

use crate::Outcome;
use crate::elements::Drawn;
use crate::elementwise::{begin, written};
use crate::functions::{Folding, Given};
use crate::laid::Laid;
use crate::random::Random;
use crate::request::Request;
use mambo::{CastsTo, Target};
use ndarray::{ArrayD, IxDyn};

/// Indices for an axis of so many places.
fn indices(random: &mut Random, len: usize, shape: &[usize], wrong: bool) -> ArrayD<i64> {
    let len = len as i64;
    let draw = || match len {
        0 => 0,
        _ if wrong && random.one_in(3) => random.pick(&[len, -len - 1, i64::MAX]),
        // Few places, so that some are named again and again.
        _ => random.below(2 * len.min(5) as usize) as i64 - len.min(5),
    };
    ArrayD::from_shape_simple_fn(IxDyn(shape), draw)
}

/// Indices of up to three axes, of up to two axes themselves.
pub(crate) fn draw_places(
    random: &mut Random,
    request: &mut Request,
    shape: &[usize],
) -> Vec<ArrayD<i64>> {
    // A wrong index, too many of them, or shapes that do not go together.
    let wrong = if random.fault(8) { random.below(3) } else { 3 };
    let named: Vec<usize> = (0..random.below(3)).map(|_| random.pick(&[1, 2, 3, 7, 40])).collect();
    let axes = 1 + random.below(shape.len().clamp(1, 3));
    let axes = if wrong == 1 && shape.len() < 3 { shape.len() + 1 } else { axes };
    let mut all = Vec::new();
    for axis in 0..axes {
        let own = if axis == 0 { named.clone() } else { random.narrower(&named) };
        let own = if wrong == 2 && axis + 1 == axes { random.spoilt(&own) } else { own };
        let len = shape.get(axis).copied().unwrap_or(1);
        let places = indices(random, len, &own, wrong == 0);
        random.found(len == 0 && !places.is_empty());
        request.array(&format!("place{axis}"), places.view());
        all.push(places);
    }
    all
}

/// What is named has as its first axes those of the indices together.
fn named_shape(shape: &[usize], places: &[ArrayD<i64>]) -> Vec<usize> {
    let rank = places.iter().map(|places| places.ndim()).max().unwrap_or(0);
    let mut named = vec![1; rank];
    for places in places {
        for (len, &own) in named.iter_mut().rev().zip(places.shape().iter().rev()) {
            *len = if *len == 1 { own } else { *len };
        }
    }
    named.extend(shape.iter().skip(places.len()));
    named
}

/// Calls `at` with so many indices, one of which may be a number.
pub(crate) fn at_places<T: Drawn, F: Folding<T>>(
    out: impl Target<T>,
    places: &[ArrayD<i64>],
    other: impl Given<T>,
) -> Result<(), mambo::Error> {
    match places {
        [a] if a.ndim() == 0 => F::at(out, a[IxDyn(&[])], other),
        [a] => F::at(out, a, other),
        [a, b] if b.ndim() == 0 => F::at(out, (a, b[IxDyn(&[])]), other),
        [a, b] => F::at(out, (a, b), other),
        [a, b, c] => F::at(out, (a, b, c), other),
        _ => panic!("indices are drawn for up to three axes"),
    }
}

pub(crate) fn at<T, F, S>(random: &mut Random, request: &mut Request) -> Outcome
where
    T: Drawn,
    F: Folding<T>,
    S: Drawn + CastsTo<T>,
{
    begin::<F>(request, "at");
    let shape = random.shape();
    let out = Laid::<T>::draw_alone(random, &shape, F::VALUES);
    request.array("out", out.view());
    let places = draw_places(random, request, &shape);
    let named = named_shape(&shape, &places);
    let mut other = random.narrower(&named);
    if random.fault(16) {
        other = random.spoilt(&other);
    }
    let other = Laid::<S>::draw(random, &other, F::VALUES);
    request.array("in0", other.view());
    written(out, |out| at_places::<T, F>(out.view_mut(), &places, other.view()))
}
