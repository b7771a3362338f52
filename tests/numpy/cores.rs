//! Generalized universal functions, which NumPy has some of: products of matrices and vectors.
//!
//! Left out is what NumPy does in ways of its own:
//!
//! * An output of `matmul` with fewer axes than its core has: matrices that were given are then
//!   stacks of vectors.
//! * An output that lacks loop dimensions of the length 1, which NumPy refuses elsewhere.
//! * `keepdims` with axes of the inputs only: NumPy keeps the last axis, not one that was reduced.

use crate::Outcome;
use crate::choices::Draw;
use crate::elements::{Drawn, Values};
use crate::elementwise::{joined, written};
use crate::laid::Laid;
use crate::products::{Core, Matmul, Matvec, Vecdot, Vecmat};
use crate::random::Random;
use crate::request::{Request, Sent};
use mambo::{CastsTo, CoreAxes};

/// What is wrong with a case; what does not apply to it is not.
#[derive(Clone, Copy, PartialEq)]
enum Wrong {
    Nothing,
    /// A core dimension is another one in each input.
    Core,
    FewAxes,
    Loops,
    NoAxis,
    AxisTwice,
    /// So many axes are not told, or for other operands.
    Count,
    Output,
    /// One axis for several core dimensions, or results that have some are to keep more.
    Layout,
}

impl Wrong {
    fn draw(random: &mut Random, along: bool, into: bool) -> Self {
        if !random.fault(6) {
            return Wrong::Nothing;
        }
        let mut all = vec![Wrong::Core, Wrong::FewAxes, Wrong::Loops];
        if along {
            all.extend([Wrong::NoAxis, Wrong::AxisTwice, Wrong::Count, Wrong::Layout]);
        }
        if into {
            all.extend([Wrong::Output; 2]);
        }
        random.pick(&all)
    }
}

/// Loop dimensions of an operand, its core, and where in the shape that is.
struct Part {
    loops: Vec<usize>,
    core: Vec<usize>,
    at: Vec<usize>,
}

impl Part {
    fn new(loops: Vec<usize>, core: Vec<usize>) -> Self {
        let at = (loops.len()..loops.len() + core.len()).collect();
        Part { loops, core, at }
    }

    fn rank(&self) -> usize {
        self.loops.len() + self.core.len()
    }

    fn shape(&self) -> Vec<usize> {
        let mut shape = vec![0; self.rank()];
        let mut loops = self.loops.iter();
        for (axis, len) in shape.iter_mut().enumerate() {
            *len = match self.at.iter().position(|&at| at == axis) {
                Some(number) => self.core[number],
                None => *loops.next().expect("axes without a core are loop dimensions"),
            };
        }
        shape
    }

    /// Puts the core at other axes, which are told counted from the beginning or the end.
    fn place(&mut self, random: &mut Random) -> Vec<isize> {
        let rank = self.rank();
        self.at = random.order(rank)[..self.core.len()].to_vec();
        let counted = |&at: &usize| at as isize - if random.one_in(2) { rank as isize } else { 0 };
        self.at.iter().map(counted).collect()
    }
}

/// Loop dimensions, and lengths of the dimensions `m`, `n` and `p`; where items are many or sums
/// long, the others are few and short.
fn draw_lengths(random: &mut Random) -> (Vec<usize>, [usize; 3]) {
    let length = |random: &mut Random, most: usize| match random.below(16) {
        0 => 0,
        1 | 2 => 1,
        _ => 1 + random.below(most),
    };
    if random.one_in(8) {
        return (vec![500 + random.below(1500)], [0; 3].map(|_| length(random, 4)));
    }
    let rank = random.pick(&[0, 0, 1, 1, 1, 2, 2, 3, 4]);
    let loops = (0..rank).map(|_| length(random, [0, 12, 5, 3, 2][rank])).collect();
    let mut sizes = [0; 3].map(|_| length(random, [20, 9, 7, 5, 4][rank]));
    if rank < 2 && random.one_in(8) {
        sizes[1] = random.below(200);
    }
    (loops, sizes)
}

/// The inputs and the output, with the last axes as their cores.
fn draw_parts<C: Core>(random: &mut Random, into: bool, wrong: Wrong) -> [Part; 3] {
    let (loops, sizes) = draw_lengths(random);
    let mut inputs = random.partners_of(loops);
    let lacks = [0, 1].map(|_| C::OPTIONAL && random.one_in(4));
    let core = |operand: usize| -> Vec<usize> {
        let is_there = |name: &char| !(lacks[0] && *name == 'm' || lacks[1] && *name == 'p');
        let names = C::DIMS[operand].chars().filter(is_there);
        names.map(|name| sizes["mnp".find(name).expect("dimensions have these names")]).collect()
    };
    let mut cores = [0, 1, 2].map(core);
    let spoilt = random.below(2);
    for (loops, lacks) in inputs.iter_mut().zip(lacks) {
        loops.truncate(if lacks { 0 } else { loops.len() });
    }
    if wrong == Wrong::Core {
        let shared = C::DIMS[spoilt].find('n').expect("inputs share a dimension");
        cores[spoilt][if lacks[spoilt] { 0 } else { shared }] += 1 + random.below(2);
    }
    if wrong == Wrong::Loops && !lacks[spoilt] {
        inputs[spoilt] = random.spoilt(&inputs[spoilt]);
    }
    let mut together = joined(&inputs[0], &inputs[1]);
    if into && random.one_in(16) {
        together.insert(0, 2);
    }
    let [a, b] = inputs;
    let [of_a, of_b, of_out] = cores;
    [Part::new(a, of_a), Part::new(b, of_b), Part::new(together, of_out)]
}

/// Which axes are told.
enum Told {
    Nothing,
    One(isize),
    Each(Vec<Vec<isize>>),
}

/// Puts cores at axes, and tells which.
fn draw_axes<C: Core>(
    random: &mut Random,
    parts: &mut [Part; 3],
    keepdims: bool,
    wrong: Wrong,
) -> Told {
    let is_one = C::DIMS[2].is_empty() != (wrong == Wrong::Layout);
    if !is_one || random.one_in(2) {
        return Told::Each(draw_each::<C>(random, parts, keepdims, wrong));
    }
    if keepdims && random.one_in(4) {
        return Told::Nothing;
    }
    let rank = parts[..2].iter().map(Part::rank).min().unwrap_or(0) as isize;
    let mut axis = random.below(2 * rank as usize) as isize - rank;
    if wrong == Wrong::NoAxis {
        axis = random.pick(&[rank, rank + 1, -rank - 1]);
    }
    for part in parts.iter_mut().filter(|part| part.core.len() == 1) {
        let rank = part.rank() as isize;
        if (-rank..rank).contains(&axis) {
            part.at = vec![axis.rem_euclid(rank) as usize];
        }
    }
    Told::One(axis)
}

/// The axes of each operand.
fn draw_each<C: Core>(
    random: &mut Random,
    parts: &mut [Part; 3],
    keepdims: bool,
    wrong: Wrong,
) -> Vec<Vec<isize>> {
    let mut each: Vec<Vec<isize>> = parts.iter_mut().map(|part| part.place(random)).collect();
    let operand = random.below(3);
    let rank = parts[operand].rank() as isize;
    match (wrong, &mut each[operand][..]) {
        (Wrong::NoAxis, [.., last]) => *last = random.pick(&[rank, rank + 1, -rank - 1]),
        (Wrong::AxisTwice, [first, last]) => {
            *last = if *first < 0 { *first + rank } else { *first - random.pick(&[0, rank]) };
        }
        (Wrong::Count, _) if keepdims => each[operand].push(0),
        (Wrong::Count, _) => match random.below(4) {
            0 => drop(each.remove(operand)),
            1 => each.push(Vec::new()),
            2 => each[operand].push(0),
            _ => drop(each[operand].pop()),
        },
        _ if C::DIMS[2].is_empty() && !keepdims && random.one_in(2) => each.truncate(2),
        _ => {}
    }
    each
}

fn core_axes(told: &Told, keepdims: bool) -> CoreAxes {
    let axes = match told {
        Told::Nothing => CoreAxes::default(),
        Told::One(axis) => CoreAxes::axis(*axis),
        Told::Each(each) => CoreAxes::axes(each.iter().map(|axes| &axes[..])),
    };
    if keepdims { axes.keepdims() } else { axes }
}

fn put_axes(request: &mut Request, told: &Told, keepdims: bool) {
    match told {
        Told::Nothing => {}
        Told::One(axis) => request.number("axis", *axis as i64),
        Told::Each(each) => each.iter().enumerate().for_each(|(number, axes)| {
            let axes: Vec<i64> = axes.iter().map(|&axis| axis as i64).collect();
            request.numbers(&format!("axes{number}"), &axes);
        }),
    }
    if keepdims {
        request.number("keepdims", true);
    }
}

/// Calls, with results that are returned or written, for cores that are last or are not.
fn draw<C: Core, A, B>(random: &mut Random, request: &mut Request) -> Outcome
where
    A: Drawn + CastsTo<C::Elem>,
    B: Drawn + CastsTo<C::Elem>,
{
    let [along, into] = [0, 1].map(|_| random.one_in(2));
    request.begin(C::NAME, if along { "along" } else { "cores" }, C::Elem::NAME);
    let wrong = Wrong::draw(random, along, into);
    let mut parts = draw_parts::<C>(random, into, wrong);
    let may_keep = C::DIMS[2].is_empty() != (wrong == Wrong::Layout);
    let keepdims = along && may_keep && random.one_in(2);
    if keepdims && C::DIMS[2].is_empty() {
        parts[2] = Part::new(parts[2].loops.clone(), vec![1]);
    }
    let told =
        if along { draw_axes::<C>(random, &mut parts, keepdims, wrong) } else { Told::Nothing };
    let mut shapes =
        [parts[0].shape(), parts[1].shape(), output_shape::<C>(random, &parts[2], wrong)];
    if wrong == Wrong::FewAxes {
        shorten::<C>(random, &mut shapes);
    }
    // Whatever is added up, floats do not round.
    let is_float = C::Elem::NAME.starts_with("float");
    let values = if is_float { Values::Small } else { Values::Any };
    let (a, b) =
        (Laid::<A>::draw(random, &shapes[0], values), Laid::<B>::draw(random, &shapes[1], values));
    request.array("in0", a.view());
    request.array("in1", b.view());
    put_axes(request, &told, keepdims);
    let axes = along.then(|| core_axes(&told, keepdims));
    if !into {
        let result = match axes {
            Some(axes) => C::along(axes, a.view(), b.view())?,
            None => C::call(a.view(), b.view())?,
        };
        return Ok(vec![Sent::of(result.view())]);
    }
    let out = Laid::<C::Elem>::draw_alone(random, &shapes[2], Values::Any);
    request.array("out0", out.view());
    written(out, |out| match axes {
        Some(axes) => C::along_into(axes, a.view(), b.view(), out.view_mut()),
        None => C::into(a.view(), b.view(), out.view_mut()),
    })
}

/// The shape of the output, or another one.
fn output_shape<C: Core>(random: &mut Random, part: &Part, wrong: Wrong) -> Vec<usize> {
    let mut shape = part.shape();
    if wrong != Wrong::Output {
        return shape;
    }
    let spoilt = random.spoilt(&shape);
    let may_be_shorter = !(part.loops.contains(&1) || C::OPTIONAL && part.loops.is_empty());
    if may_be_shorter || spoilt.len() >= shape.len() {
        return spoilt;
    }
    shape.first_mut().into_iter().for_each(|len| *len += 1);
    shape
}

/// Takes axes from an operand until its core has too few.
fn shorten<C: Core>(random: &mut Random, shapes: &mut [Vec<usize>; 3]) {
    let operand = random.below(if C::OPTIONAL { 2 } else { 3 });
    let needed = C::DIMS[operand].len() - usize::from(C::OPTIONAL);
    if needed > 0 {
        shapes[operand].truncate(random.below(needed));
    }
}

/// With an `S` and what the function takes itself, one of them first, or with two.
fn cast<C: Core, S: Drawn + CastsTo<C::Elem>>() -> [Draw; 3] {
    [draw::<C, S, C::Elem>, draw::<C, C::Elem, S>, draw::<C, S, S>]
}

/// What is drawn of each type and function.
pub(crate) fn all() -> Vec<Vec<Draw>> {
    let mut all: Vec<Vec<Draw>> = Vec::new();
    macro_rules! draws {
        ($($ty:ident: $($from:ident)*;)*) => {$(
            draws!(of $ty: $($from)*; Matmul Vecdot Matvec Vecmat);
        )*};
        (of $ty:ident: $($from:ident)*; $marker:ident $($more:ident)*) => {
            let own: [Draw; 4] = [draw::<$marker<$ty>, $ty, $ty>; 4];
            let cast: [&[Draw]; _] = [&own, $(&cast::<$marker<$ty>, $from>()),*];
            all.push(cast.concat());
            draws!(of $ty: $($from)*; $($more)*);
        };
        (of $ty:ident: $($from:ident)*;) => {};
    }
    draws! {
        i32: u8;
        i64: i32;
        u8: ;
        f32: u8;
        f64: i32 u8 f32;
    }
    all
}
