//! Lowers the square root of integers.

use super::value::Val;
use super::{Lower, Result};
use mambo_ir::function::{Binary, Compare, Unary, Value};
use mambo_ir::{Const, Dtype};

impl Lower<'_, '_> {
    /// Panics for what has no square root.
    pub(super) fn check_not_negative(&mut self, x: Value) {
        let dtype = self.b.func.dtype(x);
        if dtype.is_signed_int() {
            let zero = self.b.constant(Const::zero(dtype));
            let valid = self.b.compare(Compare::Ge, x, zero);
            self.assert_message(valid, "argument of integer square root cannot be negative");
        }
    }

    pub(super) fn checked_isqrt(&mut self, x: Value) -> Result<Val> {
        let zero = self.b.constant(Const::zero(self.b.func.dtype(x)));
        let some = self.b.compare(Compare::Ge, x, zero);
        let x = self.b.select(some, x, zero);
        let root = self.isqrt(x)?;
        Ok(Self::optional(some, root))
    }

    /// The square root rounded down: that of a float, which is off by at most one, corrected.
    pub(super) fn isqrt(&mut self, x: Value) -> Result<Value> {
        let dtype = self.b.func.dtype(x);
        if dtype.is_int128() {
            return self.isqrt_by_bits(x);
        }
        let wide = self.b.cast(x, Dtype::U64);
        let float = self.b.cast(wide, Dtype::F64);
        let root = self.b.unary(Unary::Sqrt, float);
        let root = self.b.cast(root, Dtype::U64);
        let one = self.b.constant(1u64);
        let largest = self.b.constant(u64::from(u32::MAX));
        let root = self.b.binary(Binary::Min, root, largest);
        let square = self.b.binary(Binary::Mul, root, root);
        let above = self.b.compare(Compare::Gt, square, wide);
        let less = self.b.binary(Binary::Sub, root, one);
        let root = self.b.select(above, less, root);
        let next = self.b.binary(Binary::Add, root, one);
        let next = self.b.binary(Binary::Min, next, largest);
        let square = self.b.binary(Binary::Mul, next, next);
        let within = self.b.compare(Compare::Le, square, wide);
        let root = self.b.select(within, next, root);
        Ok(self.b.cast(root, dtype))
    }

    /// The square root of 128 bits, one bit of it a turn. Warren, Hacker's Delight, section
    /// 11-1.
    fn isqrt_by_bits(&mut self, x: Value) -> Result<Value> {
        let dtype = self.b.func.dtype(x);
        let rest = self.b.cast(x, Dtype::U128);
        let root = self.b.constant(Const::zero(Dtype::U128));
        let bit = self.b.constant(Const::from_bits(Dtype::U128, 1 << 126));
        let turns = self.b.index(64);
        let state = [rest, root, bit].map(Val::Scalar).to_vec();
        let end = self.counted_loop(turns, vec![], state, |lower, _, state| {
            let parts: Vec<Value> =
                state.into_iter().map(|part| lower.scalar(part)).collect::<Result<_>>()?;
            let [rest, root, bit] = parts[..] else {
                unreachable!("the loop hands on three values");
            };
            let (one, two) = (lower.b.constant(1u32), lower.b.constant(2u32));
            let least = lower.b.binary(Binary::Add, root, bit);
            let set = lower.b.compare(Compare::Ge, rest, least);
            let less = lower.b.binary(Binary::Sub, rest, least);
            let rest = lower.b.select(set, less, rest);
            let half = lower.b.binary(Binary::Shr, root, one);
            let more = lower.b.binary(Binary::Add, half, bit);
            let root = lower.b.select(set, more, half);
            let bit = lower.b.binary(Binary::Shr, bit, two);
            Ok([rest, root, bit].map(Val::Scalar).to_vec())
        })?;
        let root = self.scalar(end[1].clone())?;
        Ok(self.b.cast(root, dtype))
    }
}
