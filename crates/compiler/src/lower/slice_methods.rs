//! Lowers the methods of slices that move, find or compare elements, each as std defines it.

use super::value::Val;
use super::{Lower, Result};
use crate::infer::ty::Ty;
use mambo_ir::function::{Binary, Compare, Unary, Value};
use mambo_ir::kernel::Expr;
use mambo_ir::{Dtype, SiteKind};

impl<'u> Lower<'_, 'u> {
    /// A method of a slice; `None` if it may be one of iterators.
    pub(super) fn slice_method(
        &mut self,
        receiver: &'u Expr,
        view: Value,
        name: &str,
        args: &'u [Expr],
    ) -> Result<Option<Val>> {
        let len = self.b.dim(view, 0);
        match (name, args) {
            ("contains", [value]) => {
                let value = self.expr(value)?;
                return self.contains(view, value).map(Some);
            }
            ("partition_point", [closure]) => {
                return self.partition_point(view, closure).map(Some);
            }
            ("reverse", []) => {
                let start = self.b.index(0);
                self.reverse(view, start, len);
            }
            ("rotate_left" | "rotate_right", [by]) => {
                let by = self.scalar_expr(by)?;
                let within = self.b.compare(Compare::Le, by, len);
                let left = name == "rotate_left";
                let by_name = if left { "mid" } else { "k" };
                self.assert_message(within, &format!("assertion failed: {by_name} <= self.len()"));
                let rest = self.b.binary(Binary::Sub, len, by);
                self.rotate(view, if left { by } else { rest });
            }
            ("copy_within", [range, to]) => {
                let (start, count) = self.range_of(len, receiver, range)?;
                let to = self.scalar_expr(to)?;
                self.copy_within(view, start, count, to);
            }
            _ => return Ok(None),
        }
        Ok(Some(Val::UNIT))
    }

    /// Panics as std does where `copy_from_slice` or `clone_from_slice` is of other lengths.
    pub(super) fn check_lengths(&mut self, method: &str, source: Value, target: Value) {
        let same = self.b.compare(Compare::Eq, source, target);
        if method == "clone_from_slice" {
            self.assert_message(same, "destination and source slices have different lengths");
            return;
        }
        let parts = [
            "copy_from_slice: source slice length (",
            ") does not match destination slice length (",
            ")",
        ];
        let parts = parts.map(String::from).to_vec();
        let holes = vec![(Dtype::Usize, String::new()); 2];
        self.assert(same, SiteKind::Message { parts, holes }, vec![source, target]);
    }

    fn contains(&mut self, view: Value, value: Val) -> Result<Val> {
        let len = self.b.dim(view, 0);
        self.scope(None, false, vec![], &Ty::BOOL, |lower| {
            let frame = lower.frames.len() - 1;
            lower.counted_loop(len, vec![], vec![], |lower, k, _| {
                let item = lower.load(view, &[k]);
                let same = lower.equal(&item, &value)?;
                let leave = |lower: &mut Self| {
                    let found = Val::Scalar(lower.b.constant(true));
                    lower.leave(frame, found, &Ty::BOOL)?;
                    Ok(Val::UNIT)
                };
                lower.branch(same, &[], &Ty::UNIT, leave, |_| Ok(Val::UNIT))?;
                Ok(vec![])
            })?;
            Ok(Val::Scalar(lower.b.constant(false)))
        })
    }

    /// The first element for which the closure is false, if all those after it are such: a
    /// search that asks of the same elements as std's, the half of the rest at each turn.
    fn partition_point(&mut self, view: Value, closure: &'u Expr) -> Result<Val> {
        let closure = self.closure_node(closure)?;
        let carried = self.carried_by_closures(&[closure]);
        let len = self.b.dim(view, 0);
        let (zero, one) = (self.b.index(0), self.b.index(1));
        let holds = |lower: &mut Self, at: Value| {
            let item = lower.load(view, &[at]);
            let holds = lower.call_closure(closure, vec![item])?;
            lower.scalar(holds)
        };
        let some = self.b.compare(Compare::Ne, len, zero);
        let search = |lower: &mut Self| {
            let below = lower.b.binary(Binary::Sub, len, one);
            let zeros = lower.b.unary(Unary::LeadingZeros, below);
            let bits = lower.b.constant(Dtype::Usize.bits());
            let turns = lower.b.binary(Binary::Sub, bits, zeros);
            let turns = lower.cast(turns, Dtype::Usize);
            let state = vec![Val::Scalar(zero), Val::Scalar(len)];
            let end = lower.counted_loop(turns, carried.clone(), state, |lower, _, state| {
                let base = lower.scalar(state[0].clone())?;
                let size = lower.scalar(state[1].clone())?;
                let half = lower.b.binary(Binary::Shr, size, one);
                let middle = lower.b.binary(Binary::Add, base, half);
                let holds = holds(lower, middle)?;
                let base = lower.b.select(holds, middle, base);
                let size = lower.b.binary(Binary::Sub, size, half);
                Ok(vec![Val::Scalar(base), Val::Scalar(size)])
            })?;
            let base = lower.scalar(end[0].clone())?;
            let holds = holds(lower, base)?;
            let next = lower.b.binary(Binary::Add, base, one);
            Ok(Val::Scalar(lower.b.select(holds, next, base)))
        };
        self.branch(some, &carried, &Ty::USIZE, search, |_| Ok(Val::Scalar(zero)))
    }

    /// Reverses `len` elements from `start` on.
    fn reverse(&mut self, view: Value, start: Value, len: Value) {
        let (one, two) = (self.b.index(1), self.b.index(2));
        let half = self.b.binary(Binary::Div, len, two);
        let end = self.b.binary(Binary::Add, start, len);
        let last = self.b.binary(Binary::Sub, end, one);
        self.simple_loop(half, |lower, k| {
            let left = lower.b.binary(Binary::Add, start, k);
            let right = lower.b.binary(Binary::Sub, last, k);
            for part in lower.parts_of(view) {
                let a = lower.b.load_part(view, &[left], part);
                let b = lower.b.load_part(view, &[right], part);
                lower.b.store_part(view, &[left], part, b);
                lower.b.store_part(view, &[right], part, a);
            }
        });
    }

    /// The scalars of an element.
    fn parts_of(&self, view: Value) -> std::ops::Range<u8> {
        0..self.b.func.view_type(view).dtype.parts()
    }

    /// Moves the first `middle` elements behind the others: both parts reversed, and then the
    /// whole. Bentley, Programming Pearls, column 2.
    fn rotate(&mut self, view: Value, middle: Value) {
        let (zero, len) = (self.b.index(0), self.b.dim(view, 0));
        let rest = self.b.binary(Binary::Sub, len, middle);
        self.reverse(view, zero, middle);
        self.reverse(view, middle, rest);
        self.reverse(view, zero, len);
    }

    /// Copies `count` elements from `start` to `to`, the last first where it would be
    /// overwritten before.
    fn copy_within(&mut self, view: Value, start: Value, count: Value, to: Value) {
        let len = self.b.dim(view, 0);
        let room = self.b.binary(Binary::Sub, len, count);
        let within = self.b.compare(Compare::Le, to, room);
        self.assert_message(within, "dest is out of bounds");
        let one = self.b.index(1);
        let last = self.b.binary(Binary::Sub, count, one);
        let backwards = self.b.compare(Compare::Gt, to, start);
        self.simple_loop(count, |lower, k| {
            let from_end = lower.b.binary(Binary::Sub, last, k);
            let k = lower.b.select(backwards, from_end, k);
            let source = lower.b.binary(Binary::Add, start, k);
            let target = lower.b.binary(Binary::Add, to, k);
            for part in lower.parts_of(view) {
                let item = lower.b.load_part(view, &[source], part);
                lower.b.store_part(view, &[target], part, item);
            }
        });
    }
}
