//! Whether both sides made the same of a case, and where not.

use crate::Outcome;
use crate::elements::{same, shown};
use crate::kinds;
use crate::request::Sent;

/// What differs first, if anything does, of a case with which so many things are wrong.
pub(crate) fn difference(
    mambo: &Outcome,
    numpy: &Result<Vec<Sent>, String>,
    faults: usize,
) -> Option<String> {
    match (mambo, numpy) {
        (Ok(own), Ok(other)) => {
            assert_eq!(own.len(), other.len(), "results are as many as the kernel has");
            own.iter().zip(other).enumerate().find_map(|(number, (own, other))| {
                let at = first_difference(own, other)?;
                Some(format!("result {number}: {at}\n  Mambo: {own}\n  NumPy: {other}"))
            })
        }
        (Ok(own), Err(exception)) => {
            let own: String = own.iter().map(|own| format!("\n  Mambo: {own}")).collect();
            Some(format!("NumPy alone refuses:{own}\n  NumPy: {exception}"))
        }
        (Err(error), Ok(other)) => {
            let other: String = other.iter().map(|other| format!("\n  NumPy: {other}")).collect();
            Some(format!("Mambo alone refuses:\n  Mambo: {error}{other}"))
        }
        (Err(error), Err(exception)) => {
            let (own, other) = (kinds::of_mambo(error), kinds::of_numpy(exception));
            let same = own.is_some() && other.is_some() && (own == other || faults > 1);
            (!same).then(|| {
                format!(
                    "errors of kinds {own:?} and {other:?}:\n  Mambo: {error}\n  NumPy: {exception}"
                )
            })
        }
    }
}

fn first_difference(own: &Sent, other: &Sent) -> Option<String> {
    if (&own.dtype, &own.shape) != (&other.dtype, &other.shape) {
        return Some("another dtype or shape".into());
    }
    let dtype = &own.dtype;
    let mut pairs = own.elements().zip(other.elements()).enumerate();
    let (number, (a, b)) = pairs.find(|(_, (a, b))| !same(dtype, a, b))?;
    let index = index(number, &own.shape);
    Some(format!("at {index:?} is {} for {}", shown(dtype, a), shown(dtype, b)))
}

/// The index of an element, of which so many come before.
fn index(mut number: usize, shape: &[usize]) -> Vec<usize> {
    let mut index = vec![0; shape.len()];
    for (at, &len) in index.iter_mut().zip(shape).rev() {
        *at = number % len;
        number /= len;
    }
    index
}
