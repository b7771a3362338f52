//! Folds constants and identities, and takes apart the control flow that they decide.
//!
//! Besides single instructions (see `simplify`): an `if` of a known condition becomes its
//! arm, one whose arms only pick constants becomes `select`s, assertions of constants vanish
//! or become panics, loops of no turn vanish, loops of one turn and scopes that nothing
//! breaks out of become plain code, carried values that never change become their initial
//! value, and what follows an instruction that never ends normally is dropped.

use crate::passes::definitions::Definitions;
use crate::passes::simplify::{Simpler, simplify};
use crate::passes::substitution::Substitution;
use crate::passes::trip_count::Turns;
use crate::passes::walk;
use mambo_ir::Const;
use mambo_ir::function::{Block, Function, Inst, Op, Terminator, Value, ValueType};

/// The most instructions of an arm that is computed whether or not it is taken.
const SPECULATED: usize = 4;

/// Folds constants; see the head of the file.
pub fn fold_constants(func: &mut Function) {
    let definitions = Definitions::of(func);
    let entry = func.entry;
    Folder { func, definitions, replaced: Substitution::default() }.block(entry);
}

struct Folder<'a> {
    func: &'a mut Function,
    definitions: Definitions,
    replaced: Substitution,
}

/// How control leaves some instructions: none if it goes on after them.
type Leaves = Option<Terminator>;

impl Folder<'_> {
    fn block(&mut self, block: Block) {
        let insts = std::mem::take(&mut self.func.block_mut(block).insts);
        let mut out = Vec::with_capacity(insts.len());
        let leaves = self.insts(insts, &mut out);
        self.func.block_mut(block).insts = out;
        match leaves {
            Some(end) => self.func.block_mut(block).end = end,
            None => self.replaced.apply_end(&mut self.func.block_mut(block).end),
        }
    }

    fn insts(&mut self, insts: Vec<Inst>, out: &mut Vec<Inst>) -> Leaves {
        for inst in insts {
            let leaves = self.inst(inst, out);
            if leaves.is_some() {
                return leaves;
            }
        }
        None
    }

    fn inst(&mut self, inst: Inst, out: &mut Vec<Inst>) -> Leaves {
        self.replaced.apply(self.func, inst);
        match self.func.inst(inst).op.clone() {
            Op::If { cond, then, otherwise } => self.if_(inst, cond, then, otherwise, out),
            op @ Op::For { .. } => self.for_(inst, &op, out),
            Op::Loop { init, body } => self.loop_(inst, &init, body, out),
            Op::Scope { body } => self.scope(inst, body, out),
            Op::Assert { cond, site, operands } => match self.constant(cond) {
                Some(Some(true)) => None,
                Some(Some(false)) => Some(Terminator::Panic { site, operands }),
                _ => keep(inst, out),
            },
            Op::CheckIndex { index, len, site } => {
                let int = |value| self.definitions.int(self.func, value);
                match (int(index), int(len)) {
                    (Some(index), Some(len)) if index < len => None,
                    (Some(_), Some(_)) => {
                        Some(Terminator::Panic { site, operands: vec![index, len] })
                    }
                    (_, Some(0)) => Some(Terminator::Panic { site, operands: vec![index, len] }),
                    _ if index == len => {
                        Some(Terminator::Panic { site, operands: vec![index, len] })
                    }
                    _ => keep(inst, out),
                }
            }
            _ => {
                self.simplify(inst, out);
                None
            }
        }
    }

    /// `Some(None)` for a constant that is not a `bool`.
    fn constant(&self, value: Value) -> Option<Option<bool>> {
        self.definitions.constant(self.func, value).map(Const::as_bool)
    }

    fn simplify(&mut self, inst: Inst, out: &mut Vec<Inst>) {
        let [result] = self.func.inst(inst).results[..] else {
            out.push(inst);
            return;
        };
        let ty = self.func.ty(result);
        loop {
            let op = &self.func.inst(inst).op;
            match simplify(self.func, &self.definitions, op, ty) {
                None => break,
                Some(Simpler::Value(value)) => {
                    self.replaced.replace(result, value);
                    return;
                }
                Some(Simpler::Op(op)) => self.func.inst_mut(inst).op = op,
                Some(Simpler::WithConst(op, left, right)) => {
                    let span = self.func.inst(inst).span;
                    let constant =
                        self.func.new_inst(Op::Const(right), &[right.dtype().into()], span);
                    self.definitions.record(self.func, constant);
                    out.push(constant);
                    let right = self.func.inst(constant).results[0];
                    self.func.inst_mut(inst).op = Op::Binary(op, left, right);
                }
            }
        }
        out.push(inst);
    }

    fn if_(
        &mut self,
        inst: Inst,
        cond: Value,
        then: Block,
        otherwise: Block,
        out: &mut Vec<Inst>,
    ) -> Leaves {
        if let Some(Some(cond)) = self.constant(cond) {
            return self.splice(inst, if cond { then } else { otherwise }, out);
        }
        self.block(then);
        self.block(otherwise);
        match (&self.func.block(then).end, &self.func.block(otherwise).end) {
            (Terminator::Yield(a), Terminator::Yield(b)) => {
                let pairs = a.iter().copied().zip(b.iter().copied()).collect::<Vec<_>>();
                self.if_results(inst, cond, &pairs, then, otherwise, out);
                None
            }
            (Terminator::Yield(_), _) | (_, Terminator::Yield(_)) => keep(inst, out),
            _ => {
                out.push(inst);
                Some(Terminator::Unreachable)
            }
        }
    }

    /// Replaces what an `if` whose arms both go on hands out, or the `if` itself.
    fn if_results(
        &mut self,
        inst: Inst,
        cond: Value,
        pairs: &[(Value, Value)],
        then: Block,
        otherwise: Block,
        out: &mut Vec<Inst>,
    ) {
        let results = self.func.inst(inst).results.clone();
        let cheap = |block: Block| {
            let insts = &self.func.block(block).insts;
            insts.len() <= SPECULATED
                && insts.iter().all(|&inner| matches!(self.func.inst(inner).op, Op::Const(_)))
        };
        let scalars = results.iter().all(|&result| self.func.ty(result).as_scalar().is_some());
        if scalars && cheap(then) && cheap(otherwise) {
            for arm in [then, otherwise] {
                out.append(&mut self.func.block_mut(arm).insts);
            }
            let span = self.func.inst(inst).span;
            self.func.inst_mut(inst).results.clear();
            for (&result, &(a, b)) in results.iter().zip(pairs) {
                let select = Inst(self.func.insts.len() as u32);
                self.func.insts.push(mambo_ir::function::InstInfo {
                    op: Op::Select(cond, a, b),
                    results: vec![result],
                    span,
                });
                self.definitions.record(self.func, select);
                self.simplify(select, out);
            }
            return;
        }
        out.push(inst);
        for (&result, &(a, b)) in results.iter().zip(pairs) {
            if a == b {
                self.replaced.replace(result, a);
            }
        }
    }

    /// Puts the instructions of a block that its instruction runs just once in its place.
    fn splice(&mut self, inst: Inst, block: Block, out: &mut Vec<Inst>) -> Leaves {
        let insts = std::mem::take(&mut self.func.block_mut(block).insts);
        let leaves = self.insts(insts, out);
        if leaves.is_some() {
            return leaves;
        }
        let mut end = self.func.block(block).end.clone();
        self.replaced.apply_end(&mut end);
        match end {
            Terminator::Yield(values) => {
                let results = self.func.inst(inst).results.clone();
                self.replaced.replace_all(&results, &values);
                None
            }
            end => Some(end),
        }
    }

    fn for_(&mut self, inst: Inst, op: &Op, out: &mut Vec<Inst>) -> Leaves {
        let Op::For { init, body, .. } = op else { unreachable!("called for a `for` only") };
        let body = *body;
        let turns = Turns::of(self.func, &self.definitions, op);
        match turns {
            Some(turns) if turns.count == 0 => {
                let results = self.func.inst(inst).results.clone();
                self.replaced.replace_all(&results, init);
                return None;
            }
            Some(turns) if turns.count == 1 => {
                let params = std::mem::take(&mut self.func.block_mut(body).params);
                let index = self.index_constant(params[0], turns.index(0), out);
                self.replaced.replace(params[0], index);
                self.replaced.replace_all(&params[1..], init);
                return self.once(inst, body, out);
            }
            _ => {}
        }
        self.unchanged(inst, body, 1, init, true);
        self.block(body);
        keep(inst, out)
    }

    fn index_constant(&mut self, param: Value, index: i128, out: &mut Vec<Inst>) -> Value {
        let dtype = self.func.dtype(param);
        let op = Op::Const(Const::int(dtype, index));
        let constant = self.func.new_inst(op, &[ValueType::Scalar(dtype)], Default::default());
        self.definitions.record(self.func, constant);
        out.push(constant);
        self.func.inst(constant).results[0]
    }

    fn loop_(&mut self, inst: Inst, init: &[Value], body: Block, out: &mut Vec<Inst>) -> Leaves {
        self.unchanged(inst, body, 0, init, false);
        self.block(body);
        let again = matches!(self.func.block(body).end, Terminator::Yield(_))
            || walk::has_continue(self.func, body);
        if again {
            return keep(inst, out);
        }
        // The parameters were used in the body already, so it is walked once more.
        let params = std::mem::take(&mut self.func.block_mut(body).params);
        self.replaced.replace_all(&params, init);
        self.once(inst, body, out)
    }

    /// A loop whose body, without parameters by now, runs just once.
    fn once(&mut self, inst: Inst, body: Block, out: &mut Vec<Inst>) -> Leaves {
        walk::break_to(self.func, body, body, body);
        self.func.inst_mut(inst).op = Op::Scope { body };
        self.scope(inst, body, out)
    }

    fn scope(&mut self, inst: Inst, body: Block, out: &mut Vec<Inst>) -> Leaves {
        self.block(body);
        let end = &mut self.func.block_mut(body).end;
        if let Terminator::Break { target, values } = end
            && *target == body
        {
            *end = Terminator::Yield(std::mem::take(values));
        }
        if walk::has_break(self.func, body) {
            return keep(inst, out);
        }
        out.append(&mut self.func.block_mut(body).insts);
        match self.func.block(body).end.clone() {
            Terminator::Yield(values) => {
                let results = self.func.inst(inst).results.clone();
                self.replaced.replace_all(&results, &values);
                None
            }
            end => Some(end),
        }
    }

    /// Replaces the carried values of a loop that are the same in every turn.
    fn unchanged(
        &mut self,
        inst: Inst,
        body: Block,
        first: usize,
        init: &[Value],
        results_are_carried: bool,
    ) {
        for (number, &init) in init.iter().enumerate() {
            let param = self.func.block(body).params[first + number];
            let same = |value: Value| {
                let value = self.replaced.resolve(value);
                value == param || value == init
            };
            let changes = |end: &Terminator| match end {
                Terminator::Continue { target, values } if *target == body => !same(values[number]),
                Terminator::Break { target, values } if *target == body => {
                    results_are_carried && !same(values[number])
                }
                _ => false,
            };
            let yields = match &self.func.block(body).end {
                Terminator::Yield(values) => same(values[number]),
                _ => true,
            };
            if yields && !walk::any_end(self.func, body, &changes) {
                self.replaced.replace(param, init);
                if results_are_carried {
                    let result = self.func.inst(inst).results[number];
                    self.replaced.replace(result, init);
                }
            }
        }
    }
}

fn keep(inst: Inst, out: &mut Vec<Inst>) -> Leaves {
    out.push(inst);
    None
}
