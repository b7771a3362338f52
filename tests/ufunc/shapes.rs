//! Shapes that do not go together, and what is said of them.

use mambo::prelude::*;

#[vectorize]
fn mean(x: f64, other: f64) -> f64 {
    0.5 * (x + other)
}

#[track_caller]
fn assert_says<T: std::fmt::Debug>(found: Result<T, mambo::Error>, text: &str) {
    assert_eq!(found.unwrap_err().to_string(), text);
}

#[test]
fn operands_that_do_not_broadcast_are_named() {
    let (a, b) = (Array2::<f64>::zeros((2, 3)), Array1::<f64>::zeros(4));
    assert_says(
        mean::try_call(&a, &b),
        "`mean`: `x` of shape [2, 3] and `other` of shape [4] cannot be broadcast together: axis \
         1 of length 3 meets axis 0 of length 4; axes match from the last one if they have the \
         same length, or one of them 1",
    );
    assert_says(
        mean::try_call(&b, &Array1::<f64>::zeros(0)),
        "`mean`: `x` of shape [4] and `other` of shape [0] cannot be broadcast together: their \
         lengths along axis 0 are 4 and 0; axes match from the last one if they have the same \
         length, or one of them 1",
    );
}

#[test]
fn outputs_are_not_broadcast() {
    let (a, b) = (Array2::<f64>::zeros((2, 3)), Array1::<f64>::zeros(3));
    let mut out = Array1::<f64>::zeros(3);
    assert_says(
        mean::try_into(&b, &a, &mut out),
        "`mean`: `other` of shape [2, 3] cannot be broadcast to the output of shape [3]: there \
         are too many axes; axes match from the last one if they have the same length, or one of \
         them 1",
    );
    let mut out = Array2::<f64>::zeros((1, 3));
    let error = mean::try_into(&a, &b, &mut out).unwrap_err().to_string();
    assert!(error.contains("their lengths along axis 0 are 2 and 1"), "{error}");
    let mut out = Array2::<f64>::zeros((2, 3));
    let mask = Array1::from_elem(2, true);
    let error = mean::try_masked(&a, &b, &mask, &mut out).unwrap_err().to_string();
    assert!(error.starts_with("`mean`: the mask of shape [2] cannot be broadcast to"), "{error}");
}

#[test]
#[should_panic(expected = "cannot be broadcast together")]
fn a_call_panics() {
    mean(&Array1::<f64>::zeros(3), &Array1::<f64>::zeros(2));
}
