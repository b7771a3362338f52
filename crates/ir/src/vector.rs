//! The vector loop: a `for` in logical vectors, as the planner hands it to every backend.
//!
//! A [`VectorLoop`] is the body of a loop whose turns may run side by side. Each of its values
//! has one element a turn, a *lane*; an instruction runs in all lanes of a batch of turns
//! before the next one does. How many turns a batch has is the backend's choice, and so is how
//! many batches it runs: the loop does a prefix of its turns and says how long it is, and the
//! plain loop behind it does the rest. Two things end it early, at the end of a batch:
//!
//! * too few turns are left for a batch, if the backend does not mask them off;
//! * a [`VectorOp::Require`] does not hold in some lane; nothing of that batch is noticed,
//!   because stores come after all requirements.
//!
//! What the loop touches are *accesses*: the element at `base + turn * step + offset`. What it
//! takes from outside are *inputs*: scalars, and references to elements (views of rank 0).
//!
//! A loop or a branch inside the body is a [`Region`]: instructions that all lanes run through
//! together, as long as one of them takes part.
//!
//! A reduction of integers may combine its lanes in any order. One of floats is a fixed tree:
//! turn `t` goes to partial result `t mod L`, with `L` from [`VectorLoop::partials`]; in the end
//! the upper half of the partial results is combined with the lower half until one is left,
//! and that with the initial value. A loop with such a reduction does none of its turns, or all
//! up to a multiple of `L`, so the bits of the result depend on nothing but their number.
//!
//! A *best* is the least or the greatest value so far, with the number of its turn and what else
//! that turn found ([`Best`]). Each lane has one of its own, as if it ran the loop over its turns
//! alone; in the end the best one of all lanes is taken. So a lane may hold for better what the
//! plain loop would not: nothing but the best and what goes with it depends on that.

use crate::constant::Const;
use crate::dtype::Dtype;
use crate::function::{Binary, Compare, Op, Value, ValueType};
use crate::span::Span;

/// Bytes of the partial results of a reduction of floats.
const PARTIAL_BYTES: usize = 256;

/// How deep regions that count their turns may be nested.
pub const NESTED: usize = 2;

/// A loop in logical vectors.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct VectorLoop {
    /// What it takes from outside, in the order of the operands of [`Op::VectorLoop`].
    pub inputs: Vec<ValueType>,
    /// The input, of type `usize`, that is about how many turns it has together with the loops
    /// around it that write elsewhere in each of theirs, if there are such loops.
    pub extent: Option<u32>,
    /// The memory it touches at affine places.
    pub accesses: Vec<Access>,
    /// What it carries from turn to turn.
    pub reductions: Vec<Reduction>,
    /// What it carries besides.
    pub bests: Vec<Best>,
    /// The element type of each value.
    pub values: Vec<Dtype>,
    /// The body.
    pub insts: Vec<VectorInst>,
}

/// A place in memory that moves by the same distance every turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Access {
    /// The input that refers to the element of turn 0, but for `offset`.
    pub base: u32,
    /// Which scalar of an element, as for [`Op::Load`].
    pub part: u8,
    /// Elements from one turn to the next.
    pub step: Step,
    /// Elements to add.
    pub offset: i64,
    /// Elements from one turn to the next of each region that counts its turns, the outermost
    /// first, of those it is used in.
    pub inner: [Step; NESTED],
}

/// A distance in elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Known.
    Const(i64),
    /// An input, of type `isize`.
    Input(u32),
}

/// A value that every turn combines with one of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Reduction {
    /// How: an operation that is associative, or may be taken for it.
    pub op: Binary,
    /// The type of both.
    pub dtype: Dtype,
}

/// Values that a turn replaces with its own where one of these is better.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Best {
    /// How a value compares that is better than the one so far: not by equality.
    pub compare: Compare,
    /// The types of what is replaced: the value that is compared, an integer with a sign that
    /// becomes the number of the turn and is -1 at first, and any others.
    pub fields: Vec<Dtype>,
}

/// An instruction.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct VectorInst {
    /// What it does.
    pub op: VectorOp,
    /// What it defines.
    pub result: Option<Value>,
    /// Where in the kernel it came from.
    pub span: Span,
}

/// What an instruction does. Values are numbered by [`VectorLoop::values`]. A `mask` is a
/// `bool` in each lane; lanes where it is false touch nothing, and load zero.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum VectorOp {
    /// An instruction on scalars, in each lane: from [`Op::Const`] to [`Op::Bitcast`].
    Each(Op),
    /// An input in every lane.
    Splat(u32),
    /// The number of the turn, from 0, wrapped to the integer type of the result.
    Turn,
    /// Reads an access.
    Load {
        /// Which.
        access: u32,
        /// Where, if not everywhere.
        mask: Option<Value>,
    },
    /// Overwrites an access; the lanes never meet in one place.
    Store {
        /// Which.
        access: u32,
        /// With what.
        value: Value,
        /// Where, if not everywhere.
        mask: Option<Value>,
    },
    /// Reads the element at a distance of its own in each lane.
    Gather {
        /// The input that refers to the element at distance 0.
        base: u32,
        /// Which scalar of an element.
        part: u8,
        /// Distances in elements, `isize`.
        index: Value,
        /// Where, if not everywhere.
        mask: Option<Value>,
    },
    /// Combines a value with a reduction.
    Accumulate {
        /// Which.
        reduction: u32,
        /// With what.
        value: Value,
        /// Where, if not everywhere.
        mask: Option<Value>,
    },
    /// Whether a value is better than the best of its lane so far.
    Better {
        /// Which.
        best: u32,
        /// The value.
        value: Value,
    },
    /// Replaces a field of a best.
    Replace {
        /// Which.
        best: u32,
        /// Its field.
        field: u32,
        /// With what.
        value: Value,
        /// Where: in lanes that have found a better value, the same for all fields.
        mask: Value,
    },
    /// Ends the loop before this batch unless the value is true in every lane.
    Require(Value),
    /// The number of the turn of a region around that counts them, from 0, wrapped to the
    /// integer type of the result; the regions are numbered from the outermost on.
    InnerTurn(u8),
    /// Runs instructions until no lane takes part any more.
    Region(Box<Region>),
}

/// A loop or a branch in lanes: its instructions run in all of them, again and again, while any
/// lane is *active*, as the masks of a language for vectors have it (Pharr and Mark, ispc: A
/// SPMD Compiler for High-Performance CPU Programming, 2012).
///
/// Lanes that are not active run along: what they must not do is masked with `active`, and what
/// they must keep is chosen with it. If no lane is active at first, the instructions may run
/// once or not at all; the results of such lanes are the initial values, if `next` keeps them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Region {
    /// The lanes that are active at first, if not all are.
    pub mask: Option<Value>,
    /// The most turns there are, if the region counts them: an input of type `usize`.
    pub times: Option<u32>,
    /// The carried values behind the region.
    pub results: Vec<Value>,
    /// Inside: the lanes that are active in this turn.
    pub active: Value,
    /// Inside: the carried values in this turn.
    pub params: Vec<Value>,
    /// The carried values in the first turn.
    pub init: Vec<Value>,
    /// What a turn does.
    pub insts: Vec<VectorInst>,
    /// The carried values in the next turn, or behind the region.
    pub next: Vec<Value>,
    /// Which of the active lanes are so in the next turn too; all of them, if it says nothing.
    /// A region without it and without `times` runs once.
    pub again: Option<Value>,
}

impl Region {
    /// Whether it runs more than once.
    pub fn repeats(&self) -> bool {
        self.times.is_some() || self.again.is_some()
    }
}

impl Reduction {
    /// The value that changes nothing.
    ///
    /// # Panics
    /// If the operation has none.
    pub fn neutral(&self) -> Const {
        let dtype = self.dtype;
        match self.op {
            Binary::Add if dtype == Dtype::F32 => Const::f32(-0.0),
            Binary::Add if dtype == Dtype::F64 => Const::f64(-0.0),
            Binary::Add | Binary::Or | Binary::Xor => Const::zero(dtype),
            Binary::Mul => Const::one(dtype),
            Binary::And if dtype == Dtype::Bool => Const::bool(true),
            Binary::And => Const::int(dtype, -1),
            Binary::Min if dtype == Dtype::F32 => Const::f32(f32::INFINITY),
            Binary::Min if dtype == Dtype::F64 => Const::f64(f64::INFINITY),
            Binary::Min => Const::greatest(dtype),
            Binary::Max if dtype == Dtype::F32 => Const::f32(f32::NEG_INFINITY),
            Binary::Max if dtype == Dtype::F64 => Const::f64(f64::NEG_INFINITY),
            Binary::Max => Const::least(dtype),
            other => panic!("{other:?} has no neutral value"),
        }
    }
}

impl Best {
    /// The field that is compared.
    pub const VALUE: u32 = 0;
    /// The field that becomes the number of the turn.
    pub const TURN: u32 = 1;

    /// How the value of one lane compares that is better than that of another.
    pub fn between_lanes(&self) -> Compare {
        match self.compare {
            Compare::Lt | Compare::Le => Compare::Lt,
            _ => Compare::Gt,
        }
    }

    /// How the turn of one lane compares whose value is equal to that of another, but taken
    /// before it: it is the first one, or the last one if equal values replace.
    pub fn between_turns(&self) -> Compare {
        match self.compare {
            Compare::Lt | Compare::Gt => Compare::Lt,
            _ => Compare::Gt,
        }
    }
}

impl Step {
    /// No distance.
    pub const NONE: Step = Step::Const(0);
}

impl VectorLoop {
    /// How many partial results each reduction of floats has, if there is one.
    pub fn partials(&self) -> Option<usize> {
        let floats = self.reductions.iter().filter(|reduction| reduction.dtype.is_float());
        floats.map(|reduction| PARTIAL_BYTES / reduction.dtype.size()).max()
    }

    /// The types of what it carries, in the order of its initial values and results: the
    /// reductions, then the fields of each best.
    pub fn carried(&self) -> impl Iterator<Item = Dtype> + '_ {
        let fields = self.bests.iter().flat_map(|best| &best.fields).copied();
        self.reductions.iter().map(|reduction| reduction.dtype).chain(fields)
    }

    /// Where a field of a best is in [`Self::carried`].
    pub fn field(&self, best: u32, field: u32) -> usize {
        let before = self.bests[..best as usize].iter().map(|best| best.fields.len());
        self.reductions.len() + before.sum::<usize>() + field as usize
    }

    /// The type of a value.
    pub fn dtype(&self, value: Value) -> Dtype {
        self.values[value.index()]
    }

    /// The type of the elements of an input that is a reference.
    ///
    /// # Panics
    /// If it is a scalar.
    pub fn element(&self, input: u32) -> Dtype {
        self.inputs[input as usize].as_view().expect("the input is a reference").dtype
    }

    /// The type of the scalars of an access.
    pub fn access_dtype(&self, access: u32) -> Dtype {
        self.element(self.accesses[access as usize].base).part()
    }

    /// The inputs through which memory is written.
    pub fn stored(&self) -> Vec<u32> {
        let mut stored = Vec::new();
        self.each_inst(&mut |inst| {
            if let VectorOp::Store { access, .. } = inst.op {
                stored.push(self.accesses[access as usize].base);
            }
        });
        stored
    }

    /// Calls `visit` for every instruction, those of regions after their region.
    pub fn each_inst<'a>(&'a self, visit: &mut impl FnMut(&'a VectorInst)) {
        each_of(&self.insts, visit);
    }

    /// Whether it can end early.
    pub fn is_checked(&self) -> bool {
        let mut found = false;
        self.each_inst(&mut |inst| found |= matches!(inst.op, VectorOp::Require(_)));
        found
    }
}

/// Calls `visit` for every instruction of a list, those of regions after their region.
pub fn each_of<'a>(insts: &'a [VectorInst], visit: &mut impl FnMut(&'a VectorInst)) {
    for inst in insts {
        visit(inst);
        if let VectorOp::Region(region) = &inst.op {
            each_of(&region.insts, visit);
        }
    }
}

impl VectorOp {
    /// Calls `visit` for every value it uses, inside of a region too.
    pub fn for_each_operand(&self, mut visit: impl FnMut(Value)) {
        self.clone().map_operands(|value| {
            visit(value);
            value
        });
    }

    /// Replaces every value it uses, inside of a region too.
    pub fn map_operands(&mut self, mut map: impl FnMut(Value) -> Value) {
        self.map_with(&mut map);
    }

    fn map_with(&mut self, map: &mut dyn FnMut(Value) -> Value) {
        match self {
            VectorOp::Each(op) => op.map_operands(map),
            VectorOp::Splat(_) | VectorOp::Turn | VectorOp::InnerTurn(_) => {}
            VectorOp::Load { mask, .. } => mask.iter_mut().for_each(|mask| *mask = map(*mask)),
            VectorOp::Gather { index: value, mask, .. }
            | VectorOp::Store { value, mask, .. }
            | VectorOp::Accumulate { value, mask, .. } => {
                *value = map(*value);
                mask.iter_mut().for_each(|mask| *mask = map(*mask));
            }
            VectorOp::Require(value) | VectorOp::Better { value, .. } => *value = map(*value),
            VectorOp::Replace { value, mask, .. } => {
                *value = map(*value);
                *mask = map(*mask);
            }
            VectorOp::Region(region) => {
                let Region { mask, init, insts, next, again, .. } = &mut **region;
                mask.iter_mut().chain(init).for_each(|value| *value = map(*value));
                insts.iter_mut().for_each(|inst| inst.op.map_with(map));
                next.iter_mut().chain(again).for_each(|value| *value = map(*value));
            }
        }
    }
}
