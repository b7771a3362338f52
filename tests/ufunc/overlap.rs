//! Outputs that share memory with inputs, as cells: what is read is what was there before.

use crate::elements::Drawn;
use crate::layouts::Random;
use mambo::prelude::*;
use ndarray::{ArrayView1, ArrayViewD, IxDyn, MathCell, SliceInfoElem};

#[vectorize]
fn apart<T: Number>(x: T, y: T) -> T {
    if x < y { y - x } else { x - y }
}

#[vectorize]
fn both_ways(x: f64) -> (f64, f64) {
    (x + 1.0, -x)
}

#[vectorize]
fn less(x: f64, y: f64) -> bool {
    x < y
}

#[vectorize(identity = 0)]
fn add<T: Number>(x: T, y: T) -> T {
    x + y
}

fn cells<'a, T>(
    all: &ArrayViewD<'a, MathCell<T>>,
    parts: &[SliceInfoElem],
) -> ArrayViewD<'a, MathCell<T>> {
    all.clone().slice_move(parts)
}

/// Parts of one array that have a shape: forwards or backwards, every or every second place.
fn draw_parts(random: &mut Random, shape: &[usize]) -> Vec<SliceInfoElem> {
    shape
        .iter()
        .map(|&len| {
            let step = [1, 1, 2, -1, -2][random.below(5)];
            let reach = len * isize::unsigned_abs(step);
            let start = random.below(2 * len + 3 - reach.min(2 * len + 2)) as isize;
            SliceInfoElem::Slice { start, end: Some(start + reach as isize), step }
        })
        .collect()
}

fn over_inputs<T: Drawn + Number>() {
    let mut random = Random(T::DTYPE as u64 + 1000);
    for _ in 0..150 {
        let rank = 1 + random.below(3);
        let most = [400, 20, 7][rank - 1];
        let shape: Vec<usize> = (0..rank).map(|_| 1 + random.below(most)).collect();
        let room: Vec<usize> = shape.iter().map(|len| 2 * len + 2).collect();
        let mut all = ndarray::ArrayD::from_shape_simple_fn(IxDyn(&room), || T::draw(&mut random));
        let parts: [_; 3] = std::array::from_fn(|_| draw_parts(&mut random, &shape));
        let same = random.below(3) == 0;
        let parts =
            if same { [parts[0].clone(), parts[1].clone(), parts[0].clone()] } else { parts };
        let mut expected = all.clone();
        let before: Vec<_> =
            parts[..2].iter().map(|part| all.slice(&part[..]).to_owned()).collect();
        let values =
            ndarray::Zip::from(&before[0]).and(&before[1]).map_collect(|&x, &y| apart::rust(x, y));
        expected.slice_mut(&parts[2][..]).assign(&values);
        let view = all.cell_view();
        let [a, b, out] = parts.each_ref().map(|part| cells(&view, part));
        apart::into(a, b, out);
        for (index, value) in expected.indexed_iter() {
            assert!(
                all[&index].same(*value),
                "{parts:?} at {index:?}: {} for {value}",
                all[&index]
            );
        }
    }
}

#[test]
fn results_are_written_over_inputs() {
    over_inputs::<i8>();
    over_inputs::<u16>();
    over_inputs::<i32>();
    over_inputs::<f32>();
    over_inputs::<f64>();
    over_inputs::<i128>();
}

/// Element for element, of every length, at every distance from a boundary of vectors.
#[test]
fn in_place_of_every_length() {
    for len in 0..200 {
        for from in [0, 1, 3, 7] {
            let mut all = Array1::from_iter((0..from + len).map(|i| i as f32 * 0.5));
            let expected = all.slice(s![from..]).mapv(|x| apart::rust(x, 20.0));
            let view = all.cell_view();
            let part = view.slice(s![from..]);
            apart::into(part, 20.0, part);
            assert_eq!(all.slice(s![from..]), expected);
        }
    }
}

fn view(all: &mut Array1<f64>) -> ArrayView1<'_, MathCell<f64>> {
    all.cell_view()
}

#[test]
fn outputs_share_memory() {
    let mut all = Array1::from_iter((0..6).map(f64::from));
    let cells = view(&mut all);
    both_ways::into(cells.slice(s![..4]), (cells.slice(s![1..5]), cells.slice(s![2..])));
    // The later output wins.
    assert_eq!(all, array![0.0, 1.0, 0.0, -1.0, -2.0, -3.0]);
    let mut one = array![0.0];
    let cells = view(&mut one);
    apart::into(&array![1.0, 2.0, 3.0], 0.0, cells.broadcast(3).unwrap());
    assert_eq!(one, array![3.0]);
}

#[test]
fn masks_and_outputs_share_memory() {
    let mut flags = array![true, false, true, true];
    let cells = flags.cell_view();
    let (a, b) = (array![1.0, 2.0, 9.0], array![3.0, 1.0, 5.0]);
    less::masked(&a, &b, cells.slice(s![..3]), cells.slice(s![1..]));
    assert_eq!(flags, array![true, true, true, false]);
}

#[test]
fn reductions_are_written_over_what_they_reduce() {
    let mut all = Array2::from_shape_fn((3, 3), |(i, j)| (3 * i + j) as f64);
    let cells = all.cell_view();
    add::reduction(cells, 1).into(cells.row(1));
    assert_eq!(all.row(1), array![3.0, 12.0, 21.0]);
    let mut row = array![1.0, 2.0, 3.0, 4.0];
    let cells = view(&mut row);
    add::accumulate_into(cells, 0, cells);
    assert_eq!(row, array![1.0, 3.0, 6.0, 10.0]);
    let cells = view(&mut row);
    add::accumulate_into(cells.slice(s![..;-1]), 0, cells);
    assert_eq!(row, array![10.0, 16.0, 19.0, 20.0]);
    let cells = view(&mut row);
    add::reduceat_into(cells, &[3, 2, 1, 0], 0, cells);
    assert_eq!(row, array![20.0, 19.0, 16.0, 65.0]);
    let cells = view(&mut row);
    add::at(cells, [0, 1, 2], cells.slice(s![1..]));
    assert_eq!(row, array![39.0, 35.0, 81.0, 65.0]);
}
