//! Universal functions against NumPy itself: random arrays and operations, of which both make
//! the same values, bit for bit but for NaNs, or errors of the same kind.
//!
//! Python runs [`reference.py`](Interpreter) and is asked for each case. Where there is no
//! `python3` with NumPy, the test says so and passes.
//!
//! * `MAMBO_PYTHON`: the interpreter, which then must have NumPy.
//! * `MAMBO_CASES`: how many cases, 7,200 if not set.
//! * `MAMBO_SEED`: the one case to run, as a failure prints it; with `MAMBO_CASES`, the first.
//! * `MAMBO_SURVEY`: set to go on after a failure, and print a report for each.
//! * `MAMBO_TRACE`: set to print each case's number before it is run: one may end the process.
//!
//! [`functions`] and [`products`] have the kernels, [`choices`] what is drawn of them. Orders in which NumPy may
//! round otherwise are avoided by drawing floats that do not round ([`elements::Values`]).

mod choices;
mod compare;
mod cores;
mod elements;
mod elementwise;
mod functions;
mod interpreter;
mod kinds;
mod laid;
mod overlap;
mod places;
mod products;
mod random;
mod reductions;
mod request;
mod results;

use choices::Choices;
use compare::difference;
use interpreter::Interpreter;
use random::Random;
use request::{Request, Sent};
use std::collections::BTreeMap;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What Mambo makes of a case: arrays, or an error.
type Outcome = Result<Vec<Sent>, mambo::Error>;

/// How many cases a run tries.
const CASES: u64 = 7200;

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| {
        text.parse().unwrap_or_else(|_| panic!("{name} must be a number, not `{text}`"))
    })
}

/// Says something that a run of tests does not hold back.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Cases that were run, and errors among them.
#[derive(Clone, Copy, Default)]
struct Count {
    cases: usize,
    errors: usize,
}

/// Runs one case on both sides.
fn try_case(
    seed: u64,
    choices: &Choices,
    interpreter: &mut Interpreter,
    counts: &mut BTreeMap<String, Count>,
) -> Result<(), String> {
    let mut request = Request::default();
    let mut random = Random::new(seed);
    let draw = choices.draw(&mut random);
    let outcome = catch_unwind(AssertUnwindSafe(|| draw(&mut random, &mut request)));
    let answer = interpreter.ask(&request);
    let count = counts.entry(request.kind()).or_default();
    count.cases += 1;
    count.errors += usize::from(answer.is_err());
    let difference = match outcome {
        Ok(outcome) => difference(&outcome, &answer, random.faults()),
        Err(_) => Some("a panic, which says above what it is".into()),
    };
    match difference {
        None => Ok(()),
        Some(difference) => Err(format!("MAMBO_SEED={seed} {request}{difference}")),
    }
}

#[test]
fn results_and_errors_are_those_of_numpy() {
    let Some(mut interpreter) = Interpreter::start() else {
        say("NumPy is not here: nothing was compared (set MAMBO_PYTHON to a Python that has it)");
        return;
    };
    let (cases, seed) = (setting("MAMBO_CASES"), setting("MAMBO_SEED"));
    let count = cases.unwrap_or(if seed.is_some() { 1 } else { CASES });
    let first = seed.unwrap_or(0);
    let [survey, trace] =
        ["MAMBO_SURVEY", "MAMBO_TRACE"].map(|name| std::env::var_os(name).is_some());
    let (choices, mut counts, mut failures) = (Choices::all(), BTreeMap::new(), 0);
    for seed in first..first + count {
        if trace {
            say(&format!("MAMBO_SEED={seed}"));
        }
        let Err(report) = try_case(seed, &choices, &mut interpreter, &mut counts) else { continue };
        assert!(survey, "{report}");
        say(&report);
        failures += 1;
    }
    say(&format!("NumPy {}: {count} cases", interpreter.version));
    for (kind, Count { cases, errors }) in counts {
        say(&format!("  {kind}: {cases}, of them {errors} errors"));
    }
    assert_eq!(failures, 0, "cases differ from NumPy");
}
