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
use mambo_ir::function::{Binary, Block, Function, Inst, Op, Terminator, Value, ValueType};
use rustc_hash::{FxBuildHasher, FxHashMap};
use std::hash::BuildHasher;
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

/// The hash of what an instruction computes: the operation with its final operands, and the
/// type.
type Key = u64;

/// What an instruction computes or checks.
#[derive(PartialEq, Eq, Hash)]
enum Computed<'a> {
    Value(&'a Op, ValueType),
    /// An operation whose operands may be swapped, in the order of their numbers.
    Either(Binary, Value, Value),
    /// That an index is less than a length.
    Index(Value, Value),
    /// That a condition holds.
    Holds(Value),
}

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
    /// What was computed and checked in the enclosing blocks so far. Of those with one hash only
    /// the first is known.
    seen: FxHashMap<Key, Inst>,
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
            Op::CheckIndex { .. } => self.known(inst).is_none(),
            Op::Assert { cond, .. } => {
                self.conditions.push((*cond, true));
                self.known(inst).is_none()
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

    fn movable(&mut self, inst: Inst) -> bool {
        let [result] = self.func.inst(inst).results[..] else { return true };
        let Some(known) = self.known(inst) else { return true };
        self.replaced.replace(result, self.func.inst(known).results[0]);
        false
    }

    /// The instruction of the enclosing blocks that did the same; if there is none, this one is
    /// noted.
    fn known(&mut self, inst: Inst) -> Option<Inst> {
        let computed = self.computed(inst);
        let key = FxBuildHasher.hash_one(&computed);
        match self.seen.get(&key) {
            Some(&known) => Some(known).filter(|&known| self.computed(known) == computed),
            None => {
                self.trail.push(key);
                self.seen.insert(key, inst);
                None
            }
        }
    }

    /// What an instruction computes or checks, wherever it stands.
    fn computed(&self, inst: Inst) -> Computed<'_> {
        let info = self.func.inst(inst);
        match info.op {
            Op::CheckIndex { index, len, .. } => Computed::Index(index, len),
            Op::Assert { cond, .. } => Computed::Holds(cond),
            // Floats keep their order: which of two NaNs comes out depends on it.
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
            ) if !self.func.dtype(a).is_float() => Computed::Either(kind, a.min(b), a.max(b)),
            ref op => Computed::Value(op, self.func.ty(info.results[0])),
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
