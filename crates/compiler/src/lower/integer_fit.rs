//! Lowers methods of integers about results that may not fit their type: those that say so,
//! stop at a bound, or take a second operand of the other sign.

use super::value::Val;
use super::{Lower, Result};
use crate::infer::ty::Ty;
use mambo_ir::Const;
use mambo_ir::function::{Binary, Compare, Unary, Value};

impl Lower<'_, '_> {
    /// A method without further operands.
    pub(super) fn unary_that_may_not_fit(&mut self, x: Value, name: &str) -> Option<Val> {
        let dtype = self.b.func.dtype(x);
        let zero = self.b.constant(Const::zero(dtype));
        Some(match name {
            "checked_neg" | "overflowing_neg" | "saturating_neg" | "checked_abs"
            | "overflowing_abs" | "saturating_abs" => self.turned(x, name),
            "checked_next_power_of_two" => {
                let half = self.b.constant(Const::from_bits(dtype, 1 << (dtype.bits() - 1)));
                let fits = self.b.compare(Compare::Le, x, half);
                let power = self.next_power_of_two(x);
                Self::optional(fits, power)
            }
            "checked_ilog2" | "checked_ilog10" => {
                let (some, one) = (self.b.compare(Compare::Gt, x, zero), self.int_like(x, 1));
                // The logarithm of 1 stands where there is none.
                let x = self.b.select(some, x, one);
                let log = match name {
                    "checked_ilog2" => self.ilog2(x),
                    _ => self.ilog10(x),
                };
                Self::optional(some, log)
            }
            _ => return None,
        })
    }

    /// The size or the opposite of `x`: that of the least signed integer does not fit, and of
    /// unsigned ones only that of 0 does.
    fn turned(&mut self, x: Value, name: &str) -> Val {
        let dtype = self.b.func.dtype(x);
        let (least, greatest) = self.limits(dtype);
        let overflows = match dtype.is_signed_int() {
            true => self.b.compare(Compare::Eq, x, least),
            false => self.b.compare(Compare::Ne, x, least),
        };
        let op = if name.ends_with("_neg") { Unary::Neg } else { Unary::Abs };
        let result = self.b.unary(op, x);
        if name.starts_with("overflowing") {
            return Self::pair(result, overflows);
        }
        if name.starts_with("saturating") {
            return Val::Scalar(self.b.select(overflows, greatest, result));
        }
        let fits = self.b.unary(Unary::Not, overflows);
        Self::optional(fits, result)
    }

    /// A method with one operand more.
    pub(super) fn binary_that_may_not_fit(
        &mut self,
        x: Value,
        y: Value,
        name: &str,
    ) -> Option<Val> {
        Some(match name {
            "overflowing_shl" | "overflowing_shr" | "unbounded_shl" | "unbounded_shr" => {
                self.wide_shift(x, y, name)
            }
            "checked_next_multiple_of" => self.checked_next_multiple_of(x, y),
            "midpoint" => Val::Scalar(self.int_midpoint(x, y)),
            "is_multiple_of" => {
                let (zero, one) = (self.int_like(x, 0), self.int_like(x, 1));
                let of_nothing = self.b.compare(Compare::Eq, y, zero);
                let divisor = self.b.select(of_nothing, one, y);
                let rest = self.b.binary(Binary::Rem, x, divisor);
                let rest = self.b.select(of_nothing, x, rest);
                Val::Scalar(self.b.compare(Compare::Eq, rest, zero))
            }
            _ if name.ends_with("_signed") || name.ends_with("_unsigned") => {
                self.with_other_sign(x, y, name)?
            }
            _ => return None,
        })
    }

    fn wide_shift(&mut self, x: Value, by: Value, name: &str) -> Val {
        let dtype = self.b.func.dtype(x);
        let op = if name.ends_with("shl") { Binary::Shl } else { Binary::Shr };
        let shifted = self.b.binary(op, x, by);
        let bits = self.b.constant(dtype.bits());
        let beyond = self.b.compare(Compare::Ge, by, bits);
        if name.starts_with("overflowing") {
            return Self::pair(shifted, beyond);
        }
        let gone = if name == "unbounded_shr" && dtype.is_signed_int() {
            let most = self.b.constant(dtype.bits() - 1);
            self.b.binary(Binary::Shr, x, most)
        } else {
            self.int_like(x, 0)
        };
        Val::Scalar(self.b.select(beyond, gone, shifted))
    }

    fn checked_next_multiple_of(&mut self, x: Value, y: Value) -> Val {
        let (zero, one) = (self.int_like(x, 0), self.int_like(x, 1));
        let some = self.b.compare(Compare::Ne, y, zero);
        let divisor = self.b.select(some, y, one);
        let rest = self.b.binary(Binary::Rem, x, divisor);
        let missing = self.b.binary(Binary::Sub, divisor, rest);
        let exact = self.b.compare(Compare::Eq, rest, zero);
        let missing = self.b.select(exact, zero, missing);
        let next = self.b.binary(Binary::Add, x, missing);
        let overflows = self.b.binary(Binary::AddOverflows, x, missing);
        let fits = self.b.unary(Unary::Not, overflows);
        let some = self.b.binary(Binary::And, some, fits);
        Self::optional(some, next)
    }

    /// `(x + y) / 2` without overflow, towards zero. Warren, Hacker's Delight, section 2-5.
    fn int_midpoint(&mut self, x: Value, y: Value) -> Value {
        let (zero, one) = (self.int_like(x, 0), self.int_like(x, 1));
        let differ = self.b.binary(Binary::Xor, x, y);
        let by_one = self.b.constant(1u32);
        let half = self.b.binary(Binary::Shr, differ, by_one);
        let both = self.b.binary(Binary::And, x, y);
        let floor = self.b.binary(Binary::Add, half, both);
        if !self.b.func.dtype(x).is_signed_int() {
            return floor;
        }
        let negative = self.b.compare(Compare::Lt, floor, zero);
        let odd = self.b.binary(Binary::And, differ, one);
        let up = self.b.select(negative, odd, zero);
        self.b.binary(Binary::Add, floor, up)
    }

    /// `checked_add_signed` and its like: `y` has the size of `x` and the other sign.
    fn with_other_sign(&mut self, x: Value, y: Value, name: &str) -> Option<Val> {
        let (dtype, other) = (self.b.func.dtype(x), self.b.func.dtype(y));
        let (kind, operation) = name.split_once('_')?;
        let adds = operation.starts_with("add_");
        let (op, overflows) = match adds {
            true => (Binary::Add, Binary::AddOverflows),
            false => (Binary::Sub, Binary::SubOverflows),
        };
        let own = self.cast(y, dtype);
        // Seen as signed, `y` or what it wraps to is off by the range of the type.
        let signed = if other.is_signed_int() { y } else { own };
        let zero = self.b.constant(Const::zero(self.b.func.dtype(signed)));
        let wraps = self.b.compare(Compare::Lt, signed, zero);
        let result = self.b.binary(op, x, own);
        let overflowed = self.b.binary(overflows, x, own);
        let overflowed = self.b.binary(Binary::Xor, overflowed, wraps);
        Some(match kind {
            "wrapping" => Val::Scalar(result),
            "overflowing" => Self::pair(result, overflowed),
            "checked" => {
                let fits = self.b.unary(Unary::Not, overflowed);
                Self::optional(fits, result)
            }
            _ => {
                let (least, greatest) = self.limits(dtype);
                let (far, near) = if adds { (greatest, least) } else { (least, greatest) };
                let bound = match other.is_signed_int() {
                    true => self.b.select(wraps, near, far),
                    false => far,
                };
                Val::Scalar(self.b.select(overflowed, bound, result))
            }
        })
    }

    /// How often `x` can be divided by `base`; 0 for those without a logarithm.
    pub(super) fn ilog(&mut self, x: Value, base: Value) -> Result<Value> {
        let two = self.int_like(x, 2);
        let turns = self.b.index(self.b.func.dtype(x).bits() as usize);
        let base = self.b.binary(Binary::Max, base, two);
        let ty = Ty::Scalar(mambo_ir::Dtype::U32);
        let count = self.scope(None, false, vec![], &ty, |lower| {
            let frame = lower.frames.len() - 1;
            lower.counted_loop(turns, vec![], vec![Val::Scalar(x)], |lower, k, state| {
                let rest = lower.scalar(state[0].clone())?;
                let done = lower.b.compare(Compare::Lt, rest, base);
                let leave = |lower: &mut Self| {
                    let count = Val::Scalar(lower.cast(k, mambo_ir::Dtype::U32));
                    lower.leave(frame, count, &ty)?;
                    Ok(Val::UNIT)
                };
                lower.branch(done, &[], &Ty::UNIT, leave, |_| Ok(Val::UNIT))?;
                Ok(vec![Val::Scalar(lower.b.binary(Binary::Div, rest, base))])
            })?;
            Ok(Val::Scalar(lower.b.constant(0u32)))
        })?;
        self.scalar(count)
    }
}
