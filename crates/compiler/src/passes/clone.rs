//! Copies of blocks with all they hold, within a function or from one into another.

use mambo_ir::function::{Block, Function, Inst, Op, Terminator, Value};
use rustc_hash::FxHashMap;

/// What in the copy stands for what in the original. Values and blocks that are not in the
/// map stand for themselves.
#[derive(Debug, Default)]
pub(crate) struct Copy<'s> {
    /// The function copied from; the function copied into, if not given.
    source: Option<&'s Function>,
    values: FxHashMap<Value, Value>,
    blocks: FxHashMap<Block, Block>,
}

impl<'s> Copy<'s> {
    /// A copy within a function.
    pub(crate) fn within() -> Self {
        Copy::default()
    }

    /// A copy from another function.
    pub(crate) fn from(source: &'s Function) -> Self {
        Copy { source: Some(source), ..Copy::default() }
    }

    /// In the copy, `with` stands for `value`.
    pub(crate) fn map(&mut self, value: Value, with: Value) {
        self.values.insert(value, with);
    }

    /// In the copy, `with` stands for `block` as the target of a `break` or `continue`.
    pub(crate) fn map_block(&mut self, block: Block, with: Block) {
        self.blocks.insert(block, with);
    }

    /// What stands for `value`.
    pub(crate) fn value(&self, value: Value) -> Value {
        self.values.get(&value).copied().unwrap_or(value)
    }

    /// What stands for a terminator.
    pub(crate) fn end(&self, mut end: Terminator) -> Terminator {
        for value in end.operands_mut() {
            *value = self.value(*value);
        }
        if let Terminator::Break { target, .. } | Terminator::Continue { target, .. } = &mut end {
            *target = self.blocks.get(target).copied().unwrap_or(*target);
        }
        end
    }

    /// Copies a block, its parameters and all it holds.
    pub(crate) fn block(&mut self, into: &mut Function, block: Block) -> Block {
        let copy = into.new_block();
        self.blocks.insert(block, copy);
        let info = self.source.unwrap_or(into).block(block).clone();
        let params = info.params.iter().map(|&param| self.fresh(into, param)).collect();
        into.block_mut(copy).params = params;
        let insts = info.insts.iter().map(|&inst| self.inst(into, inst)).collect();
        into.block_mut(copy).insts = insts;
        into.block_mut(copy).end = self.end(info.end);
        copy
    }

    /// Copies an instruction with all it holds.
    pub(crate) fn inst(&mut self, into: &mut Function, inst: Inst) -> Inst {
        let mut info = self.source.unwrap_or(into).inst(inst).clone();
        info.op.map_operands(|value| self.value(value));
        let blocks: Vec<Block> = info.op.blocks().map(|block| self.block(into, block)).collect();
        set_blocks(&mut info.op, &blocks);
        for result in &mut info.results {
            *result = self.fresh(into, *result);
        }
        let copy = Inst(into.insts.len() as u32);
        into.insts.push(info);
        copy
    }

    fn fresh(&mut self, into: &mut Function, value: Value) -> Value {
        let info = self.source.unwrap_or(into).values[value.index()].clone();
        let copy = into.new_value(info.ty, info.name);
        self.values.insert(value, copy);
        copy
    }
}

/// Gives an instruction other blocks, in the order of [`Op::blocks`].
fn set_blocks(op: &mut Op, blocks: &[Block]) {
    match (op, blocks) {
        (Op::If { then, otherwise, .. }, &[first, second]) => {
            *then = first;
            *otherwise = second;
        }
        (Op::For { body, .. } | Op::Loop { body, .. } | Op::Scope { body }, &[block]) => {
            *body = block;
        }
        _ => {}
    }
}
