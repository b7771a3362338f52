//! One case: a kernel and what it is called with.

use crate::arguments::Argument;
use crate::generate;
use crate::random::Random;
use crate::run::{self, Failure, Outcome};
use crate::rustc;
use crate::tree::Program;
use mambo_ir::Signature;
use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How often each kernel is called.
const CALLS: usize = 3;

/// A kernel and the arguments of some calls.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) program: Program,
    pub(crate) calls: Vec<Vec<Argument>>,
    /// Whether the code is also run without the passes.
    pub(crate) plain: bool,
}

impl Case {
    /// The case of a seed.
    pub(crate) fn draw(seed: u64) -> Self {
        let mut random = Random::new(seed ^ 0x5EED);
        let size = random.between(20, 260);
        let program = generate::program(seed, size);
        let calls = (0..CALLS)
            .map(|_| program.params.iter().map(|p| Argument::draw(&mut random, &p.ty)).collect())
            .collect();
        Case { program, calls, plain: random.chance(25) }
    }

    pub(crate) fn text(&self) -> String {
        self.program.text("kernel")
    }

    pub(crate) fn signature(&self) -> Signature {
        let params = self.program.params.iter().map(|param| param.ty.clone());
        run::signature(params, &self.program.result)
    }

    /// Compiles and runs the kernel in every way.
    ///
    /// # Errors
    /// If the ways do not agree, or one of them fails.
    pub(crate) fn check(&self) -> Result<Vec<Option<Outcome>>, Failure> {
        quietly(|| {
            let compiled = run::compile(&self.text(), &self.signature(), self.plain)?;
            self.calls.iter().map(|args| compiled.compare(args)).collect()
        })
    }

    /// The calls that end soon, with how; nothing if the kernel fails on the way.
    pub(crate) fn ended(&self) -> Option<(Case, Vec<Outcome>)> {
        let outcomes = self.check().ok()?;
        let (calls, outcomes) = self
            .calls
            .iter()
            .zip(outcomes)
            .filter_map(|(args, outcome)| Some((args.clone(), outcome?)))
            .unzip();
        Some((Case { calls, ..self.clone() }, outcomes))
    }

    /// Whether rustc accepts the kernel and some call does something else there.
    pub(crate) fn differs_from_rustc(&self) -> bool {
        let Some((case, outcomes)) = self.ended() else { return false };
        let found = quietly(|| Ok(rustc::run(&[&case], "shrunk")));
        found.is_ok_and(|lines| {
            lines.iter().zip(&outcomes).any(|(line, outcome)| *line != rustc::line(outcome))
        })
    }

    /// Everything a person needs to see.
    pub(crate) fn report(&self, failure: &Failure) -> String {
        let compiled = quietly(|| run::compile(&self.text(), &self.signature(), self.plain));
        let modules = compiled.map(|compiled| compiled.modules()).unwrap_or_default();
        format!(
            "{}\nsignature: {}\narguments: {:#?}\n\n{modules}\n{}\n{}",
            self.text(),
            self.signature(),
            self.calls,
            self.text(),
            match failure {
                Failure::Rejected(text) => format!("not accepted: {text}"),
                Failure::Panicked(text) => format!("the compiler failed: {text}"),
                Failure::Fault(text) | Failure::Mismatch(text) => text.clone(),
            }
        )
    }
}

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Makes panics inside [`Case::check`] silent: they are failures of the case.
pub(crate) fn install_hook() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if !QUIET.get() {
            before(info);
        }
    }));
}

/// Runs `work`; a panic in it is a failure.
pub(crate) fn quietly<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    QUIET.set(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    QUIET.set(false);
    result.unwrap_or_else(|payload| Err(Failure::Panicked(panic_text(&*payload))))
}

fn panic_text(payload: &(dyn Any + Send)) -> String {
    let text = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without words").to_owned()
}
