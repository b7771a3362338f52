//! Values that are carried from turn to turn, and that a turn replaces with its own where one of
//! them is better: the least or greatest element, its place, and what else was found there.
//!
//! The condition of a lane that has its own best holds in more turns than that of the plain
//! loop. What it may decide on is for `reach` to see.

use super::affine::{Affine, Preheader};
use super::body::{BodyPlanner, Plan, Shape};
use super::reach;
use crate::report::{Obstacle, Reason};
use mambo_ir::function::{Binary, Compare, Op, Value};
use mambo_ir::vector::{Best, VectorLoop, VectorOp};
use mambo_ir::{Dtype, Span};

/// A best being recognised.
pub(super) struct BestSoFar {
    best: Best,
    /// The carried value that is compared, and what with.
    carried: usize,
    value: Value,
    /// The condition, and the mask around it, under which it is replaced, and all that goes
    /// with it.
    replaced: Option<(Value, Option<Value>)>,
    /// The first values of the fields behind the number of the turn.
    init: Vec<Value>,
}

/// What a carried value is in a best.
#[derive(Clone, Copy)]
pub(super) enum Part {
    Field {
        best: u32,
        field: u32,
    },
    /// What a line is in its turn.
    Line {
        best: u32,
        line: Affine,
    },
    /// Whether there was one.
    Found {
        best: u32,
    },
}

/// Where a branch or a choice replaces a value.
#[derive(Clone, Copy)]
pub(super) struct Replacement {
    pub(super) cond: Value,
    /// The lanes that ask.
    pub(super) outer: Option<Value>,
    /// Those of them where it holds.
    pub(super) mask: Value,
}

impl BodyPlanner<'_> {
    /// A comparison with a carried value.
    pub(super) fn better(&mut self, op: &Op, result: Value, span: Span) -> Plan {
        let Op::Compare(compare, a, b) = *op else { return Err(self.no_best(op, span)) };
        let (compare, value, best) = match (self.shape(a), self.shape(b)) {
            (_, Some(Shape::Carried { reduction, version: 0 })) => (compare, a, reduction),
            (Some(Shape::Carried { reduction, version: 0 }), _) => (flipped(compare), b, reduction),
            _ => return Err(self.no_best(op, span)),
        };
        let at = best as usize;
        let dtype = self.carried[at].dtype;
        let known = self.bests.iter().any(|best| best.carried == at);
        let ordered = !matches!(compare, Compare::Eq | Compare::Ne) && dtype != Dtype::Bool;
        if known || !ordered || !self.frames.is_empty() || dtype.is_int128() {
            return Err(self.no_best(op, span));
        }
        let value = self.lanes(value, span)?;
        let turn = if dtype.size() > 4 { Dtype::I64 } else { Dtype::I32 };
        let number = self.bests.len() as u32;
        let better = VectorOp::Better { best: number, value };
        let better = self.push(better, Some(Dtype::Bool), span);
        self.better.insert(better, number);
        self.bests.push(BestSoFar {
            best: Best { compare, fields: vec![dtype, turn] },
            carried: at,
            value,
            replaced: None,
            init: Vec::new(),
        });
        self.shapes.insert(result, Shape::Lanes(better));
        self.report.operations += 1;
        Ok(())
    }

    /// A choice between a new value and a carried one.
    pub(super) fn chosen(&mut self, op: &Op, result: Value, span: Span) -> Plan {
        let Op::Select(cond, new, old) = *op else { return Err(self.no_best(op, span)) };
        let (Some(Shape::Lanes(cond)), Some(new), Some(Shape::Carried { reduction, version })) =
            (self.shape(cond), self.shape(new), self.shape(old))
        else {
            return Err(self.no_best(op, span));
        };
        let outer = self.mask;
        let mask = self.both(outer, cond, span);
        let replacement = Replacement { cond, outer, mask };
        let shape = self.replaced((reduction, version), new, replacement, span)?;
        self.shapes.insert(result, shape);
        Ok(())
    }

    /// Whether an operation notes that a better value was found: where.
    pub(super) fn is_found(&self, op: &Op) -> Option<(Value, (u32, u32))> {
        let Op::Binary(Binary::Or, a, b) = *op else { return None };
        match (self.shape(a)?, self.shape(b)?) {
            (Shape::Lanes(cond), Shape::Carried { reduction, version })
            | (Shape::Carried { reduction, version }, Shape::Lanes(cond)) => {
                self.better.contains_key(&cond).then_some((cond, (reduction, version)))
            }
            _ => None,
        }
    }

    pub(super) fn found(
        &mut self,
        (cond, carried): (Value, (u32, u32)),
        result: Value,
        span: Span,
    ) -> Plan {
        let replacement = Replacement { cond, outer: self.mask, mask: cond };
        let part = self.replaced_by(carried, replacement, span, |_, best| Ok(Part::Found { best }));
        self.shapes.insert(result, part?);
        Ok(())
    }

    /// What a carried value is once it has been replaced where a mask holds.
    pub(super) fn replaced(
        &mut self,
        carried: (u32, u32),
        new: Shape,
        replacement: Replacement,
        span: Span,
    ) -> Plan<Shape> {
        let (at, mask) = (carried.0 as usize, replacement.mask);
        self.replaced_by(carried, replacement, span, |this, best| {
            if this.bests[best as usize].carried != at {
                return this.goes_with(best, at, new, mask, span);
            }
            let compared = this.bests[best as usize].value;
            if this.lanes_of(new, span)? != compared {
                return Err(this.carried_obstacle(this.carried[at].param, span));
            }
            let turn = this.bests[best as usize].best.fields[Best::TURN as usize];
            let turn = this.once(VectorOp::Turn, turn, span);
            for (field, value) in [(Best::VALUE, compared), (Best::TURN, turn)] {
                this.push(VectorOp::Replace { best, field, value, mask }, None, span);
            }
            Ok(Part::Field { best, field: Best::VALUE })
        })
    }

    /// The same for any part of a best.
    fn replaced_by(
        &mut self,
        (number, version): (u32, u32),
        Replacement { cond, outer, .. }: Replacement,
        span: Span,
        part: impl FnOnce(&mut Self, u32) -> Plan<Part>,
    ) -> Plan<Shape> {
        let at = number as usize;
        let obstacle = self.carried_obstacle(self.carried[at].param, span);
        let Some(&best) = self.better.get(&cond) else { return Err(obstacle) };
        let fresh = version == 0 && self.carried[at].version == 0 && self.carried[at].op.is_none();
        let so_far = &mut self.bests[best as usize];
        if !fresh || *so_far.replaced.get_or_insert((cond, outer)) != (cond, outer) {
            return Err(obstacle);
        }
        let part = part(self, best)?;
        let carried = &mut self.carried[at];
        carried.version = 1;
        carried.part = Some(part);
        Ok(Shape::Carried { reduction: number, version: 1 })
    }

    /// What goes with a best: a line is known by its turn, and whether there was one; others are
    /// fields.
    fn goes_with(
        &mut self,
        best: u32,
        carried: usize,
        new: Shape,
        mask: Value,
        span: Span,
    ) -> Plan<Part> {
        if let Shape::Line(line) = new
            && !line.moves_inside()
        {
            return Ok(Part::Line { best, line });
        }
        if let Shape::Uniform(value) = new
            && let Some(Op::Const(constant)) = self.pre.definitions.op(self.pre.func, value)
            && constant.as_bool() == Some(true)
        {
            return Ok(Part::Found { best });
        }
        let value = self.lanes_of(new, span)?;
        let (dtype, init) = (self.carried[carried].dtype, self.carried[carried].init);
        let so_far = &mut self.bests[best as usize];
        let field = so_far.best.fields.len() as u32;
        so_far.best.fields.push(dtype);
        so_far.init.push(init);
        self.push(VectorOp::Replace { best, field, value, mask }, None, span);
        Ok(Part::Field { best, field })
    }

    fn no_best(&self, op: &Op, span: Span) -> Obstacle {
        let mut found = None;
        op.for_each_operand(|value| {
            if let Some(Shape::Carried { reduction, .. }) = self.shape(value) {
                found = Some(self.carried_obstacle(self.carried[reduction as usize].param, span));
            }
        });
        found.unwrap_or(Obstacle { reason: Reason::Carried(None), span })
    }

    /// Adds the bests to the loop, once all of it is there; gives their initial values.
    pub(super) fn finish_bests(&mut self) -> Plan<Vec<Value>> {
        let mut init = Vec::new();
        for (number, so_far) in std::mem::take(&mut self.bests).into_iter().enumerate() {
            let carried = &self.carried[so_far.carried];
            let is_own = |best: u32, field: u32| best as usize == number && field == Best::VALUE;
            if !matches!(carried.part, Some(Part::Field { best, field }) if is_own(best, field)) {
                return Err(self.carried_obstacle(carried.param, self.pre.span));
            }
            init.push(carried.init);
            let turn = so_far.best.fields[Best::TURN as usize];
            if turn == Dtype::I32 {
                let most = self.pre.int(Dtype::Usize, i64::from(i32::MAX));
                self.count = self.pre.binary(Binary::Min, self.count, most);
            }
            init.push(self.pre.int(turn, -1));
            init.extend(so_far.init);
            self.report.reductions.push(described(&so_far.best));
            self.plan.bests.push(so_far.best);
        }
        match reach::misused(&self.plan) {
            None => Ok(init),
            Some((best, span)) => Err(self.misused(best, span)),
        }
    }

    /// A best decides on what it must not.
    fn misused(&self, best: u32, span: Span) -> Obstacle {
        let value = self.carried.iter().find(|carried| match carried.part {
            Some(Part::Field { best: of, field }) => of == best && field == Best::VALUE,
            _ => false,
        });
        match value {
            Some(value) => self.carried_obstacle(value.param, span),
            None => Obstacle { reason: Reason::Carried(None), span },
        }
    }
}

/// What a carried value is after the loop, given the results of the vector loop.
pub(super) fn after(
    pre: &mut Preheader<'_>,
    plan: &VectorLoop,
    part: Part,
    init: Value,
    results: &[Value],
) -> Value {
    let (best, line) = match part {
        Part::Field { best, field } => return results[plan.field(best, field)],
        Part::Line { best, line } => (best, Some(line)),
        Part::Found { best } => (best, None),
    };
    let turn = results[plan.field(best, Best::TURN)];
    let zero = pre.int(pre.func.dtype(turn), 0);
    let Some(line) = line else {
        let found = pre.insert(Op::Compare(Compare::Ge, turn, zero), Dtype::Bool);
        return pre.insert(Op::Binary(Binary::Or, init, found), Dtype::Bool);
    };
    let none = pre.insert(Op::Compare(Compare::Lt, turn, zero), Dtype::Bool);
    let turn = pre.cast(turn, line.dtype);
    let step = pre.coefficient(line.step, line.dtype);
    let distance = pre.binary(Binary::Mul, turn, step);
    let first = pre.first(line, line.dtype);
    let value = pre.binary(Binary::Add, first, distance);
    pre.insert(Op::Select(none, init, value), line.dtype)
}

fn flipped(compare: Compare) -> Compare {
    match compare {
        Compare::Lt => Compare::Gt,
        Compare::Le => Compare::Ge,
        Compare::Gt => Compare::Lt,
        Compare::Ge => Compare::Le,
        equal => equal,
    }
}

fn described(best: &Best) -> String {
    let which = match best.compare {
        Compare::Lt => "first least",
        Compare::Le => "last least",
        Compare::Gt => "first greatest",
        _ => "last greatest",
    };
    format!("{which} of {}", best.fields[Best::VALUE as usize])
}
