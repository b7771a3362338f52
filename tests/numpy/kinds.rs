//! Kinds of errors, by which both sides are compared: words of them that their messages have.

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Operands, a mask, an output or indices do not go together.
    Shapes,
    /// There is no such axis.
    NoAxis,
    /// An axis is given twice.
    AxisTwice,
    /// As many axes are told as there are not.
    AxesToldWrong,
    /// One axis, or axes that are kept, for functions that cannot have it.
    AxesNotAllowed,
    /// An operand has fewer axes than its core.
    FewAxes,
    /// A core dimension is another one in another operand.
    Cores,
    /// Several axes, and the order counts.
    Order,
    /// Nothing to reduce, and no identity.
    Nothing,
    /// A mask, and nothing to begin with.
    Mask,
    /// An index is not in its axis.
    Index,
    /// Indices for more axes than there are.
    TooManyIndices,
}

/// The kinds with words of Mambo's messages and of NumPy's; the first that fits counts.
const WORDS: [(Kind, &[&str], &[&str]); 12] = [
    (Kind::NoAxis, &["there is no axis"], &["out of bounds for array of", "on a scalar"]),
    (Kind::AxisTwice, &["is given twice"], &["duplicate value in 'axis'", " repeated"]),
    (
        Kind::AxesToldWrong,
        &["axes are given for"],
        &["axes should be a list with an entry for", "are specified by axes tuple"],
    ),
    (
        Kind::AxesNotAllowed,
        &["`CoreAxes::axis` is for layouts", "`keepdims` is for layouts"],
        &["axis can only be used with a single", "does not support keepdims"],
    ),
    (Kind::FewAxes, &["axes, and its core dimensions"], &["does not have enough dimensions"]),
    (Kind::Cores, &["they must be equal (layout"], &["has a mismatch in its core dimension"]),
    (Kind::Order, &["the order counts"], &["is not reorderable"]),
    (Kind::Nothing, &["there are no elements to reduce"], &["zero-size array to reduction"]),
    (Kind::Mask, &["a reduction with a mask needs"], &["to use a where mask one has to"]),
    (
        Kind::Index,
        &["is out of bounds for axis", "of `reduceat` is"],
        &["is out of bounds for axis", "out-of-bounds in"],
    ),
    (Kind::TooManyIndices, &["there are indices for"], &["too many indices for array"]),
    (
        Kind::Shapes,
        &["cannot be broadcast", "has the shape", "reduced axes that are kept have 1"],
        &[
            "could not be broadcast together",
            "non-broadcastable",
            "not broadcastable",
            "cannot broadcast a non-scalar",
            "more dimensions than allowed by the axis remapping",
            "is not a valid axis of op",
            "is the wrong size for the accumulation",
            "has the wrong number of dimensions",
            "was set up as a reduction",
            "output operand requires a reduction",
        ],
    ),
];

fn find(text: &str, words: impl Fn(usize) -> &'static [&'static str]) -> Option<Kind> {
    let fits = |number: &usize| words(*number).iter().any(|words| text.contains(words));
    (0..WORDS.len()).find(fits).map(|number| WORDS[number].0)
}

/// The kind of one of Mambo's errors.
pub(crate) fn of_mambo(error: &mambo::Error) -> Option<Kind> {
    let mambo::Error::Shape(error) = error else { return None };
    find(&error.to_string(), |number| WORDS[number].1)
}

/// The kind of an exception.
pub(crate) fn of_numpy(exception: &str) -> Option<Kind> {
    find(exception, |number| WORDS[number].2)
}
