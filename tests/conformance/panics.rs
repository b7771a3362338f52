//! Panics: what they say, where they point, what was written before them.

use mambo::prelude::*;

#[jit]
fn index(values: &[f64], i: usize) -> f64 {
    values[i]
}

#[jit]
fn index2(image: ArrayView2<u8>, i: usize, j: usize) -> u8 {
    image[[i, j]]
}

#[jit]
fn write_until(out: &mut [usize], end: usize) {
    for i in 0..end {
        out[i] = i + 1;
    }
}

#[jit]
fn write_two(out: &mut [i32], i: usize) {
    out[0] = 1;
    out[1] = 2;
    out[i] = 3;
    out[2] = 4;
}

#[jit]
fn reads_first(a: &[i32], out: &mut [i32], n: usize) {
    for i in 0..n {
        out[i] = a[i] * 2;
    }
}

#[jit]
fn two_loops(a: ArrayView1<f64>, mut out: ArrayViewMut2<f64>, n: usize, m: usize) {
    for i in 0..n {
        for j in 0..m {
            out[[i, j]] = a[i] - a[j];
        }
    }
}

#[jit]
fn messages(which: u32, x: f64) -> f64 {
    match which {
        0 => panic!(),
        1 => panic!("no solution"),
        2 => panic!("at {which}: {x:.2}"),
        3 => unreachable!(),
        4 => unreachable!("state {}", which + 1),
        5 => todo!(),
        6 => unimplemented!("case {which}"),
        _ => x,
    }
}

#[jit]
fn divides(a: i32, b: i32) -> i32 {
    a / b
}

#[jit]
fn divides_late(a: &[i32], out: &mut [i32]) {
    for i in 0..a.len() {
        out[i] = 100 / a[i];
    }
}

#[jit]
fn unwraps(a: Option<u8>) -> u8 {
    a.unwrap()
}

#[jit]
fn expects(a: Option<u8>) -> u8 {
    a.expect("a number")
}

#[test]
fn agree() {
    for i in [0, 2, 3, 4, usize::MAX, 1 << 61] {
        check!(index(&[1.0, 2.0, 3.0], i));
        check!(index2(Array2::<u8>::zeros((3, 4)).view(), i, 3));
        check!(index2(Array2::<u8>::zeros((3, 4)).view(), 2, i));
        check!([out = vec![0; 3]] write_two(&mut out, i));
    }
    for n in 0..8 {
        check!([out = vec![0; 4]] write_until(&mut out, n));
        check!([out = vec![0; 4]] reads_first(&[1, 2, 3, 4, 5], &mut out, n));
        check!([out = vec![0; 6]] reads_first(&[1, 2, 3, 4, 5], &mut out, n));
        for m in 0..6 {
            let a = Array1::from_vec(vec![0.5, 1.5, 2.5, 4.0]);
            check!([out = Array2::zeros((5, 3))] two_loops(a.view(), out.view_mut(), n, m));
            check!([out = Array2::zeros((3, 5))] two_loops(a.view(), out.view_mut(), n, m));
        }
        check!(messages(n as u32, 1.0 / 3.0));
    }
    for (a, b) in [(1, 0), (i32::MIN, -1), (7, 2), (0, 0)] {
        check!(divides(a, b));
        check!([out = vec![9; 4]] divides_late(&[1, a, b, 2], &mut out));
    }
    check!(unwraps(None::<u8>));
    check!(unwraps(Some(1)));
    check!(expects(None::<u8>));
}

/// The name of the array, the index and the length.
#[test]
fn words() {
    check_panic!("`values` has length 3 but the index is 7", index(&[1.0, 2.0, 3.0], 7));
    let image = Array2::zeros((3, 4));
    check_panic!("axis 0 of `image` has length 3 but the index is 3", index2(image.view(), 3, 0));
    check_panic!("axis 1 of `image` has length 4 but the index is 9", index2(image.view(), 0, 9));
    check_panic!("`out` has length 4 but the index is 4", [out = vec![0; 4]]
        write_until(&mut out, 9));
    check_panic!("attempt to divide by zero", divides(1, 0));
    check_panic!("attempt to divide with overflow", divides(i32::MIN, -1));
    check_panic!("at 2: 0.33", messages(2, 1.0 / 3.0));
    check_panic!("a number", expects(None::<u8>));
}

/// The function that is called panics as any function does, with file, line and kernel.
#[test]
fn where_from() {
    let line = line!() + 3;
    #[jit]
    fn third(values: &[u8]) -> u8 {
        values[3]
    }
    let payload = std::panic::catch_unwind(|| third(&[1, 2])).expect_err("a panic");
    let text = payload.downcast_ref::<String>().expect("a message");
    let place = format!("{}:{line}:", file!());
    assert!(text.contains("`values` has length 2 but the index is 3"), "{text}");
    assert!(text.contains(&place), "{text} is not of {place}");
    assert!(text.contains("`third`"), "{text}");
}

/// Memory of a kernel that panics is given back, many times over.
#[test]
fn nothing_leaks() {
    #[jit]
    fn fails(n: usize) -> f64 {
        let a = Array1::<f64>::zeros(n);
        let b = a.to_owned();
        b[n]
    }
    // Would be 80 GB.
    for _ in 0..10_000 {
        assert!(fails::try_call(1_000_000 / 2).is_err());
    }
}
