//! A map from values to the values that took their place.

use mambo_ir::function::{Function, Inst, Terminator, Value};

/// Replacements found so far. A pass that walks a function from top to bottom maps the
/// operands of each instruction before it looks at it, and so never meets a replaced value.
#[derive(Debug, Default)]
pub(crate) struct Substitution {
    map: Vec<Option<Value>>,
}

impl Substitution {
    /// From here on `with` stands for `value`.
    pub(crate) fn replace(&mut self, value: Value, with: Value) {
        let with = self.resolve(with);
        debug_assert_ne!(value, with, "a value cannot take its own place");
        if self.map.len() <= value.index() {
            self.map.resize(value.index() + 1, None);
        }
        self.map[value.index()] = Some(with);
    }

    /// As [`Self::replace`] for values in pairs.
    pub(crate) fn replace_all(&mut self, values: &[Value], with: &[Value]) {
        for (&value, &with) in values.iter().zip(with) {
            self.replace(value, with);
        }
    }

    /// What stands for `value`: itself, unless it was replaced.
    pub(crate) fn resolve(&self, mut value: Value) -> Value {
        while let Some(Some(next)) = self.map.get(value.index()) {
            value = *next;
        }
        value
    }

    /// Maps the operands of an instruction, blocks not included.
    pub(crate) fn apply(&self, func: &mut Function, inst: Inst) {
        func.inst_mut(inst).op.map_operands(|value| self.resolve(value));
    }

    /// Maps the operands of a terminator.
    pub(crate) fn apply_end(&self, end: &mut Terminator) {
        for value in end.operands_mut() {
            *value = self.resolve(*value);
        }
    }

    /// Maps every operand of a function.
    pub(crate) fn apply_everywhere(&self, func: &mut Function) {
        if self.map.is_empty() {
            return;
        }
        for info in &mut func.insts {
            info.op.map_operands(|value| self.resolve(value));
        }
        for block in &mut func.blocks {
            self.apply_end(&mut block.end);
        }
    }
}
