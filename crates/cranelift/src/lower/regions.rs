//! Which views may overlap: those that control flow hands to one another, and parts of one
//! array.
//!
//! Cranelift takes accesses to different alias regions for independent, and those without a
//! region for independent of all that have one. So every view has a region, and views that
//! may be of the same array have the same.

use mambo_ir::function::{Block, Function, Inst, Op, Terminator, Value};
use rustc_hash::FxHashMap;

/// The class of each value: views of different classes never overlap.
pub(super) fn classes(func: &Function) -> Vec<u32> {
    let parents = (0..func.values.len() as u32).collect();
    let mut classes = Classes { func, parents, holders: FxHashMap::default() };
    // Arguments that cannot be written through may be of one array.
    let shared = |value: &&Value| func.ty(**value).as_view().is_some_and(|view| !view.mutable);
    let mut shared = func.params().iter().filter(shared);
    if let Some(first) = shared.next() {
        shared.for_each(|other| classes.join(*first, *other));
    }
    classes.block(func.entry);
    (0..func.values.len() as u32).map(|value| classes.find(value)).collect()
}

struct Classes<'a> {
    func: &'a Function,
    /// Towards the one value that stands for the class.
    parents: Vec<u32>,
    /// The instruction that holds each block.
    holders: FxHashMap<Block, Inst>,
}

impl Classes<'_> {
    fn find(&mut self, mut value: u32) -> u32 {
        while self.parents[value as usize] != value {
            let parent = self.parents[value as usize];
            self.parents[value as usize] = self.parents[parent as usize];
            value = parent;
        }
        value
    }

    fn join(&mut self, a: Value, b: Value) {
        if self.func.ty(a).as_view().is_some() {
            let (a, b) = (self.find(a.0), self.find(b.0));
            self.parents[a as usize] = b;
        }
    }

    fn join_all(&mut self, from: &[Value], to: &[Value]) {
        from.iter().zip(to).for_each(|(from, to)| self.join(*from, *to));
    }

    fn block(&mut self, block: Block) {
        let func = self.func;
        let info = &func.blocks[block.index()];
        for &inst in &info.insts {
            let InstParts { op, results } = parts(func, inst);
            match op {
                Op::View { view, .. } => self.join(results[0], *view),
                Op::For { init, body, .. } => {
                    self.join_all(init, carried(func, inst, *body));
                    // A loop without turns hands out what it was given.
                    self.join_all(init, results);
                }
                Op::Loop { init, body } => self.join_all(init, carried(func, inst, *body)),
                _ => {}
            }
            for inner in op.blocks() {
                self.holders.insert(inner, inst);
                self.block(inner);
            }
        }
        match &info.end {
            Terminator::Yield(values) => self.hand_on(block, values, true),
            Terminator::Continue { target, values } => self.hand_on(*target, values, true),
            Terminator::Break { target, values } => self.hand_on(*target, values, false),
            _ => {}
        }
    }

    /// Joins values with what they become when `block` is left or begins again.
    fn hand_on(&mut self, block: Block, values: &[Value], again: bool) {
        let func = self.func;
        let Some(&holder) = self.holders.get(&block) else { return };
        let InstParts { op, results } = parts(func, holder);
        if again && matches!(op, Op::For { .. } | Op::Loop { .. }) {
            self.join_all(values, carried(func, holder, block));
        }
        if !again || !matches!(op, Op::Loop { .. }) {
            self.join_all(values, results);
        }
    }
}

struct InstParts<'a> {
    op: &'a Op,
    results: &'a [Value],
}

fn parts(func: &Function, inst: Inst) -> InstParts<'_> {
    let info = &func.insts[inst.index()];
    InstParts { op: &info.op, results: &info.results }
}

/// The parameters that a loop carries.
fn carried(func: &Function, inst: Inst, body: Block) -> &[Value] {
    let index = usize::from(matches!(func.insts[inst.index()].op, Op::For { .. }));
    &func.blocks[body.index()].params[index..]
}
