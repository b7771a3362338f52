//! Calls, `into`, `masked` and `outer`.

use crate::Outcome;
use crate::elements::{Drawn, Values};
use crate::functions::Function;
use crate::laid::Laid;
use crate::random::Random;
use crate::request::{Request, Sent};
use mambo::CastsTo;

/// Does `draw` with an `S` and what the function takes itself, one of them first, or with two.
macro_rules! each_way {
    ($draw:ident of $F:ident, $S:ident, $random:ident, $request:ident) => {
        match $random.below(3) {
            0 => $draw::<$F, $S, $F::In>($random, $request),
            1 => $draw::<$F, $F::In, $S>($random, $request),
            _ => $draw::<$F, $S, $S>($random, $request),
        }
    };
}

/// Begins a request, and says in which type to compute unless the result has another one.
pub(crate) fn begin<F: Function>(request: &mut Request, operation: &'static str) {
    let own = if F::Out::NAME == F::In::NAME { F::In::NAME } else { "" };
    request.begin(F::NAME, operation, own);
}

/// Two inputs, the shapes of which may not go together now and then.
fn inputs<F: Function, A: Drawn, B: Drawn>(
    random: &mut Random,
    request: &mut Request,
) -> (Laid<A>, Laid<B>) {
    let [a, mut b] = random.partners();
    if random.fault(8) {
        b = random.spoilt(&b);
    }
    let (a, b) = (Laid::draw(random, &a, F::VALUES), Laid::draw(random, &b, F::VALUES));
    request.array("in0", a.view());
    request.array("in1", b.view());
    (a, b)
}

pub(crate) fn call<F, S>(random: &mut Random, request: &mut Request) -> Outcome
where
    F: Function,
    S: Drawn + CastsTo<F::In>,
{
    fn draw<F, A, B>(random: &mut Random, request: &mut Request) -> Outcome
    where
        F: Function,
        A: Drawn + CastsTo<F::In>,
        B: Drawn + CastsTo<F::In>,
    {
        begin::<F>(request, "call");
        let (a, b) = inputs::<F, A, B>(random, request);
        Ok(vec![Sent::of(F::call(a.view(), b.view())?.view())])
    }
    each_way!(draw of F, S, random, request)
}

/// Two shapes broadcast together.
pub(crate) fn joined(a: &[usize], b: &[usize]) -> Vec<usize> {
    let (long, short) = if a.len() < b.len() { (b, a) } else { (a, b) };
    let mut shape = long.to_vec();
    for (len, other) in shape.iter_mut().rev().zip(short.iter().rev()) {
        *len = if *len == 1 { *other } else { *len };
    }
    shape
}

/// The shape of an output for two inputs: theirs together, or a wider one, or a wrong one.
pub(crate) fn output_shape(random: &mut Random, a: &[usize], b: &[usize]) -> Vec<usize> {
    let shape = joined(a, b);
    match random.below(16) {
        _ if random.fault(16) => random.spoilt(&shape),
        0 => [vec![2], shape].concat(),
        _ => shape,
    }
}

/// Where results go: what is there before, and the bytes of it after a call that went well.
pub(crate) fn written<T: Drawn>(
    mut out: Laid<T>,
    call: impl FnOnce(&mut Laid<T>) -> Result<(), mambo::Error>,
) -> Outcome {
    let before = out.clone();
    call(&mut out)?;
    assert!(out.kept_gaps(before), "what is not of the output was written");
    Ok(vec![Sent::of(out.view())])
}

pub(crate) fn into<F, S>(random: &mut Random, request: &mut Request) -> Outcome
where
    F: Function,
    S: Drawn + CastsTo<F::In>,
{
    fn draw<F, A, B>(random: &mut Random, request: &mut Request) -> Outcome
    where
        F: Function,
        A: Drawn + CastsTo<F::In>,
        B: Drawn + CastsTo<F::In>,
    {
        begin::<F>(request, "call");
        let (a, b) = inputs::<F, A, B>(random, request);
        let shape = output_shape(random, a.view().shape(), b.view().shape());
        let out = Laid::<F::Out>::draw_alone(random, &shape, Values::Any);
        request.array("out0", out.view());
        written(out, |out| F::into(a.view(), b.view(), out.view_mut()))
    }
    each_way!(draw of F, S, random, request)
}

/// A mask for what has a shape.
pub(crate) fn mask_for(random: &mut Random, request: &mut Request, shape: &[usize]) -> Laid<bool> {
    let mut narrow = random.narrower(shape);
    if random.fault(16) {
        narrow = random.spoilt(&narrow);
    }
    let mask = Laid::draw(random, &narrow, Values::Any);
    request.array("mask", mask.view());
    mask
}

pub(crate) fn masked<F, S>(random: &mut Random, request: &mut Request) -> Outcome
where
    F: Function,
    S: Drawn + CastsTo<F::In>,
{
    fn draw<F, A, B>(random: &mut Random, request: &mut Request) -> Outcome
    where
        F: Function,
        A: Drawn + CastsTo<F::In>,
        B: Drawn + CastsTo<F::In>,
    {
        begin::<F>(request, "call");
        let (a, b) = inputs::<F, A, B>(random, request);
        let shape = output_shape(random, a.view().shape(), b.view().shape());
        let mask = mask_for(random, request, &shape);
        let out = Laid::<F::Out>::draw_alone(random, &shape, Values::Any);
        request.array("out0", out.view());
        written(out, |out| F::masked(a.view(), b.view(), mask.view(), out.view_mut()))
    }
    each_way!(draw of F, S, random, request)
}

pub(crate) fn outer<F, S>(random: &mut Random, request: &mut Request) -> Outcome
where
    F: Function,
    S: Drawn + CastsTo<F::In>,
{
    fn draw<F, A, B>(random: &mut Random, request: &mut Request) -> Outcome
    where
        F: Function,
        A: Drawn + CastsTo<F::In>,
        B: Drawn + CastsTo<F::In>,
    {
        begin::<F>(request, "outer");
        let mut shape = || loop {
            let shape = random.shape();
            if shape.len() <= 3 && shape.iter().product::<usize>() <= 400 {
                break shape;
            }
        };
        let (a, b) = (shape(), shape());
        let (a, b) =
            (Laid::<A>::draw(random, &a, F::VALUES), Laid::<B>::draw(random, &b, F::VALUES));
        request.array("in0", a.view());
        request.array("in1", b.view());
        Ok(vec![Sent::of(F::outer(a.view(), b.view())?.view())])
    }
    each_way!(draw of F, S, random, request)
}
