//! Vector loops in line, in registers of 128 bits: for processors that no other code generator
//! makes leaves for.
//!
//! A batch of turns is one group of them, or several if the partial results of floats are more
//! than a group has lanes. A value is as many whole registers as the lanes of a group take in
//! its type: a group has so many that the narrowest type fills one. What the machine has no
//! instruction for is done lane by lane, with the instructions of scalars.
//!
//! ```text
//! head(turn, partial results):  the body, once a group; on to the next batch
//! exit(turn, partial results):  their combination
//! ```

mod best;
mod convert;
mod memory;
mod operation;
mod region;
mod registers;
#[cfg(test)]
mod tests;

use super::{Lowering, clif_type};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self as clif, AliasRegion, BlockArg, InstBuilder, types};
use mambo_compiler::backend::LoopShape;
use mambo_ir::Dtype;
use mambo_ir::function::{Binary, Op, Value};
use mambo_ir::vector::{Reduction, VectorInst, VectorLoop, VectorOp};

/// Bytes of a register.
const REGISTER: usize = 16;

/// The most instructions of a body of which a group has several registers.
const SHORT_BODY: usize = 16;

/// How a loop is divided.
#[derive(Clone, Copy)]
struct Division {
    /// Turns of a group.
    turns: usize,
    /// Groups of a batch.
    groups: usize,
    /// Bytes of the widest type.
    widest: usize,
}

impl Division {
    fn of(plan: &VectorLoop) -> Division {
        let mut sizes: Vec<usize> =
            plan.values.iter().filter(|dtype| **dtype != Dtype::Bool).map(|d| d.size()).collect();
        sizes.extend((0..plan.accesses.len()).map(|at| plan.access_dtype(at as u32).size()));
        let (mut insts, mut repeats) = (0, false);
        plan.each_inst(&mut |inst| {
            insts += 1;
            if let VectorOp::Gather { base, .. } = inst.op {
                sizes.push(plan.element(base).part().size());
            }
            repeats |= matches!(&inst.op, VectorOp::Region(region) if region.repeats());
        });
        let widest = sizes.iter().copied().max().unwrap_or(1);
        let narrowest = sizes.iter().copied().min().unwrap_or(1);
        let copies = match insts {
            _ if repeats => 2,
            ..SHORT_BODY => 4,
            _ => 1,
        };
        let turns = (REGISTER / narrowest).max(copies * REGISTER / widest);
        match plan.partials() {
            None => Division { turns, groups: 1, widest },
            // Nothing of a batch is noticed before all of it has passed its requirements.
            Some(partials) if plan.is_checked() => Division { turns: partials, groups: 1, widest },
            Some(partials) => Division { turns, groups: partials / turns, widest },
        }
    }

    /// Turns of a batch.
    fn batch(self) -> usize {
        self.turns * self.groups
    }
}

/// Whether a loop is done sooner in registers: what is done lane by lane takes longer than it
/// does turn by turn.
fn is_worth_it(plan: &VectorLoop) -> bool {
    /// What an instruction takes turn by turn; in registers, one that they have takes as much as
    /// there are bytes.
    const SCALAR: usize = REGISTER;
    /// What takes every lane out of a register or puts it there, and what both.
    const ONE_BY_ONE: usize = 3 * SCALAR;
    /// A branch turn by turn would be mispredicted now and then.
    const MASKED: usize = 2 * SCALAR;
    let (mut wide, mut scalar) = (0, 0);
    let mut same = vec![false; plan.values.len()];
    plan.each_inst(&mut |inst| {
        let size = inst.result.map_or(1, |result| plan.dtype(result).size());
        wide += match &inst.op {
            VectorOp::Load { access, mask } | VectorOp::Store { access, mask, .. } => {
                match (memory::is_dense(plan, *access), mask) {
                    (true, None) => plan.access_dtype(*access).size(),
                    (true, Some(_)) => MASKED,
                    (false, _) => ONE_BY_ONE,
                }
            }
            VectorOp::Gather { .. } => ONE_BY_ONE,
            VectorOp::Each(Op::Const(_)) | VectorOp::Splat(_) => {
                same[inst.result.expect("it defines a value").index()] = true;
                return;
            }
            VectorOp::Each(op) if operation::goes_by_lane(plan, op, inst.result, &same) => {
                ONE_BY_ONE
            }
            _ => size,
        };
        scalar += SCALAR;
    });
    wide <= scalar
}

/// How a vector loop is made here.
///
/// # Errors
/// If it is better left to the plain loop: what is missing.
pub(crate) fn shape(plan: &VectorLoop) -> Result<LoopShape, String> {
    if !is_worth_it(plan) {
        return Err("gain where most lanes are done one by one".into());
    }
    let division = Division::of(plan);
    let lanes = REGISTER / division.widest;
    Ok(LoopShape {
        width: 8 * REGISTER as u32,
        lanes: lanes as u32,
        unroll: (division.batch() / lanes) as u32,
        masked_tail: false,
    })
}

/// A value in all lanes of a group. A `bool` is a mask: every bit of a lane, or none.
#[derive(Clone)]
struct Lanes {
    /// Bytes of a lane.
    size: usize,
    registers: Vec<clif::Value>,
}

/// What the loop takes from outside.
#[derive(Clone, Copy)]
enum Input {
    Scalar(clif::Value),
    Memory { base: clif::Value, region: AliasRegion },
}

/// Registers of the partial results of each reduction, then of each field of each best.
type Partials = Vec<Vec<clif::Value>>;

/// The lowering of a vector loop.
struct Group<'l, 'a, 'b> {
    host: &'l mut Lowering<'a, 'b>,
    plan: &'a VectorLoop,
    division: Division,
    inputs: Vec<Input>,
    /// The number of its first turn, and that of the batch.
    turn: clif::Value,
    first: clif::Value,
    /// Where it is in the batch.
    at: usize,
    /// The turns of the regions around that count them.
    inner: Vec<clif::Value>,
    values: Vec<Option<Lanes>>,
    /// The scalars that values hold in every lane.
    uniform: Vec<Option<clif::Value>>,
    partials: Partials,
    /// Takes the number of turns done and the partial results.
    exit: clif::Block,
    /// Where lanes load zero and store what nobody reads, if they do.
    spare: Option<memory::Spare>,
}

impl<'a> Lowering<'a, '_> {
    /// Does as many turns as fill batches: how many, then what it carries.
    pub(super) fn lanes(
        &mut self,
        plan: &'a VectorLoop,
        count: clif::Value,
        args: &[Value],
        init: &[Value],
    ) -> Vec<BlockArg> {
        let division = Division::of(plan);
        let inputs = args.iter().map(|&arg| self.lanes_input(arg)).collect();
        let init = self.scalars(init);
        let zero = self.b.ins().iconst(types::I64, 0);
        // See `unrolled_turns` for the minimum.
        let whole = self.b.ins().band_imm_s(count, -(division.batch() as i64));
        let whole = self.b.ins().umin(whole, count);
        let [head, exit] = [(); 2].map(|()| self.b.create_block());
        let mut group = Group {
            host: self,
            plan,
            division,
            inputs,
            turn: zero,
            first: zero,
            at: 0,
            inner: Vec::new(),
            values: Vec::new(),
            uniform: Vec::new(),
            partials: Vec::new(),
            exit,
            spare: None,
        };
        group.partials = plan.reductions.iter().map(|&of| group.neutral(of)).collect();
        for (&init, dtype) in init.iter().zip(plan.carried()).skip(plan.reductions.len()) {
            let field = group.first_field(init, dtype);
            group.partials.push(field);
        }
        group.spare();
        let start = group.state(zero);
        group.host.b.ins().brif(whole, head, &start, exit, &start);
        group.enter(head);
        for at in 0..division.groups {
            let ahead = (at * division.turns) as i64;
            group.turn = group.host.b.ins().iadd_imm_s(group.first, ahead);
            group.at = at;
            group.values = vec![None; plan.values.len()];
            group.uniform = vec![None; plan.values.len()];
            group.insts(&plan.insts);
        }
        let next = group.host.b.ins().iadd_imm_s(group.first, division.batch() as i64);
        let more = group.host.b.ins().icmp(IntCC::NotEqual, next, whole);
        let state = group.state(next);
        group.host.b.ins().brif(more, head, &state, exit, &state);
        group.enter(exit);
        let done = group.first;
        let mut results = vec![done];
        results.extend((0..plan.reductions.len()).map(|at| group.combined(at, init[at])));
        results.extend((0..plan.bests.len()).flat_map(|best| group.taken_best(best as u32)));
        results.into_iter().map(BlockArg::from).collect()
    }

    fn lanes_input(&mut self, arg: Value) -> Input {
        match self.func.ty(arg).as_scalar() {
            Some(_) => Input::Scalar(self.scalar(arg)),
            None => {
                let parts = *self.parts(arg);
                Input::Memory { base: parts.base, region: parts.region }
            }
        }
    }
}

impl<'a> Group<'_, 'a, '_> {
    /// A number of turns and the partial results, for a block that takes them.
    fn state(&self, turns: clif::Value) -> Vec<BlockArg> {
        let partials = self.partials.iter().flatten();
        [turns].iter().chain(partials).map(|&value| BlockArg::from(value)).collect()
    }

    /// Goes on in a block that takes a state.
    fn enter(&mut self, block: clif::Block) {
        let b = &mut self.host.b;
        let turns = b.append_block_param(block, types::I64);
        for register in self.partials.iter_mut().flatten() {
            let ty = b.func.dfg.value_type(*register);
            *register = b.append_block_param(block, ty);
        }
        b.switch_to_block(block);
        self.first = turns;
    }

    fn insts(&mut self, insts: &'a [VectorInst]) {
        for inst in insts {
            let result = match &inst.op {
                VectorOp::Require(value) => {
                    self.require(*value);
                    continue;
                }
                VectorOp::Store { access, value, mask } => {
                    self.store(*access, *value, *mask);
                    continue;
                }
                VectorOp::Accumulate { reduction, value, mask } => {
                    self.accumulate(*reduction as usize, *value, *mask);
                    continue;
                }
                VectorOp::Replace { best, field, value, mask } => {
                    self.replace(self.plan.field(*best, *field), *value, *mask);
                    continue;
                }
                VectorOp::Region(region) => {
                    self.region(region);
                    continue;
                }
                VectorOp::Better { best, value } => self.better(*best, *value),
                VectorOp::Each(op) => self.each(op, inst.result.expect("it defines a value")),
                VectorOp::Splat(input) => {
                    let scalar = self.scalar_input(*input);
                    let dtype = self.plan.inputs[*input as usize].as_scalar();
                    self.spread(scalar, dtype.expect("the input is a scalar"))
                }
                VectorOp::Turn => self.turns(self.dtype_of(inst)),
                VectorOp::InnerTurn(depth) => {
                    let dtype = self.dtype_of(inst);
                    let turn = self.inner[*depth as usize];
                    let turn = self.host.truncate(turn, dtype);
                    self.spread(turn, dtype)
                }
                VectorOp::Load { access, mask } => self.load(*access, *mask),
                VectorOp::Gather { base, part, index, mask } => {
                    self.gather(*base, *part, *index, *mask)
                }
            };
            self.define(inst, result);
        }
    }

    fn define(&mut self, inst: &VectorInst, lanes: Lanes) {
        let result = inst.result.expect("it defines a value").index();
        self.uniform[result] = match &inst.op {
            VectorOp::Splat(input) => Some(self.scalar_input(*input)),
            VectorOp::Each(Op::Const(constant)) => Some(self.host.constant(*constant)),
            _ => None,
        };
        self.values[result] = Some(lanes);
    }

    fn dtype_of(&self, inst: &VectorInst) -> Dtype {
        self.plan.dtype(inst.result.expect("it defines a value"))
    }

    fn scalar_input(&self, input: u32) -> clif::Value {
        match self.inputs[input as usize] {
            Input::Scalar(scalar) => scalar,
            Input::Memory { .. } => unreachable!("a reference is no scalar"),
        }
    }

    fn value(&self, value: Value) -> Lanes {
        self.values[value.index()].clone().expect("values are defined before they are used")
    }

    /// The number of the turn in each lane.
    fn turns(&mut self, dtype: Dtype) -> Lanes {
        let first = self.host.truncate(self.turn, dtype);
        let first = self.spread(first, dtype);
        let lanes = REGISTER / dtype.size();
        let mut registers = first.registers;
        for (at, register) in registers.iter_mut().enumerate() {
            let numbers = (0..lanes).map(|lane| (at * lanes + lane) as u64);
            let ahead = self.pattern(numbers, dtype);
            *register = self.host.b.ins().iadd(*register, ahead);
        }
        Lanes { size: first.size, registers }
    }

    /// Leaves before this batch unless a value is true in every lane.
    fn require(&mut self, value: Value) {
        let holds = self.value(value);
        let all = self.all(&holds);
        let on = self.host.b.create_block();
        let state = self.state(self.first);
        self.host.b.ins().brif(all, on, &[], self.exit, &state);
        self.host.b.switch_to_block(on);
    }

    // Reductions.

    /// Registers of partial results that change nothing.
    fn neutral(&mut self, reduction: Reduction) -> Vec<clif::Value> {
        let lanes = match self.plan.partials() {
            Some(partials) if reduction.dtype.is_float() => partials,
            _ => self.division.turns,
        };
        let size = self.size_of(reduction.dtype);
        let neutral = reduction.neutral();
        let bits = match neutral.as_bool() {
            Some(holds) => u64::from(holds).wrapping_neg(),
            None => neutral.bits() as u64,
        };
        let one = self.bits(bits, size, lane_type(reduction.dtype, size));
        vec![one; lanes * size / REGISTER]
    }

    fn accumulate(&mut self, number: usize, value: Value, mask: Option<Value>) {
        let Reduction { op, dtype } = self.plan.reductions[number];
        let size = self.size_of(dtype);
        let new = self.value(value);
        let new = if dtype == Dtype::Bool { self.resized(&new, size) } else { new };
        let mask = mask.map(|mask| self.mask(mask, size));
        let count = new.registers.len();
        let first = if self.partials[number].len() > count { self.at * count } else { 0 };
        for at in 0..count {
            let before = self.partials[number][first + at];
            let mut after = self.combine(op, dtype, before, new.registers[at]);
            if let Some(mask) = &mask {
                after = self.chosen(mask.registers[at], after, before);
            }
            self.partials[number][first + at] = after;
        }
    }

    /// The reduction of all partial results and the initial value.
    fn combined(&mut self, number: usize, init: clif::Value) -> clif::Value {
        let Reduction { op, dtype } = self.plan.reductions[number];
        let mut registers = std::mem::take(&mut self.partials[number]);
        while registers.len() > 1 {
            let upper = registers.split_off(registers.len() / 2);
            for (at, other) in upper.into_iter().enumerate() {
                registers[at] = self.combine(op, dtype, registers[at], other);
            }
        }
        let count = REGISTER / self.size_of(dtype);
        let mut lanes: Vec<_> =
            (0..count).map(|lane| self.extracted(registers[0], lane, dtype)).collect();
        while lanes.len() > 1 {
            let upper = lanes.split_off(lanes.len() / 2);
            for (at, other) in upper.into_iter().enumerate() {
                lanes[at] = self.host.binary(op, lanes[at], other, dtype);
            }
        }
        self.host.binary(op, init, lanes[0], dtype)
    }

    fn combine(&mut self, op: Binary, dtype: Dtype, x: clif::Value, y: clif::Value) -> clif::Value {
        self.binary(op, [x, y], dtype)
    }

    /// Bytes of a lane of a value that goes from block to block.
    fn size_of(&self, dtype: Dtype) -> usize {
        if dtype == Dtype::Bool { self.division.widest } else { dtype.size() }
    }
}

/// The type of a register whose lanes have a type and a size.
fn lane_type(dtype: Dtype, size: usize) -> clif::Type {
    match (dtype, size) {
        (Dtype::F32, _) => types::F32X4,
        (Dtype::F64, _) => types::F64X2,
        (_, 1) => types::I8X16,
        (_, 2) => types::I16X8,
        (_, 4) => types::I32X4,
        _ => types::I64X2,
    }
}

/// The type of a register of a dtype, `bool` being no mask.
fn register_type(dtype: Dtype) -> clif::Type {
    let lane = clif_type(dtype);
    lane.by(REGISTER as u32 / lane.bytes()).expect("there are registers of every type")
}
