//! Turns the elements of small arrays on the stack into values.
//!
//! An array qualifies if it is only loaded from and stored to, at constant indices. Each of
//! its elements becomes a value that stores replace; `if`s, scopes and loops hand on the
//! elements that are stored to in them. An element that was never stored to is zero.

use crate::passes::definitions::Definitions;
use crate::passes::substitution::Substitution;
use crate::passes::walk;
use mambo_ir::Const;
use mambo_ir::function::{Block, Function, Inst, Op, Terminator, Value, ValueType};
use rustc_hash::FxHashMap;

/// The most elements of an array that is taken apart.
const LARGEST: usize = 32;

/// Promotes arrays on the stack; see the head of the file.
pub fn promote_stack_arrays(func: &mut Function) {
    let definitions = Definitions::of(func);
    let arrays = find_arrays(func, &definitions);
    if arrays.is_empty() {
        return;
    }
    let mut promoter = Promoter {
        current: Vec::new(),
        first: FxHashMap::default(),
        arrays,
        func,
        definitions,
        replaced: Substitution::default(),
        open: Vec::new(),
    };
    promoter.declare();
    let entry = promoter.func.entry;
    promoter.block(entry);
    let Promoter { func, replaced, .. } = promoter;
    replaced.apply_everywhere(func);
}

/// The arrays that qualify, by their view, with their lengths.
fn find_arrays(func: &Function, definitions: &Definitions) -> FxHashMap<Value, Vec<u32>> {
    let mut arrays = FxHashMap::default();
    walk::each_inst(func, func.entry, &mut |inst| {
        let info = func.inst(inst);
        if let Op::StackArray { dims } = &info.op {
            let size = dims.iter().map(|&dim| dim as usize).product::<usize>();
            if size <= LARGEST {
                arrays.insert(info.results[0], dims.clone());
            }
        }
    });
    if arrays.is_empty() {
        return arrays;
    }
    walk::each_inst(func, func.entry, &mut |inst| {
        let op = &func.inst(inst).op;
        match op {
            Op::Load { view, indices, .. } | Op::Store { view, indices, .. } => {
                let fits = arrays.get(view).is_some_and(|dims: &Vec<u32>| {
                    element(func, definitions, dims, indices).is_some()
                });
                if !fits {
                    arrays.remove(view);
                }
            }
            op => op.for_each_operand(|value| {
                arrays.remove(&value);
            }),
        }
    });
    walk::each_block(func, func.entry, &mut |block| {
        func.block(block).end.for_each_operand(|value| {
            arrays.remove(&value);
        });
    });
    arrays
}

/// The number of the element at constant indices within bounds.
fn element(
    func: &Function,
    definitions: &Definitions,
    dims: &[u32],
    indices: &[Value],
) -> Option<usize> {
    let mut number = 0;
    for (&dim, &index) in dims.iter().zip(indices) {
        let index = definitions.int(func, index)?;
        if index >= i128::from(dim) {
            return None;
        }
        number = number * dim as usize + index as usize;
    }
    Some(number)
}

struct Promoter<'a> {
    func: &'a mut Function,
    definitions: Definitions,
    arrays: FxHashMap<Value, Vec<u32>>,
    /// Where the elements of each array begin in `current`.
    first: FxHashMap<Value, usize>,
    /// The values of all elements, here.
    current: Vec<Value>,
    replaced: Substitution,
    /// The bodies around this place that a `break` or `continue` may name.
    open: Vec<Open>,
}

/// A body that hands elements on.
struct Open {
    body: Block,
    /// The elements it stores to.
    elements: Vec<usize>,
}

impl Promoter<'_> {
    /// Makes a zero for each element, at the start of the function.
    fn declare(&mut self) {
        let mut views: Vec<Value> = self.arrays.keys().copied().collect();
        views.sort();
        let mut zeros = Vec::new();
        for view in views {
            let (dtype, parts) = {
                let dtype = self.func.view_type(view).dtype;
                (dtype.part(), dtype.parts() as usize)
            };
            let op = Op::Const(Const::zero(dtype));
            let zero = self.func.new_inst(op, &[dtype.into()], Default::default());
            zeros.push(zero);
            self.first.insert(view, self.current.len());
            let size = self.arrays[&view].iter().map(|&dim| dim as usize).product::<usize>();
            let value = self.func.inst(zero).results[0];
            self.current.extend(std::iter::repeat_n(value, size * parts));
        }
        let entry = self.func.entry;
        self.func.block_mut(entry).insts.splice(0..0, zeros);
    }

    fn place(&self, view: Value, indices: &[Value], part: u8) -> Option<usize> {
        let dims = self.arrays.get(&view)?;
        let parts = self.func.view_type(view).dtype.parts() as usize;
        let element = element(self.func, &self.definitions, dims, indices)?;
        Some(self.first[&view] + element * parts + part as usize)
    }

    fn block(&mut self, block: Block) {
        let insts = std::mem::take(&mut self.func.block_mut(block).insts);
        let mut out = Vec::with_capacity(insts.len());
        for inst in insts {
            match self.func.inst(inst).op.clone() {
                Op::StackArray { .. } if self.is_promoted(inst) => {}
                Op::Load { view, indices, part } => match self.place(view, &indices, part) {
                    Some(place) => {
                        let result = self.func.inst(inst).results[0];
                        self.replaced.replace(result, self.current[place]);
                    }
                    None => out.push(inst),
                },
                Op::Store { view, indices, part, value } => {
                    match self.place(view, &indices, part) {
                        Some(place) => self.current[place] = self.replaced.resolve(value),
                        None => out.push(inst),
                    }
                }
                Op::If { then, otherwise, .. } => {
                    self.if_(inst, then, otherwise);
                    out.push(inst);
                }
                Op::For { body, .. } | Op::Loop { body, .. } => {
                    self.loop_(inst, body);
                    out.push(inst);
                }
                Op::Scope { body } => {
                    let elements = self.stored_in(&[body]);
                    self.open.push(Open { body, elements: elements.clone() });
                    self.block(body);
                    let values = self.values(&elements);
                    self.hand_out(body, values);
                    self.open.pop();
                    self.take_results(inst, &elements);
                    out.push(inst);
                }
                _ => out.push(inst),
            }
        }
        self.func.block_mut(block).insts = out;
        self.end(block);
    }

    fn is_promoted(&self, inst: Inst) -> bool {
        self.arrays.contains_key(&self.func.inst(inst).results[0])
    }

    /// The elements that blocks store to.
    fn stored_in(&self, blocks: &[Block]) -> Vec<usize> {
        let mut elements = Vec::new();
        for &block in blocks {
            walk::each_inst(self.func, block, &mut |inst| {
                if let Op::Store { view, indices, part, .. } = &self.func.inst(inst).op {
                    elements.extend(self.place(*view, indices, *part));
                }
            });
        }
        elements.sort_unstable();
        elements.dedup();
        elements
    }

    fn values(&self, elements: &[usize]) -> Vec<Value> {
        elements.iter().map(|&element| self.current[element]).collect()
    }

    /// Adds values to the `yield` at the end of a block.
    fn hand_out(&mut self, block: Block, mut more: Vec<Value>) {
        if let Terminator::Yield(values) = &mut self.func.block_mut(block).end {
            values.append(&mut more);
        }
    }

    /// Adds a result for each element to an instruction; from here on it is the element.
    fn take_results(&mut self, inst: Inst, elements: &[usize]) {
        for &element in elements {
            let ty = self.func.ty(self.current[element]);
            let result = self.func.new_value(ty, None);
            self.func.inst_mut(inst).results.push(result);
            self.current[element] = result;
        }
    }

    fn if_(&mut self, inst: Inst, then: Block, otherwise: Block) {
        let elements = self.stored_in(&[then, otherwise]);
        let before = self.current.clone();
        for arm in [then, otherwise] {
            self.current.clone_from(&before);
            self.block(arm);
            let values = self.values(&elements);
            self.hand_out(arm, values);
        }
        self.current = before;
        self.take_results(inst, &elements);
    }

    fn loop_(&mut self, inst: Inst, body: Block) {
        let elements = self.stored_in(&[body]);
        let initial = self.values(&elements);
        if let Op::For { init, .. } | Op::Loop { init, .. } = &mut self.func.inst_mut(inst).op {
            init.extend(&initial);
        }
        for &element in &elements {
            let ty: ValueType = self.func.ty(self.current[element]);
            let param = self.func.new_value(ty, None);
            self.func.block_mut(body).params.push(param);
            self.current[element] = param;
        }
        self.open.push(Open { body, elements: elements.clone() });
        self.block(body);
        let values = self.values(&elements);
        self.hand_out(body, values);
        self.open.pop();
        self.take_results(inst, &elements);
    }

    /// Adds the elements to a `break` or `continue`.
    fn end(&mut self, block: Block) {
        let (Terminator::Break { target, .. } | Terminator::Continue { target, .. }) =
            self.func.block(block).end
        else {
            return;
        };
        let Some(open) = self.open.iter().find(|open| open.body == target) else { return };
        let mut more = self.values(&open.elements);
        if let Terminator::Break { values, .. } | Terminator::Continue { values, .. } =
            &mut self.func.block_mut(block).end
        {
            values.append(&mut more);
        }
    }
}
