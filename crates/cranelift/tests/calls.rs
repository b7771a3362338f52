//! Calls: of functions of the module with any results, of themselves, of the host.

mod harness;

use harness::{Host, compile, function, module, return_, run, scalar, site, slots, sources, view};
use mambo_compiler::backend::Backend;
use mambo_cranelift::Cranelift;
use mambo_ir::builder::Builder;
use mambo_ir::function::{
    Binary, Compare, FuncId, Function, HostFunction, HostId, Op, SiteId, Terminator, Value,
};
use mambo_ir::{Dtype, Layout, Module, SiteKind};

fn call(b: &mut Builder<'_>, callee: u32, args: &[Value], results: &[Dtype]) -> Vec<Value> {
    let results: Vec<_> = results.iter().map(|&ty| scalar(ty)).collect();
    b.insert(Op::Call { callee: FuncId(callee), args: args.to_vec() }, &results).to_vec()
}

/// `if n < 2 { n } else { fib(n - 1) + fib(n - 2) }`, function number `own`.
fn fib(own: u32) -> Function {
    let int = scalar(Dtype::I32);
    let mut function = function("fib", &[int], &[int], |b, params| {
        let n = params[0];
        let (one, two) = (b.constant(1_i32), b.constant(2_i32));
        let small = b.compare(Compare::Lt, n, two);
        let (then, otherwise) = (b.func.new_block(), b.func.new_block());
        b.func.block_mut(then).end = Terminator::Yield(vec![n]);
        let before = b.switch_to(otherwise);
        let n1 = b.binary(Binary::Sub, n, one);
        let n2 = b.binary(Binary::Sub, n, two);
        let f1 = call(b, own, &[n1], &[Dtype::I32])[0];
        let f2 = call(b, own, &[n2], &[Dtype::I32])[0];
        let sum = b.binary(Binary::Add, f1, f2);
        b.end(Terminator::Yield(vec![sum]));
        b.switch_to(before);
        let result = b.insert_one(Op::If { cond: small, then, otherwise }, Dtype::I32);
        return_(b, &[result]);
    });
    function.recursive = true;
    function
}

fn recursion_sites() -> Vec<mambo_ir::Site> {
    vec![site(SiteKind::DivideByZero), site(SiteKind::Recursion)]
}

#[test]
fn an_entry_that_calls_itself() {
    let module = Module {
        functions: vec![fib(0)],
        sites: recursion_sites(),
        sources: sources(),
        ..Module::default()
    };
    assert_eq!(run(&module, &[20], 1).unwrap(), [6765]);
}

#[test]
fn a_function_that_calls_itself() {
    let int = scalar(Dtype::I32);
    let entry = function("entry", &[int], &[int], |b, params| {
        let result = call(b, 1, params, &[Dtype::I32]);
        return_(b, &result);
    });
    let functions = vec![entry, fib(1)];
    let module =
        Module { functions, sites: recursion_sites(), sources: sources(), ..Module::default() };
    assert_eq!(run(&module, &[15], 1).unwrap(), [610]);
}

/// `fn endless(x) -> (x, x) { endless(x + 1) }` runs into the limit of the stack.
#[test]
fn recursion_without_end() {
    let int = scalar(Dtype::U64);
    let mut endless = function("endless", &[int], &[int, int], |b, params| {
        let one = b.constant(1_u64);
        let next = b.binary(Binary::Add, params[0], one);
        let result = call(b, 0, &[next], &[Dtype::U64; 2]);
        let sum = b.binary(Binary::Add, result[0], result[1]);
        return_(b, &[sum, result[0]]);
    });
    endless.recursive = true;
    let module = Module {
        functions: vec![endless],
        sites: recursion_sites(),
        sources: sources(),
        ..Module::default()
    };
    assert_eq!(run(&module, &[0], 2).unwrap_err().site, 1);

    let mut without_site = module;
    without_site.sites.clear();
    let error = Cranelift::new().compile(&without_site).unwrap_err();
    assert_eq!(error.function, "endless");
    assert!(error.reason.contains("recursive"), "{error}");
}

/// Results of mixed types, and a panic that passes through two callers.
#[test]
fn results_and_panics_of_callees() {
    let results = [Dtype::F64, Dtype::Bool, Dtype::I8, Dtype::F32, Dtype::U16];
    let types = results.map(scalar);
    let view_type = view(Dtype::F64, 2, Layout::F, false);
    let params = [view_type, scalar(Dtype::Usize)];
    let pass = |callee| {
        function("pass", &params, &types, move |b, params| {
            let values = call(b, callee, params, &results);
            return_(b, &values);
        })
    };
    let leaf = function("leaf", &params, &types, |b, params| {
        let (a, i) = (params[0], params[1]);
        let len = b.dim(a, 1);
        b.insert(Op::CheckIndex { index: i, len, site: SiteId(0) }, &[]);
        let one = b.index(1);
        let x = b.load(a, &[one, i]);
        let zero = b.constant(0.0_f64);
        let negative = b.compare(Compare::Lt, x, zero);
        let small = b.cast(x, Dtype::I8);
        let single = b.cast(x, Dtype::F32);
        let half = b.constant(0.5_f32);
        let single = b.binary(Binary::Mul, single, half);
        let word = b.cast(i, Dtype::U16);
        return_(b, &[x, negative, small, single, word]);
    });
    let mut module = module(&[], &[], |b, _| return_(b, &[]));
    module.functions = vec![pass(1), pass(2), leaf];
    let artifact = compile(&module);
    let data = [1.0, -3.0, 5.0, -7.0, 9.0, -11.0];
    let mut args = slots(data.as_ptr(), &[2, 3], &[1, 2]);
    args.push(2);
    let want =
        [(-11.0_f64).to_bits(), 1, u64::from(-11_i8 as u8), u64::from((-5.5_f32).to_bits()), 2];
    assert_eq!(Host::new().call(&*artifact, &args, 5).unwrap(), want);
    args[5] = 3;
    let panicked = Host::new().call(&*artifact, &args, 5).unwrap_err();
    assert_eq!((panicked.site, &panicked.operands[..2]), (0, &[3, 3][..]));
}

/// `env` is the factor; panics on a negative number.
extern "C" fn scale(env: usize, args: *const u64, results: *mut u64) -> u32 {
    // SAFETY: the module declares two scalars and a view of rank 1, and two results.
    let (args, results) = unsafe {
        (std::slice::from_raw_parts(args, 5), std::slice::from_raw_parts_mut(results, 2))
    };
    let x = f32::from_bits(args[0] as u32);
    if x < 0.0 {
        return 1;
    }
    assert_eq!(args[0] >> 32, 0, "a float in a slot is zero-extended");
    assert_eq!(args[1], 0xFE, "an integer in a slot is zero-extended");
    assert_eq!(args[3..], [3, -1_i64 as u64], "a view is its address, lengths and strides");
    // SAFETY: the address is that of the last of three elements.
    let last = unsafe { *(args[2] as *const i16) };
    results[0] = u64::from((x * env as f32 + f32::from(last)).to_bits());
    results[1] = 1;
    0
}

#[test]
fn calls_of_the_host() {
    let view_type = view(Dtype::I16, 1, Layout::Strided, false);
    let types = [scalar(Dtype::F32), scalar(Dtype::I8), view_type];
    let results = [scalar(Dtype::F32), scalar(Dtype::Bool)];
    let mut module = module(&types, &results, |b, params| {
        let op = Op::HostCall { callee: HostId(0), args: params.to_vec(), site: SiteId(3) };
        let values = b.insert(op, &results).to_vec();
        return_(b, &values);
    });
    module.hosts.push(HostFunction {
        name: "scale".into(),
        trampoline: scale as *const () as usize,
        env: 3,
        params: types.to_vec(),
        results: results.to_vec(),
    });
    let artifact = compile(&module);
    let data = [1_i16, 2, -40];
    let args = |x: f32| {
        let mut args = vec![u64::from(x.to_bits()), 0xFFFF_FFFF_FFFF_FFFE];
        args.extend(slots(&data[2], &[3], &[-1]));
        args
    };
    let got = Host::new().call(&*artifact, &args(2.0), 2).unwrap();
    assert_eq!(got, [u64::from((-34.0_f32).to_bits()), 1]);
    assert_eq!(Host::new().call(&*artifact, &args(-1.0), 2).unwrap_err().site, 3);
}

/// Bytes of executable memory that come from no file.
#[cfg(target_os = "linux")]
fn executable_bytes() -> u64 {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let anonymous = maps.lines().filter_map(|line| {
        let (range, rest) = line.split_once(" r-xp 00000000 00:00 0")?;
        rest.trim().is_empty().then_some(range)
    });
    let address = |text| u64::from_str_radix(text, 16).unwrap();
    anonymous
        .map(|range| {
            let (start, end) = range.split_once('-').unwrap();
            address(end) - address(start)
        })
        .sum()
}

#[cfg(target_os = "linux")]
#[test]
fn dropping_an_artifact_frees_its_memory() {
    let module = module(&[scalar(Dtype::I32)], &[scalar(Dtype::I32)], |b, params| {
        return_(b, params);
    });
    let mebibyte = 1 << 20;
    let before = executable_bytes();
    let kept: Vec<_> = (0..512).map(|_| compile(&module)).collect();
    let alive = executable_bytes();
    assert!(alive >= before + mebibyte, "{before} bytes before, {alive} while alive");
    drop(kept);
    let after = executable_bytes();
    assert!(after < before + mebibyte, "{before} bytes before, {after} after");
}

#[test]
fn what_an_artifact_tells() {
    let module = Module {
        functions: vec![fib(0)],
        sites: recursion_sites(),
        sources: sources(),
        ..Module::default()
    };
    let artifact = compile(&module);
    assert!(artifact.code_size() > 50, "{artifact:?}");
    let assembly = artifact.assembly();
    assert_eq!(assembly.matches("; fib").count(), 2, "{assembly}");
    assert!(assembly.contains("ret"), "{assembly}");
    assert!(format!("{artifact:?}").contains("fib"));
    assert_eq!(Cranelift::new().name(), "cranelift");
}
