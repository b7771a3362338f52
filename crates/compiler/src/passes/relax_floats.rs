//! Rewrites float operations as the kernel's `fastmath` allows:
//!
//! * `contract`: `a * b + c` becomes one fused operation, where the product has no other use;
//! * `arcp`: a division by what does not change in the loop becomes a product with its
//!   reciprocal, which is taken before the loop, and one by a constant too;
//! * `afn`: elementary functions become their variants of at most 4 ULP;
//! * `nsz`: `x + 0.0` is `x`; with `nnan`, `x * 0.0` is `0.0`;
//! * `nnan` and `ninf`: `x - x` is `0.0` and `x / x` is `1.0`, unless `x` is 0.
//!
//! Sums that a loop carries from turn to turn stay as they are, so that they can be taken in
//! another order.

use crate::passes::definitions::Definitions;
use crate::passes::substitution::Substitution;
use crate::passes::walk;
use mambo_ir::function::{Binary, Block, Function, Inst, Op, Unary, Value};
use mambo_ir::{Const, Dtype, FastMath, Span};
use rustc_hash::FxHashSet;

/// Rewrites float operations; see the head of the file.
pub fn relax_floats(func: &mut Function) {
    if func.fastmath.is_empty() {
        return;
    }
    let definitions = Definitions::of(func);
    let mut uses = vec![0u32; func.values.len()];
    for block in walk::blocks_in(func, func.entry) {
        for &inst in &func.block(block).insts {
            func.inst(inst).op.for_each_operand(|value| uses[value.index()] += 1);
        }
        func.block(block).end.for_each_operand(|value| uses[value.index()] += 1);
    }
    let entry = func.entry;
    let params = func.params().iter().copied().collect();
    let replaced = Substitution::default();
    let mut relaxer = Relaxer { func, definitions, uses, params, replaced };
    relaxer.block(entry, &FxHashSet::default());
    let replaced = relaxer.replaced;
    replaced.apply_everywhere(func);
}

struct Relaxer<'a> {
    func: &'a mut Function,
    definitions: Definitions,
    /// How often each value is used.
    uses: Vec<u32>,
    params: FxHashSet<Value>,
    replaced: Substitution,
}

impl Relaxer<'_> {
    /// Rewrites a block; `moving` are the values of the innermost loop around it.
    fn block(&mut self, block: Block, moving: &FxHashSet<Value>) {
        let insts = std::mem::take(&mut self.func.block_mut(block).insts);
        let mut out = Vec::with_capacity(insts.len());
        for inst in insts {
            let op = self.func.inst(inst).op.clone();
            match &op {
                Op::For { body, .. } | Op::Loop { body, .. } => {
                    let own = self.defined_in(*body);
                    self.block(*body, &own);
                }
                _ => op.blocks().for_each(|inner| self.block(inner, moving)),
            }
            if let Op::Unary(function, x) = op
                && self.func.fastmath.has(FastMath::AFN)
                && let Some(fast) = function.fast()
            {
                self.func.inst_mut(inst).op = Op::Unary(fast, x);
            }
            if let Op::Binary(kind, a, b) = op
                && self.func.ty(a).as_scalar().is_some_and(Dtype::is_float)
            {
                let info = self.func.inst(inst);
                let (span, result) = (info.span, info.results[0]);
                if let Some(kept) = self.without_zero(kind, a, b) {
                    self.replaced.replace(result, kept);
                    continue;
                }
                if let Some(op) = self.relaxed((kind, a, b), moving, span, &mut out) {
                    self.func.inst_mut(inst).op = op;
                }
            }
            out.push(inst);
        }
        self.func.block_mut(block).insts = out;
    }

    fn defined_in(&self, body: Block) -> FxHashSet<Value> {
        let mut own = FxHashSet::default();
        walk::each_block(self.func, body, &mut |block| {
            own.extend(&self.func.block(block).params);
        });
        walk::each_inst(self.func, body, &mut |inst| {
            own.extend(&self.func.inst(inst).results);
        });
        own
    }

    /// The operand to which zero is added, if the sign of a zero does not matter.
    fn without_zero(&self, kind: Binary, a: Value, b: Value) -> Option<Value> {
        if kind != Binary::Add || !self.func.fastmath.has(FastMath::NSZ) {
            return None;
        }
        if self.is_zero(a) { Some(b) } else { self.is_zero(b).then_some(a) }
    }

    fn is_zero(&self, value: Value) -> bool {
        let constant = self.definitions.constant(self.func, value);
        constant.is_some_and(|constant| constant.as_float() == Some(0.0))
    }

    fn relaxed(
        &mut self,
        (kind, a, b): (Binary, Value, Value),
        moving: &FxHashSet<Value>,
        span: Span,
        out: &mut Vec<Inst>,
    ) -> Option<Op> {
        let allowed = self.func.fastmath;
        let dtype = self.func.dtype(a);
        let (zero, one) = (Const::zero(dtype), Const::one(dtype));
        let no_specials = allowed.has(FastMath::NNAN.with(FastMath::NINF));
        match kind {
            Binary::Sub if a == b && no_specials => return Some(Op::Const(zero)),
            Binary::Div if a == b && no_specials => return Some(Op::Const(one)),
            Binary::Mul
                if allowed.has(FastMath::NNAN.with(FastMath::NSZ))
                    && (self.is_zero(a) || self.is_zero(b)) =>
            {
                return Some(Op::Const(zero));
            }
            Binary::Div
                if allowed.has(FastMath::ARCP)
                    && (!moving.is_empty() && !moving.contains(&b)
                        || self.definitions.constant(self.func, b).is_some()) =>
            {
                let one = self.insert(Op::Const(one), dtype, span, out);
                let reciprocal = self.insert(Op::Binary(Binary::Div, one, b), dtype, span, out);
                return Some(Op::Binary(Binary::Mul, a, reciprocal));
            }
            _ => {}
        }
        if !allowed.has(FastMath::CONTRACT) || !matches!(kind, Binary::Add | Binary::Sub) {
            return None;
        }
        let add = kind == Binary::Add;
        if let Some((x, y)) = self.product(b)
            && !self.is_carried(a)
        {
            let x = if add { x } else { self.insert(Op::Unary(Unary::Neg, x), dtype, span, out) };
            return Some(Op::MulAdd(x, y, a));
        }
        let (x, y) = self.product(a).filter(|_| !self.is_carried(b))?;
        let c = if add { b } else { self.insert(Op::Unary(Unary::Neg, b), dtype, span, out) };
        Some(Op::MulAdd(x, y, c))
    }

    /// The factors of a product that has no other use.
    fn product(&self, value: Value) -> Option<(Value, Value)> {
        match self.definitions.op(self.func, value) {
            Some(Op::Binary(Binary::Mul, x, y)) if self.uses[value.index()] == 1 => Some((*x, *y)),
            _ => None,
        }
    }

    /// Whether a value comes from the turn before, or out of a branch that may hand it on.
    fn is_carried(&self, value: Value) -> bool {
        match self.definitions.op(self.func, value) {
            None => !self.params.contains(&value),
            Some(op) => op.blocks().next().is_some() || self.reaches_carried(value),
        }
    }

    /// Whether a value is a sum that something carried goes into.
    fn reaches_carried(&self, value: Value) -> bool {
        match self.definitions.op(self.func, value) {
            Some(Op::Binary(Binary::Add | Binary::Sub, a, b)) => {
                [*a, *b].into_iter().any(|value| self.is_carried(value))
            }
            _ => false,
        }
    }

    fn insert(&mut self, op: Op, dtype: Dtype, span: Span, out: &mut Vec<Inst>) -> Value {
        let inst = self.func.new_inst(op, &[dtype.into()], span);
        out.push(inst);
        self.func.inst(inst).results[0]
    }
}
