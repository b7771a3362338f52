//! Kernels from source text, lowered, optimised and interpreted.

use mambo_compiler::build::build;
use mambo_compiler::source::{Instance, KernelSource};
use mambo_frontend::{JitOptions, lower_source};
use mambo_ir::interpret::{Memory, Operand, interpret};
use mambo_ir::signature::{Access, ArrayType};
use mambo_ir::{Const, Dtype, Layout, Signature, Type};

/// A kernel without host names, as the macro would embed it.
fn source(text: &str) -> &'static KernelSource {
    let (lowered, errors) = lower_source(text, &JitOptions::default());
    assert!(errors.is_empty(), "{errors:?}");
    let kernel = lowered.expect("no errors").kernel;
    let tree = Vec::leak(kernel.encode());
    Box::leak(Box::new(KernelSource {
        name: String::leak(kernel.name.clone()),
        file: "test.rs",
        tree,
        debug_assertions: true,
        parallel: false,
        captures: Vec::new,
        types: Vec::new,
        callees: Vec::new,
    }))
}

fn instance(args: Vec<Type>, result: Type) -> Instance {
    let signature = Signature { args, generics: vec![], result };
    Instance { signature, captures: vec![], types: vec![] }
}

fn array(dtype: Dtype, rank: u8, access: Access) -> Type {
    Type::Array(ArrayType { dtype, rank, layout: Layout::C, access, slice: rank == 1 })
}

/// Runs a kernel over scalars, before and after the passes.
fn run(text: &str, args: &[Const], result: Dtype) -> Const {
    let types = args.iter().map(|arg| Type::Scalar(arg.dtype())).collect();
    let instance = instance(types, Type::Scalar(result));
    let mut lowered = None;
    let built = build(source(text), &instance, &mut |name, module| {
        if name == "lower" {
            lowered = Some(module.clone());
        }
    })
    .unwrap_or_else(|error| panic!("{error}"));
    let module = built.module;
    let args: Vec<Operand> = args.iter().map(|arg| Operand::Scalar(*arg)).collect();
    let value = |module: &mambo_ir::Module| {
        let results = interpret(module, &mut Memory::default(), &args)
            .unwrap_or_else(|trap| panic!("{trap:?}\n{module}"));
        results[0].as_scalar().expect("a scalar result")
    };
    let lowered = lowered.expect("the first dump");
    let before = value(&lowered);
    let after = value(&module);
    assert_eq!(before, after, "the passes changed the result\n{module}");
    after
}

#[test]
fn scalars_and_control_flow() {
    let collatz = "fn collatz(n: u64) -> u32 {
        let mut n = n;
        let mut steps = 0;
        while n != 1 {
            n = if n % 2 == 0 { n / 2 } else { 3 * n + 1 };
            steps += 1;
        }
        steps
    }";
    assert_eq!(run(collatz, &[27u64.into()], Dtype::U32), 111u32.into());

    let fib = "fn fib(n: u32) -> u64 { if n < 2 { return n as u64; } fib(n - 1) + fib(n - 2) }";
    assert_eq!(run(fib, &[15u32.into()], Dtype::U64), 610u64.into());

    let labelled = "fn find(limit: i32) -> i32 {
        let mut found = -1;
        'outer: for i in 1..limit {
            for j in i..limit {
                if i * j == 42 && j - i == 1 { found = i * 100 + j; break 'outer; }
                if i * j > 42 { continue 'outer; }
            }
        }
        found
    }";
    assert_eq!(run(labelled, &[20i32.into()], Dtype::I32), 607i32.into());
}

#[test]
fn tuples_arrays_closures_and_matches() {
    let text = "fn f(n: i32) -> f64 {
        let mut acc = [0.0f64; 4];
        let scale = |x: f64, k: usize| x * (k as f64 + 1.0);
        for i in 0..n {
            let k = (i % 4) as usize;
            acc[k] += match i { 0 => 0.5, 1 | 2 => 1.5, x if x % 2 == 0 => scale(x as f64, k), _ => 1.0 };
        }
        let (mut a, mut b) = (acc[0], acc[1]);
        (a, b) = (b, a);
        let best = acc.iter().fold(0.0f64, |m, x| m.max(*x));
        let sum: f64 = acc.iter().sum();
        a * 1000.0 + b * 100.0 + best * 10.0 + sum
    }";
    let expected = {
        let mut acc = [0.0f64; 4];
        let scale = |x: f64, k: usize| x * (k as f64 + 1.0);
        for i in 0..10i32 {
            let k = (i % 4) as usize;
            acc[k] += match i {
                0 => 0.5,
                1 | 2 => 1.5,
                x if x % 2 == 0 => scale(x as f64, k),
                _ => 1.0,
            };
        }
        let best = acc.iter().fold(0.0f64, |m, x| m.max(*x));
        acc[1] * 1000.0 + acc[0] * 100.0 + best * 10.0 + acc.iter().sum::<f64>()
    };
    assert_eq!(run(text, &[10i32.into()], Dtype::F64), expected.into());

    let checked = "fn f(a: i32, b: i32) -> i32 {
        let mut total = 0;
        if let Some(x) = a.checked_add(b) { total += x; }
        total += match a.checked_mul(b) { Some(x) => x, None => -1 };
        let Some(d) = a.checked_div(b) else { return -7 };
        total + d + a.pow(2) + (a.rem_euclid(7)) + b.saturating_mul(i32::from(2i8))
    }";
    assert_eq!(run(checked, &[9i32.into(), 0i32.into()], Dtype::I32), (-7i32).into());
    let expected = (9 - 4) + (9 * -4) + (9 / -4) + 81 + 2 + -8;
    assert_eq!(run(checked, &[9i32.into(), (-4i32).into()], Dtype::I32), expected.into());
}

#[test]
fn sums_of_slices_carry_no_check() {
    let text = "fn dot(a: &[f64], b: &[f64]) -> f64 {
        assert_eq!(a.len(), b.len());
        let mut s = 0.0;
        for i in 0..a.len() { s += a[i] * b[i]; }
        s
    }";
    let slice = || array(Dtype::F64, 1, Access::Shared);
    let built =
        build(source(text), &instance(vec![slice(), slice()], Dtype::F64.into()), &mut |_, _| {})
            .unwrap_or_else(|error| panic!("{error}"));
    let text = built.module.to_string();
    assert!(!text.contains("check_index"), "a check is left\n{text}");
}
