//! Walks over the tree of blocks.

use mambo_ir::function::{Block, Function, Inst, Terminator, Value};

/// Calls `visit` for every instruction of `block` and of the blocks in it, top to bottom.
pub(crate) fn each_inst(func: &Function, block: Block, visit: &mut dyn FnMut(Inst)) {
    for &inst in &func.block(block).insts {
        visit(inst);
        for inner in func.inst(inst).op.blocks() {
            each_inst(func, inner, visit);
        }
    }
}

/// Calls `visit` for `block` and every block in it, outer ones first.
pub(crate) fn each_block(func: &Function, block: Block, visit: &mut dyn FnMut(Block)) {
    visit(block);
    for &inst in &func.block(block).insts {
        for inner in func.inst(inst).op.blocks() {
            each_block(func, inner, visit);
        }
    }
}

/// The blocks of [`each_block`], in its order.
pub(crate) fn blocks_in(func: &Function, block: Block) -> Vec<Block> {
    let mut blocks = Vec::new();
    each_block(func, block, &mut |inner| blocks.push(inner));
    blocks
}

/// How many instructions `block` and the blocks in it hold.
pub(crate) fn size(func: &Function, block: Block) -> usize {
    let mut count = 0;
    each_inst(func, block, &mut |_| count += 1);
    count
}

/// Whether a terminator in `body` leaves it by `break`.
pub(crate) fn has_break(func: &Function, body: Block) -> bool {
    any_end(func, body, &|end| matches!(end, Terminator::Break { target, .. } if *target == body))
}

/// Whether a terminator in `body` starts its next turn by `continue`.
pub(crate) fn has_continue(func: &Function, body: Block) -> bool {
    any_end(
        func,
        body,
        &|end| matches!(end, Terminator::Continue { target, .. } if *target == body),
    )
}

/// Whether `block`, or a block in it, ends in a way that satisfies `test`.
pub(crate) fn any_end(func: &Function, block: Block, test: &dyn Fn(&Terminator) -> bool) -> bool {
    let mut found = false;
    each_block(func, block, &mut |inner| found |= test(&func.block(inner).end));
    found
}

/// Whether an instruction or a terminator of `block`, or of a block in it, uses a value.
pub(crate) fn is_used(func: &Function, block: Block, value: Value) -> bool {
    let mut used = false;
    each_block(func, block, &mut |block| {
        let info = func.block(block);
        used |= info.end.operands().contains(&value);
        for &inst in &info.insts {
            func.inst(inst).op.for_each_operand(|operand| used |= operand == value);
        }
    });
    used
}

/// Makes every `break` and `continue` of `from` a `break` of `to`, in `block` and the blocks
/// in it.
pub(crate) fn break_to(func: &mut Function, block: Block, from: Block, to: Block) {
    for inner in blocks_in(func, block) {
        let end = &mut func.block_mut(inner).end;
        match end {
            Terminator::Break { target, .. } if *target == from => *target = to,
            Terminator::Continue { target, values } if *target == from => {
                *end = Terminator::Break { target: to, values: std::mem::take(values) };
            }
            _ => {}
        }
    }
}
