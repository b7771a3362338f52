//! `at` and `outer` against loops over indices.

use crate::elements::Drawn;
use crate::layouts::{Random, Stored, assert_same};
use mambo::prelude::*;
use ndarray::{ArrayD, IxDyn};

#[vectorize]
fn apart<T: Number>(x: T, y: T) -> T {
    if x < y { y - x } else { x - y }
}

#[vectorize]
fn opposite<T: Real>(x: T) -> T {
    T::ONE - x
}

#[vectorize]
fn scaled(x: f64, times: i32) -> f64 {
    x * f64::from(times) + 1.0
}

const ROUNDS: usize = 60;

/// Drawn indices of some of the first axes, each of a shape that broadcasts to the first of them.
fn draw_places(random: &mut Random, shape: &[usize], axes: usize) -> Vec<ArrayD<isize>> {
    let dims: Vec<usize> = (0..random.below(3)).map(|_| random.below(7)).collect();
    (0..axes)
        .map(|axis| {
            let dims = if axis == 0 { dims.clone() } else { random.narrower(&dims) };
            let len = shape[axis];
            ArrayD::from_shape_simple_fn(IxDyn(&dims), || {
                random.below(2 * len) as isize - len as isize
            })
        })
        .collect()
}

/// Where in the array the element of an index of what is named is.
fn named(shape: &[usize], places: &[ArrayD<isize>], dims: &[usize], index: &[usize]) -> Vec<usize> {
    let (head, tail) = index.split_at(dims.len());
    let along = places.iter().zip(shape).map(|(numbers, &len)| {
        let numbers = numbers.broadcast(IxDyn(dims)).expect("drawn to fit");
        let number = numbers[IxDyn(head)];
        if number < 0 { (number + len as isize) as usize } else { number as usize }
    });
    along.chain(tail.iter().copied()).collect()
}

fn changed_in_turn<T: Drawn + Number>() {
    let mut random = Random(T::DTYPE as u64 + 800);
    for _ in 0..ROUNDS {
        let rank = 1 + random.below(4);
        let shape: Vec<usize> = (0..rank).map(|_| 1 + random.below(6)).collect();
        let axes = 1 + random.below(rank.min(3));
        let places = draw_places(&mut random, &shape, axes);
        let dims = places[0].shape().to_vec();
        let whole = [&dims, &shape[axes..]].concat();
        let other_shape = random.narrower(&whole);
        let other = Stored::<T>::draw(&mut random, &other_shape);
        let before = Stored::<T>::draw(&mut random, &shape);

        let mut expected = before.view().to_owned();
        let values = other.view();
        let values = values.broadcast(IxDyn(&whole)).expect("drawn to fit");
        for (index, &value) in values.indexed_iter() {
            let index = ndarray::Dimension::slice(&index);
            let at = IxDyn(&named(&shape, &places, &dims, index));
            expected[&at] = apart::rust(expected[&at], value);
        }
        let mut out = before.clone();
        match &places[..] {
            [first] => apart::at(out.view_mut(), first, other.view()),
            [a, b] => apart::at(out.view_mut(), (a, b.view()), other.view()),
            [a, b, c] => apart::at(out.view_mut(), (a, b, c), other.view()),
            _ => unreachable!("up to three are drawn"),
        }
        assert_same(out.view(), expected.view());
    }
}

#[test]
fn what_is_named_is_changed_in_turn() {
    changed_in_turn::<i8>();
    changed_in_turn::<u16>();
    changed_in_turn::<i32>();
    changed_in_turn::<u64>();
    changed_in_turn::<i128>();
    changed_in_turn::<f32>();
    changed_in_turn::<f64>();
}

/// More than fits one round of the loop, nearly all of it at a few places.
#[test]
fn places_that_are_named_often_are_changed_often() {
    for count in [1, 511, 512, 513, 8195, 100_000] {
        let places = Array1::from_iter((0..count).map(|i| (i * 7 % 5) as i64));
        let mut sums = Array1::<i64>::zeros(5);
        let values = Array1::from_iter(0..count as i64);
        add::at(&mut sums, &places, &values);
        let mut expected = Array1::<i64>::zeros(5);
        for (&place, value) in places.iter().zip(&values) {
            expected[place as usize] += value;
        }
        assert_eq!(sums, expected);
        let mut counts = Array1::<i64>::zeros(5);
        add::at(counts.slice_mut(s![..;-1]), &places, 1);
        assert_eq!(counts.sum(), count as i64);
    }
}

#[vectorize]
fn add<T: Number>(x: T, y: T) -> T {
    x + y
}

#[test]
fn one_argument_and_other_types() {
    let mut a = array![[1.0, 2.0], [3.0, 4.0]];
    opposite::at(&mut a, (1, [0, 1, 1]));
    assert_eq!(a, array![[1.0, 2.0], [-2.0, 4.0]]);
    opposite::at(&mut a, -2);
    assert_eq!(a, array![[0.0, -1.0], [-2.0, 4.0]]);
    scaled::at(&mut a, [0, 0], &array![[2i8], [3]]);
    assert_eq!(a, array![[4.0, -2.0], [-2.0, 4.0]]);
    scaled::at(&mut a, (&[0u8][..], &vec![1i64]), 2);
    assert_eq!(a[[0, 1]], -3.0);
    let mut zero = ndarray::arr0(2.0);
    assert!(opposite::try_at(&mut zero, 0).is_err());
    opposite::at(&mut a, Array1::<usize>::zeros(0));
    assert_eq!(a[[0, 0]], 4.0);
}

#[test]
fn what_cannot_be_named_is_said() {
    let mut a = Array2::<f64>::zeros((3, 4));
    let says = |found: Result<(), mambo::Error>, text: &str| {
        assert_eq!(found.unwrap_err().to_string(), text);
    };
    says(
        add::try_at(&mut a, (&[0, 1], &[0, -5]), 1.0),
        "`add`: index -5 is out of bounds for axis 1 of length 4",
    );
    says(
        add::try_at(&mut a, u64::MAX, 1.0),
        &format!("`add`: index {} is out of bounds for axis 0 of length 3", isize::MAX),
    );
    says(
        add::try_at(&mut a, (0, 1, 2), 1.0),
        "`add`: there are indices for 3 axes, and the array of shape [3, 4] has 2",
    );
    says(
        add::try_at(&mut a, (&[0, 1], &[0, 1, 2]), 1.0),
        "`add`: indices of shapes [2] and [3], for axes 0 and 1, cannot be broadcast together",
    );
    says(
        add::try_at(&mut a, [0, 1], Array1::<f64>::zeros(3)),
        "`add`: the second operand of shape [3] cannot be broadcast to what the indices name, \
         which has the shape [2, 4]",
    );
    assert_eq!(a, Array2::<f64>::zeros((3, 4)));
}

#[test]
fn each_with_each() {
    let mut random = Random(900);
    for _ in 0..ROUNDS {
        let mut shapes = [random.shape(), random.shape()];
        shapes.iter_mut().for_each(|shape| shape.truncate(3));
        let a = Stored::<i32>::draw(&mut random, &shapes[0]);
        let b = Stored::<i32>::draw(&mut random, &shapes[1]);
        let dims = shapes.concat();
        let expected = ArrayD::from_shape_fn(IxDyn(&dims), |index| {
            let (first, second) = ndarray::Dimension::slice(&index).split_at(shapes[0].len());
            apart::rust(a.view()[IxDyn(first)], b.view()[IxDyn(second)])
        });
        assert_same(apart::outer(a.view(), b.view()).view(), expected.view());
    }
    let table: Array2<f64> = scaled::outer(&array![1.0f32, 2.0], &array![1u8, 2, 3]);
    assert_eq!(table, array![[2.0, 3.0, 4.0], [3.0, 5.0, 7.0]]);
    let row: Array1<f64> = scaled::outer(2.0, &array![1, 2]);
    assert_eq!(row, array![3.0, 5.0]);
    let cube: Array3<i32> = apart::outer(&array![1, 5], &array![[1, 2], [3, 9]]);
    assert_eq!(cube[[1, 1, 1]], 4);
}
