//! Which operations on scalars have a form in lanes.

use mambo_ir::Dtype;
use mambo_ir::function::{Binary, Function, Op, Unary, Value};

/// Whether an operation has a vector form on the backends there are; if not, its name.
pub(super) fn has_vector_form(func: &Function, op: &Op, result: Dtype) -> Result<(), String> {
    let dtype = |value: Value| func.dtype(value);
    let mut wide = result.is_int128();
    op.for_each_operand(|value| wide |= dtype(value).is_int128());
    let named = |fits: bool, name: String| if fits { Ok(()) } else { Err(name.to_lowercase()) };
    match *op {
        _ if wide => Err("arithmetic of 128 bits".into()),
        Op::Unary(op, _) => named(
            matches!(
                op,
                Unary::Neg
                    | Unary::Not
                    | Unary::Abs
                    | Unary::Sqrt
                    | Unary::Floor
                    | Unary::Ceil
                    | Unary::Round
                    | Unary::RoundTiesEven
                    | Unary::Trunc
            ),
            format!("{op:?}"),
        ),
        Op::Binary(op @ (Binary::Div | Binary::Rem), a, _) => {
            named(dtype(a).is_float() && op == Binary::Div, format!("{op:?} of {}", dtype(a)))
        }
        Op::Binary(op, ..) => named(
            !op.is_elementary()
                && !matches!(
                    op,
                    Binary::AddOverflows
                        | Binary::SubOverflows
                        | Binary::MulOverflows
                        | Binary::MulHigh
                ),
            format!("{op:?}"),
        ),
        _ => Ok(()),
    }
}
