//! `reduce` in all its forms, `accumulate` and `reduceat`.

use crate::Outcome;
use crate::elements::{Drawn, Values};
use crate::elementwise::{begin, mask_for, written};
use crate::functions::{Along, Folding, Order, Reducing};
use crate::laid::Laid;
use crate::random::Random;
use crate::request::{Request, Sent};
use mambo::CastsTo;

/// Axes of so many: all, one, or several, not all of which need be there.
fn along(random: &mut Random, request: &mut Request, rank: usize) -> Along {
    match random.below(5) {
        0 => return Along::All,
        1 | 2 => {
            let axis = random.axis(rank);
            request.number("axis", axis as i64);
            return Along::One(axis);
        }
        _ => {}
    }
    let mut axes: Vec<isize> = random.order(rank).iter().map(|&axis| axis as isize).collect();
    axes.truncate(random.below(rank + 1));
    axes.iter_mut().filter(|_| random.one_in(2)).for_each(|axis| *axis -= rank as isize);
    if random.fault(10) {
        axes.push(random.axis(rank));
    }
    request.numbers("axis", &axes.iter().map(|&axis| axis as i64).collect::<Vec<_>>());
    Along::Several(axes)
}

fn reducing<T: Drawn, F: Folding<T>>(
    random: &mut Random,
    request: &mut Request,
    shape: &[usize],
) -> Reducing<T> {
    let along = along(random, request, shape.len());
    let keepdims = random.one_in(3);
    if keepdims {
        request.number("keepdims", true);
    }
    let initial = random.one_in(3).then(|| T::draw(random, F::FOLDED));
    if let Some(value) = initial {
        request.number("initial", value);
    }
    let mask = random.one_in(3).then(|| mask_for(random, request, shape));
    let how = Reducing { along, keepdims, initial, mask };
    let begun = how.initial.is_some() || F::ORDER == Order::Identity;
    let reduced: Vec<usize> = (0..shape.len()).filter(|at| how.reduces(*at, shape.len())).collect();
    random.found(how.mask.is_some() && !begun);
    random.found(reduced.iter().any(|&at| shape[at] == 0) && !begun);
    random.found(reduced.len() > 1 && F::ORDER == Order::Given);
    how
}

/// The shape of what comes out.
fn reduced_shape<T>(shape: &[usize], how: &Reducing<T>) -> Vec<usize> {
    let reduced = |at: usize| how.reduces(at, shape.len());
    let axes = shape.iter().enumerate();
    axes.filter(|(at, _)| how.keepdims || !reduced(*at))
        .map(|(at, &len)| if reduced(at) { 1 } else { len })
        .collect()
}

fn output<T: Drawn>(random: &mut Random, request: &mut Request, shape: &[usize]) -> Laid<T> {
    let out = Laid::draw_alone(random, shape, Values::Any);
    request.array("out", out.view());
    out
}

/// An output of this shape, or now and then of another.
fn any_output<T: Drawn>(random: &mut Random, request: &mut Request, shape: &[usize]) -> Laid<T> {
    match random.fault(12) {
        true => {
            let spoilt = random.spoilt(shape);
            output(random, request, &spoilt)
        }
        false => output(random, request, shape),
    }
}

/// The same for what keeps its axes, but for what NumPy does not check: it writes to a longer axis
/// than one of one place, looks at little where nothing is, and fails badly if axes are missing.
fn kept_output<T: Drawn>(random: &mut Random, request: &mut Request, shape: &[usize]) -> Laid<T> {
    let mut shape = shape.to_vec();
    if !shape.is_empty() && shape.iter().all(|&len| len > 1) && random.fault(12) {
        let axis = random.below(shape.len());
        shape[axis] += 1;
    }
    output(random, request, &shape)
}

pub(crate) fn reduce<T, F, S>(random: &mut Random, request: &mut Request) -> Outcome
where
    T: Drawn,
    F: Folding<T>,
    S: Drawn + CastsTo<T>,
{
    begin::<F>(request, "reduce");
    let shape = random.shape();
    let array = Laid::<S>::draw(random, &shape, F::FOLDED);
    request.array("in0", array.view());
    let how = reducing::<T, F>(random, request, &shape);
    if random.one_in(2) {
        return Ok(vec![Sent::of(F::reduce(array.view(), &how)?.view())]);
    }
    let out = any_output(random, request, &reduced_shape(&shape, &how));
    written(out, |out| F::reduce_into(array.view(), &how, out.view_mut()))
}

pub(crate) fn accumulate<T, F, S>(random: &mut Random, request: &mut Request) -> Outcome
where
    T: Drawn,
    F: Folding<T>,
    S: Drawn + CastsTo<T>,
{
    begin::<F>(request, "accumulate");
    let shape = random.shape();
    let array = Laid::<S>::draw(random, &shape, F::VALUES);
    request.array("in0", array.view());
    let axis = random.axis(shape.len());
    request.number("axis", axis as i64);
    if random.one_in(2) {
        return Ok(vec![Sent::of(F::accumulate(array.view(), axis)?.view())]);
    }
    let out = kept_output(random, request, &shape);
    written(out, |out| F::accumulate_into(array.view(), axis, out.view_mut()))
}

/// Where parts of an axis begin, with no end of how many; now and then behind its end.
pub(crate) fn starts(
    random: &mut Random,
    request: &mut Request,
    len: usize,
    count: usize,
) -> Vec<usize> {
    random.found(len == 0 && count > 0);
    let wrong = random.fault(12);
    let start = |_| match len {
        0 => 0,
        _ if wrong && random.one_in(2) => len + random.below(2),
        _ => random.below(len),
    };
    let mut starts: Vec<usize> = (0..count).map(start).collect();
    if random.one_in(2) {
        starts.sort_unstable();
    }
    request.numbers("starts", &starts.iter().map(|&start| start as i64).collect::<Vec<_>>());
    starts
}

pub(crate) fn reduceat<T, F, S>(random: &mut Random, request: &mut Request) -> Outcome
where
    T: Drawn,
    F: Folding<T>,
    S: Drawn + CastsTo<T>,
{
    begin::<F>(request, "reduceat");
    let mut shape = random.shape();
    let array = Laid::<S>::draw(random, &shape, F::FOLDED);
    request.array("in0", array.view());
    let axis = random.axis(shape.len());
    request.number("axis", axis as i64);
    let count = random.below(6);
    let at = axis.checked_rem_euclid(shape.len() as isize).unwrap_or(0) as usize;
    let starts = starts(random, request, shape.get(at).copied().unwrap_or(0), count);
    if random.one_in(2) {
        return Ok(vec![Sent::of(F::reduceat(array.view(), &starts, axis)?.view())]);
    }
    shape.get_mut(at).into_iter().for_each(|len| *len = count);
    let out = kept_output(random, request, &shape);
    written(out, |out| F::reduceat_into(array.view(), &starts, axis, out.view_mut()))
}
