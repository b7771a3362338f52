//! What the compiler did with each loop, and why: the facts behind `explain()`.

use mambo_ir::Span;
use std::fmt;

/// What became of one loop of a kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoopReport {
    /// Where the loop is.
    pub span: Span,
    /// Checks of indices that stood in it.
    pub checks: usize,
    /// The plan, or what stopped it.
    pub outcome: Result<VectorPlan, Obstacle>,
}

/// A loop that runs in vectors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VectorPlan {
    /// The memory it touches.
    pub accesses: Vec<AccessReport>,
    /// What it carries from turn to turn, as `sum of i64`.
    pub reductions: Vec<String>,
    /// Arithmetic operations a turn.
    pub operations: usize,
    /// Checks of indices that are made before the loop.
    pub hoisted_checks: usize,
    /// Conditions that every batch of turns is tested for.
    pub requirements: usize,
    /// Loops and costly branches inside, which all lanes go through together.
    pub regions: Vec<RegionReport>,
}

/// A loop or a branch inside of a vectorised loop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionReport {
    /// Where it is.
    pub span: Span,
    /// What lanes do there.
    pub kind: RegionKind,
}

/// What lanes do in a loop or a branch inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegionKind {
    /// All do the same number of turns.
    Counted,
    /// Each does turns until it is done, under a mask.
    Masked,
    /// A branch that is skipped where no lane takes it.
    Skipped,
    /// What only rare arguments of an elementary function take, skipped where no lane has one.
    Rare,
}

/// An access to memory in a vectorised loop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessReport {
    /// Where it is.
    pub span: Span,
    /// Whether it writes.
    pub store: bool,
    /// How the elements lie.
    pub kind: AccessKind,
    /// Bytes of one element.
    pub bytes: usize,
    /// Whether it is masked.
    pub masked: bool,
}

/// How the elements of an access lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessKind {
    /// One after the other.
    Contiguous,
    /// One after the other, backwards.
    Reversed,
    /// At a distance; the number of elements, if it is known.
    Strided(Option<i64>),
    /// One element for all turns.
    Broadcast,
    /// Each at a place of its own.
    Gathered,
}

/// Why a loop was left as it is, and the place to blame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// Why.
    pub reason: Reason,
    /// The place.
    pub span: Span,
}

/// Why a loop was left as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It holds another loop.
    InnerLoop,
    /// It is part of a loop that runs in vectors: each lane runs it for itself.
    InLanes,
    /// It holds another loop that writes, and could not run in lanes.
    InnerStore,
    /// It can be left early.
    EarlyExit,
    /// It calls a function.
    Call,
    /// It makes or frees arrays.
    Allocation,
    /// An operation has no vector form; its name.
    Operation(String),
    /// A type has no vector form; its name.
    Type(String),
    /// A value goes from turn to turn, other than by a reduction; its name, if it has one.
    Carried(Option<String>),
    /// A reduction of floats gives other bits in another order; the operation.
    OrderedReduction(String),
    /// An element is read or written in one turn and written in another.
    Dependence,
    /// All turns write to one element.
    OneElement,
    /// Turns write at places that are not known before.
    Scatter,
    /// A check cannot be made before the loop.
    Check,
    /// A check comes after something has been written.
    LateCheck,
    /// It is known to have few turns.
    FewTurns,
    /// Nothing in it gains.
    NoGain,
    /// How many turns there are is not known before the first.
    While,
    /// The backend cannot do something in it: what.
    Backend(String),
    /// There are no vectors: the processor has none that are used, or they are turned off.
    NoVectors,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::InnerLoop => f.write_str("it holds another loop"),
            Reason::InLanes => f.write_str("each lane of the loop around runs it for itself"),
            Reason::InnerStore => f.write_str("it holds another loop, which writes to memory"),
            Reason::EarlyExit => f.write_str("it can be left early"),
            Reason::Call => f.write_str("it calls a function that was not inlined"),
            Reason::Allocation => f.write_str("it makes or frees an array in every turn"),
            Reason::Operation(name) => write!(f, "`{name}` has no vector form"),
            Reason::Type(name) => write!(f, "{name} has no vector form"),
            Reason::Carried(Some(name)) => {
                write!(f, "each turn needs the value of `{name}` from the turn before")
            }
            Reason::Carried(None) => f.write_str("each turn needs a value from the turn before"),
            Reason::OrderedReduction(op) => write!(
                f,
                "floats are combined by `{op}` in order, and another order gives other bits; `fastmath(reassoc)` allows it"
            ),
            Reason::Dependence => {
                f.write_str("an element may be written in one turn and used in another")
            }
            Reason::OneElement => f.write_str("every turn writes to the same element"),
            Reason::Scatter => f.write_str("it writes to places that are known only in each turn"),
            Reason::Check => f.write_str("an index is checked in every turn"),
            Reason::LateCheck => f.write_str("something is checked after something was written"),
            Reason::FewTurns => f.write_str("it has few turns"),
            Reason::NoGain => f.write_str("vectors would not make it faster"),
            Reason::While => f.write_str("how often it runs is known only when it ends"),
            Reason::Backend(what) => write!(f, "these vectors have no {what}"),
            Reason::NoVectors => f.write_str("vectors are turned off or not there"),
        }
    }
}
