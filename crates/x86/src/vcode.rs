//! Machine code with virtual registers, as register allocation takes it.
//!
//! Instructions stand in blocks, in order; the last one of a block is its branch. Values go
//! from block to block as block parameters. General-purpose registers are of the class `Int`,
//! vectors of `Float`, masks of `Vector`.

use crate::assembler::Pooled;
use crate::opcode::{Opcode, Shape, Tuple};
use crate::register::Width;
use crate::scalar::{Arithmetic, Condition};
use regalloc2::{Block, Inst, InstRange, Operand, PReg, PRegSet, RegClass, VReg};
use std::ops::Range;

/// General-purpose registers.
pub(crate) const INT: RegClass = RegClass::Int;
/// Vectors.
pub(crate) const VECTOR: RegClass = RegClass::Float;
/// Masks.
pub(crate) const MASK: RegClass = RegClass::Vector;

/// What is done with lanes outside of a mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Masking {
    /// There is no mask.
    None,
    /// They keep what they hold.
    Merging(usize),
    /// They become 0.
    Zeroing(usize),
}

/// The field of an instruction that may be in memory; numbers are those of operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A register.
    Register(usize),
    /// `[base + displacement]`.
    Base { base: usize, displacement: i32 },
    /// `[base + index * scale + displacement]`.
    Indexed { base: usize, index: usize, scale: u8, displacement: i32 },
    /// The same with an index a lane.
    Gathered { base: usize, index: usize, displacement: i32 },
    /// A constant behind the code.
    Pool(Pooled),
}

/// An instruction on vectors or masks; numbers are those of operands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct VectorInst {
    pub(crate) opcode: &'static Opcode,
    pub(crate) width: Width,
    pub(crate) evex: bool,
    pub(crate) masking: Masking,
    /// Whether the operand in memory is one element for all lanes.
    pub(crate) broadcast: bool,
    /// The register that is named first.
    pub(crate) reg: usize,
    /// The register between, if the instruction has one.
    pub(crate) left: Option<usize>,
    pub(crate) place: Place,
    pub(crate) immediate: Option<u8>,
    /// The mask of a blend in VEX form.
    pub(crate) blend: Option<usize>,
}

impl VectorInst {
    /// Whether the register in the place of what may be in memory may lie on the stack: a vector
    /// that is only read, in an instruction that takes as much from memory.
    pub(crate) fn reads_memory(&self) -> bool {
        let Opcode { shape, tuple, .. } = self.opcode;
        let three = matches!(shape, Shape::Three | Shape::ThreeImmediate | Shape::MaskImmediate);
        three && *tuple == Tuple::Full && self.left != Some(0)
    }
}

/// What an instruction does. The numbers and the order of operands are said with each.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// See [`VectorInst`].
    Vector(VectorInst),
    /// Defines its operands as the arguments of the function.
    Argument,
    /// Operand 0 = the 64 bits at operand 1 and a displacement.
    LoadSlot(i32),
    /// Operand 0 = a constant.
    Constant(u64),
    /// Operand 0 = operand 1 (in the same register) `op` operand 2.
    Arithmetic(Arithmetic),
    /// Operand 0 = operand 1 (in the same register) `op` a constant.
    ArithmeticConstant(Arithmetic, i32),
    /// Operand 0 = operand 1 (in the same register) << count.
    ShiftLeft(u8),
    /// Operand 0 = operand 1 (in the same register) >> count.
    ShiftRight(u8),
    /// Operand 0 = operand 1 (in the same register) * operand 2.
    Multiply,
    /// Operand 0 = operand 1 + a constant.
    Offset(i32),
    /// Mask operand 0 = the low bits of operand 1, as many as operand 2 says; operand 3 is
    /// used up.
    MaskOfCount,
    /// Mask operand 0 = the low bits of operand 1.
    MaskFrom,
    /// Jumps to the first successor if operand 0 compares to operand 1, else to the second.
    BranchCompare(Condition),
    /// The same with a constant.
    BranchCompareConstant(Condition, i32),
    /// Jumps to the first successor if mask operand 0 has no lane, else to the second.
    BranchIfNone,
    /// Jumps to the first successor if vector operand 0 has no lane, else to the second.
    BranchIfNoneVector(Width),
    /// Stores that went past the caches come before what follows.
    Fence,
    /// Jumps.
    Jump,
    /// Returns operand 0.
    Return,
}

/// A block of instructions.
#[derive(Debug, Default)]
pub(crate) struct MachineBlock {
    pub(crate) insts: Range<usize>,
    successors: Vec<Block>,
    predecessors: Vec<Block>,
    params: Vec<VReg>,
    /// What each successor is handed.
    arguments: Vec<Vec<VReg>>,
    /// Whether it is the head of a loop, which is worth aligning.
    pub(crate) head: bool,
}

/// A function.
#[derive(Debug, Default)]
pub(crate) struct VCode {
    pub(crate) kinds: Vec<Kind>,
    operands: Vec<Operand>,
    ranges: Vec<Range<usize>>,
    pub(crate) blocks: Vec<MachineBlock>,
    vregs: usize,
    /// 64-bit words of a vector.
    vector_words: usize,
}

/// A block while instructions are added to it.
#[derive(Debug, Default)]
struct Draft {
    insts: Vec<(Kind, Range<usize>)>,
    end: Option<(Kind, Range<usize>)>,
    to: Vec<(Label, Vec<VReg>)>,
    params: Vec<VReg>,
    head: bool,
}

/// A block by the order in which it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Label(usize);

/// A function being written. Blocks lie in the order in which they are started; the first one
/// can be added to until the end.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    drafts: Vec<Draft>,
    order: Vec<Label>,
    operands: Vec<Operand>,
    vregs: usize,
    /// Whether everything is added to the first block.
    first: bool,
}

impl Writer {
    pub(crate) fn vreg(&mut self, class: RegClass) -> VReg {
        self.vregs += 1;
        VReg::new(self.vregs - 1, class)
    }

    pub(crate) fn label(&mut self) -> Label {
        self.drafts.push(Draft::default());
        Label(self.drafts.len() - 1)
    }

    /// Goes on in a block.
    pub(crate) fn start(&mut self, label: Label, params: &[VReg]) {
        self.order.push(label);
        self.drafts[label.0].params = params.to_vec();
    }

    /// Says that the block is the head of a loop.
    pub(crate) fn head(&mut self, label: Label) {
        self.drafts[label.0].head = true;
    }

    pub(crate) fn push(&mut self, kind: Kind, operands: &[Operand]) {
        let current = if self.first { self.order.first() } else { self.order.last() };
        let current = *current.expect("a block has been started");
        self.push_to(current, kind, operands);
    }

    /// Whether instructions go to the first block from now on; gives what was so before.
    pub(crate) fn redirect(&mut self, first: bool) -> bool {
        std::mem::replace(&mut self.first, first)
    }

    /// Adds to the first block.
    pub(crate) fn push_first(&mut self, kind: Kind, operands: &[Operand]) {
        self.push_to(self.order[0], kind, operands);
    }

    fn push_to(&mut self, label: Label, kind: Kind, operands: &[Operand]) {
        let range = self.range(operands);
        self.drafts[label.0].insts.push((kind, range));
    }

    fn range(&mut self, operands: &[Operand]) -> Range<usize> {
        let from = self.operands.len();
        self.operands.extend_from_slice(operands);
        from..self.operands.len()
    }

    /// Ends the block with a branch to its successors.
    pub(crate) fn end(&mut self, kind: Kind, operands: &[Operand], to: &[(Label, &[VReg])]) {
        let range = self.range(operands);
        let current = *self.order.last().expect("a block has been started");
        let draft = &mut self.drafts[current.0];
        draft.end = Some((kind, range));
        draft.to = to.iter().map(|(label, arguments)| (*label, arguments.to_vec())).collect();
    }

    /// Lays the blocks out.
    pub(crate) fn finish(self, vector_words: usize) -> VCode {
        let mut places = vec![0; self.drafts.len()];
        for (place, label) in self.order.iter().enumerate() {
            places[label.0] = place;
        }
        let mut code = VCode { vregs: self.vregs, vector_words, ..VCode::default() };
        let mut drafts: Vec<Option<Draft>> = self.drafts.into_iter().map(Some).collect();
        for label in &self.order {
            let draft = drafts[label.0].take().expect("a block is started once");
            let from = code.kinds.len();
            let end = draft.end.expect("a block has an end");
            for (kind, range) in draft.insts.into_iter().chain([end]) {
                let start = code.operands.len();
                code.operands.extend_from_slice(&self.operands[range]);
                code.ranges.push(start..code.operands.len());
                code.kinds.push(kind);
            }
            let successor = |label: &Label| Block::new(places[label.0]);
            code.blocks.push(MachineBlock {
                insts: from..code.kinds.len(),
                successors: draft.to.iter().map(|(label, _)| successor(label)).collect(),
                predecessors: Vec::new(),
                params: draft.params,
                arguments: draft.to.into_iter().map(|(_, arguments)| arguments).collect(),
                head: draft.head,
            });
        }
        for from in 0..code.blocks.len() {
            for to in code.blocks[from].successors.clone() {
                code.blocks[to.index()].predecessors.push(Block::new(from));
            }
        }
        code
    }
}

impl regalloc2::Function for VCode {
    fn num_insts(&self) -> usize {
        self.kinds.len()
    }

    fn num_blocks(&self) -> usize {
        self.blocks.len()
    }

    fn entry_block(&self) -> Block {
        Block::new(0)
    }

    fn block_insns(&self, block: Block) -> InstRange {
        let insts = &self.blocks[block.index()].insts;
        InstRange::new(Inst::new(insts.start), Inst::new(insts.end))
    }

    fn block_succs(&self, block: Block) -> &[Block] {
        &self.blocks[block.index()].successors
    }

    fn block_preds(&self, block: Block) -> &[Block] {
        &self.blocks[block.index()].predecessors
    }

    fn block_params(&self, block: Block) -> &[VReg] {
        &self.blocks[block.index()].params
    }

    fn is_ret(&self, inst: Inst) -> bool {
        matches!(self.kinds[inst.index()], Kind::Return)
    }

    fn is_branch(&self, inst: Inst) -> bool {
        matches!(
            self.kinds[inst.index()],
            Kind::BranchCompare(_)
                | Kind::BranchCompareConstant(..)
                | Kind::BranchIfNone
                | Kind::BranchIfNoneVector(_)
                | Kind::Jump
        )
    }

    fn branch_blockparams(&self, block: Block, _: Inst, successor: usize) -> &[VReg] {
        &self.blocks[block.index()].arguments[successor]
    }

    fn inst_operands(&self, inst: Inst) -> &[Operand] {
        &self.operands[self.ranges[inst.index()].clone()]
    }

    fn inst_clobbers(&self, _: Inst) -> PRegSet {
        PRegSet::empty()
    }

    fn num_vregs(&self) -> usize {
        self.vregs
    }

    fn spillslot_size(&self, class: RegClass) -> usize {
        if class == VECTOR { self.vector_words } else { 1 }
    }
}

/// The registers that may be used: all but the stack pointer, the frame pointer and, as a mask,
/// `k0`, which stands for none.
pub(crate) fn registers(evex: bool) -> regalloc2::MachineEnv {
    let set = |class: RegClass, numbers: &mut dyn Iterator<Item = usize>| {
        let mut set = PRegSet::empty();
        numbers.for_each(|number| set.add(PReg::new(number, class)));
        set
    };
    let vectors = if evex { 32 } else { 16 };
    let preferred = [
        set(INT, &mut [0, 1, 2, 6, 7, 8, 9, 10, 11].into_iter()),
        set(VECTOR, &mut (0..vectors)),
        set(MASK, &mut (1..8)),
    ];
    let others =
        [set(INT, &mut [3, 12, 13, 14, 15].into_iter()), PRegSet::empty(), PRegSet::empty()];
    regalloc2::MachineEnv {
        preferred_regs_by_class: preferred,
        non_preferred_regs_by_class: others,
        scratch_by_class: [None; 3],
        fixed_stack_slots: Vec::new(),
    }
}
