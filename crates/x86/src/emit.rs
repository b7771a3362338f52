//! Allocated machine code to bytes: the frame, the moves that allocation put in, branches.

use crate::assembler::{Assembler, Form, Label};
use crate::opcode::{self, Opcode, Shape};
use crate::register::{Gpr, Index, Mask, Memory, Operand, Vector, Width};
use crate::scalar::{Arithmetic, Condition};
use crate::vcode::{INT, Kind, MASK, Masking, Place, VCode, VECTOR, VectorInst, registers};
use regalloc2::{Allocation, Block, Edit, Function, Inst, InstOrEdit, Output, RegClass};
use std::cell::Cell;

/// Registers that the function must give back as it got them.
const SAVED: [Gpr; 5] = [Gpr::RBX, Gpr::R12, Gpr::R13, Gpr::R14, Gpr::R15];

/// Loops begin at a multiple of so many bytes.
const LOOP_ALIGN: usize = 32;

thread_local! {
    static ALLOCATOR: Cell<regalloc2::Ctx> = Cell::default();
}

/// Allocates registers and writes the bytes of a function, with the constants of `assembler`
/// behind them.
///
/// # Errors
/// If allocation fails.
pub(crate) fn emit(
    code: &VCode,
    mut assembler: Assembler,
    evex: bool,
    width: Width,
) -> Result<Vec<u8>, String> {
    let env = registers(evex);
    let options = regalloc2::RegallocOptions {
        verbose_log: false,
        validate_ssa: cfg!(debug_assertions),
        algorithm: regalloc2::Algorithm::Ion,
    };
    // Its memory is used again: fresh memory costs more than allocation in it.
    let mut allocator = ALLOCATOR.take();
    let output = regalloc2::run_with_ctx(code, &env, &options, &mut allocator)
        .map_err(|error| format!("register allocation failed: {error:?}"))?;
    #[cfg(feature = "checker")]
    check(code, &env, output)?;
    let labels = code.blocks.iter().map(|_| assembler.label()).collect();
    let mut emitter = Emitter {
        code,
        output,
        assembler,
        labels,
        targets: Vec::new(),
        evex,
        width,
        frame: 0,
        used: 0,
    };
    emitter.function();
    let bytes = emitter.assembler.finish();
    ALLOCATOR.set(allocator);
    Ok(bytes)
}

/// Has the allocator's own checker look at its work.
#[cfg(feature = "checker")]
fn check(code: &VCode, env: &regalloc2::MachineEnv, output: &Output) -> Result<(), String> {
    let mut checker = regalloc2::checker::Checker::new(code, env);
    checker.prepare(output);
    checker.run().map_err(|errors| format!("registers were allocated wrong: {errors:?}"))
}

struct Emitter<'a> {
    code: &'a VCode,
    output: &'a Output,
    assembler: Assembler,
    labels: Vec<Label>,
    /// Where a jump to each block ends up: blocks that only jump on are left out.
    targets: Vec<usize>,
    evex: bool,
    width: Width,
    /// Bytes of the frame.
    frame: i32,
    /// The saved registers that are used, a bit each.
    used: u8,
}

/// See [`Emitter::targets`].
fn targets(code: &VCode, steps: &[Vec<Step>]) -> Vec<usize> {
    let next = |block: usize| match steps[block][..] {
        [Step::Inst(inst)] if matches!(code.kinds[inst.index()], Kind::Jump) => {
            code.block_succs(Block::new(block))[0].index()
        }
        _ => block,
    };
    let follow = |mut block: usize| {
        // A circle of such blocks would be a loop without an end; selection makes none.
        while next(block) != block {
            block = next(block);
        }
        block
    };
    (0..steps.len()).map(follow).collect()
}

/// What a block comes to.
enum Step {
    Inst(Inst),
    Move { from: Allocation, to: Allocation },
}

impl Emitter<'_> {
    fn function(&mut self) {
        let steps: Vec<Vec<Step>> =
            (0..self.code.blocks.len()).map(|block| self.steps(Block::new(block))).collect();
        self.targets = targets(self.code, &steps);
        self.note_used(&steps);
        self.frame = (self.output.num_spillslots as i32 * 8 + 63) & !63;
        self.prologue();
        for (block, steps) in steps.iter().enumerate() {
            if self.targets[block] != block {
                continue;
            }
            if self.code.blocks[block].head {
                self.assembler.align(LOOP_ALIGN);
            }
            self.assembler.place(self.labels[block]);
            for step in steps {
                match *step {
                    Step::Move { from, to } => self.move_to(from, to),
                    Step::Inst(inst) => self.inst(block, inst),
                }
            }
        }
    }

    fn steps(&self, block: Block) -> Vec<Step> {
        self.output
            .block_insts_and_edits(self.code, block)
            .map(|step| match step {
                InstOrEdit::Inst(inst) => Step::Inst(inst),
                InstOrEdit::Edit(Edit::Move { from, to }) => Step::Move { from: *from, to: *to },
            })
            .collect()
    }

    fn note_used(&mut self, steps: &[Vec<Step>]) {
        let mut note = |allocation: Allocation| {
            if let Some(register) = allocation.as_reg()
                && register.class() == INT
                && let Some(at) = SAVED.iter().position(|saved| saved.0 == register.hw_enc() as u8)
            {
                self.used |= 1 << at;
            }
        };
        for step in steps.iter().flatten() {
            match step {
                Step::Move { from, to } => {
                    note(*from);
                    note(*to);
                }
                Step::Inst(inst) => {
                    self.output.inst_allocs(*inst).iter().copied().for_each(&mut note)
                }
            }
        }
    }

    fn saved(&self) -> impl DoubleEndedIterator<Item = Gpr> + use<> {
        let used = self.used;
        SAVED.into_iter().enumerate().filter(move |(at, _)| used & 1 << at != 0).map(|(_, gpr)| gpr)
    }

    fn prologue(&mut self) {
        self.saved().for_each(|register| self.assembler.push(register));
        if self.frame > 0 {
            self.assembler.push(Gpr::RBP);
            self.assembler.mov(Gpr::RBP, Gpr::RSP);
            self.assembler.arithmetic_immediate(Arithmetic::And, Gpr::RSP, -64);
            self.assembler.arithmetic_immediate(Arithmetic::Sub, Gpr::RSP, self.frame);
        }
    }

    fn epilogue(&mut self) {
        self.assembler.vzeroupper();
        if self.frame > 0 {
            self.assembler.mov(Gpr::RSP, Gpr::RBP);
            self.assembler.pop(Gpr::RBP);
        }
        self.saved().rev().for_each(|register| self.assembler.pop(register));
        self.assembler.ret();
    }

    /// Jumps to one of two blocks by the flags, falling through to the next one if it can.
    fn branch(&mut self, block: usize, condition: Condition) {
        let successors = self.code.block_succs(Block::new(block));
        let [yes, no] = [successors[0], successors[1]].map(|to| self.targets[to.index()]);
        if Some(yes) == self.next(block) {
            self.assembler.jump_if(condition.inverse(), self.labels[no]);
        } else {
            self.assembler.jump_if(condition, self.labels[yes]);
            self.jump(block, no);
        }
    }

    /// The block that lies behind this one.
    fn next(&self, block: usize) -> Option<usize> {
        (block + 1..self.targets.len()).find(|&next| self.targets[next] == next)
    }

    fn jump(&mut self, block: usize, to: usize) {
        if self.next(block) != Some(to) {
            self.assembler.jump(self.labels[to]);
        }
    }

    fn inst(&mut self, block: usize, inst: Inst) {
        let allocations = self.output.inst_allocs(inst).to_vec();
        let number =
            |at: usize| allocations[at].as_reg().expect("a register is asked for").hw_enc() as u8;
        let gpr = |at: usize| Gpr(number(at));
        let assembler = &mut self.assembler;
        match self.code.kinds[inst.index()].clone() {
            Kind::Vector(inst) => self.vector(&inst, &allocations, &number),
            Kind::Argument => {}
            Kind::LoadSlot(at) => assembler.mov(gpr(0), Memory::base(gpr(1)).at(at)),
            Kind::Constant(value) => assembler.constant(gpr(0), value),
            Kind::Arithmetic(op) => assembler.arithmetic(op, gpr(0), gpr(2)),
            Kind::ArithmeticConstant(op, by) => assembler.arithmetic_immediate(op, gpr(0), by),
            Kind::ShiftLeft(count) => assembler.shl(gpr(0), count),
            Kind::ShiftRight(count) => assembler.shr(gpr(0), count),
            Kind::Fence => assembler.sfence(),
            Kind::Multiply => assembler.imul(gpr(0), gpr(2)),
            Kind::Offset(by) => assembler.lea(gpr(0), Memory::base(gpr(1)).at(by)),
            Kind::MaskOfCount => {
                assembler.bzhi(gpr(3), gpr(1), gpr(2));
                assembler.mask_from(Mask(number(0)), gpr(3));
            }
            Kind::MaskFrom => assembler.mask_from(Mask(number(0)), gpr(1)),
            Kind::BranchCompare(condition) => {
                assembler.arithmetic(Arithmetic::Cmp, gpr(0), gpr(1));
                self.branch(block, condition);
            }
            Kind::BranchCompareConstant(condition, with) => {
                assembler.arithmetic_immediate(Arithmetic::Cmp, gpr(0), with);
                self.branch(block, condition);
            }
            Kind::BranchIfNone => {
                let form = Form::vex(Width::W128);
                assembler.vector(
                    &opcode::KORTESTQ,
                    form,
                    Mask(number(0)),
                    Vector(0),
                    Mask(number(0)),
                );
                self.branch(block, Condition::Equal);
            }
            Kind::BranchIfNoneVector(width) => {
                let vector = Vector(number(0));
                assembler.vector(&opcode::VPTEST, Form::vex(width), vector, Vector(0), vector);
                self.branch(block, Condition::Equal);
            }
            Kind::Jump => {
                let to = self.code.block_succs(Block::new(block))[0];
                let to = self.targets[to.index()];
                self.jump(block, to);
            }
            Kind::Return => self.epilogue(),
        }
    }

    fn vector(
        &mut self,
        inst: &VectorInst,
        allocations: &[Allocation],
        number: &dyn Fn(usize) -> u8,
    ) {
        let gpr = |at: usize| Gpr(number(at));
        let mut form = Form { evex: inst.evex, ..Form::vex(inst.width) };
        match inst.masking {
            Masking::None => {}
            Masking::Merging(at) => form = form.merging(Mask(number(at))),
            Masking::Zeroing(at) => form = form.zeroing(Mask(number(at))),
        }
        form.broadcast = inst.broadcast;
        let place = match inst.place {
            Place::Register(at) if allocations[at].is_stack() => self.slot(allocations[at]).into(),
            Place::Register(at) => Operand::Register(number(at)),
            Place::Base { base, displacement } => Memory::base(gpr(base)).at(displacement).into(),
            Place::Indexed { base, index, scale, displacement } => {
                Memory::base(gpr(base)).indexed(gpr(index), scale).at(displacement).into()
            }
            Place::Gathered { base, index, displacement } => {
                let index = Index::Vector(Vector(number(index)), 1);
                Memory { base: gpr(base), index, displacement }.into()
            }
            Place::Pool(pooled) => Operand::Pool(pooled),
        };
        let reg = Vector(number(inst.reg));
        let left = Vector(inst.left.map_or(0, number));
        let assembler = &mut self.assembler;
        match (inst.opcode.shape, inst.immediate, inst.blend) {
            (Shape::Shift, Some(count), _) => {
                assembler.shift(inst.opcode, form, reg, place, count);
            }
            (_, _, Some(mask)) => {
                assembler.blend(inst.opcode, form, reg, left, place, Vector(number(mask)));
            }
            (_, Some(immediate), _) => {
                assembler.vector_immediate(inst.opcode, form, reg, left, place, immediate);
            }
            _ => assembler.vector(inst.opcode, form, reg, left, place),
        }
    }

    fn slot(&self, allocation: Allocation) -> Memory {
        let slot = allocation.as_stack().expect("a register or a slot of the stack");
        Memory::base(Gpr::RSP).at(slot.index() as i32 * 8)
    }

    fn move_to(&mut self, from: Allocation, to: Allocation) {
        match (from.as_reg(), to.as_reg()) {
            (Some(from), Some(to)) => {
                let operand = Operand::Register(from.hw_enc() as u8);
                self.load(to.class(), to.hw_enc() as u8, operand, true);
            }
            (None, Some(to)) => {
                let slot = self.slot(from).into();
                self.load(to.class(), to.hw_enc() as u8, slot, false);
            }
            (Some(from), None) => {
                let slot = self.slot(to);
                self.spill(from.class(), from.hw_enc() as u8, slot);
            }
            (None, None) => unreachable!("allocation moves from slot to slot by a register"),
        }
    }

    fn load(&mut self, class: RegClass, to: u8, from: Operand, register: bool) {
        let form = Form { evex: self.evex, ..Form::vex(self.width) };
        let assembler = &mut self.assembler;
        match class {
            INT => assembler.mov(Gpr(to), from),
            VECTOR => {
                let opcode: &Opcode = if register { &opcode::VMOVAPS } else { &opcode::VMOVUPS };
                assembler.vector(opcode, form, Vector(to), Vector(0), from);
            }
            MASK => {
                let form = Form::vex(Width::W128);
                assembler.vector(&opcode::KMOVQ, form, Mask(to), Vector(0), from);
            }
        }
    }

    fn spill(&mut self, class: RegClass, from: u8, to: Memory) {
        let form = Form { evex: self.evex, ..Form::vex(self.width) };
        let assembler = &mut self.assembler;
        match class {
            INT => assembler.store(to, Gpr(from)),
            VECTOR => assembler.vector(&opcode::VMOVUPS_STORE, form, Vector(from), Vector(0), to),
            MASK => {
                let form = Form::vex(Width::W128);
                assembler.vector(&opcode::KMOVQ_STORE, form, Mask(from), Vector(0), to);
            }
        }
    }
}
