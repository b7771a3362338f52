//! Vector loops for which no leaf can be made: they run all the same, and it is told why they
//! do so as they do.

mod harness;

use harness::Host;
use mambo_compiler::backend::{Artifact, Backend, LoopBackend, LoopCode, LoopOutcome};
use mambo_cranelift::Cranelift;
use mambo_ir::vector::VectorLoop;

#[derive(Debug)]
struct Refuses;

impl LoopBackend for Refuses {
    fn name(&self) -> &'static str {
        "refuses"
    }

    fn compile(&self, _: &VectorLoop) -> Result<LoopCode, String> {
        Err("way to do it".into())
    }
}

#[derive(Debug)]
struct Panics;

impl LoopBackend for Panics {
    fn name(&self) -> &'static str {
        "panics"
    }

    fn compile(&self, _: &VectorLoop) -> Result<LoopCode, String> {
        panic!("out of registers")
    }
}

/// Sums the numbers of the turns it does in vectors: how many, and the sum.
const SUM: &str = "func @f0 sum(%0: usize, %1: u64) -> (usize, u64) {
  %2: usize, %3: u64 = vector %0 () reduce (%1) {
    reduction add u64
    %0: u64 = turn
    accumulate 0, %0
  }
  return %2, %3
}";

fn compiled(backend: Cranelift) -> Box<dyn Artifact> {
    let module = mambo_ir::text::parse(SUM).expect("the text is right");
    backend.compile(&module).expect("it compiles")
}

fn sum_of(artifact: &dyn Artifact, turns: u64) -> (u64, u64) {
    let results = Host::new().call(artifact, &[turns, 0], 2).expect("it does not panic");
    (results[0], results[1])
}

fn outcome(artifact: &dyn Artifact) -> &LoopOutcome {
    let [outcome] = artifact.loops() else { panic!("one loop: {:?}", artifact.loops()) };
    outcome
}

#[test]
fn refused_loops_are_left_to_plain_ones() {
    let artifact = compiled(Cranelift::new().with_loops(&Refuses));
    assert_eq!(sum_of(&*artifact, 1000), (0, 0));
    assert_eq!(outcome(&*artifact).code, Err("way to do it".into()));
}

#[test]
fn refused_loops_run_at_128_bits() {
    let artifact = compiled(Cranelift::new().with_loops(&Refuses).with_lanes());
    assert_eq!(sum_of(&*artifact, 1000), (1000, 499_500));
    assert_eq!(outcome(&*artifact).code.as_ref().map(|shape| shape.width), Ok(128));
    assert_eq!(outcome(&*artifact).narrowed.as_deref(), Some("way to do it"));
}

#[test]
fn a_panic_is_a_refusal() {
    std::panic::set_hook(Box::new(|_| {}));
    let artifact = compiled(Cranelift::new().with_loops(&Panics).with_lanes());
    assert_eq!(sum_of(&*artifact, 1000), (1000, 499_500));
    let narrowed = outcome(&*artifact).narrowed.as_deref().expect("there is a reason");
    assert!(narrowed.contains("out of registers"), "{narrowed}");
}

#[test]
fn without_leaves_there_is_nothing_to_tell() {
    let artifact = compiled(Cranelift::new().with_lanes());
    assert_eq!(sum_of(&*artifact, 1003), (1000, 499_500));
    assert_eq!(outcome(&*artifact).narrowed, None);
    assert!(compiled(Cranelift::new()).loops().is_empty());
}
