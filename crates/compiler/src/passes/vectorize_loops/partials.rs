//! Reductions of floats by a plain loop, with the bits of the vector loop: turn `t` goes to
//! partial result `t mod L`, and the partial results are combined as a tree. What else the loop
//! carries goes from turn to turn as ever.
//!
//! It runs where the vector loop did none of its turns although there are enough for one round
//! of the partial results, because the backend does not do such loops.

use super::Range;
use super::affine::Preheader;
use crate::passes::clone::Copy;
use crate::passes::definitions::Definitions;
use mambo_ir::function::{
    Binary, Block, Compare, Function, Inst, Op, Terminator, Value, ValueType, ViewType,
};
use mambo_ir::vector::Reduction;
use mambo_ir::{Dtype, Layout, Span};

/// What is needed to write the loop.
pub(super) struct PlainPartials<'a> {
    pub(super) range: &'a Range,
    /// The turns there are, and those that may be done.
    pub(super) total: Value,
    pub(super) count: Value,
    pub(super) partials: usize,
    /// What each value is that the loop carries, if it is a reduction.
    pub(super) reductions: Vec<Option<Reduction>>,
}

/// A reduction and its partial results.
#[derive(Clone, Copy)]
struct Partials {
    reduction: Reduction,
    array: Value,
}

impl PlainPartials<'_> {
    /// Appends the loop for the case that the vector loop did nothing; gives the turns done and
    /// the reductions of either.
    pub(super) fn otherwise(
        &self,
        func: &mut Function,
        of_vectors: Vec<Value>,
        span: Span,
        out: &mut Vec<Inst>,
    ) -> Vec<Value> {
        let mut definitions = Definitions::of(func);
        let types: Vec<ValueType> = of_vectors.iter().map(|&value| func.ty(value)).collect();
        let mut pre = Preheader { func, definitions: &mut definitions, insts: Vec::new(), span };
        let mask = pre.int(Dtype::Usize, -(self.partials as i64));
        let whole = pre.binary(Binary::And, self.count, mask);
        let undone = pre.insert(Op::Compare(Compare::Lt, of_vectors[0], whole), Dtype::Bool);
        let zero = pre.int(Dtype::Usize, 0);
        let nothing = pre.insert(Op::Compare(Compare::Eq, of_vectors[0], zero), Dtype::Bool);
        let cond = pre.insert(Op::Binary(Binary::And, undone, nothing), Dtype::Bool);
        out.append(&mut pre.insts);

        let results = self.plain(&mut pre, whole, zero);
        let insts = pre.insts;
        let (then, otherwise) = (func.new_block(), func.new_block());
        func.block_mut(then).insts = insts;
        let mut yielded = vec![whole];
        yielded.extend(results);
        func.block_mut(then).end = Terminator::Yield(yielded);
        func.block_mut(otherwise).end = Terminator::Yield(of_vectors);
        let either = func.new_inst(Op::If { cond, then, otherwise }, &types, span);
        out.push(either);
        func.inst(either).results.clone()
    }

    /// The loop over `whole` turns, and the tree.
    fn plain(&self, pre: &mut Preheader<'_>, whole: Value, zero: Value) -> Vec<Value> {
        let carried: Vec<Option<Partials>> = self
            .reductions
            .iter()
            .map(|reduction| {
                let reduction = (*reduction)?;
                let op = Op::StackArray { dims: vec![self.partials as u32] };
                let array = pre.insert(op, ValueType::View(array_type(reduction.dtype)));
                Some(Partials { reduction, array })
            })
            .collect();
        self.each_partial(pre, self.partials, |pre, at| {
            for &Partials { reduction, array } in carried.iter().flatten() {
                let neutral = pre.constant(reduction.neutral());
                store(pre, array, at, neutral);
            }
        });
        let mut others = self.turns(pre, &carried, whole, zero).into_iter();
        self.combine(pre, &carried);
        carried
            .iter()
            .zip(&self.range.init)
            .map(|(partials, &init)| match partials {
                Some(Partials { reduction, array }) => {
                    let total = load(pre, *array, zero, reduction.dtype);
                    pre.binary(reduction.op, init, total)
                }
                None => others.next().expect("the loop gives what else it carries"),
            })
            .collect()
    }

    /// The tree.
    fn combine(&self, pre: &mut Preheader<'_>, carried: &[Option<Partials>]) {
        let mut width = self.partials / 2;
        while width > 0 {
            self.each_partial(pre, width, |pre, at| {
                let half = pre.int(Dtype::Usize, width as i64);
                let upper = pre.binary(Binary::Add, at, half);
                for &Partials { reduction, array } in carried.iter().flatten() {
                    let own = load(pre, array, at, reduction.dtype);
                    let other = load(pre, array, upper, reduction.dtype);
                    let both = pre.binary(reduction.op, own, other);
                    store(pre, array, at, both);
                }
            });
            width /= 2;
        }
    }

    /// A loop over the first `count` partial results.
    fn each_partial(
        &self,
        pre: &mut Preheader<'_>,
        count: usize,
        write: impl FnOnce(&mut Preheader<'_>, Value),
    ) {
        let start = pre.int(Dtype::Usize, 0);
        let end = pre.int(Dtype::Usize, count as i64);
        let before = std::mem::take(&mut pre.insts);
        let body = pre.func.new_block();
        let index = pre.func.new_value(Dtype::Usize.into(), None);
        pre.func.block_mut(body).params = vec![index];
        write(pre, index);
        let insts = std::mem::replace(&mut pre.insts, before);
        pre.func.block_mut(body).insts = insts;
        pre.func.block_mut(body).end = Terminator::Yield(Vec::new());
        let (step, init) = (1, Vec::new());
        let op = Op::For { start, end, step, inclusive: false, reverse: false, init, body };
        let inst = pre.func.new_inst(op, &[], pre.span);
        pre.insts.push(inst);
    }

    /// The turns themselves, in order: the body, with partial results for its reductions. Gives
    /// what else it carries.
    fn turns(
        &self,
        pre: &mut Preheader<'_>,
        carried: &[Option<Partials>],
        whole: Value,
        zero: Value,
    ) -> Vec<Value> {
        let body = self.body(pre, carried);
        let others =
            carried.iter().zip(&self.range.init).filter(|(partials, _)| partials.is_none());
        let init: Vec<Value> = [zero].into_iter().chain(others.map(|(_, &init)| init)).collect();
        let types: Vec<ValueType> = init.iter().map(|&value| pre.func.ty(value)).collect();
        let op = super::first_turns(pre, self.range, self.total, whole, init, body);
        let inst = pre.func.new_inst(op, &types, pre.span);
        pre.insts.push(inst);
        pre.func.inst(inst).results[1..].to_vec()
    }

    fn body(&self, pre: &mut Preheader<'_>, carried: &[Option<Partials>]) -> Block {
        let before = std::mem::take(&mut pre.insts);
        let body = Copy::within().block(pre.func, self.range.body);
        let info = pre.func.block(body).clone();
        let turn = pre.func.new_value(Dtype::Usize.into(), None);
        let low = pre.int(Dtype::Usize, self.partials as i64 - 1);
        let at = pre.binary(Binary::And, turn, low);
        let (mut params, mut yielded) = (vec![info.params[0], turn], Vec::new());
        for (&param, partials) in info.params[1..].iter().zip(carried) {
            let Some(Partials { array, .. }) = *partials else {
                params.push(param);
                continue;
            };
            let op = Op::Load { view: array, indices: vec![at], part: 0 };
            let inst = pre.func.new_inst(op, &[], pre.span);
            pre.func.inst_mut(inst).results = vec![param];
            pre.insts.push(inst);
        }
        pre.insts.extend(&info.insts);
        for (&value, partials) in info.end.operands().iter().zip(carried) {
            match *partials {
                Some(Partials { array, .. }) => store(pre, array, at, value),
                None => yielded.push(value),
            }
        }
        let one = pre.int(Dtype::Usize, 1);
        let next = pre.binary(Binary::Add, turn, one);
        let insts = std::mem::replace(&mut pre.insts, before);
        let block = pre.func.block_mut(body);
        block.params = params;
        block.insts = insts;
        block.end = Terminator::Yield([next].into_iter().chain(yielded).collect());
        body
    }
}

fn array_type(dtype: Dtype) -> ViewType {
    ViewType { dtype, rank: 1, layout: Layout::C, mutable: true }
}

fn load(pre: &mut Preheader<'_>, array: Value, at: Value, dtype: Dtype) -> Value {
    pre.insert(Op::Load { view: array, indices: vec![at], part: 0 }, dtype)
}

fn store(pre: &mut Preheader<'_>, array: Value, at: Value, value: Value) {
    let op = Op::Store { view: array, indices: vec![at], part: 0, value };
    let inst = pre.func.new_inst(op, &[], pre.span);
    pre.insts.push(inst);
}
