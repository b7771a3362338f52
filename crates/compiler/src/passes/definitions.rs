//! Which instruction defines a value.

use mambo_ir::Const;
use mambo_ir::function::{Function, Inst, Op, Value};

/// The defining instruction of each value; parameters of blocks have none.
#[derive(Debug)]
pub(crate) struct Definitions {
    insts: Vec<Option<Inst>>,
}

impl Definitions {
    /// Those of a whole function.
    pub(crate) fn of(func: &Function) -> Self {
        let mut insts = vec![None; func.values.len()];
        for (number, info) in func.insts.iter().enumerate() {
            for result in &info.results {
                insts[result.index()] = Some(Inst(number as u32));
            }
        }
        Definitions { insts }
    }

    /// Takes up the results of an instruction made later.
    pub(crate) fn record(&mut self, func: &Function, inst: Inst) {
        self.insts.resize(func.values.len(), None);
        for result in &func.inst(inst).results {
            self.insts[result.index()] = Some(inst);
        }
    }

    /// The instruction that defines `value`.
    pub(crate) fn inst(&self, value: Value) -> Option<Inst> {
        self.insts.get(value.index()).copied().flatten()
    }

    /// What defines `value`.
    pub(crate) fn op<'f>(&self, func: &'f Function, value: Value) -> Option<&'f Op> {
        self.inst(value).map(|inst| &func.inst(inst).op)
    }

    /// The constant that `value` is.
    pub(crate) fn constant(&self, func: &Function, value: Value) -> Option<Const> {
        match self.op(func, value) {
            Some(Op::Const(constant)) => Some(*constant),
            _ => None,
        }
    }

    /// The constant integer of at most 64 bits that `value` is.
    pub(crate) fn int(&self, func: &Function, value: Value) -> Option<i128> {
        let constant = self.constant(func, value)?;
        if constant.dtype().is_int128() { None } else { constant.as_int() }
    }
}

/// Whether an instruction may be moved to where it would not have run, merged or dropped: it
/// is pure, or a division by a constant that cannot fail.
pub(crate) fn is_movable(func: &Function, definitions: &Definitions, op: &Op) -> bool {
    use mambo_ir::function::Binary::{Div, Rem};
    if op.is_pure(|value| func.ty(value)) {
        return true;
    }
    match op {
        Op::Binary(Div | Rem, _, by) => {
            definitions.int(func, *by).is_some_and(|by| by != 0 && by != -1)
        }
        _ => false,
    }
}
