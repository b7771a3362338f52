//! Types, their descriptions and their slots.

use crate::rank::{Layouts, Rank, classify, view, view_mut};
use crate::slots::{SlotBlock, as_slots};
use crate::{Arg, Captured, Described, Layout, Plain};
use mambo_ir::Const;
use ndarray::{Array, Array1, Array2, Array3, ArrayView2, Axis, Ix2, ShapeBuilder, arr0, s};

/// The slots and the layout classes of an argument, which must be as many as it promises.
fn packed<A: Arg>(mut arg: A) -> (Vec<u64>, Vec<Layout>) {
    let mut layouts = Layouts::default();
    let slots = arg.pack(&mut layouts);
    assert_eq!(as_slots(&slots).len(), A::Slots::LEN);
    assert_eq!(size_of::<A::Slots>(), 8 * A::Slots::LEN);
    let count = layouts.count;
    assert_eq!(count, A::ARRAYS);
    (as_slots(&slots).to_vec(), (0..count).map(|_| layouts.take()).collect())
}

fn round_trip<T: Plain + Clone + PartialEq + std::fmt::Debug>(value: T, ty: &str, slots: &[u64]) {
    assert_eq!(T::describe().to_string(), ty);
    assert_eq!(packed(value.clone()).0, slots, "{value:?}");
    assert_eq!(T::from_slots(value.to_slots()), value);
}

#[test]
fn plain_values_flatten_depth_first_and_come_back() {
    round_trip(true, "bool", &[1]);
    round_trip(-1i8, "i8", &[0xff]);
    round_trip(-2i16, "i16", &[0xfffe]);
    round_trip(-3i32, "i32", &[0xffff_fffd]);
    round_trip(-4i64, "i64", &[u64::MAX - 3]);
    round_trip(-5isize, "isize", &[u64::MAX - 4]);
    round_trip(200u8, "u8", &[200]);
    round_trip(u16::MAX, "u16", &[0xffff]);
    round_trip(u32::MAX, "u32", &[0xffff_ffff]);
    round_trip(u64::MAX, "u64", &[u64::MAX]);
    round_trip(7usize, "usize", &[7]);
    round_trip(-1.5f32, "f32", &[0xbfc0_0000]);
    round_trip(-0.0f64, "f64", &[1 << 63]);
    round_trip((), "()", &[]);
    round_trip((1u8,), "(u8,)", &[1]);
    round_trip((1u8, (true, 2i32), 3u64), "(u8, (bool, i32), u64)", &[1, 1, 2, 3]);
    round_trip((1u8, 2u8, 3u8, 4u8, 5u8, 6u8), "(u8, u8, u8, u8, u8, u8)", &[1, 2, 3, 4, 5, 6]);
    round_trip([[1u16, 2], [3, 4], [5, 6]], "[[u16; 2]; 3]", &[1, 2, 3, 4, 5, 6]);
    round_trip([(1u8, false); 2], "[(u8, bool); 2]", &[1, 0, 1, 0]);
    round_trip([0u8; 0], "[u8; 0]", &[]);
    round_trip(Some(5i64), "Option<i64>", &[1, 5]);
    round_trip(None::<(u8, u8)>, "Option<(u8, u8)>", &[0, 0, 0]);
}

#[test]
fn references_are_a_view_of_each_scalar() {
    let x = 1.0f64;
    assert_eq!(packed(&x).0, [&raw const x as u64]);
    assert_eq!(<&f64>::describe().to_string(), "&f64");

    let mut pair = (1u8, (2.0f32, [3u16, 4]));
    let array = &raw const pair.1.1[0] as u64;
    let views = [&raw const pair.0 as u64, &raw const pair.1.0 as u64, array, 2, 1];
    assert_eq!(packed(&pair).0, views);
    assert_eq!(packed(&mut pair).0, views);

    let pairs = [(1u8, [2.0f32, 3.0]), (4, [5.0, 6.0]), (7, [8.0, 9.0])];
    let (first, second) = (&raw const pairs[0].0 as u64, &raw const pairs[0].1 as u64);
    assert_eq!(packed(&pairs).0, [first, 3, 12, second, 3, 2, 3, 1]);
    assert_eq!(<&mut (u8, (f32, [u16; 2]))>::describe().to_string(), "&mut (u8, (f32, [u16; 2]))");
}

#[test]
fn slices_and_references_to_fixed_arrays_are_views() {
    let mut data = [1.0f64, 2.0, 3.0];
    let address = data.as_ptr() as u64;
    assert_eq!(packed(&data[1..]), (vec![address + 8, 2, 1], vec![]));
    assert_eq!(packed(&mut data[..]), (vec![address, 3, 1], vec![]));
    assert_eq!(packed(&data), (vec![address, 3, 1], vec![]));
    assert_eq!(<&mut [i16]>::describe().to_string(), "&mut [i16]");
    assert_eq!(<&[f64; 3]>::describe().to_string(), "&[f64; 3]");

    let mut table = [[[0u8; 4]; 3]; 2];
    let address = table.as_ptr() as u64;
    assert_eq!(packed(&mut table).0, [address, 2, 3, 4, 12, 4, 1]);
}

#[test]
fn every_kind_of_array_is_a_view() {
    let mut a = Array2::<f32>::zeros((2, 3));
    let slots = vec![a.as_ptr() as u64, 2, 3, 3, 1];
    let expected = (slots, vec![Layout::C]);
    assert_eq!(packed(&a), expected);
    assert_eq!(packed(&mut a), expected);
    assert_eq!(packed(a.view()), expected);
    assert_eq!(packed(a.view_mut()), expected);
    assert_eq!(packed::<&ndarray::ArrayRef<f32, Ix2>>(&a), expected);
    assert_eq!(packed::<&mut ndarray::ArrayRef<f32, Ix2>>(&mut a), expected);
    assert_eq!(packed(&a.view()), expected);
    assert_eq!(packed(a), expected);

    assert_eq!(<Array2<f32>>::describe().to_string(), "Array2<f32, C>");
    assert_eq!(<&Array2<f32>>::describe().to_string(), "ArrayView2<f32, C>");
    assert_eq!(<&mut Array2<f32>>::describe().to_string(), "ArrayViewMut2<f32, C>");
    assert_eq!(<ArrayView2<'_, bool>>::describe().to_string(), "ArrayView2<bool, C>");

    let zero = arr0(1.0);
    assert_eq!(packed(zero.view()), (vec![zero.as_ptr() as u64], vec![Layout::C]));
    let six = Array::<u8, _>::zeros((1, 2, 3, 1, 2, 2));
    assert_eq!(packed(&six).0[1..], [1, 2, 3, 1, 2, 2, 24, 12, 4, 4, 2, 1]);
}

#[test]
fn a_view_is_classified_by_its_strides() {
    use Layout::{C, F, Strided};
    let a = Array3::<u8>::zeros((3, 3, 4));
    let class = |view: ndarray::ArrayView3<'_, u8>| packed(view).1[0];
    assert_eq!(class(a.view()), C);
    assert_eq!(class(a.view().reversed_axes()), F);
    assert_eq!(class(a.slice(s![.., ..;-1, ..])), Strided);
    assert_eq!(class(a.slice(s![.., .., ..2])), Strided);
    assert_eq!(class(a.slice(s![1.., .., ..])), C);
    assert_eq!(class(a.slice(s![2.., .., ..])), Strided);
    assert_eq!(class(a.slice(s![.., ..0, ..;2])), C);
    let mut swapped = a.view();
    swapped.swap_axes(0, 1);
    assert_eq!(class(swapped), Strided);

    let b = Array1::<u8>::zeros(6);
    assert_eq!(packed(b.slice(s![..;2])).1, [Strided]);
    assert_eq!(packed(b.slice(s![..;-1])).1, [Strided]);
    assert_eq!(packed(b.slice(s![..1;5])).1, [C]);
    assert_eq!(packed(arr0(3u8).broadcast(4).unwrap()).1, [Strided]);
    let f = Array2::<u8>::zeros((3, 2).f());
    assert_eq!(packed(&f).1, [F]);
    assert_eq!(packed(Array2::<u8>::zeros((3, 1)).view()).1, [C]);
    assert_eq!(packed(Array2::<u8>::zeros((3, 1).f()).view()).1, [F]);
}

#[test]
fn strides_of_a_class_are_those_of_a_contiguous_array() {
    assert_eq!(classify(&[0, 5], &[0, 0]), (Layout::C, [5, 1]));
    assert_eq!(classify(&[2, 3], &[-3, 1]), (Layout::Strided, [-3, 1]));
    assert_eq!(classify(&[1], &[-4]), (Layout::C, [1]));
    assert_eq!(classify(&[1, 1], &[0, 0]), (Layout::C, [1, 1]));
    assert_eq!(classify::<0>(&[], &[]), (Layout::C, []));
}

/// ndarray looks at strides of axes of length 1 too.
#[test]
fn strides_that_lead_nowhere_count() {
    assert_eq!(classify(&[5, 1], &[1, 1]), (Layout::C, [1, 1]));
    assert_eq!(classify(&[5, 1], &[1, 5]), (Layout::F, [1, 5]));
    assert_eq!(classify(&[5, 1], &[1, 0]), (Layout::Strided, [1, 0]));
    assert_eq!(classify(&[1, 5], &[5, 1]), (Layout::C, [5, 1]));
    assert_eq!(classify(&[1, 5], &[1, 1]), (Layout::F, [1, 1]));
    assert_eq!(classify(&[1, 5], &[77, 1]), (Layout::Strided, [77, 1]));
    assert_eq!(classify(&[2, 1, 3], &[1, 2, 2]), (Layout::F, [1, 2, 2]));
    assert_eq!(classify(&[2, 1, 3], &[1, -9, 2]), (Layout::Strided, [1, -9, 2]));
}

#[test]
fn several_arrays_keep_their_classes_in_order() {
    let a = Array2::<f64>::zeros((2, 3));
    let mut layouts = Layouts::default();
    for mut view in [a.view(), a.t(), a.slice(s![..;-1, ..]), a.view()] {
        let _ = view.pack(&mut layouts);
    }
    let classes: Vec<Layout> = (0..4).map(|_| layouts.take()).collect();
    assert_eq!(classes, [Layout::C, Layout::F, Layout::Strided, Layout::C]);
}

#[test]
fn slots_become_the_same_view_again() {
    let mut a = Array2::from_shape_fn((4, 6), |(i, j)| 10 * i + j);
    let mut views = vec![a.view(), a.t(), a.slice(s![..;-1, 1..;2]), a.slice(s![2..2, ..;-1])];
    let mut inverted = a.view();
    inverted.invert_axis(Axis(0));
    inverted.invert_axis(Axis(1));
    views.push(inverted);
    let row = a.row(1);
    views.push(row.broadcast((3, 6)).unwrap());
    for mut original in views {
        let slots = original.pack(&mut Layouts::default());
        // SAFETY: the slots of a view that is alive.
        let again = unsafe { view::<usize, Ix2>(slots) };
        assert_eq!(again, original);
    }
    let slots = a.slice_mut(s![..;-1, ..]).pack(&mut Layouts::default());
    // SAFETY: as above, and nothing else uses the array.
    let mut again = unsafe { view_mut::<usize, Ix2>(slots) };
    again[[0, 5]] = 99;
    assert_eq!(a[[3, 5]], 99);
    assert_eq!(<Ix2 as Rank>::RANK, 2);
}

#[test]
fn constants_are_captured_with_their_types() {
    let capture = ([1i8, -1], (true, 2.5f32)).capture();
    assert_eq!(capture.ty.to_string(), "([i8; 2], (bool, f32))");
    assert_eq!(
        capture.scalars,
        [Const::from(1i8), Const::from(-1i8), Const::from(true), Const::from(2.5f32)]
    );
    let slice: &[u16] = &[7, 8];
    assert_eq!(slice.capture().ty.to_string(), "[u16; 2]");
    assert_eq!(Captured::capture(&&[7u16, 8]), slice.capture());
    assert_eq!(None::<u8>.capture().scalars, [Const::from(false), Const::from(0u8)]);
}
