//! How often a `for` loop runs.

use crate::passes::definitions::Definitions;
use mambo_ir::function::{Function, Op};

/// The constant range of a `for` loop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turns {
    first: i128,
    step: i128,
    /// How many turns there are.
    pub(crate) count: i128,
    reverse: bool,
}

impl Turns {
    /// Those of a `for` loop between constants.
    pub(crate) fn of(func: &Function, definitions: &Definitions, op: &Op) -> Option<Self> {
        let Op::For { start, end, step, inclusive, reverse, .. } = op else { return None };
        let reverse = *reverse;
        let step = i128::from(*step);
        if start == end && !inclusive {
            return Some(Turns { first: 0, step, count: 0, reverse });
        }
        let first = definitions.int(func, *start)?;
        let end = definitions.int(func, *end)? + i128::from(*inclusive);
        let count = if end <= first { 0 } else { (end - first - 1) / step + 1 };
        Some(Turns { first, step, count, reverse })
    }

    /// The index in the turn of this number, from 0.
    pub(crate) fn index(&self, turn: i128) -> i128 {
        let number = if self.reverse { self.count - 1 - turn } else { turn };
        self.first + number * self.step
    }
}
