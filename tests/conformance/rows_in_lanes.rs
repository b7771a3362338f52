//! Views of rows, columns and blocks that move with the turns of a loop, whose turns run in the
//! lanes of vectors.

use crate::values::Random;
use mambo::prelude::*;
use ndarray::ShapeBuilder;

#[jit]
fn lengths(a: ArrayView2<f64>, mut out: ArrayViewMut1<f64>) {
    for i in 0..a.nrows() {
        let row = a.row(i);
        let mut sum = 0.0;
        for &x in row.iter() {
            sum = 0.5 * sum + x;
        }
        out[i] = sum;
    }
}

#[jit]
fn pairs(a: ArrayView3<f32>, mut out: ArrayViewMut2<f32>) {
    for i in 0..a.len_of(Axis(0)) {
        let block = a.index_axis(Axis(0), i);
        let mut pair = out.row_mut(i);
        let last = block.row(block.nrows() - 1);
        pair[0] = block[[0, 0]] - last[0];
        pair[1] = block[[0, 1]] * last[1];
    }
}

/// The row that is written is read one further: no lanes.
#[jit]
fn shifted(mut a: ArrayViewMut2<f64>) {
    for i in 1..a.nrows() {
        let before = a[[i - 1, 0]];
        let mut row = a.row_mut(i);
        row[0] += before;
        row[1] -= row[0];
    }
}

#[jit]
fn windows(a: ArrayView1<f64>, mut out: ArrayViewMut1<f64>) {
    for i in 0..out.len() {
        let window = a.slice(s![i..i + 3]);
        let mut sum = 0.0;
        for j in 0..3 {
            sum += window[j] * window[j];
        }
        out[i] = sum;
    }
}

/// A row and a column are different axes of one array.
#[jit]
fn columns_and_rows(a: ArrayView2<f64>, mut out: ArrayViewMut1<f64>) {
    for i in 0..out.len() {
        let (row, column) = (a.row(i), a.column(i));
        let mut sum = 0.0;
        for j in 0..row.len() {
            sum -= row[j] * column[j] + sum;
        }
        out[i] = sum;
    }
}

fn draw(random: &mut Random, shape: (usize, usize)) -> Array2<f64> {
    let values = (0..shape.0 * shape.1).map(|_| (random.bits() % 1000) as f64 / 8.0).collect();
    Array2::from_shape_vec(shape, values).unwrap()
}

#[test]
fn rows_of_every_layout() {
    let mut random = Random::new(31);
    for (rows, columns) in [(0, 3), (1, 4), (7, 2), (40, 3), (67, 11), (33, 100)] {
        let c = draw(&mut random, (2 * rows, columns));
        let mut f = Array2::zeros((2 * rows, columns).f());
        f.assign(&c);
        for a in [c.slice(s![..rows, ..]), f.slice(s![..rows, ..]), c.slice(s![..;-2, ..;-1])] {
            let (mut found, mut expected) = (Array1::zeros(rows), Array1::zeros(rows));
            lengths(a, found.view_mut());
            lengths::rust(a, expected.view_mut());
            assert_eq!(found, expected);
        }
    }
}

#[test]
fn blocks_and_their_rows() {
    let mut random = Random::new(32);
    for count in [0, 1, 8, 50] {
        let all = draw(&mut random, (count, 12)).mapv(|x| x as f32);
        let a = all.to_shape((count, 3, 4)).unwrap();
        for a in [a.view(), a.slice(s![..;-1, .., ..]), a.view().permuted_axes([0, 2, 1])] {
            let (mut found, mut expected) = (Array2::zeros((count, 2)), Array2::zeros((count, 2)));
            pairs(a, found.view_mut());
            pairs::rust(a, expected.view_mut());
            assert_eq!(found, expected);
        }
    }
}

#[test]
fn rows_that_follow_from_others() {
    let mut random = Random::new(33);
    let mut found = draw(&mut random, (50, 3));
    let mut expected = found.clone();
    shifted(found.view_mut());
    shifted::rust(expected.view_mut());
    assert_eq!(found, expected);
}

#[test]
fn windows_and_columns() {
    let mut random = Random::new(34);
    let a = draw(&mut random, (40, 40));
    for step in [1, 2, -3] {
        let row = a.slice(s![3, ..;step]);
        let (mut found, mut expected) =
            (Array1::zeros(row.len() - 2), Array1::zeros(row.len() - 2));
        windows(row, found.view_mut());
        windows::rust(row, expected.view_mut());
        assert_eq!(found, expected);
    }
    for a in [a.view(), a.t(), a.slice(s![..;2, ..;-2])] {
        let (mut found, mut expected) = (Array1::zeros(a.nrows()), Array1::zeros(a.nrows()));
        columns_and_rows(a, found.view_mut());
        columns_and_rows::rust(a, expected.view_mut());
        assert_eq!(found, expected);
    }
}

#[test]
fn rows_run_in_lanes() {
    let a = Array2::<f64>::zeros((40, 3));
    lengths(a.view(), Array1::zeros(40).view_mut());
    let text = lengths::explain().to_string();
    let none = cfg!(not(target_arch = "x86_64")) || text.contains("vectors are turned off");
    assert!(none || text.contains("loop in vectors"), "{text}");
}
