//! Runs the entry of a module on arguments written as text, and writes what came out.
//!
//! A scalar is written as in a `const`; an array as `[1, 2]` or, with its lengths in front, as
//! `2x2[1, 2, 3, 4]` (logical order; `[..]` of rank 0 as `of[1]`). An array of any strides is
//! stored backwards and with gaps. After the results come the arrays that could be changed.

use mambo_ir::function::{HostFunction, Module, ValueType, ViewType};
use mambo_ir::interpret::{Limits, Memory, Operand, Trap, View, interpret_within};
use mambo_ir::signature::Layout;
use mambo_ir::text::parse;
use mambo_ir::{Const, Dtype};

/// What running the entry on `args` gives, as text.
pub(crate) fn outcome(module: &Module, args: &str) -> String {
    let mut module = module.clone();
    module.hosts.iter_mut().for_each(bind_host);
    let entry = module.entry();
    let args = split(args.trim().trim_start_matches('(').trim_end_matches(')'));
    assert_eq!(args.len(), entry.params().len(), "{args:?}");
    let mut memory = Memory::new();
    let operands: Vec<Operand> = args
        .iter()
        .zip(entry.params())
        .map(|(arg, &param)| operand(&mut memory, arg, entry.ty(param)))
        .collect();
    let limits = Limits { fuel: 100_000, depth: 100, bytes: 1 << 20 };
    match interpret_within(&module, &mut memory, &operands, limits) {
        Ok(results) => {
            let mut text = show_all(&memory, &results);
            let changed: Vec<Operand> = operands
                .iter()
                .zip(entry.params())
                .filter(|&(_, &param)| entry.ty(param).as_view().is_some_and(|view| view.mutable))
                .map(|(&operand, _)| operand)
                .collect();
            if !changed.is_empty() {
                text += &format!(" with {}", show_all(&memory, &changed));
            }
            text
        }
        Err(Trap::Panic { site, operands }) => {
            format!("panic: {}", module.sites[site.index()].kind.message(&operands))
        }
        Err(Trap::Fault { reason, .. }) => format!("fault: {reason}"),
        Err(Trap::OutOfFuel) => "out of fuel".into(),
    }
}

/// Splits at commas that are not between brackets.
fn split(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0;
    for c in text.chars() {
        depth += i32::from(c == '[') - i32::from(c == ']');
        match c {
            ',' if depth == 0 => parts.push(String::new()),
            _ => parts.last_mut().expect("there is a part").push(c),
        }
    }
    parts.retain(|part| !part.trim().is_empty());
    parts
}

/// A scalar as the text form writes it.
fn scalar(dtype: Dtype, text: &str) -> Const {
    let text = format!("func @f0 f() -> () {{ %0: {dtype} = const {text} return }}");
    let module = parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
    match module.entry().insts[0].op {
        mambo_ir::function::Op::Const(value) => value,
        _ => unreachable!("the instruction is a constant"),
    }
}

fn operand(memory: &mut Memory, text: &str, ty: ValueType) -> Operand {
    let text = text.trim();
    let ty = match ty {
        ValueType::Scalar(dtype) => return scalar(dtype, text).into(),
        ValueType::View(ty) => ty,
    };
    let (dims, elements) = text.split_once('[').expect("an array is written with brackets");
    let elements: Vec<Const> =
        split(elements.trim_end_matches(']')).iter().map(|e| scalar(ty.dtype, e.trim())).collect();
    let dims: Vec<usize> = match dims {
        "" => vec![elements.len()],
        "of" => vec![],
        dims => dims.split('x').map(|dim| dim.parse().expect("a length")).collect(),
    };
    assert_eq!(dims.len(), ty.rank as usize, "{text}");
    assert_eq!(dims.iter().product::<usize>(), elements.len(), "{text}");
    place(memory, ty, &dims, &elements).into()
}

/// Stores an array as its layout says.
fn place(memory: &mut Memory, ty: ViewType, dims: &[usize], elements: &[Const]) -> View {
    let mut strides = vec![0_isize; dims.len()];
    let mut next = 1;
    let axes: Vec<usize> = match ty.layout {
        Layout::F => (0..dims.len()).collect(),
        _ => (0..dims.len()).rev().collect(),
    };
    for axis in axes {
        strides[axis] = next;
        next *= dims[axis] as isize;
    }
    let mut stored = vec![Const::zero(ty.dtype); elements.len()];
    for (i, &element) in elements.iter().enumerate() {
        let (mut rest, mut at) = (i, 0);
        for axis in (0..dims.len()).rev() {
            at += (rest % dims[axis]) as isize * strides[axis];
            rest /= dims[axis];
        }
        stored[at as usize] = element;
    }
    if ty.layout != Layout::Strided {
        let buffer = memory.add(ty.dtype, stored);
        return View::new(buffer, 0, dims, &strides);
    }
    let gaps = stored.iter().rev().flat_map(|&element| [Const::one(ty.dtype), element]);
    let buffer = memory.add(ty.dtype, gaps);
    let strides: Vec<isize> = strides.iter().map(|stride| -2 * stride).collect();
    View::new(buffer, 2 * elements.len() as isize - 1, dims, &strides)
}

fn show_all(memory: &Memory, operands: &[Operand]) -> String {
    let shown: Vec<String> = operands.iter().map(|&operand| show(memory, operand)).collect();
    match &shown[..] {
        [one] => one.clone(),
        all => format!("({})", all.join(", ")),
    }
}

fn show(memory: &Memory, operand: Operand) -> String {
    let view = match operand {
        Operand::Scalar(value) => return value.to_string(),
        Operand::View(view) => view,
    };
    let Some(elements) = memory.read(&view) else { return "unset".into() };
    let elements: Vec<String> = elements.iter().map(Const::to_string).collect();
    let dims: Vec<String> = view.dims().iter().map(usize::to_string).collect();
    let dims = match dims.len() {
        0 => "of".into(),
        1 => String::new(),
        _ => dims.join("x"),
    };
    format!("{dims}[{}]", elements.join(", "))
}

/// Gives a host function its address, by its name.
fn bind_host(host: &mut HostFunction) {
    let trampoline: unsafe extern "C" fn(usize, *const u64, *mut u64) -> u32 = match &host.name[..]
    {
        "host::halve" => halve,
        "host::reverse" => reverse,
        "host::fail" => fail,
        other => panic!("no host function {other}"),
    };
    host.trampoline = trampoline as usize;
    host.env = 2;
}

/// `f64 -> f64`: divides by what `env` says.
unsafe extern "C" fn halve(env: usize, args: *const u64, results: *mut u64) -> u32 {
    // SAFETY: one argument and one result, as the files declare it.
    unsafe { *results = (f64::from_bits(*args) / env as f64).to_bits() };
    0
}

/// `view<u16, 1, S, mut> -> usize`: reverses the elements and returns their number.
unsafe extern "C" fn reverse(_env: usize, args: *const u64, results: *mut u64) -> u32 {
    // SAFETY: address, length and stride of an array that is valid and not aliased.
    unsafe {
        let (base, len, stride) = (*args as *mut u16, *args.add(1) as usize, *args.add(2) as isize);
        let at = |i: usize| base.offset(i as isize * stride);
        for i in 0..len / 2 {
            std::ptr::swap(at(i), at(len - 1 - i));
        }
        *results = len as u64;
    }
    0
}

unsafe extern "C" fn fail(_env: usize, _args: *const u64, _results: *mut u64) -> u32 {
    1
}
