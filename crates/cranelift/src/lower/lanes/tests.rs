//! Every instruction of vector loops has code on every machine: x86-64 with the features of the
//! host and without any, and aarch64. What the code does is for the tests of the workspace,
//! which run random loops.

use crate::isa::{self, Machine};
use crate::module::{Loops, compile_module};
use mambo_ir::Dtype;
use std::ops::Range;

const NUMBERS: [Dtype; 12] = [
    Dtype::I8,
    Dtype::I16,
    Dtype::I32,
    Dtype::I64,
    Dtype::Isize,
    Dtype::U8,
    Dtype::U16,
    Dtype::U32,
    Dtype::U64,
    Dtype::Usize,
    Dtype::F32,
    Dtype::F64,
];

/// Operations that registers do many of at once: with them a loop is worth having in lanes,
/// whatever else it does.
fn cheap(values: Range<usize>) -> String {
    values.map(|value| format!("%{value}: bool = not %2\n")).collect()
}

/// A loop that loads `%0` and `%1` of one type and `%2`, a condition, and stores `%4`.
fn lanes(from: Dtype, to: Dtype, body: &str) -> String {
    let cheap = cheap(5..17);
    format!(
        "func @f0 lanes(%0: usize, %1: view<{from}, 0, C>, %2: view<{from}, 0, C>, \
         %3: view<bool, 0, C>, %4: view<{to}, 0, C, mut>, %5: {from}) -> (usize) {{
           %6: usize = vector %0 (%1, %2, %3, %4, %5) reduce () {{
             input view<{from}, 0, C>
             input view<{from}, 0, C>
             input view<bool, 0, C>
             input view<{to}, 0, C, mut>
             input {from}
             access 0 step 1
             access 1 step -1
             access 2 step 1
             access 3 step 1
             %0: {from} = load 0
             %1: {from} = load 1
             %2: bool = load 2
             %3: {from} = splat 4
             {body}
             {cheap}
             store 3, %4
           }}
           return %6
         }}"
    )
}

/// A loop that sums up what is gathered, under a mask, until lanes are done.
fn region(dtype: Dtype) -> String {
    let cheap = cheap(10..34);
    format!(
        "func @f0 region(%0: usize, %1: view<{dtype}, 0, C>, %2: view<{dtype}, 0, C, mut>, \
         %3: usize, %4: {dtype}, %5: isize) -> (usize, {dtype}) {{
           %6: usize, %7: {dtype} = vector %0 (%1, %2, %3, %5) reduce (%4) {{
             input view<{dtype}, 0, C>
             input view<{dtype}, 0, C, mut>
             input usize
             input isize
             access 0 step 2
             access 1 step input 3
             reduction max {dtype}
             %0: isize = turn
             %1: isize = splat 3
             %2: bool = lt %0, %1
             %3: {dtype} = load 0 mask %2
             %4: {dtype} = region mask %2 times 2 active %5 (%6: {dtype} = %3) {{
               %7: {dtype} = gather 0, %0 mask %5
               %8: {dtype} = max %6, %7
               %9: bool = gt %8, %3
               next %8 again %9
             }}
             {cheap}
             require %2
             store 1, %4 mask %2
             accumulate 0, %4 mask %2
           }}
           return %6, %7
         }}"
    )
}

/// One loop for each instruction on each type.
fn texts() -> Vec<String> {
    let mut texts = Vec::new();
    for dtype in NUMBERS {
        let mut unary = vec!["neg"];
        unary.extend((!dtype.is_unsigned_int()).then_some("abs"));
        let mut binary = vec!["add", "sub", "mul", "min", "max"];
        if dtype.is_float() {
            unary.extend(["sqrt", "floor", "ceil", "trunc", "round", "round_ties_even"]);
            binary.extend(["div", "copysign"]);
            let fused = format!("%4: {dtype} = mul_add %0, %1, %3");
            texts.push(lanes(dtype, dtype, &fused));
        } else {
            unary.push("not");
            binary.extend(["and", "or", "xor", "shl", "shr", "rotate_left", "rotate_right"]);
            binary.extend(["saturating_add", "saturating_sub"]);
        }
        for op in unary {
            texts.push(lanes(dtype, dtype, &format!("%4: {dtype} = {op} %0")));
        }
        for op in binary {
            for other in ["%1", "%3"] {
                texts.push(lanes(dtype, dtype, &format!("%4: {dtype} = {op} %0, {other}")));
            }
        }
        for op in ["eq", "ne", "lt", "le", "gt", "ge"] {
            texts.push(lanes(dtype, Dtype::Bool, &format!("%4: bool = {op} %0, %1")));
        }
        let select = format!("%4: {dtype} = select %2, %0, %1");
        texts.push(lanes(dtype, dtype, &select));
        for to in NUMBERS {
            texts.push(lanes(dtype, to, &format!("%4: {to} = cast %0")));
        }
        texts.push(region(dtype));
    }
    for op in ["and", "or", "xor", "eq", "ne", "lt", "le", "gt", "ge"] {
        texts.push(lanes(Dtype::Bool, Dtype::Bool, &format!("%4: bool = {op} %0, %1")));
    }
    texts.push(lanes(Dtype::Bool, Dtype::U64, "%4: u64 = cast %0"));
    texts
}

fn compiles_on(machine: &Machine, name: &str) {
    for text in texts() {
        let module = mambo_ir::text::parse(&text).unwrap_or_else(|error| panic!("{text}\n{error}"));
        mambo_ir::verify::verify(&module).unwrap_or_else(|error| panic!("{text}\n{error}"));
        let mut listing = String::new();
        match compile_module(
            machine,
            &module,
            Loops { leaves: None, lanes: true },
            Some(&mut listing),
        ) {
            Ok(code) => assert!(code.loops.iter().all(|made| made.code.is_ok()), "{text}"),
            Err(failure) => panic!("{name}\n{text}\n{}", failure.reason),
        }
    }
}

#[test]
fn on_the_host() {
    compiles_on(isa::native().expect("the host is known"), "native");
}

#[test]
fn without_optional_features() {
    compiles_on(isa::baseline().expect("the host is known"), "baseline");
}

#[test]
fn on_aarch64() {
    let target = || {
        let target = cranelift_codegen::isa::lookup_by_name("aarch64-unknown-linux-gnu");
        target.map_err(|error| error.to_string())
    };
    let machine = isa::describe(target).expect("it has all flags");
    compiles_on(&machine, "aarch64");
}
