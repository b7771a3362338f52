//! Instruction selection: a vector loop to machine code with virtual registers.
//!
//! A batch of turns is as many as fill a register with the widest type of the loop; values of
//! narrower types take a part of a register, whose other lanes hold anything. So each value is
//! one register, whatever types are mixed.
//!
//! * `leaf`: the function around the body: its arguments, the machine loops, the way out;
//! * `build`: instructions one by one, and constants;
//! * `arithmetic`, `convert`, `mask`, `memory`, `reduce`: the operations by family;
//! * `apart`: elements at a distance, `gather`: those at places of their own, `interleave`: those a few apart; `rows`: neighbours; `fold`: loads that are operands; `merge`: operations under a mask; `region`: loops and branches inside the body.
//!
//! With AVX-512 a mask is a mask register; with AVX2 it is a vector whose lanes are all ones
//! or zeros, of the width of what was compared.

mod apart;
mod arithmetic;
mod best;
mod build;
mod convert;
mod fold;
mod gather;
mod interleave;
mod leaf;
mod mask;
mod memory;
mod merge;
mod pressure;
mod reduce;
mod region;
mod rows;
mod stream;

use crate::assembler::Assembler;
use crate::register::Width;
use crate::vcode::Writer;
use mambo_ir::function::{Op, Value};
use mambo_ir::vector::{NESTED, Step, VectorInst, VectorLoop, VectorOp};
use mambo_ir::{Const, Dtype};
use regalloc2::VReg;
use rustc_hash::{FxHashMap, FxHashSet};

pub(crate) use leaf::{Selected, select};

/// What code is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// AVX-512 rather than AVX2.
    pub(crate) evex: bool,
    /// The widest registers.
    pub(crate) width: Width,
}

/// Why a loop cannot be done.
pub(crate) type Select<T = ()> = Result<T, String>;

/// A value of the loop in a copy of its body.
#[derive(Clone, Copy, Debug)]
enum Lanes {
    Vector(VReg),
    Mask(Mask),
}

/// A mask; with AVX2, of lanes of so many bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Mask {
    register: VReg,
    size: usize,
}

/// A constant that is kept in a register.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Kept {
    /// Bits in every lane of so many bytes.
    Lanes(u64, usize),
    /// The bytes of a vector.
    Bytes(Vec<u8>),
    /// Bits of a mask register.
    MaskBits(u64),
    /// An input in every lane.
    Splat(u32),
    /// The base address of an input.
    Base(u32),
    /// The bytes that the access of this number moves in a turn.
    ByteStep(u32),
    /// So many times that.
    Steps(u32, u8),
    /// The bytes that the access of this number moves in a turn of the region of this depth.
    InnerStep(u32, usize),
    /// The distances of the lanes of a strided access, in bytes.
    Distances(u32),
}

/// Where a copy of the body is in the loop.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// The turn of the first lane, without `ahead`.
    index: VReg,
    /// Turns that this copy is ahead of it.
    ahead: usize,
    /// The lanes that are turns, if not all are.
    tail: Option<VReg>,
    /// Whether what is only written goes past the caches.
    streaming: bool,
    /// Whether the vectors of rows are handed on from batch to batch.
    rows: bool,
}

/// The registers of the partial results of each reduction, then of each field of each best.
type Partials = Vec<Vec<VReg>>;

/// The state of the selection for one loop.
struct Selector<'a> {
    plan: &'a VectorLoop,
    target: Target,
    code: Writer,
    pool: Assembler,
    /// Turns in a vector.
    lanes: usize,
    /// Bytes of the widest type.
    size: usize,
    /// The values of each copy.
    values: Vec<Vec<Option<Lanes>>>,
    /// The copy being selected.
    copy: usize,
    /// Which values are the same in all batches.
    stays: Vec<bool>,
    /// The operations that wait for a choice; see `merge`.
    merged: FxHashMap<Value, Op>,
    /// The loads that wait for their use, and those that do so now; see `fold`.
    awaited: FxHashSet<Value>,
    waiting: FxHashMap<VReg, fold::Waiting>,
    /// The constants that values are.
    constants: Vec<Option<Const>>,
    kept: FxHashMap<Kept, VReg>,
    /// Addresses and turn numbers of the copy being selected.
    moving: FxHashMap<(u32, usize), VReg>,
    masks: FxHashMap<(Mask, usize), VReg>,
    /// The numbers of the turns of the regions that count them, the outermost first.
    inner: Vec<VReg>,
    /// The addresses of inputs in these turns, by how far they move in one.
    inner_bases: FxHashMap<(u32, [Step; NESTED]), VReg>,
    /// The address of the block of slots, if there is one.
    block: Option<VReg>,
    /// The inputs, where they came in registers.
    arguments: Vec<VReg>,
    /// Stores that are done together.
    store_groups: Vec<interleave::StoreGroup>,
    /// The accesses that are only written, side by side and without a mask.
    streams: Vec<u32>,
    /// What is read at several places, and its vectors in the batch being selected.
    rows: Vec<rows::Row>,
    row_vectors: rows::RowVectors,
}

/// The bytes of a lane of this type.
fn lane_size(dtype: Dtype) -> usize {
    dtype.size()
}

/// The bytes of the widest type of a loop.
fn widest(plan: &VectorLoop) -> usize {
    plan.values.iter().map(|&dtype| lane_size(dtype)).max().unwrap_or(8)
}

impl Selector<'_> {
    /// One instruction of the body.
    fn inst(&mut self, inst: &VectorInst, copy: &Place, partials: &mut Partials) -> Select {
        let result = match &inst.op {
            VectorOp::Each(_) if inst.result.is_some_and(|value| self.is_merged(value)) => None,
            VectorOp::Each(op) => {
                let result = inst.result.ok_or("an instruction without a result")?;
                Some(self.each(op, self.plan.dtype(result))?)
            }
            VectorOp::Splat(input) => Some(self.splat(*input)?),
            VectorOp::Turn => {
                let result = inst.result.ok_or("an instruction without a result")?;
                Some(Lanes::Vector(self.turn(self.plan.dtype(result), copy)?))
            }
            VectorOp::InnerTurn(depth) => {
                let result = inst.result.ok_or("an instruction without a result")?;
                Some(Lanes::Vector(self.inner_turn(*depth, self.plan.dtype(result))?))
            }
            VectorOp::Load { access, mask } => {
                let waits = inst.result.is_some_and(|value| self.awaited.contains(&value));
                Some(self.load(*access, *mask, waits, copy)?)
            }
            VectorOp::Store { access, value, mask } => {
                self.store(*access, *value, *mask, copy)?;
                None
            }
            VectorOp::Gather { base, part, index, mask } => {
                Some(self.gather(*base, *part, *index, *mask, copy)?)
            }
            VectorOp::Accumulate { reduction, value, mask } => {
                self.accumulate(*reduction, *value, *mask, copy, partials)?;
                None
            }
            VectorOp::Better { best, value } => {
                Some(Lanes::Mask(self.better(*best, *value, copy, partials)?))
            }
            VectorOp::Replace { best, field, value, mask } => {
                let field = self.plan.field(*best, *field);
                self.replace(field, *value, *mask, copy, partials)?;
                None
            }
            VectorOp::Require(_) | VectorOp::Region(_) => {
                return Err("a branch is the leaf's to see to".into());
            }
        };
        if let (Some(value), Some(lanes)) = (inst.result, result) {
            self.values[self.copy][value.index()] = Some(lanes);
        }
        Ok(())
    }

    fn each(&mut self, op: &Op, to: Dtype) -> Select<Lanes> {
        let dtype = |this: &Self, value: Value| this.plan.dtype(value);
        match *op {
            Op::Const(constant) => self.constant(constant),
            Op::Unary(op, a) => self.unary(op, a, dtype(self, a)),
            Op::Binary(op, a, b) => self.binary(op, a, b, dtype(self, a)),
            Op::Compare(op, a, b) => self.compare(op, a, b, dtype(self, a)).map(Lanes::Mask),
            Op::MulAdd(a, b, c) => self.mul_add(a, b, c, dtype(self, a)),
            Op::Select(cond, a, b) if self.is_merged(a) => {
                let mask = self.mask(cond)?;
                let other = self.vector(b)?;
                self.merge(mask.register, a, other)
            }
            Op::Select(cond, a, b) => self.choose(cond, a, b, to),
            Op::Cast(a) => self.cast(a, dtype(self, a), to),
            Op::Bitcast(a) => self.bitcast(a, dtype(self, a), to),
            _ => Err("not an instruction on scalars".into()),
        }
    }

    fn vector(&self, value: Value) -> Select<VReg> {
        match self.values[self.copy][value.index()] {
            Some(Lanes::Vector(register)) => Ok(register),
            _ => Err(format!("{value} is not a vector")),
        }
    }

    fn mask(&self, value: Value) -> Select<Mask> {
        match self.values[self.copy][value.index()] {
            Some(Lanes::Mask(mask)) => Ok(mask),
            _ => Err(format!("{value} is not a mask")),
        }
    }

    /// The width that values of so many bytes a lane need.
    fn width(&self, size: usize) -> Width {
        match self.lanes * size {
            64 => Width::W512,
            32 => Width::W256,
            _ => Width::W128,
        }
    }
}
