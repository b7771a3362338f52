//! Random modules do the same before and after every pass: results, stores and panics.

#[path = "passes_random/generate.rs"]
mod generate;

use generate::Random;
use mambo_compiler::passes::{self, PassOptions};
use mambo_ir::function::ValueType;
use mambo_ir::interpret::{Limits, Memory, Operand, Trap, View, interpret_within};
use mambo_ir::{Const, Dtype, Function, Module, verify};

/// How many modules are tried, each with several arguments.
const CASES: u64 = 600;

/// A pass, by name.
type Pass = (&'static str, fn(&mut Module));

fn each(module: &mut Module, pass: impl Fn(&mut Function)) {
    module.functions.iter_mut().for_each(pass);
}

const PASSES: [Pass; 13] = [
    ("inline_calls", |module| passes::inline_calls(module, &PassOptions::default())),
    ("fold_constants", |module| each(module, passes::fold_constants)),
    ("merge_common_subexpressions", |module| each(module, passes::merge_common_subexpressions)),
    ("eliminate_dead_code", |module| each(module, passes::eliminate_dead_code)),
    ("hoist_invariants", |module| each(module, passes::hoist_invariants)),
    ("recognize_counted_loops", |module| each(module, passes::recognize_counted_loops)),
    ("eliminate_bounds_checks", |module| each(module, passes::eliminate_bounds_checks)),
    ("split_index_ranges", |module| {
        each(module, |func| passes::split_index_ranges(func, &PassOptions::default()));
    }),
    ("unroll_short_loops", |module| {
        each(module, |func| passes::unroll_short_loops(func, &PassOptions::default()));
    }),
    ("nest_early_exits", |module| each(module, passes::nest_early_exits)),
    ("promote_stack_arrays", |module| each(module, passes::promote_stack_arrays)),
    ("vectorize_loops", |module| each(module, |func| _ = passes::vectorize_loops(func))),
    ("optimize", |module| {
        passes::optimize(module, &PassOptions::default(), &mut |_, _| {});
    }),
];

/// What a run did: how it ended, and what it left in the arrays.
#[derive(Debug, PartialEq)]
struct Outcome {
    result: Result<Vec<Operand>, Trap>,
    arrays: Vec<Vec<u8>>,
}

fn element(random: &mut Random, dtype: Dtype) -> Const {
    match dtype {
        Dtype::F64 => Const::f64(random.below(9) as f64 / 2.0 - 1.0),
        dtype => Const::int(dtype, random.below(12) as i128 - i128::from(dtype.is_signed_int())),
    }
}

/// Runs a module with arguments drawn from `seed`.
fn run(module: &Module, seed: u64, fuel: u64) -> Outcome {
    let mut random = Random(seed);
    let mut memory = Memory::new();
    let mut buffers = Vec::new();
    let args: Vec<Operand> = generate::entry_params()
        .into_iter()
        .map(|ty| match ty {
            ValueType::Scalar(Dtype::F64) => Const::f64(random.below(5) as f64).into(),
            ValueType::Scalar(dtype) => element(&mut random, dtype).into(),
            ValueType::View(ty) => {
                let dims: Vec<usize> = (0..ty.rank).map(|_| random.below(9)).collect();
                let size = dims.iter().product::<usize>();
                let elements: Vec<Const> =
                    (0..size).map(|_| element(&mut random, ty.dtype)).collect();
                let buffer = memory.add(ty.dtype, elements);
                buffers.push(buffer);
                View::contiguous(buffer, &dims, ty.layout).into()
            }
        })
        .collect();
    let limits = Limits { fuel, ..Limits::default() };
    let result = interpret_within(module, &mut memory, &args, limits);
    let arrays = buffers.into_iter().map(|buffer| memory.bytes(buffer).to_vec()).collect();
    Outcome { result, arrays }
}

/// Brings a module to the form in which most passes meet it.
fn prepare(module: &mut Module) {
    each(module, passes::fold_constants);
    each(module, passes::merge_common_subexpressions);
    each(module, passes::hoist_invariants);
}

/// How a pass changes what a module does, if it does.
fn difference(module: &Module, pass: Pass, seed: u64) -> Option<String> {
    [false, true].into_iter().find_map(|prepared| difference_of(module, pass, prepared, seed))
}

fn difference_of(module: &Module, pass: Pass, prepared: bool, seed: u64) -> Option<String> {
    let mut after = module.clone();
    if prepared {
        prepare(&mut after);
    }
    pass.1(&mut after);
    if let Err(error) = verify::verify(&after) {
        return Some(format!("{error}\n{after}"));
    }
    (0..4).find_map(|number| {
        let seed = seed ^ (number << 40);
        let expected = run(module, seed, 20_000);
        match &expected.result {
            Err(Trap::OutOfFuel) => return None,
            Err(fault @ Trap::Fault { .. }) => panic!("the module drawn is wrong: {fault}"),
            _ => {}
        }
        let found = run(&after, seed, 200_000);
        (found != expected).then(|| format!("{expected:?}\nbecame\n{found:?}\nof\n{after}"))
    })
}

#[test]
fn random_modules_do_the_same_after_each_pass() {
    for seed in 0..CASES {
        let size = 4 + (seed % 60) as usize;
        let module = generate::module(seed, size);
        verify::verify(&module).unwrap_or_else(|error| panic!("seed {seed}: {error}\n{module}"));
        for pass in PASSES {
            if difference(&module, pass, seed).is_none() {
                continue;
            }
            // The smallest size at which the same seed still fails.
            let (module, words) = (1..=size)
                .find_map(|size| {
                    let module = generate::module(seed, size);
                    difference(&module, pass, seed).map(|words| (module, words))
                })
                .expect("the size tried first fails");
            panic!("seed {seed}: {} changes\n{module}\n{words}", pass.0);
        }
    }
}
