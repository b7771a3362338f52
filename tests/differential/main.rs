//! Random kernels: what the interpreter does and what Cranelift's code does is the same.
//!
//! A kernel is drawn as source text, and takes the whole way: front end, inference, lowering,
//! passes, backend. Four runs must agree, in results, panics and all memory of the arguments:
//! the interpreter on the module as lowered (the oracle) and after the passes, and the code of
//! Cranelift for the module after the passes, for some kernels also for the one as lowered.
//! Bits are compared, but any NaN is equal to any other ([`run`] says why). What touches memory
//! outside of an array ends the tests with a signal ([`fence`]).
//!
//! * `MAMBO_CASES`: how many kernels, 3,000 if not set.
//! * `MAMBO_SEED`: the one seed to run, as a failure prints it; with `MAMBO_CASES`, the first.
//! * `MAMBO_RUSTC`: how many kernels are also compiled by rustc, 120 if not set.
//! * `MAMBO_SURVEY`: set to go on after a failure, and print one line for each.
//!
//! [`loops`] draws kernels that are loops which can run in vectors, and runs them in every mode.
//!
//! A failure is made smaller and printed with source, arguments, outcomes and modules. Kernels
//! that failed once are kept in [`regressions`].

mod arguments;
mod callees;
mod case;
mod casts;
mod elementary;
mod fence;
mod generate;
mod host;
mod loops;
mod random;
mod regressions;
mod rows;
mod run;
mod rustc;
mod seeds;
mod shrink;
mod tree;

use case::Case;
use run::Failure;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many kernels a run tries.
const CASES: u64 = 3000;

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| {
        text.parse().unwrap_or_else(|_| panic!("{name} must be a number, not `{text}`"))
    })
}

/// What a run met, to see that it tests something.
#[derive(Default)]
struct Met {
    calls: AtomicUsize,
    long: AtomicUsize,
    panics: AtomicUsize,
}

#[test]
fn random_kernels_agree() {
    case::install_hook();
    let (cases, seed) = (setting("MAMBO_CASES"), setting("MAMBO_SEED"));
    let count = cases.unwrap_or(if seed.is_some() { 1 } else { CASES });
    let first = seed.unwrap_or(0);
    let survey = std::env::var_os("MAMBO_SURVEY").is_some();
    let met = Met::default();
    let failed: Mutex<Option<(u64, Case, Failure)>> = Mutex::new(None);
    seeds::each(first, count, |seed| {
        let Err(failed_case) = try_seed(seed, &met) else { return true };
        let (case, failure) = *failed_case;
        if survey {
            println!("MAMBO_SEED={seed} {}", failure.summary());
        } else {
            failed.lock().expect("no panic here").get_or_insert((seed, case, failure));
        }
        survey
    });
    if let Some((seed, case, failure)) = failed.into_inner().expect("no panic here") {
        let (case, failure) = shrink::shrink(&case, &failure);
        panic!("MAMBO_SEED={seed}\n{}", case.report(&failure));
    }
    let [calls, long, panics] = [met.calls, met.long, met.panics].map(AtomicUsize::into_inner);
    println!("{count} kernels, {calls} calls, of them {long} too long and {panics} panics");
    if count >= 100 {
        assert!(long * 20 < calls, "{long} of {calls} calls are too long to be compared");
        assert!(panics * 2 < calls, "{panics} of {calls} calls panic");
        assert!(panics * 50 > calls, "only {panics} of {calls} calls panic");
    }
}

fn try_seed(seed: u64, met: &Met) -> Result<(), Box<(Case, Failure)>> {
    let case = Case::draw(seed);
    assert!(case.program.resolves(), "seed {seed} draws no valid kernel:\n{}", case.text());
    match case.check() {
        Ok(outcomes) => {
            met.calls.fetch_add(outcomes.len(), Ordering::Relaxed);
            for outcome in outcomes {
                match outcome {
                    None => met.long.fetch_add(1, Ordering::Relaxed),
                    Some(outcome) => {
                        met.panics.fetch_add(outcome.result.is_err().into(), Ordering::Relaxed)
                    }
                };
            }
            Ok(())
        }
        Err(failure) => Err(Box::new((case, failure))),
    }
}

/// How many kernels rustc compiles too, and at how many at a time.
const RUSTC_CASES: u64 = 120;
const RUSTC_BATCH: u64 = 60;

#[test]
fn random_kernels_agree_with_rustc() {
    case::install_hook();
    let count = setting("MAMBO_RUSTC").unwrap_or(RUSTC_CASES);
    let first = setting("MAMBO_SEED").unwrap_or(0);
    let survey = std::env::var_os("MAMBO_SURVEY").is_some();
    for batch in (first..first + count).step_by(RUSTC_BATCH as usize) {
        let seeds = batch..(batch + RUSTC_BATCH).min(first + count);
        let cases: Vec<(u64, Case)> = seeds.map(|seed| (seed, Case::draw(seed))).collect();
        // Kernels that fail on the way are what the other test is for.
        let checked: Vec<_> =
            cases.iter().filter_map(|(seed, case)| Some((*seed, case.ended()?))).collect();
        let cases: Vec<&Case> = checked.iter().map(|(_, (case, _))| case).collect();
        let mut lines = rustc::run(&cases, "batch").into_iter();
        for (seed, (case, outcomes)) in &checked {
            for (call, outcome) in outcomes.iter().enumerate() {
                let found = lines.next().expect("a line for each call");
                if found == rustc::line(outcome) {
                    continue;
                }
                if survey {
                    println!("MAMBO_SEED={seed} rustc differs in call {call}");
                    continue;
                }
                let case = Case { calls: vec![case.calls[call].clone()], ..case.clone() };
                let case = shrink::shrink_with(&case, &|case| case.differs_from_rustc());
                let [outcome] = &case.ended().expect("it ends").1[..] else { continue };
                let found = rustc::run(&[&case], "shrunk");
                let failure = Failure::Mismatch(format!(
                    "rustc differs from the interpreter\nMambo: {}\nrustc: {}",
                    rustc::line(outcome),
                    found.join("\n"),
                ));
                panic!("MAMBO_SEED={seed}\n{}", case.report(&failure));
            }
        }
    }
}
