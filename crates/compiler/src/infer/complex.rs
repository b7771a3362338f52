//! The types of what complex numbers can do.

use super::ty::Ty;
use super::{Infer, Result};
use mambo_ir::kernel::Expr;

impl<'a> Infer<'a> {
    /// The type of a method of `Complex<part>`; its arguments are inferred.
    pub(super) fn complex_method(
        &mut self,
        part: &Ty,
        name: &str,
        args: &'a [Expr],
    ) -> Result<Option<Ty>> {
        let own = Ty::Complex(Box::new(part.clone()));
        let (params, result) = match name {
            "clone" | "to_owned" | "conj" | "inv" | "finv" | "exp" | "exp2" | "ln" | "log2"
            | "log10" | "sqrt" | "cbrt" | "sin" | "cos" | "tan" | "asin" | "acos" | "atan"
            | "sinh" | "cosh" | "tanh" | "asinh" | "acosh" | "atanh" => (vec![], own),
            "norm" | "norm_sqr" | "arg" | "l1_norm" => (vec![], part.clone()),
            "to_polar" => (vec![], Ty::Tuple(vec![part.clone(), part.clone()])),
            "is_nan" | "is_infinite" | "is_finite" | "is_normal" => (vec![], Ty::BOOL),
            "scale" | "unscale" | "powf" | "expf" | "log" => (vec![part.clone()], own),
            "powc" | "fdiv" => (vec![own.clone()], own),
            "powu" => (vec![Ty::Scalar(mambo_ir::Dtype::U32)], own),
            "powi" => (vec![Ty::Scalar(mambo_ir::Dtype::I32)], own),
            _ => return Ok(None),
        };
        self.method_args(args, &params, result)
    }

    /// The type of `Complex::name(args)`.
    pub(super) fn complex_function(
        &mut self,
        expr: &'a Expr,
        part: &Ty,
        name: &str,
        args: &'a [Expr],
    ) -> Result<Ty> {
        let own = Ty::Complex(Box::new(part.clone()));
        let params = match name {
            "new" | "from_polar" => 2,
            "cis" | "from" => 1,
            "i" | "default" => 0,
            _ => {
                let message = format!(
                    "`Complex` has no function `{name}` in the kernel language; use `new`, `from_polar`, `cis`, `from` or `i`, or call a method on a value"
                );
                return Err(self.unit.error(expr.span, message));
            }
        };
        for arg in args.iter().take(params) {
            self.expect(arg, part)?;
        }
        Ok(own)
    }
}
