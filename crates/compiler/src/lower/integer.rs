//! Lowers the methods of integers, each as std defines it in a release build.

use super::value::Val;
use super::{Lower, Result};
use mambo_ir::function::{Binary, Compare, Unary, Value};
use mambo_ir::kernel::{Expr, ExprKind, Literal};
use mambo_ir::{Const, Dtype, SiteKind};

impl<'u> Lower<'_, 'u> {
    /// A method of an integer; `None` if there is none of this name.
    pub(super) fn int_method(
        &mut self,
        x: Value,
        name: &str,
        args: &'u [Expr],
    ) -> Result<Option<Val>> {
        let exponent = match args {
            [Expr { kind: ExprKind::Literal(Literal::Int(n, _)), .. }] => u64::try_from(*n).ok(),
            _ => None,
        };
        let args: Vec<Value> =
            args.iter().map(|arg| self.scalar_expr(arg)).collect::<Result<_>>()?;
        let value = match (name, &args[..]) {
            ("pow" | "wrapping_pow", &[n]) => self.wrapping_pow(x, n, exponent)?,
            ("isqrt", &[]) => {
                self.check_not_negative(x);
                self.isqrt(x)?
            }
            ("checked_isqrt", &[]) => return Ok(Some(self.checked_isqrt(x)?)),
            ("checked_pow", &[n]) => {
                let (power, overflowed) = self.overflowing_pow(x, n)?;
                let fits = self.b.unary(Unary::Not, overflowed);
                return Ok(Some(Self::optional(fits, power)));
            }
            ("saturating_pow", &[n]) => self.saturating_pow(x, n)?,
            ("overflowing_pow", &[n]) => {
                let (power, overflowed) = self.overflowing_pow(x, n)?;
                return Ok(Some(Self::pair(power, overflowed)));
            }
            ("ilog", &[base]) => {
                let two = self.int_like(x, 2);
                let valid = self.b.compare(Compare::Ge, base, two);
                self.assert_message(valid, "base of integer logarithm must be at least 2");
                self.check_positive(x);
                self.ilog(x, base)?
            }
            ("checked_ilog", &[base]) => {
                let (zero, two) = (self.int_like(x, 0), self.int_like(x, 2));
                let valid = self.b.compare(Compare::Ge, base, two);
                let positive = self.b.compare(Compare::Gt, x, zero);
                let some = self.b.binary(Binary::And, valid, positive);
                let log = self.ilog(x, base)?;
                return Ok(Some(Self::optional(some, log)));
            }
            (_, []) => return Ok(self.int_unary(x, name)),
            (_, &[y]) => return Ok(self.int_binary(x, y, name)),
            ("clamp", &[low, high]) => {
                let ordered = self.b.compare(Compare::Le, low, high);
                let dtype = self.b.func.dtype(x);
                let parts = vec!["min > max. min = ".into(), ", max = ".into(), String::new()];
                let holes = vec![(dtype, "?".into()), (dtype, "?".into())];
                self.assert(ordered, SiteKind::Message { parts, holes }, vec![low, high]);
                let raised = self.b.binary(Binary::Max, x, low);
                self.b.binary(Binary::Min, raised, high)
            }
            _ => return Ok(None),
        };
        Ok(Some(Val::Scalar(value)))
    }

    /// An integer constant of the type of `like`.
    pub(super) fn int_like(&mut self, like: Value, value: i128) -> Value {
        let dtype = self.b.func.dtype(like);
        self.b.constant(Const::int(dtype, value))
    }

    pub(super) fn limits(&mut self, dtype: Dtype) -> (Value, Value) {
        (self.b.constant(Const::least(dtype)), self.b.constant(Const::greatest(dtype)))
    }

    fn int_unary(&mut self, x: Value, name: &str) -> Option<Val> {
        let dtype = self.b.func.dtype(x);
        let unsigned = dtype.to_unsigned();
        let zero = self.b.constant(Const::zero(dtype));
        let one = self.b.constant(Const::one(dtype));
        let value = match name {
            "abs" | "wrapping_abs" => self.b.unary(Unary::Abs, x),
            "unsigned_abs" => {
                let size = self.b.unary(Unary::Abs, x);
                self.cast(size, unsigned)
            }
            "wrapping_neg" => self.b.unary(Unary::Neg, x),
            "count_ones" => self.b.unary(Unary::CountOnes, x),
            "count_zeros" => {
                let flipped = self.b.unary(Unary::Not, x);
                self.b.unary(Unary::CountOnes, flipped)
            }
            "leading_zeros" => self.b.unary(Unary::LeadingZeros, x),
            "trailing_zeros" => self.b.unary(Unary::TrailingZeros, x),
            "leading_ones" => {
                let flipped = self.b.unary(Unary::Not, x);
                self.b.unary(Unary::LeadingZeros, flipped)
            }
            "trailing_ones" => {
                let flipped = self.b.unary(Unary::Not, x);
                self.b.unary(Unary::TrailingZeros, flipped)
            }
            "swap_bytes" => self.b.unary(Unary::SwapBytes, x),
            "reverse_bits" => self.b.unary(Unary::ReverseBits, x),
            "signum" => {
                let minus_one = self.int_like(x, -1);
                let negative = self.b.compare(Compare::Lt, x, zero);
                let positive = self.b.compare(Compare::Gt, x, zero);
                let sign = self.b.select(positive, one, zero);
                self.b.select(negative, minus_one, sign)
            }
            "is_positive" => self.b.compare(Compare::Gt, x, zero),
            "is_negative" => self.b.compare(Compare::Lt, x, zero),
            "is_power_of_two" => {
                let ones = self.b.unary(Unary::CountOnes, x);
                let single = self.b.constant(1u32);
                self.b.compare(Compare::Eq, ones, single)
            }
            "next_power_of_two" => self.next_power_of_two(x),
            "ilog2" | "ilog10" => {
                self.check_positive(x);
                if name == "ilog2" { self.ilog2(x) } else { self.ilog10(x) }
            }
            "cast_signed" | "cast_unsigned" => self.cast(x, dtype.to_other_sign()),
            "to_be" | "from_be" if cfg!(target_endian = "little") => {
                self.b.unary(Unary::SwapBytes, x)
            }
            "to_le" | "from_le" if cfg!(target_endian = "big") => self.b.unary(Unary::SwapBytes, x),
            "to_be" | "from_be" | "to_le" | "from_le" => x,
            _ if name.contains("_ascii") => return self.ascii_method(x, name),
            _ => return self.unary_that_may_not_fit(x, name),
        };
        Some(Val::Scalar(value))
    }

    /// Panics unless `x` has a logarithm.
    fn check_positive(&mut self, x: Value) {
        let zero = self.int_like(x, 0);
        let positive = self.b.compare(Compare::Gt, x, zero);
        self.assert_message(positive, "argument of integer logarithm must be positive");
    }

    pub(super) fn ilog2(&mut self, x: Value) -> Value {
        let zeros = self.b.unary(Unary::LeadingZeros, x);
        let top = self.b.constant(self.b.func.dtype(x).bits() - 1);
        self.b.binary(Binary::Sub, top, zeros)
    }

    /// How many powers of ten, from 10 on, are not above `x`.
    pub(super) fn ilog10(&mut self, x: Value) -> Value {
        let dtype = self.b.func.dtype(x);
        let max = Const::greatest(dtype).bits();
        let powers = std::iter::successors(Some(10u128), |power| power.checked_mul(10));
        let mut count = self.b.constant(0u32);
        for power in powers.take_while(|power| *power <= max) {
            let power = self.b.constant(Const::from_bits(dtype, power));
            let reached = self.b.compare(Compare::Ge, x, power);
            let one = self.b.cast(reached, Dtype::U32);
            count = self.b.binary(Binary::Add, count, one);
        }
        count
    }

    /// What `u8` knows of ASCII.
    fn ascii_method(&mut self, x: Value, name: &str) -> Option<Val> {
        let ranges: &[(u8, u8)] = match name {
            "is_ascii_digit" => &[(b'0', b'9')],
            "is_ascii_hexdigit" => &[(b'0', b'9'), (b'a', b'f'), (b'A', b'F')],
            "is_ascii_alphabetic" => &[(b'a', b'z'), (b'A', b'Z')],
            "is_ascii_alphanumeric" => &[(b'0', b'9'), (b'a', b'z'), (b'A', b'Z')],
            "is_ascii_lowercase" | "to_ascii_uppercase" => &[(b'a', b'z')],
            "is_ascii_uppercase" | "to_ascii_lowercase" => &[(b'A', b'Z')],
            "is_ascii_punctuation" => &[(b'!', b'/'), (b':', b'@'), (b'[', b'`'), (b'{', b'~')],
            "is_ascii_graphic" => &[(b'!', b'~')],
            "is_ascii_control" => &[(0, 0x1f), (0x7f, 0x7f)],
            "is_ascii" => &[(0, 0x7f)],
            "is_ascii_whitespace" => &[(b' ', b' '), (b'\t', b'\n'), (b'\x0c', b'\r')],
            _ => return None,
        };
        let mut any = self.b.constant(false);
        for (low, high) in ranges {
            let low = self.int_like(x, i128::from(*low));
            let high = self.int_like(x, i128::from(*high));
            let from = self.b.compare(Compare::Ge, x, low);
            let to = self.b.compare(Compare::Le, x, high);
            let within = self.b.binary(Binary::And, from, to);
            any = self.b.binary(Binary::Or, any, within);
        }
        if name.starts_with("is_") {
            return Some(Val::Scalar(any));
        }
        // Letters differ from their other case in one bit.
        let bit = self.int_like(x, 0x20);
        let other = self.b.binary(Binary::Xor, x, bit);
        Some(Val::Scalar(self.b.select(any, other, x)))
    }

    pub(super) fn next_power_of_two(&mut self, x: Value) -> Value {
        let dtype = self.b.func.dtype(x);
        let one = self.b.constant(Const::one(dtype));
        let less = self.b.binary(Binary::Sub, x, one);
        let zeros = self.b.unary(Unary::LeadingZeros, less);
        let (_, max) = self.limits(dtype);
        let ones = self.b.binary(Binary::Shr, max, zeros);
        // `x - 1` of 0 has no leading zeros to shift by, and 1 needs none.
        let small = self.b.compare(Compare::Le, x, one);
        let power = self.b.binary(Binary::Add, ones, one);
        self.b.select(small, one, power)
    }

    fn int_binary(&mut self, x: Value, y: Value, name: &str) -> Option<Val> {
        let direct = match name {
            "wrapping_add" => Some(Binary::Add),
            "wrapping_sub" => Some(Binary::Sub),
            "wrapping_mul" => Some(Binary::Mul),
            "wrapping_shl" => Some(Binary::Shl),
            "wrapping_shr" => Some(Binary::Shr),
            "rotate_left" => Some(Binary::RotateLeft),
            "rotate_right" => Some(Binary::RotateRight),
            "saturating_add" => Some(Binary::SaturatingAdd),
            "saturating_sub" => Some(Binary::SaturatingSub),
            "min" => Some(Binary::Min),
            "max" => Some(Binary::Max),
            _ => None,
        };
        if let Some(op) = direct {
            return Some(Val::Scalar(self.b.binary(op, x, y)));
        }
        let overflowing = |name: &str| match name.rsplit('_').next() {
            Some("add") => (Binary::Add, Binary::AddOverflows),
            Some("sub") => (Binary::Sub, Binary::SubOverflows),
            _ => (Binary::Mul, Binary::MulOverflows),
        };
        Some(match name {
            "checked_add" | "checked_sub" | "checked_mul" => {
                let (op, overflows) = overflowing(name);
                let result = self.b.binary(op, x, y);
                let overflowed = self.b.binary(overflows, x, y);
                let fits = self.b.unary(Unary::Not, overflowed);
                Self::optional(fits, result)
            }
            "overflowing_add" | "overflowing_sub" | "overflowing_mul" => {
                let (op, overflows) = overflowing(name);
                let result = self.b.binary(op, x, y);
                let overflowed = self.b.binary(overflows, x, y);
                Self::pair(result, overflowed)
            }
            "saturating_mul" => Val::Scalar(self.saturating_mul(x, y)),
            "checked_shl" | "checked_shr" => {
                let op = if name == "checked_shl" { Binary::Shl } else { Binary::Shr };
                let bits = self.b.func.dtype(x).bits();
                let bits = self.b.constant(bits);
                let fits = self.b.compare(Compare::Lt, y, bits);
                let result = self.b.binary(op, x, y);
                Self::optional(fits, result)
            }
            "checked_div"
            | "checked_rem"
            | "checked_div_euclid"
            | "checked_rem_euclid"
            | "wrapping_div"
            | "wrapping_rem"
            | "wrapping_div_euclid"
            | "wrapping_rem_euclid"
            | "overflowing_div"
            | "overflowing_rem"
            | "overflowing_div_euclid"
            | "overflowing_rem_euclid"
            | "saturating_div" => self.special_division(x, y, name),
            "rem_euclid" => Val::Scalar(self.rem_euclid(x, y)),
            "div_euclid" => Val::Scalar(self.div_euclid(x, y)),
            "div_ceil" => Val::Scalar(self.div_ceil(x, y)),
            "next_multiple_of" => {
                let rest = self.divide(x, y, true);
                let zero = self.int_like(x, 0);
                let exact = self.b.compare(Compare::Eq, rest, zero);
                let missing = self.b.binary(Binary::Sub, y, rest);
                let next = self.b.binary(Binary::Add, x, missing);
                Val::Scalar(self.b.select(exact, x, next))
            }
            "abs_diff" => {
                let unsigned = self.b.func.dtype(x).to_unsigned();
                let less = self.b.compare(Compare::Lt, x, y);
                let (a, b) = (self.cast(x, unsigned), self.cast(y, unsigned));
                let up = self.b.binary(Binary::Sub, b, a);
                let down = self.b.binary(Binary::Sub, a, b);
                Val::Scalar(self.b.select(less, up, down))
            }
            _ => return self.binary_that_may_not_fit(x, y, name),
        })
    }

    fn saturating_mul(&mut self, x: Value, y: Value) -> Value {
        let dtype = self.b.func.dtype(x);
        let product = self.b.binary(Binary::Mul, x, y);
        let overflowed = self.b.binary(Binary::MulOverflows, x, y);
        let (min, max) = self.limits(dtype);
        let bound = if dtype.is_signed_int() {
            let zero = self.b.constant(Const::zero(dtype));
            let signs = self.b.binary(Binary::Xor, x, y);
            let negative = self.b.compare(Compare::Lt, signs, zero);
            self.b.select(negative, min, max)
        } else {
            max
        };
        self.b.select(overflowed, bound, product)
    }

    /// Division of which not all panics are wanted: `checked_` gives `None` for all, the others
    /// still panic for zero, and `MIN / -1` wraps, says so or is the greatest.
    fn special_division(&mut self, x: Value, y: Value, name: &str) -> Val {
        let dtype = self.b.func.dtype(x);
        let (zero, one) = (self.b.constant(Const::zero(dtype)), self.b.constant(Const::one(dtype)));
        let overflows = if dtype.is_signed_int() {
            self.division_overflows(x, y)
        } else {
            self.b.constant(false)
        };
        let checked = name.starts_with("checked");
        let mut fails = overflows;
        if checked {
            let by_zero = self.b.compare(Compare::Eq, y, zero);
            fails = self.b.binary(Binary::Or, by_zero, overflows);
        } else {
            let nonzero = self.b.compare(Compare::Ne, y, zero);
            let kind = match name.contains("_rem") {
                true => SiteKind::RemainderByZero,
                false => SiteKind::DivideByZero,
            };
            self.assert(nonzero, kind, vec![]);
        }
        // `MIN / 1` is what `MIN / -1` wraps to, and both remainders are 0.
        let divisor = self.b.select(fails, one, y);
        let result = if name.ends_with("div_euclid") {
            self.div_euclid(x, divisor)
        } else if name.ends_with("rem_euclid") {
            self.rem_euclid(x, divisor)
        } else {
            self.b.binary(if name.ends_with("rem") { Binary::Rem } else { Binary::Div }, x, divisor)
        };
        match name.split('_').next() {
            Some("checked") => {
                let fits = self.b.unary(Unary::Not, fails);
                Self::optional(fits, result)
            }
            Some("overflowing") => Self::pair(result, overflows),
            Some("saturating") => {
                let (_, greatest) = self.limits(dtype);
                Val::Scalar(self.b.select(overflows, greatest, result))
            }
            _ => Val::Scalar(result),
        }
    }

    fn rem_euclid(&mut self, x: Value, y: Value) -> Value {
        let rest = self.divide(x, y, true);
        if !self.b.func.dtype(x).is_signed_int() {
            return rest;
        }
        let zero = self.int_like(x, 0);
        let size = self.b.unary(Unary::Abs, y);
        let shifted = self.b.binary(Binary::Add, rest, size);
        let negative = self.b.compare(Compare::Lt, rest, zero);
        self.b.select(negative, shifted, rest)
    }

    fn div_euclid(&mut self, x: Value, y: Value) -> Value {
        let quotient = self.divide(x, y, false);
        if !self.b.func.dtype(x).is_signed_int() {
            return quotient;
        }
        let (zero, one) = (self.int_like(x, 0), self.int_like(x, 1));
        let rest = self.b.binary(Binary::Rem, x, y);
        let down = self.b.binary(Binary::Sub, quotient, one);
        let up = self.b.binary(Binary::Add, quotient, one);
        let positive = self.b.compare(Compare::Gt, y, zero);
        let corrected = self.b.select(positive, down, up);
        let negative = self.b.compare(Compare::Lt, rest, zero);
        self.b.select(negative, corrected, quotient)
    }

    fn div_ceil(&mut self, x: Value, y: Value) -> Value {
        let quotient = self.divide(x, y, false);
        let rest = self.b.binary(Binary::Rem, x, y);
        let (zero, one) = (self.int_like(x, 0), self.int_like(x, 1));
        let more = self.b.compare(Compare::Ne, rest, zero);
        let up = self.b.binary(Binary::Add, quotient, one);
        self.b.select(more, up, quotient)
    }

    /// `x` to the power `n`, wrapping. A literal exponent becomes a chain of products.
    fn wrapping_pow(&mut self, x: Value, n: Value, literal: Option<u64>) -> Result<Value> {
        if let Some(mut n) = literal.filter(|n| *n <= 64) {
            let (mut power, mut base) = (self.int_like(x, 1), x);
            while n > 0 {
                if n & 1 == 1 {
                    power = self.b.binary(Binary::Mul, power, base);
                }
                n >>= 1;
                if n > 0 {
                    base = self.b.binary(Binary::Mul, base, base);
                }
            }
            return Ok(power);
        }
        Ok(self.overflowing_pow(x, n)?.0)
    }

    fn saturating_pow(&mut self, x: Value, n: Value) -> Result<Value> {
        let (power, overflowed) = self.overflowing_pow(x, n)?;
        let dtype = self.b.func.dtype(x);
        let (min, max) = self.limits(dtype);
        let bound = if dtype.is_signed_int() {
            let (zero, one) = (self.int_like(x, 0), self.b.constant(1u32));
            let low = self.b.binary(Binary::And, n, one);
            let odd = self.b.compare(Compare::Eq, low, one);
            let negative = self.b.compare(Compare::Lt, x, zero);
            let below = self.b.binary(Binary::And, odd, negative);
            self.b.select(below, min, max)
        } else {
            max
        };
        Ok(self.b.select(overflowed, bound, power))
    }

    /// `x` to the power `n`, wrapping, and whether it overflowed: a product for every bit of
    /// the exponent. Knuth, The Art of Computer Programming, volume 2, section 4.6.3.
    fn overflowing_pow(&mut self, x: Value, n: Value) -> Result<(Value, Value)> {
        let one = self.int_like(x, 1);
        let no = self.b.constant(false);
        let turns = self.b.constant(32usize);
        // How many bits the exponent has says how many turns are needed.
        let zeros = self.b.unary(Unary::LeadingZeros, n);
        let zeros = self.cast(zeros, Dtype::Usize);
        let turns = self.b.binary(Binary::Sub, turns, zeros);
        let state = [one, x, no, no].map(Val::Scalar).to_vec();
        let end = self.counted_loop(turns, vec![], state, |lower, k, state| {
            let parts: Vec<Value> =
                state.into_iter().map(|part| lower.scalar(part)).collect::<Result<_>>()?;
            let [power, base, overflowed, base_overflowed] = parts[..] else {
                unreachable!("the loop hands on four values");
            };
            let k = lower.cast(k, Dtype::U32);
            let bit = lower.b.binary(Binary::Shr, n, k);
            let one = lower.b.constant(1u32);
            let bit = lower.b.binary(Binary::And, bit, one);
            let set = lower.b.compare(Compare::Eq, bit, one);
            let product = lower.b.binary(Binary::Mul, power, base);
            let product_overflows = lower.b.binary(Binary::MulOverflows, power, base);
            let now = lower.b.binary(Binary::Or, product_overflows, base_overflowed);
            let now = lower.b.binary(Binary::And, now, set);
            let overflowed = lower.b.binary(Binary::Or, overflowed, now);
            let power = lower.b.select(set, product, power);
            let square_overflows = lower.b.binary(Binary::MulOverflows, base, base);
            let base_overflowed = lower.b.binary(Binary::Or, base_overflowed, square_overflows);
            let base = lower.b.binary(Binary::Mul, base, base);
            Ok([power, base, overflowed, base_overflowed].map(Val::Scalar).to_vec())
        })?;
        let power = self.scalar(end[0].clone())?;
        let overflowed = self.scalar(end[2].clone())?;
        Ok((power, overflowed))
    }
}
