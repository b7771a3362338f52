//! Calls, `into` and `masked` of kernels of one and two arguments and results.

use crate::elements::Drawn;
use crate::layouts::{Random, Stored, assert_same};
use mambo::prelude::*;
use ndarray::{ArrayD, IxDyn};

#[vectorize]
fn second<T: Number>(x: T, y: T) -> T {
    if x < y { y - x } else { x - y }
}

#[vectorize]
fn chosen<T: Number>(first: bool, x: T, y: T) -> (T, bool) {
    if first { (x, x > y) } else { (y, y > x) }
}

#[vectorize]
fn opposite(z: Complex<f64>) -> Complex<f64> {
    Complex::new(-z.im, z.re)
}

#[vectorize]
fn spun(z: Complex<f32>, by: Complex<f32>) -> Complex<f32> {
    z * by
}

#[vectorize]
fn flip(x: bool, y: bool) -> bool {
    x != y
}

const ROUNDS: usize = 60;

/// What a function of two numbers makes of two arrays, by index.
fn by_index<A: Drawn, B: Drawn, R: Drawn>(
    shape: &[usize],
    a: &Stored<A>,
    b: &Stored<B>,
    f: impl Fn(A, B) -> R,
) -> ArrayD<R> {
    let (a, b) = (a.view(), b.view());
    let a = a.broadcast(IxDyn(shape)).expect("drawn to fit");
    let b = b.broadcast(IxDyn(shape)).expect("drawn to fit");
    ArrayD::from_shape_fn(IxDyn(shape), |index| f(a[&index], b[&index]))
}

/// A shape, and two that are broadcast to it together.
fn shapes(random: &mut Random) -> [Vec<usize>; 3] {
    let shape = random.shape();
    let (a, b) = match random.below(3) {
        0 => (shape.clone(), shape.clone()),
        1 => (shape.clone(), random.narrower(&shape)),
        _ => (random.narrower(&shape), shape.clone()),
    };
    [shape, a, b]
}

/// Panics unless nothing but the elements of the view were written.
fn assert_gaps_kept<T: Drawn + Number>(mut before: Stored<T>, mut after: Stored<T>) {
    before.view_mut().fill(T::ZERO);
    after.view_mut().fill(T::ZERO);
    assert_same(after.memory().view(), before.memory().view());
}

fn every_way<T: Drawn + Number>() {
    let mut random = Random(T::DTYPE as u64);
    for _ in 0..ROUNDS {
        let [shape, a_shape, b_shape] = shapes(&mut random);
        let a = Stored::<T>::draw(&mut random, &a_shape);
        let b = Stored::<T>::draw(&mut random, &b_shape);
        let expected = by_index(&shape, &a, &b, second::rust);
        assert_same(second(a.view(), b.view()).view(), expected.view());
        let swapped = by_index(&shape, &a, &b, |x, y| second::rust(y, x));
        assert_same(second(b.view(), &a.view().to_owned()).view(), swapped.view());

        let before = Stored::<T>::draw(&mut random, &shape);
        let mut out = before.clone();
        second::into(a.view(), b.view(), out.view_mut());
        assert_same(out.view(), expected.view());
        assert_gaps_kept(before, out);
    }
}

#[test]
fn elementwise_of_every_dtype() {
    every_way::<i8>();
    every_way::<i16>();
    every_way::<i32>();
    every_way::<i64>();
    every_way::<i128>();
    every_way::<isize>();
    every_way::<u8>();
    every_way::<u16>();
    every_way::<u32>();
    every_way::<u64>();
    every_way::<u128>();
    every_way::<usize>();
    every_way::<f32>();
    every_way::<f64>();
}

fn masked_way<T: Drawn + Number>() {
    let mut random = Random(T::DTYPE as u64 + 100);
    for _ in 0..ROUNDS {
        let [shape, a_shape, b_shape] = shapes(&mut random);
        let a = Stored::<T>::draw(&mut random, &a_shape);
        let b = Stored::<T>::draw(&mut random, &b_shape);
        let mask_shape = random.narrower(&shape);
        let mask = Stored::<bool>::draw(&mut random, &mask_shape);
        let before = Stored::<T>::draw(&mut random, &shape);
        let mut expected = by_index(&shape, &a, &b, second::rust);
        let here = mask.view();
        let here = here.broadcast(IxDyn(&shape)).expect("drawn to fit");
        for (index, value) in expected.indexed_iter_mut() {
            if !here[&index] {
                *value = before.view()[&index];
            }
        }
        let mut out = before.clone();
        second::masked(a.view(), b.view(), mask.view(), out.view_mut());
        assert_same(out.view(), expected.view());
        assert_gaps_kept(before, out);
    }
}

#[test]
fn masks_choose_what_is_written() {
    masked_way::<u8>();
    masked_way::<i16>();
    masked_way::<i64>();
    masked_way::<f32>();
    masked_way::<f64>();
}

#[test]
fn several_results_go_to_several_arrays() {
    let mut random = Random(7);
    for _ in 0..ROUNDS {
        let [shape, a_shape, b_shape] = shapes(&mut random);
        let first = Stored::<bool>::draw(&mut random, &a_shape);
        let x = Stored::<f32>::draw(&mut random, &b_shape);
        let y = f32::draw(&mut random);
        let pick = |first, x| chosen::rust(first, x, y);
        let values = by_index(&shape, &first, &x, |first, x| pick(first, x).0);
        let signs = by_index(&shape, &first, &x, |first, x| pick(first, x).1);
        let (found, found_signs) = chosen(first.view(), x.view(), y);
        assert_same(found.view(), values.view());
        assert_same(found_signs.view(), signs.view());
        let mut outs = (Stored::<f32>::draw(&mut random, &shape), ArrayD::default(IxDyn(&shape)));
        chosen::into(first.view(), x.view(), y, (outs.0.view_mut(), &mut outs.1));
        assert_same(outs.0.view(), values.view());
        assert_same(outs.1.view(), signs.view());
    }
}

#[test]
fn complex_numbers_and_truth_values() {
    let mut random = Random(8);
    for _ in 0..ROUNDS {
        let [shape, a_shape, b_shape] = shapes(&mut random);
        let z = Stored::<Complex<f64>>::draw(&mut random, &a_shape);
        let same_shape = Stored::<bool>::draw(&mut random, &a_shape);
        let expected = by_index(&a_shape, &z, &same_shape, |z, _| opposite::rust(z));
        assert_same(opposite(z.view()).view(), expected.view());

        let z = Stored::<Complex<f32>>::draw(&mut random, &a_shape);
        let by = Stored::<Complex<f32>>::draw(&mut random, &b_shape);
        let expected = by_index(&shape, &z, &by, spun::rust);
        assert_same(spun(z.view(), by.view()).view(), expected.view());
        let one = Complex::draw(&mut random);
        let expected = by_index(&a_shape, &z, &same_shape, |z, _| spun::rust(z, one));
        assert_same(spun(z.view(), one).view(), expected.view());

        let a = Stored::<bool>::draw(&mut random, &a_shape);
        let b = Stored::<bool>::draw(&mut random, &b_shape);
        let expected = by_index(&shape, &a, &b, flip::rust);
        assert_same(flip(a.view(), b.view()).view(), expected.view());
    }
}

#[vectorize]
fn scaled(x: f64, y: f64) -> f64 {
    x * 0.5 - y
}

#[vectorize]
fn sum64(x: i64, y: i64) -> i64 {
    x.wrapping_add(y)
}

/// Every dtype that casts to what the kernel takes.
#[test]
fn inputs_are_cast_in_the_loop() {
    let mut random = Random(9);
    macro_rules! cast {
        ($kernel:ident $to:ident: $($from:ident)*) => {$(
            for _ in 0..ROUNDS / 4 {
                let [shape, a_shape, b_shape] = shapes(&mut random);
                let a = Stored::<$from>::draw(&mut random, &a_shape);
                let b = Stored::<$to>::draw(&mut random, &b_shape);
                let cast = |x: $from| $to::from(cast!(@ $from x));
                let expected = by_index(&shape, &a, &b, |x, y| $kernel::rust(cast(x), y));
                assert_same($kernel(a.view(), b.view()).view(), expected.view());
                let x = $from::draw(&mut random);
                let expected = by_index(&b_shape, &b, &b, |y, _| $kernel::rust(cast(x), y));
                assert_same($kernel(x, b.view()).view(), expected.view());
            }
        )*};
        (@ i64 $x:ident) => { $x as f64 };
        (@ u64 $x:ident) => { $x as f64 };
        (@ isize $x:ident) => { $x as i64 as f64 };
        (@ usize $x:ident) => { $x as f64 };
        (@ $from:ident $x:ident) => { $x };
    }
    cast!(scaled f64: bool i8 i16 i32 i64 isize u8 u16 u32 u64 usize f32 f64);
    cast!(sum64 i64: bool i8 i16 i32 u8 u16 u32);
}

/// Truth values too, with and without a mask, in every width of vectors.
#[test]
fn truth_values_become_numbers() {
    for len in [1, 15, 16, 40, 100] {
        let bits = Array1::from_iter((0..len).map(|i| i % 3 == 0));
        let numbers = bits.mapv(|bit| if bit { 1.0 } else { 0.0 });
        let mut out = Array1::zeros(len);
        scaled::masked(&bits, &bits, &bits, &mut out);
        assert_eq!(out, numbers.mapv(|x| if x == 1.0 { -0.5 } else { 0.0 }));
        assert_eq!(scaled(&bits, 1.0), numbers.mapv(|x| x * 0.5 - 1.0));
        let narrow = numbers.mapv(|x| x as f32);
        let mut out = Array1::zeros(len);
        narrowed::masked(&bits, 2.0f32, &bits, &mut out);
        assert_eq!(out, narrow.mapv(|x| if x == 1.0 { 3.0 } else { 0.0 }));
    }
}

#[vectorize]
fn narrowed(x: f32, y: f32) -> f32 {
    x + y
}

#[vectorize]
fn weighted(a: f32, b: f32, c: f32, d: f32, e: f32, f: f32, g: f32, h: f32) -> f32 {
    a + 2.0 * b + 3.0 * c + 4.0 * d + 5.0 * e + 6.0 * f + 7.0 * g + 8.0 * h
}

#[test]
fn eight_inputs() {
    let a = Array1::from_iter((0..100).map(|i| i as f32));
    let column = a.slice(s![..3]).to_owned().insert_axis(Axis(1));
    let found = weighted(&a, 1.0, &column, a.view(), 0.5, &a, 2.0f32, a.slice(s![..;-1]));
    assert_eq!(found.shape(), [3, 100]);
    for ((row, i), value) in found.indexed_iter() {
        let (x, y) = (i as f32, row as f32);
        assert_eq!(*value, weighted::rust(x, 1.0, y, x, 0.5, x, 2.0, 99.0 - x));
    }
}

#[test]
fn what_comes_out_has_the_rank_of_what_goes_in() {
    let scalar: f64 = scaled(3, 1.0f32);
    assert_eq!(scalar, 0.5);
    let zero: Array0<f64> = scaled(3, ndarray::arr0(1.0));
    assert_eq!(zero[()], 0.5);
    let matrix: Array2<f64> = scaled(&array![[2.0], [4.0]], array![1, 2, 3].to_shared());
    assert_eq!(matrix, array![[0.0, -1.0, -2.0], [1.0, 0.0, -1.0]]);
    let open: ArrayD<f64> = scaled(&matrix.clone().into_dyn(), &matrix);
    assert_eq!(open.shape(), [2, 3]);
    let seven = ArrayD::from_elem(IxDyn(&[1, 2, 1, 2, 1, 2, 2]), 4.0);
    assert_eq!(scaled(&seven, 1.0), seven.mapv(|x| x * 0.5 - 1.0));
}

#[test]
fn results_lie_as_what_they_come_from() {
    let f = Array2::<f64>::zeros(ndarray::ShapeBuilder::f((3, 4)));
    assert_eq!(scaled(&f, 1.0).strides(), [1, 3]);
    assert_eq!(scaled(&f, f.t().as_standard_layout().t()).strides(), [1, 3]);
    assert_eq!(scaled(&f, Array2::<f64>::zeros((3, 4))).strides(), [4, 1]);
}

/// Kernels call universal functions for numbers.
#[jit]
fn total(x: &[f64]) -> f64 {
    let mut total = 0.0;
    for &x in x {
        total += scaled(x, 1.0);
    }
    total
}

#[test]
fn kernels_call_universal_functions() {
    assert_eq!(total(&[2.0, 4.0]), total::rust(&[2.0, 4.0]));
    assert!(!total::ir().contains("host"), "{}", total::ir());
}

#[vectorize]
fn quotient(x: i32, y: i32) -> i32 {
    x / y
}

#[test]
fn a_panic_of_the_kernel_is_one_of_the_call() {
    let error = quotient::try_call(&array![1, 2, 3], &array![1, 0, 1]).unwrap_err();
    assert!(error.to_string().starts_with("attempt to divide by zero"), "{error}");
    assert_eq!(quotient(&array![7, 8], 2), array![3, 4]);
}

#[vectorize(i32, f64)]
fn eager<T: Number>(x: T, y: T) -> T {
    x + y
}

#[vectorize("f64(f64, f64)", target = "parallel", fastmath)]
fn spelled(x: f64, y: f64) -> f64 {
    x + y
}

#[test]
fn listed_signatures_are_compiled_first() {
    eager::warm_up().unwrap();
    let listed = || eager::signatures().iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(listed(), ["<i32>(i32, i32) -> i32", "<f64>(f64, f64) -> f64"]);
    assert_eq!(eager(&array![1u8, 2], 3), array![4, 5]);
    assert_eq!(eager(&array![1.5, 2.0], 3.0), array![4.5, 5.0]);
    assert_eq!(listed().len(), 3);
    spelled::warm_up().unwrap();
    assert_eq!(spelled::signatures()[0].to_string(), "(f64, f64) -> f64");
    assert_eq!(spelled(&array![1.0], 3.0), array![4.0]);
}

#[test]
fn loops_of_universal_functions_are_explained() {
    let a = Array1::<f32>::zeros(100);
    second(&a, 1.0);
    let text = second::explain().to_string();
    assert!(text.contains("(ArrayView1<f32, C>, f32, ArrayViewMut1<f32, C>)"), "{text}");
    assert!(!cfg!(target_arch = "x86_64") || text.contains("in vectors"), "{text}");
    second(&Array2::<f32>::zeros((50, 40)), &a.slice(s![..40]));
    let text = second::explain().to_string();
    let (_, nest) = text.split_once("ArrayView2<f32, S>").expect("rows are one nest");
    assert!(!cfg!(target_arch = "x86_64") || nest.contains("in vectors"), "{text}");
}

#[vectorize]
fn root(x: f64) -> f64 {
    if x < 0.0 {
        panic!("the root of a negative number")
    }
    x.sqrt()
}

#[test]
fn nothing_panics_where_the_mask_is_false() {
    let x = array![-1.0, 4.0, 9.0];
    let mut out = array![5.0, 5.0, 5.0];
    root::masked(&x, &array![false, true, false], &mut out);
    assert_eq!(out, array![5.0, 2.0, 5.0]);
    assert!(root::try_masked(&x, &array![true, true, false], &mut out).is_err());
}
