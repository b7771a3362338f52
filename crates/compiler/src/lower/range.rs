//! Lowers ranges that are iterated by number: how many integers they have, and which is the
//! one of a number.

use super::value::{RangeVal, Val};
use super::{Lower, Result};
use mambo_ir::function::{Binary, Compare, Value};
use mambo_ir::{Const, Dtype};

impl Lower<'_, '_> {
    /// How many items a range has, at most the greatest `usize`: nobody sees the end of more.
    pub(super) fn range_len(&mut self, range: RangeVal, step: u64) -> Result<Value> {
        let Some(start) = range.start else {
            return self.error(self.span, "this range needs a start");
        };
        // A range without end wraps as `+` does.
        let Some(end) = range.end else { return Ok(self.b.index(usize::MAX)) };
        let compare = if range.inclusive { Compare::Le } else { Compare::Lt };
        let some = self.b.compare(compare, start, end);
        let len = if range.dtype.is_int128() {
            let last = self.last_number(range, start, end, step);
            let most = self.b.constant(Const::int(Dtype::U128, i128::from(u64::MAX) - 1));
            let last = self.b.binary(Binary::Min, last, most);
            let last = self.b.cast(last, Dtype::Usize);
            let one = self.b.index(1);
            self.b.binary(Binary::Add, last, one)
        } else {
            self.short_len(range, start, end, step)
        };
        let zero = self.b.index(0);
        Ok(self.b.select(some, len, zero))
    }

    /// The length of a range of at most 64 bits, if it is not empty.
    fn short_len(&mut self, range: RangeVal, start: Value, end: Value, step: u64) -> Value {
        let (a, b) = (self.b.cast(start, Dtype::Usize), self.b.cast(end, Dtype::Usize));
        let span = self.b.binary(Binary::Sub, b, a);
        let by = self.b.index(step as usize);
        match (range.inclusive, step) {
            (false, 1) => span,
            (false, _) => self.quotient_up(span, by),
            (true, _) => {
                let last = if step == 1 { span } else { self.b.binary(Binary::Div, span, by) };
                let one = self.b.index(1);
                self.b.binary(Binary::SaturatingAdd, last, one)
            }
        }
    }

    /// The number of the last item, from 0, of a range of 128-bit integers that is not empty.
    fn last_number(&mut self, range: RangeVal, start: Value, end: Value, step: u64) -> Value {
        let span = self.b.binary(Binary::Sub, end, start);
        let mut span = self.b.cast(span, Dtype::U128);
        if !range.inclusive {
            let one = self.b.constant(Const::one(Dtype::U128));
            span = self.b.binary(Binary::Sub, span, one);
        }
        let by = self.b.constant(Const::from_bits(Dtype::U128, step.into()));
        if step == 1 { span } else { self.b.binary(Binary::Div, span, by) }
    }

    /// The item number `index`, which is below the length.
    pub(super) fn range_item(
        &mut self,
        range: RangeVal,
        step: u64,
        reverse: bool,
        index: Value,
    ) -> Result<Val> {
        let Some(start) = range.start else {
            return self.error(self.span, "this range needs a start");
        };
        let number = match (reverse, range.end) {
            (true, Some(end)) if range.dtype.is_int128() => {
                let last = self.last_number(range, start, end, step);
                let last = self.b.cast(last, range.dtype);
                let index = self.b.cast(index, range.dtype);
                self.b.binary(Binary::Sub, last, index)
            }
            (true, _) => {
                let len = self.range_len(range, step)?;
                let one = self.b.index(1);
                let last = self.b.binary(Binary::Sub, len, one);
                self.b.binary(Binary::Sub, last, index)
            }
            (false, _) => index,
        };
        let number = self.b.cast(number, range.dtype);
        let offset = if step == 1 {
            number
        } else {
            let step = self.b.constant(Const::int(range.dtype, i128::from(step)));
            self.b.binary(Binary::Mul, number, step)
        };
        Ok(Val::Scalar(self.b.binary(Binary::Add, start, offset)))
    }
}
