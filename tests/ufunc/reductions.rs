//! `reduce`, `accumulate` and `reduceat` against folds from index to index.

use crate::elements::Drawn;
use crate::layouts::{Random, Stored, assert_same};
use mambo::prelude::*;
use ndarray::{ArrayD, ArrayViewD, IxDyn};

/// Not associative, and of no order but its own.
#[vectorize]
fn apart<T: Number>(x: T, y: T) -> T {
    if x < y { y - x } else { x - y }
}

#[vectorize(identity = 0)]
fn add<T: Number>(x: T, y: T) -> T {
    x + y
}

#[vectorize(reorderable)]
fn greater<T: Number>(x: T, y: T) -> T {
    if x < y { y } else { x }
}

#[vectorize(identity = true)]
fn both(x: bool, y: bool) -> bool {
    x && y
}

#[vectorize(identity = Complex::new(0.0, 0.0))]
fn joined(x: Complex<f64>, y: Complex<f64>) -> Complex<f64> {
    x + y
}

#[vectorize]
fn difference(x: f64, y: f64) -> f64 {
    x - y
}

const ROUNDS: usize = 60;

/// How a reference folds.
struct Folding<'a, T> {
    function: &'a dyn Fn(T, T) -> T,
    initial: Option<T>,
    mask: Option<ArrayViewD<'a, bool>>,
}

impl<'a, T: Drawn> Folding<'a, T> {
    fn plain(function: &'a dyn Fn(T, T) -> T) -> Self {
        Folding { function, initial: None, mask: None }
    }

    /// The folds along some axes, which are kept with the length 1; nothing where there is
    /// nothing to fold.
    fn reduce(&self, a: ArrayViewD<'_, T>, axes: &[usize]) -> ArrayD<Option<T>> {
        let mut dims = a.shape().to_vec();
        axes.iter().for_each(|&axis| dims[axis] = 1);
        let mut folded = ArrayD::from_elem(IxDyn(&dims), self.initial);
        for (index, &value) in a.indexed_iter() {
            if self.mask.as_ref().is_some_and(|mask| !mask[&index]) {
                continue;
            }
            let mut place = index.clone();
            axes.iter().for_each(|&axis| place[axis] = 0);
            let so_far = &mut folded[place];
            *so_far = Some(so_far.map_or(value, |so_far| (self.function)(so_far, value)));
        }
        folded
    }
}

/// The values without the axes, all of which are there.
fn without<T: Drawn>(folded: ArrayD<Option<T>>, axes: &[usize]) -> ArrayD<T> {
    let mut values = folded.mapv(|value| value.expect("something to fold"));
    for &axis in axes.iter().rev() {
        values = values.index_axis_move(Axis(axis), 0);
    }
    values
}

/// One axis, sometimes counted from the end.
fn draw_axis(random: &mut Random, rank: usize) -> (usize, isize) {
    let axis = random.below(rank);
    let counted = axis as isize - if random.below(2) == 0 { 0 } else { rank as isize };
    (axis, counted)
}

fn in_order<T: Drawn + Number>() {
    let mut random = Random(T::DTYPE as u64 + 200);
    for round in 0..ROUNDS {
        let shape = random.shape();
        if shape.is_empty() {
            continue;
        }
        let (axis, counted) = draw_axis(&mut random, shape.len());
        let a = Stored::<T>::draw(&mut random, &shape);
        let function = |x, y| apart::rust(x, y);
        let folding = Folding::plain(&function);
        let folded = folding.reduce(a.view(), &[axis]);
        let found = apart::try_reduce(a.view(), &[counted][..]);
        if shape[axis] == 0 {
            let error = found.unwrap_err().to_string();
            assert!(error.contains("no elements to reduce"), "{error}");
            continue;
        }
        let expected = without(folded.clone(), &[axis]);
        assert_same(found.unwrap().view(), expected.view());
        assert_same(apart::reduce(a.view(), counted).view(), expected.view());
        let kept = apart::reduction(a.view(), counted).keepdims().run();
        assert_same(kept.view(), without(folded, &[]).view());
        let mut out = Stored::<T>::draw(&mut random, expected.shape());
        apart::reduction(a.view(), Axis(axis)).into(out.view_mut());
        assert_same(out.view(), expected.view());

        let initial = T::draw(&mut random);
        let mask_shape = random.narrower(&shape);
        let mask = Stored::<bool>::draw(&mut random, &mask_shape);
        let here = mask.view();
        let here = here.broadcast(IxDyn(&shape)).expect("drawn to fit");
        let folding =
            Folding { initial: Some(initial), mask: (round % 2 == 0).then_some(here), ..folding };
        let expected = without(folding.reduce(a.view(), &[axis]), &[axis]);
        let reduction = apart::reduction(a.view(), counted).initial(initial);
        let found = match round % 2 {
            0 => reduction.mask(mask.view()).run(),
            _ => reduction.run(),
        };
        assert_same(found.view(), expected.view());
    }
}

#[test]
fn in_order_along_one_axis_for_every_dtype() {
    in_order::<i8>();
    in_order::<i16>();
    in_order::<i32>();
    in_order::<i64>();
    in_order::<i128>();
    in_order::<isize>();
    in_order::<u8>();
    in_order::<u16>();
    in_order::<u32>();
    in_order::<u64>();
    in_order::<u128>();
    in_order::<usize>();
    in_order::<f32>();
    in_order::<f64>();
}

/// Some axes in any order, sometimes counted from the end.
fn draw_axes(random: &mut Random, rank: usize) -> (Vec<usize>, Vec<isize>) {
    let mut axes: Vec<usize> = (0..rank).filter(|_| random.below(2) == 0).collect();
    let mut counted: Vec<isize> = axes
        .iter()
        .map(|&axis| axis as isize - if random.below(2) == 0 { 0 } else { rank as isize })
        .collect();
    counted.reverse();
    axes.sort_unstable();
    (axes, counted)
}

fn in_any_order<T: Drawn + Number>() {
    let mut random = Random(T::DTYPE as u64 + 300);
    for _ in 0..ROUNDS {
        let shape = random.shape();
        let (axes, counted) = draw_axes(&mut random, shape.len());
        let a = Stored::<T>::draw(&mut random, &shape);
        let function = |x, y| add::rust(x, y);
        let mut folding = Folding::plain(&function);
        folding.initial = Some(T::ZERO);
        let expected = without(folding.reduce(a.view(), &axes), &axes);
        assert_same(add::reduce(a.view(), &counted[..]).view(), expected.view());
        let all: Vec<usize> = (0..shape.len()).collect();
        let expected = without(folding.reduce(a.view(), &all), &all);
        assert!(add::reduce(a.view(), ..).same(expected[IxDyn(&[])]));

        let mask_shape = random.narrower(&shape);
        let mask = Stored::<bool>::draw(&mut random, &mask_shape);
        let here = mask.view();
        folding.mask = Some(here.broadcast(IxDyn(&shape)).expect("drawn to fit"));
        let expected = folding.reduce(a.view(), &axes);
        let masked = add::reduction(a.view(), &counted[..]).mask(mask.view()).keepdims().run();
        assert_same(masked.view(), without(expected, &[]).view());

        let function = |x, y| greater::rust(x, y);
        let folded = Folding::plain(&function).reduce(a.view(), &axes);
        match greater::try_reduce(a.view(), &counted[..]) {
            Ok(found) => assert_same(found.view(), without(folded, &axes).view()),
            Err(error) => assert!(axes.iter().any(|&axis| shape[axis] == 0), "{error}"),
        }
    }
}

#[test]
fn in_any_order_along_several_axes() {
    in_any_order::<i8>();
    in_any_order::<u16>();
    in_any_order::<i32>();
    in_any_order::<u64>();
    in_any_order::<i128>();
    in_any_order::<usize>();
}

/// Sums of small whole numbers are exact in any order.
#[test]
fn floats_are_summed_along_several_axes() {
    let mut random = Random(400);
    for _ in 0..4 * ROUNDS {
        let shape = random.shape();
        let (axes, counted) = draw_axes(&mut random, shape.len());
        let a = Stored::<i32>::draw(&mut random, &shape).map(|x| f64::from(x >> 20));
        let function = |x: f64, y| x + y;
        let folding = Folding { initial: Some(0.0), ..Folding::plain(&function) };
        let expected = without(folding.reduce(a.view(), &axes), &axes);
        assert_same(add::reduce(a.view(), &counted[..]).view(), expected.view());
        let narrow = a.map(|x| x as f32);
        let sums = without(folding.reduce(a.view(), &axes), &axes).mapv(|x| x as f32);
        assert_same(add::reduce(narrow.view(), &counted[..]).view(), sums.view());
    }
}

#[test]
fn truth_values_and_complex_numbers_are_reduced() {
    let mut random = Random(500);
    for _ in 0..ROUNDS {
        let shape = random.shape();
        let (axes, counted) = draw_axes(&mut random, shape.len());
        let a = Stored::<bool>::draw(&mut random, &shape);
        let function = |x, y| x && y;
        let folding = Folding { initial: Some(true), ..Folding::plain(&function) };
        let expected = without(folding.reduce(a.view(), &axes), &axes);
        assert_same(both::reduce(a.view(), &counted[..]).view(), expected.view());
        let a = Stored::<i32>::draw(&mut random, &shape)
            .map(|x| Complex::new(f64::from(x >> 20), f64::from(x & 255)));
        let function = |x: Complex<f64>, y| x + y;
        let zero = Complex::new(0.0, 0.0);
        let folding = Folding { initial: Some(zero), ..Folding::plain(&function) };
        let expected = without(folding.reduce(a.view(), &axes), &axes);
        assert_same(joined::reduce(a.view(), &counted[..]).view(), expected.view());
    }
}

#[test]
fn elements_are_cast_before_they_are_folded() {
    let mut random = Random(600);
    macro_rules! cast {
        ($($from:ident)*) => {$(
            for _ in 0..ROUNDS / 3 {
                let mut shape = random.shape();
                shape.push(1 + random.below(40));
                let axis = random.below(shape.len());
                if shape[axis] == 0 {
                    continue;
                }
                let a = Stored::<$from>::draw(&mut random, &shape);
                let wide = a.view().mapv(f64::from);
                let function = |x: f64, y| x - y;
                let expected =
                    without(Folding::plain(&function).reduce(wide.view(), &[axis]), &[axis]);
                let found = difference::reduce(a.view(), axis as isize);
                assert_same(found.view(), expected.view());
                let found = difference::accumulate(a.view(), axis as isize);
                let expected = difference::accumulate(&wide, axis as isize);
                assert_same(found.view(), expected.view());
            }
        )*};
    }
    cast!(bool i8 u8 i16 u16 i32 u32 f32 f64);
}

/// What is between the folds, and the folds of parts.
fn between<T: Drawn + Number>() {
    let mut random = Random(T::DTYPE as u64 + 700);
    for _ in 0..ROUNDS {
        let shape = random.shape();
        if shape.is_empty() {
            continue;
        }
        let (axis, counted) = draw_axis(&mut random, shape.len());
        let a = Stored::<T>::draw(&mut random, &shape);
        let mut expected = a.view().to_owned();
        for mut lane in expected.lanes_mut(Axis(axis)) {
            for at in 1..lane.len() {
                lane[at] = apart::rust(lane[at - 1], lane[at]);
            }
        }
        assert_same(apart::accumulate(a.view(), counted).view(), expected.view());
        let mut out = Stored::<T>::draw(&mut random, &shape);
        apart::accumulate_into(a.view(), counted, out.view_mut());
        assert_same(out.view(), expected.view());

        let len = shape[axis];
        if len == 0 {
            continue;
        }
        let starts: Vec<usize> = (0..random.below(6)).map(|_| random.below(len)).collect();
        let function = |x, y| apart::rust(x, y);
        let folding = Folding::plain(&function);
        let mut dims = shape.clone();
        dims[axis] = starts.len();
        let mut expected = ArrayD::from_elem(IxDyn(&dims), T::ZERO);
        for (number, &start) in starts.iter().enumerate() {
            let end = starts.get(number + 1).copied().unwrap_or(len).max(start + 1);
            let part = a.view();
            let part = part.slice_axis(Axis(axis), (start..end).into());
            let folded = without(folding.reduce(part.view(), &[axis]), &[axis]);
            expected.index_axis_mut(Axis(axis), number).assign(&folded);
        }
        assert_same(apart::reduceat(a.view(), &starts, counted).view(), expected.view());
        let mut out = Stored::<T>::draw(&mut random, &dims);
        apart::reduceat_into(a.view(), &starts, counted, out.view_mut());
        assert_same(out.view(), expected.view());
    }
}

#[test]
fn what_lies_between_folds_of_every_dtype() {
    between::<i8>();
    between::<i16>();
    between::<i32>();
    between::<i64>();
    between::<i128>();
    between::<isize>();
    between::<u8>();
    between::<u16>();
    between::<u32>();
    between::<u64>();
    between::<u128>();
    between::<usize>();
    between::<f32>();
    between::<f64>();
}

/// Long axes, of every kind of step, where blocks and strips end.
#[test]
fn long_axes_are_folded_whole() {
    for len in [4095, 4096, 4097, 8192, 20_001, 4096 * 9 + 7] {
        let row = Array1::from_iter((0..3 * len).map(|i| (i % 251) as f64));
        for step in [1, 2, -1, -3] {
            let a = row.slice(s![..len * isize::abs(step) as usize;step]);
            assert_eq!(add::reduce(a, ..), a.sum(), "{len} {step}");
            let wide = a.mapv(|x| x as u32);
            assert_eq!(add::reduce(&wide, ..), wide.sum(), "{len} {step}");
            let differences = difference::reduce(a, ..);
            assert_eq!(differences, 2.0 * a[0] - a.sum());
        }
        let two = row.slice(s![..2 * len]).into_shape_with_order((2, len)).unwrap();
        assert_eq!(add::reduce(two, 1), two.sum_axis(Axis(1)));
        assert_eq!(add::reduce(two, 0), two.sum_axis(Axis(0)));
        assert_eq!(add::reduce(two.t(), 0), two.sum_axis(Axis(1)));
        assert_eq!(add::accumulate(two, 1)[[1, len - 1]], two.row(1).sum());
    }
}

/// By halves, the error grows with the logarithm of the length; in order, with the length.
#[test]
fn sums_of_floats_lose_little() {
    let a = Array1::from_elem(20_000_000, 0.1f32);
    let exact = 0.1f32 as f64 * 20_000_000.0;
    let error = (f64::from(add::reduce(&a, ..)) - exact).abs() / exact;
    assert!(error < 1e-6, "{error}");
}

#[track_caller]
fn assert_says<T: std::fmt::Debug>(found: Result<T, mambo::Error>, text: &str) {
    assert_eq!(found.unwrap_err().to_string(), text);
}

#[test]
fn axes_that_are_not_there_are_named() {
    let a = Array2::<f64>::zeros((2, 3));
    assert_says(
        add::try_reduce(&a, 2),
        "`add`: there is no axis 2 in an array of shape [2, 3]: its axes are 0 to 1, or -2 to -1",
    );
    assert_says(
        add::try_accumulate(&a, -3),
        "`add`: there is no axis -3 in an array of shape [2, 3]: its axes are 0 to 1, or -2 to -1",
    );
    assert_says(add::try_reduce(&a, [1, -1]), "`add`: axis 1 is given twice: name each axis once");
    assert_says(
        add::try_accumulate(1.0, 0),
        "`add`: there is no axis 0 in an array of shape []: it has none",
    );
}

#[test]
fn what_cannot_be_reduced_is_said() {
    let a = Array3::<f64>::zeros((2, 0, 3));
    assert_says(
        difference::try_reduce(&a, 1),
        "`difference`: there are no elements to reduce in an array of shape [2, 0, 3] along axes \
         [1], and no identity: declare one, or give an `initial` value",
    );
    let nothing = Array3::<f64>::zeros((0, 0, 5));
    assert!(difference::try_reduce(&nothing, 1).is_err());
    assert_eq!(difference::reduce(&a, 0).shape(), [0, 3]);
    assert_eq!(add::reduce(&a, 1), Array2::<f64>::zeros((2, 3)));
    assert_eq!(difference::reduction(&a, 1).initial(7.0).run(), Array2::from_elem((2, 3), 7.0));
    assert_says(
        difference::try_reduce(&a, [0, 2]),
        "`difference`: the order counts, and so it can be reduced along one axis at a time: if it \
         may be applied in any order, say `#[vectorize(reorderable)]` or give an `identity`",
    );
    let b = array![[1.0, 2.0], [3.0, 4.0]];
    assert_says(
        difference::reduction(&b, 0).mask(&array![true, false]).try_run(),
        "`difference`: a reduction with a mask needs an identity or an `initial` value, for where \
         the mask is false throughout",
    );
    assert_says(
        add::reduction(&b, 0).mask(&array![true, false, true]).try_run(),
        "`add`: the mask of shape [3] cannot be broadcast to the array of shape [2, 2]",
    );
    let mut out = Array1::zeros(3);
    assert_says(
        add::reduction(&b, 0).try_into(&mut out),
        "`add`: the reduction has the shape [2], and the output [3]",
    );
    assert_says(
        add::try_reduceat(&b, &[0, 2], 0),
        "`add`: index 1 of `reduceat` is 2, and axis 0 has the length 2",
    );
}

#[test]
fn no_axes_are_a_copy() {
    let a = array![[1, 2], [3, 4]];
    assert_eq!(add::reduce(&a, &[][..]), a.clone().into_dyn());
    assert_eq!(add::reduction(&a, &[][..]).initial(10).run(), (&a + 10).into_dyn());
    assert_eq!(apart::reduce(5, ..), 5);
}

#[vectorize]
fn quotient(x: i32, y: i32) -> i32 {
    x / y
}

#[test]
fn a_panic_ends_a_reduction() {
    let error = quotient::try_reduce(&array![8, 2, 0, 1], ..).unwrap_err().to_string();
    assert!(error.starts_with("attempt to divide by zero"), "{error}");
    assert_eq!(quotient::reduce(&array![[8, 2, 2], [100, 5, 2]], 1), array![2, 10]);
}
