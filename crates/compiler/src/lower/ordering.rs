//! Lowers `std::cmp::Ordering`: a number below, equal to or above 0 in a structure of its own.

use super::value::Val;
use super::{Lower, Result};
use mambo_ir::function::{Binary, Compare, Unary, Value};
use mambo_ir::kernel::Expr;
use mambo_ir::{Const, Dtype};

impl<'u> Lower<'_, 'u> {
    /// A comparison of scalars as std makes it; `None` if there is none of this name.
    pub(super) fn comparison(
        &mut self,
        a: Value,
        name: &str,
        args: &'u [Expr],
    ) -> Result<Option<Val>> {
        let [b] = args else { return Ok(None) };
        let b = self.scalar_expr(b)?;
        Ok(Some(match name {
            "total_cmp" => {
                let (a, b) = (self.in_total_order(a), self.in_total_order(b));
                self.ordering(a, b)
            }
            "partial_cmp" => {
                let below = self.b.compare(Compare::Le, a, b);
                let above = self.b.compare(Compare::Ge, a, b);
                let some = self.b.binary(Binary::Or, below, above);
                Val::Option { some, item: Box::new(self.ordering(a, b)) }
            }
            _ => self.ordering(a, b),
        }))
    }

    /// A method of an `Ordering`; `None` if there is none of this name.
    pub(super) fn ordering_method(
        &mut self,
        expr: &'u Expr,
        own: Val,
        name: &str,
        args: &'u [Expr],
    ) -> Result<Option<Val>> {
        let sign = self.sign(own.clone())?;
        let equal = self.b.constant(0i8);
        let compare = match (name, args) {
            ("is_lt", []) => Compare::Lt,
            ("is_le", []) => Compare::Le,
            ("is_gt", []) => Compare::Gt,
            ("is_ge", []) => Compare::Ge,
            ("is_eq", []) => Compare::Eq,
            ("is_ne", []) => Compare::Ne,
            ("clone", []) => return Ok(Some(own)),
            ("reverse", []) => {
                let reversed = self.b.unary(Unary::Neg, sign);
                return Ok(Some(of_sign(reversed)));
            }
            ("then", [other]) => {
                let other = self.expr(other)?;
                let other = self.sign(other)?;
                let decided = self.b.compare(Compare::Ne, sign, equal);
                return Ok(Some(of_sign(self.b.select(decided, sign, other))));
            }
            ("then_with", [closure]) => {
                let node = self.closure_node(closure)?;
                let carried = self.carried_by_closures(&[node]);
                let decided = self.b.compare(Compare::Ne, sign, equal);
                let other = |lower: &mut Self| lower.call_closure(node, vec![]);
                return self.branch(decided, &carried, self.ty(expr), |_| Ok(own), other).map(Some);
            }
            _ => return Ok(None),
        };
        Ok(Some(Val::Scalar(self.b.compare(compare, sign, equal))))
    }

    fn ordering(&mut self, a: Value, b: Value) -> Val {
        of_sign(self.order(a, b))
    }

    /// The number an `Ordering` is.
    pub(super) fn sign(&mut self, ordering: Val) -> Result<Value> {
        match self.fields(ordering)?.pop() {
            Some(sign) => self.scalar(sign),
            None => self.error(self.span, "an `Ordering` is expected here"),
        }
    }

    /// Two scalars compared, as a number below, equal to or above 0.
    pub(super) fn order(&mut self, a: Value, b: Value) -> Value {
        let (a, b) = match self.b.func.dtype(a) {
            Dtype::Bool => (self.cast(a, Dtype::U8), self.cast(b, Dtype::U8)),
            _ => (a, b),
        };
        let below = self.b.compare(Compare::Lt, a, b);
        let above = self.b.compare(Compare::Gt, a, b);
        let (below, above) = (self.cast(below, Dtype::I8), self.cast(above, Dtype::I8));
        self.b.binary(Binary::Sub, above, below)
    }

    /// The bits of a float as an integer in the order of `total_cmp`: those of negative ones
    /// are flipped below the sign. IEEE 754-2019, section 5.10.
    fn in_total_order(&mut self, x: Value) -> Value {
        let dtype = self.b.func.dtype(x);
        let signed = if dtype == Dtype::F32 { Dtype::I32 } else { Dtype::I64 };
        let bits = self.bitcast(x, signed);
        let below_sign = self.b.constant(Const::greatest(signed));
        let flipped = self.b.binary(Binary::Xor, bits, below_sign);
        let zero = self.b.constant(Const::zero(signed));
        let negative = self.b.compare(Compare::Lt, bits, zero);
        self.b.select(negative, flipped, bits)
    }
}

fn of_sign(sign: Value) -> Val {
    Val::Group(vec![Val::Scalar(sign)])
}
