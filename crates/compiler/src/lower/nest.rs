//! Loops that lowering itself needs: over all indices of an array, with values handed along.

use super::value::Val;
use super::{Frame, Lower, Result};
use mambo_ir::function::{Op, Terminator, Value};

impl Lower<'_, '_> {
    /// Runs `body` for each index below `end`. Nothing is handed from turn to turn.
    pub(super) fn simple_loop(&mut self, end: Value, body: impl FnOnce(&mut Self, Value)) {
        let start = self.b.index(0);
        let block = self.b.func.new_block();
        let ty = self.b.func.ty(end);
        let index = self.b.add_param(block, ty, None);
        let outer = self.enter_block(block);
        body(self, index);
        self.b.end(Terminator::Yield(vec![]));
        self.leave_block(outer);
        let op = Op::For {
            start,
            end,
            step: 1,
            inclusive: false,
            reverse: false,
            init: vec![],
            body: block,
        };
        self.b.insert(op, &[]);
    }

    /// Runs `body` for each index of a box of these lengths, the last axis fastest, handing on
    /// the bindings `carried`.
    pub(super) fn index_nest(
        &mut self,
        dims: &[Value],
        carried: &[u32],
        body: &mut dyn FnMut(&mut Self, &[Value]) -> Result<()>,
    ) -> Result<()> {
        self.nest_level(dims, carried, &mut Vec::new(), body)
    }

    fn nest_level(
        &mut self,
        dims: &[Value],
        carried: &[u32],
        indices: &mut Vec<Value>,
        body: &mut dyn FnMut(&mut Self, &[Value]) -> Result<()>,
    ) -> Result<()> {
        let Some((len, rest)) = dims.split_first() else { return body(self, indices) };
        self.counted_loop(*len, carried.to_vec(), vec![], |lower, index, _| {
            indices.push(index);
            lower.nest_level(rest, carried, indices, body)?;
            indices.pop();
            Ok(vec![])
        })?;
        Ok(())
    }

    /// Runs `body` for `k` from 0 to `len`, handing on the bindings `carried` and the values
    /// `state`; the answer is the state at the end.
    pub(super) fn counted_loop(
        &mut self,
        len: Value,
        carried: Vec<u32>,
        state: Vec<Val>,
        body: impl FnOnce(&mut Self, Value, Vec<Val>) -> Result<Vec<Val>>,
    ) -> Result<Vec<Val>> {
        let types = self.carried_types(&carried);
        let saved = self.save(&carried);
        let mut init = Vec::new();
        state.iter().for_each(|value| value.leaves(&mut init));
        let state_types: Vec<_> = init.iter().map(|leaf| self.b.func.ty(*leaf)).collect();
        init.extend(self.carried_values(&carried, &types));
        let all_types: Vec<_> = state_types.iter().chain(&types).copied().collect();

        let block = self.b.func.new_block();
        let index = self.b.add_param(block, mambo_ir::Dtype::Usize.into(), None);
        let params: Vec<Value> =
            all_types.iter().map(|ty| self.b.add_param(block, *ty, None)).collect();
        let outer = self.enter_block(block);
        let mut params = params.into_iter();
        let inner = state.iter().map(|value| value.rebuild(&mut params)).collect();
        self.set_carried(&carried, &mut params);
        self.frames.push(Frame {
            label: None,
            breaks: block,
            continues: Some(block),
            carried: carried.clone(),
            types: types.clone(),
            result: None,
            closure: false,
        });
        let next = body(self, index, inner)?;
        self.frames.pop();
        if !self.dead {
            let mut values = Vec::new();
            for value in next {
                let value = self.loaded(value)?;
                value.leaves(&mut values);
            }
            let mut values: Vec<Value> =
                values.into_iter().zip(&state_types).map(|(v, ty)| self.coerce(v, *ty)).collect();
            values.extend(self.carried_values(&carried, &types));
            self.b.end(Terminator::Yield(values));
        }
        self.leave_block(outer);
        self.restore(&carried, &saved);
        let start = self.b.index(0);
        let op = Op::For {
            start,
            end: len,
            step: 1,
            inclusive: false,
            reverse: false,
            init,
            body: block,
        };
        let mut results = self.b.insert(op, &all_types).to_vec().into_iter();
        let state = state.iter().map(|value| value.rebuild(&mut results)).collect();
        self.set_carried(&carried, &mut results);
        Ok(state)
    }
}
