//! The report that `explain()` gives: what became of every loop, and why.

use crate::backend::{LoopOutcome, LoopShape};
use crate::build::Built;
use crate::report::{
    AccessKind, AccessReport, LoopReport, Obstacle, Reason, RegionKind, RegionReport, VectorPlan,
};
use mambo_ir::{Signature, Span};
use std::fmt;

/// What the compiler did with a kernel, for each signature it was compiled for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Explanation {
    /// In the order of compilation.
    pub signatures: Vec<SignatureExplanation>,
}

/// What the compiler did for one signature.
#[derive(Clone, Debug, PartialEq)]
pub struct SignatureExplanation {
    /// The kernel.
    pub kernel: String,
    /// The signature.
    pub signature: Signature,
    /// Its loops and those of kernels inlined into it, in the order of their places.
    pub loops: Vec<LoopExplanation>,
}

/// What became of a loop.
#[derive(Clone, Debug, PartialEq)]
pub struct LoopExplanation {
    /// The file of the kernel the loop is in.
    pub file: String,
    /// Where the loop is.
    pub span: Span,
    /// Checks of indices that stood in it.
    pub checks: usize,
    /// What was done, or why it was left as it is.
    pub outcome: Result<Vectorized, Obstacle>,
}

/// How a loop runs in vectors.
#[derive(Clone, Debug, PartialEq)]
pub struct Vectorized {
    /// Registers, lanes and copies.
    pub shape: LoopShape,
    /// What keeps it from wider registers that the processor has.
    pub narrowed: Option<String>,
    /// What it does.
    pub plan: VectorPlan,
}

impl Vectorized {
    /// Bytes that a turn reads and writes.
    pub fn bytes(&self) -> usize {
        self.plan.accesses.iter().map(|access| access.bytes).sum()
    }
}

impl SignatureExplanation {
    /// Puts together what the passes and the backend say.
    pub fn new(signature: Signature, built: &Built, outcomes: &[LoopOutcome]) -> Self {
        let module = &built.module;
        let kernel = module.entry().name.clone();
        let mut loops: Vec<LoopExplanation> = Vec::new();
        for (index, reports) in built.loops.iter().enumerate() {
            let name = &module.functions[index].name;
            let source = module.sources.iter().find(|source| source.kernel == *name);
            let file = source.map(|source| source.file.clone()).unwrap_or_default();
            for report in reports {
                let explained = explain(&file, report, index, outcomes);
                if !loops.contains(&explained) {
                    loops.push(explained);
                }
            }
        }
        loops.sort_by_key(|explained| (explained.span.line, explained.span.column));
        SignatureExplanation { kernel, signature, loops }
    }
}

fn explain(
    file: &str,
    report: &LoopReport,
    function: usize,
    outcomes: &[LoopOutcome],
) -> LoopExplanation {
    let span = report.span;
    let outcome = report.outcome.clone().and_then(|plan| {
        let made = outcomes.iter().find(|made| made.function == function && made.span == span);
        let refused = |what: &str| Obstacle { reason: Reason::Backend(what.into()), span };
        match made.map(|made| (&made.code, &made.narrowed)) {
            Some((Ok(shape), narrowed)) => {
                Ok(Vectorized { shape: shape.clone(), narrowed: narrowed.clone(), plan })
            }
            Some((Err(what), _)) => Err(refused(what)),
            None => Err(Obstacle { reason: Reason::NoVectors, span }),
        }
    });
    LoopExplanation { file: file.into(), span, checks: report.checks, outcome }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.signatures.is_empty() {
            return f.write_str("not compiled yet: call the kernel first, or warm it up\n");
        }
        self.signatures.iter().try_for_each(|signature| write!(f, "{signature}"))
    }
}

impl fmt::Display for SignatureExplanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}{}", self.kernel, self.signature)?;
        if self.loops.is_empty() {
            writeln!(f, "  no loops")?;
        }
        self.loops.iter().try_for_each(|explained| write!(f, "{explained}"))
    }
}

impl fmt::Display for LoopExplanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "  {}:{}: loop ", self.file, self.span)?;
        match &self.outcome {
            Ok(vectorized) => {
                vectorized.fmt(f)?;
                let hoisted = self.checks.saturating_sub(vectorized.plan.requirements);
                if hoisted > 0 {
                    writeln!(
                        f,
                        "    {} made before the loop or proved",
                        counted(hoisted, "check")
                    )?;
                }
                Ok(())
            }
            Err(Obstacle { reason: Reason::InLanes, span }) => {
                writeln!(f, "runs in the lanes of the loop at {span}")
            }
            Err(Obstacle { reason, span }) => {
                write!(f, "runs turn by turn: {reason}")?;
                if *span != self.span && span.is_known() {
                    write!(f, " ({span})")?;
                }
                writeln!(f)
            }
        }
    }
}

impl fmt::Display for Vectorized {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let LoopShape { width, lanes, unroll, masked_tail } = &self.shape;
        write!(f, "in vectors: {width} bits, {lanes} turns each, {unroll} at a time")?;
        writeln!(f, "{}", if *masked_tail { ", masked tail" } else { ", plain tail" })?;
        if let Some(what) = &self.narrowed {
            writeln!(f, "    no wider: wider vectors have no {what}")?;
        }
        for access in &self.plan.accesses {
            writeln!(f, "    {access}")?;
        }
        for reduction in &self.plan.reductions {
            writeln!(f, "    reduction: {reduction}")?;
        }
        if self.plan.requirements > 0 {
            let checks = counted(self.plan.requirements, "check");
            writeln!(f, "    {checks} of every batch of turns")?;
        }
        for region in &self.plan.regions {
            writeln!(f, "    {region}")?;
        }
        let operations = counted(self.plan.operations, "operation");
        let has_loop = self
            .plan
            .regions
            .iter()
            .any(|region| matches!(region.kind, RegionKind::Counted | RegionKind::Masked));
        let once = if has_loop { ", a turn of each inner loop" } else { "" };
        writeln!(f, "    {operations} and {} bytes a turn{once}", self.bytes())
    }
}

impl fmt::Display for AccessReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let AccessReport { span, store, kind, bytes, masked } = self;
        let what = if *store { "store" } else { "load" };
        write!(f, "{what} of {} at {span}: {kind}", counted(*bytes, "byte"))?;
        if *masked { f.write_str(", under a mask") } else { Ok(()) }
    }
}

impl fmt::Display for RegionReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, how) = match self.kind {
            RegionKind::Counted => ("loop inside", "the same turns in all lanes"),
            RegionKind::Masked => ("loop inside", "each lane until it is done"),
            RegionKind::Skipped => ("branch", "skipped where no lane takes it"),
            RegionKind::Rare => ("rare arguments", "skipped where no lane has them"),
        };
        write!(f, "{what} at {}: {how}", self.span)
    }
}

impl fmt::Display for AccessKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AccessKind::Contiguous => f.write_str("contiguous"),
            AccessKind::Reversed => f.write_str("contiguous, backwards"),
            AccessKind::Strided(Some(step)) => write!(f, "{step} elements apart"),
            AccessKind::Strided(None) => f.write_str("apart by a stride, side by side if it is 1"),
            AccessKind::Broadcast => f.write_str("one element for all turns"),
            AccessKind::Gathered => f.write_str("gathered"),
        }
    }
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
