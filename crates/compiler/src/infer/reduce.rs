//! The types of what reduces arrays: all of their elements, or those along an axis.

use super::ty::{ArrayTy, Ty};
use super::{Infer, Result};
use mambo_ir::kernel::Expr;
use mambo_ir::signature::Access;

impl<'a> Infer<'a> {
    /// The type of a reduction of an array; `None` for other names.
    pub(super) fn reduction(
        &mut self,
        array: &ArrayTy,
        name: &str,
        args: &'a [Expr],
    ) -> Result<Option<Ty>> {
        if array.slice {
            return Ok(None);
        }
        let item = (*array.item).clone();
        Ok(Some(match (name, args) {
            ("sum" | "product", []) => item,
            ("mean", []) => Ty::option(item),
            ("var" | "std", [ddof]) => {
                self.expect(ddof, &item)?;
                item
            }
            ("dot", [other]) if array.rank == 1 => {
                if let Ty::Array(other_ty) = self.value(other)? {
                    self.unify(&other_ty.item, &item, other.span)?;
                }
                item
            }
            (_, [axis, rest @ ..]) if array.rank > 0 => {
                return self.axis_reduction(array, name, axis, rest);
            }
            _ => return Ok(None),
        }))
    }

    /// Reductions along an axis give an array of one axis less.
    fn axis_reduction(
        &mut self,
        array: &ArrayTy,
        name: &str,
        axis: &'a Expr,
        args: &'a [Expr],
    ) -> Result<Option<Ty>> {
        let item = (*array.item).clone();
        let of = |item| Ty::array(item, array.rank - 1, Access::Owned);
        let ty = match (name, args) {
            ("sum_axis" | "product_axis", []) => of(item),
            ("mean_axis", []) => Ty::option(of(item)),
            ("var_axis" | "std_axis", [ddof]) => {
                self.expect(ddof, &item)?;
                of(item)
            }
            ("fold_axis", [init, closure]) => {
                let acc = self.value(init)?;
                let result = self.closure_arg(closure, &[acc.clone(), item])?;
                self.unify(&acc, &result, closure.span)?;
                of(acc)
            }
            ("map_axis", [closure]) => {
                let lane = Ty::array(item, 1, Access::Shared);
                of(self.closure_arg(closure, &[lane])?)
            }
            _ => return Ok(None),
        };
        self.value(axis)?;
        Ok(Some(ty))
    }
}
