//! Merges instructions that compute what an instruction above them computed already.
//!
//! Pure instructions are merged where one dominates the other. A load is replaced by an
//! earlier load or store of the same element when nothing in between can have written it.
//! A bounds check or assertion of the same operands as an earlier one is dropped: the earlier
//! one would have panicked. Within the arms of an `if` its condition is known.

use crate::passes::definitions::{Definitions, is_movable};
use crate::passes::effects::{Root, Written, root};
use crate::passes::substitution::Substitution;
use mambo_ir::Dtype;
use mambo_ir::function::{Binary, Block, Function, Inst, Op, SiteId, Terminator, Value, ValueType};
use rustc_hash::FxHashMap;
use std::collections::hash_map::Entry;
use std::rc::Rc;

/// Merges equal instructions; see the head of the file.
pub fn merge_common_subexpressions(func: &mut Function) {
    let definitions = Definitions::of(func);
    let entry = func.entry;
    let mut merger = Merger {
        func,
        definitions,
        replaced: Substitution::default(),
        seen: FxHashMap::default(),
        trail: Vec::new(),
        elements: Vec::new(),
        decided: FxHashMap::default(),
        conditions: Vec::new(),
    };
    merger.block(entry);
}

/// An instruction as what it computes: the operation with its final operands, and the type.
type Key = (Op, Option<ValueType>);

/// A scalar of an element whose value in memory is known.
#[derive(Clone, Debug)]
struct Element {
    root: Root,
    view: Value,
    indices: Rc<[Value]>,
    part: u8,
    value: Value,
}

struct Merger<'a> {
    func: &'a mut Function,
    definitions: Definitions,
    replaced: Substitution,
    /// What was computed in the enclosing blocks so far; `None` for checks.
    seen: FxHashMap<Key, Option<Value>>,
    /// Keys in the order they were added, to take them back at the end of a block.
    trail: Vec<Key>,
    elements: Vec<Element>,
    /// Conditions that hold, or do not, at the start of a block.
    decided: FxHashMap<Block, (Value, bool)>,
    /// Conditions that hold, or do not, here.
    conditions: Vec<(Value, bool)>,
}

impl Merger<'_> {
    fn block(&mut self, block: Block) {
        let mark = self.trail.len();
        let conditions = self.conditions.len();
        self.conditions.extend(self.decided.get(&block));
        let insts = std::mem::take(&mut self.func.block_mut(block).insts);
        let mut out = Vec::with_capacity(insts.len());
        for inst in insts {
            self.replaced.apply(self.func, inst);
            self.decide(inst, &mut out);
            if self.inst(inst) {
                out.push(inst);
            }
        }
        self.func.block_mut(block).insts = out;
        self.replaced.apply_end(&mut self.func.block_mut(block).end);
        self.conditions.truncate(conditions);
        for key in self.trail.drain(mark..) {
            self.seen.remove(&key);
        }
    }

    /// Replaces the condition of an `if`, assertion or `select` that is known here.
    fn decide(&mut self, inst: Inst, out: &mut Vec<Inst>) {
        let info = self.func.inst(inst);
        let (Op::If { cond, .. } | Op::Assert { cond, .. } | Op::Select(cond, ..)) = info.op else {
            return;
        };
        let Some(&(_, holds)) = self.conditions.iter().find(|known| known.0 == cond) else {
            return;
        };
        let constant =
            self.func.new_inst(Op::Const(holds.into()), &[Dtype::Bool.into()], info.span);
        self.definitions.record(self.func, constant);
        out.push(constant);
        let constant = self.func.inst(constant).results[0];
        let (Op::If { cond, .. } | Op::Assert { cond, .. } | Op::Select(cond, ..)) =
            &mut self.func.inst_mut(inst).op
        else {
            return;
        };
        *cond = constant;
    }

    /// Whether the instruction is still needed.
    fn inst(&mut self, inst: Inst) -> bool {
        let op = &self.func.inst(inst).op;
        match op {
            Op::CheckIndex { index, len, .. } => {
                let key = Op::CheckIndex { index: *index, len: *len, site: SiteId(0) };
                self.first(key)
            }
            Op::Assert { cond, .. } => {
                self.conditions.push((*cond, true));
                let key = Op::Assert { cond: *cond, site: SiteId(0), operands: Vec::new() };
                self.first(key)
            }
            Op::Load { view, indices, part } => {
                let (view, indices, part) = (*view, indices.as_slice().into(), *part);
                self.load(inst, view, indices, part)
            }
            Op::Store { view, indices, part, value } => {
                let (view, part, value) = (*view, *part, *value);
                let indices = indices.as_slice().into();
                self.forget(inst);
                let root = root(self.func, &self.definitions, view);
                self.elements.push(Element { root, view, indices, part, value });
                true
            }
            Op::If { cond, then, otherwise } => {
                let (cond, then, otherwise) = (*cond, *then, *otherwise);
                self.decided.insert(then, (cond, true));
                self.decided.insert(otherwise, (cond, false));
                self.arms(&[then, otherwise], true);
                true
            }
            Op::Scope { body } => {
                let body = *body;
                self.arms(&[body], false);
                true
            }
            Op::For { body, .. } | Op::Loop { body, .. } => {
                let body = *body;
                // What a later turn writes is not known at the start of the body.
                let written = Written::in_block(self.func, &self.definitions, body);
                self.elements.retain(|element| !written.may_touch(element.root));
                self.arms(&[body], false);
                true
            }
            Op::Call { .. } | Op::HostCall { .. } | Op::Free(_) | Op::VectorLoop { .. } => {
                self.forget(inst);
                true
            }
            op if is_movable(self.func, &self.definitions, op) => self.movable(inst),
            _ => true,
        }
    }

    /// Whether `key` was not met yet in the enclosing blocks.
    fn first(&mut self, key: Op) -> bool {
        match self.seen.entry((key, None)) {
            Entry::Occupied(_) => false,
            Entry::Vacant(new) => {
                self.trail.push(new.key().clone());
                new.insert(None);
                true
            }
        }
    }

    fn movable(&mut self, inst: Inst) -> bool {
        let info = self.func.inst(inst);
        let [result] = info.results[..] else { return true };
        let key = (self.ordered(info.op.clone()), Some(self.func.ty(result)));
        match self.seen.entry(key) {
            Entry::Occupied(known) => {
                let value = known.get().expect("a check has no result");
                self.replaced.replace(result, value);
                false
            }
            Entry::Vacant(new) => {
                self.trail.push(new.key().clone());
                new.insert(Some(result));
                true
            }
        }
    }

    /// The operands of a commutative integer operation in the order of their numbers. Floats
    /// keep theirs: which of two NaNs comes out depends on it.
    fn ordered(&self, op: Op) -> Op {
        match op {
            Op::Binary(
                kind @ (Binary::Add
                | Binary::Mul
                | Binary::And
                | Binary::Or
                | Binary::Xor
                | Binary::Min
                | Binary::Max),
                a,
                b,
            ) if b < a && !self.func.dtype(a).is_float() => Op::Binary(kind, b, a),
            op => op,
        }
    }

    fn load(&mut self, inst: Inst, view: Value, indices: Rc<[Value]>, part: u8) -> bool {
        let result = self.func.inst(inst).results[0];
        let known = self
            .elements
            .iter()
            .find(|known| known.view == view && known.indices == indices && known.part == part);
        if let Some(known) = known {
            let value = known.value;
            self.replaced.replace(result, value);
            return false;
        }
        let root = root(self.func, &self.definitions, view);
        self.elements.push(Element { root, view, indices, part, value: result });
        true
    }

    /// Forgets the elements that an instruction may write.
    fn forget(&mut self, inst: Inst) {
        let mut written = Written::default();
        written.add(self.func, &self.definitions, inst);
        self.elements.retain(|element| !written.may_touch(element.root));
    }

    /// Walks blocks that begin with what is known here, and keeps what none of them changes.
    ///
    /// `leave` says that only a `yield` of such a block leads to what follows.
    fn arms(&mut self, blocks: &[Block], leave: bool) {
        let before = self.elements.clone();
        let mut after = before.clone();
        for &block in blocks {
            self.elements.clone_from(&before);
            self.block(block);
            if leave && !matches!(self.func.block(block).end, Terminator::Yield(_)) {
                continue;
            }
            let written = Written::in_block(self.func, &self.definitions, block);
            after.retain(|element| !written.may_touch(element.root));
        }
        self.elements = after;
    }
}
