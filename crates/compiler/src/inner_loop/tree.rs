//! Folding a line in any order: [`Kind::Tree`](super::Kind::Tree).

use super::{Operand, Operands, STRIP, Turn, element, turns};
use mambo_ir::FastMath;
use mambo_ir::builder::Builder;
use mambo_ir::function::{Binary, Function, Inst, Op, Terminator, Value};
use mambo_ir::vector::Reduction;

/// Elements down to which a strip is folded in one pass, if the kernel is short.
const FEW: usize = 16;

/// Instructions of a kernel that may be put into a pass many times.
const SHORT: usize = 12;

/// Elements of a block of [`Kind::Tree`] whose kernel is a sum or a product: so many that errors
/// of rounding stay small, and few enough turns are lost between blocks.
const BLOCK: usize = 1024;

/// What a kernel is like that folds.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// A sum or a product, by this operation.
    Reduction(Binary),
    /// Short enough to be put into a loop many times.
    Short,
    Any,
}

impl Shape {
    pub(super) fn of(kernel: &Function) -> Self {
        if let Some(op) = reduction(kernel) {
            Shape::Reduction(op)
        } else if Self::is_short(kernel) {
            Shape::Short
        } else {
            Shape::Any
        }
    }

    /// Whether a kernel has few instructions, none of which stands for many.
    pub(super) fn is_short(kernel: &Function) -> bool {
        let is_simple = |op: &Op| match op {
            Op::Unary(op, _) => !op.is_elementary(),
            Op::Binary(op, ..) => !op.is_elementary(),
            _ => !matches!(op, Op::Call { .. } | Op::HostCall { .. }),
        };
        kernel.insts.len() <= SHORT && kernel.insts.iter().all(|info| is_simple(&info.op))
    }
}

/// What a kernel does that only adds its arguments, part by part, or multiplies two numbers.
fn reduction(kernel: &Function) -> Option<Binary> {
    let params = kernel.params();
    let (first, second) = params.split_at(params.len() / 2);
    let block = kernel.block(kernel.entry);
    let op = match kernel.inst(*block.insts.first()?).op {
        Op::Binary(Binary::Add, ..) => Binary::Add,
        Op::Binary(Binary::Mul, ..) if first.len() == 1 => Binary::Mul,
        _ => return None,
    };
    let pairs = first.iter().zip(second);
    let combines =
        |(&inst, (&a, &c)): (&Inst, (&Value, &Value))| kernel.inst(inst).op == Op::Binary(op, a, c);
    let results: Vec<Value> =
        block.insts.iter().flat_map(|&inst| kernel.inst(inst).results.clone()).collect();
    let all = block.insts.len() == first.len()
        && block.insts.iter().zip(pairs).all(combines)
        && matches!(&block.end, Terminator::Return(returned) if *returned == results);
    all.then_some(op)
}

pub(super) fn tree(b: &mut Builder<'_>, operands: &Operands<'_>, turn: &Turn<'_>, end: Value) {
    let tree = Tree {
        line: operands.inner.inputs[0],
        from: &operands.inputs[0],
        strip: operands.inner.outputs[0],
        view: operands.outputs[0],
        turn,
    };
    match turn.shape {
        Shape::Reduction(op) => tree.reduce(b, op, end),
        Shape::Short => {
            tree.fold_strips(b, end);
            tree.narrow(b);
        }
        Shape::Any => {
            tree.fold_strips(b, end);
            tree.halve(b);
        }
    }
}

/// What [`Kind::Tree`] folds, and into what.
struct Tree<'a> {
    line: Operand,
    from: &'a [Value],
    strip: Operand,
    view: Value,
    turn: &'a Turn<'a>,
}

impl Tree<'_> {
    fn load(&self, b: &mut Builder<'_>, at: Value) -> Vec<Value> {
        (0..self.strip.dtype.parts()).map(|part| b.load_part(self.view, &[at], part)).collect()
    }

    fn store(&self, b: &mut Builder<'_>, at: Value, values: &[Value]) {
        for (part, &value) in (0..self.strip.dtype.parts()).zip(values) {
            b.store_part(self.view, &[at], part, value);
        }
    }

    /// Folds in order, blocks of [`BLOCK`] elements one after the other; the planner takes the
    /// elements of a block in the order that is fixed for reductions.
    fn reduce(&self, b: &mut Builder<'_>, op: Binary, end: Value) {
        b.func.fastmath = b.func.fastmath.with(FastMath::REASSOC);
        let (zero, block) = (b.index(0), b.index(BLOCK));
        let neutral = self.turn.params[..self.turn.results.len()].iter();
        let neutral = neutral.map(|&dtype| b.constant(Reduction { op, dtype }.neutral())).collect();
        let above = b.index(BLOCK - 1);
        let above = b.binary(Binary::Add, end, above);
        let blocks = b.binary(Binary::Div, above, block);
        let folded = turns(b, blocks, neutral, self.turn.results, |b, number, folded| {
            let start = b.binary(Binary::Mul, number, block);
            let past = b.binary(Binary::Add, start, block);
            let past = b.binary(Binary::Min, past, end);
            let len = b.binary(Binary::Sub, past, start);
            turns(b, len, folded.to_vec(), self.turn.results, |b, index, folded| {
                let at = b.binary(Binary::Add, start, index);
                let args = [folded, &element(b, self.line, self.from, at)].concat();
                self.turn.call(b, &args)
            })
        });
        self.store(b, zero, &folded);
    }

    /// Folds all strips into the first, the last of which may be shorter.
    fn fold_strips(&self, b: &mut Builder<'_>, end: Value) {
        let (whole, one) = (b.index(STRIP), b.index(1));
        turns(b, whole, vec![], &[], |b, index, _| {
            let values = self.cast(b, index);
            self.store(b, index, &values);
            vec![]
        });
        let strips = b.binary(Binary::Div, end, whole);
        let others = b.binary(Binary::Sub, strips, one);
        turns(b, others, vec![], &[], |b, index, _| {
            let number = b.binary(Binary::Add, index, one);
            let first = b.binary(Binary::Mul, number, whole);
            self.fold_strip(b, first, whole);
            vec![]
        });
        let done = b.binary(Binary::Mul, strips, whole);
        let rest = b.binary(Binary::Sub, end, done);
        self.fold_strip(b, done, rest);
    }

    /// Folds in one strip more, which begins at this element and is so long.
    fn fold_strip(&self, b: &mut Builder<'_>, first: Value, len: Value) {
        turns(b, len, vec![], &[], |b, index, _| {
            let at = b.binary(Binary::Add, first, index);
            let args = [self.load(b, index), element(b, self.line, self.from, at)].concat();
            let values = self.turn.call(b, &args);
            self.store(b, index, &values);
            vec![]
        });
    }

    /// An element, of the type of what is folded.
    fn cast(&self, b: &mut Builder<'_>, at: Value) -> Vec<Value> {
        let parts = element(b, self.line, self.from, at).into_iter().zip(self.turn.params);
        parts.map(|(part, &dtype)| b.cast(part, dtype)).collect()
    }

    /// Folds the strip by halves, each into memory.
    fn halve(&self, b: &mut Builder<'_>) {
        let mut half = STRIP / 2;
        while half > 0 {
            let len = b.index(half);
            turns(b, len, vec![], &[], |b, index, _| {
                let at = b.binary(Binary::Add, index, len);
                let args = [self.load(b, index), self.load(b, at)].concat();
                let values = self.turn.call(b, &args);
                self.store(b, index, &values);
                vec![]
            });
            half /= 2;
        }
    }

    /// The same halves in two passes: down to a few elements, and down to one.
    fn narrow(&self, b: &mut Builder<'_>) {
        let few = b.index(FEW);
        turns(b, few, vec![], &[], |b, index, _| {
            let folded = self.fold_columns(b, index, FEW);
            self.store(b, index, &folded);
            vec![]
        });
        let zero = b.index(0);
        let folded = self.fold_columns(b, zero, 1);
        self.store(b, zero, &folded);
    }

    /// Folds the elements from `first` on that lie `step` apart, by halves; of those beside one
    /// another, the first few.
    fn fold_columns(&self, b: &mut Builder<'_>, first: Value, step: usize) -> Vec<Value> {
        let count = if step == 1 { FEW } else { STRIP / step };
        let mut values: Vec<Vec<Value>> = (0..count)
            .map(|number| {
                let offset = b.index(number * step);
                let at = b.binary(Binary::Add, first, offset);
                self.load(b, at)
            })
            .collect();
        while values.len() > 1 {
            let upper = values.split_off(values.len() / 2);
            let pairs = values.iter().zip(&upper);
            values = pairs.map(|(a, c)| self.turn.call(b, &[&a[..], c].concat())).collect();
        }
        values.remove(0)
    }
}
