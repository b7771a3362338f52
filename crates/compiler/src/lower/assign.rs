//! Lowers assignments, destructuring and compound ones included.

use super::value::{Place, Val};
use super::{Lower, Result};
use crate::infer::expr::assigned_positions;
use crate::infer::ty::Ty;
use mambo_ir::kernel::{BinaryOp, Expr, ExprKind};

impl<'u> Lower<'_, 'u> {
    /// `place = value`; the place may be a tuple or array of places.
    pub(super) fn assign(&mut self, place: &'u Expr, value: Val) -> Result<()> {
        match &place.kind {
            ExprKind::Underscore => Ok(()),
            ExprKind::Tuple(places) => {
                let fields = self.fields(value)?;
                assigned_positions(places, fields.len())
                    .into_iter()
                    .try_for_each(|(place, at)| self.assign(place, fields[at].clone()))
            }
            ExprKind::Array(places) => {
                let ty = self.ty(place);
                let memory = self.memory(value, ty)?;
                // The elements are read before any of them is overwritten.
                let len = match memory.ty {
                    Ty::Fixed(_, len) => len,
                    _ => places.len(),
                };
                let values: Vec<(&Expr, Val)> = assigned_positions(places, len)
                    .into_iter()
                    .map(|(place, at)| {
                        let index = self.b.index(at);
                        let part = self.memory_item(&memory, index);
                        (place, self.read_memory(&part))
                    })
                    .collect();
                values.into_iter().try_for_each(|(place, value)| self.assign(place, value))
            }
            ExprKind::Local(local) => {
                match &self.env[*local as usize] {
                    Some(Val::Memory(memory)) => {
                        let memory = memory.clone();
                        let value = self.loaded(value)?;
                        self.write_memory(&memory, value);
                    }
                    Some(Val::Array(_) | Val::Slice(_)) => {
                        // Another array takes the place of the one before.
                        let value = self.lent(value)?;
                        self.set_env(*local, Some(value));
                    }
                    Some(Val::Place(_)) => {
                        return self.error(
                            place.span,
                            "a reference cannot be pointed elsewhere in a kernel; write `*name = value` to change what it refers to",
                        );
                    }
                    Some(_) => {
                        let value = self.own(value)?;
                        self.set_env(*local, Some(value));
                    }
                    None => self.set_local(*local, value)?,
                }
                Ok(())
            }
            _ => {
                let target = self.place(place)?;
                self.write(&target, value)
            }
        }
    }

    /// `place op= value`.
    pub(super) fn assign_op(
        &mut self,
        op: BinaryOp,
        place: &'u Expr,
        value: &'u Expr,
    ) -> Result<()> {
        let right = self.expr(value)?;
        let right = self.loaded(right)?;
        if let Ty::Array(_) = self.value_ty(place) {
            let target = self.place(place)?;
            let target = self.read(&target)?;
            let target = self.array(target)?;
            return self.update_array(target.view, op, right);
        }
        let target = match self.place(place)? {
            Place::Temporary(_) => {
                return self.error(place.span, "this place cannot be assigned");
            }
            target => target,
        };
        let left = self.read(&target)?;
        let left = self.loaded(left)?;
        let result = self.operate(op, left, right)?;
        self.write(&target, result)
    }
}
