//! Lowers functions of complex numbers that are made of others: each is the formula of the crate
//! `num-complex`, step by step, so that bits agree.

use super::complex::Parts;
use super::{Lower, Result};
use mambo_ir::function::{Binary, Compare, Unary, Value};
use mambo_ir::kernel::BinaryOp;
use std::f64::consts::{LN_2, LN_10};

impl Lower<'_, '_> {
    /// A function of `z` and real numbers; `None` for other names.
    pub(super) fn complex_math(
        &mut self,
        z: Parts,
        name: &str,
        args: &[Value],
    ) -> Result<Option<Parts>> {
        let (re, im) = z;
        let dtype = self.b.func.dtype(re);
        Ok(Some(match (name, args) {
            ("finv", []) => self.float_inverse(z),
            ("exp2", []) => {
                let r = self.b.unary(Unary::Exp2, re);
                let ln = self.float(dtype, LN_2);
                let theta = self.mul(im, ln);
                self.in_polar(r, theta)
            }
            ("log2" | "log10", []) => {
                let ln = self.complex_ln(z);
                let base = self.float(dtype, if name == "log2" { LN_2 } else { LN_10 });
                (self.div(ln.0, base), self.div(ln.1, base))
            }
            ("log", &[base]) => {
                let (r, theta) = self.polar(z);
                let (r, base) = (self.b.unary(Unary::Ln, r), self.b.unary(Unary::Ln, base));
                (self.div(r, base), self.div(theta, base))
            }
            ("expf", &[base]) => {
                let r = self.b.binary(Binary::Pow, base, re);
                let ln = self.b.unary(Unary::Ln, base);
                let theta = self.mul(im, ln);
                self.in_polar(r, theta)
            }
            ("powf", &[exponent]) => {
                let (r, theta) = self.polar(z);
                let r = self.b.binary(Binary::Pow, r, exponent);
                let theta = self.mul(theta, exponent);
                let power = self.in_polar(r, theta);
                let none = self.is_zero(exponent);
                let one = self.complex_one(re);
                self.select_parts(none, one, power)
            }
            ("cbrt", []) => self.complex_cbrt(z)?,
            ("tan", []) => {
                let (re, im) = (self.add(re, re), self.add(im, im));
                self.tangent((Unary::Sin, Unary::Cos, re), (Unary::Sinh, Unary::Cosh, im))
            }
            ("tanh", []) => {
                let (re, im) = (self.add(re, re), self.add(im, im));
                self.tangent((Unary::Sinh, Unary::Cosh, re), (Unary::Sin, Unary::Cos, im))
            }
            ("asin" | "acos", []) => self.arc_of_circle(z, name == "asin")?,
            ("asinh", []) => {
                let one = self.complex_one(re);
                let square = self.multiply(z, z);
                let sum = self.plus(one, square);
                let root = self.complex_root(sum)?;
                let sum = self.plus(z, root);
                self.complex_ln(sum)
            }
            ("acosh", []) => self.complex_acosh(z)?,
            ("atan", []) => {
                let i = self.complex_i(re);
                let turned = self.multiply(i, z);
                let one = self.complex_one(re);
                let two = self.plus(one, one);
                let two = self.multiply(two, i);
                let arc = self.half_logarithm(turned, two)?;
                self.at_poles(z, i, arc)
            }
            ("atanh", []) => {
                let one = self.complex_one(re);
                let two = self.plus(one, one);
                let arc = self.half_logarithm(z, two)?;
                self.at_poles(z, one, arc)
            }
            _ => return Ok(None),
        }))
    }

    /// `1 / z` by the norm of `z`, of which the square may be too large.
    pub(super) fn float_inverse(&mut self, (re, im): Parts) -> Parts {
        let norm = self.b.binary(Binary::Hypot, re, im);
        let im = self.b.unary(Unary::Neg, im);
        let (re, im) = (self.div(re, norm), self.div(im, norm));
        (self.div(re, norm), self.div(im, norm))
    }

    /// `z.powc(exponent)`.
    pub(super) fn complex_to_complex_power(&mut self, z: Parts, exponent: Parts) -> Result<Parts> {
        let ln = self.complex_ln(z);
        let product = self.multiply(exponent, ln);
        let power = self.complex_exp(product)?;
        let power = self.parts(power)?;
        let (re, im) = (self.is_zero(exponent.0), self.is_zero(exponent.1));
        let none = self.b.binary(Binary::And, re, im);
        let one = self.complex_one(z.0);
        Ok(self.select_parts(none, one, power))
    }

    fn complex_one(&mut self, like: Value) -> Parts {
        let dtype = self.b.func.dtype(like);
        (self.float(dtype, 1.0), self.float(dtype, 0.0))
    }

    fn complex_i(&mut self, like: Value) -> Parts {
        let (one, zero) = self.complex_one(like);
        (zero, one)
    }

    fn plus(&mut self, a: Parts, b: Parts) -> Parts {
        (self.add(a.0, b.0), self.add(a.1, b.1))
    }

    fn minus(&mut self, a: Parts, b: Parts) -> Parts {
        (self.sub(a.0, b.0), self.sub(a.1, b.1))
    }

    fn negative(&mut self, (re, im): Parts) -> Parts {
        (self.b.unary(Unary::Neg, re), self.b.unary(Unary::Neg, im))
    }

    fn complex_ln(&mut self, z: Parts) -> Parts {
        let (r, theta) = self.polar(z);
        (self.b.unary(Unary::Ln, r), theta)
    }

    fn complex_root(&mut self, z: Parts) -> Result<Parts> {
        let root = self.complex_sqrt(z)?;
        self.parts(root)
    }

    /// `(f(a) + i g(b)) / (f'(a) + g'(b))`, of which the functions and arguments are given.
    fn tangent(
        &mut self,
        (f, f_below, a): (Unary, Unary, Value),
        (g, g_below, b): (Unary, Unary, Value),
    ) -> Parts {
        let (re, im) = (self.b.unary(f, a), self.b.unary(g, b));
        let (left, right) = (self.b.unary(f_below, a), self.b.unary(g_below, b));
        let below = self.add(left, right);
        (self.div(re, below), self.div(im, below))
    }

    /// `-i ln(sqrt(1 - z^2) + iz)` or `-i ln(i sqrt(1 - z^2) + z)`.
    fn arc_of_circle(&mut self, z: Parts, sine: bool) -> Result<Parts> {
        let (one, i) = (self.complex_one(z.0), self.complex_i(z.0));
        let square = self.multiply(z, z);
        let rest = self.minus(one, square);
        let root = self.complex_root(rest)?;
        let (kept, turned) = if sine { (root, z) } else { (z, root) };
        let turned = self.multiply(i, turned);
        let sum = self.plus(turned, kept);
        let ln = self.complex_ln(sum);
        let back = self.negative(i);
        Ok(self.multiply(back, ln))
    }

    /// `2 ln(sqrt((z + 1) / 2) + sqrt((z - 1) / 2))`.
    fn complex_acosh(&mut self, z: Parts) -> Result<Parts> {
        let one = self.complex_one(z.0);
        let two = self.plus(one, one);
        let (above, below) = (self.plus(z, one), self.minus(z, one));
        let above = self.complex_with_complex(BinaryOp::Div, above, two)?;
        let below = self.complex_with_complex(BinaryOp::Div, below, two)?;
        let (above, below) = (self.complex_root(above)?, self.complex_root(below)?);
        let sum = self.plus(above, below);
        let ln = self.complex_ln(sum);
        Ok(self.multiply(two, ln))
    }

    /// `(ln(1 + z) - ln(1 - z)) / by`.
    fn half_logarithm(&mut self, z: Parts, by: Parts) -> Result<Parts> {
        let one = self.complex_one(z.0);
        let (above, below) = (self.plus(one, z), self.minus(one, z));
        let (above, below) = (self.complex_ln(above), self.complex_ln(below));
        let difference = self.minus(above, below);
        self.complex_with_complex(BinaryOp::Div, difference, by)
    }

    /// `value`, but infinite in the direction of `pole` where `z` is that, and against it where
    /// `z` is its opposite.
    fn at_poles(&mut self, z: Parts, pole: Parts, value: Parts) -> Parts {
        let dtype = self.b.func.dtype(z.0);
        let infinite = self.float(dtype, f64::INFINITY);
        let negative = self.float(dtype, f64::NEG_INFINITY);
        let zero = self.zero_like(z.0);
        let opposite = self.negative(pole);
        let along_real = {
            let off = self.is_zero(pole.0);
            self.b.unary(Unary::Not, off)
        };
        let mut value = value;
        for (at, size) in [(opposite, negative), (pole, infinite)] {
            let re = self.b.compare(Compare::Eq, z.0, at.0);
            let im = self.b.compare(Compare::Eq, z.1, at.1);
            let there = self.b.binary(Binary::And, re, im);
            let far = self.select_parts(along_real, (size, zero), (zero, size));
            value = self.select_parts(there, far, value);
        }
        value
    }

    fn complex_cbrt(&mut self, z: Parts) -> Result<Parts> {
        let (re, im) = z;
        let dtype = self.b.func.dtype(re);
        let (right, above) = (self.is("is_sign_positive", re), self.is("is_sign_positive", im));
        let (two, three) = (self.float(dtype, 2.0), self.float(dtype, 3.0));
        // A root of a size that lies off the axis: half of it, and that times the root of 3.
        let sides = |lower: &mut Self, size: Value| {
            let root = lower.b.unary(Unary::Cbrt, size);
            let short = lower.div(root, two);
            let factor = lower.b.unary(Unary::Sqrt, three);
            (short, lower.mul(factor, short))
        };
        let root = self.complex_root_by_axes(
            z,
            (Unary::Cbrt, three),
            |lower| {
                let own = lower.b.unary(Unary::Cbrt, re);
                let size = lower.b.unary(Unary::Neg, re);
                let (short, long) = sides(lower, size);
                let below = lower.b.unary(Unary::Neg, long);
                let long = lower.b.select(above, long, below);
                lower.select_parts(right, (own, im), (short, long))
            },
            |lower| {
                let size = lower.b.unary(Unary::Abs, im);
                let (short, long) = sides(lower, size);
                let below = lower.b.unary(Unary::Neg, short);
                (long, lower.b.select(above, short, below))
            },
        )?;
        self.parts(root)
    }
}
