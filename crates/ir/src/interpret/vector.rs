//! Runs vector loops, one instruction in all lanes of a batch after the other.

use super::machine::{Machine, Step, Stop};
use super::{Operand, View};
use crate::constant::Const;
use crate::eval;
use crate::function::{Compare, Op, Value};
use crate::vector::{self, Best, Reduction, Region, VectorInst, VectorLoop, VectorOp};

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

/// The bests of the lanes.
struct Bests<'a> {
    best: &'a Best,
    lanes: Vec<Vec<Const>>,
}

impl<'a> Bests<'a> {
    fn new(best: &'a Best, init: &[Const]) -> Self {
        Bests { best, lanes: vec![init.to_vec(); LANES] }
    }

    fn is_better(&self, value: Const, lane: usize) -> bool {
        let so_far = self.lanes[lane][Best::VALUE as usize];
        eval::compare(self.best.compare, value, so_far)
    }

    fn finish(self) -> Vec<Const> {
        let [value, turn] = [Best::VALUE, Best::TURN].map(|field| field as usize);
        let (values, turns) = (self.best.between_lanes(), self.best.between_turns());
        let lanes = self.lanes.into_iter();
        let best = lanes.reduce(|best, lane| {
            let equal = eval::compare(Compare::Eq, lane[value], best[value]);
            let better = eval::compare(values, lane[value], best[value])
                || equal && eval::compare(turns, lane[turn], best[turn]);
            if better { lane } else { best }
        });
        best.expect("there are lanes")
    }
}

/// What is carried.
struct State<'a> {
    partials: Vec<Partials>,
    bests: Vec<Bests<'a>>,
}

/// A batch being run.
struct Batch<'a> {
    plan: &'a VectorLoop,
    inputs: &'a [Operand],
    first: usize,
    /// The turns of the regions being run that count them.
    inner: Vec<usize>,
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
    let mut init = init.iter().copied();
    let started: Vec<Const> = init.by_ref().take(plan.reductions.len()).collect();
    let bests = plan.bests.iter().map(|best| {
        let fields: Vec<Const> = init.by_ref().take(best.fields.len()).collect();
        Bests::new(best, &fields)
    });
    let partials = plan.reductions.iter().map(new).collect();
    let mut state = State { partials, bests: bests.collect() };
    let turns = count - count % batch;
    let mut done = 0;
    while done < turns {
        let values = plan.values.iter().map(|&dtype| [Const::zero(dtype); LANES]).collect();
        let mut batch = Batch { plan, inputs, first: done, inner: Vec::new(), values };
        if !batch.run(&plan.insts, machine, &mut state)? {
            break;
        }
        done += LANES;
    }
    let reductions = state.partials.into_iter().zip(started);
    let reductions = reductions.map(|(partials, init)| partials.finish(init));
    let fields = state.bests.into_iter().flat_map(Bests::finish);
    Ok((done, reductions.chain(fields).collect()))
}

impl Batch<'_> {
    /// Whether the batch was done rather than left.
    fn run(
        &mut self,
        insts: &[VectorInst],
        machine: &mut Machine<'_>,
        state: &mut State<'_>,
    ) -> Step<bool> {
        for inst in insts {
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
                        state.partials[*reduction as usize].take(self.first + lane, value);
                    }
                }
                VectorOp::Better { best, value } => {
                    let result = inst.result.ok_or("the instruction has no result")?;
                    for lane in 0..LANES {
                        let value = self.values[value.index()][lane];
                        let better = state.bests[*best as usize].is_better(value, lane);
                        self.values[result.index()][lane] = better.into();
                    }
                }
                VectorOp::Replace { best, field, value, mask } => {
                    for lane in self.active(Some(*mask)) {
                        let value = self.values[value.index()][lane];
                        state.bests[*best as usize].lanes[lane][*field as usize] = value;
                    }
                }
                VectorOp::Region(region) => {
                    if !self.region(region, machine, state)? {
                        return Ok(false);
                    }
                }
                op => {
                    let result = inst.result.ok_or("the instruction has no result")?;
                    self.values[result.index()] = self.lanes(machine, op, result)?;
                }
            }
        }
        Ok(true)
    }

    /// The same of a region.
    fn region(
        &mut self,
        region: &Region,
        machine: &mut Machine<'_>,
        state: &mut State<'_>,
    ) -> Step<bool> {
        let times = match region.times {
            Some(input) => self.scalar(input)?,
            None if region.repeats() => usize::MAX,
            None => 1,
        };
        let mut active = match region.mask {
            Some(mask) => self.values[mask.index()],
            None => [Const::bool(true); LANES],
        };
        let mut carried: Vec<_> =
            region.init.iter().map(|init| self.values[init.index()]).collect();
        let depth = self.inner.len();
        let mut turn = 0;
        while turn < times && active.iter().any(|lane| lane.bits() != 0) {
            if turn as u64 >= machine.limits.fuel {
                return Err(Stop::Exhausted);
            }
            if region.times.is_some() {
                self.inner.truncate(depth);
                self.inner.push(turn);
            }
            self.values[region.active.index()] = active;
            for (param, &lanes) in region.params.iter().zip(&carried) {
                self.values[param.index()] = lanes;
            }
            if !self.run(&region.insts, machine, state)? {
                return Ok(false);
            }
            carried = region.next.iter().map(|next| self.values[next.index()]).collect();
            if let Some(again) = region.again {
                let again = self.values[again.index()];
                for (lane, again) in active.iter_mut().zip(again) {
                    *lane = Const::bool(lane.bits() != 0 && again.bits() != 0);
                }
            }
            turn += 1;
        }
        self.inner.truncate(depth);
        for (result, lanes) in region.results.iter().zip(carried) {
            self.values[result.index()] = lanes;
        }
        Ok(true)
    }

    fn scalar(&self, input: u32) -> Step<usize> {
        let value = self.inputs[input as usize].as_scalar().ok_or("not a scalar")?;
        Ok(value.bits() as usize)
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
            VectorOp::InnerTurn(depth) => {
                let turn = self.inner.get(*depth as usize).ok_or("no region counts its turns")?;
                lanes.fill(Const::int(dtype, *turn as i128));
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
        let turn = (self.first + lane) as isize;
        let far = turn.wrapping_mul(self.step(access.step)?);
        let mut by = far.wrapping_add(access.offset as isize);
        for (&turn, step) in self.inner.iter().zip(access.inner) {
            by = by.wrapping_add((turn as isize).wrapping_mul(self.step(step)?));
        }
        Ok((self.moved(access.base, by)?, access.part))
    }

    fn step(&self, step: vector::Step) -> Step<isize> {
        Ok(match step {
            vector::Step::Const(step) => step as isize,
            vector::Step::Input(input) => self.scalar(input)? as isize,
        })
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
