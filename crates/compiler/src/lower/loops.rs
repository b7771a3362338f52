//! Lowers `while`, `loop` and `for`.

use super::iterate::{IterShape, Turn};
use super::value::{Iter, RangeVal, Val};
use super::{Frame, Lower, Result};
use crate::infer::ty::Ty;
use mambo_ir::function::{Block as IrBlock, Op, Terminator, Value, ValueType};
use mambo_ir::kernel::{Block, Expr, LabelId, Pattern};
use mambo_ir::signature::Access;

/// The bounds of a loop over integers.
struct Bounds {
    start: Value,
    end: Value,
    step: u64,
    inclusive: bool,
    reverse: bool,
}

impl<'u> Lower<'_, 'u> {
    pub(super) fn endless_loop(
        &mut self,
        expr: &'u Expr,
        label: LabelId,
        body: &'u Block,
    ) -> Result<Val> {
        let carried = self.carried(self.assignments.within(&[], &[body]));
        self.repeat(label, carried, self.ty(expr), |lower| {
            lower.block(body)?;
            Ok(())
        })
    }

    pub(super) fn while_loop(
        &mut self,
        label: LabelId,
        cond: &'u Expr,
        body: &'u Block,
    ) -> Result<Val> {
        let carried = self.carried(self.assignments.within(&[cond], &[body]));
        self.repeat(label, carried, &Ty::UNIT, |lower| {
            lower.leave_unless(&super::control::chain(cond), lower.frames.len() - 1)?;
            lower.block(body)?;
            Ok(())
        })
    }

    /// A loop that only a `break` leaves.
    fn repeat(
        &mut self,
        label: LabelId,
        carried: Vec<u32>,
        ty: &Ty,
        body: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<Val> {
        let types = self.carried_types(&carried);
        let init = self.carried_values(&carried, &types);
        let saved = self.save(&carried);
        let block = self.b.func.new_block();
        let params: Vec<Value> =
            types.iter().map(|ty| self.b.add_param(block, *ty, None)).collect();
        self.set_carried(&carried, &mut params.into_iter());
        self.frames.push(Frame {
            label: Some(label),
            breaks: block,
            continues: Some(block),
            carried: carried.clone(),
            types: types.clone(),
            result: None,
            closure: false,
        });
        let outer = self.enter_block(block);
        body(self)?;
        if !self.dead {
            let values = self.carried_values(&carried, &types);
            self.b.end(Terminator::Yield(values));
        }
        let frame = self.frames.pop().expect("the frame pushed above");
        self.leave_block(outer);
        self.restore(&carried, &saved);
        self.finish_frame(frame, Op::Loop { init, body: block }, ty)
    }

    pub(super) fn for_loop(
        &mut self,
        label: LabelId,
        pattern: &'u Pattern,
        iter: &'u Expr,
        body: &'u Block,
    ) -> Result<Val> {
        let value = self.expr(iter)?;
        let mutable = iterates_mutably(self.ty(iter));
        let source = self.iteration(value, mutable)?;
        let source = self.started(&source);
        // The closures of adapters run in the loop and may change bindings as its body does.
        let mut nodes = Vec::new();
        Self::closures_of(&source, &mut nodes);
        let mut parts = vec![iter];
        parts.extend(nodes.iter().filter_map(|node| self.closures.get(node).copied()));
        let carried = self.carried(self.assignments.within(&parts, &[body]));
        let run = |lower: &mut Self, item: Val| {
            lower.bind(pattern, item)?;
            lower.block(body)?;
            Ok(())
        };
        match self.iter_shape(&source)? {
            IterShape::Range { range, step, reverse } => {
                let bounds = self.bounds(range, step, reverse)?;
                self.range_loop(label, bounds, carried, |lower, index| {
                    run(lower, Val::Scalar(index))
                })?;
            }
            IterShape::Counted(len) => {
                let bounds = self.up_to(len);
                self.range_loop(label, bounds, carried.clone(), |lower, index| {
                    let end = lower.frames.len() - 1;
                    let turn = Turn { index, carried: &carried, ty: &Ty::UNIT, end };
                    lower.each_item(&source, &turn, Val::UNIT, &mut |lower, _, item| {
                        run(lower, item)?;
                        Ok(Val::UNIT)
                    })?;
                    Ok(())
                })?;
            }
            IterShape::Box(dims) => {
                let breaks = super::walk::breaks(label, body);
                if breaks {
                    self.scope(Some(label), false, carried.clone(), &Ty::UNIT, |lower| {
                        lower.box_loop(label, &dims, &carried, &mut Vec::new(), &source, &run)?;
                        Ok(Val::UNIT)
                    })?;
                } else {
                    self.box_loop(label, &dims, &carried, &mut Vec::new(), &source, &run)?;
                }
            }
        }
        Ok(Val::UNIT)
    }

    /// Loops over every index of a box; only the innermost loop answers to `continue`.
    fn box_loop(
        &mut self,
        label: LabelId,
        dims: &[Value],
        carried: &[u32],
        indices: &mut Vec<Value>,
        iter: &Iter,
        run: &dyn Fn(&mut Self, Val) -> Result<()>,
    ) -> Result<()> {
        let Some((len, rest)) = dims.split_first() else {
            let item = self.boxed_item(iter, indices)?;
            return run(self, item);
        };
        let bounds = self.up_to(*len);
        // An outer loop has a label that nothing names.
        let own_label = if rest.is_empty() { label } else { LabelId::MAX };
        self.range_loop(own_label, bounds, carried.to_vec(), |lower, index| {
            indices.push(index);
            lower.box_loop(label, rest, carried, indices, iter, run)?;
            indices.pop();
            Ok(())
        })
    }

    fn up_to(&mut self, end: Value) -> Bounds {
        let start = self.b.index(0);
        Bounds { start, end, step: 1, inclusive: false, reverse: false }
    }

    fn bounds(&mut self, range: RangeVal, step: u64, reverse: bool) -> Result<Bounds> {
        let (Some(start), Some(end)) = (range.start, range.end) else {
            return self.error(self.span, "a loop needs a range with both ends");
        };
        Ok(Bounds { start, end, step, inclusive: range.inclusive, reverse })
    }

    /// A loop over a range of integers.
    fn range_loop(
        &mut self,
        label: LabelId,
        bounds: Bounds,
        carried: Vec<u32>,
        body: impl FnOnce(&mut Self, Value) -> Result<()>,
    ) -> Result<()> {
        let types = self.carried_types(&carried);
        let init = self.carried_values(&carried, &types);
        let saved = self.save(&carried);
        let (block, index) = self.loop_block(self.b.func.ty(bounds.end), &carried, &types);
        self.frames.push(Frame {
            label: Some(label),
            breaks: block,
            continues: Some(block),
            carried: carried.clone(),
            types: types.clone(),
            result: Some((Val::UNIT, vec![])),
            closure: false,
        });
        let outer = self.enter_block(block);
        body(self, index)?;
        if !self.dead {
            let values = self.carried_values(&carried, &types);
            self.b.end(Terminator::Yield(values));
        }
        let frame = self.frames.pop().expect("the frame pushed above");
        self.leave_block(outer);
        self.restore(&carried, &saved);
        let Bounds { start, end, step, inclusive, reverse } = bounds;
        let op = Op::For { start, end, step, inclusive, reverse, init, body: block };
        self.finish_frame(frame, op, &Ty::UNIT)?;
        Ok(())
    }

    fn loop_block(
        &mut self,
        index: ValueType,
        carried: &[u32],
        types: &[ValueType],
    ) -> (IrBlock, Value) {
        let block = self.b.func.new_block();
        let index = self.b.add_param(block, index, None);
        let params: Vec<Value> =
            types.iter().map(|ty| self.b.add_param(block, *ty, None)).collect();
        self.set_carried(carried, &mut params.into_iter());
        (block, index)
    }
}

/// Whether a loop over a value of type `ty` gets references to change its items by.
pub(super) fn iterates_mutably(ty: &Ty) -> bool {
    match ty {
        Ty::RefMut(_) => true,
        Ty::Array(array) => array.access == Access::Mut,
        _ => false,
    }
}
