//! Lowers the methods of `f32` and `f64`, each as std defines it.

use super::value::Val;
use super::{Lower, Result};
use mambo_ir::function::{Binary, Compare, Op, Unary, Value};
use mambo_ir::kernel::Expr;
use mambo_ir::{Const, Dtype, SiteKind};

impl<'u> Lower<'_, 'u> {
    /// A method of a float, or an elementary function of it and others; `None` if there is none
    /// of this name.
    pub(super) fn float_method(
        &mut self,
        x: Value,
        name: &str,
        args: &'u [Expr],
    ) -> Result<Option<Val>> {
        let dtype = self.b.func.dtype(x);
        let args: Vec<Value> =
            args.iter().map(|arg| self.scalar_expr(arg)).collect::<Result<_>>()?;
        if let Some(op) = unary_op(name) {
            return Ok(Some(Val::Scalar(self.b.unary(op, x))));
        }
        let value = match (name, &args[..]) {
            ("mul_add", &[a, b]) => self.b.insert_one(Op::MulAdd(x, a, b), dtype),
            ("powf" | "pow", &[y]) => self.b.binary(Binary::Pow, x, y),
            ("powi", &[n]) => self.b.binary(Binary::Powi, x, n),
            ("atan2", &[y]) => self.b.binary(Binary::Atan2, x, y),
            ("hypot", &[y]) => self.b.binary(Binary::Hypot, x, y),
            ("log_add_exp", &[y]) => self.b.binary(Binary::LogAddExp, x, y),
            ("copysign", &[y]) => self.b.binary(Binary::Copysign, x, y),
            ("min", &[y]) => self.b.binary(Binary::Min, x, y),
            ("max", &[y]) => self.b.binary(Binary::Max, x, y),
            ("clamp", &[low, high]) => self.float_clamp(x, low, high),
            ("log", &[base]) => {
                let (a, b) = (self.b.unary(Unary::Ln, x), self.b.unary(Unary::Ln, base));
                self.b.binary(Binary::Div, a, b)
            }
            ("fract", []) => {
                let whole = self.b.unary(Unary::Trunc, x);
                self.b.binary(Binary::Sub, x, whole)
            }
            ("recip", []) => {
                let one = self.float(dtype, 1.0);
                self.b.binary(Binary::Div, one, x)
            }
            ("signum", []) => {
                let one = self.float(dtype, 1.0);
                let sign = self.b.binary(Binary::Copysign, one, x);
                let ordered = self.b.compare(Compare::Eq, x, x);
                let nan = self.float(dtype, f64::NAN);
                self.b.select(ordered, sign, nan)
            }
            ("to_degrees", []) => self.scaled(
                x,
                Const::f32(57.295_78_f32),
                Const::f64(180.0f64 / std::f64::consts::PI),
            ),
            ("to_radians", []) => self.scaled(
                x,
                Const::f32(std::f32::consts::PI / 180.0),
                Const::f64(std::f64::consts::PI / 180.0),
            ),
            ("rem_euclid", &[y]) => {
                let rest = self.b.binary(Binary::Rem, x, y);
                let size = self.b.unary(Unary::Abs, y);
                let shifted = self.b.binary(Binary::Add, rest, size);
                let zero = self.float(dtype, 0.0);
                let negative = self.b.compare(Compare::Lt, rest, zero);
                self.b.select(negative, shifted, rest)
            }
            ("div_euclid", &[y]) => self.float_div_euclid(x, y),
            ("midpoint", &[y]) => self.float_midpoint(x, y),
            ("next_up", []) => self.next_up(x),
            ("next_down", []) => {
                let negated = self.b.unary(Unary::Neg, x);
                let next = self.next_up(negated);
                self.b.unary(Unary::Neg, next)
            }
            ("sin_cos", []) => {
                let (sin, cos) = (self.b.unary(Unary::Sin, x), self.b.unary(Unary::Cos, x));
                return Ok(Some(Self::pair(sin, cos)));
            }
            ("to_bits", []) => self.bitcast(x, dtype.to_unsigned()),
            (_, []) => match self.classify(x, name) {
                Some(value) => value,
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        Ok(Some(Val::Scalar(value)))
    }

    /// A float constant of type `dtype`.
    pub(super) fn float(&mut self, dtype: Dtype, value: f64) -> Value {
        let value = if dtype == Dtype::F32 { Const::f32(value as f32) } else { Const::f64(value) };
        self.b.constant(value)
    }

    fn scaled(&mut self, x: Value, single: Const, double: Const) -> Value {
        let factor = if self.b.func.dtype(x) == Dtype::F32 { single } else { double };
        let factor = self.b.constant(factor);
        self.b.binary(Binary::Mul, x, factor)
    }

    /// `is_nan` and the other questions about one float.
    pub(super) fn classify(&mut self, x: Value, name: &str) -> Option<Value> {
        let dtype = self.b.func.dtype(x);
        let size = self.b.unary(Unary::Abs, x);
        let infinity = self.float(dtype, f64::INFINITY);
        let least = match dtype {
            Dtype::F32 => Const::f32(f32::MIN_POSITIVE),
            _ => Const::f64(f64::MIN_POSITIVE),
        };
        let least = self.b.constant(least);
        Some(match name {
            "is_nan" => self.b.compare(Compare::Ne, x, x),
            "is_infinite" => self.b.compare(Compare::Eq, size, infinity),
            "is_finite" => self.b.compare(Compare::Lt, size, infinity),
            "is_normal" => {
                let above = self.b.compare(Compare::Ge, size, least);
                let below = self.b.compare(Compare::Lt, size, infinity);
                self.b.binary(Binary::And, above, below)
            }
            "is_subnormal" => {
                let zero = self.float(dtype, 0.0);
                let above = self.b.compare(Compare::Gt, size, zero);
                let below = self.b.compare(Compare::Lt, size, least);
                self.b.binary(Binary::And, above, below)
            }
            "is_sign_negative" | "is_sign_positive" => {
                let bits = self.bitcast(x, dtype.to_unsigned());
                let unsigned = dtype.to_unsigned();
                let sign = self.b.constant(Const::int(unsigned, 1 << (dtype.bits() - 1)));
                let compare = if name == "is_sign_negative" { Compare::Ge } else { Compare::Lt };
                self.b.compare(compare, bits, sign)
            }
            _ => return None,
        })
    }

    fn float_clamp(&mut self, x: Value, low: Value, high: Value) -> Value {
        let dtype = self.b.func.dtype(x);
        let ordered = self.b.compare(Compare::Le, low, high);
        let parts =
            vec!["min > max, or either was NaN. min = ".into(), ", max = ".into(), String::new()];
        let holes = vec![(dtype, "?".into()), (dtype, "?".into())];
        self.assert(ordered, SiteKind::Message { parts, holes }, vec![low, high]);
        let below = self.b.compare(Compare::Lt, x, low);
        let raised = self.b.select(below, low, x);
        let above = self.b.compare(Compare::Gt, raised, high);
        self.b.select(above, high, raised)
    }

    /// `(x + y) / 2`: in `f64` for `f32`; for `f64` halved first where the sum could overflow,
    /// but not what would then be too small to halve.
    fn float_midpoint(&mut self, x: Value, y: Value) -> Value {
        if self.b.func.dtype(x) == Dtype::F32 {
            let (x, y) = (self.cast(x, Dtype::F64), self.cast(y, Dtype::F64));
            let (sum, two) = (self.b.binary(Binary::Add, x, y), self.float(Dtype::F64, 2.0));
            let middle = self.b.binary(Binary::Div, sum, two);
            return self.cast(middle, Dtype::F32);
        }
        let two = self.float(Dtype::F64, 2.0);
        let low = self.float(Dtype::F64, f64::MIN_POSITIVE * 2.0);
        let high = self.float(Dtype::F64, f64::MAX / 2.0);
        let (size_x, size_y) = (self.b.unary(Unary::Abs, x), self.b.unary(Unary::Abs, y));
        let (half_x, half_y) =
            (self.b.binary(Binary::Div, x, two), self.b.binary(Binary::Div, y, two));
        let small_x = self.b.compare(Compare::Le, size_x, high);
        let small_y = self.b.compare(Compare::Le, size_y, high);
        let plain = self.b.binary(Binary::And, small_x, small_y);
        let tiny_x = self.b.compare(Compare::Lt, size_x, low);
        let tiny_y = self.b.compare(Compare::Lt, size_y, low);
        let sum = self.b.binary(Binary::Add, x, y);
        let middle = self.b.binary(Binary::Div, sum, two);
        let of_tiny_x = self.b.binary(Binary::Add, x, half_y);
        let of_tiny_y = self.b.binary(Binary::Add, half_x, y);
        let of_large = self.b.binary(Binary::Add, half_x, half_y);
        let other = self.b.select(tiny_y, of_tiny_y, of_large);
        let other = self.b.select(tiny_x, of_tiny_x, other);
        self.b.select(plain, middle, other)
    }

    /// The least float above `x`, by its bits.
    fn next_up(&mut self, x: Value) -> Value {
        let dtype = self.b.func.dtype(x);
        let unsigned = dtype.to_unsigned();
        let bits = self.bitcast(x, unsigned);
        let one = self.b.constant(Const::one(unsigned));
        let zero = self.float(dtype, 0.0);
        let up = self.b.binary(Binary::Add, bits, one);
        let down = self.b.binary(Binary::Sub, bits, one);
        let negative = self.b.compare(Compare::Lt, x, zero);
        let next = self.b.select(negative, down, up);
        let is_zero = self.b.compare(Compare::Eq, x, zero);
        let next = self.b.select(is_zero, one, next);
        let next = self.bitcast(next, dtype);
        let infinity = self.float(dtype, f64::INFINITY);
        let moves = self.b.compare(Compare::Lt, x, infinity);
        self.b.select(moves, next, x)
    }

    fn float_div_euclid(&mut self, x: Value, y: Value) -> Value {
        let dtype = self.b.func.dtype(x);
        let (zero, one) = (self.float(dtype, 0.0), self.float(dtype, 1.0));
        let quotient = self.b.binary(Binary::Div, x, y);
        let quotient = self.b.unary(Unary::Trunc, quotient);
        let rest = self.b.binary(Binary::Rem, x, y);
        let down = self.b.binary(Binary::Sub, quotient, one);
        let up = self.b.binary(Binary::Add, quotient, one);
        let positive = self.b.compare(Compare::Gt, y, zero);
        let corrected = self.b.select(positive, down, up);
        let negative = self.b.compare(Compare::Lt, rest, zero);
        self.b.select(negative, corrected, quotient)
    }
}

fn unary_op(name: &str) -> Option<Unary> {
    Some(match name {
        "abs" => Unary::Abs,
        "sqrt" => Unary::Sqrt,
        "floor" => Unary::Floor,
        "ceil" => Unary::Ceil,
        "round" => Unary::Round,
        "round_ties_even" => Unary::RoundTiesEven,
        "trunc" => Unary::Trunc,
        _ => return Unary::named(name).filter(|op| op.is_elementary()),
    })
}
