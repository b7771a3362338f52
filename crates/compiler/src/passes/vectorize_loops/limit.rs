//! Checks of indices that are made once, before the loop: they limit how many turns it does.

use super::affine::Coefficient;
use super::body::{BodyPlanner, Shape};
use mambo_ir::Dtype;
use mambo_ir::function::{Binary, Compare, Op, Value};

impl BodyPlanner<'_> {
    /// Keeps the number of turns below that of the first that a check of a line fails in, if
    /// that can be known before the loop.
    pub(super) fn limit(&mut self, index: Value, len: Value) -> bool {
        let (Some(line), Some(Shape::Uniform(len))) = (self.as_line(index), self.shape(len)) else {
            return false;
        };
        let Coefficient::Const(step) = line.step else { return false };
        if line.moves_inside() {
            return false;
        }
        if line.dtype != Dtype::Usize || step == i64::MIN {
            return false;
        }
        if self.limits.contains(&(line, len)) {
            return true;
        }
        self.limits.push((line, len));
        let pre = &mut self.pre;
        let first = pre.first(line, Dtype::Usize);
        let inside = pre.insert(Op::Compare(Compare::Lt, first, len), Dtype::Bool);
        let one = pre.int(Dtype::Usize, 1);
        // How far it can go up or down.
        let room = if step > 0 {
            let last = pre.binary(Binary::Sub, len, one);
            pre.binary(Binary::Sub, last, first)
        } else {
            first
        };
        let turns = match step.unsigned_abs() {
            0 => pre.int(Dtype::Usize, -1),
            1 => pre.binary(Binary::SaturatingAdd, room, one),
            by => {
                let by = pre.int(Dtype::Usize, by as i64);
                let steps = pre.binary(Binary::Div, room, by);
                pre.binary(Binary::Add, steps, one)
            }
        };
        let zero = pre.int(Dtype::Usize, 0);
        let turns = pre.insert(Op::Select(inside, turns, zero), Dtype::Usize);
        self.count = pre.binary(Binary::Min, self.count, turns);
        self.report.hoisted_checks += 1;
        true
    }

    /// Lets the loop do no turns unless a value from before it is true.
    pub(super) fn only_if(&mut self, holds: Value) {
        let zero = self.pre.int(Dtype::Usize, 0);
        self.count = self.pre.insert(Op::Select(holds, self.count, zero), Dtype::Usize);
    }
}
