//! What rustc accepts and only the types tell is not in the language: the first call says so,
//! at the token, and the plain function still runs.

use mambo::Error;
use mambo::prelude::*;

/// Fails unless the error is of the compiler, of this line, and contains `text`.
#[track_caller]
fn rejected<R: std::fmt::Debug>(result: Result<R, Error>, line: u32, text: &str) {
    let Err(error @ Error::Compile(_)) = result else { panic!("no error but {result:?}") };
    let words = error.to_string();
    assert!(words.contains(text), "{words}");
    assert!(words.contains(&format!("{}:{line}:", file!())), "{words} is not of line {line}");
}

#[jit]
fn bytes(a: f64, b: f64) -> bool {
    a.to_be_bytes() < b.to_be_bytes()
}

#[jit]
fn repeats(values: &[i32]) -> usize {
    values.iter().cycle().take(7).count()
}

#[jit]
fn numbers_after_filter(values: &[i32]) -> usize {
    let mut sum = 0;
    for (i, _) in values.iter().filter(|x| **x > 0).enumerate() {
        sum += i;
    }
    sum
}

#[jit]
fn matrix_product(a: ArrayView2<f64>) -> Array2<f64> {
    a.dot(&a)
}

#[jit]
fn offset(x: f64) -> f64 {
    x + 1.0
}

#[test]
fn a_local_function_does_not_pass_for_a_kernel() {
    fn offset(x: f64) -> f64 {
        x - 1.0
    }
    #[jit]
    fn uses_local(x: f64) -> f64 {
        offset(x)
    }
    rejected(uses_local::try_call(1.0), line!() - 2, "hides a kernel `offset` outside");
    assert_eq!(uses_local::rust(1.0), offset(1.0));
    assert_eq!(self::offset(1.0), 2.0);
}

const TABLE: [i32; 3] = [1, 2, 3];

#[jit]
#[allow(const_item_mutation, reason = "that is the mistake")]
fn changes_a_constant(x: i32) -> i32 {
    TABLE[1] = x;
    TABLE[1]
}

#[jit]
#[allow(const_item_mutation, reason = "that is the mistake")]
fn lends_a_constant(x: i32) -> i32 {
    fill(&mut TABLE, x);
    TABLE[1]
}

#[jit(inline = "never")]
fn fill(values: &mut [i32], x: i32) {
    values.fill(x);
}

#[test]
fn constants_stay_as_they_are() {
    let line = line!();
    rejected(changes_a_constant::try_call(7), line - 18, "a constant cannot be changed");
    rejected(lends_a_constant::try_call(7), line - 11, "a constant cannot be changed");
}

#[jit]
fn array_of_tuples(n: usize) -> usize {
    let stack = Array1::<(usize, usize)>::from_elem(n, (0, 1));
    stack[0].1
}

#[test]
fn elements_are_numbers() {
    let line = line!();
    let error = array_of_tuples::try_call(2);
    rejected(error, line - 6, "holds numbers or bools, not `(usize, usize)`");
}

#[test]
fn errors_say_what_and_where() {
    rejected(bytes::try_call(1.0, 2.0), 18, "`f64` has no method `to_be_bytes`");
    rejected(repeats::try_call(&[-1, 2]), 23, "no method `cycle`");
    rejected(numbers_after_filter::try_call(&[-1, 2]), 29, "put it before the `filter`");
    rejected(
        matrix_product::try_call(Array2::eye(2).view()),
        37,
        "`dot` in the kernel language; write the product as loops",
    );
    assert!(bytes::rust(1.0, 2.0));
    assert_eq!(repeats::rust(&[-1, 2]), 7);
    assert_eq!(bytes::stats().compiled, 0);
    // The second call says the same.
    rejected(bytes::try_call(1.0, 2.0), 18, "`f64` has no method `to_be_bytes`");
}

/// Items of iterators are had by number: where one stands is not known.
#[test]
fn iterators_are_not_advanced_and_kept() {
    #[jit]
    fn two_halves(values: &[i32]) -> (i32, i32) {
        let mut rest = values.iter();
        let first = rest.by_ref().take(2).sum();
        (first, rest.sum())
    }
    rejected(two_halves::try_call(&[1, 2, 3]), line!() - 3, "make the iterator in the call");

    #[jit]
    fn up_to_two(values: &[i32]) -> (bool, usize) {
        let mut rest = values.iter();
        (rest.any(|x| *x == 2), rest.count())
    }
    rejected(up_to_two::try_call(&[1, 2, 3]), line!() - 2, "`any` advances an iterator kept");

    #[jit]
    fn lent(values: &[i32]) -> i32 {
        let mut rest = values.iter();
        for x in &mut rest {
            if *x > 2 {
                break;
            }
        }
        rest.sum()
    }
    rejected(lent::try_call(&[1, 2, 3]), line!() - 7, "cannot be lent with `&mut`");

    #[jit]
    fn picked(values: &mut [i32]) {
        if let Some(x) = values.iter_mut().find(|x| **x > 2) {
            *x = 0;
        }
    }
    rejected(picked::try_call(&mut [1, 2, 3]), line!() - 4, "find the index with `position`");
}

#[test]
fn items_made_and_left_out_have_no_numbers() {
    #[jit]
    fn numbered(values: &[i32]) -> usize {
        let mut seen = 0;
        values.iter().map(|x| seen += x).skip(1).enumerate().map(|(i, _)| i).sum()
    }
    rejected(numbered::try_call(&[1, 2]), line!() - 2, "put the `map` last");
}

#[test]
fn items_that_end_early_have_no_numbers() {
    #[jit]
    fn paired(a: &[i32], b: &[i32]) -> i32 {
        a.iter().zip(b.iter().take_while(|x| **x > 0)).map(|(x, y)| x * y).sum()
    }
    rejected(paired::try_call(&[1, 2], &[3, 4]), line!() - 2, "put it before the `take_while`");

    #[jit]
    fn of_arrays(a: ArrayView2<f64>) -> f64 {
        let row = a.outer_iter().max_by(|x, y| x[0].total_cmp(&y[0]));
        row.map_or(0.0, |row| row[1])
    }
    let a = Array2::eye(2);
    rejected(of_arrays::try_call(a.view()), line!() - 4, "find the index and take the item");
}

#[test]
fn fixed_arrays_hold_no_references() {
    #[jit]
    fn both(x: f64) -> f64 {
        let (mut a, mut b) = (x, 2.0);
        let both = [&mut a, &mut b];
        *both[0] += 1.0;
        a + b
    }
    rejected(both::try_call(1.0), line!() - 4, "not `&mut f64`: use a tuple");
    assert_eq!(both::rust(1.0), 4.0);
}

#[test]
fn blocks_with_labels_give_arrays_or_slices() {
    #[jit]
    fn chosen(c: bool, a: [f64; 3]) -> usize {
        let s: &[f64] = 'end: {
            if c {
                break 'end &a;
            }
            &a[1..]
        };
        s.len()
    }
    let error = chosen::try_call(true, [0.5; 3]);
    rejected(error, line!() - 5, "one way out of this block gives an array of fixed size");
}

#[test]
fn slices_of_values_have_fewer_methods() {
    #[jit]
    fn rotated(points: &mut [(f64, u8)]) {
        points.rotate_left(1);
    }
    let error = rotated::try_call(&mut [(0.5, 1), (1.5, 2)][..]);
    rejected(error, line!() - 3, "`reverse` both parts, and then the whole");

    #[jit]
    fn contained(points: &[[i32; 2]]) -> bool {
        points.contains(&[1, 2])
    }
    rejected(contained::try_call(&[[1, 2]][..]), line!() - 2, "ask with `iter().any(..)`");

    #[derive(Clone, Copy, Data)]
    struct Nothing;
    #[jit]
    fn of_nothing(n: usize) -> usize {
        let all = [Nothing; 3];
        all[n..].len()
    }
    rejected(of_nothing::try_call(1), line!() - 2, "a slice of it has no length");
}
