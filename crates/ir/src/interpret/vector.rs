//! Runs vector loops, one instruction in all lanes of a batch after the other.

use super::machine::{Machine, Step};
use super::{Operand, View};
use crate::constant::Const;
use crate::eval;
use crate::function::{Op, Value};
use crate::vector::{self, Reduction, VectorLoop, VectorOp};

/// Turns of a batch. What does not fill one is left to the plain loop.
const LANES: usize = 16;

/// The partial results of a reduction.
struct Partials {
    reduction: Reduction,
    values: Vec<Const>,
}

impl Partials {
    fn new(reduction: Reduction, partials: Option<usize>) -> Self {
        let count = partials.filter(|_| reduction.dtype.is_float()).unwrap_or(1);
        Partials { reduction, values: vec![reduction.neutral(); count] }
    }

    fn combine(&self, a: Const, b: Const) -> Const {
        eval::binary(self.reduction.op, a, b).expect("a reduction does not divide")
    }

    fn take(&mut self, turn: usize, value: Const) {
        let at = turn % self.values.len();
        self.values[at] = self.combine(self.values[at], value);
    }

    fn finish(mut self, init: Const) -> Const {
        while self.values.len() > 1 {
            let upper = self.values.split_off(self.values.len() / 2);
            for (at, value) in upper.into_iter().enumerate() {
                self.values[at] = self.combine(self.values[at], value);
            }
        }
        self.combine(init, self.values[0])
    }
}

/// A batch being run.
struct Batch<'a> {
    plan: &'a VectorLoop,
    inputs: &'a [Operand],
    first: usize,
    values: Vec<[Const; LANES]>,
}

/// Runs the loop and gives the turns done, then the reductions.
pub(super) fn run(
    machine: &mut Machine<'_>,
    plan: &VectorLoop,
    count: usize,
    inputs: &[Operand],
    init: &[Const],
) -> Step<(usize, Vec<Const>)> {
    let batch = plan.partials().unwrap_or(LANES);
    let new = |&reduction: &Reduction| Partials::new(reduction, plan.partials());
    let mut partials: Vec<Partials> = plan.reductions.iter().map(new).collect();
    let turns = count - count % batch;
    let mut done = 0;
    while done < turns {
        let mut batch = Batch { plan, inputs, first: done, values: Vec::new() };
        if !batch.run(machine, &mut partials)? {
            break;
        }
        done += LANES;
    }
    let results = partials.into_iter().zip(init).map(|(partials, &init)| partials.finish(init));
    Ok((done, results.collect()))
}

impl Batch<'_> {
    /// Whether the batch was done rather than left.
    fn run(&mut self, machine: &mut Machine<'_>, partials: &mut [Partials]) -> Step<bool> {
        for inst in &self.plan.insts {
            match &inst.op {
                VectorOp::Require(value) => {
                    if !self.values[value.index()].iter().all(|lane| lane.bits() != 0) {
                        return Ok(false);
                    }
                }
                VectorOp::Store { access, value, mask } => {
                    for lane in self.active(*mask) {
                        let (view, part) = self.place(*access, lane)?;
                        machine.store(&view, part, self.values[value.index()][lane])?;
                    }
                }
                VectorOp::Accumulate { reduction, value, mask } => {
                    for lane in self.active(*mask) {
                        let value = self.values[value.index()][lane];
                        partials[*reduction as usize].take(self.first + lane, value);
                    }
                }
                op => {
                    let result = inst.result.ok_or("the instruction has no result")?;
                    let lanes = self.lanes(machine, op, result)?;
                    self.values.push(lanes);
                }
            }
        }
        Ok(true)
    }

    /// The lanes in which a mask is true.
    fn active(&self, mask: Option<Value>) -> Vec<usize> {
        let holds =
            |&lane: &usize| mask.is_none_or(|mask| self.values[mask.index()][lane].bits() != 0);
        (0..LANES).filter(holds).collect()
    }

    fn lanes(&self, machine: &Machine<'_>, op: &VectorOp, result: Value) -> Step<[Const; LANES]> {
        let dtype = self.plan.dtype(result);
        let mut lanes = [Const::zero(dtype); LANES];
        match op {
            VectorOp::Each(op) => {
                for (lane, value) in lanes.iter_mut().enumerate() {
                    let of = |value: Value| self.values[value.index()][lane];
                    *value = match op {
                        Op::Const(value) => *value,
                        Op::Unary(op, a) => eval::unary(*op, of(*a)),
                        Op::Binary(op, a, b) => eval::binary(*op, of(*a), of(*b))
                            .ok_or("a division by zero or with overflow was not prevented")?,
                        Op::Compare(op, a, b) => eval::compare(*op, of(*a), of(*b)).into(),
                        Op::MulAdd(a, b, c) => eval::mul_add(of(*a), of(*b), of(*c)),
                        Op::Select(cond, a, b) => of(if of(*cond).bits() != 0 { *a } else { *b }),
                        Op::Cast(a) => eval::cast(of(*a), dtype),
                        Op::Bitcast(a) => eval::bitcast(of(*a), dtype),
                        _ => return Err("not an instruction on scalars".into()),
                    };
                }
            }
            VectorOp::Splat(input) => {
                lanes.fill(self.inputs[*input as usize].as_scalar().ok_or("not a scalar")?);
            }
            VectorOp::Turn => {
                for (lane, value) in lanes.iter_mut().enumerate() {
                    *value = Const::int(dtype, (self.first + lane) as i128);
                }
            }
            VectorOp::Load { access, mask } => {
                for lane in self.active(*mask) {
                    let (view, part) = self.place(*access, lane)?;
                    lanes[lane] = machine.load(&view, part)?;
                }
            }
            VectorOp::Gather { base, part, index, mask } => {
                for lane in self.active(*mask) {
                    let by = self.values[index.index()][lane].bits() as isize;
                    lanes[lane] = machine.load(&self.moved(*base, by)?, *part)?;
                }
            }
            _ => return Err("the instruction defines nothing".into()),
        }
        Ok(lanes)
    }

    fn moved(&self, base: u32, by: isize) -> Step<View> {
        let mut view = self.inputs[base as usize].as_view().ok_or("not a reference")?;
        view.offset = view.offset.wrapping_add(by);
        Ok(view)
    }

    /// The element that an access is in a lane, and its part.
    fn place(&self, access: u32, lane: usize) -> Step<(View, u8)> {
        let access = self.plan.accesses[access as usize];
        let step = match access.step {
            vector::Step::Const(step) => step as isize,
            vector::Step::Input(input) => {
                let step = self.inputs[input as usize].as_scalar().ok_or("not a scalar")?;
                step.bits() as isize
            }
        };
        let turn = (self.first + lane) as isize;
        let by = turn.wrapping_mul(step).wrapping_add(access.offset as isize);
        Ok((self.moved(access.base, by)?, access.part))
    }
}

impl Machine<'_> {
    fn load(&self, view: &View, part: u8) -> Step<Const> {
        Ok(self.memory.load(view.buffer, view.offset, part)?)
    }

    fn store(&mut self, view: &View, part: u8, value: Const) -> Step {
        Ok(self.memory.store(view.buffer, view.offset, part, value)?)
    }
}
