//! Lowers complex numbers, which are groups of two floats here and elements of two parts in
//! arrays. Each operation is the formula of the crate `num-complex`, so that bits agree.

use super::value::Val;
use super::{Lower, Result};
use crate::infer::ty::Ty;
use mambo_ir::function::{Binary, Compare, Unary, Value};
use mambo_ir::kernel::{BinaryOp, Expr};
use mambo_ir::{Const, Dtype};

/// A complex number: its real and its imaginary part.
pub(super) type Parts = (Value, Value);

impl<'u> Lower<'_, 'u> {
    /// One element, unchecked.
    pub(super) fn load(&mut self, view: Value, indices: &[Value]) -> Val {
        let dtype = self.b.func.view_type(view).dtype;
        let mut part = |part| Val::Scalar(self.b.load_part(view, indices, part));
        if dtype.is_complex() { Val::Group(vec![part(0), part(1)]) } else { part(0) }
    }

    /// Overwrites one element, unchecked.
    pub(super) fn store(&mut self, view: Value, indices: &[Value], value: Val) -> Result<()> {
        match self.loaded(value)? {
            Val::Group(parts) => {
                for (part, value) in parts.into_iter().enumerate() {
                    let value = self.scalar(value)?;
                    self.b.store_part(view, indices, part as u8, value);
                }
            }
            number => {
                let value = self.scalar(number)?;
                self.b.store(view, indices, value);
            }
        }
        Ok(())
    }

    /// The 1 of an element type.
    pub(super) fn one_of(&mut self, dtype: Dtype) -> Val {
        let one = self.b.constant(Const::one(dtype.part()));
        if !dtype.is_complex() {
            return Val::Scalar(one);
        }
        let zero = self.b.constant(Const::zero(dtype.part()));
        complex((one, zero))
    }

    pub(super) fn parts(&mut self, value: Val) -> Result<Parts> {
        let mut parts = self.fields(value)?.into_iter();
        match (parts.next(), parts.next(), parts.next()) {
            (Some(re), Some(im), None) => Ok((self.scalar(re)?, self.scalar(im)?)),
            _ => self.error(self.span, "a complex number is expected here"),
        }
    }

    /// `left op right`, at least one of them complex.
    pub(super) fn complex_arithmetic(
        &mut self,
        op: BinaryOp,
        left: Val,
        right: Val,
    ) -> Result<Val> {
        let parts = match (left, right) {
            (Val::Scalar(left), right) => {
                let right = self.parts(right)?;
                self.real_with_complex(op, left, right)?
            }
            (left, Val::Scalar(right)) => {
                let left = self.parts(left)?;
                self.complex_with_real(op, left, right)?
            }
            (left, right) => {
                let (left, right) = (self.parts(left)?, self.parts(right)?);
                self.complex_with_complex(op, left, right)?
            }
        };
        Ok(complex(parts))
    }

    pub(super) fn complex_with_complex(
        &mut self,
        op: BinaryOp,
        (a, b): Parts,
        (c, d): Parts,
    ) -> Result<Parts> {
        Ok(match op {
            BinaryOp::Add => (self.add(a, c), self.add(b, d)),
            BinaryOp::Sub => (self.sub(a, c), self.sub(b, d)),
            BinaryOp::Mul => self.multiply((a, b), (c, d)),
            BinaryOp::Div => {
                let norm = self.norm_sqr((c, d));
                let (ac, bd) = (self.mul(a, c), self.mul(b, d));
                let (bc, ad) = (self.mul(b, c), self.mul(a, d));
                let (re, im) = (self.add(ac, bd), self.sub(bc, ad));
                (self.div(re, norm), self.div(im, norm))
            }
            BinaryOp::Rem => {
                let (re, im) = self.complex_with_complex(BinaryOp::Div, (a, b), (c, d))?;
                let one = Const::one(self.b.func.dtype(re));
                let one = self.b.constant(one);
                let (over, beside) = (self.rem(re, one), self.rem(im, one));
                let whole = (self.sub(re, over), self.sub(im, beside));
                let (re, im) = self.multiply((c, d), whole);
                (self.sub(a, re), self.sub(b, im))
            }
            _ => return self.no_operator(),
        })
    }

    pub(super) fn complex_with_real(
        &mut self,
        op: BinaryOp,
        (a, b): Parts,
        real: Value,
    ) -> Result<Parts> {
        Ok(match op {
            BinaryOp::Add => (self.add(a, real), b),
            BinaryOp::Sub => (self.sub(a, real), b),
            BinaryOp::Mul => (self.mul(a, real), self.mul(b, real)),
            BinaryOp::Div => (self.div(a, real), self.div(b, real)),
            BinaryOp::Rem => (self.rem(a, real), self.rem(b, real)),
            _ => return self.no_operator(),
        })
    }

    fn real_with_complex(&mut self, op: BinaryOp, real: Value, (a, b): Parts) -> Result<Parts> {
        let zero = self.zero_like(real);
        Ok(match op {
            BinaryOp::Add => (self.add(real, a), b),
            BinaryOp::Sub => (self.sub(real, a), self.sub(zero, b)),
            BinaryOp::Mul => (self.mul(real, a), self.mul(real, b)),
            BinaryOp::Div => {
                let norm = self.norm_sqr((a, b));
                let (re, im) = (self.mul(real, a), self.mul(real, b));
                let re = self.div(re, norm);
                let im = self.div(im, norm);
                (re, self.sub(zero, im))
            }
            BinaryOp::Rem => self.complex_with_complex(op, (real, zero), (a, b))?,
            _ => return self.no_operator(),
        })
    }

    fn no_operator<T>(&self) -> Result<T> {
        self.error(self.span, "complex numbers have `+`, `-`, `*`, `/`, `%` and `==` in a kernel")
    }

    /// A method of a complex number; `None` for other names.
    pub(super) fn complex_method(
        &mut self,
        parts: Vec<Val>,
        name: &str,
        args: &'u [Expr],
    ) -> Result<Option<Val>> {
        let z = self.parts(Val::Group(parts))?;
        let (re, im) = z;
        if let ("powc" | "fdiv", [other]) = (name, args) {
            let other = self.expr(other)?;
            let other = self.loaded(other)?;
            let other = self.parts(other)?;
            let value = if name == "powc" {
                self.complex_to_complex_power(z, other)?
            } else {
                let inverse = self.float_inverse(other);
                self.multiply(z, inverse)
            };
            return Ok(Some(complex(value)));
        }
        let args: Vec<Value> =
            args.iter().map(|arg| self.scalar_expr(arg)).collect::<Result<_>>()?;
        Ok(Some(match (name, &args[..]) {
            ("norm_sqr", []) => Val::Scalar(self.norm_sqr(z)),
            ("norm", []) => Val::Scalar(self.b.binary(Binary::Hypot, re, im)),
            ("arg", []) => Val::Scalar(self.b.binary(Binary::Atan2, im, re)),
            ("l1_norm", []) => {
                let (re, im) = (self.b.unary(Unary::Abs, re), self.b.unary(Unary::Abs, im));
                Val::Scalar(self.add(re, im))
            }
            ("to_polar", []) => complex(self.polar(z)),
            ("is_nan" | "is_infinite" | "is_finite" | "is_normal", []) => {
                let test = self.is_special(name, z);
                Val::Scalar(test)
            }
            ("conj", []) => complex((re, self.b.unary(Unary::Neg, im))),
            ("inv", []) => complex(self.inverse(z)),
            ("scale", &[by]) => complex((self.mul(re, by), self.mul(im, by))),
            ("unscale", &[by]) => complex((self.div(re, by), self.div(im, by))),
            ("powu", &[exponent]) => self.complex_power(z, exponent)?,
            ("powi", &[exponent]) => {
                let none = self.b.constant(0i32);
                let negative = self.b.compare(Compare::Lt, exponent, none);
                let inverse = self.inverse(z);
                let re = self.b.select(negative, inverse.0, re);
                let im = self.b.select(negative, inverse.1, im);
                let less = self.b.unary(Unary::Neg, exponent);
                let exponent = self.b.select(negative, less, exponent);
                let exponent = self.cast(exponent, Dtype::U32);
                self.complex_power((re, im), exponent)?
            }
            ("exp", []) => self.complex_exp(z)?,
            ("ln", []) => {
                let (r, theta) = self.polar(z);
                complex((self.b.unary(Unary::Ln, r), theta))
            }
            ("sqrt", []) => self.complex_sqrt(z)?,
            ("sin", []) => {
                let (a, b) = (self.product(Unary::Sin, re, Unary::Cosh, im), (re, im));
                complex((a, self.product(Unary::Cos, b.0, Unary::Sinh, b.1)))
            }
            ("cos", []) => {
                let a = self.product(Unary::Cos, re, Unary::Cosh, im);
                let sin = self.b.unary(Unary::Sin, re);
                let sin = self.b.unary(Unary::Neg, sin);
                let sinh = self.b.unary(Unary::Sinh, im);
                complex((a, self.mul(sin, sinh)))
            }
            ("sinh", []) => {
                let a = self.product(Unary::Sinh, re, Unary::Cos, im);
                complex((a, self.product(Unary::Cosh, re, Unary::Sin, im)))
            }
            ("cosh", []) => {
                let a = self.product(Unary::Cosh, re, Unary::Cos, im);
                complex((a, self.product(Unary::Sinh, re, Unary::Sin, im)))
            }
            _ => match self.complex_math(z, name, &args)? {
                Some(value) => complex(value),
                None => return Ok(None),
            },
        }))
    }

    /// `Complex::name(args)`.
    pub(super) fn complex_function(
        &mut self,
        expr: &'u Expr,
        part: &Ty,
        name: &str,
        args: &'u [Expr],
    ) -> Result<Val> {
        let args: Vec<Value> =
            args.iter().map(|arg| self.scalar_expr(arg)).collect::<Result<_>>()?;
        let part = part.as_scalar().unwrap_or(Dtype::F64);
        let (zero, one) = (self.b.constant(Const::zero(part)), self.b.constant(Const::one(part)));
        Ok(complex(match (name, &args[..]) {
            ("new", &[re, im]) => (re, im),
            ("from", &[re]) => (re, zero),
            ("i", []) => (zero, one),
            ("default", []) => (zero, zero),
            ("cis", &[phase]) => (self.b.unary(Unary::Cos, phase), self.b.unary(Unary::Sin, phase)),
            ("from_polar", &[r, theta]) => self.in_polar(r, theta),
            _ => {
                return self.error(expr.span, format!("`Complex::{name}` takes other arguments"));
            }
        }))
    }

    pub(super) fn add(&mut self, a: Value, b: Value) -> Value {
        self.b.binary(Binary::Add, a, b)
    }

    pub(super) fn sub(&mut self, a: Value, b: Value) -> Value {
        self.b.binary(Binary::Sub, a, b)
    }

    pub(super) fn mul(&mut self, a: Value, b: Value) -> Value {
        self.b.binary(Binary::Mul, a, b)
    }

    pub(super) fn div(&mut self, a: Value, b: Value) -> Value {
        self.b.binary(Binary::Div, a, b)
    }

    fn rem(&mut self, a: Value, b: Value) -> Value {
        self.b.binary(Binary::Rem, a, b)
    }

    pub(super) fn zero_like(&mut self, value: Value) -> Value {
        let zero = Const::zero(self.b.func.dtype(value));
        self.b.constant(zero)
    }

    pub(super) fn multiply(&mut self, (a, b): Parts, (c, d): Parts) -> Parts {
        let (ac, bd) = (self.mul(a, c), self.mul(b, d));
        let (ad, bc) = (self.mul(a, d), self.mul(b, c));
        (self.sub(ac, bd), self.add(ad, bc))
    }

    fn norm_sqr(&mut self, (re, im): Parts) -> Value {
        let (re, im) = (self.mul(re, re), self.mul(im, im));
        self.add(re, im)
    }

    fn inverse(&mut self, z: Parts) -> Parts {
        let norm = self.norm_sqr(z);
        let im = self.b.unary(Unary::Neg, z.1);
        (self.div(z.0, norm), self.div(im, norm))
    }

    pub(super) fn polar(&mut self, (re, im): Parts) -> Parts {
        (self.b.binary(Binary::Hypot, re, im), self.b.binary(Binary::Atan2, im, re))
    }

    pub(super) fn in_polar(&mut self, r: Value, theta: Value) -> Parts {
        let (cos, sin) = (self.b.unary(Unary::Cos, theta), self.b.unary(Unary::Sin, theta));
        (self.mul(r, cos), self.mul(r, sin))
    }

    /// `f(a) * g(b)`.
    fn product(&mut self, f: Unary, a: Value, g: Unary, b: Value) -> Value {
        let (a, b) = (self.b.unary(f, a), self.b.unary(g, b));
        self.mul(a, b)
    }

    fn is_special(&mut self, name: &str, (re, im): Parts) -> Value {
        match name {
            "is_infinite" => {
                let nan = self.is_special("is_nan", (re, im));
                let known = self.b.unary(Unary::Not, nan);
                let (re, im) = (self.is(name, re), self.is(name, im));
                let either = self.b.binary(Binary::Or, re, im);
                self.b.binary(Binary::And, known, either)
            }
            _ => {
                let (re, im) = (self.is(name, re), self.is(name, im));
                let op = if name == "is_nan" { Binary::Or } else { Binary::And };
                self.b.binary(op, re, im)
            }
        }
    }

    /// A question about one float.
    pub(super) fn is(&mut self, question: &str, x: Value) -> Value {
        self.classify(x, question).expect("floats have this question")
    }

    pub(super) fn is_zero(&mut self, x: Value) -> Value {
        let zero = self.zero_like(x);
        self.b.compare(Compare::Eq, x, zero)
    }

    pub(super) fn select_parts(&mut self, cond: Value, a: Parts, b: Parts) -> Parts {
        (self.b.select(cond, a.0, b.0), self.b.select(cond, a.1, b.1))
    }

    /// By repeated squaring from the lowest bit, as `num-complex` multiplies.
    fn complex_power(&mut self, z: Parts, exponent: Value) -> Result<Val> {
        let dtype = self.b.func.dtype(z.0);
        let one = self.one_of(dtype.to_complex().unwrap_or(Dtype::C128));
        let zeros = self.b.unary(Unary::LeadingZeros, exponent);
        let bits = self.b.constant(32u32);
        let bits = self.b.binary(Binary::Sub, bits, zeros);
        let bits = self.cast(bits, Dtype::Usize);
        let none = self.b.constant(false);
        let state = vec![complex(z), one, Val::Scalar(none)];
        let end = self.counted_loop(bits, vec![], state, |lower, k, mut state| {
            let some = lower.scalar(state.remove(2))?;
            let (base, acc) = (lower.parts(state.remove(0))?, lower.parts(state.remove(0))?);
            let first = lower.b.index(0);
            let first = lower.b.compare(Compare::Eq, k, first);
            let square = lower.multiply(base, base);
            let base = lower.select_parts(first, base, square);
            let shifted = lower.b.binary(Binary::Shr, exponent, k);
            let (one, zero) = (lower.b.constant(1u32), lower.b.constant(0u32));
            let bit = lower.b.binary(Binary::And, shifted, one);
            let bit = lower.b.compare(Compare::Ne, bit, zero);
            let product = lower.multiply(acc, base);
            let next = lower.select_parts(some, product, base);
            let acc = lower.select_parts(bit, next, acc);
            let some = lower.b.binary(Binary::Or, some, bit);
            Ok(vec![complex(base), complex(acc), Val::Scalar(some)])
        })?;
        Ok(end[1].clone())
    }

    pub(super) fn complex_exp(&mut self, (re, im): Parts) -> Result<Val> {
        let ty = self.complex_type(re);
        let dtype = self.b.func.dtype(re);
        let zero = self.zero_like(re);
        let (infinite, unknown) = (self.is("is_infinite", re), self.is("is_nan", re));
        let real = self.is_zero(im);
        let bounded = self.is("is_finite", im);
        let unbounded = self.b.unary(Unary::Not, bounded);
        let negative = self.b.compare(Compare::Lt, re, zero);
        // e^(-inf) of no direction is 0; e^(+inf) of none, or along the real axis, is infinite.
        let vanishes = self.b.binary(Binary::And, negative, unbounded);
        let no_direction = self.b.binary(Binary::Or, real, unbounded);
        let stays = self.b.select(negative, vanishes, no_direction);
        let stays = self.b.binary(Binary::And, infinite, stays);
        let nan_on_axis = self.b.binary(Binary::And, unknown, real);
        let special = self.b.binary(Binary::Or, stays, nan_on_axis);
        let nan = self.float(dtype, f64::NAN);
        let im_infinite = self.is("is_infinite", im);
        let infinite_im = self.b.binary(Binary::And, im_infinite, infinite);
        let special_im = self.b.select(infinite_im, nan, im);
        let special_parts = self.select_parts(vanishes, (zero, zero), (re, special_im));
        self.branch(
            special,
            &[],
            &ty,
            |_| Ok(complex(special_parts)),
            |lower| {
                let r = lower.b.unary(Unary::Exp, re);
                Ok(complex(lower.in_polar(r, im)))
            },
        )
    }

    pub(super) fn complex_sqrt(&mut self, z: Parts) -> Result<Val> {
        let (re, im) = z;
        let zero = self.zero_like(re);
        let two = self.float(self.b.func.dtype(re), 2.0);
        let (right, above) = (self.is("is_sign_positive", re), self.is("is_sign_positive", im));
        self.complex_root_by_axes(
            z,
            (Unary::Sqrt, two),
            |lower| {
                let size = lower.b.unary(Unary::Neg, re);
                let size = lower.b.select(right, re, size);
                let root = lower.b.unary(Unary::Sqrt, size);
                let below = lower.b.unary(Unary::Neg, root);
                let imaginary = lower.b.select(above, root, below);
                lower.select_parts(right, (root, im), (zero, imaginary))
            },
            |lower| {
                let size = lower.b.unary(Unary::Abs, im);
                let half = lower.div(size, two);
                let root = lower.b.unary(Unary::Sqrt, half);
                let below = lower.b.unary(Unary::Neg, root);
                (root, lower.b.select(above, root, below))
            },
        )
    }

    /// A root of this degree: of numbers on the axes as given, of others by size and angle.
    pub(super) fn complex_root_by_axes(
        &mut self,
        (re, im): Parts,
        (root, degree): (Unary, Value),
        on_real: impl FnOnce(&mut Self) -> Parts,
        on_imaginary: impl FnOnce(&mut Self) -> Parts,
    ) -> Result<Val> {
        let ty = self.complex_type(re);
        let (is_real, is_imaginary) = (self.is_zero(im), self.is_zero(re));
        let elsewhere = |lower: &mut Self| {
            let (r, theta) = lower.polar((re, im));
            let r = lower.b.unary(root, r);
            let theta = lower.div(theta, degree);
            Ok(complex(lower.in_polar(r, theta)))
        };
        let on_imaginary = |lower: &mut Self| Ok(complex(on_imaginary(lower)));
        self.branch(
            is_real,
            &[],
            &ty,
            |lower| Ok(complex(on_real(lower))),
            |lower| lower.branch(is_imaginary, &[], &ty, on_imaginary, elsewhere),
        )
    }

    pub(super) fn complex_type(&self, part: Value) -> Ty {
        Ty::Complex(Box::new(Ty::Scalar(self.b.func.dtype(part))))
    }
}

pub(super) fn complex((re, im): Parts) -> Val {
    Val::Group(vec![Val::Scalar(re), Val::Scalar(im)])
}
