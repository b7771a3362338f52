//! The types of the methods of integers.

use super::ty::Ty;
use mambo_ir::Dtype;

/// Parameters and result of a method of an integer type.
pub(super) fn int_method(dtype: Dtype, name: &str) -> Option<(Vec<Ty>, Ty)> {
    let own = Ty::Scalar(dtype);
    let u32_ty = Ty::Scalar(Dtype::U32);
    let signed = dtype.is_signed_int();
    Some(match name {
        "wrapping_add"
        | "wrapping_sub"
        | "wrapping_mul"
        | "wrapping_div"
        | "wrapping_rem"
        | "wrapping_div_euclid"
        | "wrapping_rem_euclid"
        | "saturating_add"
        | "saturating_sub"
        | "saturating_mul"
        | "saturating_div"
        | "rem_euclid"
        | "div_euclid"
        | "midpoint"
        | "min"
        | "max"
        | "div_ceil"
        | "next_multiple_of" => (vec![own.clone()], own),
        "is_multiple_of" if !signed => (vec![own], Ty::BOOL),
        "ilog" => (vec![own], u32_ty),
        "checked_ilog" => (vec![own], Ty::option(u32_ty)),
        "checked_ilog2" | "checked_ilog10" => (vec![], Ty::option(u32_ty)),
        "wrapping_add_signed"
        | "wrapping_sub_signed"
        | "saturating_add_signed"
        | "saturating_sub_signed"
        | "wrapping_add_unsigned"
        | "wrapping_sub_unsigned"
        | "saturating_add_unsigned"
        | "saturating_sub_unsigned" => (vec![Ty::Scalar(dtype.to_other_sign())], own),
        "checked_add_signed"
        | "checked_sub_signed"
        | "checked_add_unsigned"
        | "checked_sub_unsigned" => (vec![Ty::Scalar(dtype.to_other_sign())], Ty::option(own)),
        "overflowing_add_signed"
        | "overflowing_sub_signed"
        | "overflowing_add_unsigned"
        | "overflowing_sub_unsigned" => {
            (vec![Ty::Scalar(dtype.to_other_sign())], Ty::Tuple(vec![own, Ty::BOOL]))
        }
        "cast_signed" if !signed => (vec![], Ty::Scalar(dtype.to_other_sign())),
        "cast_unsigned" if signed => (vec![], Ty::Scalar(dtype.to_other_sign())),
        "abs_diff" => (vec![own], Ty::Scalar(dtype.to_unsigned())),
        "checked_add"
        | "checked_sub"
        | "checked_mul"
        | "checked_div"
        | "checked_rem"
        | "checked_div_euclid"
        | "checked_rem_euclid"
        | "checked_next_multiple_of" => (vec![own.clone()], Ty::option(own)),
        "checked_neg" | "checked_abs" | "checked_isqrt" | "checked_next_power_of_two" => {
            (vec![], Ty::option(own))
        }
        "checked_shl" | "checked_shr" | "checked_pow" => (vec![u32_ty], Ty::option(own)),
        "overflowing_add"
        | "overflowing_sub"
        | "overflowing_mul"
        | "overflowing_div"
        | "overflowing_rem"
        | "overflowing_div_euclid"
        | "overflowing_rem_euclid" => (vec![own.clone()], Ty::Tuple(vec![own, Ty::BOOL])),
        "overflowing_neg" | "overflowing_abs" => (vec![], Ty::Tuple(vec![own, Ty::BOOL])),
        "overflowing_shl" | "overflowing_shr" | "overflowing_pow" => {
            (vec![u32_ty], Ty::Tuple(vec![own, Ty::BOOL]))
        }
        "wrapping_neg" | "wrapping_abs" | "saturating_neg" | "saturating_abs" | "swap_bytes"
        | "reverse_bits" | "next_power_of_two" | "to_be" | "to_le" | "from_be" | "from_le" => {
            (vec![], own)
        }
        "signum" if signed => (vec![], own),
        "unsigned_abs" if signed => (vec![], Ty::Scalar(dtype.to_unsigned())),
        "is_positive" | "is_negative" if signed => (vec![], Ty::BOOL),
        "isqrt" => (vec![], own),
        "is_ascii_digit"
        | "is_ascii_hexdigit"
        | "is_ascii_alphabetic"
        | "is_ascii_alphanumeric"
        | "is_ascii_lowercase"
        | "is_ascii_uppercase"
        | "is_ascii_whitespace"
        | "is_ascii_punctuation"
        | "is_ascii_graphic"
        | "is_ascii_control"
        | "is_ascii"
            if dtype == Dtype::U8 =>
        {
            (vec![], Ty::BOOL)
        }
        "to_ascii_lowercase" | "to_ascii_uppercase" if dtype == Dtype::U8 => (vec![], own),
        "is_power_of_two" if !signed => (vec![], Ty::BOOL),
        "pow" | "wrapping_pow" | "saturating_pow" | "wrapping_shl" | "wrapping_shr"
        | "unbounded_shl" | "unbounded_shr" | "rotate_left" | "rotate_right" => (vec![u32_ty], own),
        "count_ones" | "count_zeros" | "leading_zeros" | "trailing_zeros" | "leading_ones"
        | "trailing_ones" | "ilog2" | "ilog10" => (vec![], u32_ty),
        "clamp" => (vec![own.clone(), own.clone()], own),
        _ => return None,
    })
}
