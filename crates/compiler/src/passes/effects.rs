//! Which memory a block may write, and what of it can be noticed from outside.

use crate::passes::definitions::Definitions;
use crate::passes::walk;
use mambo_ir::function::{Block, Function, Inst, Op, Terminator, Value};

/// What a view is a view of. Views of different roots do not overlap, except that
/// [`Root::Unknown`] may be any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Root {
    /// A parameter that is not written while the function runs, or a table.
    Frozen(Value),
    /// A parameter or an array made in the function.
    Known(Value),
    /// It came out of a call, or of an instruction that holds blocks.
    Unknown,
}

/// The root of a view.
pub(crate) fn root(func: &Function, definitions: &Definitions, mut view: Value) -> Root {
    loop {
        match definitions.op(func, view) {
            Some(Op::View { view: of, .. }) => view = *of,
            Some(Op::Table(_)) => return Root::Frozen(view),
            Some(Op::Alloc { .. } | Op::StackArray { .. }) => return Root::Known(view),
            Some(_) => return Root::Unknown,
            None if !func.params().contains(&view) => return Root::Unknown,
            None if func.view_type(view).mutable => return Root::Known(view),
            None => return Root::Frozen(view),
        }
    }
}

/// The memory that some instructions may write.
#[derive(Clone, Debug, Default)]
pub(crate) struct Written {
    roots: Vec<Value>,
    unknown: bool,
}

impl Written {
    /// What the instructions of a block and of the blocks in it may write.
    pub(crate) fn in_block(func: &Function, definitions: &Definitions, block: Block) -> Self {
        let mut written = Written::default();
        walk::each_inst(func, block, &mut |inst| written.add(func, definitions, inst));
        written
    }

    /// What one instruction may write, blocks not included.
    pub(crate) fn add(&mut self, func: &Function, definitions: &Definitions, inst: Inst) {
        match &func.inst(inst).op {
            Op::Store { view, .. } | Op::Free(view) => {
                self.add_root(root(func, definitions, *view))
            }
            Op::Call { args, .. } | Op::HostCall { args, .. } => {
                for &arg in args {
                    if func.ty(arg).as_view().is_some_and(|view| view.mutable) {
                        self.add_root(root(func, definitions, arg));
                    }
                }
            }
            Op::VectorLoop { args, plan, .. } => {
                for input in plan.stored() {
                    self.add_root(root(func, definitions, args[input as usize]));
                }
            }
            _ => {}
        }
    }

    fn add_root(&mut self, root: Root) {
        match root {
            Root::Known(view) => self.roots.push(view),
            Root::Unknown => self.unknown = true,
            Root::Frozen(_) => {}
        }
    }

    /// Whether elements of a view of this root may have been written.
    pub(crate) fn may_touch(&self, root: Root) -> bool {
        match root {
            Root::Frozen(_) => false,
            Root::Known(view) => self.unknown || self.roots.contains(&view),
            Root::Unknown => self.unknown || !self.roots.is_empty(),
        }
    }
}

/// Whether running the instruction, without the blocks it holds, can be noticed by more than
/// its results: it writes, frees, calls, or may panic.
pub(crate) fn is_observable(func: &Function, definitions: &Definitions, op: &Op) -> bool {
    match op {
        Op::Store { .. }
        | Op::Free(_)
        | Op::CheckIndex { .. }
        | Op::Assert { .. }
        | Op::Call { .. }
        | Op::HostCall { .. } => true,
        Op::VectorLoop { plan, .. } => !plan.stored().is_empty(),
        // A small array can always be had, so making one is not noticed.
        Op::Alloc { dims, .. } => {
            let size = dims
                .iter()
                .try_fold(1i128, |size, &dim| size.checked_mul(definitions.int(func, dim)?));
            size.is_none_or(|size| size > 1 << 16)
        }
        _ => false,
    }
}

/// Whether running the instruction with all it holds can be noticed by more than its results,
/// leaving an enclosing block or never ending included.
pub(crate) fn is_observable_whole(func: &Function, definitions: &Definitions, inst: Inst) -> bool {
    let op = &func.inst(inst).op;
    if is_observable(func, definitions, op) || matches!(op, Op::Loop { .. }) {
        return true;
    }
    let mut own = Vec::new();
    for block in op.blocks() {
        walk::each_block(func, block, &mut |inner| own.push(inner));
    }
    own.iter().any(|&block| {
        let leaves = match &func.block(block).end {
            Terminator::Yield(_) => false,
            Terminator::Break { target, .. } | Terminator::Continue { target, .. } => {
                !own.contains(target)
            }
            Terminator::Return(_) | Terminator::Panic { .. } | Terminator::Unreachable => true,
        };
        leaves
            || func.block(block).insts.iter().any(|&inner| {
                let op = &func.inst(inner).op;
                is_observable(func, definitions, op) || matches!(op, Op::Loop { .. })
            })
    })
}
